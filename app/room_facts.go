package main

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"

	"eventsource-playground/eventsource"
	"eventsource-playground/order"
)

// roomFact is a sentence about what the room measured: plain text. The tone is a state, as those of facts, or "".
type roomFact struct{ tone, title, body string }

// trip is what became of a reader's connection.
type trip struct {
	p      *pupil
	lost   bool
	back   bool    // OPEN again by itself
	gaveUp bool    // CLOSED instead
	at     float64 // when it was OPEN again, as this page learned it; 0: it is not, or came back to the class OPEN
	waited float64 // milliseconds, as its page measured them; 0: it did not
}

// trip is what became of the connection that was lost first after a moment; with 0, of the one that was lost last.
func (p *pupil) trip(since float64) (t trip) {
	open := false
	for i, s := range p.spans {
		switch {
		case s.away: // nobody knows
		case s.state == eventsource.Open:
			if t.lost && !t.back && !t.gaveUp {
				t.back = true
				if before := p.spans[i-1]; before.waiting && !before.away {
					t.at, t.waited = s.from, before.waited
				}
			}
			open = true
		case s.waiting:
			if open && s.from >= since && (since == 0 || !t.lost) {
				t = trip{lost: true}
			}
			open = false
		default:
			if t.lost && !t.back && !t.gaveUp {
				if s.plays || s.state != eventsource.Closed { // somebody else closed it, or made another
					t = trip{}
				}
				t.gaveUp = t.lost
			}
			open = false
		}
	}
	t.p = p
	return t
}

// herdWithin is how close reconnections are that are a herd, in milliseconds, and herdOf how many.
const herdWithin, herdOf = 500, 5

// measuredByRoom says what was observed since the maker did something, or of all if that is 0. Times are on the page's clock.
func measuredByRoom(pupils []pupil, newest int, did, now float64) []roomFact {
	var lost, back []trip
	gaveUp, away := 0, 0
	for i := range pupils {
		t := pupils[i].trip(did)
		if !t.lost {
			continue
		}
		lost = append(lost, t)
		switch {
		case t.back:
			back = append(back, t)
		case t.gaveUp:
			gaveUp++
		case t.p.Away:
			away++
		}
	}
	var facts []roomFact
	if len(lost) > gaveUp {
		facts = append(facts, reconnected(back, len(lost), away))
	}
	facts = append(facts, waits(back)...)
	facts = append(facts, herd(lost, back, did)...)
	if gaveUp > 0 {
		facts = append(facts, roomFact{"closed", count(gaveUp, "1 gave up.", "{n} gave up."), say("CLOSED: such an EventSource does not reconnect.")})
	}
	return append(facts, whoMisses(pupils, newest, now)...)
}

// reconnected says how many of those who lost their connection have it again, and what became of the events.
func reconnected(back []trip, lost, away int) roomFact {
	said := []string{}
	if len(back) > 0 {
		withID, missed, doubled := true, 0, 0
		for _, t := range back {
			withID = withID && t.p.LastEventID != ""
			missed += t.p.Missed
			doubled += t.p.Doubled
		}
		if withID {
			said = append(said, count(len(back), "It had a Last-Event-ID to send.", "Each had a Last-Event-ID to send."))
		}
		said = append(said, fill(say("{missed}, {doubled}."), "{missed}", count(missed, "1 event was not dispatched", "{n} events were not dispatched"),
			"{doubled}", count(doubled, "1 came twice", "{n} came twice")))
	}
	if away > 0 {
		said = append(said, count(away, "Of 1 nobody knows: it is away.", "Of {n} nobody knows: they are away."))
	}
	if len(back) == 0 {
		return roomFact{"connecting", count(lost, "1 lost its connection, and has not reconnected yet.", "{n} lost their connections, and none has reconnected yet."), sentences(said)}
	}
	title := fill(count(len(back), "1 of {all} reconnected by itself.", "{n} of {all} reconnected by themselves."), "{all}", grouped(lost))
	return roomFact{"open", title, sentences(said)}
}

