package trace

import (
	"slices"
	"sort"

	"eventsource-playground/eventsource"
)

// maxSpans bounds the states remembered: a server that cuts every 20 ms makes 50 a second.
const maxSpans = 20_000

// Span is a time in one readyState.
type Span struct {
	Source   int
	State    eventsource.ReadyState
	Waiting  bool    // CONNECTING after an error: the browser waits, then asks again
	From, To float64 // on the performance clock; To is 0 while it lasts
}

// span ends the one before, and begins s.
func (l *Log) span(at float64, s Span) {
	s.From = at
	if n := len(l.spans); n > 0 {
		l.spans[n-1].To = at
	}
	if len(l.spans) >= maxSpans {
		l.spans = slices.Delete(l.spans, 0, maxSpans/10)
	}
	l.spans = append(l.spans, s)
}

// Spans yields the states that a window of time touches, oldest first. The caller must not change them.
func (l *Log) Spans(from, to float64) []Span {
	first := sort.Search(len(l.spans), func(i int) bool { return l.spans[i].To == 0 || l.spans[i].To > from })
	end := sort.Search(len(l.spans), func(i int) bool { return l.spans[i].From >= to })
	return l.spans[min(first, end):end]
}

// Began is when the oldest state that is remembered began; 0 if there is none.
func (l *Log) Began() float64 {
	if len(l.spans) == 0 {
		return 0
	}
	return l.spans[0].From
}

// Mark is something to draw at a moment of the timeline: one record, or the number of events that came too close
// together to be drawn apart.
type Mark struct {
	Record     // the first, if there are several; zero but for At, Kind and Source if it is not decoded
	Count  int // of records
}

// Marks yields what happened in a window of time, oldest first. Events that fall into the same step, counted in
// milliseconds from zero so that marks do not move from one drawing to the next, are one mark. The browser's own
// events stand alone.
func (l *Log) Marks(from, to, step float64) []Mark {
	var marks []Mark
	bucket := func(at float64) int { return int(at / step) }
	add := func(m Mark) {
		if n := len(marks); n > 0 && m.Kind == Message {
			if last := &marks[n-1]; last.Kind == Message && last.Source == m.Source && bucket(last.At) == bucket(m.At) {
				last.Count += m.Count
				return
			}
		}
		marks = append(marks, m)
	}
	first := sort.Search(len(l.runs), func(i int) bool { return l.runs[i].last >= from })
	for _, r := range l.runs[first:] {
		if r.first > to {
			break
		}
		if r.events.Lazy() {
			// A run that is not decoded came within a frame or so: its events are spread evenly over its time.
			n := r.len() - r.skip
			each := (r.last - r.first) / float64(n)
			for i := 0; i < n; {
				at := r.first + float64(i)*each
				k := n - i
				if each > 0 {
					k = min(k, max(1, int((float64(bucket(at)+1)*step-at)/each)))
				}
				if at >= from && at <= to {
					add(Mark{Record: Record{At: at, Kind: Message, Source: r.source, Seq: r.seq + r.skip + i}, Count: k})
				}
				i += k
			}
			continue
		}
		for _, rec := range r.slice(r.skip, r.len()) {
			if rec.At >= from && rec.At <= to {
				add(Mark{Record: rec, Count: 1})
			}
		}
	}
	return marks
}
