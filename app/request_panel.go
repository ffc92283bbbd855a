package main

import (
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// requestPanel is what the Go engine sends beyond an EventSource's request: method, headers and body.
type requestPanel struct {
	Model    *model
	setup    Setup
	revealed bool // secrets are shown
	copied   string
}

// methods are those to choose from.
var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"}

// sample is a request to begin with.
type sample struct {
	name    string
	method  string
	headers []header
	body    string
}

// samples are in the order of the menu.
var samples = []sample{
	{name: later("GET, as EventSource sends it")},
	{name: later("with a token"), headers: []header{{Name: "Authorization", Value: "Bearer "}}},
	{
		name: later("POST: text in pieces, an end marker"), method: "POST",
		headers: []header{{Name: "Authorization", Value: "Bearer "}, {Name: "Content-Type", Value: "application/json"}},
		body:    "{\n  \"model\": \"…\",\n  \"stream\": true,\n  \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]\n}",
	},
	{
		name: later("POST: named events, pings"), method: "POST",
		headers: []header{{Name: "X-Api-Key"}, {Name: "Content-Type", Value: "application/json"}},
		body:    "{\n  \"model\": \"…\",\n  \"stream\": true,\n  \"max_tokens\": 100,\n  \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]\n}",
	},
	{
		name: later("MCP: POST answered by a stream"), method: "POST",
		headers: []header{{Name: "Accept", Value: "application/json, text/event-stream"}, {Name: "Content-Type", Value: "application/json"}},
		body: "{\n  \"jsonrpc\": \"2.0\",\n  \"id\": 1,\n  \"method\": \"initialize\",\n  \"params\": {\n    \"protocolVersion\": \"2025-06-18\",\n    \"capabilities\": {}," +
			"\n    \"clientInfo\": {\"name\": \"eventsource-playground\", \"version\": \"1\"}\n  }\n}",
	},
}

// requestPanel is nil for an EventSource, whose request nobody can change.
func (m *model) requestPanel() *requestPanel {
	if m.kind() != trace.Engine {
		return nil
	}
	return &requestPanel{m, m.connection.setup, m.connection.revealed, m.copied}
}

func (r *requestPanel) draw() app.UI {
	options := []app.UI{view(`<option value="" selected>{}</option>`, say("a request to begin with…"))}
	for i, s := range samples {
		options = append(options, view(`<option value={}>{}</option>`, strconv.Itoa(i), say(s.name)))
	}
	rows := []app.UI{}
	for i, h := range r.setup.Headers {
		rows = append(rows, r.headerRow(i, h))
	}
	var body, repeat any
	if r.setup.hasBody() {
		body = r.bodyField()
		repeat = view(`<label class="check"><input id="repeat" type="checkbox" checked={} onchange={}/>{}</label>`,
			r.setup.Repeat, r.onRepeat, say("send it again after a loss"))
	}
	reveal := say("Show secrets")
	if r.revealed {
		reveal = say("Hide secrets")
	}
	return view(`<div class="request" role="group" aria-label="The request">
		<div class="tools">
			<select id="sample" class="small" aria-label="Requests to begin with" onchange={}>{}</select>
			<button type="button" class="small" onclick={}>+ header</button>
			<button type="button" class="small toggle" aria-pressed={} onclick={}>{}</button>
			<label class="check"><input id="credentials" type="checkbox" checked={} onchange={}/>include credentials</label>
			{}
		</div>
		<ul class="headers" aria-label="Headers">{}</ul>
		{}
	</div>`, r.onSample, options, r.onAddHeader, r.revealed, r.onReveal, reveal, r.setup.Credentials, r.onCredentials, repeat, rows, body)
}

func (r *requestPanel) headerRow(i int, h header) app.UI {
	class := ""
	if protocol.LooksSecret(h.Name) && !r.revealed {
		class = "masked" // a field of the type password would have the browser offer to keep it
	}
	n := strconv.Itoa(i + 1)
	return view(`<li>
		<input type="checkbox" checked={} aria-label={} onchange={}/>
		<input id={} type="text" value={} placeholder="name" list="header-names" aria-label={} autocomplete="off" spellcheck="false" autocapitalize="off" onchange={}/>
		<span aria-hidden="true">:</span>
		<input id={} type="text" class={} value={} placeholder="value" aria-label={} autocomplete="off" spellcheck="false" autocapitalize="off" oninput={}/>
		<button type="button" class="small icon" aria-label={} title={} onclick={}>×</button>
	</li>`,
		!h.Off, fill(say("Header {n} is sent"), "{n}", n), scoped{n, r.onHeaderOn(i)},
		headerNameID(n), h.Name, fill(say("Name of header {n}"), "{n}", n), scoped{n, r.onHeaderName(i)},
		headerValueID(n), class, h.Value, fill(say("Value of header {n}"), "{n}", n), scoped{n, r.onHeaderValue(i)},
		fill(say("Remove header {n}"), "{n}", n), fill(say("Remove header {n}"), "{n}", n), scoped{n, r.onRemoveHeader(i)})
}

func headerNameID(n string) string  { return "header-name-" + n }
func headerValueID(n string) string { return "header-value-" + n }

// bodyField is the body, masked until secrets are shown: what is asked of a server is the visitor's own affair.
func (r *requestPanel) bodyField() app.UI {
	if !r.revealed && r.setup.Body != "" {
		return view(`<p class="hint">{} <button type="button" class="small" onclick={}>{}</button></p>`,
			count(len(r.setup.Body), "The body has 1 byte, which is masked.", "The body has {n} bytes, which are masked."), r.onReveal, say("Show and edit"))
	}
	return view(`<textarea id="body" rows="4" spellcheck="false" autocapitalize="off" aria-label="Body" placeholder="body" oninput={}>{}</textarea>`, r.onBody, r.setup.Body)
}

// onSet changes what is sent. The headers are the set-up's own.
func (r *requestPanel) onSet(change func(s *Setup)) {
	s := r.Model.connection.setup
	s.Headers = slices.Clone(s.Headers)
	change(&s)
	r.Model.change(s)
}

func (r *requestPanel) onSample(ctx app.Context, _ app.Event) {
	i, err := strconv.Atoi(valueOf(ctx))
	if err != nil {
		return
	}
	ctx.JSSrc().Set("value", "")
	chosen := samples[i]
	r.Model.connection.revealed = r.Model.connection.revealed || chosen.body != ""
	r.onSet(func(s *Setup) {
		s.Method, s.Headers, s.Body, s.Repeat = chosen.method, slices.Clone(chosen.headers), chosen.body, false
	})
}

func (r *requestPanel) onAddHeader(app.Context, app.Event) {
	r.onSet(func(s *Setup) { s.Headers = append(s.Headers, header{}) })
	r.onFocus(headerNameID(strconv.Itoa(len(r.Model.connection.setup.Headers))))
}

func (r *requestPanel) onCredentials(ctx app.Context, _ app.Event) {
	r.onSet(func(s *Setup) { s.Credentials = ctx.JSSrc().Get("checked").Bool() })
}

func (r *requestPanel) onRepeat(ctx app.Context, _ app.Event) {
	r.onSet(func(s *Setup) { s.Repeat = ctx.JSSrc().Get("checked").Bool() })
}

func (r *requestPanel) onReveal(app.Context, app.Event) {
	r.Model.connection.revealed = !r.Model.connection.revealed
}

func (r *requestPanel) onBody(ctx app.Context, _ app.Event) {
	r.Model.connection.revealed = true // who types sees it
	r.onSet(func(s *Setup) { s.Body = valueOf(ctx) })
}

// onHeader is what happens to the header of a row, if it is still there.
func (r *requestPanel) onHeader(i int, change func(ctx app.Context, h *header)) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		r.onSet(func(s *Setup) {
			if i < len(s.Headers) {
				change(ctx, &s.Headers[i])
			}
		})
	}
}

func (r *requestPanel) onHeaderOn(i int) app.EventHandler {
	return r.onHeader(i, func(ctx app.Context, h *header) { h.Off = !ctx.JSSrc().Get("checked").Bool() })
}

func (r *requestPanel) onHeaderName(i int) app.EventHandler {
	return r.onHeader(i, func(ctx app.Context, h *header) { h.Name = valueOf(ctx) })
}

func (r *requestPanel) onHeaderValue(i int) app.EventHandler {
	return r.onHeader(i, func(ctx app.Context, h *header) { h.Value = valueOf(ctx) })
}

func (r *requestPanel) onRemoveHeader(i int) app.EventHandler {
	return func(app.Context, app.Event) {
		r.onSet(func(s *Setup) {
			if i < len(s.Headers) {
				s.Headers = slices.Delete(s.Headers, i, i+1)
			}
		})
		r.onFocus("sample") // the button that had the focus is gone
	}
}

// onFocus moves the focus once what was changed is drawn.
func (r *requestPanel) onFocus(id string) {
	r.Model.pace.then(func() {
		if e := element(id); e.Truthy() {
			e.Call("focus")
		}
	})
}
