package main

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/compare"
)

// Pages. All of them live on the same model.
const (
	pageLesson  = "lesson" // the teacher's view
	pageReport  = "report"
	pageCompare = "compare"
	pageRoom    = "room"
)

// visit is what an address of this page asks for.
type visit struct {
	setup   Setup
	page    string
	lesson  string // a name
	chosen  bool   // the address names a lesson
	script  string // of the visitor who made the link, packed
	shows   bool   // that script: it is not played
	connect bool   // at once: the stream is of this page's own server
	sends   string // a method that no link may use by itself
	foreign string // the origin of the one that was to be connected at once, if it is another's
	unknown string // what it says that this page does not know
	row     string // of the comparison, a name; "": none
	room    string // its name; "": none
}

// readVisit reads the query of the page's address. read says what an address is.
func readVisit(query string, read func(string) address) visit {
	values := url.Values{}
	for name, value := range pairs(query) {
		values[name] = append(values[name], value)
	}
	v := visit{setup: parseSetup(values), page: values.Get("view"), lesson: values.Get("lesson"), chosen: values.Has("lesson")}
	switch v.page {
	case "", pageLesson, pageReport, pageRoom:
	case pageCompare:
		if v.row = values.Get("row"); compare.Find(v.row) == nil && v.row != "" {
			v.row, v.unknown = "", "row="+v.row
		}
	default:
		v.page, v.unknown = "", "view="+v.page
	}
	if v.room = values.Get("room"); v.room != "" && !isRoomName(v.room) {
		v.room, v.unknown = "", "room="+v.room
	}
	if beside := values.Get("beside"); beside != "" && beside != strconv.Itoa(v.setup.Beside) && !v.setup.Other && v.unknown == "" {
		v.unknown = "beside=" + beside
	}
	if client := values.Get("client"); client != "" && !v.setup.Engine && !v.setup.Socket && v.unknown == "" {
		v.unknown = "client=" + client
	}
	target := read(v.setup.URL)
	v.script, v.shows = target.script, target.isScript
	switch wanted := v.setup.Connect && target.wrong == ""; {
	case wanted && !target.ours():
		v.foreign = target.origin
	case wanted && v.setup.method() != "GET":
		v.sends = v.setup.method()
	default:
		v.connect = wanted && !v.shows // a stranger's text plays when the visitor says so
	}
	v.setup.Connect = false
	return v
}

// navigate shows what the page's address asks for. It connects by itself only to this page's own server: a stranger's link
// must not make a visitor's browser call elsewhere.
func (m *model) navigate(query string) {
	v := readVisit(query, m.address)
	m.connection.setup, m.connection.notice = m.suited(v.setup), nil
	m.log.EndWith(v.setup.End)
	m.streams.settle(m.address(v.setup.URL).as(false))
	m.showSetup()
	m.showProgram()
	m.showReconnection()
	m.comparison.chosen = v.row
	m.room.restore(m.pace.ctx, v.room)
	m.room.enter(v.room)
	m.turnTo(v.page)
	m.course.chosen = v.chosen
	m.loadLessons(v.lesson)
	if v.setup.Path != "" {
		m.tabs.chosen = tabText
	}
	if v.shows {
		m.tabs.chosen = tabScript
		unpack(v.script, func(text string, ok bool) {
			if !ok {
				text = say("# The script in this link is damaged, or longer than 1 MiB: it could not be unpacked.")
			}
			m.edit(text)
			m.pace.again(0)
		})
	}
	switch {
	case v.connect:
		m.connect()
	case v.foreign != "":
		m.connection.notice = func() string {
			return fill(say("This link opens a stream of another server, {origin}. Nothing was sent yet: press Connect if you want to."), "{origin}", v.foreign)
		}
	case v.sends != "":
		m.connection.notice = func() string {
			return fill(say("This link sends a {method}. Nothing was sent yet: press Connect if you want to."), "{method}", isolated(v.sends, 20))
		}
	case v.unknown != "":
		m.connection.notice = func() string {
			return fill(say("This link says {part}, which this page does not know. The rest of it is shown."), "{part}", isolated(v.unknown, 200))
		}
	}
	if names := missing(v.setup); len(names) > 0 {
		before := m.connection.notice
		m.connection.notice = func() string {
			left := fill(say("A link holds no secrets: fill in {names}."), "{names}", isolated(strings.Join(names, say(", ")), 200))
			if before == nil {
				return left
			}
			return sentences([]string{before(), left})
		}
	}
	m.pace.again(0)
}

// show shows a page. A page that is another one is an entry of the history.
func (m *model) show(page string) {
	address := replaceAddress
	if page != m.page {
		address = pushAddress
	}
	m.turnTo(page)
	address(m.query(m.connection.setup))
	app.Window().Call("scrollTo", 0, 0)
	m.drawLesson("")
}

func (m *model) turnTo(page string) {
	m.page = page
	m.report.show(m, page == pageReport)
	m.comparison.show(page == pageCompare)
}

// handleHistory shows the page of an entry to which the visitor goes back or forth. Of that entry only the page is taken:
// what runs, the set-up and the log go on. go-app's own handler, in whose place this one stands, would load the page again.
func (m *model) handleHistory() {
	app.Window().Set("onpopstate", app.FuncOf(func(app.Value, []app.Value) any {
		query := strings.TrimPrefix(app.Window().Get("location").Get("search").String(), "?")
		if page := readVisit(query, m.address).page; page != m.page {
			m.turnTo(page)
			replaceAddress(m.query(m.connection.setup))
			m.drawLesson("")
			m.pace.again(0)
		}
		return nil
	}))
}

// query is a set-up as a link to this page says it, with the lesson if one was chosen, and the page.
func (m *model) query(s Setup) string {
	query := queryOf(s, m.course.link(), m.page)
	if m.page == pageCompare {
		query = withParameter("?"+query, "row", m.comparison.chosen)[1:]
	}
	query = withParameter("?"+query, "room", m.room.name)[1:]
	return query
}

func queryOf(s Setup, lesson, page string) string {
	query := withParameter("?"+s.Query(), "lesson", lesson)
	return withParameter(query, "view", page)[1:]
}

// navigation leads to the pages, which share all that lives on this one.
type navigation struct {
	Model  *model
	page   string
	setup  Setup
	lesson string
}

func (m *model) navigation() app.UI {
	return shown(&navigation{m, m.page, m.connection.setup, m.course.link()})
}

func (n *navigation) draw() app.UI {
	return view(`<nav aria-label="Views">{}{}{}{}</nav>`, n.link("", say("Playground")), n.link(pageCompare, say("Compare")), n.link(pageRoom, say("Room")), n.link(pageReport, say("Browser report")))
}

func (n *navigation) link(page, name string) app.UI {
	current := ""
	if n.page == page {
		current = "page"
	}
	return view(`<a href={} aria-current={} onclick={}>{}</a>`, "?"+queryOf(n.setup, n.lesson, page), current, scoped{page, n.onLink(page)}, name)
}

func (n *navigation) onLink(page string) app.EventHandler {
	return instead(func() { n.Model.show(page) })
}

// instead does something in place of following a link, unless a key is held with which it opens in a tab or a window of its own.
func instead(do func()) app.EventHandler {
	return func(_ app.Context, e app.Event) {
		if e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool() || e.Get("shiftKey").Bool() {
			return
		}
		e.PreventDefault()
		e.Call("stopPropagation") // or go-app reads the address again
		do()
	}
}

// isRoomName reports whether this could be a room's: the server knows.
func isRoomName(name string) bool {
	const most = 60
	return len(name) <= most && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
