package main

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// serverPanel says what the server will do: a stream of ours to choose and to adjust, or any other.
type serverPanel struct {
	app.Compo
	Model *model
	Setup int
}

func (s *serverPanel) Render() app.UI {
	address := s.Model.setup.URL
	query, isClassic := classic(address)
	chosen := -1
	for i, p := range presets {
		if p.url == address {
			chosen = i
		}
	}
	var list []app.UI
	for i, p := range presets {
		if i == 0 || presets[i-1].group != p.group {
			list = append(list, app.H3().Text(p.group))
		}
		list = append(list, app.Label().Class("choice").Body(
			app.Input().Type("radio").Name("preset").Checked(i == chosen).OnChange(s.onChoose(p), app.EventScope(i)),
			app.Span().Body(app.B().Text(p.title), app.Span().Text(p.about)),
		))
	}
	list = append(list, app.Label().Class("choice").Body(
		app.Input().Type("radio").Name("preset").Checked(chosen < 0).OnChange(s.onOwn),
		app.Span().Body(app.B().Text("Any URL"), app.Span().Text("type its address under 2")),
	))
	return panel("The server will", "").Body(
		app.H2().Text("1 · The server will…"),
		app.Div().Class("choices").Attr("role", "radiogroup").Aria("label", "What the server will do").Body(list...),
		app.If(isClassic, func() app.UI {
			fields := []app.UI{}
			for _, p := range parameters {
				fields = append(fields, app.Label().Class("field").Body(
					app.Span().Body(app.Text(p.label+" "), app.Small().Text(p.hint)),
					app.Input().Type("text").ID("parameter-"+p.name).Placeholder(p.usual).Value(query.Get(p.name)).
						AutoComplete(false).Spellcheck(false).OnInput(s.onParameter(p.name), app.EventScope(p.name)),
				))
			}
			fields = append(fields, app.Label().Class("check").Body(
				app.Input().Type("checkbox").Checked(query.Get("resume") != "false").OnChange(s.onResume),
				app.Text("resume after Last-Event-ID"),
			))
			return app.Details().Class("adjust").Body(app.Summary().Text("Adjust this stream"), app.Div().Class("fields").Body(fields...))
		}),
	)
}

func (s *serverPanel) onChoose(p preset) app.EventHandler {
	return func(app.Context, app.Event) { s.Model.choose(p) }
}

func (s *serverPanel) onOwn(ctx app.Context, _ app.Event) {
	url := element("url")
	url.Call("focus")
	url.Call("select")
}

func (s *serverPanel) onParameter(name string) app.EventHandler {
	return func(ctx app.Context, _ app.Event) { s.set(name, valueOf(ctx)) }
}

func (s *serverPanel) onResume(ctx app.Context, _ app.Event) {
	value := ""
	if !ctx.JSSrc().Get("checked").Bool() {
		value = "false"
	}
	s.set("resume", value)
}

// set changes one parameter. The event's name is listened to as well: who names it here wants to see it.
func (s *serverPanel) set(name, value string) {
	setup := s.Model.setup
	setup.URL = withParameter(setup.URL, name, value)
	s.Model.change(setup)
}
