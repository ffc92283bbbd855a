package trace

import (
	"math"
	"slices"

	"eventsource-playground/eventsource"
	"eventsource-playground/order"
	"eventsource-playground/protocol"
	"eventsource-playground/sse"
)

// Limits of a comparison. It takes steps and memory in proportion to them, whatever the log holds.
const (
	MaxCompared    = 2000    // of the events of each source, and of its states: the oldest that are kept
	maxComparedLen = 4 << 20 // characters of the events of each source
	MaxDifferences = 200     // that are listed
)

// settling is how long what one source saw may be ahead of the other, and of what the server tells, in milliseconds, before
// that counts.
const settling = 1000

// A Comparison is what two sources on the same stream saw, event by event and state by state.
type Comparison struct {
	Events, States int     // that both saw alike
	Apart          float64 // the longest time between two of these, in milliseconds
	Found          int     // differences
	By             [NotKnown + 1]int
	Differences    []Difference // the oldest, at most MaxDifferences
	Pending        bool         // some are too young to be judged
	Limited        bool         // more came than is compared
	Gone           bool         // of what came first something is not kept, so no difference is put down to anybody
}

// A Difference is something that one of them saw and the other did not, or not so.
type Difference struct {
	A, B  *Record // nil: did not see it
	Cause Cause
}

// Apart is the time from A to B in milliseconds, if both saw it.
func (d Difference) Apart() float64 {
	if d.A == nil || d.B == nil {
		return 0
	}
	return d.B.At - d.A.At
}

// Cause is whose the difference is.
type Cause uint8

const (
	ByClients Cause = iota // the server sent both the same bytes
	ByServer               // it did not
	ByPage                 // close() was called on one of them
	Unserved               // the server saw no request of one of them
	NotKnown               // what the server sent is not known
)

// occasion is what is the same for both sources: an event of a type and an id, or a change of state, the how manieth.
type occasion struct {
	kind    Kind
	state   eventsource.ReadyState // of a change of state
	typ, id string                 // of a Message
	nth     int
}

// Compare compares two sources. Messages are paired by type, last event ID and occurrence, and not by their data: two plays
// of a scenario may well send another time. What is younger than a second counts only once both had the time to see it.
func Compare(a, b *Source, now float64) Comparison {
	var c Comparison
	seenByA, untilA := a.compared()
	seenByB, untilB := b.compared()
	untilA, untilB = min(untilA, now), min(untilB, now)
	c.Limited, c.Gone = min(untilA, untilB) < now, a.gone() || b.gone()
	toA, toB := a.response(), b.response()
	alike := sameResponses(toA, toB)
	for _, p := range pair(seenByA, seenByB, c.Gone) {
		d := Difference{p.seen[0], p.seen[1], NotKnown}
		switch {
		case d.A != nil && d.B != nil && d.A.Data == d.B.Data:
			if p.kind == Message {
				c.Events++
			} else {
				c.States++
			}
			if p.kind != Close {
				c.Apart = max(c.Apart, d.Apart(), -d.Apart())
			}
			continue
		case d.B == nil && !b.hadTime(d.A, untilB), d.A == nil && !a.hadTime(d.B, untilA):
			continue
		case d.A != nil && d.B != nil && now-max(d.A.At, d.B.At) < settling:
			c.Pending = true
			continue // what the server sent may not have been told yet
		case p.kind == Close:
			d.Cause = ByPage
		case c.Gone || !toA.known || !toB.known || toA.exchanges == nil && toB.exchanges == nil:
		case toA.exchanges == nil || toB.exchanges == nil:
			d.Cause = Unserved
		case p.kind == Message && sameLines(toA.events[p.occasion], toB.events[p.occasion]), p.kind != Message && alike:
			d.Cause = ByClients
		default:
			d.Cause = ByServer
		}
		c.Found++
		c.By[d.Cause]++
		if len(c.Differences) < MaxDifferences {
			c.Differences = append(c.Differences, d)
		}
	}
	return c
}

