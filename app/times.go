package main

import (
	"fmt"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/trace"
)

// times are when what came of the newest request, and the gaps between the pieces of the responses, as a Go engine tells them.
func (t *requestsTab) times() any {
	if t.Timing.Asked == 0 {
		return nil
	}
	said := []string{}
	for _, moment := range []struct {
		at   float64
		text string
	}{
		{t.Timing.Head, say("headers after {time}")}, {t.Timing.FirstByte, say("first byte after {time}")}, {t.Timing.FirstEvent, say("first event after {time}")},
	} {
		if moment.at > 0 {
			said = append(said, fill(moment.text, "{time}", duration(moment.at-t.Timing.Asked)))
		}
	}
	if len(said) == 0 {
		said = append(said, say("nothing came of the newest request yet"))
	}
	gaps := &t.Gaps
	if gaps.All > 0 {
		said = append(said, fill(count(gaps.All, "1 gap", "{n} gaps"), "{n}", grouped(gaps.All)), fill(say("the longest {time}"), "{time}", duration(gaps.Longest)))
	}
	if gaps.Stalled > 0 {
		said = append(said, count(gaps.Stalled, "1 stall, marked on the lane", "{n} stalls, marked on the lane"))
	}
	var histogram any
	if gaps.All > 1 {
		histogram = app.Raw(gapsSVG(gaps))
	}
	return view(`<div class="times"><p class="hint">{}</p>{}</div>`, strings.Join(said, " · ")+say("."), histogram)
}

// gapsSVG draws how many gaps there were of each length, from 1 ms to 16 s; shorter and longer ones are in the first and the last bar.
func gapsSVG(g *trace.Gaps) string {
	const first, last = 6, 20
	var bars [last - first + 1]int
	most := 1
	for i, n := range g.Counts {
		bar := &bars[min(max(i, first), last)-first]
		*bar += n
		most = max(most, *bar)
	}
	const width, height, below = 14, 36, 14
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="gaps" width="%d" height="%d" role="img" aria-label="%s">`, width*len(bars), height+below,
		fill(say("Gaps by their length; the median is about {time}"), "{time}", duration(g.Median())))
	for i, n := range bars {
		h := 0
		if n > 0 {
			h = max(2, n*height/most)
		}
		longest := duration(trace.GapBucket(i + first))
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d"><title>%s</title></rect>`, i*width+1, height-h, width-2, h,
			fill(say("{n} of up to {time}"), "{n}", grouped(n), "{time}", longest))
		if i%5 == 0 {
			fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`, i*width, height+below-2, longest)
		}
	}
	b.WriteString("</svg>")
	return b.String()
}
