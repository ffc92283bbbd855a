package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// secondHelp is what to do where a stream of the second origin does not open since the browser has not accepted its certificate.
// To some browsers that is another one, though it is the same: they keep an exception for a host and a port.
type secondHelp struct{ origin string }

// probeSecond finds out whether a page over https reaches the second origin: a certificate that is not accepted is a failure
// without a word.
func (m *model) probeSecond() {
	origin := m.streams.catalogue.SecondOrigin
	if !isSecure() || origin == "" {
		return
	}
	await(app.Window().Call("fetch", origin+"/", map[string]any{"mode": "no-cors", "credentials": "omit", "cache": "no-store"}), func(_ app.Value, ok bool) {
		m.streams.secondRefused = !ok
		m.pace.again(0)
	})
}

// secondHelp is shown where it is needed: nil elsewhere.
func (m *model) secondHelp() *secondHelp {
	if !m.streams.secondRefused || m.target().place != oursThere || m.subject().State().Opened {
		return nil
	}
	return &secondHelp{m.streams.catalogue.SecondOrigin}
}

func (s *secondHelp) draw() app.UI {
	return view(`<p class="notice">{} <a href={} target="_blank" rel="noopener">{}</a></p>`,
		say("This stream is the second origin's, which the browser does not reach: its certificate was not accepted there yet. Open it once, accept that, and connect again:"),
		s.origin+"/", exact(s.origin))
}
