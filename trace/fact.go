package trace

import (
	"slices"
	"strings"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
)

const (
	maxFacts = 200 // of each observer, about one source
	// silence is how long a source is open without an event before that is worth a word, in milliseconds.
	silence = 4000
)

// Fact is one thing that just happened, as a learner should read it.
type Fact struct {
	Name     FactName
	Observer Observer
	At       float64 // on the performance clock; of repeats that are folded, when the first came
	T        float64 // milliseconds since New of its source
	Source   int
	Client   ClientKind
	Attempt  int // which request of the source; of what the page saw, that of the cause

	Was          eventsource.ReadyState // the state before
	Type         string                 // the event's type; "" for several types. Of other facts what they are about
	ID           string                 // the last event ID
	Status       int                    // of a response
	Count        int                    // how many, if repeats are folded
	Milliseconds float64                // the wait, or the time it took
	Before       float64                // how long this source waited the last time, in milliseconds; 0 if it never did
	Err          error                  // of an error of a client that tells why
	Opened       bool                   // of an error: this source had been open, so that its stream may have set the reconnection time

	// What the server's side knows of a fact that the page saw.
	Known    bool
	Said     string   // the beginning of the body of a response that is no event stream
	Cause    FactName // FactConstructed: none
	Retry    int64    // what the stream set, in milliseconds
	RetrySet bool
	Unheard  bool // events were sent that have no listener here
	Sent     int  // events in this response

	last  float64 // when the newest of those that are folded came
	since float64 // when the CONNECTING before it began
	epoch int     // of what the server's side saw
}

// fact remembers what the page saw, folded into the fact before if it says the same again.
func (s *Source) fact(f Fact) {
	f.Source, f.Client, f.last = s.number, s.Kind, f.At
	f.clip()
	if last := s.facts.last(pageLane); last != nil && last.Name == f.Name &&
		(f.Name == FactEvents || f.Name == FactFailed || f.Name == FactServerNamed && last.Type == f.Type) {
		if last.Type != f.Type {
			f.Type = ""
		}
		f.Count += last.Count
		f.At = last.At
		*last = f
		return
	}
	s.facts.add(f)
}

// clip shortens what a stream said: a fact outlives the record that counts its text.
func (f *Fact) clip() {
	for _, s := range []*string{&f.Type, &f.ID, &f.Said} {
		if len(*s) > maxType {
			*s = strings.ToValidUTF8((*s)[:maxType], "") + "…" // a copy, so that the whole is let go
		}
	}
}

// lane is what one observer saw, oldest first.
type lane uint8

const (
	pageLane lane = iota
	serverLane
	wireLane
	lanes
)

var observers = [lanes]Observer{Page, Server, Wire}

// laneOf is whose fact it is.
func laneOf(name FactName) lane {
	switch {
	case name < firstOfServer:
		return pageLane
	case name < firstOnWire:
		return serverLane
	}
	return wireLane
}

// facts about one source are in lanes, because what the server saw arrives some time after what the page saw.
type facts [lanes][]Fact

func (all *facts) add(f Fact) {
	f.clip()
	lane := &all[laneOf(f.Name)]
	if len(*lane) >= maxFacts {
		*lane = append((*lane)[:0], (*lane)[maxFacts/10:]...)
	}
	*lane = append(*lane, f)
}

// last is the newest fact of a lane, or nil.
func (all *facts) last(by lane) *Fact {
	if n := len(all[by]); n > 0 {
		return &all[by][n-1]
	}
	return nil
}

// shift moves what the server's side saw in an epoch.
func (all *facts) shift(by float64, epoch int) {
	for _, lane := range all[serverLane:] {
		for i := range lane {
			if lane[i].epoch == epoch && lane[i].Name != FactNewServer { // that one has the page's clock
				lane[i].At += by
			}
		}
	}
}

// Refuse records that a client of a kind was not made, and why, so that there is no new source.
func (l *Log) Refuse(at float64, kind ClientKind, err error) {
	l.others.add(Fact{Name: FactRefused, Client: kind, At: at, Type: err.Error()})
	l.changes++
}

// Listening records that a listener for a type was added or removed while connected.
func (s *Source) Listening(at float64, typ string, on bool) {
	f := Fact{Name: FactListening, At: at, Type: typ}
	if !on {
		f.Name = FactUnlistened
	}
	s.fact(f)
	s.log.changes++
}

