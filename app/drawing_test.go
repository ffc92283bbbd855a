package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"eventsource-playground/eventsource"
	"eventsource-playground/language"
	"eventsource-playground/trace"
)

// svgElement is one of a drawing, with its text. Class and state are its own, or of what it is in.
type svgElement struct {
	name, class, state, text string
	attributes               map[string]string
}

func (e svgElement) number(t *testing.T, name string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(e.attributes[name], 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		t.Fatalf("got %s=%q of %+v; want a number", name, e.attributes[name], e)
	}
	return n
}

// parseSVG reads a drawing as XML, which is stricter than HTML.
func parseSVG(t *testing.T, svg string) []svgElement {
	t.Helper()
	var elements []svgElement
	var open []int
	for decoder := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return elements
		}
		if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := svgElement{name: token.Name.Local, attributes: map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			e.class, e.state = e.attributes["class"], e.attributes["data-state"]
			if len(open) > 0 && e.class == "" {
				e.class, e.state = elements[open[len(open)-1]].class, elements[open[len(open)-1]].state
			}
			open = append(open, len(elements))
			elements = append(elements, e)
		case xml.CharData:
			elements[open[len(open)-1]].text += string(token)
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

func opened(at float64) eventsource.Event {
	return eventsource.Event{Kind: eventsource.Opened, TimeStamp: at, ReadyState: eventsource.Open, Type: "open"}
}

func failed(at float64, state eventsource.ReadyState) eventsource.Event {
	return eventsource.Event{Kind: eventsource.Failed, TimeStamp: at, ReadyState: state, Type: "error"}
}

func message(at float64, typ, id, data string) eventsource.Event {
	return eventsource.Event{Kind: eventsource.Message, TimeStamp: at, ReadyState: eventsource.Open, Type: typ, LastEventID: id, Data: data}
}

func logOf(events ...eventsource.Event) *trace.Log {
	l := trace.NewLog()
	s := l.Construct(1000, trace.Client{}, "/sse", false)
	for _, e := range events {
		s.Observe(eventsource.Decoded(e))
	}
	return l
}

// find yields the texts of elements by name and class.
func find(elements []svgElement, name, class string) []string {
	var texts []string
	for _, e := range elements {
		if e.name == name && e.class == class {
			texts = append(texts, e.text)
		}
	}
	return texts
}

func TestDrawing(t *testing.T) {
	l := logOf(opened(1500), message(3000, "tick", "7", "x"), message(6000, "tick", "12345", "y"), message(9000, "tick", "", ""),
		failed(12_000, eventsource.Connecting), opened(15_010), failed(16_000, eventsource.Connecting), failed(19_000, eventsource.Closed))
	svg := parseSVG(t, drawing{lane: 1, width: 1000, window: 20_000, right: 20_500, until: 20_000}.svg(l))
	for _, test := range []struct {
		what, name, class string
		want              []string
	}{
		{"states", "text", "span", []string{"OPEN", "waited 3.01 s", "OPEN", "waited 3.00 s"}},
		{"titles of states", "title", "span", []string{
			"0 CONNECTING, 500 ms", "1 OPEN, 10.50 s", "0 CONNECTING, 3.01 s", "1 OPEN, 990 ms", "0 CONNECTING, 3.00 s", "2 CLOSED",
		}},
		{"labels of events", "text", "mark message", []string{"7", "…45", ""}},
		{"titles of events", "title", "mark message", []string{"tick x", "tick y", "tick "}},
		{"opens", "title", "mark open", []string{"open", "open"}},
		{"errors", "title", "mark error", []string{"error, readyState 0", "error, readyState 0", "error, readyState 2"}},
		{"the constructor", "title", "mark construct", []string{"new EventSource"}},
		{"the clock", "text", "when", []string{"0 s", "5 s", "10 s", "15 s"}},
	} {
		if got := find(svg, test.name, test.class); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q; want %q", test.what, got, test.want)
		}
	}
	check := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 0.1 {
			t.Errorf("%s: got %v; want %v", what, got, want)
		}
	}
	for _, e := range svg {
		if e.name == "circle" && e.class == "mark open" {
			check("the first open", e.number(t, "cx"), (1500.-500)/20)
			break
		}
	}
	check("width", svg[0].number(t, "width"), 1000)
}

// hostile is what a stream may send. The page's Content-Security-Policy would stop scripts; the drawing must not need it.
const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;&#34;</title></svg>`

