package play

import (
	"bytes"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/server/quota"
	"eventsource-playground/sse"
)

// socket carries a play over a WebSocket: the data of each event is one message, at the moment of its blank line. Until a
// section accepts the handshake with a 200, and if none does, it is a connection like any other.
type socket struct {
	*connection
	shake   *handshake
	watcher Watcher // of the frames; nil: nobody
	reserve func(n int) (free func(), ok bool)

	ws        *websocket.Conn // nil: the handshake is not accepted, or not yet
	decoder   sse.Decoder
	free      func() // of the room for a large event, if there is one
	pings     quota.Budget
	commented bool // the line that is not complete may be a comment
	notHere   []protocol.NotHere
	refusal   *farewell // why the play can't go on
	timer     *time.Timer
	hears     bool // there is a goroutine that reads

	writing sync.Mutex // one at a time: the play, who reads, the library
	closed  bool       // a close frame was sent

	mutex    sync.Mutex
	accepted bool          // wakes are for woken, and not for the connection
	woken    chan struct{} // has room for one
	page     *page
}

// farewell is why what a WebSocket carries can't go on.
type farewell struct {
	how    ending
	code   websocket.StatusCode // of the close frame
	reason string               // of it, at most 123 bytes
}

// newSocket has the play's carrier be a WebSocket, and its watcher one who sees frames.
func newSocket(conn *connection, shake *handshake, p *Play, reserve func(int) (func(), bool)) *socket {
	c := &socket{connection: conn, shake: shake, reserve: reserve, woken: make(chan struct{}, 1)}
	if p.watcher != (nobody{}) {
		c.watcher = p.watcher
		p.watcher = framed{p.watcher, c}
	}
	return c
}

// respond makes a head ready: 101 instead of 200, and any other as an HTTP response, which the browser reports as a failure.
func (c *socket) respond(a *client, head *scenario.Head) (text []byte, wire int) {
	if head.Status != 200 {
		if head.Redirect != scenario.NoRedirect {
			c.lacks(protocol.NoRedirect)
		}
		return c.connection.respond(a, head)
	}
	c.page = newPage(c)
	accepted, ws, err := c.shake.accept(head, c.page)
	ready := c.connection.room()
	*ready = append(*ready, accepted...)
	if err != nil { // parseHandshake has seen to it
		panic(err)
	}
	ws.SetReadLimit(-1) // page has a limit, and says what to change
	c.ws, c.decoder = ws, *sse.NewDecoder("", sse.Limits{Line: c.limits.SocketEvent, Event: c.limits.SocketEvent})
	c.pings = quota.NewBudget(c.limits.EchoRate)
	c.timer = time.NewTimer(0)
	c.mutex.Lock()
	c.accepted = true
	c.conn.SetReadDeadline(time.Time{}) // a wake may have set one
	c.mutex.Unlock()
	if head.Gzip != scenario.NoGzip {
		c.lacks(protocol.NoGzip)
	}
	if head.CORS != scenario.CORSDefault {
		c.lacks(protocol.NoCORS)
	}
	for _, h := range head.Header {
		if h.Name == "Content-Type" && h.Value != "text/event-stream" {
			c.lacks(protocol.NoContentType)
		}
	}
	return *ready, len(*ready)
}

func (c *socket) progress() progress {
	if c.ws != nil {
		return inBody
	}
	return c.connection.progress()
}

// write makes messages of the events that are complete, and of what is binary.
func (c *socket) write(b []byte, binary bool) (full bool, packed, wire int) {
	if c.ws == nil {
		return c.connection.write(b, binary)
	}
	if binary {
		c.frame(protocol.FrameBinary, b)
		return c.readyBytes() >= enough, 0, 0
	}
	if c.refusal != nil {
		return true, 0, 0
	}
	var err error
	if c.commented = c.mayComment(b); c.watcher == nil && !c.commented {
		err = c.decoder.Each(b, func(e sse.Raw) { c.message(e.Type, e.Data, e.LastEventID) })
	} else {
		err = c.decoder.Feed(b, c.line)
	}
	if err != nil {
		c.refusal = &farewell{rejected, websocket.StatusInternalError, "An event of this scenario is too large for one message: make it smaller."}
	}
	c.account()
	return c.readyBytes() >= enough || c.refusal != nil, 0, 0
}

