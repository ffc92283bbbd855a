package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// nowMargin is the part of the timeline's width that lies to the right of now.
const nowMargin = 0.06

// drawing is the timeline's track as SVG: a pure function of the log and these.
type drawing struct {
	width  float64 // of the visible part, in pixels
	window float64 // of the visible part, in milliseconds
	right  float64 // time at its right edge, on the performance clock
	server bool    // with the lanes of the wire and the server
	lane   int     // of the source that is selected, whose wire and server they are; 0: none is
	until  float64 // how far the state that lasts is drawn; may lie beyond the right edge

	lostAt float64 // when the server ended a response, for a line through all lanes; 0: there is none
	lostBy string  // how, in the page's language
}

// laneShape is how a source's lane looks: the more lanes, the thinner. All in pixels; style.css has the same heights.
type laneShape struct {
	name   string
	pitch  int     // from one lane to the next
	band   int     // height of the states, at the lane's top
	letter float64 // width of one in the states
	events int     // middle of the events, from the lane's top
	marble float64 // radius, with the last event ID in it; 0: there are only dots
	dot    float64
	mark   int     // half the height of the browser's own events
	bar    float64 // height, at most
	step   float64 // events that come closer than this are one bar
}

var (
	aloneLane = laneShape{"alone", 72, 26, 7.6, 58, 8, 3.5, 7, 38, 8}
	wideLane  = laneShape{"wide", 44, 20, 7.6, 31, 8, 3.5, 7, 18, 8}
	thinLane  = laneShape{"thin", 24, 14, 6.6, 19, 0, 2.5, 3, 8, 12}
)

// mostWide is how many lanes may be wide.
const mostWide = 4

func shapeOf(lanes int) laneShape {
	switch {
	case lanes <= 1:
		return aloneLane
	case lanes <= mostWide:
		return wideLane
	}
	return thinLane
}

// Places of the rest, in pixels.
const (
	lanesTop              = 10
	wireBelow, wireHeight = 10, 18 // from the end of the sources' lanes
	serverBelow           = 40
	serverHeight          = 20
	clockBelow, fullBelow = 22, 82 // the end of the drawing, without the lanes of the wire and the server and with them
)

// laneDrawing is the lane of one source.
type laneDrawing struct {
	drawing
	laneShape
	top     int
	starved bool // waits for a connection
	kind    trace.ClientKind
}

func (d drawing) x(at float64) float64 { return (at - d.right + d.window) / d.window * d.width }

// heights are where so many sources' lanes end, and all of the drawing, which has the place of one lane at least.
func (d drawing) heights(lanes int) (shape laneShape, lanesEnd, all int) {
	shape = shapeOf(lanes)
	lanesEnd = lanesTop + max(1, lanes)*shape.pitch
	if d.server {
		return shape, lanesEnd, lanesEnd + fullBelow
	}
	return shape, lanesEnd, lanesEnd + clockBelow
}

func (d drawing) svg(log *trace.Log) string {
	left := d.right - d.window
	end := max(d.right, d.until)
	lanes, starved := log.Current(), log.Starved()
	shape, lanesEnd, height := d.heights(len(lanes))
	width := max(d.x(end), d.width)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="%s" width="%.0f" height="%d" aria-hidden="true">`, shape.name, width, height)
	for i, s := range lanes {
		if s.Lane == d.lane && len(lanes) > 1 {
			fmt.Fprintf(&b, `<rect class="chosen" x="0" y="%d" width="%.0f" height="%d"/>`, lanesTop+i*shape.pitch-4, width, shape.pitch)
		}
	}
	d.grid(&b, height, log.Newest(max(1, d.lane)).State().NewAt, left, end)
	for i, s := range lanes {
		lane := laneDrawing{d, shape, lanesTop + i*shape.pitch, slices.Contains(starved, s), s.Kind}
		lane.draw(&b, log, s.Lane, left, end)
	}
	if exchanges, _ := log.Exchanges(); d.server {
		for _, e := range exchanges {
			if e.In(d.lane) {
				d.exchange(&b, e, left, end, lanesEnd)
			}
		}
	}
	if d.lostAt > 0 {
		fmt.Fprintf(&b, `<g class="mark lost"><path d="M%.1f 0 v%d"/><text x="%.1f" y="%d">%s</text></g>`, d.x(d.lostAt), lanesEnd-4, d.x(d.lostAt)+4, lanesEnd-2, html.EscapeString(d.lostBy))
	}
	b.WriteString("</svg>")
	return b.String()
}

// draw draws the sources of a lane, which took over from each other.
func (d laneDrawing) draw(b *strings.Builder, log *trace.Log, lane int, left, end float64) {
	drawn := -1.0
	var marks []trace.Mark
	for _, source := range log.Sources() {
		if source.Lane != lane {
			continue
		}
		d.kind = source.Kind
		for _, s := range source.Spans(left, end) {
			drawn = d.span(b, s, left, end, drawn)
		}
		for _, stall := range source.Gaps().Stalls {
			d.stall(b, stall, left, end)
		}
		marks = append(marks, source.Marks(left, end, d.window/d.width*d.step)...)
	}
	for i, m := range marks {
		apart := d.marble > 0 && (i == 0 || d.x(m.At)-d.x(marks[i-1].At) >= 2*d.marble) &&
			(i == len(marks)-1 || d.x(marks[i+1].At)-d.x(m.At) >= 2*d.marble)
		d.mark(b, m, apart)
	}
}

// grid draws a line at round times since the current source was made.
func (d drawing) grid(b *strings.Builder, height int, origin, left, end float64) {
	step := gridStep(d.window)
	for at := origin + math.Ceil((left-origin)/step)*step; at < end; at += step {
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" x2="%.1f" y1="0" y2="%d"/>`, d.x(at), d.x(at), height-14)
		if at >= origin && origin > 0 {
			fmt.Fprintf(b, `<text class="when" x="%.1f" y="%d">%s</text>`, d.x(at), height-2, html.EscapeString(roundTime(at-origin)))
		}
	}
}

