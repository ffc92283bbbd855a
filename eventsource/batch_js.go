package eventsource

import "strings"

// batch gathers the events of a [Stream] into a run. All their text is one string, and what is kept of each holds no pointer, so
// that the garbage collector has nothing to follow: with a string each, 100,000 events take twice as long in a page.
type batch struct {
	text   strings.Builder
	events []batched
}

type batched struct {
	at            float64
	typ, id, data part
}

// part is of the batch's text.
type part struct{ from, to uint32 }

// lazyFrom is the length from which a run is decoded only as far as it is asked for: so many no screen shows at once.
const lazyFrom = 256

// Limits of a batch: what is more makes the next one.
const (
	mostBatched   = 4096
	mostBatchText = 1 << 20
)

func (b *batch) full() bool { return len(b.events) >= mostBatched || b.text.Len() >= mostBatchText }

// add adds an event. Its type and its last event ID are kept once where they are those of the one before.
func (b *batch) add(at float64, typ, data, id []byte) {
	var before batched
	if n := len(b.events); n > 0 {
		before = b.events[n-1]
	}
	b.events = append(b.events, batched{at, b.keep(typ, before.typ), b.keep(id, before.id), b.keep(data, part{})})
}

func (b *batch) keep(text []byte, before part) part {
	if all := b.text.String(); all[before.from:before.to] == string(text) {
		return before
	}
	from := uint32(b.text.Len())
	b.text.Write(text)
	return part{from, uint32(b.text.Len())}
}

// take is what was gathered, as a run of OPEN's events with an origin, and the batch begins again. last is the one that was taken before;
// it becomes the last of these.
func (b *batch) take(origin string, last *Event) Events {
	text, events := b.text.String(), b.events
	*b = batch{}
	if len(events) >= lazyFrom { // more of the same comes: to let it grow again and again costs more than all else here
		b.events = make([]batched, 0, len(events)*5/4)
		b.text.Grow(len(text) * 5 / 4)
	}
	decode := func(from, to int) []Event {
		decoded := make([]Event, 0, to-from)
		for _, e := range events[from:to] {
			decoded = append(decoded, Event{
				Kind: Message, TimeStamp: e.at, ReadyState: Open, Origin: origin,
				Type: text[e.typ.from:e.typ.to], Data: text[e.data.from:e.data.to], LastEventID: text[e.id.from:e.id.to],
			})
		}
		return decoded
	}
	if len(events) < lazyFrom {
		decoded := decode(0, len(events))
		share(*last, decoded)
		*last = decoded[len(decoded)-1]
		return Decoded(decoded...)
	}
	newest := decode(len(events)-1, len(events))
	share(*last, newest)
	*last = newest[0]
	return Lazy(len(events), len(text)+len(origin), decode).WithTexts(func(from, to int, yield func(typ, data, lastEventID string)) {
		for _, e := range events[from:to] {
			yield(text[e.typ.from:e.typ.to], text[e.data.from:e.data.to], text[e.id.from:e.id.to])
		}
	})
}
