package main

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"

	"eventsource-playground/lesson"
	"eventsource-playground/order"
	"eventsource-playground/protocol"
)

// outcomeBar is how many browsers did what a choice of a lesson says.
type outcomeBar struct {
	text     []lesson.Phrase
	n        int
	browsers string // such as 19 Chrome 156, 3 Firefox 153: plain text
	follows  bool   // the standard
}

// barsOf counts outcomes: a bar for each choice of the lesson, in their order, and one more for none of them, if there are such.
func barsOf(l *lesson.Lesson, outcomes []protocol.Outcome) []outcomeBar {
	browsers := make([][]string, len(l.Choices)+1)
	for _, o := range outcomes {
		i := o.Choice
		if i < 0 || i >= len(l.Choices) {
			i = len(l.Choices)
		}
		browsers[i] = append(browsers[i], strings.TrimSpace(namedBrowser(o.Browser)+" "+o.Version))
	}
	bars := []outcomeBar{}
	for i, these := range browsers {
		bar := outcomeBar{n: len(these), browsers: countedByName(these), follows: slices.Contains(l.Standard, i)}
		switch {
		case i < len(l.Choices):
			bar.text = lesson.Fill(say, l.Choices[i].Text, nil)
		case len(these) == 0:
			continue
		default:
			bar.text = []lesson.Phrase{{Text: say("Something that none of these says.")}}
		}
		bars = append(bars, bar)
	}
	return bars
}

// figuresOf are the figures that at least two outcomes have, the one that differs most first: by its spread in proportion to its median.
func figuresOf(outcomes []protocol.Outcome) []string {
	times := map[string][]float64{}
	for _, o := range outcomes {
		for name, ms := range o.Figures {
			times[name] = append(times[name], ms)
		}
	}
	spread := map[string]float64{}
	names := []string{}
	for name, all := range times {
		if len(all) < 2 {
			continue
		}
		order.Ascending(all)
		names = append(names, name)
		spread[name] = (all[len(all)-1] - all[0]) / max(1, math.Abs(median(all)))
	}
	order.By(names, func(a, b *string) int {
		return cmp.Or(order.Sign(spread[*b]-spread[*a]), strings.Compare(*a, *b))
	})
	return names
}

// nameOfFigure is what a figure measures: plain text. One that no lesson has stays as it is.
func nameOfFigure(figure string) string {
	if rest, ok := strings.CutPrefix(figure, "beside"); ok {
		n, of, _ := strings.Cut(rest, "_")
		if _, err := strconv.Atoi(n); err == nil && of != "" {
			return fill(say("{figure} (source {n} beside it)"), "{figure}", nameOfFigure(of), "{n}", n)
		}
	}
	switch figure {
	case "opened":
		return say("From new EventSource to open")
	case "first_byte":
		return say("From open to the first byte that the server sent")
	case "first_event":
		return say("From open to the first event")
	case "pause_last":
		return say("The last wait, from error to what came next")
	case "age":
		return say("Since new EventSource")
	case "quiet":
		return say("Since anything happened")
	}
	for _, numbered := range []struct{ before, after, name string }{
		{"pause", "", later("Wait {n}, from error to what came next")},
		{"wait", "", later("From the end of response {n} to the next request")},
		{"answer", "_lasted", later("How long response {n} lasted")},
	} {
		n, ok := strings.CutPrefix(figure, numbered.before)
		n, ends := strings.CutSuffix(n, numbered.after)
		if _, err := strconv.Atoi(n); ok && ends && err == nil {
			return fill(say(numbered.name), "{n}", n)
		}
	}
	return isolated(figure, 40)
}

// mostRows is how many browsers have a row of their own; the others share one.
const mostRows = 8

