package play

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/coder/websocket"

	"eventsource-playground/protocol"
	"eventsource-playground/server/quota"
)

// page is what comes from the other end of a WebSocket: messages, which go back as they are, and pings, which are replied to. It is
// also the net.Conn that the library has, so that bytes are limited before they are frames.
type page struct {
	net.Conn
	socket *socket
	reader *bufio.Reader // the library's, of this page's Read

	rate     quota.Budget // of messages, pings, and pongs that reply to none
	owes     atomic.Int32 // pongs
	bytes    quota.Budget
	rejected *farewell // set by who reads, as is the next
	failed   error     // of a write
	came     int       // bytes
	told     int       // of them, those of messages that were told to the watcher, or of pings and pongs

	holdsLittle sync.Once // the kernel does, of what a page does not read

	gone     chan struct{} // closed when nothing more comes
	farewell farewell      // why; set before
}

func newPage(c *socket) *page {
	return &page{
		Conn: c.conn, socket: c, reader: bufio.NewReaderSize(nil, 512), // most messages are small
		rate: quota.NewBudget(c.limits.EchoRate), bytes: quota.NewBudget(c.limits.EchoBytes),
		gone: make(chan struct{}),
	}
}

var (
	errRejected = errors.New("play: the page sent too much")
	errLeft     = errors.New("play: the page left") // io.EOF in a message would count as the message's end
)

// Read reads what the page sends, until that is too much.
func (p *page) Read(b []byte) (int, error) {
	if p.rejected != nil {
		return 0, errRejected
	}
	if p.failed != nil {
		return 0, p.failed
	}
	n, err := p.Conn.Read(b)
	if err == io.EOF {
		err = errLeft
	}
	p.came += n
	if p.bytes.Spend(n) < n {
		p.reject(websocket.StatusPolicyViolation, "At most %d bytes a second are read here: send more slowly.", p.socket.limits.EchoBytes)
	}
	return n, err
}

// Write writes a close frame, which is all that the library has to write.
func (p *page) Write(b []byte) (int, error) {
	c := p.socket
	c.writing.Lock()
	defer c.writing.Unlock()
	c.closed = true
	if err := c.writeAll(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// send sends a frame.
func (p *page) send(frame protocol.Frame, payload []byte) error {
	if w := p.socket.watcher; w != nil {
		w.Saw(saw(frame, payload))
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	*buffer = appendFrame((*buffer)[:0], frame, payload)
	return p.socket.writeFrames(*buffer)
}

func (p *page) reject(code websocket.StatusCode, reason string, args ...any) {
	if p.rejected == nil {
		p.rejected = &farewell{rejected, code, fmt.Sprintf(reason, args...)}
	}
}

// listen reads until the page leaves, or says what it must not.
func (p *page) listen() {
	err := p.echo()
	p.farewell = p.why(err)
	// What the page sent before it knows is read once more, since unread bytes would make a reset of the end.
	p.rejected, p.bytes = nil, quota.NewBudget(p.socket.limits.EchoBytes)
	close(p.gone)
}

func (p *page) echo() error {
	for {
		kind, message, err := p.socket.ws.Reader(context.Background())
		if err != nil {
			return err
		}
		if err := p.sendBack(kind, message); err != nil {
			return err
		}
	}
}

func (p *page) sendBack(kind websocket.MessageType, message io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(message, little))
	if err == nil && len(text) == little {
		most := p.socket.limits.EchoMessage
		free, ok := p.socket.reserve(most)
		if !ok {
			p.reject(websocket.StatusTryAgainLater, "The server has no room for so large a message: send at most %d bytes.", little-1)
			return errRejected
		}
		defer free()
		var rest []byte
		rest, err = io.ReadAll(io.LimitReader(message, int64(most-little+1)))
		if text = append(text, rest...); len(text) > most {
			p.reject(websocket.StatusMessageTooBig, "Messages of at most %d bytes come back: send less at once.", most)
			return errRejected
		}
	}
	if err != nil {
		return err
	}
	frame := protocol.FrameBinary
	if kind == websocket.MessageText {
		frame = protocol.FrameText
		if !utf8.Valid(text) {
			p.reject(websocket.StatusInvalidFramePayloadData, "A text message is UTF-8: send other bytes as a binary one.")
			return errRejected
		}
	}
	p.saw(frame, text, p.came-p.reader.Buffered()-p.told)
	if !p.mayGoOn() {
		return errRejected
	}
	p.holdsLittle.Do(func() { p.socket.tcp.SetWriteBuffer(p.socket.limits.StreamBuffer) })
	return p.send(frame, text)
}

// mayGoOn reports whether a message, a ping or a pong is not one too many.
func (p *page) mayGoOn() bool {
	if p.rate.Spend(1) == 0 {
		p.reject(websocket.StatusPolicyViolation, "At most %d messages a second come back: send more slowly.", p.socket.limits.EchoRate)
	}
	return p.rejected == nil && p.failed == nil
}

// pinged replies, so that the library has not to.
func (p *page) pinged(_ context.Context, payload []byte) bool {
	if p.mayGoOn() {
		p.saw(protocol.FramePing, payload, frameSize(len(payload))+maskSize)
		p.failed = p.send(protocol.FramePong, payload)
	}
	return false
}

// ponged lets replies pass that the server has caused.
func (p *page) ponged(_ context.Context, payload []byte) {
	if p.owes.Load() > 0 {
		p.owes.Add(-1)
	} else if !p.mayGoOn() {
		return
	}
	p.saw(protocol.FramePong, payload, frameSize(len(payload))+maskSize)
}

// saw tells the watcher of a frame from the page.
func (p *page) saw(frame protocol.Frame, payload []byte, wire int) {
	p.told += wire
	if p.socket.watcher != nil {
		seen := saw(frame, payload)
		seen.FromPage, seen.Wire = true, wire
		p.socket.watcher.Saw(seen)
	}
}

// why is why nothing more comes.
func (p *page) why(err error) farewell {
	var closed websocket.CloseError
	var network *net.OpError
	switch {
	case p.rejected != nil:
		return *p.rejected
	case errors.As(err, &closed):
		if w := p.socket.watcher; w != nil {
			w.Saw(closeFrame(true, closed.Code, closed.Reason))
			w.Saw(closeFrame(false, closed.Code, closed.Reason)) // the library has replied
		}
		return farewell{how: clientLeft}
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded): // a write's: of a message, or of a pong
		return farewell{how: clientStuck}
	case errors.Is(err, errLeft), errors.Is(err, net.ErrClosed), errors.As(err, &network):
		return farewell{how: clientLeft}
	}
	// The library found what is no frame, and most often has closed with these words already (RFC 6455, 7.1.7).
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	reason := err.Error()
	const most = 123 // bytes of a close frame's reason
	return farewell{rejected, websocket.StatusProtocolError, reason[:min(len(reason), most)]}
}
