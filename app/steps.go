package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// firstSteps tells a new visitor what to do. The trace decides what is done.
type firstSteps struct {
	app.Compo
	Model    *model
	Language string
	Changes  int

	done [4]bool
}

func (f *firstSteps) Render() app.UI {
	state, c := f.Model.log.State(), f.Model.log.Counts()
	for i, now := range []bool{
		c.Of(trace.ToOpen) > 0,
		c.Of(trace.ToLost) > 0,
		c.Reconnections() > 0 || c.Of(trace.ToLost) > 0 && state.ReadyState == eventsource.Closed && state.By == trace.ToClosed,
		c.Of(trace.OpenToClose) > 0,
	} {
		f.done[i] = f.done[i] || now
	}
	step := func(i int, title, more string) app.UI {
		mark, said := "○", say("to do: ")
		if f.done[i] {
			mark, said = "✓", say("done: ")
		}
		return app.Elem("li").DataSet("done", f.done[i]).Body(
			app.Elem("span").Class("tick").Aria("hidden", true).Text(mark),
			app.Elem("div").Body(app.Elem("span").Class("offscreen").Text(said), app.Elem("b").Text(title), app.Text(" "), app.Elem("span").Text(more)),
		)
	}
	return panel("First steps").Body(
		app.Elem("h2").Text(say("First steps")),
		app.Elem("ol").Class("steps").Body(
			step(0, say("Press Connect."), say("readyState goes 0 → 1, and events arrive.")),
			step(1, say("Wait for the end."), say("The server ends its answer after ten events. Is it over?")),
			step(2, say("See what the browser does."), say("It waits, and asks again by itself. The server answers 204: stop.")),
			step(3, say("Connect again, and press Close"), say("while it is open. Nothing fires; nothing is tried again.")),
		),
	)
}
