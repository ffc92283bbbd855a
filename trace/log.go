package trace

import (
	"slices"
	"sort"

	"eventsource-playground/eventsource"
)

// Limits of a Log: past either the oldest records go, and Dropped counts them.
const (
	MaxRecords = 200_000
	MaxText    = 64 << 20 // characters of data in all
)

// maxTypes bounds the types remembered: a stream may name each event differently.
const maxTypes = 100

// A Log is the append-only record of what was observed. Its counters, spans and facts are kept as records come, so
// that reading them costs nothing, however long the log.
type Log struct {
	runs    []run
	next    int // Seq of the next record
	kept    int
	text    int
	dropped int

	source  int
	newAt   float64
	now     State
	counts  Counts
	spans   []Span
	facts   []Fact
	types   []string
	changes int
}

// NewLog makes an empty log.
func NewLog() *Log { return &Log{} }

// run is records of one source that came together.
type run struct {
	seq    int // of its first record
	source int
	newAt  float64
	events eventsource.Events
	lone   *Record // a Construct or Close, instead of events
	skip   int     // records at its start that were dropped

	first, last float64 // At of its first and last record
}

func (r *run) len() int {
	if r.lone != nil {
		return 1
	}
	return r.events.Len()
}

func (r *run) slice(from, to int) []Record {
	if r.lone != nil {
		return []Record{*r.lone}[from:to]
	}
	records := make([]Record, 0, to-from)
	for i, e := range r.events.Slice(from, to) {
		records = append(records, Record{
			Seq: r.seq + from + i, Source: r.source, At: e.TimeStamp, T: e.TimeStamp - r.newAt, Observer: Page,
			Kind: kindOf(e), ReadyState: e.ReadyState, Type: e.Type, Data: e.Data, LastEventID: e.LastEventID, Origin: e.Origin,
		})
	}
	return records
}

func kindOf(e eventsource.Event) Kind {
	switch e.Kind {
	case eventsource.Opened:
		return Open
	case eventsource.Failed:
		return Error
	}
	return Message
}

// State is what is known of the current source.
type State struct {
	Source     int     // from 1; 0 before the first
	NewAt      float64 // when it was constructed, on the performance clock
	ReadyState eventsource.ReadyState
	Since      float64 // when that state began, on the performance clock
	By         Transition
	Waiting    bool    // CONNECTING after an error: the browser waits, then asks again
	Lived      float64 // milliseconds from New until it was CLOSED
	URL        string

	LastEventID string
	Opened      bool // has been open at least once
	Events      int  // since it last opened
	Wait        Wait // the last one that ended
}

// Live reports whether there is a source that is not closed.
func (s State) Live() bool { return s.Source > 0 && s.ReadyState != eventsource.Closed }

// Wait is the time from an error that left readyState at CONNECTING to what came next.
type Wait struct {
	From, To float64 // on the performance clock; zero if there was none
}

// Milliseconds is how long the wait took: the reconnection time and the new request together.
func (w Wait) Milliseconds() float64 { return w.To - w.From }

// Construct records that a source was made.
func (l *Log) Construct(at float64, url string, withCredentials bool) {
	l.source++
	l.newAt = at
	l.counts = Counts{}
	l.now = State{Source: l.source, NewAt: at, ReadyState: eventsource.Connecting, Since: at, URL: url}
	l.span(at, Span{Source: l.source, State: eventsource.Connecting})
	r := Record{
		Seq: l.next, Source: l.source, At: at, Observer: Page, Kind: Construct, ReadyState: eventsource.Connecting,
		URL: url, WithCredentials: withCredentials,
	}
	l.add(run{lone: &r, first: at, last: at})
	l.fact(Fact{Name: FactConstructed, At: at, Type: url})
}

// Close records that close() was called on the current source.
func (l *Log) Close(at float64) {
	if !l.now.Live() {
		return
	}
	was, by := l.now.ReadyState, ToClosed
	if was == eventsource.Open {
		by = OpenToClose
	}
	l.enter(at, eventsource.Closed, by)
	r := Record{
		Seq: l.next, Source: l.source, At: at, T: at - l.newAt, Observer: Page, Kind: Close, ReadyState: eventsource.Closed,
	}
	l.add(run{lone: &r, first: at, last: at})
	l.fact(Fact{Name: FactClosed, At: at, Was: was})
}

// Observe records what the current source dispatched.
func (l *Log) Observe(events eventsource.Events) {
	n := events.Len()
	if n == 0 {
		return
	}
	first, last := events.Slice(0, 1)[0], events.Slice(n-1, n)[0]
	l.add(run{events: events, first: first.TimeStamp, last: last.TimeStamp})
	if events.Lazy() {
		l.message(first, 1)
		l.message(last, n-1)
		return
	}
	for _, e := range events.Slice(0, n) {
		switch e.Kind {
		case eventsource.Opened:
			l.opened(e)
		case eventsource.Failed:
			l.failed(e)
		case eventsource.Message:
			l.message(e, 1)
		}
	}
}

func (l *Log) opened(e eventsource.Event) {
	f := Fact{Name: FactOpened, At: e.TimeStamp, Milliseconds: e.TimeStamp - l.newAt}
	if w := l.waited(e.TimeStamp); w != (Wait{}) {
		f.Name, f.Milliseconds, f.ID = FactReopened, w.Milliseconds(), l.now.LastEventID
	}
	l.now.Opened, l.now.Events = true, 0
	l.enter(e.TimeStamp, e.ReadyState, ToOpen)
	l.fact(f)
}

