package main

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// timelineView is what the timeline shows of the log.
type timelineView struct {
	window     float64 // its width in ms
	width      float64 // and in pixels
	scrolledTo float64 // right edge on the performance clock; 0 follows now
}

// timelinePanel shows the states and events on one clock. It follows now, or stands still where it was scrolled to.
//
// While it follows, time is moved by the browser's compositor: what is drawn glides left as an animation, and the page
// draws again only when something happened, or before the animation runs out of drawing.
type timelinePanel struct {
	app.Compo
	Model    *model
	Language string
	Changes  int // of the log
	Now      float64
	Window   float64
	Width    float64
	At       float64 // the right edge; 0 follows now
	Lanes    []laneLabel
	Summary  string // in words, for who can't see it
	Foreign  string // why there is only the page's side
	Told     bool   // the source tells of its requests itself
	Kind     trace.ClientKind
	Starved  string // which sources wait for a connection, and why
	Copied   string // what was last copied

	animation app.Value
	drawn     drawnTimeline
	gestures  gestures
	widths    widths
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
	lane                 int
	at                   float64 // on the performance clock
}

func (m *model) timelinePanel(now float64) app.UI {
	t := &m.timeline
	return &timelinePanel{
		Model: m, Language: voice.Code, Changes: m.log.Changes(), Now: now, Window: t.window, Width: t.width, At: t.scrolledTo,
		Lanes: m.laneLabels(), Summary: m.summary(), Foreign: m.foreign(), Told: m.told(), Kind: m.subject().State().Kind, Starved: m.starved(), Copied: m.copied,
	}
}

// summary is the timeline in words.
func (m *model) summary() string {
	c, state := m.subject().Counts(), m.subject().State()
	if state.Source == 0 {
		return say("Nothing happened yet")
	}
	summary := say("{state}. {events}, opened {opened}, lost {lost}.")
	if n := len(m.log.Current()); n > 1 {
		summary = fill(say("{source}, one of {n}: {summary}"), "{source}", m.subject().Name(), "{n}", strconv.Itoa(n), "{summary}", summary)
	}
	return fill(summary, "{state}", announce(state),
		"{events}", count(c.Events, "1 event", "{n} events"),
		"{opened}", count(c.Of(trace.ToOpen), "once", "{n} times"), "{lost}", count(c.Of(trace.ToLost), "once", "{n} times"))
}

// told reports whether the selected source tells of its requests itself, since they are another server's.
func (m *model) told() bool {
	exchanges := m.subject().Exchanges()
	return len(exchanges) > 0 && exchanges[len(exchanges)-1].Told()
}

// foreign says why there is only the page's side.
func (m *model) foreign() string {
	if m.target().room != "" {
		return say("A room’s stream is everybody’s: here is what your page sees of it.")
	}
	if m.pageAlone() {
		return say("This stream is another server's: only the page's side can be seen. The Go engine shows the wire, too: choose it above the call.")
	}
	return ""
}

// pageAlone reports whether the selected source is an EventSource on another server's stream, of which only the page's side is seen.
func (m *model) pageAlone() bool {
	s := m.subject()
	return s.State().Source > 0 && s.Kind == trace.EventSource && !m.address(s.State().URL).ours()
}

var timelineWindows = []float64{10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000} // milliseconds

// OnMount leaves the first drawing to when the width of the track is known.
func (t *timelinePanel) OnMount(app.Context) {
	t.gestures.listen(t.Model, t.JSValue())
	m := t.Model
	t.widths.changed = func() {
		_, m.timeline.width = t.widths.of("track")
		m.pace.again(0)
	}
	t.widths.of("track")
}

func (t *timelinePanel) OnDismount() {
	t.gestures.listener.Release()
	t.widths.release()
}

// OnUpdate is called when the panel's inputs changed.
func (t *timelinePanel) OnUpdate(app.Context) { t.onDraw() }

