package trace

import (
	"slices"
	"sort"
	"strings"

	"eventsource-playground/eventsource"
)

// Limits of a Log: past either the oldest records go, and Dropped counts them. The run that came last stays, whatever
// its text.
const (
	MaxRecords = 200_000
	MaxText    = 64 << 20 // characters of data in all
)

// maxTypes bounds the types remembered: a stream may name each event differently.
const maxTypes = 100

// A Log is the append-only record of what was observed. Its counters, spans and facts are kept as records come, so
// that reading them costs nothing, however long the log.
type Log struct {
	maxRecords, maxText int

	runs     []run
	own      []*Record // those in runs that are no Messages
	next     int       // Seq of the next record
	messages int       // of the records before next; clearing does not start again
	kept     int
	text     int
	dropped  int

	source int
	newAt  float64
	newAts []float64 // of all sources
	now    State

	credentials bool    // withCredentials of the current source
	asking      float64 // when it was CONNECTING last

	counts  Counts
	spans   []Span
	facts   facts
	types   []string
	changes int

	served served
}

// NewLog makes an empty log.
func NewLog() *Log { return &Log{maxRecords: MaxRecords, maxText: MaxText} }

// run is records of one source that came together: one that is not a Message, or any number of Messages.
type run struct {
	lone   *Record
	events eventsource.Events

	seq    int // of its first record
	before int // messages in the log before it
	skip   int // records at its start that were dropped
	source int
	newAt  float64

	first, last float64 // At of its first and last record
}

func (r *run) len() int {
	if r.lone != nil {
		return 1
	}
	return r.events.Len()
}

