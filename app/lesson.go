package main

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/lesson"
	"eventsource-playground/trace"
)

// loadLessons fetches the list, and opens a lesson: the link's, or else the first that is not done.
func (m *model) loadLessons(name string) {
	fetchText("/lessons?lang="+voice.Code, func(text string) {
		var list []lesson.Listed
		if json.Unmarshal([]byte(text), &list) != nil || len(list) == 0 {
			return
		}
		c := &m.course
		c.list = list
		m.openLesson(c.first(name), "")
	})
}

// openLesson fetches a lesson in the page's language, and moves the focus as drawLesson does. One that is open already
// keeps its run.
func (m *model) openLesson(name, focus string) {
	c := &m.course
	fetchText("/lessons/"+name+"?lang="+voice.Code, func(text string) {
		var l lesson.Lesson
		if json.Unmarshal([]byte(text), &l) != nil {
			return
		}
		c.open(&l)
		if c.chosen {
			replaceAddress(m.query(m.connection.setup))
		}
		m.drawLesson(focus)
		m.room.follow()
	})
}

// drawLesson has the lesson drawn, checks what is predicted, and moves the focus to an element in the lesson, if one is
// given, because what had it is gone.
//
// Checked is no attribute of the choices: go-app may draw between a click and its change event, and would take back what
// was being chosen.
func (m *model) drawLesson(focus string) {
	m.pace.then(func() {
		document := app.Window().Get("document")
		choices := document.Call("querySelectorAll", ".pick input")
		for i := range choices.Length() {
			choices.Index(i).Set("checked", i == m.course.predicted)
		}
		if e := document.Call("querySelector", ".lesson "+focus); focus != "" && e.Truthy() {
			e.Call("focus")
		}
	})
}

// chooseLesson opens a lesson that the visitor chose.
func (m *model) chooseLesson(name string) {
	m.course.chosen, m.course.listed = true, false
	m.openLesson(name, "h3")
}

// runLesson sets the page up as the lesson wants it, and connects.
func (m *model) runLesson() {
	c := &m.course
	l := c.lesson
	if !m.setUp(l.Scenario, l.Listen) {
		return
	}
	s, why := m.connection.setup, nativeLessons[l.Name]
	native, socket := s.Engine && why != "", l.Client == lesson.Socket
	if native || socket {
		s.Engine, s.Socket = false, socket
		m.change(s)
	}
	m.timeline.window = timelineWindows[0] // most lessons take a few seconds
	if l.Cookie != "" {
		app.Window().Get("document").Set("cookie", l.Cookie+"; max-age=60; samesite=strict")
	}
	m.close()
	m.selectLane(1) // the subject, that the lesson is about
	c.forget()
	c.run = lesson.Begin(m.log)
	m.connectWith(l.Init)
	if native {
		m.connection.notice = func() string { return sentences([]string{say("This lesson runs with EventSource."), say(why)}) }
	}
	m.watchLesson(c.run)
}

// setUp chooses a scenario and what to listen to.
func (m *model) setUp(scenario string, listen []string) bool {
	for _, p := range m.streams.all() {
		if p.scenario == scenario {
			s := p.setup()
			s.Listen, s.Engine = nil, s.Engine || m.connection.setup.Engine
			for _, name := range listen {
				s.add(name)
			}
			m.change(s)
			m.pace.ctx.Defer(func(app.Context) { showChosen() })
			return true
		}
	}
	return false
}

// watchLesson looks at the trace until it has decided, and does the lesson's steps when they are due. Time decides too
// (nothing came for four seconds), so it looks again and again.
func (m *model) watchLesson(run *lesson.Run) {
	c := &m.course
	if c.run == nil {
		m.room.endPlay() // the lesson was left
	}
	if c.run != run || c.over() {
		return
	}
	measures := run.Measures(eventsource.Now())
	for do, due := run.Step(c.lesson, measures); due; do, due = run.Step(c.lesson, measures) {
		m.takeStep(do)
		measures = run.Measures(eventsource.Now())
	}
	if over, done := c.judge(measures); over {
		if done {
			save(m.pace.ctx, "lessons", c.done)
		}
		m.room.endPlay()
		m.pace.again(0)
		return
	}
	const look = 50 * time.Millisecond
	time.AfterFunc(look, func() { m.watchLesson(run) })
}

// takeStep does what a lesson's run does by itself.
func (m *model) takeStep(do string) {
	switch do {
	case lesson.Close:
		m.close()
	case lesson.Connect:
		m.connect()
	case lesson.CloseAnother:
		m.connection.closeBeside()
	case lesson.Fetch:
		m.fetchBeside()
	}
	m.pace.again(0)
}

// fetchBeside reads the stream of the current source with fetch, to its end. The server tells what came of it.
func (m *model) fetchBeside() {
	number := lesson.FetchSource(m.subject().State().Source)
	await(app.Window().Call("fetch", m.watched(trace.EventSource, number), map[string]any{
		"cache": "no-store", "headers": map[string]any{"Accept": "text/event-stream"},
	}), func(response app.Value, ok bool) {
		if ok {
			await(response.Call("text"), func(app.Value, bool) {})
		}
	})
}

// tryMore sets the page up for the lesson's one more thing, and connects.
func (m *model) tryMore() {
	if more := m.course.lesson.More; more != nil && m.setUp(more.Scenario, more.Listen) {
		m.connect()
	}
}

// nextLesson opens the one that stands so many places further.
func (m *model) nextLesson(by int) {
	c := &m.course
	if i := c.place(c.lesson.Name) + by; 0 <= i && i < len(c.list) {
		m.chooseLesson(c.list[i].Name)
	}
}

// teach shows the next step of the teacher's view, or the one before.
func (m *model) teach(by int) {
	switch m.course.advance(by) {
	case moveNowhere:
		return
	case moveOn:
		m.nextLesson(by)
	case moveRun:
		m.runLesson()
	case moveMore:
		m.tryMore()
	}
	m.drawLesson("")
}

// teachKey is what a key does in the teacher's view; ok is false for any other key.
func (m *model) teachKey(key string) (ok bool) {
	switch key {
	case "ArrowRight", "PageDown":
		m.teach(1)
	case "ArrowLeft", "PageUp":
		m.teach(-1)
	case "Escape":
		m.show("")
	default:
		if n, err := strconv.Atoi(key); err != nil || !m.course.predict(n-1) {
			return false
		}
		m.drawLesson("")
	}
	return true
}
