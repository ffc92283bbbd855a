package trace

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"eventsource-playground/eventsource"
)

func TestStatesAndTransitions(t *testing.T) {
	type counts = [ByHand + 1]int
	for _, test := range []struct {
		name   string
		log    *single
		state  State // but for URL and NewAt, which are always the same
		counts counts
	}{
		{
			"constructed, nothing came yet", logOf(),
			State{ReadyState: connecting, Since: 1000}, counts{},
		}, {
			"open", logOf(open(1010)),
			State{ReadyState: opened, Since: 1010, By: ToOpen, Opened: true}, counts{ToOpen: 1},
		}, {
			"the id of an event is kept when the connection is lost", logOf(open(1010), message(1020, "tick", "7", ""), failed(1030, connecting)),
			State{ReadyState: connecting, Since: 1030, By: ToLost, Waiting: true, Opened: true, Events: 1, LastEventID: "7"}, counts{ToOpen: 1, ToLost: 1},
		}, {
			"an event without an id after one with an empty one takes the id away", logOf(open(1010), message(1020, "tick", "7", ""), message(1021, "tick", "", "")),
			State{ReadyState: opened, Since: 1010, By: ToOpen, Opened: true, Events: 2}, counts{ToOpen: 1},
		}, {
			"open again: the wait is from error to open, and events are counted from zero",
			logOf(open(1010), message(1020, "tick", "7", ""), failed(1030, connecting), open(4040), message(4050, "tick", "8", "")),
			State{ReadyState: opened, Since: 4040, By: ToOpen, Opened: true, Events: 1, LastEventID: "8", Wait: Wait{1030, 4040}}, counts{ToOpen: 2, ToLost: 1},
		}, {
			"each failed attempt ends one wait and begins another",
			logOf(open(1010), failed(1030, connecting), failed(4030, connecting), failed(7035, connecting), open(10_000)),
			State{ReadyState: opened, Since: 10_000, By: ToOpen, Opened: true, Wait: Wait{7035, 10_000}}, counts{ToOpen: 2, ToLost: 1, ToFailed: 2},
		}, {
			"the first attempt fails: a wait too", logOf(failed(1005, connecting), open(4005)),
			State{ReadyState: opened, Since: 4005, By: ToOpen, Opened: true, Wait: Wait{1005, 4005}}, counts{ToOpen: 1, ToFailed: 1},
		}, {
			"refused at once", logOf(failed(1005, closed)),
			State{ReadyState: closed, Since: 1005, By: ToClosed, Lived: 5}, counts{ToClosed: 1},
		}, {
			"refused on the reconnect, as 204 does", logOf(open(1010), failed(1030, connecting), failed(4030, closed)),
			State{ReadyState: closed, Since: 4030, By: ToClosed, Opened: true, Lived: 3030, Wait: Wait{1030, 4030}}, counts{ToOpen: 1, ToLost: 1, ToClosed: 1},
		}, {
			"window.stop() while open goes from 1 to 2, as close() does", logOf(open(1010), failed(1030, closed)),
			State{ReadyState: closed, Since: 1030, By: OpenToClose, Opened: true, Lived: 30}, counts{ToOpen: 1, OpenToClose: 1},
		}, {
			"close() while connecting", with(logOf(), func(l *single) { l.Close(1002) }),
			State{ReadyState: closed, Since: 1002, By: ToClosed, Lived: 2}, counts{ToClosed: 1},
		}, {
			"close() while open", with(logOf(open(1010)), func(l *single) { l.Close(1020) }),
			State{ReadyState: closed, Since: 1020, By: OpenToClose, Opened: true, Lived: 20}, counts{ToOpen: 1, OpenToClose: 1},
		}, {
			"close() while waiting ends the wait unmeasured", with(logOf(open(1010), failed(1030, connecting)), func(l *single) { l.Close(2000) }),
			State{ReadyState: closed, Since: 2000, By: ToClosed, Opened: true, Lived: 1000}, counts{ToOpen: 1, ToLost: 1, ToClosed: 1},
		}, {
			"close() of what is closed is nothing", with(logOf(failed(1005, closed)), func(l *single) { l.Close(2000) }),
			State{ReadyState: closed, Since: 1005, By: ToClosed, Lived: 5}, counts{ToClosed: 1},
		}, {
			"events of the stream named open and error change no state", logOf(open(1010), message(1020, "error", "", "x"), message(1021, "open", "", "x")),
			State{ReadyState: opened, Since: 1010, By: ToOpen, Opened: true, Events: 2}, counts{ToOpen: 1},
		}, {
			"clearing in the middle of a wait: it is measured from the error all the same",
			with(logOf(open(1010), failed(1030, connecting)), func(l *single) { l.Clear(); l.Observe(eventsource.Decoded(open(4040))) }),
			State{ReadyState: opened, Since: 4040, By: ToOpen, Opened: true, Wait: Wait{1030, 4040}}, counts{ToOpen: 1},
		}, {
			"several in one run", with(logOf(), func(l *single) {
				l.Observe(eventsource.Decoded(open(1010), message(1020, "a", "1", ""), message(1020, "a", "2", ""), failed(1030, connecting), open(1040)))
			}),
			State{ReadyState: opened, Since: 1040, By: ToOpen, Opened: true, LastEventID: "2", Wait: Wait{1030, 1040}}, counts{ToOpen: 2, ToLost: 1},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.state.Source, test.state.NewAt, test.state.URL = 1, 1000, "http://host/sse"
			if got := test.log.State(); got != test.state {
				t.Errorf("got %+v\nwant %+v", got, test.state)
			}
			if got := test.log.Counts().Transitions; got != test.counts {
				t.Errorf("got transitions %v; want %v", got, test.counts)
			}
			for _, transition := range Transitions {
				check(t, "Of", test.log.Counts().Of(transition), test.counts[transition])
			}
			check(t, "live", test.log.State().Live(), test.state.ReadyState != closed)
		})
	}
}