// compared are the records that are compared, but for the constructor's, in their order, and until when these are all.
func (s *Source) compared() (records []Record, until float64) {
	until = math.Inf(1)
	left, text := MaxCompared, maxComparedLen
	for i := range s.runs {
		r := s.run(i)
		n := min(r.len(), r.skip+left)
		records = r.appendTo(records, r.skip, n)
		left -= n - r.skip
		text -= r.size
		if n < r.len() || (left == 0 || text < 0) && i+1 < len(s.runs) {
			until = records[len(records)-1].At
			break
		}
	}
	for i, r := range s.own {
		if i == MaxCompared {
			until = min(until, r.At)
		}
		if i == MaxCompared || r.At > until {
			break
		}
		if r.Kind != Construct {
			records = append(records, *r)
		}
	}
	return order.ByNumber(records, func(r Record) int { return r.Seq }), until
}

// gone reports whether some of its first records are not kept.
func (s *Source) gone() bool { return len(s.own) == 0 || s.own[0].Kind != Construct }

// pairing is what both saw of an occasion.
type pairing struct {
	occasion
	seen [2]*Record
}

// pair puts the records of two sources together, in the order in which the first of each came. Where something is gone, it
// begins with what both saw.
func pair(a, b []Record, gone bool) (pairs []*pairing) {
	known := map[occasion]*pairing{}
	for of, records := range [2][]Record{a, b} {
		times := map[occasion]int{}
		for i := range records {
			r := &records[i]
			o := occasion{kind: r.Kind, state: r.ReadyState}
			if r.Kind == Message {
				o = occasion{kind: Message, typ: r.Type, id: r.LastEventID}
			}
			times[o]++
			o.nth = times[o]
			p := known[o]
			if p == nil {
				p = &pairing{occasion: o}
				known[o] = p
				pairs = append(pairs, p)
			}
			p.seen[of] = r
		}
	}
	pairs = order.ByNumber(pairs, (*pairing).seq)
	if gone {
		both := slices.IndexFunc(pairs, func(p *pairing) bool { return p.seen[0] != nil && p.seen[1] != nil })
		pairs = pairs[max(0, both):]
	}
	return pairs
}

// seq is that of the record that came first.
func (p *pairing) seq() int {
	switch {
	case p.seen[0] == nil:
		return p.seen[1].Seq
	case p.seen[1] == nil:
		return p.seen[0].Seq
	}
	return min(p.seen[0].Seq, p.seen[1].Seq)
}

// hadTime reports whether this source would have seen until then what the other one did, and was there to see it.
func (s *Source) hadTime(other *Record, until float64) bool {
	if s.now.Live() {
		return other.At <= until-settling
	}
	return other.At <= min(until, s.now.Since-slack)
}

// response is what is known of what the server sent to a source.
type response struct {
	known     bool // all of it
	exchanges []*Exchange
	events    map[occasion][]WireLine // the lines of each
}

func (s *Source) response() response {
	r := response{known: !s.wire.blind, exchanges: s.Exchanges(), events: map[occasion][]WireLine{}}
	times := map[occasion]int{}
	for i, e := range r.exchanges {
		r.known = r.known && e.Attempt == i+1 && !e.Blind && !e.Unknown && e.Forgotten == 0
		from := 0
		for j, line := range e.Lines {
			if line.Outcome == sse.Dispatched {
				o := occasion{kind: Message, typ: line.Event.Type, id: line.Event.LastEventID}
				times[o]++
				o.nth = times[o]
				r.events[o] = e.Lines[from : j+1]
			}
			if line.Outcome == sse.Dispatched || line.Outcome == sse.Blank {
				from = j + 1
			}
		}
	}
	return r
}

// sameLines reports whether the server sent both an event, of the same bytes.
func sameLines(a, b []WireLine) bool {
	return len(a) > 0 && slices.EqualFunc(a, b, func(a, b WireLine) bool { return a.Raw == b.Raw && a.Terminator == b.Terminator })
}

// sameResponses reports whether the server did the same for both, as far as both made requests.
func sameResponses(a, b response) bool {
	for i := range min(len(a.exchanges), len(b.exchanges)) {
		p, q := a.exchanges[i], b.exchanges[i]
		if (p.Head == nil) != (q.Head == nil) || p.endedBy() != q.endedBy() {
			return false
		}
		if p.Head != nil && (p.Head.Status != q.Head.Status || p.type_() != q.type_()) {
			return false
		}
	}
	return true
}

// endedBy is how the server ended the response; "" if it did not.
func (e *Exchange) endedBy() protocol.End {
	if e.End == nil || e.End.By != protocol.ByServer {
		return ""
	}
	return e.End.How
}
