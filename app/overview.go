package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// overview is the whole recording under the timeline, with a frame around what the timeline shows of it. Moments are on
// the performance clock, in milliseconds; places in it are from 0 to 1.
type overview struct {
	began  float64 // 0: nothing is recorded
	end    float64 // the right edge of a timeline that follows now
	window float64 // what the timeline shows
}

func (m *model) overview() overview {
	return overview{m.log.Began(), m.latest(eventsource.Now()) + m.timeline.window*nowMargin, m.timeline.window}
}

// latest is the moment that a timeline shows that follows now: it stands still soon after all is over.
func (m *model) latest(now float64) float64 {
	over := 0.0
	for _, s := range m.log.Current() {
		over = max(over, s.State().Since)
	}
	if over == 0 || m.alive() {
		return now
	}
	return min(now, over+m.timeline.window/10)
}

// span is how much time the overview shows: the timeline's at least, which a new recording is a part of.
func (o overview) span() float64 { return max(o.end-o.began, o.window) }

func (o overview) at(x float64) float64 { return o.began + x*o.span() }

// right is where the right edge is: scrolledTo, or at the end.
func (o overview) right(scrolledTo float64) float64 {
	if scrolledTo == 0 {
		return o.end
	}
	return scrolledTo
}

// scroll is what the timeline is scrolled to for a right edge that was asked for: within the recording, and 0, which
// follows now, at its end.
func (o overview) scroll(right float64) float64 {
	right = max(right, o.began+o.window)
	if o.began == 0 || right >= o.end-o.window/100 {
		return 0
	}
	return right
}

// grip is how far from a pointer that takes hold at x the right edge is kept: as far as it is, or, outside the frame, so far
// that the frame's middle comes under the pointer.
func (o overview) grip(right, x float64) float64 {
	if apart := right - o.at(x); 0 <= apart && apart <= o.window {
		return apart
	}
	return o.window / 2
}

// zoom is the next wider window (by 1) or the next narrower one (by -1), and what the timeline is then scrolled to: what is
// at x of the visible part stays there, as far as the recording goes.
func (o overview) zoom(right, x float64, by int) (window, scrolledTo float64) {
	i := slices.Index(timelineWindows, o.window) + by
	if i < 0 || i >= len(timelineWindows) {
		return o.window, o.scroll(right)
	}
	at := right - (1-x)*o.window
	window = timelineWindows[i]
	o.end += (window - o.window) * nowMargin
	o.window = window
	return window, o.scroll(at + (1-x)*window)
}

// key is what the timeline is scrolled to after a key of a slider; ok is false for any other key.
func (o overview) key(right float64, key string) (scrolledTo float64, ok bool) {
	switch key {
	case "ArrowLeft", "ArrowDown":
		right -= o.window / 10
	case "ArrowRight", "ArrowUp":
		right += o.window / 10
	case "PageDown":
		right -= o.window
	case "PageUp":
		right += o.window
	case "Home":
		right = o.began
	case "End":
		right = o.end
	default:
		return 0, false
	}
	return o.scroll(right), true
}

// The overview's drawing: a column is a pixel or two, since the page stretches it to its place.
const (
	overviewColumns = 400
	overviewHeight  = 24
	overviewBand    = 8
)

// svg draws a lane, in as many steps and as much markup for a long log as for a short one.
func (o overview) svg(log *trace.Log, lane int, right float64) string {
	var band, events strings.Builder
	outline := log.Outline(lane, o.began, o.at(1), overviewColumns)
	for i := 0; i < len(outline); {
		from, state, drawn := i, stateOf(outline[i]), outline[i] != trace.Part{}
		for ; i < len(outline) && drawn == (outline[i] != trace.Part{}) && state == stateOf(outline[i]); i++ {
			if n := outline[i].Events; n > 0 {
				height := min(overviewHeight-overviewBand-4, 4+math.Log2(float64(n)))
				fmt.Fprintf(&events, "M%d.5 %dv-%.1f", i, overviewHeight-2, height)
			}
		}
		width := i - from
		if state == eventsource.Closed {
			width = max(width, 3) // a moment, that is to be seen
		}
		if drawn {
			fmt.Fprintf(&band, `<rect data-state="%s" x="%d" y="2" width="%d" height="%d"/>`, strings.ToLower(state.String()), from, width, overviewBand)
		}
	}
	column := o.span() / overviewColumns
	width := max(3, o.window/column)
	x := min(overviewColumns-width, max(0, (right-o.window-o.began)/column))
	return fmt.Sprintf(`<svg viewBox="0 0 %d %d" preserveAspectRatio="none" aria-hidden="true">%s<path class="events" d="%s"/><rect class="frame" x="%.1f" y="1" width="%.1f" height="%d"/></svg>`,
		overviewColumns, overviewHeight, band.String(), events.String(), x, width, overviewHeight-2)
}

// stateOf is the one of a part's states to be seen: a wait, however short beside what it interrupted.
func stateOf(p trace.Part) eventsource.ReadyState {
	for _, state := range []eventsource.ReadyState{eventsource.Connecting, eventsource.Closed} {
		if p.States[state] {
			return state
		}
	}
	return eventsource.Open
}

// onOverview puts the overview into the page, and says where in the recording the timeline is.
func (t *timelinePanel) onOverview() {
	m := t.Model
	o := m.overview()
	right := o.right(m.timeline.scrolledTo)
	scroll := element("scroll")
	scroll.Set("innerHTML", o.svg(m.log, m.lane, right))
	at, value, most := say("now"), 0.0, 0.0
	if o.began > 0 {
		value, most = (right-o.began)/1000, (o.end-o.began)/1000
	}
	if m.timeline.scrolledTo != 0 {
		at = fill(say("{time} after the start"), "{time}", clock(value*1000))
	}
	for name, value := range map[string]string{
		"aria-valuemin": tenths(min(o.window/1000, most)), "aria-valuemax": tenths(most), "aria-valuenow": tenths(value), "aria-valuetext": at,
	} {
		scroll.Call("setAttribute", name, value)
	}
}

func tenths(n float64) string { return strconv.FormatFloat(n, 'f', 1, 64) }
