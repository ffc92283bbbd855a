package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// corsHelp is what another server must send so that this page may read its stream, and whether it can be reached at all.
type corsHelp struct {
	Model  *model
	asks   []string // what makes the browser ask first
	needed string   // response headers, to be copied
	probed reach
	copied string
}

// reach is what became of asking whether a server is there.
type reach uint8

const (
	notProbed reach = iota
	probing
	reachable
	notReached
)

// corsHelp is shown where a stream of another server was not opened: nil elsewhere.
func (m *model) corsHelp() *corsHelp {
	s := m.subject()
	state, target := s.State(), m.target()
	if state.Kind == trace.WebSocket || target.ours() || target.wrong != "" || state.Source == 0 || state.Opened || !m.connection.failed || m.connection.refused {
		return nil
	}
	setup := m.connection.setup
	asks := preflighted(setup)
	return &corsHelp{m, asks, corsHeaders(setup, asks, pageOrigin()), m.connection.probed, m.copied}
}

// failedBy notes whether a client failed before it opened, and whether it knows of a response, which then was no matter of CORS.
func (c *connection) failedBy(events eventsource.Events) {
	if events.Lazy() || events.Len() == 0 {
		return
	}
	last := events.Slice(events.Len()-1, events.Len())[0]
	if last.Kind != eventsource.Failed {
		return
	}
	c.failed = true
	lost, ok := errors.AsType[*eventsource.Lost](last.Err)
	c.refused = last.Err != nil && (!ok || lost.During != "request")
}

// preflighted are the parts of a request for which a browser asks another origin's server first (Fetch, 2.2.2 and 4.8).
func preflighted(s Setup) (parts []string) {
	if method := s.method(); method != "GET" && method != "HEAD" && method != "POST" {
		parts = append(parts, method)
	}
	if !s.Engine {
		return parts
	}
	for h := range s.sent() {
		switch name := strings.ToLower(h.Name); name {
		case "accept", "accept-language", "content-language":
		case "content-type":
			essence, _, _ := strings.Cut(strings.ToLower(h.Value), ";")
			if !slices.Contains([]string{"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}, strings.TrimSpace(essence)) {
				parts = append(parts, h.Name)
			}
		default:
			parts = append(parts, h.Name)
		}
	}
	return parts
}

// corsHeaders are the response headers that let the page of an origin read the stream.
func corsHeaders(s Setup, asks []string, origin string) string {
	lines := []string{"Access-Control-Allow-Origin: *"}
	if s.Credentials {
		lines = []string{"Access-Control-Allow-Origin: " + origin, "Access-Control-Allow-Credentials: true", "Vary: Origin"}
	}
	names := []string{}
	for _, part := range asks {
		if part != s.method() {
			names = append(names, part)
		}
	}
	if s.Engine {
		names = append(names, "Last-Event-ID") // of each reconnection
		lines = append(lines, "Access-Control-Allow-Headers: "+strings.Join(names, ", "))
	}
	if slices.Contains(asks, s.method()) {
		lines = append(lines, "Access-Control-Allow-Methods: "+s.method())
	}
	return strings.Join(lines, "\n")
}

func (c *corsHelp) draw() app.UI {
	why := say("Nothing of this request makes the browser ask first.")
	if len(c.asks) > 0 {
		why = fill(say("Because of {parts} the browser asks first, with OPTIONS: the response to that needs these headers, too, and a status from 200 to 299."), "{parts}", isolated(strings.Join(c.asks, say(", ")), 200))
	}
	said := ""
	switch c.probed {
	case probing:
		said = say("Asking…")
	case reachable:
		said = say("Reachable: a response came, which the page may not read. So it is probably CORS.")
	case notReached:
		said = say("Not reached: the browser got no response. Check the name, the port, that a server listens, and with https its certificate.")
	}
	return view(`<details class="cors">
		<summary>When CORS stops you</summary>
		<p class="hint"><span>A script is not told why it got nothing.</span> <span>The server at the other origin must send, with the stream:</span></p>
		<div class="code"><pre role="group" tabindex="0" aria-label="Response headers">{}</pre>{}</div>
		<p class="hint">{}</p>
		<p class="actions"><button type="button" class="small" disabled={} onclick={}>Is it reachable?</button> <span class="hint" role="status">{}</span></p>
	</details>`, c.needed, copyButton(say("Copy the headers"), "cors", c.copied, c.onCopy), why, c.probed == probing, c.onProbe, said)
}

func (c *corsHelp) onCopy(ctx app.Context, _ app.Event) {
	s := c.Model.connection.setup
	c.Model.copy(ctx, "cors", corsHeaders(s, preflighted(s), pageOrigin()))
}

// onProbe makes one GET that needs no leave and shows nothing of its response: without credentials and headers of the visitor's.
func (c *corsHelp) onProbe(app.Context, app.Event) {
	m := c.Model
	m.connection.probed = probing
	await(app.Window().Call("fetch", withoutSecrets(m.target().resolved, ""), map[string]any{"mode": "no-cors", "credentials": "omit", "cache": "no-store"}), func(response app.Value, ok bool) {
		m.connection.probed = notReached
		if ok {
			m.connection.probed = reachable
			if body := response.Get("body"); body.Truthy() {
				body.Call("cancel")
			}
		}
		m.pace.again(0)
	})
}