func with(l *single, do func(*single)) *single {
	do(l)
	return l
}

func TestNoSourceYet(t *testing.T) {
	l := newSingle()
	l.Close(5)
	l.Observe(eventsource.Decoded())
	l.Clear()
	check(t, "state", l.State(), State{})
	check(t, "live", l.State().Live(), false)
	check(t, "records", l.Len(), 0)
	check(t, "began", l.Began(), 0)
	check(t, "spans", len(l.Spans(0, 1e9)), 0)
	check(t, "marks", len(l.Marks(0, 1e9, 10)), 0)
	check(t, "facts", len(l.Facts(1e9, 1000)), 0)
}

func TestANewSourceStartsAnew(t *testing.T) {
	for _, closeFirst := range []bool{true, false} {
		l := logOf(open(1010), message(1020, "tick", "7", ""), failed(1030, connecting))
		if closeFirst {
			l.Close(2000)
		}
		l.Construct(2000, "http://host/other", true)
		check(t, "state", l.State(), State{Source: 2, NewAt: 2000, Since: 2000, URL: "http://host/other"})
		check(t, "counts", l.Counts(), Counts{})
		l.Observe(eventsource.Decoded(open(2010)))
		last := l.Records(l.End()-1, l.End())[0]
		check(t, "source of its open", last.Source, 2)
		check(t, "t of its open", last.T, 10)
		check(t, "source of the first record", l.Records(0, 1)[0].Source, 1)
		check(t, "whether the first lives on", l.Log.Source(1).State().Live(), !closeFirst)
		for _, source := range l.Sources() {
			spans := source.Spans(0, 1e9)
			for i, s := range spans {
				if last := s.To == 0; last != (i == len(spans)-1) {
					t.Errorf("closed first %v: span %d of %v: want only the last of a source to last", closeFirst, i, spans)
				}
			}
		}
	}
}

func TestReconnectionsAreCountedFromTheMomentOfClearing(t *testing.T) {
	l := logOf(failed(1001, connecting), open(1010), failed(1020, connecting), open(1030), failed(1040, connecting))
	check(t, "before", l.Counts().Reconnections(), 1)
	l.Clear()
	check(t, "cleared", l.Counts().Reconnections(), 0)
	l.Observe(eventsource.Decoded(open(1050)))
	check(t, "after", l.Counts().Reconnections(), 1)
}

func TestChangesTellThatSomethingChanged(t *testing.T) {
	l := newSingle()
	last := l.Changes()
	for i, do := range []func(){
		func() { l.Construct(1, "/", false) }, func() { l.Observe(eventsource.Decoded(open(2))) }, func() { l.Observe(lazyRun(3, 3, 4)) },
		func() { l.Listening(5, "a", true) }, func() { l.Close(6) }, func() { l.Refuse(7, EventSource, &eventsource.Exception{}) }, l.Clear,
	} {
		do()
		if l.Changes() == last {
			t.Errorf("step %d: got the same number of changes, %d; want another", i, last)
		}
		last = l.Changes()
	}
	l.Close(8)
	l.Observe(eventsource.Decoded())
	check(t, "changes after nothing happened", l.Changes(), last)
}

