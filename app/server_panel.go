package main

import (
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// serverPanel says what the server will do: a stream of ours to choose and to adjust, or any other.
type serverPanel struct {
	app.Compo
	Model    *model
	Language string
	Setup    int
	Find     string
}

func (s *serverPanel) Render() app.UI {
	m := s.Model
	address := m.setup.URL
	query, isClassic := classic(address)
	all := m.presets()
	chosen := slices.IndexFunc(all, func(p preset) bool { return p.url == address })
	var list []app.UI
	group := ""
	for i, p := range all {
		if i != chosen && !p.matches(s.Find) {
			continue
		}
		if p.group != group {
			group = p.group
			list = append(list, app.Elem("h3").Text(group))
		}
		list = append(list, app.Elem("label").Class("choice").Body(
			app.Elem("input").Attr("type", "radio").Attr("name", "preset").Attr("checked", i == chosen).OnChange(s.onChoose(p), app.EventScope(p.url)),
			app.Elem("span").Body(app.Elem("b").Text(p.title), app.Elem("span").Text(p.about)),
		))
	}
	script := ""
	if chosen >= 0 {
		script = all[chosen].script
	}
	return panel("The server will").Body(
		app.Elem("h2").Text(say("1 · The server will…")),
		app.Elem("input").Attr("type", "search").Class("small").Attr("placeholder", fill(say("find among {n}…"), "{n}", strconv.Itoa(len(all)))).Aria("label", say("Find a stream")).OnInput(s.onFind),
		app.Elem("div").Class("choices").Attr("role", "radiogroup").Aria("label", say("What the server will do")).Attr("tabindex", -1).Body(list...),
		app.Elem("label").Class("choice").Body(
			app.Elem("input").Attr("type", "radio").Attr("name", "preset").Attr("checked", chosen < 0).OnChange(s.onOwn),
			app.Elem("span").Body(app.Elem("b").Text(say("Any URL")), app.Elem("span").Text(say("type its address under 2"))),
		),
		app.If(script != "", func() app.UI {
			return app.Elem("button").Attr("type", "button").Class("small").OnClick(s.onEdit).Text(say("Edit this scenario"))
		}),
		app.If(isClassic, func() app.UI {
			fields := []app.UI{}
			for _, p := range parameters {
				fields = append(fields, app.Elem("label").Class("field").Body(
					app.Elem("span").Body(app.Text(p.name+" "), app.Elem("small").Text(say(p.hint))),
					app.Elem("input").Attr("type", "text").ID("parameter-"+p.name).Attr("placeholder", say(p.usual)).Attr("value", query.Get(p.name)).
						Attr("autocomplete", "off").Spellcheck(false).OnInput(s.onParameter(p.name), app.EventScope(p.name)),
				))
			}
			fields = append(fields, app.Elem("label").Class("check").Body(
				app.Elem("input").Attr("type", "checkbox").Attr("checked", query.Get("resume") != "false").OnChange(s.onResume),
				app.Text(say("resume after Last-Event-ID")),
			))
			return app.Elem("details").Class("adjust").Body(app.Elem("summary").Text(say("Adjust this stream")), app.Elem("div").Class("fields").Body(fields...))
		}),
	)
}

func (s *serverPanel) onChoose(p preset) app.EventHandler {
	return func(app.Context, app.Event) { s.Model.choose(p) }
}

func (s *serverPanel) onFind(ctx app.Context, _ app.Event) { s.Model.find = valueOf(ctx) }

// onEdit opens the chosen scenario's text in the editor.
func (s *serverPanel) onEdit(app.Context, app.Event) {
	m := s.Model
	for _, p := range m.presets() {
		if p.url == m.setup.URL {
			m.tab = tabScript
			m.edit(p.script)
		}
	}
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

// set changes one parameter in the address.
func (s *serverPanel) set(name, value string) {
	setup := s.Model.setup
	setup.URL = withParameter(setup.URL, name, value)
	s.Model.change(setup)
}
