package main

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
)

func TestEveryoneHasALane(t *testing.T) {
	for _, test := range []struct {
		name         string
		n            int
		lanes        int
		height       int
		summed       string
		firstTitle   string
		withBrowsers int
	}{
		{"nobody yet", 0, 0, 23, "", "", 0},
		{"one", 1, 1, 42, "", "Otter 1: Chrome 156, OPEN, last event 48", 1},
		{"a class", 24, 24, 479, "", "Otter 1: Chrome 156, OPEN, last event 48", 24},
		{"more than there are lanes for", 60, 40, 783, "20 more: 20 OPEN (17 Chrome, 2 Firefox, 1 Safari)", "Otter 1: Chrome 156, OPEN, last event 48", 40},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := classDrawing{width: 800, window: 12_000, right: 19_000, newest: 48, did: cutAt, what: "you cut all"}
			pupils := classOf(test.n)
			svg := parseSVG(t, d.svg(pupils))
			if got := len(find(svg, "text", "who")); got != test.lanes {
				t.Errorf("got %d lanes; want %d", got, test.lanes)
			}
			if got := len(find(svg, "text", "browser")); got != test.withBrowsers {
				t.Errorf("got %d browsers; want %d", got, test.withBrowsers)
			}
			if titles := find(svg, "title", "lane"); len(titles) > 0 && titles[0] != test.firstTitle {
				t.Errorf("got %q; want %q", titles[0], test.firstTitle)
			}
			if got := d.height(test.n); got != test.height || svg[0].number(t, "height") != float64(got) {
				t.Errorf("got a height of %d, and %v drawn; want %d", got, svg[0].attributes["height"], test.height)
			}
			if got := summed(pupils); got != test.summed {
				t.Errorf("got %q; want %q", got, test.summed)
			}
			d.width = 360
			if got := find(parseSVG(t, d.svg(pupils)), "text", "browser"); len(got) > 0 {
				t.Errorf("got %q on a phone; want no column of browsers", got)
			}
		})
	}
}

func TestABandBeginsAndEndsWhereItsStateDoes(t *testing.T) {
	d := classDrawing{width: 1000, window: 10_000, right: 20_000, newest: 48}
	_, left, end := d.columns()
	otter := pupilOf("Otter", "Chrome", "156",
		told{2000, connectingPresence}, told{3000, openPresence}, told{12_000, waitingPresence}, told{15_000, openAfter(2990)}, told{19_000, closedPresence})
	at := func(ms float64) float64 { return left + ms/10_000*(end-left) }
	want := []struct {
		state    string
		from, to float64
		title    string
	}{
		{"open", left, at(2000), "Otter: 1 OPEN, 9.00 s"},
		{"connecting", at(2000), at(5000), "Otter: 0 CONNECTING, 2.99 s"},
		{"open", at(5000), at(9000), "Otter: 1 OPEN, 4.00 s"},
		{"closed", at(9000), end, "Otter: 2 CLOSED, 1.00 s"},
	}
	i := 0
	for _, e := range parseSVG(t, d.svg([]pupil{otter})) {
		switch {
		case e.name == "rect" && e.class == "span":
			x := e.number(t, "x")
			if w := want[i]; e.state != w.state || math.Abs(x-w.from) > 0.1 || math.Abs(x+e.number(t, "width")-w.to) > 0.2 {
				t.Errorf("got %s from %v, %v wide; want %s from %.1f to %.1f", e.state, x, e.attributes["width"], w.state, w.from, w.to)
			}
		case e.name == "title" && e.class == "span":
			if e.text != want[i].title {
				t.Errorf("got %q; want %q", e.text, want[i].title)
			}
			i++
		}
	}
	if i != len(want) {
		t.Errorf("got %d bands; want %d", i, len(want))
	}
}

func TestWhatStandsInALane(t *testing.T) {
	hidden := openAfter(3000)
	hidden.Hidden = true
	left := openAfter(3000)
	left.Missed = 3
	away := pupilOf("Otter", "Chrome", "156", told{1000, openPresence})
	gone := away.Member
	gone.Away = true
	away.observe(gone, 12_000)
	for _, test := range []struct {
		name   string
		pupil  pupil
		states []string // with a label
		last   string
	}{
		{"a wait that is over", pupilOf("Otter", "Chrome", "156", told{1000, openPresence}, told{11_000, waitingPresence}, told{14_010, openAfter(3004)}), []string{"waited 3.0 s"}, "48"},
		{"a wait that goes on", pupilOf("Otter", "Chrome", "156", told{1000, openPresence}, told{11_000, waitingPresence}), []string{"9 s, not reconnected yet"}, "41, misses 7"},
		{"a short one has room for its time only", pupilOf("Otter", "Chrome", "156", told{1000, openPresence}, told{19_000, waitingPresence}), []string{"1 s"}, "41, misses 7"},
		{"a first connection", pupilOf("Otter", "Chrome", "156", told{11_000, connectingPresence}), nil, "–"},
		{"CLOSED", pupilOf("Otter", "Chrome", "156", told{1000, openPresence}, told{12_000, closedPresence}), []string{"CLOSED"}, "41, misses 7"},
		{"a lesson: what it misses it gets after that", pupilOf("Otter", "Chrome", "156", told{1000, openPresence}, told{12_000, playingPresence}), []string{"plays the lesson"}, "41"},
		{"away: nobody knows what it misses", away, []string{"away"}, "41"},
		{"a hidden tab", pupilOf("Otter", "Chrome", "156", told{1000, hidden}), []string{"tab hidden"}, "48"},
		{"events that were left out", pupilOf("Otter", "Chrome", "156", told{1000, left}), nil, "48, misses 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := classDrawing{width: 800, window: 10_000, right: 20_000, newest: 48}
			svg := parseSVG(t, d.svg([]pupil{test.pupil}))
			got := append(find(svg, "text", "span"), find(svg, "text", "hidden")...)
			if !slices.Equal(got, test.states) {
				t.Errorf("got %q; want %q", got, test.states)
			}
			last := strings.Join(find(svg, "text", "last"), "")
			for _, e := range svg {
				if e.name == "tspan" {
					last += e.text
				}
			}
			if last != test.last {
				t.Errorf("got %q; want %q", last, test.last)
			}
		})
	}
}

