// Command app is the page, compiled to WebAssembly. It drives the browser's own EventSource through package
// eventsource, records what it does in a trace, and shows that trace. Every panel is a function of the trace and of
// the set-up; a change of either draws the panels again, at most once a frame.
package main

import (
	"runtime/debug"

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
	afterFrame(func() {
		p.model.whole = true
		p.model.pace.again(0)
		p.model.rehearse()
	})
}

func (p *playground) OnNav(ctx app.Context) { p.model.navigate(ctx.Page().URL().RawQuery) }

func (p *playground) Render() app.UI {
	m := p.model
	m.pace.began = eventsource.Now() // a stopwatch; of the model nothing is changed by a drawing
	return view(`<div class="page" data-page={}>
		<header class="bar">
			<div class="brand"><span class="dots" aria-hidden="true"><i/><i/><i/></span><h1>EventSource Playground</h1></div>
			{}
			{}
		</header>
		{}
	</div>`, m.page, m.navigation(), m.toolbar(), m.body(eventsource.Now()))
}

// body is the page without its header, as it is now.
func (m *model) body(now float64) app.UI {
	if m.page == pageReport {
		return m.reportView()
	}
	switch m.page {
	case pageCompare:
		return m.comparisonView()
	case pageRoom:
		return m.roomView(now)
	}
	// In the order in which a phone shows them, which is the one in which they are read.
	if !m.whole {
		// What it takes to connect. The rest comes in the next frame, in the places that are kept for it.
		return view(`<main class="columns">
			<div class="column cause"><section hidden/></div>
			<div class="column effect">{}<section hidden/><section hidden/></div>
			<div class="column meaning"><section hidden/><section hidden/></div>
			<section hidden/>
		</main>`, m.connectPanel())
	}
	return view(`<main class="columns">
		<div class="column cause">{}</div>
		<div class="column effect">{}{}<div class="panel stage">{}{}</div></div>
		<div class="column meaning">{}{}{}</div>
		{}
	</main>`,
		m.serverPanel(),
		m.connectPanel(), m.machinePanel(now), m.interferePanel(), m.timelinePanel(now),
		shownIf(m.classPanel()), m.lessonPanel(), m.factsPanel(now),
		m.tabPanel(now),
	)
}