func TestTypesThatWereSeen(t *testing.T) {
	l := logOf(open(1010), message(1020, "b", "", ""), message(1021, "a", "", ""), message(1022, "b", "", ""))
	run := evenly(300, 1030, 1031)
	run[0].Type, run[150].Type, run[299].Type = "first", "between, which is not decoded", "last"
	l.Observe(lazy(run))
	if got, want := l.Types(), []string{"b", "a", "first", "last"}; !slices.Equal(got, want) {
		t.Errorf("got %q; want %q", got, want)
	}
	for i := range 2 * maxTypes {
		l.Observe(eventsource.Decoded(message(1040, fmt.Sprint(i), "", "")))
	}
	check(t, "types remembered", len(l.Types()), maxTypes)
}

func TestRecordsOverSeveralRuns(t *testing.T) {
	l := logOf(open(1010))
	l.Observe(eventsource.Decoded(evenly(3, 1020, 1022)...))
	l.Observe(lazyRun(4, 1030, 1033))
	l.Observe(eventsource.Decoded(message(1040, "tick", "", "last"), failed(1041, connecting)))
	all := []string{"construct", "open", "0", "1", "2", "0", "1", "2", "3", "last", "error"} // data, or the kind
	for from := -1; from <= len(all)+1; from++ {
		for to := -1; to <= len(all)+1; to++ {
			var want []string
			if low, high := max(0, from), min(to, len(all)); low < high {
				want = all[low:high]
			}
			records := l.Records(from, to)
			if got := short(records); !slices.Equal(got, want) {
				t.Errorf("from %d to %d: got %q; want %q", from, to, got, want)
			}
			for i, r := range records {
				check(t, "Seq", r.Seq, max(0, from)+i)
			}
		}
	}
}

// short is the data of each message, or the kind of what else there is.
func short(records []Record) []string {
	var s []string
	for _, r := range records {
		if r.Kind == Message {
			s = append(s, r.Data)
		} else {
			s = append(s, string(r.Kind))
		}
	}
	return s
}

func TestCaps(t *testing.T) {
	type run struct {
		n, text int // events, and characters of data in each
		lazy    bool
	}
	for _, test := range []struct {
		name string
		runs []run
		kept int
	}{
		{"at the number of records nothing goes", []run{{10, 0, false}}, 10},
		{"one over: the oldest goes", []run{{11, 0, false}}, 10},
		{"runs of one", []run{{1, 0, false}, {1, 0, false}, {9, 0, false}}, 10},
		{"part of a lazy run", []run{{8, 0, true}, {5, 0, true}}, 10},
		{"part of a lazy run, twice", []run{{8, 0, true}, {4, 0, true}, {4, 0, true}}, 10},
		{"several runs at once", []run{{3, 0, true}, {3, 0, false}, {1, 0, true}, {9, 0, true}}, 10},
		{"exactly one run", []run{{4, 0, true}, {10, 0, true}}, 10},
		{"a run longer than the log keeps its end", []run{{2, 0, true}, {35, 0, true}}, 10},
		{"at the text nothing goes", []run{{2, 50, false}}, 2},
		{"over the text: the oldest run goes as a whole", []run{{2, 25, false}, {2, 25, true}, {1, 1, false}}, 3},
		{"as many runs as the text asks for", []run{{1, 30, false}, {1, 30, false}, {1, 30, false}, {1, 75, false}}, 1},
		{"the last run stays, whatever its text", []run{{1, 30, false}, {2, 300, true}}, 2},
		{"until another one comes", []run{{2, 300, true}, {1, 1, false}}, 1},
		{"a run over both keeps as many as are allowed", []run{{1, 1, false}, {25, 300, true}}, 10},
		{"over both: by number first, then by text", []run{{8, 10, true}, {4, 10, true}}, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newSingle().bare()
			l.maxRecords, l.maxText = 10, 100
			total := 0
			for _, r := range test.runs {
				var events []eventsource.Event
				for range r.n {
					data := fmt.Sprintf("%0*d", r.text, total)
					if r.text == 0 {
						data = ""
					}
					events = append(events, message(float64(total), "tick", "", data))
					total++
				}
				if r.lazy {
					l.Observe(lazy(events))
				} else {
					l.Observe(eventsource.Decoded(events...))
				}
				check(t, "kept and dropped", l.Len()+l.Dropped(), total)
			}
			check(t, "kept", l.Len(), test.kept)
			check(t, "end", l.End(), total)
			check(t, "first", l.First(), total-test.kept)
			check(t, "counted", l.Counts().Events, total)
			records := l.Records(0, total)
			check(t, "records", len(records), test.kept)
			for i, r := range records {
				if want := total - test.kept + i; r.Seq != want || r.At != float64(want) {
					t.Errorf("got record %d at %v; want %d at the same", r.Seq, r.At, want)
				}
			}
			l.Clear()
			check(t, "kept and dropped, cleared", l.Len()+l.Dropped(), 0)
			check(t, "text, cleared", l.text, 0)
		})
	}
}

