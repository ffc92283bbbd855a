// Command app is the page, compiled to WebAssembly. It drives the browser's own EventSource through package
// eventsource, records what it does in a trace, and shows that trace. Every panel is a function of the trace and of
// the set-up; a change of either draws the panels again, at most once a frame.
package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
)

func main() {
	app.Route("/", func() app.Composer { return &playground{} })
	if app.IsClient {
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
}

func (p *playground) OnNav(ctx app.Context) { p.model.navigate(ctx.Page().URL().Query()) }

func (p *playground) Render() app.UI {
	m := p.model
	m.pace.began = eventsource.Now()
	return view(`<div class="page" data-page={}>
		<header class="bar">
			<div class="brand"><span class="dots" aria-hidden="true"><i/><i/><i/></span><h1>EventSource Playground</h1></div>
			<nav aria-label="Views">{}{}</nav>
			{}
		</header>
		{}
	</div>`, m.page, m.linkTo("", say("Playground")), m.linkTo(pageReport, say("Browser report")), toolbar{m}.draw(), p.body())
}

func (p *playground) body() app.UI {
	m := p.model
	if m.page == pageReport {
		return &reportView{Report: &m.report, Language: language, Changes: m.report.changes}
	}
	changes := m.log.Changes()
	return view(`<main class="columns">
		<div class="column cause">{}{}{}</div>
		<div class="column effect">{}{}{}</div>
		<div class="column meaning">{}{}</div>
	</main>`,
		&serverPanel{Model: m, Language: language, Setup: m.setupChanges, Find: m.find},
		connectPanel{m}.draw(),
		interferePanel{m}.draw(),
		machinePanel{m}.draw(),
		&timelinePanel{Model: m, Language: language, Changes: changes, Now: m.now, Window: m.window, At: m.scrolledTo, Ticks: m.ticks},
		&eventsPanel{
			Model: m, Language: language, Changes: changes, Setup: m.setupChanges, View: m.viewChanges, Tab: m.tab, Top: m.topRow,
			Unfolded: m.unfolded, Copied: m.copied, Attempt: m.attempt, Channel: m.channelStatus(),
			Script: m.editor.changes, Checked: m.editor.checked, Said: m.editor.said,
		},
		lessonPanel{m}.draw(),
		factsPanel{m}.draw(),
	)
}

// linkTo leads to a page, which shares all that lives on this one.
func (m *model) linkTo(page, name string) app.UI {
	current := ""
	if m.page == page {
		current = "page"
	}
	return view(`<a href={} aria-current={} onclick={}>{}</a>`, "?"+m.queryOf(m.setup, page), current,
		scoped{page, func(_ app.Context, e app.Event) {
			if e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool() || e.Get("shiftKey").Bool() {
				return // a tab or a window of its own
			}
			e.PreventDefault()
			e.Call("stopPropagation") // or go-app reads the address again
			m.show(page)
		}}, name)
}

func (m *model) channelStatus() string {
	if m.channel == nil {
		return ""
	}
	return m.channel.status()
}
