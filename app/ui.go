// Command app is the page, compiled to WebAssembly. It drives the browser's own EventSource through package
// eventsource, records what it does in a trace, and shows that trace. Every panel is a function of the trace and of
// the set-up; a change of either draws the panels again, at most once a frame.
package main

import (
	"runtime/debug"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
)

func main() {
	app.Route("/", func() app.Composer { return &playground{} })
	if app.IsClient {
		// A collection stops the page until it is over, since nothing preempts it in WebAssembly: have few, and none while the
		// first stream connects. What is kept is small: a firehose's events stay objects of the browser's.
		debug.SetGCPercent(400)
		chooseLanguage()
	}
	app.RunWhenOnBrowser()
}

// playground is the page.
type playground struct {
	app.Compo
	model *model
}

func (p *playground) OnInit() { p.model = newModel() }

func (p *playground) OnMount(ctx app.Context) {
	p.model.start(ctx)
	app.Window().Get("document").Get("documentElement").Call("setAttribute", "data-ready", "true")
	const frame = 20 * time.Millisecond // for the browser to show what there is, and to take a click
	time.AfterFunc(frame, func() {
		p.model.whole = true
		p.model.update()
	})
}

func (p *playground) OnNav(ctx app.Context) { p.model.navigate(ctx.Page().URL().Query()) }

func (p *playground) Render() app.UI {
	m := p.model
	m.pace.began = eventsource.Now()
	return view(`<div class="page" data-page={}>
		<header class="bar">
			<div class="brand"><span class="dots" aria-hidden="true"><i/><i/><i/></span><h1>EventSource Playground</h1></div>
			{}
			{}
		</header>
		{}
	</div>`, m.page, shown(navigation{m}, m.page, m.setupChanges, m.course.chosen, m.course.lesson), shown(toolbar{m}, m.theme, m.shared), p.body())
}

func (p *playground) body() app.UI {
	m := p.model
	if m.page == pageReport {
		return &reportView{Report: &m.report, Second: m.scenarios.SecondOrigin, Language: voice.Code, Changes: m.report.changes}
	}
	c, log := &m.course, m.log
	changes, state := log.Changes(), log.State()
	connects := shown(connectPanel{m},
		m.setupChanges, m.scenarios.SecondOrigin, state.Live(), m.said(), m.copied, len(m.companions), m.wrongListener, len(m.known),
	)
	machine := shown(machinePanel{m}, state, log.Counts(), log.Dropped(), m.now)
	if !m.whole {
		// What it takes to connect. The rest comes in the next frame, in the places that are kept for it.
		return view(`<main class="columns">
			<div class="column cause"><section hidden/>{}<section hidden/></div>
			<div class="column effect">{}<section hidden/><section hidden/></div>
			<div class="column meaning"><section hidden/><section hidden/></div>
		</main>`, connects, machine)
	}
	return view(`<main class="columns">
		<div class="column cause">{}{}{}</div>
		<div class="column effect">{}{}{}</div>
		<div class="column meaning">{}{}</div>
	</main>`,
		&serverPanel{Model: m, Language: voice.Code, Setup: m.setupChanges, Find: m.find},
		connects,
		shown(interferePanel{m}, m.canInterfere(), m.channelUp(), state.Live(), m.paused, m.help, m.channelWrong()),
		machine,
		&timelinePanel{Model: m, Language: voice.Code, Changes: changes, Now: m.now, Window: m.window, At: m.scrolledTo, Ticks: m.ticks},
		&eventsPanel{
			Model: m, Language: voice.Code, Changes: changes, Setup: m.setupChanges, View: m.viewChanges, Tab: m.tab, Top: m.topRow,
			Unfolded: m.unfolded, Copied: m.copied, Attempt: m.attempt, Channel: m.channelStatus(),
			Script: m.editor.changes, Checked: m.editor.checked, Said: m.editor.said,
		},
		shown(lessonPanel{m},
			m.page, c.lesson, len(c.list), len(c.done), c.listed, c.predicted, c.run != nil, c.decided, c.gaveUp, c.step, len(m.scenarios.Scenarios),
		),
		shown(factsPanel{m}, changes, log.Silent(m.now)),
	)
}
