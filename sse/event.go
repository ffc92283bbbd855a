package sse

import (
	"io"
	"iter"
)

// An Event is what a client dispatches.
type Event struct {
	Type        string // message, unless the stream named another
	Data        string
	LastEventID string // the last id seen so far, which may have come with an earlier event
}

// Events reads a stream to its end and yields each event as soon as its blank line was read. The end, io.EOF, is no error;
// that of a failed read, or a [*LimitError], comes last, beside an empty Event. However the loop ends, the Decoder is then
// as [Decoder.End] leaves it: its LastEventID and ReconnectionTime are what a reconnection needs, and Events can read the
// next connection's stream. A loop that breaks at an event leaves what was received after it out.
//
// Keep the Decoder's LastEventID for that, not the last Event's: an id may come without an event.
func (d *Decoder) Events(r io.Reader) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		defer d.reset()
		wanted := true
		var left Decoder // what the next connection needs, as it was when the loop broke
		dispatch := func() {
			if typ, data, id := d.next(); wanted && !yield(Event{typ, data, id}, nil) {
				wanted = false
				left = *NewDecoder(d.LastEventID(), d.limits)
				left.retry, left.retrySet = d.ReconnectionTime()
			}
		}
		buf := make([]byte, 16<<10)
		for {
			n, err := r.Read(buf)
			if limited := d.read(buf[:n], nil, dispatch); limited != nil {
				err = limited
			}
			switch {
			case !wanted:
				*d = left
				return
			case err == io.EOF:
				return
			case err != nil:
				yield(Event{}, err)
				return
			}
		}
	}
}
