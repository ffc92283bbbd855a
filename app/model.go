package main

import (
	"errors"
	"net/url"
	"slices"
	"time"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// model is what the page knows and what the visitor chose. All of it is read and changed on the page's one thread.
type model struct {
	ctx app.Context

	setup        Setup
	setupChanges int
	notice       string // one sentence under the address: what to change, or what the page waits for
	known        []string
	source       *eventsource.Source

	log   *trace.Log
	view  *trace.View
	now   float64 // performance clock, as of the last drawing
	ticks int
	timer *time.Timer

	window     float64 // width of the timeline in ms
	scrolledTo float64 // right edge of the timeline on the performance clock; 0 follows now

	tab         string
	viewChanges int
	scanning    bool
	topRow      int
	unfolded    int // Seq of the record that is unfolded; -1 for none

	theme  string
	shared string
	copied string
}

const (
	tabEvents = "events"
	tabCode   = "code"
)

func newModel() *model {
	log := trace.NewLog()
	return &model{
		setup: firstSetup(), log: log, view: trace.NewView(log),
		window: 20_000, tab: tabEvents, unfolded: -1, theme: themeSystem,
	}
}

// start is called once, when the page is there.
func (m *model) start(ctx app.Context) {
	m.ctx = ctx
	load(ctx, "theme", &m.theme)
	applyTheme(m.theme)
	load(ctx, "listeners", &m.known)
}

// navigate takes the set-up from the page's address. It connects by itself only to this page's own server: a
// stranger's link must not make a visitor's browser call elsewhere.
func (m *model) navigate(query url.Values) {
	m.now = eventsource.Now()
	m.setup = parseSetup(query)
	m.setupChanges++
	m.notice = checkURL(m.setup.URL)
	if m.notice == "" && m.setup.Connect {
		if origin, own := originOf(m.setup.URL); own {
			m.connect()
		} else {
			m.notice = "This link opens a stream of another server, " + origin + ". Nothing was sent yet: press Connect if you want to."
		}
	}
	m.setup.Connect = false
	m.update()
}

// update has the page drawn again.
func (m *model) update() { m.ctx.Dispatch(func(app.Context) { m.now = eventsource.Now() }) }

// change changes the set-up, the page's address with it.
func (m *model) change(s Setup) {
	m.setup = s
	m.setupChanges++
	m.notice = ""
	replaceAddress(s.Query())
}

// choose takes a preset over. What is connected stays so until Connect is pressed.
func (m *model) choose(p preset) {
	s := p.setup()
	s.Credentials = m.setup.Credentials
	for _, name := range m.setup.Listen {
		if m.source != nil && m.log.State().Live() && !slices.Contains(s.Listen, name) {
			m.source.Unlisten(name)
		}
	}
	m.change(s)
}

// connect makes a new source, after closing the one that is open.
func (m *model) connect() {
	m.notice = checkURL(m.setup.URL)
	if m.notice != "" {
		return
	}
	m.close()
	at := eventsource.Now()
	source, err := eventsource.New(m.setup.URL, eventsource.Options{
		WithCredentials: m.setup.Credentials, Listen: m.setup.Listen,
	}, m.observe)
	var thrown *eventsource.Exception
	switch {
	case errors.As(err, &thrown):
		m.log.Refuse(at, thrown)
		m.notice = "Your browser does not take this address: " + thrown.Error()
		return
	case err != nil:
		m.notice = "This browser has no EventSource, so nothing can be connected. The rest of the page works."
		return
	}
	m.source = source
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
	m.scan()
}

// observe is called by the source with all that it dispatched in a frame.
func (m *model) observe(events eventsource.Events) {
	m.log.Observe(events)
	m.scan()
	m.update()
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

// scan lets the view take in what is new. A long log is filtered a part at a time, so that typing never waits.
func (m *model) scan() {
	const part = 4000
	if done := m.view.Scan(part); !done && !m.scanning {
		m.scanning = true
		time.AfterFunc(time.Millisecond, func() {
			m.scanning = false
			m.viewChanges++
			m.scan()
			m.update()
		})
	}
}

// tick draws the page again while a source lives, so that its clocks go on: often while a wait is counted, once a
// second while it is open, and not at all when it is closed.
func (m *model) tick() {
	if m.timer != nil {
		m.timer.Stop()
	}
	state := m.log.State()
	if !state.Live() {
		return
	}
	pause := time.Second
	if state.ReadyState == eventsource.Connecting {
		pause = 100 * time.Millisecond
	}
	m.timer = time.AfterFunc(pause, func() {
		m.ticks++
		m.update()
		m.tick()
	})
}