// waits says how long each browser waited.
func waits(back []trip) []roomFact {
	measured := slices.DeleteFunc(slices.Clone(back), func(t trip) bool { return t.waited == 0 })
	if len(measured) == 0 {
		return nil
	}
	said := []string{}
	groups := grouping(measured, func(t trip) string { return t.p.browser() })
	for i, g := range groups[:min(len(groups), mostNames)] {
		times := []float64{}
		for _, t := range g.all {
			times = append(times, t.waited)
		}
		order.Ascending(times)
		shortest, longest, many := times[0], times[len(times)-1], grouped(len(times))
		const told = 200 // milliseconds: a spread that is worth telling
		switch {
		case longest-shortest > told:
			many = fill(say("median of {n}, {from} to {to}"), "{n}", many, "{from}", inTenths(shortest), "{to}", inTenths(longest))
		case i == 0 && len(times) > 1:
			many = count(len(times), "1 of them", "{n} of them")
		}
		text := say("{browser} {time} ({many})")
		if i == 0 {
			text = say("{browser} waited {time} ({many})")
		}
		said = append(said, fill(text, "{browser}", isolated(g.name, 40), "{time}", inTenths(median(times)), "{many}", many))
	}
	return []roomFact{{"connecting", strings.Join(said, say(", ")) + say("."), say("No script can read that number.")}}
}

// median is that of sorted numbers.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// herd says how many of the same browser reconnected at once, or else that nobody did.
func herd(lost, back []trip, did float64) []roomFact {
	seen := slices.DeleteFunc(slices.Clone(back), func(t trip) bool { return t.at == 0 })
	byBrowser := func(t trip) string { return t.p.browser() }
	n, took, browser := 0, 0.0, ""
	for _, g := range grouping(seen, byBrowser) {
		if most, within := crowd(g.all); most > n {
			n, took, browser = most, within, g.name
		}
	}
	if n >= herdOf {
		all := 0
		for _, t := range lost {
			if t.p.browser() == browser {
				all++
			}
		}
		title := fill(say("{n} of {all} {browsers} reconnected within {time}."), "{all}", grouped(all))
		if n == all {
			title = say("All {n} {browsers} reconnected within {time}.")
		}
		return []roomFact{{"closed", fill(title, "{n}", grouped(n), "{browsers}", several(browser), "{time}", duration(max(1, took))), say("That is the herd. Try a retry at random.")}}
	}
	if did == 0 || len(seen) < herdOf {
		return nil
	}
	most, _ := crowd(seen)
	first, last := seen[0].at, seen[0].at
	for _, t := range seen {
		first, last = min(first, t.at), max(last, t.at)
	}
	return []roomFact{{"open", fill(say("{n} reconnections are spread over {time}."), "{n}", grouped(len(seen)), "{time}", inTenths(last-first)),
		count(most, "No two of them within 500 ms.", "At most {n} of them within 500 ms.")}}
}

// crowd is how many reconnected within herdWithin at most, and within what time, in milliseconds.
func crowd(trips []trip) (most int, took float64) {
	sorted := slices.Clone(trips)
	order.By(sorted, func(a, b *trip) int { return order.Sign(a.at - b.at) })
	first := 0
	for i, t := range sorted {
		for t.at-sorted[first].at > herdWithin {
			first++
		}
		if n := i - first + 1; n > most {
			most, took = n, t.at-sorted[first].at
		}
	}
	return most, took
}

// several is a browser's name in the plural, where a language has one.
func several(browser string) string {
	name := isolated(browser, 40)
	for _, ending := range []string{"x", "s", "ch", "sh"} {
		if strings.HasSuffix(name, ending) {
			return fill(say("{browser}es"), "{browser}", name)
		}
	}
	return fill(say("{browser}s"), "{browser}", name)
}

// whoMisses says who has not got all events: those who miss most, and how many others.
func whoMisses(pupils []pupil, newest int, now float64) (facts []roomFact) {
	type one struct {
		p *pupil
		n int
	}
	var those []one
	for i := range pupils {
		p := &pupils[i]
		n := p.misses(newest)
		if p.condition() == isOpen {
			n = p.Missed // what it does not have yet is on its way
		}
		if n > 0 {
			those = append(those, one{p, n})
		}
	}
	order.By(those, func(a, b *one) int { return cmp.Or(b.n-a.n, strings.Compare(a.p.Name, b.p.Name)) })
	const told = 3
	for _, b := range those[:min(len(those), told)] {
		body := say("Its EventSource is OPEN, and did not dispatch them: it has no listener for them, or they never came.")
		if b.p.condition() != isOpen {
			body = fill(say("Its EventSource has been {state} for {time}."), "{state}", b.p.condition().name(), "{time}", roundTime(now-b.p.spans[len(b.p.spans)-1].from))
		}
		facts = append(facts, roomFact{"", fill(count(b.n, "{name} misses 1 event.", "{name} misses {n} events."), "{name}", b.p.calls()), body})
	}
	if more := len(those) - told; more > 0 {
		facts = append(facts, roomFact{"", count(more, "1 more misses events.", "{n} more miss events."), ""})
	}
	return facts
}