func (t *timelinePanel) Render() app.UI {
	options := []app.UI{}
	for _, w := range timelineWindows {
		options = append(options, view(`<option value={} selected={}>{}</option>`, strconv.Itoa(int(w)), w == t.Window, roundTime(w)))
	}
	both, lanes := t.Foreign == "", "page"
	if both {
		lanes = "all"
	}
	bytes, exchanges := say("bytes out"), say("Server")
	if t.Told {
		bytes, exchanges = say("bytes in"), say("Requests")
	}
	return view(`<section data-panel="Timeline" aria-label="Timeline" data-lanes={} data-shape={}>
		<h2 class="offscreen">Timeline</h2>
		<div class="timeline">
			<div class="lanes">{}{}</div>
			<div id="track" class="track" role="img" aria-label={}>
				<div id="moving" class="moving"/>
				<div class="now" hidden={}><span>now</span></div>
			</div>
		</div>
		<p class="hint">{}</p>
		<p class="hint">{}</p>
		<div class="moves">
			<button type="button" class="small toggle" aria-pressed={} onclick={}>Follow</button>
			<select id="window" class="small" aria-label="Width of the timeline" aria-keyshortcuts="Plus -" onchange={}>{}</select>
			<button type="button" class="small" title="What the timeline shows, with a caption, as a file (SVG)" onclick={}>Picture</button>
			{}
			<div id="scroll" class="overview" role="slider" tabindex="0" aria-label="Scroll back in time" aria-valuenow="0"/>
		</div>
	</section>`,
		lanes, shapeOf(len(t.Lanes)).name,
		t.laneButtons(), when(both, `<div class="below" aria-hidden="true"><span>Wire<small>{}</small></span><span>{}</span></div>`, bytes, exchanges),
		t.Summary, t.At != 0,
		t.Foreign, t.Starved,
		t.At == 0, t.onFollow,
		t.onWindow, options,
		t.onPicture, t.copyPicture(),
	)
}

func (t *timelinePanel) onFollow(app.Context, app.Event) {
	m := t.Model
	if m.timeline.scrolledTo == 0 {
		m.timeline.scrolledTo = eventsource.Now()
	} else {
		m.timeline.scrolledTo = 0
	}
}

// onPicture saves a picture of the timeline.
func (t *timelinePanel) onPicture(app.Context, app.Event) {
	download(recordingName(".svg"), pictureType, []string{t.Model.picture()})
}

// copyPicture is there where a browser can.
func (t *timelinePanel) copyPicture() any {
	if !copiesPictures() {
		return nil
	}
	return copyButton(say("Copy the picture"), "picture", t.Copied, t.onCopyPicture)
}

func (t *timelinePanel) onCopyPicture(app.Context, app.Event) { t.Model.copyPicture() }

func (t *timelinePanel) onWindow(ctx app.Context, _ app.Event) {
	if ms, err := strconv.ParseFloat(valueOf(ctx), 64); err == nil {
		t.Model.timeline.window = ms
	}
}

// drawing is the timeline as it is now. While it follows it reaches ahead, for the time that it glides.
func (m *model) drawing(now float64) drawing {
	v := m.timeline
	d := drawing{lane: m.lane, server: m.foreign() == "", width: v.width, window: v.window, right: v.scrolledTo, until: min(v.scrolledTo, now)}
	if v.scrolledTo > 0 {
		return d
	}
	now = m.latest(now)
	d.right, d.until = now+v.window*nowMargin, now+ahead
	return d
}

// onDraw puts the drawing into the page and sets it in motion.
func (t *timelinePanel) onDraw() {
	moving := element("moving")
	if !moving.Truthy() || t.Model.timeline.width == 0 {
		return
	}
	m := t.Model
	now := eventsource.Now()
	drawn := drawnTimeline{m.log.Changes(), m.timeline.window, m.timeline.width, m.timeline.scrolledTo, t.Foreign != "", m.lane, t.drawn.at}
	if t.animation != nil {
		if drawn == t.drawn && now < drawn.at+late {
			return
		}
		t.animation.Call("cancel")
		t.animation = nil
	}
	t.drawn = drawn
	t.drawn.at = now
	follow, live := m.timeline.scrolledTo == 0, m.alive()
	d := m.drawing(now)
	moving.Set("innerHTML", d.svg(m.log))
	if follow && live && !reducedMotion() {
		distance := "translateX(-" + strconv.FormatFloat(d.width*ahead/d.window, 'f', 1, 64) + "px)"
		t.animation = moving.Call("animate",
			[]any{map[string]any{"transform": "none"}, map[string]any{"transform": distance}},
			map[string]any{"duration": ahead, "easing": "linear", "fill": "forwards"})
	}
	element("window").Set("value", strconv.Itoa(int(m.timeline.window))) // the attribute is nothing any more to a list that was used
	t.onOverview()
}