func gridStep(window float64) float64 {
	for _, step := range []float64{1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000} {
		if window/step <= 6 {
			return step
		}
	}
	return 120_000
}

// closedWidth is how much of CLOSED is drawn, in pixels: it is a moment, not a time that goes on.
const closedWidth = 80

// span draws a state, as far as it is inside the drawing, and returns the pixel where it began: a state that is too
// short to be seen beside another one in the same pixel is left out.
func (d laneDrawing) span(b *strings.Builder, s trace.Span, left, end, drawn float64) float64 {
	to := s.To
	lasts := to == 0
	if lasts {
		to = d.until
	}
	x, xEnd := d.x(max(s.From, left)), d.x(min(to, end))
	if s.State == eventsource.Closed && !s.Waiting {
		xEnd = min(xEnd, d.x(s.From)+closedWidth)
	}
	pixel := math.Floor(x)
	if xEnd < x || xEnd-x < 1 && pixel == drawn {
		return drawn
	}
	width := max(1, xEnd-x)
	label := s.State.String()
	switch {
	case lasts && d.starved:
		label = say("waits for a connection")
	case s.Waiting && lasts:
		label = say("waiting")
	case s.Waiting:
		label = fill(say("waited {time}"), "{time}", duration(to-s.From))
	}
	took := ""
	if !lasts {
		took = say(", ") + duration(to-s.From)
	}
	fmt.Fprintf(b, `<g class="span" data-state="%s"><rect x="%.1f" y="%d" width="%.1f" height="%d"/><title>%d %s%s</title>`,
		strings.ToLower(s.State.String()), x, d.top, width, d.band, d.kind.Number(s.State), s.State, took)
	if width > d.letter*float64(len(label))+12 {
		fmt.Fprintf(b, `<text x="%.1f" y="%d">%s</text>`, x+8, d.top+d.band/2+4, label)
	}
	b.WriteString(`</g>`)
	return pixel
}

// constructorOf is what makes a client.
func constructorOf(kind trace.ClientKind) string {
	if kind == trace.Engine {
		return "fetch"
	}
	return "new " + kind.String()
}

// stall draws a gap that was much longer than those before it.
func (d laneDrawing) stall(b *strings.Builder, s trace.Stall, left, end float64) {
	if s.To < left || s.From >= end {
		return
	}
	x := d.x(max(s.From, left))
	fmt.Fprintf(b, `<g class="stall"><rect x="%.1f" y="%d" width="%.1f" height="4"/><title>%s</title></g>`,
		x, d.top+d.band-4, max(2, d.x(min(s.To, end))-x), fill(say("nothing came for {time}"), "{time}", duration(s.To-s.From)))
}

