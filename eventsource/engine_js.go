package eventsource

import (
	"context"
	"slices"
	"time"

	"eventsource-playground/sse"
)

// engine is a Stream that a page listens to. Its events gather for a frame, as a source's do: an observer that is called for each
// piece of a stream would do more than the stream.
type engine struct {
	stream  *Stream
	observe func(Events)
	types   []string // listened to, beyond open and error

	gathered batch
	origin   string
	due      bool // a timer is set
	last     Event
	closed   bool
}

func newEngine(url string, o StreamOptions, listen []string, observe func(Events)) (*engine, error) {
	stream, err := NewStream(context.Background(), url, o)
	if err != nil {
		return nil, err
	}
	e := &engine{stream: stream, observe: observe, types: []string{"message"}}
	for _, typ := range listen {
		e.listen(typ)
	}
	go stream.run(handler{e.own, e.piece})
	return e, nil
}

// own takes the Stream's own open or error, after what was gathered.
func (e *engine) own(event Event) bool {
	e.flush()
	if !e.closed {
		e.observe(Decoded(event))
	}
	return !e.closed
}

func (e *engine) piece(p []byte, origin string) (bool, error) {
	if meter.running {
		defer meter.enter().leave()
	}
	at := now()
	e.origin = origin
	var err error
	if s := e.stream; s.options.Line != nil {
		err = s.decoder.Feed(p, func(l sse.Line) {
			s.tell(l)
			if l.Event != nil {
				e.add(at, []byte(l.Event.Type), []byte(l.Event.Data), []byte(l.Event.LastEventID))
			}
		})
	} else {
		err = s.decoder.Each(p, func(r sse.Raw) { e.add(at, r.Type, r.Data, r.LastEventID) })
	}
	e.stream.keep()
	if len(e.gathered.events) > 0 && !e.due {
		e.due = true
		after(frame*time.Millisecond, func() {
			e.due = false
			e.flush()
		})
	}
	return !e.closed, err
}

func (e *engine) add(at float64, typ, data, id []byte) {
	if e.closed || !slices.ContainsFunc(e.types, func(t string) bool { return t == string(typ) }) {
		return
	}
	e.gathered.add(at, typ, data, id)
	if e.gathered.full() {
		e.flush()
	}
}

func (e *engine) flush() {
	if len(e.gathered.events) > 0 {
		e.observe(e.gathered.take(e.origin, &e.last))
	}
}

func (e *engine) listen(typ string) {
	if typ != "open" && typ != "error" && !slices.Contains(e.types, typ) {
		e.types = append(e.types, typ)
	}
}

func (e *engine) unlisten(typ string) {
	if typ != "message" {
		e.types = slices.DeleteFunc(e.types, func(t string) bool { return t == typ })
	}
}

func (e *engine) close() {
	if e.closed {
		return
	}
	e.flush()
	e.closed = true
	e.stream.Close()
}

func (e *engine) url() string            { return e.stream.URL() }
func (e *engine) withCredentials() bool  { return e.stream.WithCredentials() }
func (e *engine) readyState() ReadyState { return e.stream.ReadyState() }