func TestDrawingEscapesWhatAStreamSent(t *testing.T) {
	l := logOf(opened(1010), message(2000, hostile, hostile, hostile))
	for i, tail := range []string{`<a>`, `"">`, `&&&`, `'/>`} {
		l.Newest(1).Observe(eventsource.Decoded(message(3000+1000*float64(i), hostile, tail, hostile)))
	}
	svg := drawing{lane: 1, width: 1000, window: 10_000, right: 10_000, until: 10_000}.svg(l)
	elements := parseSVG(t, svg)
	for _, e := range elements {
		if !slices.Contains([]string{"svg", "line", "text", "g", "rect", "title", "circle", "path"}, e.name) {
			t.Errorf("got an element %s; want none that is not ours", e.name)
		}
		for name, value := range e.attributes {
			if strings.ContainsAny(value, `<>"'&`) || strings.HasPrefix(name, "on") {
				t.Errorf("got the attribute %s=%q", name, value)
			}
		}
	}
	titles := find(elements, "title", "mark message")
	if want := hostile + " " + hostile; len(titles) != 5 || titles[0] != want {
		t.Errorf("got titles %q; want five, each %q", titles, want)
	}
	if got, want := find(elements, "text", "mark message"), []string{"…g>", "<a>", `"">`, "&&&", `'/>`}; !slices.Equal(got, want) {
		t.Errorf("got labels %q; want %q", got, want)
	}
}

func TestDrawingShowsWhatWouldTurnItsTextAround(t *testing.T) {
	l := logOf(opened(1010), message(2000, "\u202Ekcit", "\u200B", "שלום"))
	elements := parseSVG(t, drawing{lane: 1, width: 1000, window: 10_000, right: 10_000, until: 10_000}.svg(l))
	if got, want := find(elements, "title", "mark message"), []string{"[RLO]kcit \u2068שלום\u2069"}; !slices.Equal(got, want) {
		t.Errorf("got titles %q; want %q", got, want)
	}
	if got, want := find(elements, "text", "mark message"), []string{"…P]"}; !slices.Equal(got, want) {
		t.Errorf("got labels %q; want the end of [ZWSP]", got)
	}
}

func TestDrawingCutsLongTexts(t *testing.T) {
	long := strings.Repeat("é", 1_000_000)
	svg := drawing{lane: 1, width: 1000, window: 10_000, right: 10_000, until: 10_000}.svg(logOf(message(2000, long, long, long)))
	if len(svg) > 10_000 {
		t.Errorf("got %d bytes; want the long texts of one event cut", len(svg))
	}
	if got := find(parseSVG(t, svg), "text", "mark message"); !slices.Equal(got, []string{"…éé"}) {
		t.Errorf("got labels %q", got)
	}
}

// busy is a log of a minute in which much happens, and after which the source stays as it is.
func busy(last func(*trace.Log)) *trace.Log {
	l := logOf()
	for at := 1000.0; at < 60_000; at += 500 {
		l.Newest(1).Observe(eventsource.Decoded(opened(at + 10)))
		var events []eventsource.Event
		for i := range 300 {
			events = append(events, message(at+20+float64(i)/20, "tick", strconv.Itoa(i), ""))
		}
		l.Newest(1).Observe(eventsource.Lazy(300, 0, func(from, to int) []eventsource.Event { return events[from:to] }))
		l.Newest(1).Observe(eventsource.Decoded(message(at+100, "tick", "1", ""), message(at+200, "tick", "2", "")))
		l.Newest(1).Observe(eventsource.Decoded(failed(at+300, eventsource.Connecting)))
	}
	last(l)
	return l
}

func TestNothingIsDrawnOutside(t *testing.T) {
	logs := map[string]*trace.Log{
		"connecting": busy(func(*trace.Log) {}),
		"open":       busy(func(l *trace.Log) { l.Newest(1).Observe(eventsource.Decoded(opened(61_000))) }),
		"closed":     busy(func(l *trace.Log) { l.Newest(1).Close(61_000) }),
		"second":     busy(func(l *trace.Log) { l.Newest(1).Close(61_000); l.Construct(90_000, trace.Client{}, "/", false) }),
		"cleared":    busy((*trace.Log).Clear),
		"empty":      trace.NewLog(),
	}
	for name, l := range logs {
		for _, window := range []float64{10_000, 20_000, 600_000} {
			for _, right := range []float64{500, 30_000, 61_050, 95_000, 1e6} {
				for _, beyond := range []float64{0, 3000} {
					for _, width := range []float64{0, 300, 1000} {
						d := drawing{lane: 1, width: width, window: window, right: right, until: right + beyond}
						svg := d.svg(l)
						checkInside(t, fmt.Sprintf("%s, %+v", name, d), svg)
						if len(svg) > 150_000 {
							t.Errorf("%s, %+v: got %d bytes; want it small enough to be drawn again and again", name, d, len(svg))
						}
					}
				}
			}
		}
	}
}

