package trace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/eventsource"
)

// FuzzAgainstANaiveModel lets a program, of which each byte is a step or its argument, loose on a Log and a View, and
// compares them with a model that keeps everything and looks through all of it each time.
func FuzzAgainstANaiveModel(f *testing.F) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 0))
		program := make([]byte, 400)
		for i := range program {
			program[i] = byte(random.Uint32())
		}
		f.Add(program)
	}
	f.Fuzz(func(t *testing.T, program []byte) { (&naive{t: t, program: program}).run() })
}

type naive struct {
	t       *testing.T
	program []byte
	step    string

	log  *Log
	view *View

	all     []Record // since the log was cleared
	lazy    []bool   // whether each of all came undecoded
	text    []int    // characters that it alone has
	cleared int      // Seq of the first record after clearing
	sources []*naiveSource
}

// naiveSource is one of them, with a clock of its own: what sources tell comes late, and not in the order of time.
type naiveSource struct {
	before [3]string // type, id and origin of the message that came last
	*Source
	lane   int
	at     float64
	newAt  float64
	state  eventsource.ReadyState
	spans  []Span
	counts Counts
}

const (
	fuzzRecords = 50
	fuzzText    = 200
	fuzzSources = 40
	fuzzLanes   = 3
)

func (n *naive) run() {
	n.log = NewLog()
	n.log.maxRecords, n.log.maxText = fuzzRecords, fuzzText
	n.view = NewView(n.log)
	n.construct()
	for steps := 0; len(n.program) > 0; steps++ {
		n.doStep()
		n.compareLog()
		n.compareView(false)
		if n.t.Failed() {
			n.t.Fatalf("at step %d, %s", steps, n.step)
		}
	}
	for !n.view.Scan(7) {
	}
	n.compareView(true)
}

func (n *naive) construct() {
	at := 1000.0
	for _, s := range n.sources {
		at = max(at, s.at)
	}
	s := &naiveSource{lane: 1 + n.arg(fuzzLanes), at: at, newAt: at, state: connecting}
	n.sources = append(n.sources, s)
	s.enter(len(n.sources), false)
	n.record(s, Record{Kind: Construct, URL: "http://Host/", ReadyState: connecting})
	s.Source = n.log.Construct(s.at, Client{Lane: s.lane}, "http://Host/", false)
}

// arg takes the program's next byte, as a number below a limit.
func (n *naive) arg(limit int) int {
	if len(n.program) == 0 {
		return 0
	}
	b := n.program[0]
	n.program = n.program[1:]
	return int(b) % limit
}

func (n *naive) doStep() {
	s := n.sources[n.arg(len(n.sources))]
	s.at += []float64{0, 0, 0.1, 1, 16, 3000}[n.arg(6)]
	switch n.arg(12) {
	case 0:
		n.step = "construct"
		if len(n.sources) < fuzzSources {
			n.construct()
		}
	case 1:
		n.step = "close"
		s.Close(s.at)
		if s.state != closed {
			n.becomes(s, closed, map[eventsource.ReadyState]Transition{connecting: ToClosed, opened: OpenToClose}[s.state])
			n.record(s, Record{Kind: Close, ReadyState: closed})
		}
	case 2, 3:
		n.step = "open, error or both in one run, with messages"
		var events []eventsource.Event
		for range 1 + n.arg(4) {
			switch {
			case s.state == closed:
			case n.arg(3) == 0:
				events = append(events, n.messages(s, 1+n.arg(3), false)...)
			case s.state == opened || n.arg(3) == 0:
				state := []eventsource.ReadyState{connecting, connecting, connecting, closed}[n.arg(4)]
				by := ToFailed
				switch {
				case s.state == opened && state == closed:
					by = OpenToClose
				case state == closed:
					by = ToClosed
				case s.state == opened:
					by = ToLost
				}
				n.becomes(s, state, by)
				n.record(s, Record{Kind: Error, ReadyState: state, Type: "error"})
				events = append(events, failed(s.at, state))
			default:
				n.becomes(s, opened, ToOpen)
				n.record(s, Record{Kind: Open, ReadyState: opened, Type: "open"})
				events = append(events, open(s.at))
			}
		}
		s.Observe(eventsource.Decoded(events...))
	case 4, 5:
		n.step = "messages"
		if s.state != closed {
			s.Observe(eventsource.Decoded(n.messages(s, n.arg(20), false)...))
		}
	case 6, 7:
		n.step = "messages, not decoded"
		if s.state != closed {
			s.Observe(lazy(n.messages(s, n.arg(70), true)))
		}
	case 8:
		n.step = "clear"
		n.log.Clear()
		n.cleared += len(n.all)
		n.all, n.lazy, n.text = nil, nil, nil
		for _, s := range n.sources {
			s.counts = Counts{}
			if s.state == closed {
				s.spans = nil
			} else {
				s.spans = s.spans[len(s.spans)-1:]
			}
		}
	case 9:
		f := Filter{Text: []string{"", "", "K", "7", "host"}[n.arg(5)], Type: []string{"", "", "tick", "error", "close"}[n.arg(5)], Kind: []Kind{"", "", "", Close, Message}[n.arg(5)], Lane: []int{0, 0, 1, 3}[n.arg(4)]}
		n.step = fmt.Sprintf("filter %+v", f)
		n.view.SetFilter(f)
	case 10:
		on := n.arg(2) == 0
		n.step = fmt.Sprint("freeze ", on)
		n.view.Freeze(on)
	case 11:
		k := 1 + n.arg(60)
		n.step = fmt.Sprint("scan ", k)
		end := n.view.end
		if done := n.view.Scan(k); done {
			n.compareView(true)
		}
		if n.view.Frozen() && n.view.end != end {
			n.t.Errorf("the end moved from %d to %d while frozen", end, n.view.end)
		}
	}
}

