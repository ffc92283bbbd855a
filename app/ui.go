// Command app is the page, compiled to WebAssembly. It drives the browser's own EventSource through package
// eventsource, records what it does in a trace, and shows that trace. Every panel is a function of the trace and of
// the set-up; a change of either draws the panels again, at most once a frame.
package main

import "github.com/maxence-charriere/go-app/v10/pkg/app"

func main() {
	app.Route("/", func() app.Composer { return &playground{} })
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
	if m.report.shown {
		return view(`<div class="page">{}{}</div>`, m.header(), &reportView{Report: &m.report, Changes: m.report.changes})
	}
	changes := m.log.Changes()
	return app.Elem("div").Class("page").Body(
		m.header(),
		app.Elem("main").Class("columns").Body(
			app.Elem("div").Class("column cause").Body(
				&serverPanel{Model: m, Setup: m.setupChanges, Find: m.find},
				&connectPanel{
					Model: m, Setup: m.setupChanges, Live: m.log.State().Live(), Notice: m.notice, Copied: m.copied, Companions: len(m.companions),
				},
				m.interferePanel(),
			),
			app.Elem("div").Class("column effect").Body(
				&machinePanel{Model: m, Changes: changes, Now: m.now},
				&timelinePanel{Model: m, Changes: changes, Now: m.now, Window: m.window, At: m.scrolledTo, Ticks: m.ticks},
				&eventsPanel{
					Model: m, Changes: changes, Setup: m.setupChanges, View: m.viewChanges, Tab: m.tab, Top: m.topRow,
					Unfolded: m.unfolded, Copied: m.copied, Attempt: m.attempt, Channel: m.channelStatus(),
					Script: m.editor.changes, Checked: m.editor.checked, Said: m.editor.said,
				},
			),
			app.Elem("div").Class("column meaning").Body(
				&firstSteps{Model: m, Changes: changes},
				&factsPanel{Model: m, Changes: changes, Silent: m.log.Silent(m.now)},
			),
		),
	)
}

func (m *model) header() app.UI {
	return view(`<header class="bar">
		<div class="brand"><span class="dots" aria-hidden="true"><i/><i/><i/></span><h1>EventSource Playground</h1></div>
		{}
		{}
	</header>`, m.navigation(), &toolbar{Model: m, Theme: m.theme, Shared: m.shared})
}

func (m *model) interferePanel() *interferePanel {
	p := &interferePanel{Model: m, Live: m.log.State().Live(), Own: m.ours(m.log.State().URL), Paused: m.paused, Help: m.help}
	if m.channel != nil {
		p.Up, p.Wrong = m.channel.up, m.channel.wrong
	}
	return p
}

func (m *model) channelStatus() string {
	if m.channel == nil {
		return ""
	}
	return m.channel.status()
}

// panel is a region of the page, found by its name.
func panel(name string) app.HTMLElem {
	return app.Elem("section").Class("panel").Aria("label", name)
}
