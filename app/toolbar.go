package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
)

// toolbar is the page's own controls: share, language and theme.
type toolbar struct{ Model *model }

func (t toolbar) draw() app.UI {
	icon := "◐"
	switch t.Model.theme {
	case themeLight:
		icon = "☀"
	case themeDark:
		icon = "☾"
	}
	theme := fill(say("Theme: {theme}"), "{theme}", say(t.Model.theme))
	return view(`<div class="toolbar">
		<span class="hint" role="status">{}</span>
		<button type="button" title="Copy a link that opens this set-up" onclick={}>Share</button>
		<button type="button" class="languages" title={} aria-label={} onclick={}>{} · {}</button>
		<button type="button" class="icon" title={} aria-label={} onclick={}><span aria-hidden="true">{}</span></button>
	</div>`,
		say(t.Model.shared), t.onShare,
		both, both, t.onLanguage, inLanguage(english, "EN"), inLanguage(chinese, "中文"),
		theme, theme, t.onTheme, icon,
	)
}

// both names the switch of languages in both: who needs it may not read the one that is shown. It holds the button's text
// as it stands, for those who speak to their browser (WCAG 2.5.3).
const both = "Language, 语言: EN · 中文"

// inLanguage is a language's name, marked if it is the page's.
func inLanguage(of, name string) app.UI {
	if of == language {
		return view(`<b>{}</b>`, name)
	}
	return view(`<span>{}</span>`, name)
}

func (t toolbar) onLanguage(ctx app.Context, _ app.Event) {
	if language == english {
		t.Model.chooseLanguage(ctx, chinese)
	} else {
		t.Model.chooseLanguage(ctx, english)
	}
}

func (t toolbar) onShare(ctx app.Context, _ app.Event) {
	m := t.Model
	s := m.setup
	s.Connect = m.subject().State().Live()
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

func (t toolbar) onTheme(ctx app.Context, _ app.Event) {
	m := t.Model
	switch m.theme {
	case themeSystem:
		m.theme = themeLight
	case themeLight:
		m.theme = themeDark
	default:
		m.theme = themeSystem
	}
	applyTheme(m.theme)
	save(ctx, "theme", m.theme)
	m.now = eventsource.Now()
}
