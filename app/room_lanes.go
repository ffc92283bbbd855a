package main

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"

	"eventsource-playground/eventsource"
)

// classDrawing is everyone's EventSource as SVG, a lane for each reader: a pure function of the readers and these. Times are on
// the page's performance clock, in milliseconds.
type classDrawing struct {
	width  float64 // of all of it, in pixels
	window float64 // of the bands
	right  float64 // now, where the bands end
	newest int     // number of the room's newest event; 0: there is none
	did    float64 // when the maker cut, ended or held all; 0: not
	what   string  // that, in the page's language, such as: you cut all
}

// mostPupils is how many have a lane; the others are summed up.
const mostPupils = 40

// Sizes, in pixels.
const (
	pupilsTop, pupilPitch, pupilBand, pupilsBelow = 5, 19, 12, 18

	narrowClass = 500 // narrower drawings have no column of browsers
)

// columns are where the browsers begin, and where the bands begin and end.
func (d classDrawing) columns() (browser, left, end float64) {
	if d.width < narrowClass {
		return 0, 74, max(80, d.width-76)
	}
	return 84, 166, d.width - 92
}

func (d classDrawing) height(pupils int) int {
	return pupilsTop + min(pupils, mostPupils)*pupilPitch + pupilsBelow
}

func (d classDrawing) x(at float64) float64 {
	_, left, end := d.columns()
	return left + (at-d.right+d.window)/d.window*(end-left)
}

// svg draws the lanes of the first readers. What their pages sent is escaped: this becomes the page's markup.
func (d classDrawing) svg(pupils []pupil) string {
	height := d.height(len(pupils))
	var b strings.Builder
	size := 1000
	for i := range pupils[:min(len(pupils), mostPupils)] {
		size += 500 + 150*len(pupils[i].spans)
	}
	b.Grow(size)
	fmt.Fprintf(&b, `<svg class="room-lanes" width="%.0f" height="%d" aria-hidden="true">`+
		`<defs><pattern id="room-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="5"/></pattern></defs>`,
		d.width, height)
	d.grid(&b, height)
	for i := range pupils[:min(len(pupils), mostPupils)] {
		d.lane(&b, &pupils[i], pupilsTop+i*pupilPitch)
	}
	_, left, end := d.columns()
	if x := d.x(d.did); d.did > 0 && left <= x && x <= end {
		fmt.Fprintf(&b, `<g class="did"><path d="M%.1f 0 V%d"/><text x="%.1f" y="%d">%s</text></g>`, x, height-pupilsBelow+4, x+4, height-4, html.EscapeString(d.what))
	}
	fmt.Fprintf(&b, `<path class="now" d="M%.1f 0 V%d"/></svg>`, end, height-pupilsBelow+2)
	return b.String()
}

// grid draws a line at round times since the maker did something, or else before now.
func (d classDrawing) grid(b *strings.Builder, height int) {
	_, left, end := d.columns()
	since := d.did
	if since == 0 {
		since = d.right
	}
	step := gridStep(d.window)
	if end-left < 300 {
		step *= 2
	}
	const apart = 22 // of two texts
	whatEnd := d.x(d.did) + textWidth(d.what, 6) + apart
	for n := math.Ceil((d.right - d.window - since) / step); since+n*step < d.right; n++ {
		x := d.x(since + n*step)
		fmt.Fprintf(b, `<path class="grid" d="M%.1f 0 V%d"/>`, x, height-pupilsBelow)
		if d.did > 0 && n > 0 && x > whatEnd && x < end-apart/2 {
			fmt.Fprintf(b, `<text class="when" x="%.1f" y="%d">%s</text>`, x, height-4, roundTime(n*step))
		}
	}
}

// lane draws a reader: who it is, its states, and what it has of the room's events.
func (d classDrawing) lane(b *strings.Builder, p *pupil, top int) {
	browser, _, end := d.columns()
	name := html.EscapeString(p.calls())
	fmt.Fprintf(b, `<g class="lane"><title>%s</title><text class="who" x="0" y="%d">%s</text>`,
		html.EscapeString(p.inWords(d.newest)), top+10, html.EscapeString(shorten(p.calls(), 12)))
	if browser > 0 {
		fmt.Fprintf(b, `<text class="browser" x="%.0f" y="%d">%s</text>`, browser, top+10, html.EscapeString(shorten(p.runs(), 13)))
	}
	drawn, free := -1.0, 0.0
	for i := range p.spans {
		if to := p.spans[i].to; to == 0 || to > d.right-d.window {
			drawn, free = d.span(b, &p.spans[i], name, top, drawn)
		}
	}
	if hidden := say("tab hidden"); p.Hidden && !p.Away && free > 0 {
		fmt.Fprintf(b, `<g class="hidden"><rect x="%.1f" y="%d" width="10" height="%d"/><title>%s: %s</title>`, end-10, top, pupilBand, name, hidden)
		if free > 10+textWidth(hidden, bandLetter)+14 {
			fmt.Fprintf(b, `<text text-anchor="end" x="%.1f" y="%d">%s</text>`, end-14, top+9, hidden)
		}
		b.WriteString(`</g>`)
	}
	got, missing := "–", ""
	if last := sequenceOf(p.LastEventID); last > 0 {
		got = grouped(last)
	}
	if n := p.misses(d.newest); n > 0 {
		missing = count(n, "misses 1", "misses {n}")
		if all := got + say(", ") + missing; textWidth(all, 6) < d.width-end-6 {
			got += say(", ")
		} else {
			got = ""
		}
	}
	fmt.Fprintf(b, `<text class="last" x="%.1f" y="%d">%s<tspan>%s</tspan></text></g>`, end+6, top+10, got, missing)
}

