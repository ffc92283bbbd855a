package play

import (
	"context"
	"crypto/tls"
	"maps"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/tcp"
)

// multiplexed carries a play over HTTP/2, as one of the streams of a connection. net/http frames and sends, in the goroutine of
// the handler, which lasts as long as the play.
type multiplexed struct {
	writer  http.ResponseWriter
	control *http.ResponseController
	request context.Context // done when the client left, and when the connection is gone
	shared  *sharedConnection
	address string
	limits  *limits.Limits

	output
	until time.Time   // when the next read ends
	timer *time.Timer // for that
	woken chan struct{}
	stuck *time.Timer // rings when a write takes too long; nil before the first
	late  atomic.Bool // it rang

	hurried atomic.Bool // a cut was commanded, which waits for no write
	mutex   sync.Mutex
	over    bool // the stream was reset, or the handler is about to return: control is of no use any more
}

// sharedConnection is what the requests of a connection have in common.
type sharedConnection struct {
	tcp *net.TCPConn
	cut atomic.Bool // the server reset it
}

type sharedKey struct{}

// WithConnection is an http.Server's ConnContext: by it a play over HTTP/2 can reset the connection.
func WithConnection(ctx context.Context, conn net.Conn) context.Context {
	if _, ok := conn.(*tls.Conn); !ok {
		return ctx
	}
	return context.WithValue(ctx, sharedKey{}, &sharedConnection{tcp: tcp.Of(conn)})
}

// Shallow is a handler whose plays over HTTP/2 run outside of it, in the goroutine that net/http has made for the request. That
// lasts as long as its stream, and so does all the room on its stack that a handler ever needed: a handler with all that it calls
// takes twice what a play does. So the handler works in a goroutine that ends.
func Shallow(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor < 2 || r.URL.Path != "/sse" {
			handler.ServeHTTP(w, r)
			return
		}
		if play := prepare(handler, w, r); play != nil {
			play()
		}
	})
}

// prepare has a handler respond, and returns the play that is to do it instead, if there is one.
func prepare(handler http.Handler, w http.ResponseWriter, r *http.Request) (play func()) {
	l := &later{ResponseWriter: w}
	ended := make(chan any)
	go func() {
		defer func() { ended <- recover() }()
		handler.ServeHTTP(l, r)
	}()
	if failed := <-ended; failed != nil {
		panic(failed) // net/http expects it here
	}
	return l.play
}

// later is where a handler leaves the play for prepare.
type later struct {
	http.ResponseWriter
	play func()
}

// Unwrap is for http.ResponseController.
func (l *later) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// playOn has a play run, where prepare waits for it or else at once.
func playOn(w http.ResponseWriter, play func()) {
	for {
		switch wrapped := w.(type) {
		case *later:
			wrapped.play = play
			return
		case interface{ Unwrap() http.ResponseWriter }:
			w = wrapped.Unwrap()
		default:
			play()
			return
		}
	}
}

// multiplex carries the response to a request over HTTP/2.
func multiplex(w http.ResponseWriter, r *http.Request, l *limits.Limits) *multiplexed {
	shared, _ := r.Context().Value(sharedKey{}).(*sharedConnection)
	w = bare(w)
	c := &multiplexed{
		writer: w, control: http.NewResponseController(w), request: r.Context(), shared: shared, address: r.RemoteAddr, limits: l,
		woken: make(chan struct{}, 1),
	}
	c.control.SetWriteDeadline(time.Time{}) // the server's is for other responses
	return c
}

// bare is net/http's own writer, whoever stands before it.
func bare(w http.ResponseWriter) http.ResponseWriter {
	for {
		wrapped, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = wrapped.Unwrap()
	}
}

// StreamNumber is that of the HTTP/2 stream that a response goes over; 0 over HTTP/1.1. net/http tells nobody, so this looks where
// it keeps it, and says 0 where that has changed.
func StreamNumber(w http.ResponseWriter) int {
	v := reflect.ValueOf(bare(w))
	for _, name := range []string{"rws", "stream", "id"} {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct {
			return 0
		}
		v = v.FieldByName(name)
	}
	if !v.CanUint() {
		return 0
	}
	return int(v.Uint())
}

// respond makes a head ready. It goes over the wire in binary; what it returns is the same as text.
func (c *multiplexed) respond(a *client, head *scenario.Head) (text []byte, wire int) {
	header := c.writer.Header()
	clear(header)
	c.begin(a, head, a.fields(head, time.Now(), unframed, header.Add))
	text = strconv.AppendInt([]byte("HTTP/2 "), int64(head.Status), 10)
	for _, name := range slices.Sorted(maps.Keys(header)) { // the order in which net/http sends them
		for _, value := range header[name] {
			text = append(text, "\r\n"+strings.ToLower(name)+": "+value...)
		}
	}
	if header.Get("Content-Type") == "" {
		header["Content-Type"] = nil // or net/http guesses one
	}
	c.writer.WriteHeader(head.Status)
	c.room()
	return append(text, "\r\n\r\n"...), 0
}