// appendTo appends the run's records from (included) to (excluded).
func (r *run) appendTo(records []Record, from, to int) []Record {
	if r.lone != nil {
		return append(records, *r.lone)
	}
	for i, e := range r.events.Slice(from, to) {
		records = append(records, Record{
			Seq: r.seq + from + i, Source: r.source, At: e.TimeStamp, T: e.TimeStamp - r.newAt, Observer: Page,
			Kind: Message, ReadyState: e.ReadyState, Type: e.Type, Data: e.Data, LastEventID: e.LastEventID, Origin: e.Origin,
		})
	}
	return records
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

// Wait is the time from an error that left readyState at CONNECTING to the open or the error that came next. Where an
// attempt fails a new wait begins.
type Wait struct {
	From, To float64 // on the performance clock; zero if there was none
}

// Milliseconds is how long the wait took: the reconnection time and the new attempt together.
func (w Wait) Milliseconds() float64 { return w.To - w.From }

// Construct records that a source was made.
func (l *Log) Construct(at float64, url string, withCredentials bool) {
	l.source++
	l.newAt, l.newAts, l.credentials, l.asking = at, append(l.newAts, at), withCredentials, at
	l.counts = Counts{}
	l.served.begin()
	l.now = State{Source: l.source, NewAt: at, ReadyState: eventsource.Connecting, Since: at, URL: url}
	l.span(at, Span{Source: l.source, State: eventsource.Connecting})
	l.addOwn(Record{At: at, Kind: Construct, ReadyState: eventsource.Connecting, URL: url, WithCredentials: withCredentials})
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
	l.addOwn(Record{At: at, Kind: Close, ReadyState: eventsource.Closed})
	l.fact(Fact{Name: FactClosed, At: at, Was: was})
}

// Observe records what the current source dispatched. Of a lazy run, which holds Messages only, the first and the last
// are decoded.
func (l *Log) Observe(events eventsource.Events) {
	n := events.Len()
	if n == 0 {
		return
	}
	if events.Lazy() {
		first, last := events.Slice(0, 1)[0], events.Slice(n-1, n)[0]
		l.add(run{events: events, first: first.TimeStamp, last: last.TimeStamp})
		l.know(first.Type)
		l.message(first, 1)
		if n > 1 {
			l.know(last.Type)
			last.Type = "" // that of the others is not known
			l.message(last, n-1)
		}
		return
	}
	for all := events.Slice(0, n); len(all) > 0; {
		if all[0].Kind != eventsource.Message {
			l.observeOwn(all[0])
			all = all[1:]
			continue
		}
		k := 1
		for k < len(all) && all[k].Kind == eventsource.Message {
			k++
		}
		l.add(run{events: eventsource.Decoded(all[:k]...), first: all[0].TimeStamp, last: all[k-1].TimeStamp})
		for _, e := range all[:k] {
			l.know(e.Type)
			l.message(e, 1)
		}
		all = all[k:]
	}
}

// observeOwn records an event of the browser's own.
func (l *Log) observeOwn(e eventsource.Event) {
	r := Record{At: e.TimeStamp, Kind: Open, ReadyState: e.ReadyState, Type: e.Type}
	if e.Kind == eventsource.Failed {
		r.Kind = Error
	}
	l.addOwn(r)
	if r.Kind == Open {
		l.opened(e)
	} else {
		l.failed(e)
	}
}

func (l *Log) opened(e eventsource.Event) {
	wait := l.waited(e.TimeStamp)
	f := Fact{Name: FactOpened, At: e.TimeStamp, Milliseconds: e.TimeStamp - l.newAt, since: l.asking}
	if l.now.Opened {
		f.Name, f.Milliseconds, f.ID = FactReopened, wait.Milliseconds(), l.now.LastEventID
		l.counts.reconnections++
	}
	l.now.Opened, l.now.Events = true, 0
	l.enter(e.TimeStamp, e.ReadyState, ToOpen)
	l.fact(f)
}

func (l *Log) failed(e eventsource.Event) {
	was := l.now.ReadyState
	f := Fact{Name: FactLost, At: e.TimeStamp, Was: was, Count: 1, Milliseconds: l.waited(e.TimeStamp).Milliseconds()}
	f.since, f.waited = l.asking, l.now.Wait.Milliseconds()
	by := ToLost
	switch {
	case e.ReadyState == eventsource.Closed && was == eventsource.Open:
		f.Name, by = FactGaveUp, OpenToClose
	case e.ReadyState == eventsource.Closed:
		f.Name, by = FactGaveUp, ToClosed
	case was != eventsource.Open:
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

// message counts n events of the stream, of which e was the last.
func (l *Log) message(e eventsource.Event, n int) {
	f := Fact{Name: FactEvents, At: e.TimeStamp, Type: e.Type, ID: e.LastEventID, Count: n}
	switch {
	case e.Type == "error" || e.Type == "open":
		f.Name = FactServerNamed
	case l.now.Events == 0:
		f.Name, f.Milliseconds = FactFirstEvent, e.TimeStamp-l.now.Since
	}
	l.counts.Events += n
	l.now.Events += n
	l.now.LastEventID = e.LastEventID
	l.fact(f)
}

// know remembers a type. A copy of it: the string may be a part of a long one.
func (l *Log) know(typ string) {
	if !slices.Contains(l.types, typ) && len(l.types) < maxTypes {
		l.types = append(l.types, strings.Clone(typ))
	}
}

// enter makes a state the current one.
func (l *Log) enter(at float64, s eventsource.ReadyState, by Transition) {
	l.counts.Transitions[by]++
	l.now.ReadyState, l.now.Since, l.now.By = s, at, by
	l.now.Waiting = by == ToLost || by == ToFailed
	if s == eventsource.Connecting {
		l.asking = at
	}
	if s == eventsource.Closed {
		l.now.Lived = at - l.newAt
	}
	l.span(at, Span{Source: l.source, State: s, Waiting: l.now.Waiting})
}

// addOwn adds a record that is no Message. It fills in what all records of the current source have.
func (l *Log) addOwn(r Record) {
	r.Seq, r.Source, r.T, r.Observer = l.next, l.source, r.At-l.newAt, Page
	l.own = append(l.own, &r)
	l.add(run{lone: &r, first: r.At, last: r.At})
}

// add adds a run, and drops the oldest records when that is too much: as many as needed of the oldest run, but all of it
// where its text is to go, because a run lets go of its text as a whole.
func (l *Log) add(r run) {
	r.seq, r.before, r.source, r.newAt = l.next, l.messages, l.source, l.newAt
	n := r.len()
	l.runs = append(l.runs, r)
	l.next += n
	l.kept += n
	l.text += r.events.Size()
	if r.lone == nil {
		l.messages += n
	}
	l.changes++
	for l.kept > l.maxRecords || l.text > l.maxText && len(l.runs) > 1 {
		gone := l.runs[0].len() - l.runs[0].skip
		if over := l.kept - l.maxRecords; over < gone && (l.text <= l.maxText || len(l.runs) == 1) {
			gone = over
		}
		l.drop(gone)
	}
}

// drop lets go of the n oldest records, which are in one run, and of what ended before the oldest run that is left.
func (l *Log) drop(n int) {
	oldest := &l.runs[0]
	oldest.skip += n
	l.kept -= n
	l.dropped += n
	if oldest.skip < oldest.len() {
		return
	}
	l.text -= oldest.events.Size()
	if oldest.lone != nil {
		l.own[0] = nil
		l.own = l.own[1:]
	}
	*oldest = run{}
	l.runs = l.runs[1:]
	for len(l.runs) > 0 && len(l.spans) > 1 && l.spans[0].To <= l.runs[0].first {
		l.spans = l.spans[1:]
	}
}

// Clear forgets all records, counts, facts and past states. The current source and its state go on: a state that lasts
// began when it began.
func (l *Log) Clear() {
	l.runs, l.own, l.kept, l.text, l.dropped = nil, nil, 0, 0, 0
	l.counts, l.facts = Counts{}, facts{}
	if l.now.Live() {
		l.spans = slices.Clone(l.spans[len(l.spans)-1:])
	} else {
		l.spans = nil
	}
	l.served.clear()
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
		records = r.appendTo(records, max(from-r.seq, r.skip), min(to-r.seq, r.len()))
	}
	return records
}

// search yields the Seqs from (included) to (excluded), as far as they are kept, of the records that a filter lets through.
// Events are not decoded for that.
func (l *Log) search(from, to int, f Filter, lower string) []int {
	from, to = max(from, l.First()), min(to, l.End())
	if from >= to {
		return nil
	}
	var seqs []int
	for i := l.runOf(from); i < len(l.runs) && l.runs[i].seq < to; i++ {
		r := &l.runs[i]
		first, end := max(from-r.seq, r.skip), min(to-r.seq, r.len())
		if r.lone != nil {
			if f.matches(r.lone.TypeName(), lower, r.lone.LastEventID, r.lone.URL) {
				seqs = append(seqs, r.seq)
			}
			continue
		}
		seq := r.seq + first
		r.events.Texts(first, end, func(typ, data, lastEventID string) {
			if f.matches(typ, lower, data, lastEventID) {
				seqs = append(seqs, seq)
			}
			seq++
		})
	}
	return seqs
}

// runOf finds the run that holds a Seq.
func (l *Log) runOf(seq int) int {
	return sort.Search(len(l.runs), func(i int) bool { return l.runs[i].seq > seq }) - 1
}