// Sizes of the drawings of dots, in pixels.
const (
	dotRadius = 3.2
	dotPitch  = 7.0
	axisBelow = 18
)

// arrivalsSVG draws when the readers reconnected after what the maker did, a dot each. "" if fewer than two did.
func arrivalsSVG(pupils []pupil, did, width float64) string {
	var back []trip
	var times []float64
	longest := 0.0
	for i := range pupils {
		if t := pupils[i].trip(did); did > 0 && t.at > 0 {
			back, times, longest = append(back, t), append(times, t.at-did), max(longest, t.at-did)
		}
	}
	if len(back) < 2 {
		return ""
	}
	const height, most = 92, 66 // of the drawing, and of the dots in it
	a := axis{to: max(1000, longest*1.04), left: 6, right: width - 6}
	xs, levels, high := a.stacked(times)
	pitch := min(dotPitch, most/float64(high))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="room-arrivals" width="%.0f" height="%d" role="img" aria-label="%s">`, width, height,
		fill(say("{n} reconnections by time: the first after {from}, the last after {to}"), "{n}", grouped(len(back)), "{from}", inTenths(slices.Min(times)), "{to}", inTenths(longest)))
	a.draw(&b, 0, height)
	for i, t := range back {
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="%.1f"><title>%s</title></circle>`, xs[i], height-axisBelow-4-float64(levels[i])*pitch, dotRadius,
			html.EscapeString(t.p.calls()+say(", ")+t.p.runs()+say(": ")+duration(times[i])))
	}
	b.WriteString(`</svg>`)
	return b.String()
}

// axis is one of times, in milliseconds, between two places, in pixels.
type axis struct{ from, to, left, right float64 }

func (a axis) x(ms float64) float64 { return a.left + (ms-a.from)/(a.to-a.from)*(a.right-a.left) }

// stacked places a dot at each time, above others where they fall together: its place, and how many are under it. high is the most that
// are at one place.
func (a axis) stacked(times []float64) (xs []float64, levels []int, high int) {
	under := map[int]int{}
	for _, ms := range times {
		place := int((a.x(ms) - a.left) / dotPitch)
		xs, levels = append(xs, a.left+(float64(place)+0.5)*dotPitch), append(levels, under[place])
		under[place]++
		high = max(high, under[place])
	}
	return xs, levels, high
}

// draw draws round times, and lines at them.
func (a axis) draw(b *strings.Builder, top, bottom int) {
	step := a.step()
	for n := int(a.from / step); float64(n)*step <= a.to; n++ {
		ms := float64(n) * step
		if ms < a.from {
			continue
		}
		x, anchor := a.x(ms), "middle"
		if x-a.left < 12 {
			anchor = "start"
		} else if a.right-x < 12 {
			anchor = "end"
		}
		fmt.Fprintf(b, `<path class="grid" d="M%.1f %d V%d"/><text class="when" text-anchor="%s" x="%.1f" y="%d">%s</text>`, x, top, bottom-axisBelow+2, anchor, x, bottom-4, a.label(ms, step))
	}
	fmt.Fprintf(b, `<path class="base" d="M%.1f %d H%.1f"/>`, a.left, bottom-axisBelow+1, a.right)
}

// step is a round time, of which there are a few on the axis.
func (a axis) step() float64 {
	most := max(2, min(8, (a.right-a.left)/70))
	step := 1.0
	for i := 0; (a.to-a.from)/step > most; i++ {
		step *= []float64{2, 2.5, 2}[i%3] // 1, 2, 5, 10, and so on
	}
	return step
}

func (a axis) label(ms, step float64) string {
	if a.to < 1000 {
		return inTenths(ms)
	}
	places := 0
	for ; step < 1000; step *= 10 {
		places++
	}
	return fill(say("{n} s"), "{n}", voice.Fraction(ms/1000, places))
}
