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
	changes := m.log.Changes()
	return app.Div().Class("page").Body(
		app.Header().Class("bar").Body(
			app.Div().Class("brand").Body(
				app.Span().Class("dots").Aria("hidden", true).Body(app.I(), app.I(), app.I()),
				app.H1().Text("EventSource Playground"),
			),
			&toolbar{Model: m, Theme: m.theme, Shared: m.shared},
		),
		app.Main().Class("columns").Body(
			app.Div().Class("column cause").Body(
				&serverPanel{Model: m, Setup: m.setupChanges},
				&connectPanel{Model: m, Setup: m.setupChanges, Live: m.log.State().Live(), Notice: m.notice, Copied: m.copied},
			),
			app.Div().Class("column effect").Body(
				&machinePanel{Model: m, Changes: changes, Now: m.now},
				&timelinePanel{Model: m, Changes: changes, Now: m.now, Window: m.window, At: m.scrolledTo, Ticks: m.ticks},
				&eventsPanel{
					Model: m, Changes: changes, Setup: m.setupChanges, View: m.viewChanges, Tab: m.tab, Top: m.topRow,
					Unfolded: m.unfolded, Copied: m.copied,
				},
			),
			app.Div().Class("column meaning").Body(
				&firstSteps{Model: m, Changes: changes},
				&factsPanel{Model: m, Changes: changes, Silent: m.log.Silent(m.now)},
			),
		),
	)
}

// panel is a titled region of the page, found by its name.
func panel(name, title string) app.HTMLSection {
	return app.Section().Class("panel").Aria("label", name)
}