func TestTheLogsOwnLimits(t *testing.T) {
	l := newSingle().bare()
	for i := range 25 {
		l.Observe(lazyRun(10_000, float64(i), float64(i)))
	}
	check(t, "kept of 250,000", l.Len(), MaxRecords)
	check(t, "dropped of 250,000", l.Dropped(), 50_000)
	l = newSingle().bare()
	megabyte := strings.Repeat("x", 1<<20)
	for i := range 70 {
		l.Observe(eventsource.Decoded(message(float64(i), "tick", "", megabyte)))
	}
	check(t, "kept of 70 MB", l.Len(), 64)
	check(t, "dropped of 70 MB", l.Dropped(), 6)
}

// A stream sends an id once, and each event after it has it.
func TestTextOfEveryKindCountsAndThatOfNeighboursOnce(t *testing.T) {
	long, other := strings.Repeat("a", 400_000), strings.Repeat("b", 400_000)
	for _, test := range []struct {
		name  string
		event func(i int) eventsource.Event
		kept  int
	}{
		{"the same id in all", func(i int) eventsource.Event { return message(float64(i), "tick", long, "x") }, 1_000},
		{"the same type in all", func(i int) eventsource.Event { return message(float64(i), long, "7", "x") }, 1_000},
		{"another id in each", func(i int) eventsource.Event { return message(float64(i), "tick", []string{long, other}[i%2], "x") }, 167},
		{"another type in each", func(i int) eventsource.Event { return message(float64(i), []string{long, other}[i%2], "7", "x") }, 167},
	} {
		for _, lazily := range []bool{false, true} {
			l := newSingle().bare()
			for i := range 1_000 {
				if e := test.event(i); lazily {
					l.Observe(lazy([]eventsource.Event{e}))
				} else {
					l.Observe(eventsource.Decoded(e))
				}
			}
			check(t, test.name, l.Len(), test.kept)
			check(t, test.name+": the log's text is no more than it may be", l.text <= MaxText, true)
		}
	}
}

// What the log does not keep it must not hold: under a firehose that would be the browser's objects.
func TestMemoryIsLetGo(t *testing.T) {
	for _, test := range []struct {
		name string
		let  func(*single)
	}{
		{"dropped by number", func(l *single) { l.Observe(lazyRun(10, 5, 6)) }},
		{"dropped by text", func(l *single) { l.Observe(eventsource.Decoded(message(5, "tick", "", strings.Repeat("x", 200)))) }},
		{"cleared", func(l *single) { l.Clear() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newSingle().bare()
			l.maxRecords, l.maxText = 10, 100
			held := observeHeld(l)
			runtime.GC()
			if held.Value() == nil {
				t.Fatal("got a run that is gone at once; want it held while it is kept")
			}
			test.let(l)
			runtime.GC()
			if held.Value() != nil {
				t.Error("got a run that is still held; want it gone")
			}
			runtime.KeepAlive(l)
		})
	}
}

func observeHeld(l *single) weak.Pointer[[64]eventsource.Event] {
	events := new([64]eventsource.Event)
	copy(events[:], evenly(3, 1, 2))
	l.Observe(eventsource.Lazy(3, 3, func(from, to int) []eventsource.Event { return events[from:to] }))
	return weak.Make(events)
}

func TestTransitionsAreAllThereAre(t *testing.T) {
	for transition := range Transition(len(Counts{}.Transitions)) {
		drawn := slices.Contains(Transitions[:], transition) || slices.Contains(SocketTransitions[:], transition)
		check(t, "an EventSource's or a WebSocket's", drawn, transition != NoTransition)
	}
}
