package trace

import (
	"math"
	"sort"

	"eventsource-playground/eventsource"
)

// Span is a time in one readyState.
type Span struct {
	Source   int
	State    eventsource.ReadyState
	Waiting  bool    // CONNECTING after an error: the browser waits, then reconnects
	From, To float64 // on the performance clock; To is 0 while it lasts
}

// span ends the one before, and begins another. There are no more spans than records: they are dropped together.
func (s *Source) span(at float64, next Span) {
	next.From = at
	if n := len(s.spans); n > 0 {
		s.spans[n-1].To = at
	}
	s.spans = append(s.spans, next)
}

// Spans yields the states that a window of time touches, oldest first. The caller must not change them.
func (s *Source) Spans(from, to float64) []Span {
	if s == nil {
		return nil
	}
	first := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].To == 0 || s.spans[i].To > from })
	end := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].From >= to })
	return s.spans[min(first, end):end]
}

// Began is when the oldest state that is remembered of any source began; 0 if there is none.
func (l *Log) Began() (first float64) {
	for _, s := range l.sources {
		if len(s.spans) > 0 && (first == 0 || s.spans[0].From < first) {
			first = s.spans[0].From
		}
	}
	return first
}

// Mark is something to draw at a moment of the timeline: one record, or several of a kind that came too close together
// to be drawn apart.
type Mark struct {
	Record     // the first, if there are several; of Messages it then has only At, Kind, Seq and Source
	Count  int // of records
}

// ownStep is the part of a step from which two of the browser's own events, or calls, are drawn apart.
const ownStep = 0.25

// Marks yields what happened from (included) to (excluded) a moment, in its order. Events of the stream that fall into
// the same step, counted in milliseconds from zero so that marks do not move from one drawing to the next, are one
// mark; all else has finer steps. Events are not read to be counted, so the cost depends on the number of marks.
func (s *Source) Marks(from, to, step float64) []Mark {
	if s == nil {
		return nil
	}
	own := s.ownMarks(from, to, step*ownStep)
	var marks []Mark
	end := s.messagesBefore(to, step)
	for i := s.messagesBefore(from, step); i < end; {
		r := s.runOfMessage(i)
		k := i - r.before
		at := r.at(k, step)
		next := min(end, max(i+1, s.messagesBefore(stepEnd(at, step), step)))
		m := Mark{Record: Record{Seq: r.seq + k, Source: s.number, At: at, Kind: Message}, Count: next - i}
		if m.Count == 1 && !r.even(step) {
			m.Record = r.appendTo(nil, k, k+1)[0]
		}
		for len(own) > 0 && own[0].Seq < m.Seq {
			marks, own = append(marks, own[0]), own[1:]
		}
		marks = append(marks, m)
		i = next
	}
	return append(marks, own...)
}

func (s *Source) ownMarks(from, to, step float64) []Mark {
	var marks []Mark
	first := sort.Search(len(s.own), func(i int) bool { return s.own[i].At >= from })
next:
	for _, r := range s.own[first:] {
		if r.At >= to {
			break
		}
		for i := len(marks) - 1; i >= 0 && r.At < stepEnd(marks[i].At, step); i-- {
			if m := &marks[i]; m.Kind == r.Kind && m.ReadyState == r.ReadyState {
				m.Count++
				continue next
			}
		}
		marks = append(marks, Mark{Record: *r, Count: 1})
	}
	return marks
}

func stepEnd(at, step float64) float64 { return (math.Floor(at/step) + 1) * step }

// messagesBefore is how many messages of the source came before a moment, dropped ones included.
func (s *Source) messagesBefore(at, step float64) int {
	i := sort.Search(len(s.runs), func(i int) bool { return s.run(i).last >= at })
	if i == len(s.runs) {
		return s.messages
	}
	r := s.run(i)
	return r.before + max(r.skip, r.messagesBefore(at, step))
}

// run is the source's run of Messages by its place among those that are kept.
func (s *Source) run(i int) *run { return &s.log.runs[s.runs[i]-s.log.gone] }

// runOfMessage finds the run that holds a message by its number.
func (s *Source) runOfMessage(i int) *run {
	return s.run(sort.Search(len(s.runs), func(j int) bool { return s.run(j).before > i }) - 1)
}

// even reports whether the run's events may be taken as spread evenly over its time: one that is not decoded usually
// came within a frame, and that is far less than a step. In a hidden tab it may be a minute.
func (r *run) even(step float64) bool { return r.events.Lazy() && r.last-r.first < step/2 }

// each is the time from one event of an even run to the next.
func (r *run) each() float64 { return (r.last - r.first) / float64(max(1, r.events.Len()-1)) }

// at is when a message of the run came.
func (r *run) at(i int, step float64) float64 {
	if r.even(step) {
		return r.first + float64(i)*r.each()
	}
	return r.events.Slice(i, i+1)[0].TimeStamp
}

// messagesBefore is how many messages of the run came before a moment that is not after its last.
func (r *run) messagesBefore(at, step float64) int {
	switch n := r.events.Len(); {
	case at <= r.first:
		return 0
	case r.even(step):
		return min(n, int(math.Ceil((at-r.first)/r.each())))
	default:
		return sort.Search(n, func(i int) bool { return r.events.Slice(i, i+1)[0].TimeStamp >= at })
	}
}
