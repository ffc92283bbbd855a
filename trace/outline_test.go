package trace

import (
	"fmt"
	"slices"
	"testing"

	"eventsource-playground/eventsource"
)

func TestOutline(t *testing.T) {
	l := logOf(open(1150), message(1250, "tick", "", "a"), message(1260, "tick", "", "b"), failed(1350, connecting), open(1360), message(1390, "tick", "", "c"))
	l.Close(1550)
	l.Construct(1850, "/", false)
	const c, o, x = 1, 2, 4
	for _, test := range []struct {
		name     string
		from, to float64
		states   []int
		events   []int
	}{
		{"each part has the states and events in it, and CLOSED is where it began only", 1000, 2000,
			[]int{c, c | o, o, c | o, o, o | x, 0, 0, c, c}, []int{0, 0, 2, 1, 0, 0, 0, 0, 0, 0}},
		{"before anything began there is nothing", 0, 1000, make([]int, 10), make([]int, 10)},
		{"a part of it, that cuts states", 1200, 1300, []int{o, o, o, o, o, o, o, o, o, o}, []int{0, 0, 0, 0, 0, 1, 1, 0, 0, 0}},
		{"after the last state began it lasts", 2000, 2010, []int{c, c, c, c, c, c, c, c, c, c}, make([]int, 10)},
		{"no time at all", 1200, 1200, make([]int, 10), make([]int, 10)},
	} {
		t.Run(test.name, func(t *testing.T) {
			var states, events []int
			for _, p := range l.Outline(1, test.from, test.to, 10) {
				set := 0
				for state, in := range p.States {
					if in {
						set |= 1 << state
					}
				}
				states, events = append(states, set), append(events, p.Events)
			}
			if !slices.Equal(states, test.states) || !slices.Equal(events, test.events) {
				t.Errorf("got the states %v and %v events; want %v and %v", states, events, test.states, test.events)
			}
		})
	}
	if got := l.Outline(2, 1000, 2000, 1)[0]; got != (Part{}) {
		t.Errorf("got %v in a lane without sources; want nothing", got)
	}
}

func TestOutlineCountsEachEventOnce(t *testing.T) {
	for _, shape := range benchShapes {
		t.Run(shape.name, func(t *testing.T) {
			l := benchLog(benchRuns(shape.size, shape.lazy))
			events := 0
			for _, p := range l.Outline(1, 0, benchTime+1, 400) {
				events += p.Events
			}
			check(t, "events", events, benchEvents)
			l.Clear()
			for _, p := range l.Outline(1, 0, benchTime+1, 400) {
				check(t, "events after they were cleared", p.Events, 0)
			}
		})
	}
}

func TestOutlineOfALogThatDroppedCountsWhatIsKept(t *testing.T) {
	l := newSingle()
	l.maxRecords = 10
	l.Construct(1000, "/", false)
	l.Observe(eventsource.Decoded(open(1001)))
	for i := range 50 {
		l.Observe(eventsource.Decoded(message(1002+float64(i), "tick", "", "x")))
	}
	events := 0
	for _, p := range l.Outline(1, 1000, 1100, 7) {
		events += p.Events
	}
	check(t, "events", events, 10)
}

// The cost must not grow with the log: it is drawn again with each drawing of the timeline.
func BenchmarkOutline(b *testing.B) {
	for _, n := range []int{1000, 200_000} {
		b.Run(fmt.Sprintf("%d reconnections and events", n), func(b *testing.B) {
			l := newSingle()
			l.Construct(0, "/", false)
			for i := range n / 3 {
				at := float64(i * 3)
				l.Observe(eventsource.Decoded(open(at), message(at+1, "tick", "", "x"), failed(at+2, connecting)))
			}
			for b.Loop() {
				l.Outline(1, 0, float64(n), 400)
			}
		})
	}
}
