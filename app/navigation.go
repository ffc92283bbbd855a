package main

import (
	"net/url"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
)

// Pages. All of them live on the same model.
const (
	pageLesson = "lesson" // the teacher's view
	pageReport = "report"
)

// show shows a page.
func (m *model) show(page string) {
	m.page = page
	m.report.show(m, page == pageReport)
	replaceAddress(m.query(m.setup))
	app.Window().Call("scrollTo", 0, 0)
	m.drawLesson("")
}

// query is a set-up as a link to this page says it, with the lesson if one was chosen, and the page.
func (m *model) query(s Setup) string { return m.queryOf(s, m.page) }

func (m *model) queryOf(s Setup, page string) string {
	query := "?" + s.Query()
	if c := &m.course; c.chosen && c.lesson != nil {
		query = withParameter(query, "lesson", c.lesson.Name)
	}
	return withParameter(query, "view", page)[1:]
}

// navigation leads to the pages, which share all that lives on this one.
type navigation struct{ Model *model }

func (n navigation) draw() app.UI {
	return view(`<nav aria-label="Views">{}{}</nav>`, n.link("", say("Playground")), n.link(pageReport, say("Browser report")))
}

func (n navigation) link(page, name string) app.UI {
	m := n.Model
	current := ""
	if m.page == page {
		current = "page"
	}
	return view(`<a href={} aria-current={} onclick={}>{}</a>`, "?"+m.queryOf(m.setup, page), current,
		scoped{page, func(_ app.Context, e app.Event) {
			if e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool() || e.Get("shiftKey").Bool() {
				return // a tab or a window of its own
			}
			e.PreventDefault()
			e.Call("stopPropagation") // or go-app reads the address again
			m.show(page)
		}}, name)
}

// navigate takes the set-up from the page's address. It connects by itself only to this page's own server: a
// stranger's link must not make a visitor's browser call elsewhere.
func (m *model) navigate(query url.Values) {
	m.now = eventsource.Now()
	m.setup = parseSetup(query)
	m.page = query.Get("view")
	m.report.show(m, m.page == pageReport)
	m.course.chosen = query.Has("lesson")
	m.loadLessons(query.Get("lesson"))
	m.setupChanges++
	m.notice = nil
	if script, ok := scriptOf(m.setup.URL); ok {
		// A stranger's text is shown, not run: it plays when the visitor says so.
		m.setup.Connect = false
		m.tab = tabScript
		unpack(script, func(text string, ok bool) {
			if !ok {
				text = say("# The script in this link is damaged: it could not be unpacked.")
			}
			m.edit(text)
			m.update()
		})
	}
	if checkURL(m.setup.URL) == "" && m.setup.Connect {
		if origin, own := originOf(m.setup.URL); own {
			m.connect()
		} else {
			m.notice = func() string {
				return fill(say("This link opens a stream of another server, {origin}. Nothing was sent yet: press Connect if you want to."), "{origin}", origin)
			}
		}
	}
	m.setup.Connect = false
	m.update()
}
