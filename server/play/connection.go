package play

import (
	"errors"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/tcp"
)

// connection carries a play over HTTP/1.1. net/http has let go of it, so every byte is the play's.
type connection struct {
	conn   net.Conn
	tcp    *net.TCPConn    // below conn: only there a reset and the kernel's buffer are set
	raw    syscall.RawConn // of tcp, if nothing is between; nil: all is written through conn
	limits *limits.Limits

	output
	sent    int         // bytes
	strays  int         // bytes that the client sent after its request
	hurried atomic.Bool // a cut was commanded, which waits for no write
}

// takeOver has net/http let go of a request's connection.
func takeOver(w http.ResponseWriter, l *limits.Limits) (*connection, error) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	c := &connection{conn: conn, tcp: tcp.Of(conn), limits: l}
	if conn == net.Conn(c.tcp) {
		c.raw, err = c.tcp.SyscallConn()
	}
	return c, err
}

// respond makes a head ready, and returns it as it goes over the wire.
func (c *connection) respond(a *client, head *scenario.Head) (text []byte, wire int) {
	ready := c.room()
	var how framing
	*ready, how = a.appendHead(*ready, head, time.Now())
	c.begin(a, head, how)
	return *ready, len(*ready)
}

// little is what the kernel holds of any stream: most send no more in their first minute, and are open sooner without a
// call that limits it.
const little = 4 << 10

// flush sends what is ready. It goes on, unless the client left or is stuck, or a cut came first.
func (c *connection) flush() ending { return c.flushBy(c.writeAll) }

func (c *connection) flushBy(write func([]byte) error) ending {
	if c.ready == nil {
		return goesOn
	}
	if c.hurried.Load() {
		return pageCuts
	}
	c.last = time.Now()
	c.count(len(*c.ready))
	err := write(*c.ready)
	c.clear()
	switch {
	case err == nil:
		return goesOn
	case c.hurried.Load():
		return pageCuts
	case errors.Is(err, os.ErrDeadlineExceeded):
		return clientStuck
	}
	return clientLeft
}

// count has the kernel hold little of a stream that sends much.
func (c *connection) count(n int) {
	before := c.sent
	if c.sent += n; before <= little && c.sent > little {
		c.tcp.SetWriteBuffer(c.limits.StreamBuffer)
	}
}

// writeAll writes all of b, by the deadline of a write.
func (c *connection) writeAll(b []byte) error {
	n := 0
	if c.raw != nil {
		n = tcp.WriteNow(c.raw, b)
	}
	if n == len(b) {
		return nil
	}
	c.conn.SetWriteDeadline(time.Now().Add(c.limits.StreamWrite))
	if c.hurried.Load() {
		return os.ErrDeadlineExceeded // before this deadline, or by it
	}
	_, err := c.conn.Write(b[n:])
	if err == nil {
		c.conn.SetWriteDeadline(time.Time{}) // or it would stop what is written at once, when it is over
	}
	return err
}

// wakeAt says when the next read ends. Whoever calls wake afterwards ends it at once.
func (c *connection) wakeAt(t time.Time) { c.conn.SetReadDeadline(t) }

// wake ends a read that is under way, or the next.
func (c *connection) wake() { c.conn.SetReadDeadline(time.Unix(1, 0)) }

// read waits for the client, which has nothing more to say.
func (c *connection) read() ending {
	var stray [64]byte
	n, err := c.conn.Read(stray[:])
	c.strays += n
	// Anything else than the deadline may be a second request: the response said that the connection is closed.
	if err == nil && c.strays <= c.limits.Strays || errors.Is(err, os.ErrDeadlineExceeded) {
		return goesOn
	}
	return clientLeft
}

// hurry ends a write that is under way, or the next: a cut waits for none.
func (c *connection) hurry() {
	c.hurried.Store(true)
	c.conn.SetWriteDeadline(time.Unix(1, 0))
}

// end sends what is ready and ends the response properly.
func (c *connection) end(protocol.End) {
	if ready := c.room(); len(*ready) > 0 {
		c.conn.SetWriteDeadline(time.Now().Add(c.limits.StreamWrite))
		c.conn.Write(*ready) // fails when the client left
	}
	c.conn.Close()
}

// reset cuts the connection, and forgets what the client did not read. Over TLS there is no word of it either.
func (c *connection) reset() { tcp.Reset(c.tcp) }

// resetAll is reset: nothing else goes over the connection.
func (c *connection) resetAll() { c.reset() }

// from is the client's address.
func (c *connection) from() string { return c.conn.RemoteAddr().String() }

// close closes the connection, whatever the response lacks.
func (c *connection) close() { c.conn.Close() }
