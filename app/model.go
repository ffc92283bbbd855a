package main

import (
	"errors"
	"slices"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// model is what the page knows and what the visitor chose. All of it is read and changed on the page's one thread.
type model struct {
	ctx app.Context

	setup        Setup
	setupChanges int
	notice       func() string // one sentence under the address, unless it must be changed: what the page waits for
	known        []string
	source       *eventsource.Source

	log   *trace.Log
	view  *trace.View
	now   float64 // performance clock, as of the last drawing
	ticks int
	clock alarm
	pace  pace

	window     float64 // width of the timeline in ms
	trackWidth float64 // and in pixels
	scrolledTo float64 // right edge of the timeline on the performance clock; 0 follows now

	tab         string
	viewChanges int
	scanning    bool
	scanOn      app.Func
	topRow      int
	unfolded    int // Seq of the record that is unfolded; -1 for none

	theme  string
	shared string
	copied string

	wrongListener string // with the name in the field for a listener

	find       string
	listed     int // of the streams that can be chosen, as many as are drawn
	channel    *channel
	attempt    int // index of the exchange that the Wire tab shows; -1 for the newest
	paused     bool
	help       bool
	page       string // one of the pages below
	whole      bool   // all of the page is drawn, not only what it takes to connect
	course     course
	editor     editor
	scenarios  protocol.Catalogue
	companions []*eventsource.Source // opened beside the source that is watched, to fill the browser's connections
	newAts     map[int]float64       // when each source was made, on the performance clock
	report     browserReport
}

// noEventSource is said where the browser has none.
var noEventSource = later("This browser has no EventSource, so nothing can be connected. The rest of the page works.")

func newModel() *model {
	log := trace.NewLog()
	return &model{
		setup: firstSetup(), log: log, view: trace.NewView(log),
		window: 20_000, tab: tabEvents, unfolded: -1, theme: themeSystem,
		attempt: -1, newAts: map[int]float64{}, course: course{predicted: -1}, listed: len(presets),
	}
}

// start is called once, when the page is there.
func (m *model) start(ctx app.Context) {
	m.ctx = ctx
	load(ctx, "theme", &m.theme)
	applyTheme(m.theme)
	load(ctx, "listeners", &m.known)
	load(ctx, "lessons", &m.course.done)
	m.channel = newChannel(m)
	m.loadScenarios()
	m.handleKeys()
}

func (m *model) canInterfere() bool {
	s := m.log.State()
	return m.channelUp() && s.Live() && m.ours(s.URL)
}

// newAt is when a source was made, on the performance clock.
func (m *model) newAt(source int) float64 { return m.newAts[source] }

func (m *model) listensTo(typ string) bool {
	return slices.Contains(always, typ) || slices.Contains(m.setup.Listen, typ)
}

// said is the notice: what is wrong with the address comes first.
func (m *model) said() string {
	if wrong := checkURL(m.setup.URL); wrong != "" || m.notice == nil {
		return wrong
	}
	return m.notice()
}

// change changes the set-up, the page's address with it.
func (m *model) change(s Setup) {
	m.setup = s
	m.setupChanges++
	m.notice = nil
	m.log.SetListening(append(slices.Clone(always), s.Listen...))
	replaceAddress(m.query(s))
}

// choose takes a preset over. What is connected stays so until Connect is pressed; it listens to what the chips say.
func (m *model) choose(p preset) {
	before := m.setup.Listen
	m.change(p.setup())
	for _, name := range before {
		if !slices.Contains(m.setup.Listen, name) {
			m.hear(name, false)
		}
	}
	for _, name := range m.setup.Listen {
		if !slices.Contains(before, name) {
			m.hear(name, true)
		}
	}
}

// connect makes a new source, after closing the one that is open.
func (m *model) connect() { m.connectWith("") }

// connectWith is connect with further members of the constructor's second argument, in JSON, as a lesson tries them.
func (m *model) connectWith(init string) {
	m.notice = nil
	if checkURL(m.setup.URL) != "" {
		return
	}
	m.close()
	m.openCompanions()
	m.log.SetListening(append(slices.Clone(always), m.setup.Listen...))
	at := eventsource.Now()
	number := m.log.State().Source + 1
	source, err := eventsource.New(m.channel.watched(m.setup.URL, number), eventsource.Options{
		WithCredentials: m.setup.Credentials, Listen: m.setup.Listen, Init: init,
	}, m.observe)
	thrown, ok := errors.AsType[*eventsource.Exception](err)
	switch {
	case ok:
		m.log.Refuse(at, thrown)
		m.notice = func() string {
			return fill(say("Your browser does not take this address: {error}"), "{error}", thrown.Error())
		}
		return
	case err != nil:
		m.notice = func() string { return say(noEventSource) }
		return
	}
	m.source = source
	m.newAts[number] = at
	m.paused, m.attempt = false, -1
	m.log.Construct(at, source.URL(), source.WithCredentials())
	m.scrolledTo = 0
	m.scan()
	m.tick()
}

func (m *model) close() {
	if m.source == nil {
		return
	}
	m.source.Close()
	m.log.Close(eventsource.Now())
	m.source = nil
	for len(m.companions) > 0 {
		m.closeCompanion()
	}
	m.scan()
}

// openCompanions opens the streams that a scenario wants beside the one that is watched.
func (m *model) openCompanions() {
	name, _ := scenarioOf(m.setup.URL)
	for _, s := range m.scenarios.Scenarios {
		if s.Name != name {
			continue
		}
		for i := 1; i < s.Connect.Times; i++ {
			if c, err := eventsource.New(m.setup.URL, eventsource.Options{}, func(eventsource.Events) {}); err == nil {
				m.companions = append(m.companions, c)
			}
		}
	}
}

func (m *model) closeCompanion() {
	last := len(m.companions) - 1
	m.companions[last].Close()
	m.companions = m.companions[:last]
}

// observe is called by the source with all that it dispatched in a frame.
func (m *model) observe(events eventsource.Events) {
	since := m.log.State().Since
	m.log.Observe(events)
	m.scan()
	if m.log.State().Since != since { // another state: at once
		m.update()
	} else {
		m.updateSoon(events.Len())
	}
}

// listen adds a listener, also to the source that is open. It returns what is wrong with the name, if anything.
func (m *model) listen(name string) string {
	if wrong := checkListener(name, m.setup.Listen); wrong != "" {
		return wrong
	}
	s := m.setup
	s.add(name)
	m.change(s)
	m.hear(name, true)
	if !slices.Contains(m.known, name) {
		const mostKnown = 50
		m.known = append([]string{name}, m.known...)
		m.known = m.known[:min(len(m.known), mostKnown)]
		save(m.ctx, "listeners", m.known)
	}
	return ""
}

func (m *model) unlisten(name string) {
	s := m.setup
	s.Listen = slices.DeleteFunc(slices.Clone(s.Listen), func(n string) bool { return n == name })
	m.change(s)
	m.hear(name, false)
}

func (m *model) hear(name string, on bool) {
	if m.source == nil || !m.log.State().Live() {
		return
	}
	if on {
		m.source.Listen(name)
	} else {
		m.source.Unlisten(name)
	}
	m.log.Listen(eventsource.Now(), name, on)
}

func (m *model) clear() {
	m.log.Clear()
	m.unfolded, m.topRow = -1, 0
	m.viewChanges++
	m.view.SetFilter(m.view.Filter())
	m.scan()
}

// scan lets the view take in what is new. A long log is filtered a part at a time, so that typing never waits: what is
// left is done in a task of its own, set by the browser's timer. Go's own would run it at once when it is late.
func (m *model) scan() {
	const part, most = 1000, 8 // records, milliseconds
	for began := eventsource.Now(); ; {
		done := m.view.Scan(part)
		if done || eventsource.Now()-began > most {
			if !done && !m.scanning {
				m.scanning = true
				if m.scanOn == nil {
					m.scanOn = app.FuncOf(func(app.Value, []app.Value) any { m.scanRest(); return nil })
				}
				app.Window().Call("setTimeout", m.scanOn)
			}
			return
		}
	}
}

func (m *model) scanRest() {
	m.scanning = false
	m.viewChanges++
	m.scan()
	if m.scanning {
		m.updateSoon(mostPause)
	} else {
		m.update()
	}
}

// tick draws the page again while a source lives, so that its clocks go on: often while a wait is counted, once a
// second while it is open, and not at all when it is closed.
func (m *model) tick() {
	state := m.log.State()
	if !state.Live() {
		return
	}
	pause := time.Second
	if state.ReadyState == eventsource.Connecting {
		pause = 100 * time.Millisecond
	}
	m.clock.set(pause, func() {
		if m.log.State().Live() {
			m.ticks++
			m.update()
			m.tick()
		}
	})
}
