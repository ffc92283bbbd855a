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
	return view(`<div class="toolbar">
		<span class="hint" role="status">{}</span>
		<button type="button" title="Copy a link that opens this set-up" onclick={}>Share</button>
		<button type="button" class="languages" title={} aria-label={} onclick={}>{} · {}</button>
		<button type="button" class="icon" title={} aria-label={} onclick={}><span aria-hidden="true">{}</span></button>
	</div>`,
		say(t.Shared), t.onShare,
		both, both, t.onLanguage, inLanguage(english, "EN"), inLanguage(chinese, "中文"),
		theme, theme, t.onTheme, map[string]string{themeSystem: "◐", themeLight: "☀", themeDark: "☾"}[t.Theme],
	)
}

// both names the switch of languages in both: who needs it may not read the one that is shown.
const both = "Language: English · 语言：中文"

// inLanguage is a language's name, marked if it is the page's.
func inLanguage(of, name string) app.UI {
	if of == language {
		return view(`<b>{}</b>`, name)
	}
	return view(`<span>{}</span>`, name)
}

func (t *toolbar) onLanguage(ctx app.Context, _ app.Event) {
	other := map[string]string{english: chinese, chinese: english}[language]
	t.Model.chooseLanguage(ctx, other)
}

func (t *toolbar) onShare(ctx app.Context, _ app.Event) {
	m := t.Model
	s := m.setup
	s.Connect = m.log.State().Live()
	link := linkTo(m.query(s))
	copyText(ctx, link, func(_ app.Context, ok bool) {
		m.shared = later("Link copied")
		if !ok {
			replaceAddress(m.query(s))
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