// bandLetter is the width of a letter in a band, in pixels.
const bandLetter = 6.2

// span draws a time in one state. It returns the pixel where it began, since a state that is too short to be seen beside another one
// in the same pixel is left out, and how much of its end has nothing written in it.
func (d classDrawing) span(b *strings.Builder, s *pupilSpan, name string, top int, drawn float64) (pixel, free float64) {
	to := s.to
	if s.lasts() {
		to = d.right
	}
	x, end := d.x(max(s.from, d.right-d.window)), d.x(min(to, d.right))
	pixel = math.Floor(x)
	if end < x || end-x < 1 && pixel == drawn {
		return drawn, 0
	}
	width := max(1, end-x)
	var labels []string
	if width > 2*bandLetter+10 {
		labels = s.labels(d.right)
	}
	// Thousands of these are drawn, often: fmt takes several times as long.
	var place [64]byte
	put := func(attribute string, n float64) {
		b.WriteString(attribute)
		b.Write(strconv.AppendFloat(place[:0], n, 'f', 1, 64))
	}
	b.WriteString(`<g class="span" data-state="`)
	b.WriteString(s.kind())
	put(`"><rect x="`, x)
	put(`" y="`, float64(top))
	put(`" width="`, width)
	b.WriteString(`" height="12"/><title>`)
	b.WriteString(name)
	b.WriteString(": ")
	b.WriteString(s.title())
	b.WriteString(say(", "))
	b.WriteString(duration(s.took(d.right)))
	b.WriteString(`</title>`)
	free = width
	for _, label := range labels {
		if wide := textWidth(label, bandLetter) + 10; wide < width {
			put(`<text x="`, x+5)
			put(`" y="`, float64(top+9))
			b.WriteString(`">`)
			b.WriteString(label)
			b.WriteString(`</text>`)
			free -= wide
			break
		}
	}
	b.WriteString(`</g>`)
	return pixel, free
}

// took is how long it was: as its page measured it, if it did.
func (s *pupilSpan) took(now float64) float64 {
	switch {
	case s.waited > 0:
		return s.waited
	case s.lasts():
		return now - s.from
	}
	return s.to - s.from
}

func (s *pupilSpan) condition() condition { return conditionOf(s.away, s.plays, s.waiting, s.state) }

// kind is what it is in style.css.
func (s *pupilSpan) kind() string {
	return [...]string{"open", "connecting", "connecting", "closed", "plays", "away"}[s.condition()]
}

func (s *pupilSpan) title() string {
	c := s.condition()
	if c >= playsLesson {
		return c.name()
	}
	return string('0'+rune(s.state)) + " " + c.name()
}

// labels are what may stand in it: the first that fits.
func (s *pupilSpan) labels(now float64) []string {
	switch {
	case s.away, s.plays:
		return []string{s.title()}
	case s.waiting && s.lasts():
		time := roundTime(s.took(now))
		return []string{fill(say("{time}, not reconnected yet"), "{time}", time), time}
	case s.waited > 0:
		time := inTenths(s.waited)
		return []string{fill(say("waited {time}"), "{time}", time), time}
	case s.state == eventsource.Closed:
		return []string{s.state.String()}
	}
	return nil
}

// inTenths is a time as it is compared by eye: 3.0 s.
func inTenths(ms float64) string {
	switch {
	case ms < 0:
		return "−" + inTenths(-ms)
	case ms < 1000, ms >= 59_950:
		return duration(ms)
	}
	return fill(say("{n} s"), "{n}", voice.Fraction(ms/1000, 1))
}

// textWidth is about how wide a text is: a Chinese character as two letters.
func textWidth(text string, letter float64) (width float64) {
	for _, r := range text {
		width += letter
		if r > 0x2E80 {
			width += letter * 0.8
		}
	}
	return width
}

// calls is the reader's name, and runs its browser with the version: plain text, to be escaped.
func (p *pupil) calls() string { return isolated(p.Name, 40) }
func (p *pupil) runs() string {
	return strings.TrimSpace(isolated(p.browser(), 40) + " " + isolated(p.Version, 40))
}

// browser is what it is counted under.
func (p *pupil) browser() string { return namedBrowser(p.Browser) }

func namedBrowser(name string) string {
	if name == "" {
		return say("another browser")
	}
	return name
}

// misses is how many of the room's events it did not get, as far as it is known. While it plays a lesson its stream is closed on purpose.
func (p *pupil) misses(newest int) int {
	last := sequenceOf(p.LastEventID)
	if p.Away || p.Plays || last == 0 {
		return 0
	}
	return max(0, newest-last) + p.Missed
}

// inWords is a reader's lane for who can't see it, and where the pointer rests on it.
func (p *pupil) inWords(newest int) string {
	said := []string{p.runs(), p.condition().name()}
	if last := sequenceOf(p.LastEventID); last > 0 {
		said = append(said, fill(say("last event {n}"), "{n}", grouped(last)))
	}
	if n := p.misses(newest); n > 0 {
		said = append(said, count(n, "misses 1", "misses {n}"))
	}
	if p.Hidden && !p.Away {
		said = append(said, say("tab hidden"))
	}
	return p.calls() + say(": ") + strings.Join(said, say(", "))
}