// mayComment reports whether there may be a comment in what comes next. If not, and nobody watches, lines need not be told apart.
func (c *socket) mayComment(b []byte) bool {
	return c.commented && c.decoder.Pending() > 0 || b[0] == ':' || bytes.Contains(b, []byte("\n:")) || bytes.Contains(b, []byte("\r:"))
}

// account has a large event that is not complete count as held bytes.
func (c *socket) account() {
	switch pending := c.decoder.Pending(); {
	case pending <= little:
		c.letGo()
	case c.free == nil && c.refusal == nil:
		free, ok := c.reserve(2 * c.limits.SocketEvent) // a line of it, and those before
		if !ok {
			c.refusal = &farewell{rejected, websocket.StatusTryAgainLater, "The server has no room for so large an event: make it smaller."}
			return
		}
		c.free = free
	}
}

// letGo gives up the room for a large event.
func (c *socket) letGo() {
	if c.free != nil {
		c.free()
		c.free = nil
	}
}

// line is a line that may be a comment, or that somebody watches.
func (c *socket) line(line sse.Line) {
	switch {
	case line.Outcome == sse.Comment:
		c.ping(strings.TrimPrefix(line.Value, " "))
	case line.Outcome == sse.Ignored:
		c.lacks(protocol.NoFields)
	case line.Field == "retry":
		c.lacks(protocol.NoRetry)
	case line.Field == "id" && !c.shake.ids:
		c.lacks(protocol.NoID)
	case line.Field == "event" && !c.shake.ids:
		c.lacks(protocol.NoEvent)
	case line.Event != nil:
		c.message([]byte(line.Event.Type), []byte(line.Event.Data), []byte(line.Event.LastEventID))
	}
}

// message makes an event ready.
func (c *socket) message(typ, data, id []byte) {
	if !c.shake.ids {
		c.frame(protocol.FrameText, data)
		return
	}
	text := append([]byte(`{"id":`), jsonString(string(id))...)
	text = append(text, `,"event":`...)
	text = append(text, jsonString(string(typ))...)
	text = append(text, `,"data":`...)
	text = append(text, jsonString(string(data))...)
	c.frame(protocol.FrameText, append(text, '}'))
}

// ping makes a ping of a comment ready: no script sees either, and both keep a connection alive (RFC 6455, 5.5.2). The page responds
// to each, so there are no more in a second than it may send.
func (c *socket) ping(comment string) {
	if c.pings.Spend(1) == 0 {
		c.lacks(protocol.NoComments)
		return
	}
	c.page.owes.Add(1)
	c.frame(protocol.FramePing, []byte(comment[:min(len(comment), mostControl)]))
}

// frame makes a frame ready.
func (c *socket) frame(frame protocol.Frame, payload []byte) {
	ready := c.room()
	*ready = appendFrame(*ready, frame, payload)
	if c.watcher != nil {
		c.watcher.Saw(saw(frame, payload))
	}
}

// lacks tells the watcher, once, what a WebSocket does not have.
func (c *socket) lacks(what protocol.NotHere) {
	if c.watcher == nil || slices.Contains(c.notHere, what) {
		return
	}
	c.notHere = append(c.notHere, what)
	c.watcher.Saw(protocol.Seen{Kind: protocol.SeenNotHere, NotHere: []protocol.NotHere{what}})
}

// flush sends what is ready. It goes on, unless that can't be, or the page left, or said what it must not.
func (c *socket) flush() ending {
	if how := c.send(); how != goesOn || c.ws == nil {
		return how
	}
	if c.refusal != nil {
		return c.refusal.how
	}
	if c.decoder.Pending() > 0 {
		c.lacks(protocol.NoChunks)
	}
	if !c.hears { // now that the page may know that it can speak
		c.hears = true
		go c.page.listen()
	}
	select {
	case <-c.page.gone:
		return c.left()
	default:
		return goesOn
	}
}