func TestLanesEscapeWhatReadersSent(t *testing.T) {
	p := pupilOf(hostile, hostile, hostile, told{1000, openPresence})
	p.LastEventID = hostile
	for _, svg := range []string{
		classDrawing{width: 800, window: 10_000, right: 20_000, newest: 48, did: 15_000, what: hostile}.svg([]pupil{p}),
		arrivalsSVG([]pupil{
			pupilOf(hostile, hostile, hostile, told{1000, openPresence}, told{2000, waitingPresence}, told{5000, openAfter(3000)}),
			pupilOf(hostile, hostile, hostile, told{1000, openPresence}, told{2000, waitingPresence}, told{5000, openAfter(3000)}),
		}, 2000, 600),
		stripSVG([]protocol.Outcome{{Browser: hostile, Version: hostile, Figures: map[string]float64{hostile: 3000}}}, hostile, 3000, 600),
	} {
		for _, e := range parseSVG(t, svg) {
			if e.name == "script" || e.name == "img" {
				t.Errorf("got a %s in %s", e.name, svg)
			}
		}
	}
}

func TestOrder(t *testing.T) {
	away := pupilOf("Ant", "Chrome", "156", told{1000, openPresence})
	away.Away = true
	last := func(name string, sequence int, p protocol.Presence) pupil {
		p.LastEventID = "7QKM2F-" + strconv.Itoa(sequence)
		return pupilOf(name, "Chrome", "156", told{1000, p})
	}
	pupils := []pupil{
		last("Dog", 48, openAfter(5000)), away, last("Bee", 41, closedPresence), last("Elk", 30, waitingPresence), last("Cow", 48, openAfter(3000)),
	}
	for _, test := range []struct{ key, want string }{
		{"name", "Ant Bee Cow Dog Elk"},
		{"state", "Bee Elk Cow Dog Ant"},
		{"wait", "Elk Dog Cow Bee Ant"},
		{"missing", "Elk Bee Cow Dog Ant"},
	} {
		names := []string{}
		for _, p := range inOrderBy(pupils, test.key) {
			names = append(names, p.Name)
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("by %s: got %s; want %s", test.key, got, test.want)
		}
	}
	if pupils[0].Name != "Dog" {
		t.Error("the given slice was sorted")
	}
}

func TestThoseWithoutALaneAreSummedUp(t *testing.T) {
	pupils := classOf(40)
	for i, p := range []protocol.Presence{openPresence, openPresence, waitingPresence, connectingPresence, closedPresence, playingPresence, openPresence} {
		browser := "Chrome"
		if i == 1 {
			browser = "Firefox"
		}
		pupils = append(pupils, pupilOf("Otter", browser, "1", told{1000, p}))
	}
	pupils[46].Away = true
	const want = "7 more: 2 OPEN (1 Chrome, 1 Firefox), 2 CONNECTING (2 Chrome), 1 CLOSED (1 Chrome), 1 plays the lesson (1 Chrome), 1 away (1 Chrome)"
	if got := summed(pupils); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := summed(pupils[:41]), "1 more: 1 OPEN (1 Chrome)"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	many := []string{}
	for i := range 9 {
		many = append(many, slices.Repeat([]string{string(rune('A' + i))}, 10-i)...)
	}
	if got, want := countedByName(many), "10 A, 9 B, 8 C, 7 D, 6 E, 5 F, 9 others"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestStatesTooShortToBeSeenAreLeftOut(t *testing.T) {
	d := classDrawing{width: 800, window: 100_000, right: 101_000, newest: 48}
	svg := parseSVG(t, d.svg([]pupil{restless(1)[0]}))
	if got := len(find(svg, "title", "span")); got < 15 || got > 32 {
		t.Errorf("got %d bands for 100 states within 3 s, which are 16 pixels; want at most two a pixel", got)
	}
}

// restless are readers with as many states as are kept, of 30 ms each.
func restless(n int) (pupils []pupil) {
	for range n {
		var p pupil
		for i := range spansKept {
			p.observe(protocol.Member{Name: "Otter", Browser: "Chrome", Version: "156", Presence: protocol.Presence{State: i % 2, Waiting: i%2 == int(eventsource.Connecting)}}, 1000+float64(i)*30)
		}
		pupils = append(pupils, p)
	}
	return pupils
}

func BenchmarkLanes(b *testing.B) {
	pupils := restless(mostPupils)
	d := classDrawing{width: 800, window: 3000, right: 4000, newest: 48, did: 2000, what: "you cut all"}
	for b.Loop() {
		d.svg(pupils)
	}
}