// stripSVG draws a figure of all outcomes, in milliseconds: a row for each browser, a dot for each reader. mine is this reader's own, which
// is marked; 0: there is none. "" if no outcome has the figure.
func stripSVG(outcomes []protocol.Outcome, figure string, mine, width float64) string {
	with := slices.DeleteFunc(slices.Clone(outcomes), func(o protocol.Outcome) bool { _, has := o.Figures[figure]; return !has })
	if len(with) == 0 {
		return ""
	}
	of := func(o protocol.Outcome) float64 { return o.Figures[figure] }
	rows := grouping(with, func(o protocol.Outcome) string { return namedBrowser(o.Browser) })
	if len(rows) > mostRows {
		others := group[protocol.Outcome]{name: say("other browsers")}
		for _, row := range rows[mostRows-1:] {
			others.all = append(others.all, row.all...)
		}
		rows = append(rows[:mostRows-1], others)
	}
	// From 0, since a few milliseconds would look like a lot on an axis that begins at three seconds.
	a := axis{left: 92, right: width - 58}
	if width < narrowClass {
		a.left = 76
	}
	nearest := with[0]
	for _, o := range with {
		a.from, a.to = min(a.from, of(o)), max(a.to, of(o))
		if math.Abs(of(o)-mine) < math.Abs(of(nearest)-mine) {
			nearest = o
		}
	}
	a.to = max(a.to, mine)
	a.to += max(1, (a.to-a.from)*0.04)
	const least, most, around = 22, 64, 14 // of the dots in a row, and what is around them
	var b strings.Builder
	ringed, top := false, 4.0
	if mine > 0 {
		top = 14 // under what is said of it
	}
	for _, row := range rows {
		times := []float64{}
		for _, o := range row.all {
			times = append(times, of(o))
		}
		xs, levels, high := a.stacked(times)
		dots := min(most, max(least, float64(high)*dotPitch))
		pitch := min(dotPitch, dots/float64(high))
		bottom := top + dots + around - 5
		fmt.Fprintf(&b, `<text class="who" x="0" y="%.1f">%s</text><path class="base" d="M%.1f %.1f H%.1f"/>`, bottom-4,
			html.EscapeString(shorten(isolated(row.name, 40), 12)), a.left, bottom, a.right)
		for j, o := range row.all {
			y := bottom - 5 - float64(levels[j])*pitch
			if mine > 0 && !ringed && o.Browser == nearest.Browser && math.Abs(times[j]-mine) < 0.5 {
				ringed = true
				fmt.Fprintf(&b, `<circle class="mine" cx="%.1f" cy="%.1f" r="%.1f"/>`, xs[j], y, dotRadius+2.6)
			}
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="%.1f"><title>%s</title></circle>`, xs[j], y, dotRadius,
				html.EscapeString(strings.TrimSpace(isolated(namedBrowser(o.Browser), 40)+" "+isolated(o.Version, 40))+say(": ")+duration(times[j])))
		}
		order.Ascending(times)
		fmt.Fprintf(&b, `<text class="median" x="%.1f" y="%.1f">%s<title>%s</title></text>`, a.right+6, bottom-4, inTenths(median(times)), say("median"))
		top += dots + around
	}
	height := int(top) + axisBelow
	if x := a.x(mine); mine > 0 {
		fmt.Fprintf(&b, `<g class="mine"><path d="M%.1f 12 V%d"/><text text-anchor="middle" x="%.1f" y="9">%s</text></g>`, x, height-axisBelow+2,
			min(max(x, a.left+30), a.right), html.EscapeString(fill(say("yours: {time}"), "{time}", inTenths(mine))))
	}
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg class="room-strip" width="%.0f" height="%d" role="img" aria-label="%s">`, width, height, html.EscapeString(inWordsByBrowser(rows, figure)))
	a.draw(&svg, 0, height)
	svg.WriteString(b.String())
	svg.WriteString(`</svg>`)
	return svg.String()
}

// inWordsByBrowser is a strip for who can't see it.
func inWordsByBrowser(rows []group[protocol.Outcome], figure string) string {
	said := []string{}
	for _, row := range rows {
		times := []float64{}
		for _, o := range row.all {
			times = append(times, o.Figures[figure])
		}
		order.Ascending(times)
		said = append(said, fill(say("{browser}: {n}, {from} to {to}"), "{browser}", isolated(row.name, 40), "{n}", grouped(len(times)),
			"{from}", inTenths(times[0]), "{to}", inTenths(times[len(times)-1])))
	}
	return nameOfFigure(figure) + say(": ") + strings.Join(said, "; ")
}