// mark draws one mark: an event as a marble if it stands apart from its neighbours, otherwise as a dot; several as a bar,
// the higher the more. What a stream sent is escaped: this becomes the page's markup.
func (d laneDrawing) mark(b *strings.Builder, m trace.Mark, apart bool) {
	x, middle, half := d.x(m.At), d.top+d.events, d.laneShape.mark
	times := ""
	if m.Count > 1 {
		times = fmt.Sprintf("%d × ", m.Count)
	}
	switch m.Kind {
	case trace.Open:
		letter := ""
		if d.marble > 0 {
			letter = fmt.Sprintf(`<text x="%.1f" y="%d">o</text>`, x, middle+3)
		}
		fmt.Fprintf(b, `<g class="mark open"><circle cx="%.1f" cy="%d" r="%d"/>%s<title>%sopen</title></g>`, x, middle, half, letter, times)
	case trace.Error, trace.Ended:
		cross := fmt.Sprintf("M%.1f %d l%d %d m0 -%d l-%d %d", x-float64(half-1), middle-half, 2*half-2, 2*half, 2*half, 2*half-2, 2*half)
		halo := ""
		if d.marble > 0 { // among marbles
			halo = `<path class="halo" d="` + cross + `"/>`
		}
		fmt.Fprintf(b, `<g class="mark error">%s<path d="%s"/><title>%s%s, readyState %d</title></g>`, halo, cross, times, m.Type, m.Client.Number(m.ReadyState))
	case trace.Close:
		fmt.Fprintf(b, `<g class="mark close"><rect x="%.1f" y="%d" width="%d" height="%d" rx="2"/><title>%sclose()</title></g>`, x-float64(half-1), middle-half+1, 2*half-2, 2*half-2, times)
	case trace.Sent:
		fmt.Fprintf(b, `<g class="mark sent"><path d="M%.1f %d l-4 8 h8 z"/><title>%ssend()</title></g>`, x, middle-half, times)
	case trace.Construct, trace.Dialed:
		fmt.Fprintf(b, `<g class="mark construct"><path d="M%.1f %d v%d"/><title>%s%s</title></g>`, x, middle-half-2, 2*half+4, times, constructorOf(m.Client))
	case trace.Message:
		if m.Count > 1 {
			height := min(d.bar, 8+4*math.Log2(float64(m.Count)))
			fmt.Fprintf(b, `<g class="mark many"><rect x="%.1f" y="%.1f" width="6" height="%.1f" rx="3"/><title>%s</title></g>`,
				x-3, float64(middle)-height/2, height, count(m.Count, "1 event", "{n} events"))
			return
		}
		label := exact(m.LastEventID)
		if label != shorten(label, 3) {
			label = "…" + lastRunes(label, 2)
		}
		const most = 120
		title := isolated(m.Type, most) + " " + isolated(m.Data, most)
		if !apart {
			fmt.Fprintf(b, `<g class="mark message"><circle cx="%.1f" cy="%d" r="%.1f"/><title>%s</title></g>`, x, middle, d.dot, html.EscapeString(title))
			return
		}
		fmt.Fprintf(b, `<g class="mark message"><circle cx="%.1f" cy="%d" r="%.0f"/><text x="%.1f" y="%d">%s</text><title>%s</title></g>`,
			x, middle, d.marble, x, middle+4, html.EscapeString(label), html.EscapeString(title))
	}
}

// exchange draws a request as the server saw it: its writes on the wire's lane, the response as a box on the server's. They
// are below the sources' lanes.
func (d drawing) exchange(b *strings.Builder, e *trace.Exchange, left, end float64, lanesEnd int) {
	to := d.until
	if e.Over() {
		to = e.EndAt
	}
	if e.At >= end || to < left {
		return
	}
	const apart = 3 // pixels between two writes that are drawn
	drawn := -apart * 1.0
	for _, w := range e.Writes {
		if x := d.x(w.At); w.At >= left && w.At < end && x-drawn >= apart {
			fmt.Fprintf(b, `<g class="mark wire"><rect x="%.1f" y="%d" width="3" height="%d"/></g>`, x-1.5, lanesEnd+wireBelow, wireHeight)
			drawn = x
		}
	}
	for _, did := range e.Did {
		if did.At >= left && did.At < end {
			x := d.x(did.At)
			fmt.Fprintf(b, `<g class="mark did"><path d="M%.1f 0 v%d"/><text x="%.1f" y="%d">%s</text></g>`, x, lanesEnd+fullBelow-16, x+3, 9, html.EscapeString(sayDid(did)))
		}
	}
	x := d.x(max(e.At, left))
	width := max(3, d.x(min(to, end))-x)
	label := exchangeLabel(e)
	fmt.Fprintf(b, `<g class="exchange"><rect x="%.1f" y="%d" width="%.1f" height="%d" rx="4"/><title>%s</title>`, x, lanesEnd+serverBelow, width, serverHeight, html.EscapeString(label))
	const perLetter = 6.2
	number, _, _ := strings.Cut(label, " ")
	most := int((width - 10) / perLetter)
	if most < 6 {
		label = number
	}
	if most >= len(number) {
		fmt.Fprintf(b, `<text x="%.1f" y="%d">%s</text>`, x+5, lanesEnd+serverBelow+14, html.EscapeString(shorten(label, most)))
	}
	b.WriteString(`</g>`)
}

// exchangeLabel tells a request in a few words: #2 Last-Event-ID: 3 → 200 … cut.
func exchangeLabel(e *trace.Exchange) string {
	label := fmt.Sprintf("#%d ", e.Attempt)
	if id, sent := protocol.HeaderOf(e.Request.Header, "Last-Event-ID"); sent {
		label += "Last-Event-ID: " + isolated(id, 40)
	} else {
		label += e.Request.Method
	}
	if e.Head != nil {
		label += fmt.Sprintf(" → %d", e.Head.Status)
	}
	if e.End != nil {
		label += " … " + say(string(e.End.How))
	}
	return label
}

// sayDid is what the visitor did, in the page's language: cut, or next: 404.
func sayDid(did trace.Did) string {
	if did.Next != nil {
		return fill(say("next: {reply}"), "{reply}", say(did.Next.String()))
	}
	return say(string(did.Do))
}