// Facts yields the newest of what just happened to the sources of a lane, or if that is 0 of all, newest first, with what
// is known of it by now. It depends on the time, because silence is a fact too.
func (l *Log) Facts(now float64, lane, limit int) []Fact {
	left := []facts{l.others}
	for _, s := range l.sources {
		if lane == 0 || s.Lane == lane {
			left = append(left, s.factsAt(now))
		}
	}
	var newest []Fact
	for len(newest) < limit {
		var next *Fact
		var of *[]Fact
		for i := range left {
			for by := range lanes {
				if f := left[i].last(by); f != nil && (next == nil || f.At > next.At) {
					next, of = f, &left[i][by]
				}
			}
		}
		if next == nil {
			break
		}
		newest = append(newest, l.explain(*next))
		*of = (*of)[:len(*of)-1]
	}
	return newest
}

// factsAt are a source's facts, with its silence if it lasts.
func (s *Source) factsAt(now float64) facts {
	all := s.facts
	if !s.Silent(now) {
		return all
	}
	at := s.now.Since + silence
	seen := all[pageLane]
	i := len(seen)
	for i > 0 && seen[i-1].At > at {
		i--
	}
	silent := append(seen[:i:i], Fact{Name: FactSilent, At: at, Source: s.number, last: at, since: s.connectingAt})
	all[pageLane] = append(silent, seen[i:]...)
	return all
}

// Silent reports whether the source has been open for some seconds without one event.
func (s *Source) Silent(now float64) bool {
	return s.State().Live() && s.now.ReadyState == eventsource.Open && s.now.Events == 0 && now-s.now.Since >= silence
}

// explain fills in what is known by now.
func (l *Log) explain(f Fact) Fact {
	f.Observer = observers[laneOf(f.Name)]
	s := l.Source(f.Source)
	if s != nil {
		f.Client = s.Kind
	}
	if s == nil {
		s = l.Newest(1) // of no source, or of one that the log does not know
	}
	if s != nil {
		f.T = f.At - s.newAt
		if s.tells && f.Observer != Page {
			f.Observer = Itself
		}
	}
	switch f.Name {
	case FactStatus, FactWrongType, FactForbidden:
		if e := l.served.exchange(f.Source, f.Attempt); e != nil {
			f.Said = e.Said()
		}
		return f
	case FactSilent, FactReopened, FactLost, FactFailed, FactGaveUp, FactEndedSocket, FactReturns:
	default:
		return f
	}
	e := l.served.about(f)
	if e == nil {
		return f
	}
	f.Known, f.ID, f.Retry, f.RetrySet = !e.Blind && !e.unsure, e.lastID, e.retry, e.retrySet
	switch {
	case f.Name == FactSilent:
		f.Known, f.Unheard = !e.Blind, len(s.Unheard()) > 0
		f.Sent = e.dispatched
	case f.Name == FactReopened:
		f.Known, f.ID = true, e.lastEventID()
	case e.Head != nil && e.verdict() != FactStream && e.verdict() != FactUpgraded:
		if f.Name != FactLost {
			f.Cause, f.Attempt, f.Status, f.Type = e.verdict(), e.Attempt, e.Head.Status, e.type_()
		}
	case e.End != nil && e.EndAt <= f.last+endSlack && e.End.By == protocol.ByServer && f.Name != FactGaveUp:
		f.Cause, f.Attempt = e.ending(), e.Attempt
	}
	return f
}

// slack is how far the two clocks may be apart, in milliseconds.
const slack = 20

// endSlack is the same for the end of the response that a connection was lost with: on a busy machine the server's clock is
// known less well, and had the client left first, the server would not have been the one to end it.
const endSlack = 250

// about is the exchange that a fact of the page is about, one of the attempt that began with the CONNECTING before it. Of
// a stream that was lost that is the newest that had ended by then; or else the newest.
func (s *served) about(f Fact) *Exchange {
	var newest *Exchange
	for _, e := range slices.Backward(s.exchanges) {
		if e.Source != f.Source || e.At > f.last+slack {
			continue
		}
		if e.At < f.since-slack {
			break
		}
		if f.Name == FactLost && (!e.streams() || !e.Over() || e.EndAt > f.last+slack) {
			if newest == nil && e.streams() {
				newest = e
			}
			continue
		}
		return e
	}
	return newest
}

// Brief cuts what would take too much room in a sentence.
func Brief(s string) string { return Shorten(s, 200) }

// Shorten cuts a text after so many characters.
func Shorten(s string, longest int) string {
	n := 0
	for i := range s {
		if n++; n > longest {
			return s[:i] + "…"
		}
	}
	return s
}