// send sends the head, and frames.
func (c *socket) send() ending {
	if c.ws == nil {
		return c.connection.flush()
	}
	how := c.connection.flushBy(c.writeFrames)
	if how == clientLeft && c.hears {
		c.connection.close()
		<-c.page.gone // who knows how the page left
		return c.left()
	}
	return how
}

// writeFrames writes frames that are no close frame, and nothing after one, which the library writes whenever it must.
func (c *socket) writeFrames(b []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	return c.writeAll(b)
}

// left is how the page left. After a command to cut, which ends a write of the reader's too, it is the command that counts.
func (c *socket) left() ending {
	if c.hurried.Load() {
		return goesOn
	}
	return c.page.farewell.how
}

// wakeAt says when the next read ends. Whoever calls wake afterwards ends it at once.
func (c *socket) wakeAt(t time.Time) {
	if c.ws == nil {
		c.connection.wakeAt(t)
	} else {
		c.timer.Reset(time.Until(t))
	}
}

// wake ends a read that is under way, or the next.
func (c *socket) wake() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.accepted {
		c.connection.wake()
		return
	}
	select {
	case c.woken <- struct{}{}:
	default:
	}
}

// read waits for the page to leave, or to say what it must not.
func (c *socket) read() ending {
	if c.ws == nil {
		return c.connection.read()
	}
	select {
	case <-c.timer.C:
	case <-c.woken:
	case <-c.page.gone:
		return c.left()
	}
	return goesOn
}

// finish is that of a response which is none of a WebSocket's: the close frame is a frame.
func (c *socket) finish() (wire int) {
	if c.ws == nil {
		return c.connection.finish()
	}
	return 0
}

// end sends what is ready and a close frame, and waits for the page's.
func (c *socket) end(why protocol.End) {
	if c.ws == nil {
		c.connection.end(why)
		return
	}
	if c.send() != goesOn {
		c.reset()
		return
	}
	if c.hears { // one goroutine reads at a time
		c.conn.SetReadDeadline(time.Unix(1, 0))
		<-c.page.gone
	}
	c.conn.SetReadDeadline(time.Now().Add(c.limits.SocketClose)) // the library waits longer, and for a payload forever
	c.ws.Close(c.closing(why))
}

// closing is what a close frame says.
func (c *socket) closing(why protocol.End) (code websocket.StatusCode, reason string) {
	switch why {
	case protocol.EndLimit:
		return websocket.StatusGoingAway, "A stream's longest time is over: open another one."
	case protocol.EndStopping:
		return websocket.StatusGoingAway, "the server stops"
	case protocol.EndRejected:
		if c.refusal != nil {
			return c.refusal.code, c.refusal.reason
		}
		return c.page.farewell.code, c.page.farewell.reason
	}
	return websocket.StatusNormalClosure, ""
}

// framed watches a WebSocket: not the stream goes over the wire, but its frames.
type framed struct {
	Watcher
	socket *socket
}

func (f framed) Head(status int, text []byte, wire int) {
	if f.socket.ws != nil {
		status = 101
	}
	f.Watcher.Head(status, text, wire)
}

func (f framed) Wrote(body []byte, packed, wire int) {
	if f.socket.ws == nil {
		f.Watcher.Wrote(body, packed, wire)
	}
}

// Ended tells of the close frame too, which is about to be sent.
func (f framed) Ended(by protocol.By, how protocol.End, wire int) {
	if c := f.socket; c.ws != nil {
		switch how {
		case protocol.EndProper, protocol.EndLimit, protocol.EndStopping, protocol.EndRejected:
			code, reason := c.closing(how)
			f.Watcher.Saw(closeFrame(false, code, reason))
		}
	}
	f.Watcher.Ended(by, how, wire)
}
