package main

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
)

// pace keeps the drawing of what comes by itself from taking the time that is needed to take it in. A drawing is
// followed by a pause as many times as long as the drawing took as things came before it: none that is seen for a few
// events a second, a long one under a firehose, which ends early when nothing more comes.
type pace struct {
	asked bool // a drawing is on its way
	pause alarm
	came  int     // since the last drawing
	times float64 // as long as that the pause after it is
	began float64 // when it began, on the performance clock
	next  float64 // when the next may begin
	shown app.Value
}

const (
	mostPause    = 20   // times as long as the drawing took
	longestPause = 1000 // milliseconds
	quiet        = 100  // milliseconds: longer than events are left to gather
)

// updateSoon has the page drawn again because n things came.
func (m *model) updateSoon(n int) {
	p := &m.pace
	p.came += n
	if p.asked {
		return
	}
	soon := func() {
		if p.came > 0 && !p.asked {
			p.asked = true
			m.update()
		}
	}
	if wait := min(p.next-eventsource.Now(), quiet); wait > 0 {
		p.pause.set(time.Duration(wait*float64(time.Millisecond)), soon)
	} else {
		soon()
	}
}

// update has the page drawn again.
func (m *model) update() { m.ctx.Dispatch(m.draw) }

// draw is called before a drawing. How long that takes is known when the browser has laid it out as well: when a timer
// fires that is set in its next frame. A hidden page has no frames, and is drawn once a second.
func (m *model) draw(ctx app.Context) {
	p := &m.pace
	p.times = float64(min(p.came, mostPause))
	p.asked, p.came = false, 0
	m.now = eventsource.Now()
	m.measureTrack()
	p.next = m.now + longestPause
	if p.shown == nil {
		window := app.Window()
		p.shown = window.Get("setTimeout").Call("bind", window, app.FuncOf(func(app.Value, []app.Value) any {
			now := eventsource.Now()
			p.next = now + min(p.times*(now-p.began), longestPause)
			return nil
		}), 0)
	}
	ctx.Defer(func(app.Context) { app.Window().Call("requestAnimationFrame", p.shown) })
}
