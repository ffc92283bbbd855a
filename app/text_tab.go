package main

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/trace"
)

// textTab is a text that comes in pieces, as one, growing.
type textTab struct {
	Model    *model
	path     string
	end      string
	suggests []string
	text     string
	pieces   int
	without  int
	cut      int
	empty    bool // no event came yet
}

func (m *model) textTab() app.UI {
	j := &m.tabs.joined
	return shown(&textTab{m, m.connection.setup.Path, m.connection.setup.End, m.tabs.suggests, j.text.String(), j.pieces, j.without, j.cut, m.subject().Counts().Events == 0})
}

// join takes in what came, in steps, and suggests paths while none is chosen.
func (m *model) join() {
	if m.tabs.chosen != tabText {
		return
	}
	if m.connection.setup.Path == "" {
		m.tabs.suggests = suggest(m.newest())
	}
	if m.tabs.joined.take(m.connection.setup.Path, m.log, m.subject()) {
		m.tabs.joining.set(0, func() {
			m.join()
			m.pace.again(mostPause)
		})
	}
}

// newest are the data of some of the newest events of the source that is shown.
func (m *model) newest() (data []string) {
	const few, look = 20, 200
	for _, r := range m.log.Records(m.log.End()-look, m.log.End()) {
		if r.Kind == trace.Message && r.Source == m.subject().State().Source {
			data = append(data, r.Data)
		}
	}
	return data[max(0, len(data)-few):]
}

func (t *textTab) draw() app.UI {
	buttons := []app.UI{}
	for _, path := range t.suggests {
		buttons = append(buttons, view(`<button type="button" class="small" onclick={}><code>{}</code></button>`, scoped{path, t.onSuggested(path)}, brief(path, 60)))
	}
	said := []string{}
	switch {
	case t.path == "" && t.empty:
		said = append(said, say("Nothing yet. When events with JSON come, choose here which text of them is to be joined."))
	case t.path == "":
		said = append(said, say("Choose the path to the text in each event's JSON; $ is the data as they are."))
	default:
		said = append(said, count(t.pieces, "1 piece.", "{n} pieces."))
	}
	if t.without > 0 && t.path != "" {
		said = append(said, count(t.without, "1 event has no text there.", "{n} events have no text there."))
	}
	if t.cut > 0 {
		said = append(said, count(t.cut, "1 more piece is not joined: the text is 1 MiB long.", "{n} more pieces are not joined: the text is 1 MiB long."))
	}
	return view(`<div class="joined">
		<div class="tools">
			<label class="check">JSON path<input id="path" type="text" class="small" value={} placeholder="choices[0].delta.content" autocomplete="off" spellcheck="false" autocapitalize="off" onchange={}/></label>
			{}
			<label class="check">end marker<input id="end" type="text" class="small" value={} placeholder="[DONE]" autocomplete="off" spellcheck="false" autocapitalize="off" onchange={}/></label>
		</div>
		<p class="hint">{}</p>
		{}
	</div>`, t.path, t.onPath, buttons, t.end, t.onEnd, sentences(said), when(t.text != "", `<pre class="said" role="group" tabindex="0" aria-label="Joined text">{}</pre>`, readable(t.text)))
}

// readable is a text to be read: what can't be seen is shown, but for the spaces at the end of a line, which may be its last for a
// moment only.
func readable(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = visible(line)
	}
	return strings.Join(lines, "\n")
}

func (t *textTab) onPath(ctx app.Context, _ app.Event) { t.onChoose(strings.TrimSpace(valueOf(ctx))) }

// onEnd is data or type of the event without which a stream that ends is broken off.
func (t *textTab) onEnd(ctx app.Context, _ app.Event) {
	s := t.Model.connection.setup
	s.End = strings.TrimSpace(valueOf(ctx))
	t.Model.change(s)
}

func (t *textTab) onSuggested(path string) app.EventHandler {
	return func(app.Context, app.Event) { t.onChoose(path) }
}

func (t *textTab) onChoose(path string) {
	s := t.Model.connection.setup
	s.Path = path
	t.Model.change(s)
	t.Model.join()
}
