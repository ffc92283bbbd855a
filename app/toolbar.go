package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
)

// toolbar is the page's own controls: share and theme.
type toolbar struct {
	app.Compo
	Model  *model
	Theme  string
	Shared string
}

func (t *toolbar) Render() app.UI {
	return app.Elem("div").Class("toolbar").Body(
		app.Elem("span").Class("hint").Attr("role", "status").Text(t.Shared),
		app.Elem("button").Attr("type", "button").Title("Copy a link that opens this set-up").OnClick(t.onShare).Text("Share"),
		app.Elem("button").Attr("type", "button").Class("icon").Title("Theme: "+t.Theme).Aria("label", "Theme: "+t.Theme).OnClick(t.onTheme).
			Body(app.Elem("span").Aria("hidden", true).Text(map[string]string{themeSystem: "◐", themeLight: "☀", themeDark: "☾"}[t.Theme])),
	)
}

func (t *toolbar) onShare(ctx app.Context, _ app.Event) {
	m := t.Model
	s := m.setup
	s.Connect = m.log.State().Live()
	query := s.Query()
	if m.report.shown {
		query = "view=report"
	}
	link := linkTo(query)
	copyText(ctx, link, func(_ app.Context, ok bool) {
		m.shared = "Link copied"
		if !ok {
			replaceAddress(query)
			m.shared = "Copy it from the address bar"
		}
		m.update()
	})
}

func (t *toolbar) onTheme(ctx app.Context, _ app.Event) {
	m := t.Model
	m.theme = map[string]string{themeSystem: themeLight, themeLight: themeDark, themeDark: themeSystem}[m.theme]
	applyTheme(m.theme)
	save(ctx, "theme", m.theme)
	m.now = eventsource.Now()
}
