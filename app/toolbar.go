package main

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/language"
)

// toolbar is the page's own controls: share, language and theme.
type toolbar struct {
	Model *model
	bar   bar
}

// bar is what the toolbar knows.
type bar struct {
	theme  string
	shared string // what became of sharing
}

func (m *model) toolbar() app.UI { return shown(&toolbar{m, m.bar}) }

func (t *toolbar) draw() app.UI {
	icon := "◐"
	switch t.bar.theme {
	case themeLight:
		icon = "☀"
	case themeDark:
		icon = "☾"
	}
	chooses, names := languages()
	theme := fill(say("Theme: {theme}"), "{theme}", say(t.bar.theme))
	return view(`<div class="toolbar">
		<span class="hint" role="status">{}</span>
		<button type="button" title="Copy a link that opens this set-up" onclick={}>Share</button>
		<button type="button" class="languages" title={} aria-label={} onclick={}>{}</button>
		<button type="button" class="icon" title={} aria-label={} onclick={}><span aria-hidden="true">{}</span></button>
	</div>`,
		say(t.bar.shared), t.onShare,
		chooses, chooses, t.onLanguage, names,
		theme, theme, t.onTheme, icon,
	)
}

// languages names the switch of languages in all of them, since who needs it may not read the one that is shown, and lists
// them, the page's marked. The name ends with the button's text as it stands, for those who speak to their browser (WCAG 2.5.3).
func languages() (chooses string, names []app.UI) {
	words, text := []string{}, []string{}
	for i, l := range language.All {
		if i > 0 {
			names = append(names, app.Text(" · "))
		}
		words, text = append(words, l.Choose), append(text, l.Name)
		if l == voice.Language {
			names = append(names, view(`<b>{}</b>`, l.Name))
		} else {
			names = append(names, view(`<span>{}</span>`, l.Name))
		}
	}
	return strings.Join(words, ", ") + ": " + strings.Join(text, " · "), names
}

func (t *toolbar) onLanguage(ctx app.Context, _ app.Event) {
	t.Model.chooseLanguage(ctx, voice.After())
}

func (t *toolbar) onShare(ctx app.Context, _ app.Event) {
	m := t.Model
	s := m.connection.setup
	s.Connect = m.alive()
	link := linkTo(m.query(s))
	copyText(ctx, link, func(_ app.Context, ok bool) {
		m.bar.shared = later("Link copied")
		if !ok {
			replaceAddress(m.query(s))
			m.bar.shared = later("Copy it from the address bar")
		}
		m.pace.again(0)
	})
}

func (t *toolbar) onTheme(ctx app.Context, _ app.Event) {
	m := t.Model
	switch m.bar.theme {
	case themeSystem:
		m.bar.theme = themeLight
	case themeLight:
		m.bar.theme = themeDark
	default:
		m.bar.theme = themeSystem
	}
	applyTheme(m.bar.theme)
	save(ctx, "theme", m.bar.theme)
}
