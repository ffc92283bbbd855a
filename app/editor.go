package main

import (
	"time"

	"eventsource-playground/protocol"
)

// editor is a scenario of the visitor's own: its text, and what the server said of it. Nothing is stored there.
type editor struct {
	text    string
	checked *protocol.Checked
	pause   alarm // from the last key to the check
	said    string

	notation string // once it was asked for
}

// edit opens a text in the editor.
func (m *model) edit(text string) {
	m.editor.text = text
	m.editor.said = ""
	m.check()
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
			m.channel.check(m.editor.text)
		}
	})
}
