package main

import (
	"fmt"
	"html"
	"math"
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
	lane   int     // of the sources that are drawn
	until  float64 // how far the state that lasts is drawn; may lie beyond the right edge
}

// height is that of the drawing, in pixels.
func (d drawing) height() int {
	if d.server {
		return fullHeight
	}
	return pageHeight
}

// Heights of the lanes, in pixels.
const (
	stateTop, stateHeight = 10, 26
	eventsMiddle          = 68
	pageHeight            = 104 // of the page's lanes with the clock under them
	wireTop, wireHeight   = 92, 18
	serverTop             = 122
	serverHeight          = 20
	fullHeight            = 164 // with the lanes of the wire and the server
	marbleRadius          = 8   // with the last event ID in it
	dotRadius             = 3.5
	stepWidth             = 8 // events that come closer than this are one bar
)

func (d drawing) x(at float64) float64 { return (at - d.right + d.window) / d.window * d.width }

func (d drawing) svg(log *trace.Log) string {
	left := d.right - d.window
	end := max(d.right, d.until)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg width="%.0f" height="%d" aria-hidden="true">`, max(d.x(end), d.width), d.height())
	d.grid(&b, d.height(), log.Newest(d.lane).State().NewAt, left, end)
	drawn := -1.0
	var marks []trace.Mark
	for _, source := range log.Sources() {
		if source.Lane != d.lane {
			continue
		}
		for _, s := range source.Spans(left, end) {
			drawn = d.span(&b, s, left, end, drawn)
		}
		marks = append(marks, source.Marks(left, end, d.window/d.width*stepWidth)...)
	}
	for i, m := range marks {
		apart := (i == 0 || d.x(m.At)-d.x(marks[i-1].At) >= 2*marbleRadius) &&
			(i == len(marks)-1 || d.x(marks[i+1].At)-d.x(m.At) >= 2*marbleRadius)
		d.mark(&b, m, apart)
	}
	if exchanges, _ := log.Exchanges(); d.server {
		for _, e := range exchanges {
			if e.In(d.lane) {
				d.exchange(&b, e, left, end)
			}
		}
	}
	b.WriteString("</svg>")
	return b.String()
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
func (d drawing) span(b *strings.Builder, s trace.Span, left, end, drawn float64) float64 {
	to := s.To
	lasts := to == 0
	if lasts {
		to = d.until
	}
	x, xEnd := d.x(max(s.From, left)), d.x(min(to, end))
	if s.State == eventsource.Closed {
		xEnd = min(xEnd, d.x(s.From)+closedWidth)
	}
	pixel := math.Floor(x)
	if xEnd < x || xEnd-x < 1 && pixel == drawn {
		return drawn
	}
	width := max(1, xEnd-x)
	label := s.State.String()
	switch {
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
		strings.ToLower(s.State.String()), x, stateTop, width, stateHeight, int(s.State), s.State, took)
	const perLetter = 7.6
	if width > perLetter*float64(len(label))+12 {
		fmt.Fprintf(b, `<text x="%.1f" y="%d">%s</text>`, x+8, stateTop+stateHeight/2+4, label)
	}
	b.WriteString(`</g>`)
	return pixel
}

// mark draws one mark: an event as a marble if it stands apart from its neighbours, otherwise as a dot; several as a bar,
// the higher the more. What a stream sent is escaped: this becomes the page's markup.
func (d drawing) mark(b *strings.Builder, m trace.Mark, apart bool) {
	x := d.x(m.At)
	times := ""
	if m.Count > 1 {
		times = fmt.Sprintf("%d × ", m.Count)
	}
	switch m.Kind {
	case trace.Open:
		fmt.Fprintf(b, `<g class="mark open"><circle cx="%.1f" cy="%d" r="7"/><text x="%.1f" y="%d">o</text><title>%sopen</title></g>`, x, eventsMiddle, x, eventsMiddle+3, times)
	case trace.Error:
		cross := fmt.Sprintf("M%.1f %d l12 14 m0 -14 l-12 14", x-6, eventsMiddle-7)
		fmt.Fprintf(b, `<g class="mark error"><path class="halo" d="%s"/><path d="%s"/><title>%serror, readyState %d</title></g>`, cross, cross, times, m.ReadyState)
	case trace.Close:
		fmt.Fprintf(b, `<g class="mark close"><rect x="%.1f" y="%d" width="12" height="12" rx="2"/><title>%sclose()</title></g>`, x-6, eventsMiddle-6, times)
	case trace.Construct:
		fmt.Fprintf(b, `<g class="mark construct"><path d="M%.1f %d v18"/><title>%snew EventSource</title></g>`, x, eventsMiddle-9, times)
	case trace.Message:
		if m.Count > 1 {
			height := min(38, 8+4*math.Log2(float64(m.Count)))
			fmt.Fprintf(b, `<g class="mark many"><rect x="%.1f" y="%.1f" width="6" height="%.1f" rx="3"/><title>%s</title></g>`,
				x-3, eventsMiddle-height/2, height, count(m.Count, "1 event", "{n} events"))
			return
		}
		label := exact(m.LastEventID)
		if label != shorten(label, 3) {
			label = "…" + lastRunes(label, 2)
		}
		const most = 120
		title := isolated(m.Type, most) + " " + isolated(m.Data, most)
		if !apart {
			fmt.Fprintf(b, `<g class="mark message"><circle cx="%.1f" cy="%d" r="%.1f"/><title>%s</title></g>`, x, eventsMiddle, dotRadius, html.EscapeString(title))
			return
		}
		fmt.Fprintf(b, `<g class="mark message"><circle cx="%.1f" cy="%d" r="%d"/><text x="%.1f" y="%d">%s</text><title>%s</title></g>`,
			x, eventsMiddle, marbleRadius, x, eventsMiddle+4, html.EscapeString(label), html.EscapeString(title))
	}
}

// exchange draws a request as the server saw it: its writes on the wire's lane, the answer as a box on the server's.
func (d drawing) exchange(b *strings.Builder, e *trace.Exchange, left, end float64) {
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
			fmt.Fprintf(b, `<g class="mark wire"><rect x="%.1f" y="%d" width="3" height="%d"/></g>`, x-1.5, wireTop, wireHeight)
			drawn = x
		}
	}
	for _, did := range e.Did {
		if did.At >= left && did.At < end {
			x := d.x(did.At)
			fmt.Fprintf(b, `<g class="mark did"><path d="M%.1f 0 v%d"/><text x="%.1f" y="%d">%s</text></g>`, x, fullHeight-16, x+3, 9, html.EscapeString(sayDid(did)))
		}
	}
	x := d.x(max(e.At, left))
	width := max(3, d.x(min(to, end))-x)
	label := exchangeLabel(e)
	fmt.Fprintf(b, `<g class="exchange"><rect x="%.1f" y="%d" width="%.1f" height="%d" rx="4"/><title>%s</title>`, x, serverTop, width, serverHeight, html.EscapeString(label))
	const perLetter = 6.2
	number, _, _ := strings.Cut(label, " ")
	most := int((width - 10) / perLetter)
	if most < 6 {
		label = number
	}
	if most >= len(number) {
		fmt.Fprintf(b, `<text x="%.1f" y="%d">%s</text>`, x+5, serverTop+14, html.EscapeString(shorten(label, most)))
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
