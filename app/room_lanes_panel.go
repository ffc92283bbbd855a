package main

import (
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/lesson"
	"eventsource-playground/protocol"
)

// roomWindow is how much time the lanes of a room show, in milliseconds.
const roomWindow = 12_000

// orders are those of the lanes.
var orders = [][2]string{{"name", later("sorted by name")}, {"state", later("sorted by state")}, {"wait", later("sorted by wait")}, {"missing", later("sorted by what is missing")}}

// lanes are everyone's.
func (v *roomView) lanes() app.UI {
	r := v.room
	options := []app.UI{}
	for _, o := range orders {
		options = append(options, view(`<option value={} selected={}>{}</option>`, o[0], o[0] == r.order, say(o[1])))
	}
	words := []app.UI{}
	for i := range v.pupils[:min(len(v.pupils), mostPupils)] {
		words = append(words, view(`<li>{}</li>`, v.pupils[i].inWords(r.newest)))
	}
	return view(`<section class="panel" data-panel="Everyone" aria-label="Everyone’s EventSource">
		<div class="title"><h2>Everyone’s EventSource</h2><select class="small" aria-label="Order of the lanes" onchange={}>{}</select></div>
		{}
		<div id="class-lanes"/>
		<ul class="offscreen">{}</ul>
		<p class="room-more">{}</p>
	</section>`, v.onOrder, options,
		when(len(v.pupils) == 0, `<p class="empty">Nobody is here yet. Project the address, or have the code scanned: whoever opens it has a lane here.</p>`),
		words, summed(v.pupils))
}

func (v *roomView) onOrder(ctx app.Context, _ app.Event) { v.Model.room.order = valueOf(ctx) }

// measured is what the room measured: what was seen since the last command, and the outcomes of the lesson.
func (v *roomView) measured() app.UI {
	r := v.room
	facts := []app.UI{}
	for _, f := range measuredByRoom(v.pupils, r.newest, r.did, v.Now) {
		facts = append(facts, view(`<li class="fact" data-tone={} data-observer="page"><b>{}</b><p>{}</p></li>`, f.tone, f.title, f.body))
	}
	return view(`<section class="panel" data-panel="What the room measured" aria-label="What the room measured">
		<h2>What the room measured</h2>
		{}
		<ol class="facts">{}</ol>
		<div id="arrivals"/>
		{}
	</section>`, when(len(facts) == 0, `<p class="empty">Cut all, or ask the room: what comes back is counted here.</p>`), facts, outcomes(v.course.lesson, r.revealed()))
}

// revealed are the outcomes of the lesson that is open, if the room's maker revealed it.
func (r *room) revealed() []protocol.Outcome {
	q, l := r.class.Question, r.model.course.lesson
	if q == nil || !q.Revealed || l == nil || l.Name != q.Lesson {
		return nil
	}
	return r.class.Outcomes
}

// outcomes are what the room's traces decided.
func outcomes(l *lesson.Lesson, all []protocol.Outcome) any {
	if len(all) == 0 {
		return nil
	}
	rows := []app.UI{}
	for _, b := range barsOf(l, all) {
		rows = append(rows, view(`<li><span>{}</span><span class="bar-of"><progress max={} value={} aria-label={}/><b>{}</b></span><small>{}</small></li>`,
			marked(b.text), strconv.Itoa(len(all)), strconv.Itoa(b.n), say("saw this"), strconv.Itoa(b.n), b.browsers))
	}
	name := ""
	if figures := figuresOf(all); len(figures) > 0 {
		name = nameOfFigure(figures[0])
	}
	return view(`<div class="outcomes"><h3>What was seen</h3><ol class="bars">{}</ol>{}<div id="strip-plot"/></div>`, rows,
		when(name != "", `<h3>{}</h3>`, name))
}

func (v *roomView) OnMount(app.Context) {
	v.Model.course.listed = false
	v.widths.changed = func() { v.Model.pace.again(0) }
	go v.onTick()
}

func (v *roomView) OnDismount() { v.widths.release() }

func (v *roomView) OnUpdate(ctx app.Context) { ctx.Defer(func(app.Context) { v.onDrawn() }) }

// onTick draws the lanes twice a second, as long as somebody is seen.
func (v *roomView) onTick() {
	for v.Mounted() {
		if m := v.Model; len(m.room.pupils) > 0 {
			m.pace.again(1)
		}
		time.Sleep(500 * time.Millisecond)
	}
}

// onDrawn puts the drawings in their places.
func (v *roomView) onDrawn() {
	r := &v.Model.room
	if lanes, width := v.widths.of("class-lanes"); width > 0 {
		d := classDrawing{width: width, window: roomWindow, right: eventsource.Now(), newest: r.newest, did: r.did, what: say(r.what)}
		lanes.Set("innerHTML", d.svg(v.pupils))
	}
	if arrivals, width := v.widths.of("arrivals"); width > 0 {
		arrivals.Set("innerHTML", arrivalsSVG(v.pupils, r.did, width))
	}
	if plot, width := v.widths.of("strip-plot"); width > 0 {
		r.paintStrip(plot, width)
	}
}

// paintOwnStrip is for a reader, whose strip plot is drawn when outcomes come, and no more often.
func (r *room) paintOwnStrip() {
	if plot := element("strip-plot"); r.isReader() && plot.Truthy() {
		r.paintStrip(plot, plot.Get("clientWidth").Float())
	}
}

// paintStrip puts the strip plot in its place, which is so many pixels wide.
func (r *room) paintStrip(plot app.Value, width float64) {
	figures := figuresOf(r.class.Outcomes)
	if len(figures) == 0 {
		return
	}
	mine := 0.0
	if r.outcome != nil {
		mine = r.outcome.Figures[figures[0]]
	}
	plot.Set("innerHTML", stripSVG(r.class.Outcomes, figures[0], mine, width))
}
