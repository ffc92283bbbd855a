package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// connection is the EventSource that the page drives, and how the next one is set up.
type connection struct {
	setup         Setup
	notice        func() string // one sentence under the address, unless it must be changed: what the page waits for
	wrongListener string        // with the name in the field for a listener
	revealed      bool          // secrets are shown
	failed        bool          // the newest subject did not open
	refused       bool          // it knows of a response, so that it was not for CORS
	probed        reach         // whether its server is there
	typing        bool          // the address is being typed: it is not masked under the fingers
	by            reconnection  // of a WebSocket, by hand
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

// client is an EventSource of the browser's or a Go engine, and what was seen of it.
type client struct {
	*eventsource.Source
	seen *trace.Source
	told teller
}

// clients are those that are open.
func (c *connection) clients() []*client {
	if c.source == nil {
		return c.beside
	}
	return append([]*client{c.source}, c.beside...)
}

// requests is how many of those that are open take a browser's connection for requests, or a stream of it: no WebSocket does.
func (c *connection) requests() (n int) {
	for _, one := range c.clients() {
		if one.seen.Kind != trace.WebSocket {
			n++
		}
	}
	return n
}

// noEventSource is said where the browser has none.
var noEventSource = later("This browser has no EventSource. The Go engine does over fetch what the standard has EventSource do, so the page connects with it.")

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
	s = m.suited(s)
	m.connection.setup, m.connection.notice = s, nil
	m.log.EndWith(s.End)
	m.streams.settle(m.address(s.URL).as(false))
	m.showSetup()
	m.showSelected()
	m.showReconnection()
	m.changeProgram()
	for _, c := range m.connection.clients() {
		c.seen.Listen(s.types())
	}
	replaceAddress(m.query(s))
}

// suited is a set-up with the address that its client connects to.
func (m *model) suited(s Setup) Setup {
	s.URL = m.address(s.URL).as(s.Socket)
	return s
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
	show("url", "value", m.shownURL())
	show("credentials", "checked", s.Credentials)
	beside := strconv.Itoa(m.beside())
	if s.Other && beside == "1" {
		beside = besideOther
	}
	show("beside", "value", beside)
	show("client", "value", strconv.Itoa(int(m.kind())))
	show("method", "value", s.method())
	show("body", "value", s.Body)
	show("repeat", "checked", s.Repeat)
	show("returns", "checked", s.Returns)
	query := m.target().parameters()
	for _, p := range parameters {
		show("parameter-"+p.name, "value", query.Get(p.name))
	}
	show("resume", "checked", query.Get("resume") != "false")
}

// shownURL is the address as its field shows it.
func (m *model) shownURL() string {
	c := &m.connection
	if c.revealed || c.typing {
		return c.setup.URL
	}
	return withoutSecrets(c.setup.URL, protocol.Mask)
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
	if was, ok := m.streams.of(m.address(before.URL).as(false)); ok && was.connect.Engine {
		s.Beside, s.Other, s.Path, s.End = before.Beside, before.Other, before.Path, before.End // what it sent was the scenario's wish
	} else {
		s = s.with(before)
	}
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
	c.failed, c.refused, c.probed = false, false, notProbed
	kind := m.kind()
	source, err := m.open(1, kind, init)
	if err != nil {
		m.log.Refuse(eventsource.Now(), kind, err)
		c.notice = func() string {
			refused := say("Your browser does not take this address: {error}")
			if kind == trace.Engine {
				refused = say("This cannot be sent: {error}")
			}
			return fill(refused, "{error}", isolated(said(err), 400))
		}
		return
	}
	c.source = source
	m.tabs.attempt = -1
	m.timeline.scrolledTo = 0
	m.table.scan()
	m.keepLane()
	m.pace.tick(m.subject, m.alive)
}

// said is what an error says, without the package that says it.
func said(err error) string { return strings.TrimPrefix(err.Error(), "eventsource: ") }

// kind is that of the client which the set-up chooses.
func (m *model) kind() trace.ClientKind {
	if m.connection.setup.Socket {
		return trace.WebSocket
	}
	if m.connection.setup.Engine || !eventsource.Supported() {
		return trace.Engine
	}
	return trace.EventSource
}

// open makes a client in a lane. init are further members of the constructor's second argument, in JSON.
func (m *model) open(lane int, kind trace.ClientKind, init string) (*client, error) {
	at := eventsource.Now()
	c, setup := &client{}, m.connection.setup
	url := m.watched(kind, m.log.NextSource())
	observe := func(events eventsource.Events) { m.observe(c, events) }
	var source *eventsource.Source
	var err error
	switch kind {
	case trace.Engine:
		request := setup.request()
		c.told.foreign = !m.target().ours()
		c.told.watch(&request)
		source, err = eventsource.Engine(url, request, setup.Listen, observe)
	case trace.WebSocket:
		options := eventsource.SocketOptions{}
		if setup.Returns {
			options.Reconnect = reconnectModule
		}
		source, err = eventsource.WebSocket("ws"+strings.TrimPrefix(url, "http"), options, observe)
	default:
		source, err = eventsource.New(url, eventsource.Options{WithCredentials: setup.Credentials, Listen: setup.Listen, Init: init}, observe)
	}
	if thrown, ok := errors.AsType[*eventsource.Exception](err); ok { // it may quote the address
		thrown.Message = strings.ReplaceAll(thrown.Message, url, m.recorded(url))
	}
	if err != nil {
		return nil, err
	}
	c.Source = source
	c.seen = m.log.Construct(at, trace.Client{Kind: kind, Lane: lane}, m.recorded(source.URL()), source.WithCredentials())
	c.seen.Listen(setup.types())
	c.told.source = c.seen
	return c, nil
}

// recorded is an address as it is recorded, and so shown and exported.
func (m *model) recorded(url string) string {
	if m.target().ours() {
		url = unwatched(url) // another server's parameters of these names are its own
	}
	return withoutSecrets(url, protocol.Mask)
}

// watched is the set-up's address, for a kind of client, with what lets our server show its side, if the stream is one of ours.
func (m *model) watched(kind trace.ClientKind, source int) string {
	target := m.target()
	if socket := kind == trace.WebSocket; socket != target.socket {
		target = m.address(target.as(socket))
	}
	if !target.ours() && !target.socket {
		return m.connection.setup.URL
	}
	if !target.ours() {
		return "http" + strings.TrimPrefix(target.resolved, "ws")
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
	c.told.closed()
	c.seen.Close(eventsource.Now())
}

// openBeside opens the streams beside the subject, each in a lane of its own. They are opened before it: it is the one that
// waits where there are too many.
func (m *model) openBeside() {
	c := &m.connection
	kind := m.kind()
	if c.setup.Other {
		kind = otherKind(kind)
	}
	for i := range m.beside() {
		if one, err := m.open(2+i, kind, ""); err == nil {
			c.beside = append(c.beside, one)
		}
	}
	if f := m.table.view.Filter(); f.Lane == 0 && m.log.Lanes() > 1 {
		f.Lane = m.lane
		m.table.filter(f)
	}
}

// otherKind is what one of another kind beside a client is.
func otherKind(kind trace.ClientKind) trace.ClientKind {
	if kind == trace.EventSource {
		return trace.Engine
	}
	return trace.EventSource
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
	c.told.observe(events)
	if c.seen.Lane == 1 {
		m.connection.failedBy(events)
	}
	c.seen.Observe(events)
	m.room.take(c, events)
	m.table.scan()
	m.join()
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
