package main

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// pace decides when the page is drawn again. It keeps the drawing of what comes by itself from taking the time that is
// needed to take it in: a drawing is followed by a pause as many times as long as the drawing took as things came before
// it: none that is seen for a few events a second, a long one under a firehose, which ends early when nothing more comes.
type pace struct {
	ctx   app.Context
	asked bool // a drawing is on its way
	pause alarm
	clock alarm
	came  int     // since the last drawing
	times float64 // as long as that the pause after it is
	began float64 // when it began, on the performance clock
	next  float64 // when the next may begin
	shown app.Value
}

const (
	mostPause    = 20   // times as long as the drawing took
	longestPause = 1000 // milliseconds
	quiet        = 50   // milliseconds: longer than events are left to gather
)

func (p *pace) start(ctx app.Context) { p.ctx = ctx }

// again has the page drawn again: because so many things came by themselves, as soon as the pace allows it, or, if came is
// 0, at once. (What a visitor does draws the page by itself: go-app does so after each of its event handlers.)
func (p *pace) again(came int) {
	if came == 0 {
		p.ctx.Dispatch(p.begin)
		return
	}
	p.came += came
	if p.asked {
		return
	}
	soon := func() {
		if p.came > 0 && !p.asked {
			p.asked = true
			p.again(0)
		}
	}
	if wait := min(p.next-eventsource.Now(), quiet); wait > 0 {
		p.pause.set(time.Duration(wait*float64(time.Millisecond)), soon)
	} else {
		soon()
	}
}

// then does something after the page was drawn again, at once.
func (p *pace) then(do func()) {
	p.ctx.Dispatch(func(ctx app.Context) {
		p.begin(ctx)
		ctx.Defer(func(app.Context) { do() })
	})
}

// begin is called before a drawing. How long that takes is known when the browser has laid it out as well: when a timer
// fires that is set in its next frame. A hidden page has no frames, and is drawn once a second.
func (p *pace) begin(ctx app.Context) {
	p.times = float64(min(p.came, mostPause))
	p.asked, p.came = false, 0
	p.next = eventsource.Now() + longestPause
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

// tick draws the page again while a source lives, so that its clocks go on: often while a wait is counted, once a
// second while it or another one is open, and not at all when all are closed.
func (p *pace) tick(subject func() *trace.Source, live func() bool) {
	if !live() {
		return
	}
	pause := time.Second
	if state := subject().State(); state.Source > 0 && (state.ReadyState == eventsource.Connecting || state.Waiting) {
		pause = 100 * time.Millisecond
	}
	p.clock.set(pause, func() {
		if live() {
			p.again(0)
			p.tick(subject, live)
		}
	})
}
