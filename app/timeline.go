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
	Model   *model
	Changes int
	Now     float64
	Window  float64
	At      float64
	Ticks   int

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

var timelineWindows = []struct {
	label string
	ms    float64
}{
	{"10 s", 10_000}, {"20 s", 20_000}, {"30 s", 30_000}, {"1 min", 60_000}, {"2 min", 120_000}, {"5 min", 300_000}, {"10 min", 600_000},
}

// OnMount leaves the first drawing for later: the width of the track would have to be waited for.
func (t *timelinePanel) OnMount(ctx app.Context) { ctx.Dispatch(t.Model.draw) }

func (t *timelinePanel) OnResize(app.Context) { t.Model.measureTrack(); t.draw() }

// OnUpdate is called when the panel's inputs changed.
func (t *timelinePanel) OnUpdate(app.Context) { t.draw() }

func (t *timelinePanel) Render() app.UI {
	options := []app.UI{}
	for _, w := range timelineWindows {
		options = append(options, app.Elem("option").Attr("value", strconv.Itoa(int(w.ms))).Attr("selected", w.ms == t.Window).Text(w.label))
	}
	both := t.foreign() == ""
	return panel("Timeline").DataSet("lanes", map[bool]string{true: "all", false: "page"}[both]).Body(
		app.Elem("div").Class("title").Body(
			app.Elem("h2").Text("Timeline"),
			app.Elem("button").Attr("type", "button").Class("small toggle").Aria("pressed", t.At == 0).OnClick(t.onFollow).Text("Follow"),
			app.Elem("select").Class("small").Aria("label", "Width of the timeline").OnChange(t.onWindow).Body(options...),
		),
		app.Elem("div").Class("timeline").Body(
			app.Elem("div").Class("lanes").Aria("hidden", true).Body(
				app.Elem("span").Body(app.Text("Browser"), app.Elem("small").Text("readyState")),
				app.Elem("span").Text("Events"),
				app.If(both, func() app.UI { return app.Elem("span").Body(app.Text("Wire"), app.Elem("small").Text("bytes out")) }),
				app.If(both, func() app.UI { return app.Elem("span").Text("Server") }),
			),
			app.Elem("div").ID("track").Class("track").Attr("role", "img").Aria("label", t.summary()).Body(
				app.Elem("div").ID("moving").Class("moving"),
				app.Elem("div").Class("now").Hidden(t.At != 0).Body(app.Elem("span").Text("now")),
			),
		),
		app.Elem("p").Class("hint").Text(t.foreign()),
		app.Elem("input").ID("scroll").Attr("type", "range").Class("scroll").Aria("label", "Scroll back in time").Attr("step", 0.1).OnInput(t.onScroll),
	)
}

// foreign says why there is only the page's side.
func (t *timelinePanel) foreign() string {
	if s := t.Model.log.State(); s.Source > 0 && !t.Model.ours(s.URL) {
		return "This stream is another server's: only the page's side can be seen. The wire and the server are seen for streams of this page's own server."
	}
	return ""
}

// summary is the timeline in words, for who can't see it.
func (t *timelinePanel) summary() string {
	log := t.Model.log
	c := log.Counts()
	if log.State().Source == 0 {
		return "Nothing happened yet"
	}
	return announce(log.State()) + ". " + grouped(c.Events) + " events, opened " + grouped(c.Of(trace.ToOpen)) + " times, lost " + grouped(c.Of(trace.ToLost)) + " times."
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
	state := m.log.State()
	if !state.Live() && state.Source > 0 && m.scrolledTo == 0 {
		now = min(now, state.Since+m.window/10) // all is over: time stands still soon after the end
	}
	d := drawing{server: !drawn.foreign, width: m.trackWidth, window: m.window, right: now, until: now}
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
	scroll.Call("setAttribute", "aria-valuetext", map[bool]string{true: "now", false: clock((value)*1000) + " after the start"}[follow])
}