func checkInside(t *testing.T, name, svg string) {
	t.Helper()
	elements := parseSVG(t, svg)
	const rounding = 0.6
	right := elements[0].number(t, "width") + rounding
	for _, e := range elements {
		var from, to float64
		switch e.name {
		case "line":
			from, to = e.number(t, "x1"), e.number(t, "x2")
		case "circle":
			from = e.number(t, "cx")
			to = from
		case "rect":
			from = e.number(t, "x")
			to = from + e.number(t, "width")
			switch e.class {
			case "span":
				to = max(from, to-1) // what is shorter than a pixel is drawn as one
			default:
				from, to = (from+to)/2, (from+to)/2 // a mark belongs where its middle is
			}
		default:
			continue
		}
		if from < -rounding || to > right || to < from {
			t.Errorf("%s: got %s %s from %v to %v; want it from 0 to %v", name, e.class, e.name, from, to, right)
		}
	}
}

func TestDrawnCountsAddUp(t *testing.T) {
	l := busy(func(l *trace.Log) { l.Newest(1).Close(61_000) })
	for _, window := range []float64{70_000, 100_000, 600_000} {
		for _, width := range []float64{0, 1, 300, 1000} {
			svg := parseSVG(t, drawing{lane: 1, width: width, window: window, right: 70_000, until: 70_000}.svg(l))
			total := 0
			for _, e := range svg {
				if e.name != "title" || e.class == "span" {
					continue
				}
				count, _, found := strings.Cut(e.text, " × ")
				if e.class == "mark many" {
					count, found = strings.TrimSuffix(e.text, " events"), true
				}
				n := 1
				if found {
					var err error
					if n, err = strconv.Atoi(strings.ReplaceAll(count, language.English.Thousands, "")); err != nil {
						t.Fatal(err)
					}
				}
				total += n
			}
			if total != l.Len() {
				t.Errorf("%v ms on %v pixels: got %d; want all %d", window, width, total, l.Len())
			}
		}
	}
}

func TestClosedIsAMoment(t *testing.T) {
	l := logOf(opened(1010))
	l.Newest(1).Close(2000)
	width := func(right float64) float64 {
		for _, e := range parseSVG(t, drawing{lane: 1, width: 1000, window: 10_000, right: right, until: right}.svg(l)) {
			if e.name == "rect" && e.state == "closed" {
				return e.number(t, "width")
			}
		}
		return 0
	}
	for _, test := range []struct {
		name        string
		right, want float64
	}{
		{"closed just now", 2500, 50},
		{"some time later", 9000, closedWidth},
		{"half of it has left the window", 12_400, closedWidth / 2},
		{"all of it has", 13_000, 0},
	} {
		if got := width(test.right); math.Abs(got-test.want) > 0.2 {
			t.Errorf("%s: got %v pixels of CLOSED; want %v", test.name, got, test.want)
		}
	}
	before := drawing{lane: 1, width: 1000, window: 10_000, right: 9000, until: 9000}
	was := before.svg(l)
	l.Construct(9500, trace.Client{}, "/sse", false)
	rects := func(svg string) (rects []string) {
		for _, e := range parseSVG(t, svg) {
			if e.name == "rect" {
				rects = append(rects, fmt.Sprint(e.attributes))
			}
		}
		return rects
	}
	if now := before.svg(l); !slices.Equal(rects(was), rects(now)) {
		t.Errorf("got another past when a new source came:\n%s\n%s", was, now)
	}
}

func TestStatesInOnePixelAreDrawnOnce(t *testing.T) {
	l := logOf()
	for at := 2000.0; at < 60_000; at += 10 {
		l.Newest(1).Observe(eventsource.Decoded(opened(at), failed(at+5, eventsource.Connecting)))
	}
	svg := parseSVG(t, drawing{lane: 1, width: 500, window: 600_000, right: 600_000, until: 600_000}.svg(l))
	if got := len(find(svg, "title", "span")); got > 60 || got < 30 {
		t.Errorf("got %d states on 50 pixels; want about one each", got)
	}
}

