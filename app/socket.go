package main

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
)

// reconnection is the JavaScript that reconnects a WebSocket, as it is shown: the module that runs.
type reconnection struct {
	text  string
	asked bool
}

const reconnectModule = "/web/reconnect.js"

// lines is how many lines of code it has, without comments and blank ones.
func (r reconnection) lines() (n int) {
	for line := range strings.Lines(r.text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			n++
		}
	}
	return n
}

// socketFields are what a WebSocket has below its call: what the page sends, and whether it is reconnected by hand.
func (c *connectPanel) socketFields() app.UI {
	text := any(nil)
	if c.setup.Returns && c.by.text != "" {
		text = view(`<details class="by-hand"><summary>{}</summary><pre tabindex="0" role="group" aria-label="JavaScript">{}</pre></details>`,
			count(c.by.lines(), "1 line of JavaScript, for which EventSource needs none", "{n} lines of JavaScript, for which EventSource needs none"), c.by.text)
	}
	return view(`<div class="listeners socket">
		<form class="add" onsubmit={}>
			<code>ws.send(</code>
			<input id="message" type="text" aria-label="Message to send" autocomplete="off" spellcheck="false" autocapitalize="off"/>
			<code>)</code>
			<button type="submit" class="small" disabled={} title="our server returns it">Send</button>
		</form>
		<label class="check"><input id="returns" type="checkbox" checked={} onchange={}/>reconnect by hand</label>
		{}{}
	</div>`, c.onSendMessage, !c.live, c.setup.Returns, c.onReturns, when(c.lacks != "", `<p class="hint">{}</p>`, c.lacks), text)
}

// onReturns switches the reconnection by hand on or off. What is connected is connected again with it.
func (c *connectPanel) onReturns(ctx app.Context, _ app.Event) {
	s := c.Model.connection.setup
	s.Returns = ctx.JSSrc().Get("checked").Bool()
	c.Model.change(s)
	if c.Model.alive() {
		c.Model.connect()
	}
}

func (c *connectPanel) onSendMessage(_ app.Context, e app.Event) {
	e.PreventDefault()
	field := element("message")
	if c.Model.sendMessage(field.Get("value").String()) {
		field.Set("value", "")
	}
}

// sendMessage sends what the page says over its WebSocket, and reports whether it could.
func (m *model) sendMessage(text string) bool {
	c := m.connection.source
	if c == nil || !c.Send(text) {
		return false
	}
	c.seen.Sent(eventsource.Now(), text)
	m.table.scan()
	m.pace.again(0)
	return true
}

// showReconnection gets the module, once it is to be seen.
func (m *model) showReconnection() {
	if m.connection.setup.Returns {
		m.fetchReconnection()
	}
}

// fetchReconnection gets the module, once.
func (m *model) fetchReconnection() {
	by := &m.connection.by
	if by.asked {
		return
	}
	by.asked = true
	fetchText(reconnectModule, func(text string) {
		by.text, by.asked = text, text != ""
		m.pace.again(0)
	})
}
