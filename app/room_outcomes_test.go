package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/lesson"
	"eventsource-playground/protocol"
)

func outcome(choice int, browser, version string, figures map[string]float64) protocol.Outcome {
	return protocol.Outcome{Round: 1, Choice: choice, Browser: browser, Version: version, Figures: figures}
}

func TestHowManySawWhat(t *testing.T) {
	l := &lesson.Lesson{Standard: []int{1}, Choices: []lesson.Choice{{Text: lesson.Text{{Text: "close"}}}, {Text: lesson.Text{{Text: "error"}}}, {Text: lesson.Text{{Text: "nothing"}}}}}
	var outcomes []protocol.Outcome
	for range 19 {
		outcomes = append(outcomes, outcome(1, "Chrome", "156", nil))
	}
	outcomes = append(outcomes, outcome(1, "Firefox", "153", nil), outcome(1, "Chrome", "155", nil), outcome(0, "", "", nil))
	for _, test := range []struct {
		name     string
		outcomes []protocol.Outcome
		want     []string
	}{
		{"none yet", nil, []string{"close: 0 false", "error: 0 true", "nothing: 0 false"}},
		{"one did something else", []protocol.Outcome{outcome(-1, "Safari", "19", nil), outcome(7, "Safari", "19", nil)}, []string{
			"close: 0 false", "error: 0 true", "nothing: 0 false", "Something that none of these says.: 2 false 2 Safari 19",
		}},
		{"a class", outcomes, []string{"close: 1 false 1 another browser", "error: 21 true 19 Chrome 156, 1 Chrome 155, 1 Firefox 153", "nothing: 0 false"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			n := 0
			for _, b := range barsOf(l, test.outcomes) {
				got = append(got, strings.TrimSpace(fmt.Sprintf("%s: %d %v %s", b.text[0].Text, b.n, b.follows, b.browsers)))
				n += b.n
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q; want %q", got, test.want)
			}
			if n != len(test.outcomes) {
				t.Errorf("the bars are %d together; want %d", n, len(test.outcomes))
			}
		})
	}
}

func TestFiguresThatDifferMostComeFirst(t *testing.T) {
	outcomes := []protocol.Outcome{
		outcome(0, "Chrome", "156", map[string]float64{"pause1": 3000, "opened": 10, "wait1": 3000, "answer1_lasted": 2}),
		outcome(0, "Firefox", "153", map[string]float64{"pause1": 5000, "opened": 11, "wait1": 3000}),
	}
	if got, want := figuresOf(outcomes), []string{"pause1", "opened", "wait1"}; !slices.Equal(got, want) {
		t.Errorf("got %q; want %q: only what two have", got, want)
	}
	if got := figuresOf(nil); len(got) > 0 {
		t.Errorf("got %q of no outcomes", got)
	}
}

func TestNamesOfFigures(t *testing.T) {
	for figure, want := range map[string]string{
		"opened":             "From new EventSource to open",
		"pause2":             "Wait 2, from error to what came next",
		"wait1":              "From the end of response 1 to the next request",
		"answer3_lasted":     "How long response 3 lasted",
		"beside2_opened":     "From new EventSource to open (source 2 beside it)",
		"beside1_pause_last": "The last wait, from error to what came next (source 1 beside it)",
		"waits":              "waits",
		"answer_lasted":      "answer_lasted",
		"besides":            "besides",
		"x\u202e":            "x[RLO]",
	} {
		if got := nameOfFigure(figure); got != want {
			t.Errorf("%s: got %q; want %q", figure, got, want)
		}
	}
}

func TestStrip(t *testing.T) {
	var outcomes []protocol.Outcome
	for i := range 20 {
		browser, wait := "Chrome", 3000.0
		if i%5 == 0 {
			browser, wait = "Firefox", 5000
		}
		outcomes = append(outcomes, outcome(0, browser, "1", map[string]float64{"pause1": wait + float64(i)}))
	}
	outcomes = append(outcomes, outcome(0, "Safari", "19", nil))
	for _, test := range []struct {
		name  string
		mine  float64
		ring  string // the title of the dot in it
		yours []string
	}{
		{"without one of one's own", 0, "", nil},
		{"with it", 5005, "Firefox 1: 5.00 s", []string{"yours: 5.0 s"}},
		{"with one that is not among them", 4000, "", []string{"yours: 4.0 s"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			svg := parseSVG(t, stripSVG(outcomes, "pause1", test.mine, 600))
			dots, ring := 0, ""
			for i, e := range svg {
				if e.name != "circle" {
					continue
				}
				if e.class == "mine" {
					ring = svg[i+2].text
					continue
				}
				dots++
			}
			if dots != 20 || ring != test.ring {
				t.Errorf("got %d dots, %q ringed; want 20, %q", dots, ring, test.ring)
			}
			if got := find(svg, "text", "mine"); !slices.Equal(got, test.yours) {
				t.Errorf("got %q; want %q", got, test.yours)
			}
			if got, want := find(svg, "text", "who"), []string{"Chrome", "Firefox"}; !slices.Equal(got, want) {
				t.Errorf("got the rows %q; want %q", got, want)
			}
			const want = "Wait 1, from error to what came next: Chrome: 16, 3.0 s to 3.0 s; Firefox: 4, 5.0 s to 5.0 s"
			if got := svg[0].attributes["aria-label"]; got != want {
				t.Errorf("got %q; want %q", got, want)
			}
		})
	}
	if got := stripSVG(outcomes, "opened", 0, 600); got != "" {
		t.Errorf("got %s of a figure that nobody has; want nothing", got)
	}
	var many []protocol.Outcome
	for i := range 12 {
		many = append(many, outcome(0, string(rune('A'+i)), "1", map[string]float64{"wait1": -3}))
	}
	if got := find(parseSVG(t, stripSVG(many, "wait1", 0, 360)), "text", "who"); len(got) != mostRows || got[mostRows-1] != "other brows…" {
		t.Errorf("got the rows %q; want %d, the last for others", got, mostRows)
	}
}
