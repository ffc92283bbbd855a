package main

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/lesson"
)

// course is the lessons: what there is, the one that is open, and how far it is.
type course struct {
	list   []lesson.Listed
	done   []string // names; kept in this browser
	listed bool     // the list is shown instead of the lesson
	chosen bool     // by the visitor or a link: it stands in the page's address

	lesson    *lesson.Lesson
	predicted int // the choice; -1 for none
	run       *lesson.Run
	decided   lesson.Measures // what the trace said when it had decided; nil: it has not
	gaveUp    bool            // the trace never decided

	step int // of the teacher's view
}

// patience is how long a run may take until the page no longer waits for it, in milliseconds.
const patience = 60_000

// loadLessons fetches the list, and opens a lesson: the link's, or else the first that is not done.
func (m *model) loadLessons(name string) {
	fetchText("/lessons?lang="+voice.Code, func(text string) {
		var list []lesson.Listed
		if json.Unmarshal([]byte(text), &list) != nil || len(list) == 0 {
			return
		}
		c := &m.course
		c.list = list
		if c.place(name) < 0 {
			name = list[0].Name
			for _, l := range slices.Backward(list) {
				if !slices.Contains(c.done, l.Name) {
					name = l.Name
				}
			}
		}
		m.openLesson(name, "")
	})
}

// place is where a lesson stands in the list, from 0; -1 if it is not there.
func (c *course) place(name string) int {
	return slices.IndexFunc(c.list, func(l lesson.Listed) bool { return l.Name == name })
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
		if c.lesson == nil || c.lesson.Name != name {
			c.again()
			c.step = 0
		}
		c.lesson = &l
		if c.chosen {
			replaceAddress(m.query(m.setup))
		}
		m.drawLesson(focus)
	})
}

// drawLesson has the lesson drawn, checks what is predicted, and moves the focus to an element in the lesson, if one is
// given, because what had it is gone.
//
// Checked is no attribute of the choices: go-app may draw between a click and its change event, and would take back what
// was being chosen.
func (m *model) drawLesson(focus string) {
	m.ctx.Dispatch(func(ctx app.Context) {
		m.draw(ctx)
		ctx.Defer(func(app.Context) {
			document := app.Window().Get("document")
			choices := document.Call("querySelectorAll", ".pick input")
			for i := range choices.Length() {
				choices.Index(i).Set("checked", i == m.course.predicted)
			}
			if e := document.Call("querySelector", ".lesson "+focus); focus != "" && e.Truthy() {
				e.Call("focus")
			}
		})
	})
}

// chooseLesson opens a lesson that the visitor chose.
func (m *model) chooseLesson(name string) {
	m.course.chosen, m.course.listed = true, false
	m.openLesson(name, "h3")
}

// again forgets the prediction and the run.
func (c *course) again() {
	c.predicted = -1
	c.forget()
}

// forget forgets the run.
func (c *course) forget() {
	c.run, c.decided, c.gaveUp = nil, nil, false
}

// runLesson sets the page up as the lesson wants it, and connects.
func (m *model) runLesson() {
	c := &m.course
	l := c.lesson
	if !m.setUp(l.Scenario, l.Listen) {
		return
	}
	m.window = timelineWindows[0] // most lessons take a few seconds
	if l.Cookie != "" {
		app.Window().Get("document").Set("cookie", l.Cookie+"; max-age=60; samesite=strict")
	}
	m.close()
	c.forget()
	c.run = lesson.Begin(m.log)
	m.connectWith(l.Init)
	m.watchLesson(c.run)
}

// setUp chooses a scenario and what to listen to.
func (m *model) setUp(scenario string, listen []string) bool {
	for _, p := range m.presets() {
		if p.scenario == scenario {
			s := p.setup()
			s.Listen = nil
			for _, name := range listen {
				s.add(name)
			}
			m.change(s)
			m.ctx.Defer(func(app.Context) { showChosen() })
			return true
		}
	}
	return false
}

// watchLesson looks at the trace until it has decided, and does the lesson's steps when they are due. Time decides too
// (nothing came for four seconds), so it looks again and again.
func (m *model) watchLesson(run *lesson.Run) {
	c := &m.course
	if c.run != run || c.decided != nil || c.gaveUp {
		return
	}
	measures := run.Measures(eventsource.Now())
	for do, due := run.Step(c.lesson, measures); due; do, due = run.Step(c.lesson, measures) {
		m.takeStep(do)
		measures = run.Measures(eventsource.Now())
	}
	if _, decided := c.lesson.Decide(say, measures); decided {
		c.decided = measures
		if name := c.lesson.Name; !slices.Contains(c.done, name) {
			c.done = append(c.done, name)
			save(m.ctx, "lessons", c.done)
		}
		m.update()
		return
	}
	if measures.Of("age").Number > patience {
		c.gaveUp = true
		m.update()
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
		m.closeCompanion()
	case lesson.Fetch:
		m.fetchBeside()
	}
	m.update()
}

// fetchBeside reads the stream of the current source with fetch, to its end. The server tells what came of it.
func (m *model) fetchBeside() {
	number := lesson.FetchSource(m.log.State().Source)
	await(app.Window().Call("fetch", m.channel.watched(m.setup.URL, number), map[string]any{
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

// verdict is what the trace decided, in the language of the page.
func (c *course) verdict() (v lesson.Verdict, decided bool) {
	if c.lesson == nil || c.decided == nil {
		return v, false
	}
	return c.lesson.Decide(say, c.decided)
}

// Steps of the teacher's view: each shows more than the one before.
const (
	stepQuestion = iota
	stepChoices
	stepRun
	stepAnswer
	stepMore
)

// teach shows the next step, or the one before.
func (m *model) teach(by int) {
	c := &m.course
	if c.lesson == nil {
		return
	}
	c.listed = false
	last := stepMore
	if c.lesson.More == nil {
		last = stepAnswer
	}
	switch step := c.step + by; {
	case step < stepQuestion || step > last:
		m.nextLesson(by)
	case step == stepAnswer && by > 0 && c.decided == nil && !c.gaveUp:
		return // the trace has not decided yet
	default:
		c.step = step
		if step == stepRun && by > 0 {
			m.runLesson()
		}
		if step == stepChoices && by < 0 {
			c.forget() // to be predicted and run anew
		}
		if step == stepMore && by > 0 {
			m.tryMore()
		}
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
		n, err := strconv.Atoi(key)
		c := &m.course
		if err != nil || c.lesson == nil || n < 1 || n > len(c.lesson.Choices) || c.step < stepChoices || c.run != nil {
			return false
		}
		c.predicted = n - 1
		m.drawLesson("")
	}
	return true
}