func (l *Log) failed(e eventsource.Event) {
	f := Fact{Name: FactLost, At: e.TimeStamp, Was: l.now.ReadyState, Count: 1}
	if w := l.waited(e.TimeStamp); w != (Wait{}) {
		f.Milliseconds = w.Milliseconds()
	}
	by := ToLost
	switch {
	case e.ReadyState == eventsource.Closed:
		f.Name, by = FactGaveUp, ToClosed
	case l.now.ReadyState != eventsource.Open:
		f.Name, by = FactFailed, ToFailed
	}
	l.enter(e.TimeStamp, e.ReadyState, by)
	l.fact(f)
}

// waited ends a wait that is under way and returns it.
func (l *Log) waited(at float64) Wait {
	if !l.now.Waiting {
		return Wait{}
	}
	l.now.Wait = Wait{From: l.now.Since, To: at}
	return l.now.Wait
}

func (l *Log) message(e eventsource.Event, n int) {
	if n == 0 {
		return
	}
	if !slices.Contains(l.types, e.Type) && len(l.types) < maxTypes {
		l.types = append(l.types, e.Type)
	}
	first := l.now.Events == 0
	l.counts.Events += n
	l.now.Events += n
	l.now.LastEventID = e.LastEventID
	f := Fact{Name: FactEvents, At: e.TimeStamp, Type: e.Type, ID: e.LastEventID, Count: n}
	switch {
	case e.Type == "error" || e.Type == "open":
		f.Name = FactServerNamed
	case first:
		f.Name, f.Milliseconds = FactFirstEvent, e.TimeStamp-l.now.Since
	}
	l.fact(f)
}

// enter makes a state the current one.
func (l *Log) enter(at float64, s eventsource.ReadyState, by Transition) {
	l.counts.Transitions[by]++
	l.now.ReadyState, l.now.Since, l.now.By = s, at, by
	l.now.Waiting = by == ToLost || by == ToFailed
	if s == eventsource.Closed {
		l.now.Lived = at - l.newAt
	}
	l.span(at, Span{Source: l.source, State: s, Waiting: l.now.Waiting})
}

func (l *Log) add(r run) {
	r.seq, r.source, r.newAt = l.next, l.source, l.newAt
	n := r.len()
	l.runs = append(l.runs, r)
	l.next += n
	l.kept += n
	l.text += r.events.Size()
	l.changes++
	for l.kept > MaxRecords || l.text > MaxText && len(l.runs) > 1 {
		oldest := &l.runs[0]
		gone := oldest.len() - oldest.skip
		if l.text <= MaxText && l.kept-gone < MaxRecords {
			gone = l.kept - MaxRecords // a part of it is enough
		}
		l.kept -= gone
		l.dropped += gone
		if oldest.skip += gone; oldest.skip == oldest.len() {
			l.text -= oldest.events.Size()
			l.runs[0] = run{} // let go of its events
			l.runs = l.runs[1:]
		}
	}
}

// Clear forgets all records, counts and facts. The current source and its state go on.
func (l *Log) Clear(at float64) {
	l.runs, l.kept, l.text, l.dropped = nil, 0, 0, 0
	l.counts, l.facts = Counts{}, nil
	if n := len(l.spans); n > 0 {
		l.spans = slices.Clone(l.spans[n-1:])
		if l.now.Live() {
			l.spans[0].From = max(at, l.spans[0].From)
		} else {
			l.spans = nil
		}
	}
	l.changes++
}

// Types are the types of the events of streams that were seen, as far as they were decoded; at most maxTypes.
func (l *Log) Types() []string { return l.types }

// Changes grows with every change of the log: equal values mean an equal log.
func (l *Log) Changes() int { return l.changes }

// Len is the number of records kept.
func (l *Log) Len() int { return l.kept }

// Dropped is how many of the oldest records went when the log was over its limits, since it was cleared.
func (l *Log) Dropped() int { return l.dropped }

// State is what is known of the current source, the last that was constructed.
func (l *Log) State() State { return l.now }

// Counts are of the current source, since it was made or the log was cleared.
func (l *Log) Counts() Counts { return l.counts }

// First is the Seq of the oldest record kept, and End one past that of the newest.
func (l *Log) First() int { return l.next - l.kept }

// End is the Seq that the next record will have.
func (l *Log) End() int { return l.next }

// Records yields the records with a Seq from (included) to (excluded), as far as they are kept.
func (l *Log) Records(from, to int) []Record {
	from, to = max(from, l.First()), min(to, l.End())
	if from >= to {
		return nil
	}
	records := make([]Record, 0, to-from)
	for i := l.runOf(from); i < len(l.runs) && l.runs[i].seq < to; i++ {
		r := &l.runs[i]
		records = append(records, r.slice(max(from-r.seq, r.skip), min(to-r.seq, r.len()))...)
	}
	return records
}

// runOf finds the run that holds a Seq.
func (l *Log) runOf(seq int) int {
	return sort.Search(len(l.runs), func(i int) bool { return l.runs[i].seq > seq }) - 1
}
