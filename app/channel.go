package main

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
)

// channel is the page's own line to our server: what the server saw comes in, what the visitor does goes out. It is a
// WebSocket, because that takes none of the six connections of HTTP/1.1 that it watches; it is opened before the first
// stream, because Firefox opens none while six streams are up.
type channel struct {
	model   *model
	session string // 128 random bits, in hexadecimal
	socket  app.Value
	up      bool
	tries   int
	opened  app.Func
	got     app.Func
	closed  app.Func

	instance string  // of the session, that the next fields are about
	last     int     // Seq of the newest record that came
	offset   float64 // what must be added to the server's clock to get the page's
	trip     float64 // of the ping that measured it, there and back, in milliseconds
	pings    int
	dropped  int    // records that the server did not keep for us
	asked    int    // ID of the last message that wants a reply
	command  int    // ID of the last command
	text     int    // ID of the last text
	wrong    string // what the server said of the last command, if it could not
}

// newSession makes up a session's id, which nobody else can guess.
func newSession() string {
	bytes := app.Window().Get("Uint8Array").New(16)
	app.Window().Get("crypto").Call("getRandomValues", bytes)
	var id strings.Builder
	for i := range 16 {
		b := bytes.Index(i).Int()
		id.WriteString(strconv.FormatInt(int64(b>>4), 16) + strconv.FormatInt(int64(b&15), 16))
	}
	return id.String()
}

func newChannel(m *model) *channel {
	c := &channel{model: m, session: newSession()}
	c.opened = app.FuncOf(func(app.Value, []app.Value) any { c.onOpen(); return nil })
	c.got = app.FuncOf(func(_ app.Value, args []app.Value) any { c.onMessage(args[0].Get("data").String()); return nil })
	c.closed = app.FuncOf(func(app.Value, []app.Value) any { c.onClose(); return nil })
	c.dial()
	return c
}

// dial opens the socket, and asks for what came since the last record.
func (c *channel) dial() {
	location := app.Window().Get("location")
	scheme := "ws://"
	if location.Get("protocol").String() == "https:" {
		scheme = "wss://"
	}
	c.socket = app.Window().Get("WebSocket").New(scheme + location.Get("host").String() + protocol.Address(c.session, c.instance, c.last))
	c.socket.Set("onopen", c.opened)
	c.socket.Set("onmessage", c.got)
	c.socket.Set("onclose", c.closed)
}

func (c *channel) onOpen() {
	c.up, c.tries, c.trip, c.pings = true, 0, 0, 0
	c.ping()
	c.model.update()
}

// worth is the uncertainty of the server's clock that is worth a word, in milliseconds.
const worth = 5

// ping measures the clocks' offset. The quickest answer tells it best; while the page starts none is quick.
func (c *channel) ping() {
	const most = 30
	if c.pings++; c.pings <= most {
		c.send(protocol.FromPage{Ping: new(eventsource.Now())})
	}
}

func (c *channel) onClose() {
	c.up = false
	c.tries++
	time.AfterFunc(min(10*time.Second, time.Duration(c.tries)*time.Second), c.dial)
	c.model.update()
}

func (c *channel) onMessage(text string) {
	var message protocol.ToPage
	if json.Unmarshal([]byte(text), &message) != nil {
		return
	}
	m := c.model
	switch {
	case message.Pong != nil:
		now := eventsource.Now()
		if trip := now - *message.Pong; c.trip == 0 || trip < c.trip {
			was := c.offset
			c.trip, c.offset = trip, (now+*message.Pong)/2-message.Now
			m.log.ShiftServer(c.offset - was)
			m.update()
		}
		if c.trip/2 > worth/2 {
			time.AfterFunc(300*time.Millisecond, c.ping)
		}
	case message.Hello != nil:
		if message.Hello.Instance != c.instance {
			c.beginInstance(message.Hello.Instance)
		}
		c.dropped += message.Hello.Dropped
		if c.offset == 0 {
			c.offset = eventsource.Now() - message.Hello.Now // until a ping tells it better
		}
	case message.Did != nil:
		if message.Did.ID == c.command {
			c.wrong = message.Did.Error
			m.update()
		}
	case message.Checked != nil:
		if message.Checked.ID == c.text {
			m.editor.checked = message.Checked
			m.update()
		}
	default:
		c.dropped += message.Dropped
		for _, seen := range message.Seen {
			if seen.Seq > c.last {
				c.last = seen.Seq
				m.log.Serve(seen, c.offset)
			}
		}
		m.updateSoon(len(message.Seen))
	}
}

// beginInstance is where an epoch begins: the server knows nothing of what came before, and its clock and its numbers start
// again.
func (c *channel) beginInstance(instance string) {
	c.instance, c.last, c.offset, c.trip = instance, 0, 0, 0
}

// do sends a command for the stream that is open.
func (c *channel) do(command protocol.Command) {
	c.asked++
	c.command = c.asked
	c.wrong = ""
	if !c.send(protocol.FromPage{ID: c.asked, Command: command}) {
		c.wrong = later("The channel to the server is down, so the stream can't be changed. It will be back by itself.")
	}
}

// check sends a scenario's text, to be checked.
func (c *channel) check(text string) {
	c.asked++
	c.text = c.asked
	c.send(protocol.FromPage{ID: c.asked, Check: &text})
}

func (c *channel) send(message protocol.FromPage) bool {
	if c.socket.Get("readyState").Int() != 1 {
		return false
	}
	text, err := json.Marshal(message)
	if err != nil {
		return false
	}
	c.socket.Call("send", string(text))
	return true
}

// status says what is wrong with the channel, if anything.
func (c *channel) status() string {
	said := []string{}
	if !c.up {
		said = append(said, say("The channel to the server is down; the page tries again. Streams go on, but the server's side is not seen."))
		if len(c.model.companions) > 0 {
			said = append(said, say("While six streams are open Firefox opens no new channel: close one of them."))
		}
	}
	if c.dropped > 0 {
		said = append(said, fill(say("{n} records of the server's side were not kept."), "{n}", grouped(c.dropped)))
	}
	const patience = 10 // pings: while the page starts no answer is quick
	if c.trip/2 > worth && c.pings > patience {
		said = append(said, fill(say("The server's clock is known to {time} only."), "{time}", duration(c.trip/2)))
	}
	return sentences(said)
}

// ours reports whether an address is a stream of this page's server, whose side can be seen: on the page's origin, or on
// the second one that the server opens.
func (m *model) ours(address string) bool {
	path, _, _ := cutAddress(address)
	if path == "/sse" || !strings.HasSuffix(path, "/sse") {
		return path == "/sse" // the browser need not be asked; this is called for each drawing
	}
	origin, same := originOf(address)
	return same || origin == m.scenarios.SecondOrigin
}

// watched is the address with what lets the server show its side to this page.
func (c *channel) watched(address string, source int) string {
	if !c.model.ours(address) {
		return address
	}
	return withParameter(withParameter(address, "session", c.session), "source", strconv.Itoa(source))
}

func (m *model) channelUp() bool { return m.channel != nil && m.channel.up }

// channelWrong is what the server said of the last command, if it could not.
func (m *model) channelWrong() string {
	if m.channel == nil {
		return ""
	}
	return m.channel.wrong
}

func (m *model) channelStatus() string {
	if m.channel == nil {
		return ""
	}
	return m.channel.status()
}
