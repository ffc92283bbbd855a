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
	at   float64

	all     []Record // since the log was cleared
	lazy    []bool   // whether each of all came undecoded
	text    []int    // characters of its data
	spans   []Span
	counts  Counts
	events  int
	cleared int // Seq of the first record after clearing
	source  int
	newAt   float64
	state   eventsource.ReadyState
}

const (
	fuzzRecords = 50
	fuzzText    = 200
)

func (n *naive) run() {
	n.log = NewLog()
	n.log.maxRecords, n.log.maxText = fuzzRecords, fuzzText
	n.view = NewView(n.log)
	n.at = 1000
	n.state = closed
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
	n.at += []float64{0, 0, 0.1, 1, 16, 3000}[n.arg(6)]
	switch n.arg(12) {
	case 0:
		n.step = "construct"
		n.source++
		n.newAt, n.state, n.counts = n.at, connecting, Counts{}
		n.enter(false)
		n.record(Record{Kind: Construct, URL: "http://Host/", ReadyState: connecting})
		n.log.Construct(n.at, "http://Host/", false)
	case 1:
		n.step = "close"
		n.log.Close(n.at)
		if n.source > 0 && n.state != closed {
			n.becomes(closed, map[eventsource.ReadyState]Transition{connecting: ToClosed, opened: OpenToClose}[n.state])
			n.record(Record{Kind: Close, ReadyState: closed})
		}
	case 2, 3:
		n.step = "open, error or both in one run, with messages"
		var events []eventsource.Event
		for range 1 + n.arg(4) {
			switch {
			case n.source == 0 || n.state == closed:
			case n.arg(3) == 0:
				events = append(events, n.messages(1+n.arg(3), false)...)
			case n.state == opened || n.arg(3) == 0:
				state := []eventsource.ReadyState{connecting, connecting, connecting, closed}[n.arg(4)]
				by := ToFailed
				switch {
				case n.state == opened && state == closed:
					by = OpenToClose
				case state == closed:
					by = ToClosed
				case n.state == opened:
					by = ToLost
				}
				n.becomes(state, by)
				n.record(Record{Kind: Error, ReadyState: state, Type: "error"})
				events = append(events, failed(n.at, state))
			default:
				n.becomes(opened, ToOpen)
				n.record(Record{Kind: Open, ReadyState: opened, Type: "open"})
				events = append(events, open(n.at))
			}
		}
		n.log.Observe(eventsource.Decoded(events...))
	case 4, 5:
		n.step = "messages"
		n.log.Observe(eventsource.Decoded(n.messages(n.arg(20), false)...))
	case 6, 7:
		n.step = "messages, not decoded"
		n.log.Observe(lazy(n.messages(n.arg(70), true)))
	case 8:
		n.step = "clear"
		n.log.Clear()
		n.cleared += len(n.all)
		n.all, n.lazy, n.text, n.counts, n.events = nil, nil, nil, Counts{}, 0
		if n.state == closed {
			n.spans = nil
		} else {
			n.spans = n.spans[len(n.spans)-1:]
		}
	case 9:
		f := Filter{Text: []string{"", "", "K", "7", "host"}[n.arg(5)], Type: []string{"", "", "tick", "error", "close"}[n.arg(5)]}
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

func (n *naive) messages(k int, isLazy bool) []eventsource.Event {
	var events []eventsource.Event
	for range k {
		n.at += []float64{0, 0.1, 40}[n.arg(3)]
		data := []string{"", "aKa", "data of some length: 7", "é"}[n.arg(4)]
		e := message(n.at, []string{"tick", "tock", "error", "open"}[n.arg(4)], []string{"", "7"}[n.arg(2)], data)
		events = append(events, e)
		n.record(Record{Kind: Message, ReadyState: opened, Type: e.Type, Data: e.Data, LastEventID: e.LastEventID, Origin: e.Origin})
		n.lazy[len(n.lazy)-1] = isLazy
		n.events++
		n.counts.Events++
	}
	return events
}

func (n *naive) record(r Record) {
	r.Seq, r.Source, r.At, r.T, r.Observer = n.cleared+len(n.all), n.source, n.at, n.at-n.newAt, Page
	n.all = append(n.all, r)
	n.lazy = append(n.lazy, false)
	n.text = append(n.text, len(r.Data))
}

func (n *naive) becomes(state eventsource.ReadyState, by Transition) {
	n.state = state
	n.counts.Transitions[by]++
	n.enter(by == ToLost || by == ToFailed)
}

func (n *naive) enter(waiting bool) {
	if len(n.spans) > 0 {
		n.spans[len(n.spans)-1].To = n.at
	}
	n.spans = append(slices.Clone(n.spans), Span{Source: n.source, State: n.state, Waiting: waiting, From: n.at})
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
	check(n.t, "transitions", l.Counts().Transitions, n.counts.Transitions)
	check(n.t, "events", l.Counts().Events, n.counts.Events)
	check(n.t, "state", l.State().ReadyState, map[bool]eventsource.ReadyState{true: n.state, false: connecting}[n.source > 0])

	spans := l.Spans(0, 1e9)
	if tail := n.spans[len(n.spans)-len(spans):]; !slices.Equal(spans, tail) {
		n.t.Errorf("got spans %v; want %v", spans, tail)
	}
	if len(spans) < len(n.spans) && len(kept) > 0 && spans[0].From > kept[0].At {
		n.t.Errorf("got spans from %v; want them from the oldest record, %v", spans[0].From, kept[0].At)
	}

	own := 0
	for _, r := range kept {
		if r.Kind != Message {
			own++
		}
	}
	check(n.t, "own records held", len(l.own), own)
	for _, step := range []float64{0.3, 50, 10_000} {
		marks := l.Marks(0, 1e9, step)
		check(n.t, "sum of all marks", sum(marks), len(kept))
		middle := (1000 + n.at) / 2
		check(n.t, "sum of marks of two windows", sum(l.Marks(0, middle, step))+sum(l.Marks(middle, 1e9, step)), len(kept))
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
	if f.Type != "" && f.Type != name {
		return false
	}
	for _, s := range []string{r.Data, name, r.LastEventID, r.URL} {
		if strings.Contains(strings.ToLower(s), strings.ToLower(f.Text)) {
			return true
		}
	}
	return false
}
