package main

import (
	"slices"
	"testing"

	"eventsource-playground/eventsource"
)

// A recording of 100 s and what lies to the right of now, of which 20 s are shown.
var hundred = overview{began: 1000, end: 101_000, window: 20_000}

func TestOverviewDrag(t *testing.T) {
	for _, test := range []struct {
		name             string
		overview         overview
		scrolledTo       float64
		from, to         float64 // of the pointer
		pressed, dragged float64 // what is scrolled to
	}{
		{"a press in the frame moves nothing, and a drag moves it by as much", hundred, 51_000, 0.4, 0.3, 51_000, 41_000},
		{"from the frame's left edge", hundred, 51_000, 0.3, 0.5, 51_000, 71_000},
		{"a press outside has the frame's middle jump there", hundred, 51_000, 0.8, 0.7, 91_000, 81_000},
		{"what follows is dragged away from now", hundred, 0, 0.9, 0.8, 0, 91_000},
		{"to the end, it follows", hundred, 51_000, 0.4, 0.9, 51_000, 0},
		{"not beyond the beginning", hundred, 51_000, 0.4, 0, 51_000, 21_000},
		{"what is shorter than the timeline stays", overview{1000, 9000, 20_000}, 0, 0.2, 0.1, 0, 0},
		{"nothing is recorded", overview{0, 9000, 2000}, 0, 0.2, 0.1, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := test.overview
			grip := o.grip(o.right(test.scrolledTo), test.from)
			if got := o.scroll(o.at(test.from) + grip); got != test.pressed {
				t.Errorf("pressed: got %v; want %v", got, test.pressed)
			}
			if got := o.scroll(o.at(test.to) + grip); got != test.dragged {
				t.Errorf("dragged: got %v; want %v", got, test.dragged)
			}
		})
	}
}

func TestOverviewKeys(t *testing.T) {
	for _, test := range []struct {
		name       string
		scrolledTo float64
		key        string
		want       float64
	}{
		{"left is a tenth of what is seen", 51_000, "ArrowLeft", 49_000},
		{"right too", 51_000, "ArrowRight", 53_000},
		{"left from now", 0, "ArrowLeft", 99_000},
		{"right at now", 0, "ArrowRight", 0},
		{"right to now", 99_000, "ArrowRight", 0},
		{"a page", 51_000, "PageDown", 31_000},
		{"a page on", 51_000, "PageUp", 71_000},
		{"the beginning", 51_000, "Home", 21_000},
		{"left of the beginning", 21_000, "ArrowLeft", 21_000},
		{"the end follows", 51_000, "End", 0},
	} {
		if got, ok := hundred.key(hundred.right(test.scrolledTo), test.key); got != test.want || !ok {
			t.Errorf("%s: got %v, %v; want %v", test.name, got, ok, test.want)
		}
	}
	if _, ok := hundred.key(51_000, "x"); ok {
		t.Error("got the key x taken; want it left alone")
	}
}

func TestOverviewZoom(t *testing.T) {
	const now = 101_000 - 20_000*nowMargin // of the recording of 100 s
	for _, test := range []struct {
		name               string
		window, scrolledTo float64
		x                  float64
		by                 int
		wantWindow, want   float64
	}{
		{"narrower around the middle", 20_000, 51_000, 0.5, -1, 10_000, 46_000},
		{"wider around the middle", 20_000, 51_000, 0.5, 1, 30_000, 56_000},
		{"narrower around the left edge", 20_000, 51_000, 0, -1, 10_000, 41_000},
		{"narrower around the right edge", 20_000, 51_000, 1, -1, 10_000, 51_000},
		{"around now it follows on, narrower", 20_000, 0, 1 - nowMargin, -1, 10_000, 0},
		{"around now it follows on, wider", 20_000, 0, 1 - nowMargin, 1, 30_000, 0},
		{"narrower around something that was leaves now", 20_000, 0, 0.25, -1, 10_000, 101_000 - 0.75*20_000 + 0.75*10_000},
		{"wider where there is no more after now follows", 20_000, 0, 0.25, 1, 30_000, 0},
		{"wider where there is no more before the beginning", 20_000, 21_000, 0, 1, 30_000, 31_000},
		{"nothing is narrower", 10_000, 51_000, 0.5, -1, 10_000, 51_000},
		{"nothing is wider", 600_000, 0, 0.5, 1, 600_000, 0},
	} {
		o := overview{hundred.began, now + test.window*nowMargin, test.window}
		window, scrolledTo := o.zoom(o.right(test.scrolledTo), test.x, test.by)
		if window != test.wantWindow || scrolledTo != test.want {
			t.Errorf("%s: got %v to %v; want %v to %v", test.name, window, scrolledTo, test.wantWindow, test.want)
		}
	}
}

func TestOverviewDrawing(t *testing.T) {
	l := logOf(opened(11_000), message(12_010, "tick", "1", "x"), failed(51_000, eventsource.Connecting), opened(51_010),
		message(61_010, "tick", "2", "x"), message(61_020, "tick", "2", "x"), failed(81_000, eventsource.Closed))
	svg := parseSVG(t, hundred.svg(l, 1, 51_000))
	var states []string
	for _, e := range svg {
		if state := e.attributes["data-state"]; state != "" {
			states = append(states, state+" "+e.attributes["x"]+"+"+e.attributes["width"])
		}
		if e.class == "frame" && (e.number(t, "x") != 120 || e.number(t, "width") != 80) {
			t.Errorf("got the frame %v; want it around 31 to 51 s, a fifth of 400", e.attributes)
		}
		if e.class == "events" && e.attributes["d"] != "M44.5 22v-4.0M240.5 22v-5.0" {
			t.Errorf("got the events %s; want one at 11 s, two at 60 s", e.attributes["d"])
		}
	}
	if want := []string{"connecting 0+40", "open 40+160", "connecting 200+1", "open 201+119", "closed 320+3"}; !slices.Equal(states, want) {
		t.Errorf("got the states %q; want %q: a wait is seen however short it is", states, want)
	}
	if got := parseSVG(t, (overview{0, 5000, 20_000}).svg(logOf(), 2, 5000)); len(got) != 3 {
		t.Errorf("got %d elements of a lane without sources; want the drawing, no events and the frame", len(got))
	}
}

func BenchmarkOverview(b *testing.B) {
	l := logOf(opened(1001))
	s := l.Newest(1)
	for i := range 60_000 {
		at := 1002 + float64(i)*3
		s.Observe(eventsource.Decoded(message(at, "tick", "", "x"), failed(at+1, eventsource.Connecting), opened(at+2)))
	}
	o := overview{1000, 181_000, 20_000}
	for b.Loop() {
		o.svg(l, 1, o.end)
	}
}
