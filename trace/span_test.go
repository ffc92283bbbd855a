package trace

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"eventsource-playground/eventsource"
)

func TestSpansInAWindow(t *testing.T) {
	l := logOf(open(1010), failed(1030, connecting), failed(1040, connecting))
	l.Close(1050)
	l.Construct(1100, "/", false)
	all := []Span{
		{1, connecting, false, 1000, 1010}, {1, opened, false, 1010, 1030}, {1, connecting, true, 1030, 1040},
		{1, connecting, true, 1040, 1050}, {1, closed, false, 1050, 0}, {2, connecting, false, 1100, 0},
	}
	for _, test := range []struct {
		name     string
		from, to float64
		want     []Span
	}{
		{"all", 0, 1e9, all},
		{"before the first", 0, 1000, nil},
		{"the first, from its first moment", 0, 1000.1, all[:1]},
		{"a window within one", 1015, 1016, all[1:2]},
		{"a window that cuts three", 1029, 1041, all[1:4]},
		{"one that ends where the window begins is out, one that begins where it ends too", 1010, 1030, all[1:2]},
		{"those that last are there far in the future", 1e6, 1e9, all[4:]},
		{"a window of no time shows what it is in", 1015, 1015, all[1:2]},
		{"a window that ends before it begins", 1030, 1010, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := l.allSpans(test.from, test.to); !slices.Equal(got, test.want) {
				t.Errorf("got %v; want %v", got, test.want)
			}
		})
	}
	check(t, "began", l.Began(), 1000)
}

func TestSpansAfterClear(t *testing.T) {
	l := logOf(open(1010), failed(1030, connecting))
	l.Clear()
	if got, want := l.Spans(0, 1e9), []Span{{1, connecting, true, 1030, 0}}; !slices.Equal(got, want) {
		t.Errorf("got %v; want the wait that lasts, from its own beginning: %v", got, want)
	}
	l.Observe(eventsource.Decoded(open(4030)))
	if got, want := l.Spans(0, 1e9), []Span{{1, connecting, true, 1030, 4030}, {1, opened, false, 4030, 0}}; !slices.Equal(got, want) {
		t.Errorf("got %v; want %v", got, want)
	}
	l.Close(5000)
	l.Clear()
	check(t, "spans of a closed source, cleared", len(l.Spans(0, 1e9)), 0)
	check(t, "began", l.Began(), 0)
	l.Construct(6000, "/", false)
	check(t, "began", l.Began(), 6000)
}

func TestSpansGoWithTheirRecords(t *testing.T) {
	l := newSingle()
	l.maxRecords = 10
	l.Construct(1000, "/", false)
	at := 1000.0
	for range 50 {
		l.Observe(eventsource.Decoded(open(at+1), failed(at+2, connecting)))
		at += 2
	}
	spans := l.Spans(0, 1e9)
	if oldest := l.Records(0, l.End())[0]; spans[0].From > oldest.At || len(spans) > 11 {
		t.Errorf("got %d spans from %v; want them from the oldest record, %v, and no more", len(spans), spans[0].From, oldest.At)
	}
	check(t, "own records held", len(l.own), 10)
}