// write is that of output, whose bytes go over the wire in DATA frames: all that is ready in as few as can be.
func (c *multiplexed) write(b []byte, binary bool) (full bool, packed, wire int) {
	before := dataFrames(c.readyBytes())
	full, packed, wire = c.output.write(b, binary)
	return full, packed, wire + frameHeader*(dataFrames(c.readyBytes())-before)
}

// finish is that of output, and an empty frame that ends the stream, unless the head does.
func (c *multiplexed) finish() (wire int) {
	before := dataFrames(c.readyBytes())
	wire = c.output.finish()
	if c.progress() != inBody {
		return 0
	}
	return wire + frameHeader*(dataFrames(c.readyBytes())-before+1)
}

const (
	frameHeader = 9        // bytes (RFC 9113, 4.1)
	frameMost   = 16 << 10 // bytes of a frame, unless a client asks for more (6.5.2)
)

// dataFrames is how many frames n bytes need.
func dataFrames(n int) int { return (n + frameMost - 1) / frameMost }

// flush sends what is ready. It goes on, unless the client left or is stuck, or a cut came first.
func (c *multiplexed) flush() ending {
	if c.ready == nil {
		return goesOn
	}
	if c.hurried.Load() {
		return pageCuts
	}
	c.last = time.Now()
	err := c.send()
	switch {
	case err == nil:
		return goesOn
	case c.hurried.Load():
		return pageCuts
	case c.late.Load():
		return clientStuck
	}
	return c.left()
}

// send writes what is ready, by the deadline of a write. That is a timer of the play's, since one of net/http's costs as much as the
// write.
func (c *multiplexed) send() (err error) {
	if c.stuck == nil {
		c.stuck = time.AfterFunc(c.limits.StreamWrite, func() {
			c.late.Store(true)
			c.reset()
		})
	} else {
		c.stuck.Reset(c.limits.StreamWrite)
	}
	if len(*c.ready) > 0 {
		_, err = c.writer.Write(*c.ready)
	}
	if err == nil {
		err = c.control.Flush()
	}
	c.stuck.Stop()
	c.clear()
	return err
}

// wakeAt says when the next read ends. Whoever calls wake afterwards ends it at once.
func (c *multiplexed) wakeAt(t time.Time) {
	c.until = t
	select {
	case <-c.woken:
	default:
	}
}

// wake ends a read that is under way, or the next.
func (c *multiplexed) wake() {
	select {
	case c.woken <- struct{}{}:
	default:
	}
}

// read waits for the client, which has nothing more to say. It goes on, unless that left.
func (c *multiplexed) read() ending {
	if c.timer == nil {
		c.timer = time.NewTimer(time.Until(c.until))
	} else {
		c.timer.Reset(time.Until(c.until))
	}
	select {
	case <-c.request.Done():
		return c.left()
	case <-c.woken:
	case <-c.timer.C:
	}
	return goesOn
}

// hurry ends a write that is under way, or the next: a cut waits for none.
func (c *multiplexed) hurry() {
	c.hurried.Store(true)
	c.reset()
}

// left is how a play ends whose client is gone: by itself, or because the server reset the connection for another stream.
func (c *multiplexed) left() ending {
	if c.shared != nil && c.shared.cut.Load() {
		return scenarioResets
	}
	return clientLeft
}

// end sends what is ready. The end of the stream follows, once the handler has returned.
func (c *multiplexed) end(protocol.End) {
	ready := c.room()
	switch {
	case c.framing == noHead: // net/http would make one up
		c.clear()
		c.reset()
	case c.framing == noBody, len(*ready) == 0 && !c.last.IsZero():
		c.clear() // the head goes with the end, or has gone
	default:
		c.send() // fails when the client left
	}
	c.close()
}

// reset resets the stream, and no other one. net/http does that when the time for a write is over.
func (c *multiplexed) reset() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.over {
		c.over = true
		c.control.SetWriteDeadline(time.Unix(1, 0))
	}
}

// resetAll resets the connection, with all its streams.
func (c *multiplexed) resetAll() {
	if c.shared == nil {
		c.reset()
		return
	}
	c.close()
	c.shared.cut.Store(true)
	tcp.Reset(c.shared.tcp)
}

// close has the handler return: that ends the stream.
func (c *multiplexed) close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.over = true
}

// from is the client's address.
func (c *multiplexed) from() string { return c.address }
