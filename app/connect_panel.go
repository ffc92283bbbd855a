package main

import (
	"slices"

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

	wrong string // with the name in the field for a listener
}

func (c *connectPanel) Render() app.UI {
	m := c.Model
	chips := []app.UI{}
	for _, name := range always {
		chips = append(chips, app.Li().Body(app.Span().Class("chip").Title("always listened to").Text(name)))
	}
	for _, name := range m.setup.Listen {
		chips = append(chips, app.Li().Body(app.Button().Type("button").Class("chip").Aria("label", "Remove listener "+name).
			Title("Stop listening to "+name).OnClick(c.onRemove(name), app.EventScope(name)).
			Body(app.Text(shorten(name, 40)), app.Span().Aria("hidden", true).Text(" ×"))))
	}
	known := []app.UI{}
	for _, name := range m.known {
		if !slices.Contains(m.setup.Listen, name) {
			known = append(known, app.Option().Value(name))
		}
	}
	return panel("The page connects", "").Body(
		app.Div().Class("title").Body(
			app.H2().Text("2 · The page connects"),
			copyButton("Copy the call", "call", c.Copied, c.onCopy),
		),
		app.Label().Class("field wide").Body(
			app.Span().Text("URL"),
			app.Input().ID("url").Type("text").Attr("inputmode", "url").AutoComplete(false).Spellcheck(false).Attr("autocapitalize", "off").
				Value(m.setup.URL).Aria("invalid", checkURL(m.setup.URL) != "").Aria("describedby", "notice").
				OnInput(c.onURL).OnKeyDown(c.onURLKey),
		),
		app.P().ID("notice").Class("notice").Attr("role", "status").Text(c.Notice),
		app.Div().Class("actions").Body(
			app.Button().Type("button").Class("primary").Title("new EventSource; an open one is closed first").OnClick(c.onConnect).Text("Connect"),
			app.Button().Type("button").Title("es.close()").Disabled(!c.Live).OnClick(c.onClose).Text("Close"),
		),
		app.If(!eventsource.Supported() && app.IsClient, func() app.UI {
			return app.P().Class("notice").Text("This browser has no EventSource, so nothing can be connected. The rest of the page works.")
		}),
		app.Label().Class("check").Body(
			app.Input().Type("checkbox").Checked(m.setup.Credentials).OnChange(c.onCredentials),
			app.Text("withCredentials"),
		),
		app.Div().Class("code").Body(
			app.Pre().Attr("tabindex", 0).Aria("label", "The call").Body(code(constructorCode(m.setup))),
		),
		app.Ul().Class("chips").Aria("label", "Listeners").Body(chips...),
		app.Form().Class("add").OnSubmit(c.onAdd).Body(
			app.Input().ID("listener").Type("text").List("known").Placeholder("+ listener").Aria("label", "Listener name").
				Aria("describedby", "listener-wrong").AutoComplete(false).Spellcheck(false).Attr("autocapitalize", "off"),
			app.DataList().ID("known").Body(known...),
			app.Button().Type("submit").Text("Add"),
		),
		app.P().ID("listener-wrong").Class("notice").Attr("role", "status").Text(c.wrong),
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
	return app.Button().Type("button").Class("small").Aria("label", label+map[bool]string{true: ": " + word}[word != "Copy"]).
		OnClick(onClick).Text(word)
}

func code(tokens []token) app.UI {
	spans := []app.UI{}
	for _, t := range tokens {
		spans = append(spans, app.Span().Class(t.class).Text(t.text))
	}
	return app.Code().Body(spans...)
}
