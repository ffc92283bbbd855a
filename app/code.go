package main

import (
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/code/quote"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// callCode is the call as JavaScript.
func callCode(s Setup) string {
	if s.Engine {
		return fetchCode(s)
	}
	if s.Socket {
		return "const ws = new WebSocket(" + quote.JS(withoutSecrets(s.URL, protocol.Placeholder)) + ")"
	}
	code := "const es = new EventSource(\n  " + quote.JS(withoutSecrets(s.URL, protocol.Placeholder))
	if s.Credentials {
		code += ",\n  { withCredentials: true }"
	}
	return code + ")"
}

func fetchCode(s Setup) string {
	headers := "    Accept: \"text/event-stream\",\n"
	for h := range s.sent() {
		value := h.Value
		if protocol.LooksSecret(h.Name) {
			value = protocol.Placeholder
		}
		headers += "    " + quote.JS(h.Name) + ": " + quote.JS(value) + ",\n"
	}
	code := "const response = await fetch(" + quote.JS(withoutSecrets(s.URL, protocol.Placeholder)) + ", {\n  method: " + quote.JS(s.method()) +
		",\n  headers: {\n" + headers + "  },\n"
	if s.hasBody() {
		code += "  body: BODY,\n"
	}
	if s.Credentials {
		code += "  credentials: \"include\",\n"
	}
	return code + "})"
}

// programs are those that our server writes, in the order of the menu; the name is for its query.
var programs = []struct{ name, text string }{
	{"eventsource", later("JavaScript with EventSource")},
	{"fetch", later("JavaScript with fetch")},
	{"go", later("Go")},
	{"curl", later("curl")},
	{"server-go", later("a server in Go")},
	{"server-node", later("a server in Node")},
}

// program is what the tab Code shows: what is set up, as our server wrote it.
type program struct {
	chosen string // of programs; "": the one of the client that is chosen
	at     string // the address of the text, or of the one that is under way; "": none
	text   string
	failed bool
	settle alarm
}

// programName is that of the program which is shown.
func (m *model) programName() string {
	switch {
	case m.program.chosen != "":
		return m.program.chosen
	case m.kind() == trace.Engine:
		return "fetch"
	}
	return "eventsource"
}

// programAddress is where our server has the program. It is told no secrets, and no body.
func (m *model) programAddress() string {
	s, target, name := m.connection.setup, m.target(), m.programName()
	if s.Socket { // programs are of event streams
		s.Socket, s.Returns = false, false
		target = m.address(target.as(false))
	}
	address := withoutSecrets(target.resolved, protocol.Placeholder)
	path := "/code?program=" + name + "&lang=" + voice.Code
	if strings.HasPrefix(name, "server-") {
		if target.ours() {
			_, query, _ := cutAddress(address)
			path += "&stream=" + escapeQuery(query)
		}
		return path
	}
	path += "&url=" + escapeQuery(address) + s.requestQuery(protocol.Placeholder)
	for _, typ := range s.Listen {
		path += "&listen=" + escapeQuery(typ)
	}
	if s.Credentials {
		path += "&credentials=1"
	}
	return path
}

// showProgram gets the program, if it is to be seen.
func (m *model) showProgram() {
	if m.tabs.chosen != tabCode || m.target().wrong != "" {
		return
	}
	p, at := &m.program, m.programAddress()
	if p.at == at {
		return
	}
	p.at = at
	fetchText(at, func(text string) {
		if p.at != at {
			return
		}
		p.text, p.failed = text, text == ""
		if p.failed {
			p.at = "" // to try again
		}
		m.pace.again(0)
	})
}

// changeProgram is showProgram once the visitor pauses.
func (m *model) changeProgram() {
	const pause = 300 * time.Millisecond
	m.program.settle.set(pause, m.showProgram)
}

// codeTab is the program as code.
type codeTab struct {
	Model  *model
	name   string
	text   string
	wrong  string
	copied string
}

func (m *model) codeTab() app.UI {
	wrong := m.target().wrong
	if wrong == "" && m.program.failed {
		wrong = say("The server wrote no program: it can't be reached, or it refuses this stream.")
	}
	return shown(&codeTab{m, m.programName(), m.program.text, wrong, m.copied})
}

func (t *codeTab) draw() app.UI {
	options := []app.UI{}
	for _, p := range programs {
		options = append(options, view(`<option value={} selected={}>{}</option>`, p.name, p.name == t.name, say(p.text)))
	}
	return view(`<div class="program">
		<select id="program" class="small" aria-label="Which program" onchange={}>{}</select>
		{}
		{}
	</div>`,
		t.onChoose, options,
		when(t.wrong != "", `<p class="hint" role="status">{}</p>`, t.wrong),
		when(t.wrong == "", `<div class="code"><pre role="group" tabindex="0" aria-label="Program"><code>{}</code></pre>{}</div>`,
			t.text, copyButton(say("Copy the program"), "program", t.copied, t.onCopy)))
}

func (t *codeTab) onChoose(ctx app.Context, _ app.Event) {
	t.Model.program.chosen, t.Model.copied = valueOf(ctx), ""
	t.Model.showProgram()
}

func (t *codeTab) onCopy(ctx app.Context, _ app.Event) {
	t.Model.copy(ctx, "program", t.Model.program.text)
}