func (n *naive) messages(s *naiveSource, k int, isLazy bool) []eventsource.Event {
	var events []eventsource.Event
	for range k {
		s.at += []float64{0, 0.1, 40}[n.arg(3)]
		data := []string{"", "aKa", "data of some length: 7", "é"}[n.arg(4)]
		e := message(s.at, []string{"tick", "tock", "error", "open"}[n.arg(4)], []string{"", "7"}[n.arg(2)], data)
		events = append(events, e)
		n.record(s, Record{Kind: Message, ReadyState: opened, Type: e.Type, Data: e.Data, LastEventID: e.LastEventID, Origin: e.Origin})
		n.lazy[len(n.lazy)-1] = isLazy
		s.counts.Events++
	}
	return events
}

func (n *naive) record(s *naiveSource, r Record) {
	r.Seq, r.Source, r.At, r.T, r.Observer = n.cleared+len(n.all), 1+slices.Index(n.sources, s), s.at, s.at-s.newAt, Page
	n.all = append(n.all, r)
	n.lazy = append(n.lazy, false)
	if r.Kind != Message {
		n.text = append(n.text, len(r.Type)+len(r.URL))
		return
	}
	text := len(r.Data)
	for i, part := range []string{r.Type, r.LastEventID, r.Origin} {
		if part != s.before[i] {
			text += len(part)
		}
		s.before[i] = part
	}
	n.text = append(n.text, text)
}

func (n *naive) becomes(s *naiveSource, state eventsource.ReadyState, by Transition) {
	s.state = state
	s.counts.Transitions[by]++
	s.enter(s.number, by == ToLost || by == ToFailed)
}

func (s *naiveSource) enter(number int, waiting bool) {
	if len(s.spans) > 0 {
		s.spans[len(s.spans)-1].To = s.at
	}
	s.spans = append(slices.Clone(s.spans), Span{Source: number, State: s.state, Waiting: waiting, From: s.at})
}

func (n *naive) compareLog() {
	n.t.Helper()
	l := n.log
	kept := n.kept()
	check(n.t, "kept and dropped", l.Len()+l.Dropped(), len(n.all))
	check(n.t, "end", l.End(), n.cleared+len(n.all))
	check(n.t, "first", l.First(), l.End()-l.Len())
	n.compare("records", l.Records(0, l.End()), kept)
	if l.Len() > fuzzRecords || len(l.runs) > 1 && l.text > fuzzText {
		n.t.Errorf("got %d records and %d characters; want no more than allowed", l.Len(), l.text)
	}
	if l.Dropped() > 0 && l.Len() < fuzzRecords {
		text := 0
		for _, k := range n.text {
			text += k
		}
		if text <= fuzzText {
			n.t.Errorf("got %d dropped of %d with %d characters; want none", l.Dropped(), len(n.all), text)
		}
	}
	own := map[int][]Record{}
	for _, r := range kept {
		own[r.Source] = append(own[r.Source], r)
	}
	for i, s := range n.sources {
		kept := own[i+1]
		check(n.t, "whether it is there", l.Source(i+1) == s.Source, len(kept) > 0 || s.state != closed || n.log.Newest(s.lane) == s.Source)
		if l.Source(i+1) != nil {
			n.compareSource(s, kept)
		}
	}
}

