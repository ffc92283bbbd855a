package sse

import (
	"cmp"
	"io"
	"iter"
)

// An Event is what a client dispatches.
type Event struct {
	Type        string // message, unless the stream named another
	Data        string
	LastEventID string // the last id seen so far, which may have come with an earlier event
}

// Events dispatches the events of one stream, each as soon as its blank line was read. It ends with the stream, without
// an error at io.EOF; the error of a failed read, or a [*LimitError], comes last, beside an empty Event.
func Events(r io.Reader, limits Limits) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		d := NewDecoder("", limits)
		wanted := true
		report := func(line Line) {
			if wanted && line.Event != nil {
				wanted = yield(*line.Event, nil)
			}
		}
		buf := make([]byte, 4096)
		for wanted {
			n, err := r.Read(buf)
			err = cmp.Or(d.Feed(buf[:n], report), err)
			if err == io.EOF {
				return
			}
			if err != nil && wanted {
				yield(Event{}, err)
				return
			}
		}
	}
}
