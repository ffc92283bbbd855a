package trace

import (
	"slices"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
)

const (
	maxFacts = 200 // of each observer
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
	Attempt  int // which request of the source; of what the page saw, that of the cause

	Was          eventsource.ReadyState // the state before
	Type         string                 // the event's type; "" for several types. Of other facts what it is that they tell of
	ID           string                 // the last event ID
	Status       int                    // of an answer
	Count        int                    // how many, if repeats are folded
	Milliseconds float64                // the wait, or the time it took

	last   float64 // when the newest of those that are folded came
	since  float64 // when the CONNECTING before it began
	waited float64 // how long this source waited the last time; 0 if it never did

	// What the server's side knows of a fact that the page saw.
	known    bool
	cause    FactName // FactConstructed: none
	retry    int64    // what the stream set, in milliseconds
	retrySet bool
	unheard  bool // events were sent that have no listener
	sent     int  // events in this answer
}

// fact remembers what the page saw, folded into the fact before if it says the same again.
func (l *Log) fact(f Fact) {
	f.Source, f.last = l.source, f.At
	if last := l.facts.last(pageLane); last != nil && last.Name == f.Name && last.Source == f.Source &&
		(f.Name == FactEvents || f.Name == FactFailed || f.Name == FactServerNamed && last.Type == f.Type) {
		if last.Type != f.Type {
			f.Type = ""
		}
		f.Count += last.Count
		f.At = last.At
		*last = f
		return
	}
	l.facts.add(f)
}

// lane is what one observer saw, oldest first.
type lane uint8

const (
	pageLane lane = iota
	serverLane
	wireLane
	lanes
)

// facts are in lanes, because what the server saw arrives some time after what the page saw.
type facts [lanes][]Fact

func (all *facts) add(f Fact) {
	lane := &all[texts[f.Name].by]
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

// shift moves what the server's side saw.
func (all *facts) shift(by float64) {
	for _, lane := range all[serverLane:] {
		for i := range lane {
			lane[i].At += by
		}
	}
}

// Refuse records that the constructor threw, so that there is no new source.
func (l *Log) Refuse(at float64, err error) {
	l.fact(Fact{Name: FactRefused, At: at, Type: err.Error()})
	l.changes++
}

// Listen records that a listener for a type was added or removed while connected.
func (l *Log) Listen(at float64, typ string, on bool) {
	f := Fact{Name: FactListening, At: at, Type: typ}
	if !on {
		f.Name = FactUnlistened
	}
	l.fact(f)
	l.changes++
}

// Facts yields the newest of what just happened, newest first, with what is known of it by now. It depends on the time,
// because silence is a fact too.
func (l *Log) Facts(now float64, most int) []Fact {
	left := l.facts
	if l.Silent(now) {
		at := l.now.Since + silence
		i := len(left[pageLane])
		for i > 0 && left[pageLane][i-1].At > at {
			i--
		}
		silent := append(left[pageLane][:i:i], Fact{Name: FactSilent, At: at, Source: l.source, last: at, since: l.asking})
		left[pageLane] = append(silent, left[pageLane][i:]...)
	}
	var newest []Fact
	for len(newest) < most {
		var next *Fact
		for by := range lanes {
			if f := left.last(by); f != nil && (next == nil || f.At > next.At) {
				next = f
			}
		}
		if next == nil {
			break
		}
		newest = append(newest, l.explain(*next))
		by := texts[next.Name].by
		left[by] = left[by][:len(left[by])-1]
	}
	return newest
}

// Silent reports whether the source has been open for some seconds without one event.
func (l *Log) Silent(now float64) bool {
	return l.now.Source > 0 && l.now.ReadyState == eventsource.Open && l.now.Events == 0 && now-l.now.Since >= silence
}

// explain fills in what is known by now.
func (l *Log) explain(f Fact) Fact {
	f.Observer = observers[texts[f.Name].by]
	if 0 < f.Source && f.Source <= len(l.newAts) {
		f.T = f.At - l.newAts[f.Source-1]
	}
	switch f.Name {
	case FactSilent, FactReopened, FactLost, FactFailed, FactGaveUp:
	default:
		return f
	}
	e := l.served.behind(f)
	if e == nil {
		return f
	}
	f.known, f.ID, f.retry, f.retrySet = !e.Blind, e.lastID, e.retry, e.retrySet
	switch {
	case f.Name == FactSilent:
		f.unheard = len(l.served.unheard) > 0
		f.sent = e.dispatched
	case f.Name == FactReopened:
		f.known, f.ID = true, e.lastEventID()
	case e.Head != nil && e.answer() != FactAnswered:
		if f.Name != FactLost {
			f.cause, f.Attempt, f.Status, f.Type = e.answer(), e.Attempt, e.Head.Status, e.type_()
		}
	case e.End != nil && e.EndAt <= f.last+slack && e.End.By == protocol.ByServer && f.Name != FactGaveUp:
		f.cause, f.Attempt = e.ending(), e.Attempt
	}
	return f
}

// slack is how far the two clocks may be apart, in milliseconds.
const slack = 20

// behind is the exchange that a fact of the page is about, one of the attempt that began with the CONNECTING before it. Of
// a stream that was lost that is the newest that had ended by then; or else the newest.
func (s *served) behind(f Fact) *Exchange {
	var newest *Exchange
	for _, e := range slices.Backward(s.exchanges) {
		if e.Source != f.Source || e.At > f.last+slack {
			continue
		}
		if e.At < f.since-slack {
			break
		}
		if f.Name == FactLost && (!e.streams() || e.End == nil || e.EndAt > f.last+slack) {
			if newest == nil && e.streams() {
				newest = e
			}
			continue
		}
		return e
	}
	return newest
}