func (n *naive) compareSource(s *naiveSource, kept []Record) {
	n.t.Helper()
	check(n.t, "transitions", s.Counts().Transitions, s.counts.Transitions)
	check(n.t, "events", s.Counts().Events, s.counts.Events)
	check(n.t, "state", s.State().ReadyState, s.state)

	spans := s.Spans(0, 1e9)
	if len(spans) > len(s.spans) || !slices.Equal(spans, s.spans[len(s.spans)-len(spans):]) {
		n.t.Errorf("got spans %v; want %v", spans, s.spans)
		return
	}
	if len(spans) < len(s.spans) && len(kept) > 0 && spans[0].From > kept[0].At {
		n.t.Errorf("got spans from %v; want them from the oldest record, %v", spans[0].From, kept[0].At)
	}

	own := 0
	for _, r := range kept {
		if r.Kind != Message {
			own++
		}
	}
	check(n.t, "own records held", len(s.own), own)
	for _, step := range []float64{0.3, 50, 10_000} {
		marks := s.Marks(0, 1e9, step)
		check(n.t, "sum of all marks", sum(marks), len(kept))
		middle := (1000 + s.at) / 2
		check(n.t, "sum of marks of two windows", sum(s.Marks(0, middle, step))+sum(s.Marks(middle, 1e9, step)), len(kept))
		if !slices.IsSortedFunc(marks, func(a, b Mark) int { return a.Seq - b.Seq }) {
			n.t.Errorf("got marks out of order: %v", marks)
		}
		for _, m := range marks {
			r := n.all[m.Seq-n.cleared]
			if m.Kind != r.Kind || m.Source != r.Source || m.At != r.At && !n.lazy[m.Seq-n.cleared] {
				n.t.Errorf("got a mark %+v; want it as the record %+v", m, r)
			}
		}
	}
}

// kept are the records that the log should have: the newest of all.
func (n *naive) kept() []Record { return n.all[len(n.all)-n.log.Len():] }

// compareView compares rows, and if all was scanned their completeness.
func (n *naive) compareView(complete bool) {
	n.t.Helper()
	v := n.view
	var want []Record
	for _, r := range slices.Backward(n.kept()) {
		if r.Seq < v.end && n.wanted(r) {
			want = append(want, r)
		}
	}
	rows := v.Rows(0, 1<<30)
	check(n.t, "length", v.Len(), len(rows))
	if complete || v.Filter() == (Filter{}) {
		n.compare("rows", rows, want)
		if !v.Frozen() && complete {
			check(n.t, "the end of the view, scanned", v.end, n.log.End())
		}
	}
	for i, r := range rows {
		if !slices.Contains(want, r) || i > 0 && rows[i-1].Seq <= r.Seq {
			n.t.Errorf("got row %d %+v; want one that matches, and newest first", i, r)
		}
		if row, ok := v.RowOf(r.Seq); row != i || !ok {
			n.t.Errorf("got row %d, %v of record %d; want %d", row, ok, r.Seq, i)
		}
	}
	if len(rows) > 2 {
		n.compare("some of the rows", v.Rows(1, len(rows)-1), rows[1:len(rows)-1])
	}
	behind := 0
	for _, r := range n.kept() {
		if r.Seq >= v.end {
			behind++
		}
	}
	check(n.t, "behind", v.Behind(), behind)
}

func (n *naive) compare(what string, got, want []Record) {
	n.t.Helper()
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			n.t.Errorf("%s: got\n%+v at %d; want\n%+v", what, got[i], i, want[i])
			return
		}
	}
	check(n.t, what, len(got), len(want))
}

func (n *naive) wanted(r Record) bool {
	f := n.view.Filter()
	name := r.Type
	if name == "" {
		name = string(r.Kind)
	}
	if f.Type != "" && f.Type != r.Type || f.Kind != "" && f.Kind != r.Kind || f.Lane > 0 && n.sources[r.Source-1].lane != f.Lane {
		return false
	}
	for _, s := range []string{r.Data, name, r.LastEventID, r.URL} {
		if strings.Contains(strings.ToLower(s), strings.ToLower(f.Text)) {
			return true
		}
	}
	return false
}
