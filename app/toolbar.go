package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
)

// toolbar is the page's own controls: share, language and theme.
type toolbar struct {
	app.Compo
	Model    *model
	Language string
	Theme    string
	Shared   string
}

func (t *toolbar) Render() app.UI {
	theme := fill(say("Theme: {theme}"), "{theme}", say(t.Theme))
	return app.Elem("div").Class("toolbar").Body(
		app.Elem("span").Class("hint").Attr("role", "status").Text(say(t.Shared)),
		app.Elem("button").Attr("type", "button").Title(say("Copy a link that opens this set-up")).OnClick(t.onShare).Text(say("Share")),
		t.languages(),
		app.Elem("button").Attr("type", "button").Class("icon").Title(theme).Aria("label", theme).OnClick(t.onTheme).
			Body(app.Elem("span").Aria("hidden", true).Text(map[string]string{themeSystem: "◐", themeLight: "☀", themeDark: "☾"}[t.Theme])),
	)
}

// languages is the switch. It says where it leads in both languages: who needs it may not read the one that is shown.
func (t *toolbar) languages() app.UI {
	name := func(of, short string) app.UI {
		if of == language {
			return app.Elem("b").Text(short)
		}
		return app.Elem("span").Text(short)
	}
	const both = "Language: English · 语言：中文"
	return app.Elem("button").Attr("type", "button").Class("languages").Title(both).Aria("label", both).OnClick(t.onLanguage).
		Body(name(english, "EN"), app.Text(" · "), name(chinese, "中文"))
}

func (t *toolbar) onLanguage(ctx app.Context, _ app.Event) {
	other := map[string]string{english: chinese, chinese: english}[language]
	t.Model.chooseLanguage(ctx, other)
}

func (t *toolbar) onShare(ctx app.Context, _ app.Event) {
	m := t.Model
	s := m.setup
	s.Connect = m.log.State().Live()
	link := linkTo(s.Query())
	copyText(ctx, link, func(_ app.Context, ok bool) {
		m.shared = later("Link copied")
		if !ok {
			replaceAddress(s.Query())
			m.shared = later("Copy it from the address bar")
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
