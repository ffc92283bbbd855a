package rooms

import (
	"net/http"
	"time"

	"eventsource-playground/server/limits"
)

// responder is a reader over HTTP/2, or over TLS: net/http frames and sends, in the goroutine of the handler.
type responder struct {
	place
	writer  http.ResponseWriter
	control *http.ResponseController
	limit   time.Duration // of a write
	forced  chan struct{} // closed when it is cut off by force
}

func (r *responder) cut() { close(r.forced) }

// respond is the response to a request, until it ends.
func (rs *Rooms) respond(w http.ResponseWriter, req *http.Request, p place, first []byte, leave func()) {
	r := &responder{place: p, writer: w, control: http.NewResponseController(w), limit: rs.limits.StreamWrite, forced: make(chan struct{})}
	h := rs.enter(p.room, r)
	defer leave()
	defer rs.exit(h, r)
	beat := time.NewTimer(rs.limits.Heartbeat)
	defer beat.Stop()
	for b := first; ; {
		if len(b) > 0 {
			if r.write(b) != nil {
				return
			}
			beat.Reset(rs.limits.Heartbeat)
		}
		view, from := r.room.View(), r.cursor
		var how ending
		switch b, how = r.next(&view, time.Now()); how {
		case ends:
			return
		case isCut:
			panic(http.ErrAbortHandler) // which net/http knows: it resets the stream
		}
		if len(b) > 0 {
			if from >= view.First {
				rs.delivered.add(r.cursor-from, len(b))
			}
			continue
		}
		select {
		case <-view.Changed:
		case <-beat.C:
			b = limits.Comment
		case <-rs.stop:
			return
		case <-r.forced:
			return
		case <-req.Context().Done():
			return
		}
	}
}

func (r *responder) write(b []byte) error {
	r.control.SetWriteDeadline(time.Now().Add(r.limit))
	if _, err := r.writer.Write(b); err != nil {
		return err
	}
	err := r.control.Flush()
	r.control.SetWriteDeadline(time.Time{}) // or net/http would reset the stream then, whether something is written or not
	return err
}