func TestEventsThatStandApartAreMarbles(t *testing.T) {
	for _, test := range []struct {
		what   string
		second float64 // when the second of three events comes; the others at 3000 and 15000
		want   []string
	}{
		{"three apart", 9000, []string{"8.0 a", "8.0 b", "8.0 c"}},
		{"two close together", 3200, []string{"3.5 ", "3.5 ", "8.0 c"}},
	} {
		l := logOf(message(3000, "tick", "a", ""), message(test.second, "tick", "b", ""), message(15_000, "tick", "c", ""))
		var got []string
		for _, e := range parseSVG(t, drawing{lane: 1, width: 1000, window: 20_000, right: 20_000, until: 20_000}.svg(l)) {
			switch {
			case e.class == "mark message" && e.name == "circle":
				got = append(got, strconv.FormatFloat(e.number(t, "r"), 'f', 1, 64)+" ")
			case e.class == "mark message" && e.name == "text":
				got[len(got)-1] += e.text
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q; want %q", test.what, got, test.want)
		}
	}
}

func TestRoundTime(t *testing.T) {
	for _, test := range []struct {
		ms   float64
		want string
	}{{0, "0 s"}, {59_000, "59 s"}, {60_000, "1 min"}, {90_000, "1:30"}, {61_000, "1:01"}, {3_600_000, "60 min"}} {
		if got := roundTime(test.ms); got != test.want {
			t.Errorf("%v: got %s; want %s", test.ms, got, test.want)
		}
	}
}

func TestGridLines(t *testing.T) {
	for _, window := range []float64{10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000} {
		if lines := window / gridStep(window); lines < 2 || lines > 6 {
			t.Errorf("a window of %v ms: got %v lines; want a few", window, lines)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, test := range []struct {
		s    string
		most int
		want string
	}{
		{"", 3, ""}, {"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"éé😀", 3, "éé😀"}, {"éé😀x", 3, "éé…"}, {"ab", 1, "…"}, {"a", 1, "a"},
	} {
		if got := shorten(test.s, test.most); got != test.want {
			t.Errorf("%q to %d: got %q; want %q", test.s, test.most, got, test.want)
		}
	}
}

func TestEachSourceHasALane(t *testing.T) {
	for _, test := range []struct {
		sources       int
		labels        []string // the states' texts
		marbles       bool
		height        int
		chosen        string // y of the selected lane's box
		bandsFromEach float64
	}{
		{1, []string{"OPEN"}, true, 164, "", 0},
		{2, []string{"OPEN", "OPEN"}, true, 180, "6", 44},
		{4, []string{"OPEN", "OPEN", "OPEN", "OPEN"}, true, 268, "6", 44},
		{5, []string{"OPEN", "OPEN", "OPEN", "OPEN", "OPEN"}, false, 212, "6", 24},
		{7, []string{"waits for a connection", "OPEN", "OPEN", "OPEN", "OPEN", "OPEN", "OPEN"}, false, 260, "6", 24},
	} {
		l := trace.NewLog()
		for i := range test.sources {
			s := l.Construct(1000, trace.Client{Lane: 1 + i}, "/sse", false)
			if test.sources < 7 || i > 0 {
				s.Observe(eventsource.Decoded(opened(1500), message(5000, "tick", "7", "x")))
			}
		}
		svg := parseSVG(t, drawing{lane: 1, server: true, width: 1000, window: 20_000, right: 20_000, until: 20_000}.svg(l))
		var chosen string
		var tops []float64
		labels := []string{}
		for _, e := range svg {
			switch {
			case e.class == "chosen":
				chosen = e.attributes["y"]
			case e.name == "rect" && e.state == "open":
				tops = append(tops, e.number(t, "y"))
			case e.name == "text" && e.class == "span":
				labels = append(labels, e.text)
			}
		}
		if !slices.Equal(labels, test.labels) {
			t.Errorf("%d sources: got the states %q; want %q", test.sources, labels, test.labels)
		}
		if got := svg[0].attributes["height"]; got != strconv.Itoa(test.height) || chosen != test.chosen {
			t.Errorf("%d sources: got %s pixels and the selected one at %q; want %d and %q", test.sources, got, chosen, test.height, test.chosen)
		}
		if len(tops) > 1 && tops[1]-tops[0] != test.bandsFromEach {
			t.Errorf("%d sources: got their states %v pixels from each other; want %v", test.sources, tops[1]-tops[0], test.bandsFromEach)
		}
		if got := len(find(svg, "text", "mark message")) > 0; got != test.marbles {
			t.Errorf("%d sources: got ids in marbles %v; want %v", test.sources, got, test.marbles)
		}
	}
}

// Twelve sources that are as busy as one can be are still drawn again and again.
func TestManyBusyLanesAreDrawnSmall(t *testing.T) {
	l := trace.NewLog()
	for i := range 12 {
		s := l.Construct(1000, trace.Client{Lane: 1 + i}, "/sse", false)
		for at := 1000.0; at < 60_000; at += 500 {
			s.Observe(eventsource.Decoded(opened(at+10), message(at+100, "tick", "1", "x"), message(at+200, "tick", "2", "y"), failed(at+300, eventsource.Connecting)))
		}
	}
	for _, window := range []float64{10_000, 60_000, 600_000} {
		d := drawing{lane: 1, server: true, width: 1000, window: window, right: 61_000, until: 69_000}
		svg := d.svg(l)
		checkInside(t, fmt.Sprintf("%v ms", window), svg)
		if len(svg) > 12*60_000 { // less than half of what one lane may take
			t.Errorf("%v ms: got %d bytes; want it small enough to be drawn again and again", window, len(svg))
		}
	}
}
