package main

import (
	"errors"
	"slices"

	"eventsource-playground/eventsource"
)

// connection is the EventSource that the page drives, and how the next one is set up.
type connection struct {
	setup         Setup
	notice        func() string // one sentence under the address, unless it must be changed: what the page waits for
	wrongListener string        // with the name in the field for a listener
	known         []string      // names that were listened to before; kept in this browser

	source     *eventsource.Source
	companions []*eventsource.Source // opened beside the source that is watched, to fill the browser's connections
	newAts     map[int]float64       // when each source was made, on the performance clock
}

// noEventSource is said where the browser has none.
var noEventSource = later("This browser has no EventSource, so nothing can be connected. The rest of the page works.")

// said is the notice: what is wrong with the address comes first.
func (c *connection) said() string {
	if wrong := checkURL(c.setup.URL); wrong != "" || c.notice == nil {
		return wrong
	}
	return c.notice()
}

// change changes the set-up, the page's address with it.
func (m *model) change(s Setup) {
	m.connection.setup, m.connection.notice = s, nil
	m.log.SetListening(s.types())
	replaceAddress(m.query(s))
}

// choose takes a stream over. What is connected stays so until Connect is pressed; it listens to what the chips say.
func (m *model) choose(p preset) {
	before := m.connection.setup
	m.change(p.setup())
	for _, name := range before.Listen {
		if !m.connection.setup.listens(name) {
			m.hear(name, false)
		}
	}
	for _, name := range m.connection.setup.Listen {
		if !before.listens(name) {
			m.hear(name, true)
		}
	}
}

// connect makes a new source, after closing the one that is open.
func (m *model) connect() { m.connectWith("") }

// connectWith is connect with further members of the constructor's second argument, in JSON, as a lesson tries them.
func (m *model) connectWith(init string) {
	c := &m.connection
	c.notice = nil
	if checkURL(c.setup.URL) != "" {
		return
	}
	m.close()
	m.openCompanions()
	m.log.SetListening(c.setup.types())
	at := eventsource.Now()
	number := m.log.State().Source + 1
	source, err := eventsource.New(m.watched(c.setup.URL, number), eventsource.Options{
		WithCredentials: c.setup.Credentials, Listen: c.setup.Listen, Init: init,
	}, m.observe)
	thrown, ok := errors.AsType[*eventsource.Exception](err)
	switch {
	case ok:
		m.log.Refuse(at, thrown)
		c.notice = func() string {
			return fill(say("Your browser does not take this address: {error}"), "{error}", thrown.Error())
		}
		return
	case err != nil:
		c.notice = func() string { return say(noEventSource) }
		return
	}
	c.source = source
	c.newAts[number] = at
	m.log.Construct(at, source.URL(), source.WithCredentials())
	m.tabs.attempt = -1
	m.timeline.scrolledTo = 0
	m.table.scan()
	m.pace.tick(m.log)
}

func (m *model) close() {
	c := &m.connection
	if c.source == nil {
		return
	}
	c.source.Close()
	m.log.Close(eventsource.Now())
	c.source = nil
	for len(c.companions) > 0 {
		c.closeCompanion()
	}
	m.table.scan()
}

// openCompanions opens the streams that a scenario wants beside the one that is watched.
func (m *model) openCompanions() {
	c := &m.connection
	name, _ := scenarioOf(c.setup.URL)
	for _, s := range m.streams.catalogue.Scenarios {
		if s.Name != name {
			continue
		}
		for i := 1; i < s.Connect.Times; i++ {
			if companion, err := eventsource.New(c.setup.URL, eventsource.Options{}, func(eventsource.Events) {}); err == nil {
				c.companions = append(c.companions, companion)
			}
		}
	}
}

func (c *connection) closeCompanion() {
	last := len(c.companions) - 1
	c.companions[last].Close()
	c.companions = c.companions[:last]
}

// observe is called by the source with all that it dispatched in a frame.
func (m *model) observe(events eventsource.Events) {
	since := m.log.State().Since
	m.log.Observe(events)
	m.table.scan()
	came := events.Len()
	if m.log.State().Since != since { // another state: at once
		came = 0
	}
	m.pace.again(came)
}

// listen adds a listener, also to the source that is open. It returns what is wrong with the name, if anything.
func (m *model) listen(name string) string {
	c := &m.connection
	if wrong := checkListener(name, c.setup.Listen); wrong != "" {
		return wrong
	}
	s := c.setup
	s.add(name)
	m.change(s)
	m.hear(name, true)
	if !slices.Contains(c.known, name) {
		const mostKnown = 50
		c.known = append([]string{name}, c.known...)
		c.known = c.known[:min(len(c.known), mostKnown)]
		save(m.pace.ctx, "listeners", c.known)
	}
	return ""
}

func (m *model) unlisten(name string) {
	m.change(m.connection.setup.without(name))
	m.hear(name, false)
}

func (m *model) hear(name string, on bool) {
	source := m.connection.source
	if source == nil || !m.log.State().Live() {
		return
	}
	if on {
		source.Listen(name)
	} else {
		source.Unlisten(name)
	}
	m.log.Listen(eventsource.Now(), name, on)
}
