package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"eventsource-playground/sse"
)

// stream is one open response. It keeps the silences short, and cuts off a reader that does not read.
type stream struct {
	w      http.ResponseWriter
	flush  *http.ResponseController
	ctx    context.Context // done when the reader left, the server stops or the stream's lifetime is over
	end    context.CancelFunc
	conn   *net.TCPConn
	from   string // the reader's address
	limits Limits
	log    *slog.Logger

	buf   []byte
	timer *time.Timer
	due   time.Time // when the wait that is under way ends, or the last one ended
	spoke time.Time // when something was written last
}

// heartbeat is a comment, so no event and no part of one.
var heartbeat = []byte(":\n")

// streamHeaders are those of a good SSE server: kept by nobody, held back by no proxy.
func streamHeaders(header http.Header) {
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx
}

// open answers with the headers of a stream. They go out with the first write.
func (s *streams) open(w http.ResponseWriter, r *http.Request) *stream {
	streamHeaders(w.Header())
	out := &stream{
		w:      w,
		flush:  http.NewResponseController(w),
		conn:   connOf(r),
		from:   r.RemoteAddr,
		limits: s.limits,
		log:    s.log,
		timer:  time.NewTimer(0),
		due:    time.Now(),
	}
	out.ctx, out.end = context.WithTimeout(r.Context(), s.limits.Lifetime)
	// The server's read deadline is for requests: here it would pass for the client's leaving.
	out.flush.SetReadDeadline(time.Time{})
	if out.conn != nil {
		out.conn.SetWriteBuffer(s.limits.StreamBuffer)
	}
	return out
}

// close frees what the stream holds. The response ends when the handler returns.
func (o *stream) close() {
	o.timer.Stop()
	o.end()
}

// send writes a message at once, and tells whether the stream goes on.
func (o *stream) send(m sse.Message) bool {
	var err error
	if o.buf, err = m.AppendText(o.buf[:0]); err != nil {
		o.log.Error("can't write a message", "err", err)
		return false
	}
	return o.write(o.buf)
}

func (o *stream) write(b []byte) bool {
	o.spoke = time.Now()
	o.flush.SetWriteDeadline(o.spoke.Add(o.limits.StreamWrite))
	_, err := o.w.Write(b)
	if err == nil {
		err = o.flush.Flush()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		o.log.Warn("cut off a reader that does not read", "from", o.from)
		if o.conn != nil {
			o.conn.SetLinger(0) // forget what it did not take, instead of keeping it for minutes
		}
	}
	return err == nil
}

// wait lets d pass since the last wait's end, with a heartbeat whenever that takes long, and tells whether the stream
// goes on. Late by more than d, it does not hurry to catch up.
func (o *stream) wait(d time.Duration) bool {
	now := time.Now()
	o.due = o.due.Add(d)
	if o.due.Before(now) {
		o.due = now
	}
	for {
		beat := o.spoke.Add(o.limits.Heartbeat)
		next := o.due
		if beat.Before(next) {
			next = beat
		}
		o.timer.Reset(time.Until(next))
		select {
		case <-o.ctx.Done():
			return false
		case <-o.timer.C:
		}
		if next.Equal(o.due) {
			return true
		}
		if !o.write(heartbeat) {
			return false
		}
	}
}

type connKey struct{}

// withConn keeps the connection where a stream can find it.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

func connOf(r *http.Request) *net.TCPConn {
	conn, _ := r.Context().Value(connKey{}).(*net.TCPConn)
	return conn
}
