package rooms

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"eventsource-playground/server/tcp"
)

// reader is one over plain HTTP/1.1. net/http has let go of its connection. Either a shard of the hall writes to it, or, while it has
// not read what it was sent, a goroutine of its own.
type reader struct {
	place
	hall  *hall
	conn  *net.TCPConn
	raw   syscall.RawConn
	plain bool // without chunks, as in HTTP/1.0
	sent  int  // bytes, as far as it matters
	gone  atomic.Bool
	leave func()
}

// takeOver has net/http let go of a request's connection, and responds on it.
func (rs *Rooms) takeOver(w http.ResponseWriter, req *http.Request, p place, first []byte, leave func()) {
	r := &reader{place: p, plain: !req.ProtoAtLeast(1, 1), leave: leave}
	head := r.head(w.Header())
	r.hall = rs.enter(p.room, r) // before http.Server forgets the connection: its Shutdown waits until then
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		rs.exit(r.hall, r)
		leave()
		panic(err) // HTTP/1.1 is all that gets here
	}
	rs.mutex.Lock()
	r.conn = tcp.Of(conn)
	rs.mutex.Unlock()
	if r.raw, err = r.conn.SyscallConn(); err != nil {
		r.end(isCut)
		return
	}
	go r.watch() // which is all that lasts: net/http lets go of what it keeps for a request
	from := r.cursor
	b := r.appendMissed(append(head, r.frame(first)...))
	n := tcp.WriteNow(r.raw, b)
	rs.delivered.add(r.cursor-from, n)
	if n < len(b) {
		go r.unstick(b[n:])
	} else {
		r.count(n)
		r.hall.add(r)
	}
}

// head is the response's, as it goes over the wire.
func (r *reader) head(header http.Header) []byte {
	var b bytes.Buffer
	version := "HTTP/1.1"
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	header.Set("Connection", "close")
	if r.plain {
		version = "HTTP/1.0"
	} else {
		header.Set("Transfer-Encoding", "chunked")
	}
	b.WriteString(version + " 200 OK\r\n")
	header.Write(&b)
	b.WriteString("\r\n")
	return b.Bytes()
}

// appendMissed appends the events that are there already, as far as they are few. What follows them the shard writes.
func (r *reader) appendMissed(b []byte) []byte {
	missed, next := r.room.From(r.cursor)
	if len(missed) == 0 || len(missed) > little {
		return b
	}
	r.cursor = next
	return append(b, r.frame(missed)...)
}

// frame is bytes of the body as they go over the wire.
func (r *reader) frame(b []byte) []byte {
	if r.plain {
		return b
	}
	return appendChunk(nil, b)
}

func appendChunk(to, b []byte) []byte {
	to = strconv.AppendInt(to, int64(len(b)), 16)
	to = append(to, "\r\n"...)
	to = append(to, b...)
	return append(to, "\r\n"...)
}

// watch sees the reader leave: it has nothing more to say.
func (r *reader) watch() {
	var stray [16]byte
	for strays := 0; strays <= r.hall.rooms.limits.Strays; {
		n, err := r.conn.Read(stray[:])
		if err != nil {
			break
		}
		strays += n
	}
	r.end(isCut)
}

// write writes all, by the deadline of a write, or has the reader gone.
func (r *reader) write(b net.Buffers) bool {
	r.conn.SetWriteDeadline(time.Now().Add(r.hall.rooms.limits.StreamWrite))
	n, err := b.WriteTo(r.conn)
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			r.hall.rooms.log.Warn("cut off a reader of a room that does not read", "room", r.room.Name, "from", r.conn.RemoteAddr())
		}
		r.end(isCut)
		return false
	}
	r.hall.rooms.delivered.add(0, int(n))
	r.count(int(n))
	r.conn.SetWriteDeadline(time.Time{}) // or it would stop what is written at once, when it is over
	return true
}

// little is what the kernel holds of any stream: most need no call that limits it.
const little = 4 << 10

// count has the kernel hold little of a stream that sends much.
func (r *reader) count(n int) {
	if r.sent > little {
		return
	}
	if r.sent += n; r.sent > little {
		r.conn.SetWriteBuffer(r.hall.rooms.limits.StreamBuffer)
	}
}

// unstick writes what the connection did not accept at once, and then what has come meanwhile.
func (r *reader) unstick(rest []byte) {
	d := &r.hall.rooms.delivered
	d.behind.Add(1)
	defer d.behind.Add(-1)
	if r.write(net.Buffers{rest}) {
		r.follow()
	}
}

// follow writes until there is no more, and has a shard go on. It keeps no copy of what it writes: that may be all of a class's that
// does not read.
func (r *reader) follow() {
	for {
		view, from := r.room.View(), r.cursor
		b, how := r.next(&view, time.Now())
		if how != goesOn {
			r.end(how)
			return
		}
		if len(b) == 0 {
			r.hall.add(r)
			return
		}
		pieces := net.Buffers{b}
		if !r.plain {
			pieces = net.Buffers{strconv.AppendInt(nil, int64(len(b)), 16), crlf, b, crlf}
		}
		if !r.write(pieces) {
			return
		}
		if from >= view.First {
			r.hall.rooms.delivered.add(r.cursor-from, 0)
		}
		if r.hall.rooms.stopping() {
			r.end(ends)
			return
		}
	}
}

var (
	crlf      = []byte("\r\n")
	lastChunk = []byte("0\r\n\r\n")
)

// end ends the stream, whoever else does, too.
func (r *reader) end(how ending) {
	if !r.gone.CompareAndSwap(false, true) {
		return
	}
	if how == ends && !r.plain {
		tcp.WriteNow(r.raw, lastChunk) // it fits, or the reader is stuck
	}
	if how == ends {
		r.conn.Close()
	} else {
		tcp.Reset(r.conn)
	}
	r.hall.rooms.exit(r.hall, r)
	r.leave()
}

// cut is by force, with rooms.mutex locked. Without a connection it is about to end by itself.
func (r *reader) cut() {
	if r.conn != nil {
		r.conn.Close() // which ends what waits
	}
}
