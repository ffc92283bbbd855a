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
	session
	model  *model
	secret string // whose hash is the session's id; it goes into no URL, no log and on no screen
	socket app.Value
	up     bool
	tries  int
	opened app.Func
	got    app.Func
	closed app.Func
}

// open opens the channel, for good.
func (c *channel) open() {
	c.secret = randomSecret()
	c.id = protocol.SessionID(c.secret)
	fetchOver(c)
	c.opened = app.FuncOf(func(app.Value, []app.Value) any { c.onOpen(); return nil })
	c.got = app.FuncOf(func(_ app.Value, args []app.Value) any { c.onMessage(args[0].Get("data").String()); return nil })
	c.closed = app.FuncOf(func(app.Value, []app.Value) any { c.onClose(); return nil })
	c.dial()
}

// randomSecret is one that nobody else can guess: 128 bits, in hexadecimal.
func randomSecret() string {
	bytes := app.Window().Get("Uint8Array").New(16)
	app.Window().Get("crypto").Call("getRandomValues", bytes)
	var secret strings.Builder
	for i := range 16 {
		b := bytes.Index(i).Int()
		secret.WriteString(strconv.FormatInt(int64(b>>4), 16) + strconv.FormatInt(int64(b&15), 16))
	}
	return secret.String()
}

// dial opens the socket, and asks for what came since the last record.
func (c *channel) dial() {
	location := app.Window().Get("location")
	scheme := "ws://"
	if location.Get("protocol").String() == "https:" {
		scheme = "wss://"
	}
	c.socket = app.Window().Get("WebSocket").New(scheme + location.Get("host").String() + protocol.Address(c.id, c.instance, c.last))
	c.socket.Set("onopen", c.opened)
	c.socket.Set("onmessage", c.got)
	c.socket.Set("onclose", c.closed)
}

func (c *channel) onOpen() {
	c.up, c.tries, c.trip, c.pings, c.ungreeted = true, 0, 0, 0, true
	c.send(protocol.FromPage{Secret: c.secret})
	c.ping()
	c.model.room.join()
	if e := &c.model.editor; e.text != "" && !e.isChecked() {
		c.model.check() // what was asked before got lost
	}
	c.model.pace.again(0)
}

// ping measures the clocks' offset. The quickest reply tells it best; while the page starts none is quick.
func (c *channel) ping() {
	const most = 30
	if c.pings++; c.pings <= most {
		c.send(protocol.FromPage{Ping: new(eventsource.Now())})
	}
}

func (c *channel) onClose() {
	c.up = false
	c.model.playWhenChecked()
	requestTexts()
	c.tries++
	time.AfterFunc(min(10*time.Second, time.Duration(c.tries)*time.Second), c.dial)
	c.model.pace.again(0)
}

func (c *channel) onMessage(text string) {
	var message protocol.ToPage
	if json.Unmarshal([]byte(text), &message) != nil {
		return
	}
	if message.Got != nil {
		gotText(*message.Got)
		return
	}
	if message.Joined != nil || message.Class != nil {
		c.model.room.receive(message)
		return
	}
	if d := message.Did; d != nil && d.ID == 0 {
		return // of what wants no reply, such as a presence that came when the room was over
	} else if d != nil && d.ID == c.model.room.waits && d.Error != "" {
		c.model.room.wrong = d.Error
		c.model.pace.again(0)
		return
	}
	r := c.receive(message, eventsource.Now(), c.model.logs())
	if r.ping {
		time.AfterFunc(300*time.Millisecond, c.ping)
	}
	if r.reload {
		c.model.loadScenarios() // its second origin may have another address
	}
	if r.checked != nil {
		c.model.editor.receive(r.checked)
		c.model.playWhenChecked()
	}
	if r.draw {
		c.model.pace.again(r.came)
	}
}

// do sends a command for the stream of the selected source.
func (c *channel) do(command protocol.Command) {
	command.Source = c.model.subject().State().Source
	if !c.send(c.commanding(command)) {
		c.wrong = later("The channel to the server is down, so the stream can't be changed. It will be back by itself.")
	}
}

// check sends a scenario's text, to be checked.
func (c *channel) check(text string) { c.send(c.checking(text)) }

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

// channelStatus says what is wrong with the channel, if anything.
func (m *model) channelStatus() string {
	if m.channel.id == "" {
		return "" // it was not opened yet
	}
	return m.channel.status(m.channel.up, m.connection.requests() >= m.log.Room())
}
