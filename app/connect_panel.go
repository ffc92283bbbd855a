package main

import (
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
)

// connectPanel is how the page connects: the address, the listeners, and the call itself as JavaScript.
type connectPanel struct {
	app.Compo
	Model  *model
	Setup  int
	Live   bool
	Notice string
	Copied string
	// Companions is how many streams are open beside the one that is watched.
	Companions int

	wrong string // with the name in the field for a listener
}

func (c *connectPanel) Render() app.UI {
	m := c.Model
	chips := []app.UI{}
	for _, name := range always {
		chips = append(chips, app.Elem("li").Body(app.Elem("span").Class("chip").Title("always listened to").Text(name)))
	}
	for _, name := range m.setup.Listen {
		chips = append(chips, app.Elem("li").Body(app.Elem("button").Attr("type", "button").Class("chip").Aria("label", "Remove listener "+name).
			Title("Stop listening to "+name).OnClick(c.onRemove(name), app.EventScope(name)).
			Body(app.Text(shorten(name, 40)), app.Elem("span").Aria("hidden", true).Text(" ×"))))
	}
	known := []app.UI{}
	for _, name := range m.known {
		if !slices.Contains(m.setup.Listen, name) {
			known = append(known, app.Elem("option").Attr("value", name))
		}
	}
	return panel("The page connects").Body(
		app.Elem("div").Class("title").Body(
			app.Elem("h2").Text("2 · The page connects"),
			copyButton("Copy the call", "call", c.Copied, c.onCopy),
		),
		app.Elem("label").Class("field wide").Body(
			app.Elem("span").Text("URL"),
			app.Elem("input").ID("url").Attr("type", "text").Attr("inputmode", "url").Attr("autocomplete", "off").Spellcheck(false).Attr("autocapitalize", "off").
				Attr("value", m.setup.URL).Aria("invalid", checkURL(m.setup.URL) != "").Aria("describedby", "notice").
				OnInput(c.onURL).OnKeyDown(c.onURLKey),
		),
		app.Elem("p").ID("notice").Class("notice").Attr("role", "status").Text(c.Notice),
		app.Elem("div").Class("actions").Body(
			app.Elem("button").Attr("type", "button").Class("primary").Title("new EventSource; an open one is closed first").OnClick(c.onConnect).Text("Connect"),
			app.Elem("button").Attr("type", "button").Title("es.close()").Attr("disabled", !c.Live).OnClick(c.onClose).Text("Close"),
		),
		app.If(!eventsource.Supported() && app.IsClient, func() app.UI {
			return app.Elem("p").Class("notice").Text(noEventSource)
		}),
		app.If(c.Companions > 0, func() app.UI {
			return app.Elem("p").Class("check").Body(
				app.Text(strconv.Itoa(c.Companions)+" more streams of this scenario are open beside the one that you see."),
				app.Elem("button").Attr("type", "button").Class("small").OnClick(c.onCompanion).Text("Close one"),
			)
		}),
		app.Elem("label").Class("check").Body(
			app.Elem("input").Attr("type", "checkbox").Attr("checked", m.setup.Credentials).OnChange(c.onCredentials),
			app.Text("withCredentials"),
		),
		app.Elem("div").Class("code").Body(
			app.Elem("pre").Attr("tabindex", 0).Aria("label", "The call").Body(code(constructorCode(m.setup))),
		),
		app.If(m.ours(m.setup.URL), func() app.UI {
			return app.Elem("p").Class("hint").Text("The page adds session and source to this address, so that the server can show its side.")
		}),
		app.Elem("ul").Class("chips").Aria("label", "Listeners").Body(chips...),
		app.Elem("form").Class("add").OnSubmit(c.onAdd).Body(
			app.Elem("input").ID("listener").Attr("type", "text").Attr("list", "known").Attr("placeholder", "+ listener").Aria("label", "Listener name").
				Aria("describedby", "listener-wrong").Attr("autocomplete", "off").Spellcheck(false).Attr("autocapitalize", "off"),
			app.Elem("datalist").ID("known").Body(known...),
			app.Elem("button").Attr("type", "submit").Text("Add"),
		),
		app.Elem("p").ID("listener-wrong").Class("notice").Attr("role", "status").Text(c.wrong),
	)
}

func (c *connectPanel) onURL(ctx app.Context, _ app.Event) {
	s := c.Model.setup
	s.URL = valueOf(ctx)
	c.Model.change(s)
	c.Model.notice = checkURL(s.URL)
}

func (c *connectPanel) onURLKey(ctx app.Context, e app.Event) {
	if e.Get("key").String() == "Enter" {
		c.Model.connect()
	}
}

func (c *connectPanel) onCredentials(ctx app.Context, _ app.Event) {
	s := c.Model.setup
	s.Credentials = ctx.JSSrc().Get("checked").Bool()
	c.Model.change(s)
}

func (c *connectPanel) onAdd(ctx app.Context, e app.Event) {
	e.PreventDefault()
	field := element("listener")
	if c.wrong = c.Model.listen(field.Get("value").String()); c.wrong == "" {
		field.Set("value", "")
	}
	field.Call("focus")
}

func (c *connectPanel) onRemove(name string) app.EventHandler {
	return func(app.Context, app.Event) {
		c.Model.unlisten(name)
		element("listener").Call("focus") // the button that had the focus is gone
	}
}

func (c *connectPanel) onCompanion(app.Context, app.Event) { c.Model.closeCompanion() }

func (c *connectPanel) onConnect(app.Context, app.Event) { c.Model.connect() }
func (c *connectPanel) onClose(app.Context, app.Event)   { c.Model.close() }

func (c *connectPanel) onCopy(ctx app.Context, _ app.Event) {
	c.Model.copy(ctx, "call", text(constructorCode(c.Model.setup)))
}

// copy puts a text on the clipboard and remembers which one, so that its button can say so.
func (m *model) copy(ctx app.Context, what, s string) {
	copyText(ctx, s, func(_ app.Context, ok bool) {
		m.copied = what
		if !ok {
			m.copied = what + " failed"
		}
		m.update()
	})
}

// copyButton says whether its text was the last one copied.
func copyButton(label, what, copied string, onClick app.EventHandler) app.UI {
	word := "Copy"
	switch copied {
	case what:
		word = "Copied"
	case what + " failed":
		word = "Not allowed here"
	}
	return app.Elem("button").Attr("type", "button").Class("small").Aria("label", label+map[bool]string{true: ": " + word}[word != "Copy"]).
		OnClick(onClick).Text(word)
}

func code(tokens []token) app.UI {
	spans := []app.UI{}
	for _, t := range tokens {
		spans = append(spans, app.Elem("span").Class(t.class).Text(t.text))
	}
	return app.Elem("code").Body(spans...)
}
