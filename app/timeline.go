package main

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// timelinePanel shows the states and events on one clock. It follows now, or stands still where it was scrolled to.
//
// While it follows, time is moved by the browser's compositor: what is drawn glides left as an animation, and the page
// draws again only when something happened, or before the animation runs out of drawing.
type timelinePanel struct {
	app.Compo
	Model    *model
	Language string
	Changes  int
	Now      float64
	Window   float64
	At       float64
	Ticks    int

	animation app.Value
	drawn     drawnTimeline
}

// ahead is how far beyond now is drawn, in milliseconds, and late how far that may be used up: much longer than the
// pause between two ticks, so that a silent stream costs next to nothing.
const (
	ahead = 8000
	late  = ahead - 2000
)

// drawnTimeline is what was drawn last, and when. The same glides on until it is late.
type drawnTimeline struct {
	changes              int
	window, width, right float64
	foreign              bool
	at                   float64 // on the performance clock
}

var timelineWindows = []float64{10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000} // milliseconds

// OnMount leaves the first drawing for later: the width of the track would have to be waited for.
func (t *timelinePanel) OnMount(ctx app.Context) { ctx.Dispatch(t.Model.draw) }

func (t *timelinePanel) OnResize(app.Context) { t.Model.measureTrack(); t.draw() }

// OnUpdate is called when the panel's inputs changed.
func (t *timelinePanel) OnUpdate(app.Context) { t.draw() }

func (t *timelinePanel) Render() app.UI {
	options := []app.UI{}
	for _, w := range timelineWindows {
		options = append(options, view(`<option value={} selected={}>{}</option>`, strconv.Itoa(int(w)), w == t.Window, roundTime(w)))
	}
	foreign := t.foreign()
	both, lanes := foreign == "", "page"
	if both {
		lanes = "all"
	}
	return view(`<section class="panel" data-panel="Timeline" aria-label="Timeline" data-lanes={}>
		<div class="title">
			<h2>Timeline</h2>
			<button type="button" class="small toggle" aria-pressed={} onclick={}>Follow</button>
			<select class="small" aria-label="Width of the timeline" onchange={}>{}</select>
		</div>
		<div class="timeline">
			<div class="lanes" aria-hidden="true">
				<span>Browser<small>readyState</small></span>
				<span>Events</span>
				{}
				{}
			</div>
			<div id="track" class="track" role="img" aria-label={}>
				<div id="moving" class="moving"/>
				<div class="now" hidden={}><span>now</span></div>
			</div>
		</div>
		<p class="hint">{}</p>
		<input id="scroll" type="range" class="scroll" aria-label="Scroll back in time" step="0.1" oninput={}/>
	</section>`,
		lanes,
		t.At == 0, t.onFollow,
		t.onWindow, options,
		when(both, `<span>Wire<small>bytes out</small></span>`), when(both, `<span>Server</span>`),
		t.summary(), t.At != 0,
		foreign, t.onScroll,
	)
}

// foreign says why there is only the page's side.
func (t *timelinePanel) foreign() string {
	if s := t.Model.subject().State(); s.Source > 0 && !t.Model.ours(s.URL) {
		return say("This stream is another server's: only the page's side can be seen. The wire and the server are seen for streams of this page's own server.")
	}
	return ""
}

// summary is the timeline in words, for who can't see it.
func (t *timelinePanel) summary() string {
	subject := t.Model.subject()
	c := subject.Counts()
	if subject == nil {
		return say("Nothing happened yet")
	}
	return fill(say("{state}. {events} events, opened {opened} times, lost {lost} times."), "{state}", announce(subject.State()),
		"{events}", grouped(c.Events), "{opened}", grouped(c.Of(trace.ToOpen)), "{lost}", grouped(c.Of(trace.ToLost)))
}

func (t *timelinePanel) onFollow(app.Context, app.Event) {
	m := t.Model
	if m.scrolledTo == 0 {
		m.scrolledTo = eventsource.Now()
	} else {
		m.scrolledTo = 0
	}
	m.now = eventsource.Now()
}

func (t *timelinePanel) onWindow(ctx app.Context, _ app.Event) {
	if ms, err := strconv.ParseFloat(valueOf(ctx), 64); err == nil {
		t.Model.window = ms
	}
}

func (t *timelinePanel) onScroll(ctx app.Context, _ app.Event) {
	seconds, err := strconv.ParseFloat(valueOf(ctx), 64)
	if err != nil {
		return
	}
	m := t.Model
	m.scrolledTo = m.log.Began() + seconds*1000
	if m.scrolledTo >= eventsource.Now()-m.window/100 {
		m.scrolledTo = 0
	}
}

// measureTrack reads the timeline's width. Where the document has just changed, that would make the browser lay out all
// of it once more than it has to.
func (m *model) measureTrack() {
	if track := element("track"); track.Truthy() {
		m.trackWidth = track.Get("clientWidth").Float()
	}
}

// draw puts the drawing into the page and sets it in motion.
func (t *timelinePanel) draw() {
	moving := element("moving")
	if !moving.Truthy() {
		return
	}
	m := t.Model
	now := eventsource.Now()
	drawn := drawnTimeline{m.log.Changes(), m.window, m.trackWidth, m.scrolledTo, t.foreign() != "", t.drawn.at}
	if t.animation != nil {
		if drawn == t.drawn && now < drawn.at+late {
			return
		}
		t.animation.Call("cancel")
		t.animation = nil
	}
	t.drawn = drawn
	t.drawn.at = now
	state := m.subject().State()
	if !state.Live() && state.Source > 0 && m.scrolledTo == 0 {
		now = min(now, state.Since+m.window/10) // all is over: time stands still soon after the end
	}
	d := drawing{lane: m.lane, server: !drawn.foreign, width: m.trackWidth, window: m.window, right: now, until: now}
	follow := m.scrolledTo == 0
	if follow {
		d.right, d.until = now+m.window*nowMargin, now+ahead
	} else {
		d.right, d.until = m.scrolledTo, min(m.scrolledTo, eventsource.Now())
	}
	moving.Set("innerHTML", d.svg(m.log))
	if follow && state.Live() && !reducedMotion() {
		distance := "translateX(-" + strconv.FormatFloat(d.width*ahead/d.window, 'f', 1, 64) + "px)"
		t.animation = moving.Call("animate",
			[]any{map[string]any{"transform": "none"}, map[string]any{"transform": distance}},
			map[string]any{"duration": ahead, "easing": "linear", "fill": "forwards"})
	}
	scroll := element("scroll")
	began := m.log.Began()
	span := max(0, eventsource.Now()-began) / 1000
	if began == 0 {
		span = 0
	}
	scroll.Set("max", strconv.FormatFloat(span, 'f', 1, 64))
	value := span
	if !follow {
		value = (m.scrolledTo - began) / 1000
	}
	scroll.Set("value", strconv.FormatFloat(value, 'f', 1, 64))
	at := say("now")
	if !follow {
		at = fill(say("{time} after the start"), "{time}", clock(value*1000))
	}
	scroll.Call("setAttribute", "aria-valuetext", at)
}
