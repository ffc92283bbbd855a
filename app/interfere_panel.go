package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// interferePanel changes the stream while it runs. It acts on this page's own stream only.
type interferePanel struct {
	app.Compo
	Model    *model
	Language string
	Live     bool
	Own      bool
	Up       bool
	Paused   bool
	Wrong    string
	Help     bool
}

// actions are what can be done to a stream, each with its key.
var actions = []struct{ key, do, label, title string }{
	{"c", "cut", later("Cut"), later("reset the connection, as when the cable is cut")},
	{"e", "end", later("End"), later("end the answer properly")},
	{"p", "pause", later("Pause stream"), later("the socket stays open, the bytes stop")},
	{"s", "step", later("Step ▸"), later("send one line of what is held back")},
}

// jumps are the keys that lead to a field.
var jumps = []struct{ key, field, title string }{
	{"m", "send-data", later("write a message of your own to send")},
	{"n", "next", later("choose the next reply")},
}

// jump puts the cursor into a field, unfolding what holds it.
func jump(field string) {
	element("send").Set("open", true)
	element(field).Call("focus")
}

const asPlanned = "as planned"

var nextReplies = []struct {
	label string
	next  map[string]any
}{
	{"200", map[string]any{"status": 200}},
	{"204 No Content", map[string]any{"status": 204}},
	{"404 Not Found", map[string]any{"status": 404}},
	{"500", map[string]any{"status": 500}},
	{"503", map[string]any{"status": 503}},
	{later("wrong type"), map[string]any{"do": "wrong type"}},
	{later("refuse"), map[string]any{"do": "refuse"}},
	{later("redirect"), map[string]any{"do": "redirect"}},
}

func (p *interferePanel) Render() app.UI {
	can := p.Live && p.Own && p.Up
	buttons := []app.UI{}
	for _, a := range actions {
		b := app.Elem("button").Attr("type", "button").Title(fill(say("{title} (key {key})"), "{title}", say(a.title), "{key}", a.key)).Attr("disabled", !can).OnClick(p.onAction(a.do), app.EventScope(a.do))
		if a.do == "pause" {
			b = b.Aria("pressed", p.Paused).Class("toggle")
		}
		buttons = append(buttons, b.Text(say(a.label)))
	}
	replies := []app.UI{app.Elem("option").Attr("value", asPlanned).Text(say("as planned"))}
	for _, r := range nextReplies {
		replies = append(replies, app.Elem("option").Attr("value", r.label).Text(say(r.label)))
	}
	return panel("You interfere").Body(
		app.Elem("div").Class("title").Body(
			app.Elem("h2").Text(say("3 · You interfere")),
			app.Elem("button").Attr("type", "button").Class("small").Aria("expanded", p.Help).Title(say("Keys (key ?)")).Aria("label", say("Keys")).OnClick(p.onHelp).Text("?"),
		),
		app.If(!can, func() app.UI { return app.Elem("p").Class("hint").Text(p.why()) }),
		app.Elem("div").Class("actions even").Body(buttons...),
		app.Elem("label").Class("check").Body(
			app.Text(say("Next reply")),
			app.Elem("select").ID("next").Class("small").Attr("disabled", !can).OnChange(p.onNext).Body(replies...),
		),
		app.Elem("details").ID("send").Class("adjust").Body(
			app.Elem("summary").Text(say("Send an event of your own")),
			app.Elem("form").Class("fields").OnSubmit(p.onSend).Body(
				field("send-event", "event", "message"), field("send-id", "id", say("none")),
				field("send-retry", "retry", say("none")), field("send-comment", say("comment"), say("none")),
				app.Elem("label").Class("field wide").Body(app.Elem("span").Text("data"), app.Elem("textarea").ID("send-data").Attr("rows", 2).Spellcheck(false)),
				app.Elem("label").Class("field wide").Body(
					app.Elem("span").Text(fill(say("or raw bytes, with {escapes}"), "{escapes}", `\n \r \0 \xFF \uFEFF`)),
					app.Elem("input").Attr("type", "text").ID("send-raw").Attr("placeholder", "data: half an ev").Attr("autocomplete", "off").Spellcheck(false),
				),
				app.Elem("button").Attr("type", "submit").Attr("disabled", !can).Text(say("Send")),
			),
		),
		app.Elem("p").Class("notice").Attr("role", "status").Text(say(p.Wrong)),
		app.If(p.Help, func() app.UI {
			keys := []app.UI{}
			for _, a := range actions {
				keys = append(keys, app.Elem("dt").Body(app.Elem("kbd").Text(a.key)), app.Elem("dd").Text(say(a.title)))
			}
			for _, j := range jumps {
				keys = append(keys, app.Elem("dt").Body(app.Elem("kbd").Text(j.key)), app.Elem("dd").Text(say(j.title)))
			}
			keys = append(keys, app.Elem("dt").Body(app.Elem("kbd").Text("?")), app.Elem("dd").Text(say("shows and hides this list")))
			return app.Elem("dl").Class("keys").Body(keys...)
		}),
	)
}

func field(id, label, usual string) app.UI {
	return app.Elem("label").Class("field").Body(
		app.Elem("span").Text(label),
		app.Elem("input").Attr("type", "text").ID(id).Attr("placeholder", usual).Attr("autocomplete", "off").Spellcheck(false),
	)
}

func (p *interferePanel) why() string {
	switch {
	case !p.Up:
		return say("The channel to the server is down: the page tries again by itself.")
	case !p.Live:
		return say("Connect first: then you can cut, end or hold back the stream while it runs.")
	}
	return say("This stream is another server's: only streams of this page's own server can be changed.")
}

func (p *interferePanel) onAction(do string) app.EventHandler {
	return func(app.Context, app.Event) { p.Model.interfere(do) }
}

func (p *interferePanel) onHelp(app.Context, app.Event) { p.Model.help = !p.Model.help }

func (p *interferePanel) onNext(ctx app.Context, _ app.Event) {
	for _, r := range nextReplies {
		if r.label == valueOf(ctx) {
			p.Model.channel.do(map[string]any{"do": "next", "next": r.next})
		}
	}
	element("next").Set("value", asPlanned)
}

func (p *interferePanel) onSend(ctx app.Context, e app.Event) {
	e.PreventDefault()
	text := func(id string) string { return element(id).Get("value").String() }
	bytes, err := compose(text("send-event"), text("send-id"), text("send-retry"), text("send-comment"), text("send-data"))
	if raw := text("send-raw"); raw != "" {
		bytes, err = unescape(raw)
	}
	if err != nil {
		p.Model.channel.wrong = err.Error()
		return
	}
	p.Model.channel.do(map[string]any{"do": "send", "bytes": bytes})
}

// interfere does one of the actions.
func (m *model) interfere(do string) {
	if do == "pause" {
		if m.paused {
			do = "resume"
		}
		m.paused = !m.paused
	}
	m.channel.do(map[string]any{"do": do})
}
