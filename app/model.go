package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/trace"
)

// model is what the page knows and what the visitor chose, in parts that change together. All of it is read and changed on
// the page's one thread, and never by a drawing: each panel is given what it shows.
type model struct {
	log        *trace.Log
	lane       int // of the sources that are shown
	connection connection
	channel    *channel
	streams    streams

	table    table
	timeline timelineView
	tabs     tabs
	editor   editor
	program  program
	course   course
	report   browserReport

	comparison comparison
	room       room

	page   string // one of those in navigation.go
	whole  bool   // all of the page is drawn, not only what it takes to connect
	help   bool   // the list of keys is shown
	bar    bar
	copied string // what was last copied; see copyButton
	pace   pace
}

func newModel() *model {
	m := &model{
		log: trace.NewLog(), lane: 1, connection: connection{setup: firstSetup()},
		streams: streams{listed: len(presets)}, timeline: timelineView{window: 20_000}, tabs: tabs{chosen: tabEvents, attempt: -1},
		course: course{predicted: -1}, bar: bar{theme: themeSystem},
	}
	m.table = table{view: trace.NewView(m.log), unfolded: -1, pace: &m.pace}
	m.channel = &channel{model: m}
	m.comparison = newComparison(m)
	m.room = newRoom(m, nil, "")
	return m
}

// start is called once, when the page is there.
func (m *model) start(ctx app.Context) {
	m.pace.start(ctx)
	load(ctx, "theme", &m.bar.theme)
	applyTheme(m.bar.theme)
	load(ctx, "listeners", &m.connection.known)
	load(ctx, "lessons", &m.course.done)
	m.channel.open()
	m.loadScenarios()
	m.handleKeys()
	m.handleHistory()
	app.Window().Get("document").Call("addEventListener", "visibilitychange", app.FuncOf(func(app.Value, []app.Value) any {
		m.room.report() // whether its tab is hidden
		return nil
	}))
}

// subject is the source that is shown: the newest of its lane, or nil.
func (m *model) subject() *trace.Source { return m.log.Newest(m.lane) }

// exchanges are the requests of the sources that are shown.
func (m *model) exchanges() (shown []*trace.Exchange) {
	all, _ := m.log.Exchanges()
	for _, e := range all {
		if e.In(m.lane) {
			shown = append(shown, e)
		}
	}
	return shown
}

// clear empties the log.
func (m *model) clear() {
	m.log.Clear()
	m.table.unfolded, m.tabs.unfolded = -1, nil // lines are numbered from 1 again
	m.table.filter(m.table.view.Filter())
}
