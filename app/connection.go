package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// connection is the EventSource that the page drives, and how the next one is set up.
type connection struct {
	setup         Setup
	notice        func() string // one sentence under the address, unless it must be changed: what the page waits for
	wrongListener string        // with the name in the field for a listener
	known         []string      // names that were listened to before; kept in this browser

	played played // the text of the editor

	read map[string]address // what addresses are, the last few; see model.address

	source *client   // the subject; nil: none is open
	beside []*client // opened beside it, on the same stream
}

// played is the address of a text that was played, and how many streams it wants at once.
type played struct {
	url   string
	times int
}

// client is an EventSource of the browser's, and what was seen of it.
type client struct {
	*eventsource.Source
	seen *trace.Source
}

// clients are those that are open.
func (c *connection) clients() []*client {
	if c.source == nil {
		return c.beside
	}
	return append([]*client{c.source}, c.beside...)
}

// noEventSource is said where the browser has none.
var noEventSource = later("This browser has no EventSource, so nothing can be connected. The rest of the page works.")

// said is the notice: what is wrong with the address comes first.
func (c *connection) said(wrong string) string {
	if wrong != "" || c.notice == nil {
		return wrong
	}
	return c.notice()
}

// address is what an address is: the one place that resolves and classifies it. It is asked with each drawing, so the
// browser is not asked again.
func (m *model) address(typed string) address {
	c, second := &m.connection, m.streams.catalogue.SecondOrigin
	a, known := c.read[typed]
	if known && a.second == second && a.voice == voice.Language {
		return a
	}
	const few = 8
	if c.read == nil || len(c.read) >= few {
		c.read = map[string]address{}
	}
	a = readAddress(typed, resolve, pageOrigin(), second)
	a.second, a.voice = second, voice.Language
	c.read[typed] = a
	return a
}

// target is the address of the set-up.
func (m *model) target() address { return m.address(m.connection.setup.URL) }

// change changes the set-up, the page's address with it.
func (m *model) change(s Setup) {
	m.connection.setup, m.connection.notice = s, nil
	m.streams.settle(s.URL)
	m.showSetup()
	m.showSelected()
	for _, c := range m.connection.clients() {
		c.seen.Listen(s.types())
	}
	replaceAddress(m.query(s))
}

// showSetup puts the set-up into the fields that there are. What a drawing puts there is an attribute, and go-app removes
// one that is empty or false: the field would keep what it showed.
func (m *model) showSetup() {
	show := func(id, property string, value any) {
		if field := element(id); field.Truthy() && !field.Get(property).Equal(app.ValueOf(value)) {
			field.Set(property, value)
		}
	}
	s := m.connection.setup
	show("url", "value", s.URL)
	show("credentials", "checked", s.Credentials)
	show("beside", "value", strconv.Itoa(m.beside()))
	query := m.target().parameters()
	for _, p := range parameters {
		show("parameter-"+p.name, "value", query.Get(p.name))
	}
	show("resume", "checked", query.Get("resume") != "false")
}

// useAddress puts an address into the set-up.
func (m *model) useAddress(address string) {
	s := m.connection.setup
	s.URL = address
	m.change(s)
}

// choose takes a stream over. What is connected stays so until Connect is pressed; it listens to what the chips say.
func (m *model) choose(p preset) {
	before := m.connection.setup
	s := p.setup()
	s.Beside = before.Beside
	m.change(s)
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
	if m.target().wrong != "" {
		return
	}
	m.close()
	m.openBeside()
	var err error
	c.source, err = m.open(1, eventsource.Options{WithCredentials: c.setup.Credentials, Listen: c.setup.Listen, Init: init})
	if thrown, ok := errors.AsType[*eventsource.Exception](err); ok {
		m.log.Refuse(eventsource.Now(), thrown)
		c.notice = func() string {
			return fill(say("Your browser does not take this address: {error}"), "{error}", isolated(thrown.Error(), 400))
		}
		return
	}
	if err != nil {
		c.notice = func() string { return say(noEventSource) }
		return
	}
	m.tabs.attempt = -1
	m.timeline.scrolledTo = 0
	m.table.scan()
	m.keepLane()
	m.pace.tick(m.subject, m.alive)
}

// open makes an EventSource in a lane.
func (m *model) open(lane int, o eventsource.Options) (*client, error) {
	at := eventsource.Now()
	c, setup := &client{}, m.connection.setup
	url := m.watched(m.log.NextSource())
	source, err := eventsource.New(url, o, func(events eventsource.Events) { m.observe(c, events) })
	if thrown, ok := errors.AsType[*eventsource.Exception](err); ok && m.target().ours() {
		thrown.Message = strings.ReplaceAll(thrown.Message, url, unwatched(url)) // a browser may quote it
	}
	if err != nil {
		return nil, err
	}
	c.Source = source
	recorded := source.URL()
	if m.target().ours() {
		recorded = unwatched(recorded) // another server's parameters of these names are its own
	}
	c.seen = m.log.Construct(at, trace.Client{Kind: trace.EventSource, Lane: lane}, recorded, source.WithCredentials())
	c.seen.Listen(setup.types())
	return c, nil
}

// watched is the set-up's address with what lets our server show its side, if the stream is one of ours.
func (m *model) watched(source int) string {
	target := m.target()
	if !target.ours() {
		return m.connection.setup.URL
	}
	return target.watched(m.channel.id, source)
}

func (m *model) close() {
	c := &m.connection
	for len(c.beside) > 0 {
		c.closeBeside()
	}
	if c.source == nil {
		return
	}
	c.source.close()
	c.source = nil
	m.table.scan()
}

func (c *client) close() {
	c.Close()
	c.seen.Close(eventsource.Now())
}

// openBeside opens the streams beside the subject, each in a lane of its own. They are opened before it: it is the one that
// waits where there are too many.
func (m *model) openBeside() {
	c := &m.connection
	for i := range m.beside() {
		if one, err := m.open(2+i, eventsource.Options{WithCredentials: c.setup.Credentials, Listen: c.setup.Listen}); err == nil {
			c.beside = append(c.beside, one)
		}
	}
	if f := m.table.view.Filter(); f.Lane == 0 && m.log.Lanes() > 1 {
		f.Lane = m.lane
		m.table.filter(f)
	}
}

// closeBeside closes one of them, if there is one.
func (c *connection) closeBeside() {
	if len(c.beside) == 0 {
		return
	}
	last := len(c.beside) - 1
	c.beside[last].close()
	c.beside = c.beside[:last]
}

// observe is called by a source with all that it dispatched in a frame.
func (m *model) observe(c *client, events eventsource.Events) {
	since := c.seen.State().Since
	c.seen.Observe(events)
	m.table.scan()
	came := events.Len()
	if c.seen.State().Since != since { // another state: at once
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
	for _, c := range m.connection.clients() {
		if !c.seen.State().Live() {
			continue
		}
		if on {
			c.Listen(name)
		} else {
			c.Unlisten(name)
		}
		c.seen.Listening(eventsource.Now(), name, on)
	}
}
