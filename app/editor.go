package main

import (
	"net/url"
	"time"

	"eventsource-playground/protocol"
)

// editor is a scenario as text, and what the server said of it: the visitor's own, or until there is one, that of the stream
// that is selected. Nothing is stored there.
type editor struct {
	text    string
	shows   string // the address of the stream whose text that is; "": the visitor's own
	checked *protocol.Checked
	of      string // the text that it is about
	asked   string // the text whose check is under way
	playing bool   // once the text is checked
	pause   alarm  // from the last key to the check
	said    string

	notation string // once it was asked for
}

// edit opens a text in the editor.
func (m *model) edit(text string) {
	m.editor.text = text
	m.editor.said = ""
	m.check()
}

// showSelected has the editor show the text of the selected stream, unless it holds one of the visitor's own, or is not seen.
func (m *model) showSelected() {
	e, target := &m.editor, m.target()
	if m.tabs.chosen != tabScript || e.shows == "" && e.text != "" || e.shows == target.typed || target.isScript {
		return
	}
	e.shows = target.typed
	show := func(text string) {
		if e.shows == target.typed {
			m.edit(text)
			m.pace.again(0)
		}
	}
	switch {
	case target.scenario != "":
		fetchText("/scenarios/"+url.PathEscape(target.scenario)+".txt", show)
	case target.isClassic():
		fetchText("/scenarios/classic.txt?"+target.query, show)
	default:
		show("")
	}
}

// isChecked reports whether the server said what the text means that is there now.
func (e *editor) isChecked() bool { return e.checked != nil && e.of == e.text }

// receive takes in what the server said of the text that it was last asked about.
func (e *editor) receive(checked *protocol.Checked) { e.checked, e.of = checked, e.asked }

// play plays the text once the server has said what it means: its mistakes, the types to listen for, how to connect.
func (m *model) play() {
	e := &m.editor
	switch {
	case len(e.text) > protocol.MaxText:
		return // check has said so
	case !e.isChecked() && m.channel.up:
		e.playing = true
		m.askAbout(e.text)
		return
	case e.isChecked() && len(e.checked.Errors) > 0:
		return
	case !e.isChecked():
		e.said = later("The channel to the server is down, so what the text says of listeners and of how to connect is not known.")
	}
	m.playChecked()
}

// playWhenChecked goes on with a play that waits, if the text is checked, or will not be.
func (m *model) playWhenChecked() {
	if e := &m.editor; e.playing && (e.isChecked() || !m.channel.up) {
		e.playing = false
		m.play()
	}
}

// playChecked plays the text as its head says: it becomes a part of the address, and the page connects.
func (m *model) playChecked() {
	checked := protocol.Checked{}
	if m.editor.isChecked() {
		checked = *m.editor.checked
	}
	if checked.Connect.SecondOrigin && m.streams.catalogue.SecondOrigin == "" {
		m.editor.said = later("The text wants the second origin, and the server has told of none: it is played from the page's own.")
	}
	pack(m.editor.text, func(packed string) {
		setup := playedSetup(m.connection.setup, packed, checked, m.streams.catalogue.SecondOrigin)
		setup = m.suited(setup)
		m.connection.played = played{setup.URL, checked.Connect.Times}
		if m.editor.shows != "" {
			m.editor.shows = setup.URL
		}
		m.change(setup)
		m.connect()
		m.pace.again(0)
	})
}

// playedSetup is how the page connects to a text. What the visitor listens to and sends along stays.
func playedSetup(before Setup, packed string, checked protocol.Checked, second string) Setup {
	s := Setup{URL: "/sse?script=" + packed, Listen: before.Listen, Credentials: before.Credentials}
	s.connectAs(checked.Connect)
	s = s.with(before)
	if checked.Connect.SecondOrigin {
		s.URL = second + s.URL
	}
	for _, name := range checked.Listen {
		s.add(name)
	}
	return s
}

// check asks the server what it makes of the text, once the visitor pauses.
func (m *model) check() {
	const most = protocol.MaxText
	if n := len(m.editor.text); n > most {
		m.editor.said = fill(say("A scenario has at most {most} bytes; this one has {n}: shorten it."), "{most}", grouped(most), "{n}", grouped(n))
		return
	}
	const pause = 150 * time.Millisecond
	m.editor.pause.set(pause, func() {
		if len(m.editor.text) <= most {
			m.askAbout(m.editor.text)
		}
	})
}

// askAbout has a text checked.
func (m *model) askAbout(text string) {
	m.editor.asked = text
	m.channel.check(text)
}