func TestMarks(t *testing.T) {
	type mark struct {
		kind  Kind
		at    float64
		count int
		data  string
	}
	same := make([]eventsource.Event, 300)
	for i := range same {
		same[i] = message(1020, "tick", "", "")
	}
	hidden := slices.Concat(evenly(200, 1000, 1010), evenly(100, 59_000, 60_000)) // a minute in a hidden tab
	for _, test := range []struct {
		name           string
		runs           []eventsource.Events
		from, to, step float64
		want           []mark
	}{
		{
			"each alone, with what it holds",
			[]eventsource.Events{eventsource.Decoded(open(1010), message(1020, "a", "1", "x"), message(1045, "b", "2", "y"), failed(1050, connecting))},
			1000, 2000, 10,
			[]mark{{Construct, 1000, 1, ""}, {Open, 1010, 1, ""}, {Message, 1020, 1, "x"}, {Message, 1045, 1, "y"}, {Error, 1050, 1, ""}},
		}, {
			"events of a step are one, over runs too, and between the browser's own",
			[]eventsource.Events{
				eventsource.Decoded(message(1020, "a", "", "x"), message(1021, "b", "", "y")), eventsource.Decoded(failed(1025, connecting)),
				eventsource.Decoded(message(1029.9, "a", "", "z"), message(1030, "a", "", "next step")),
			},
			1001, 2000, 10,
			[]mark{{Message, 1020, 3, ""}, {Error, 1025, 1, ""}, {Message, 1030, 1, "next step"}},
		}, {
			"the browser's own are one in a quarter of a step, if they are alike",
			[]eventsource.Events{eventsource.Decoded(
				open(1020), failed(1021, connecting), open(1022), failed(1023, connecting), failed(1024, closed), open(1025), open(1039.9), open(1040),
			)},
			1001, 2000, 80,
			[]mark{{Open, 1020, 4, ""}, {Error, 1021, 2, ""}, {Error, 1024, 1, ""}, {Open, 1040, 1, ""}},
		}, {
			"the window's first moment is in, its last is not",
			[]eventsource.Events{eventsource.Decoded(message(1020, "a", "", "x"), open(1020), message(1021, "a", "", "y"), open(1021))},
			1020, 1021, 10,
			[]mark{{Message, 1020, 1, "x"}, {Open, 1020, 1, ""}},
		}, {
			"a window cuts a run",
			[]eventsource.Events{eventsource.Decoded(evenly(101, 1000, 1100)...)},
			1030.5, 1040.5, 5,
			[]mark{{Message, 1031, 4, ""}, {Message, 1035, 5, ""}, {Message, 1040, 1, "40"}},
		}, {
			"a window cuts a lazy run", []eventsource.Events{lazyRun(1001, 1000, 1100)}, 1030, 1060, 20,
			[]mark{{Message, 1030, 100, ""}, {Message, 1040, 200, ""}},
		}, {
			"a lazy run shorter than half a step, cut by a step", []eventsource.Events{lazyRun(300, 1080, 1119.9)}, 1001, 2000, 100,
			[]mark{{Message, 1080, 150, ""}, {Message, 1100.0167224080268, 150, ""}},
		}, {
			"a lazy run of one moment", []eventsource.Events{lazy(same)}, 1001, 2000, 10,
			[]mark{{Message, 1020, 300, ""}},
		}, {
			"a lazy run of one moment at the window's edge is out", []eventsource.Events{lazy(same)}, 1001, 1020, 10, nil,
		}, {
			"a long lazy run is read, not guessed", []eventsource.Events{lazy(hidden)}, 1001, 60_000, 10_000,
			[]mark{{Message, 1001.0050251256281, 180, ""}, {Message, 59_000, 99, ""}},
		}, {
			"one alone in a long lazy run is decoded", []eventsource.Events{lazy([]eventsource.Event{message(1020, "a", "", "x"), message(9000, "a", "", "y")})}, 1001, 10_000, 100,
			[]mark{{Message, 1020, 1, "x"}, {Message, 9000, 1, "y"}},
		}, {
			"no step at all", []eventsource.Events{eventsource.Decoded(evenly(3, 1020, 1022)...)}, 1001, 2000, 0,
			[]mark{{Message, 1020, 3, ""}},
		}, {
			"an endless step, as a drawing without width has", []eventsource.Events{lazyRun(300, 1020, 1022)}, 1001, 2000, math.Inf(1),
			[]mark{{Message, 1020, 300, ""}},
		}, {
			"a window that ends before it begins", []eventsource.Events{lazyRun(300, 1020, 1022)}, 2000, 1001, 10, nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := logOf()
			for _, r := range test.runs {
				l.Observe(r)
			}
			var got []mark
			for _, m := range l.Marks(test.from, test.to, test.step) {
				got = append(got, mark{m.Kind, m.At, m.Count, m.Data})
				if m.Count == 1 && m.Kind != Message && m.Record != l.Records(m.Seq, m.Seq+1)[0] {
					t.Errorf("got %+v; want the record itself", m)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %v\nwant %v", got, test.want)
			}
		})
	}
}

func TestMarksAddUp(t *testing.T) {
	for _, step := range []float64{0.1, 1, 7.3, 100, 1e6} {
		t.Run(fmt.Sprint("step ", step), func(t *testing.T) {
			l := newSingle()
			l.maxRecords = 5000
			l.Construct(1000, "/", false)
			at := 1000.0
			for range 30 { // 30 times 333 messages, an open and an error; the oldest are dropped
				l.Observe(eventsource.Decoded(open(at)))
				l.Observe(lazyRun(300, at, at+16))
				l.Observe(eventsource.Decoded(evenly(33, at+16, at+20)...))
				l.Observe(eventsource.Decoded(failed(at+20, connecting)))
				at += 20
			}
			check(t, "kept", l.Len(), 5000)
			check(t, "all", sum(l.Marks(0, 1e9, step)), 5000)
			for _, parts := range []int{2, 3, 17} {
				total := 0
				for i := range parts {
					from, to := 1000+float64(i)*600/float64(parts), 1000+float64(i+1)*600/float64(parts)
					if i == parts-1 {
						to = 1e9
					}
					total += sum(l.Marks(from, to, step))
				}
				check(t, fmt.Sprint(parts, " windows side by side"), total, 5000)
			}
		})
	}
}

func sum(marks []Mark) (n int) {
	for _, m := range marks {
		n += m.Count
	}
	return n
}

func TestMarksDoNotMoveWithTheWindow(t *testing.T) {
	l := logOf(open(1010))
	l.Observe(eventsource.Decoded(evenly(200, 1020, 3000)...))
	l.Observe(lazyRun(5000, 3000, 5000))
	want := l.Marks(2000, 4000, 50)
	for _, to := range []float64{4050, 4100, 6000} {
		if got := l.Marks(2000, to, 50); !slices.Equal(got[:len(want)], want) {
			t.Errorf("until %v: got marks that moved", to)
		}
	}
	for _, from := range []float64{1000, 1950} {
		if got := l.Marks(from, 4000, 50); !slices.Equal(got[len(got)-len(want):], want) {
			t.Errorf("from %v: got marks that moved", from)
		}
	}
}

// A browser may blur its clocks, each in its own way. Nothing may hang or be counted twice then.
func TestMarksOfAClockThatGoesBack(t *testing.T) {
	l := logOf(open(1010), message(1030, "a", "", ""), message(1020, "a", "", ""), failed(1005, connecting), open(1001))
	l.Observe(lazyRun(300, 1040, 1015))
	check(t, "marks", sum(l.Marks(0, 1e9, 10)), l.Len())
}
