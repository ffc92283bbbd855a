package main

import (
	"strconv"
	"unicode/utf16"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/code/quote"
	"eventsource-playground/protocol"
)

// scriptTab is the editor for a scenario of one's own.
type scriptTab struct {
	app.Compo
	Model    *model
	Language string
	Text     string
	Checked  *protocol.Checked // what the server said of it
	Said     string
	Notation string
	Up       bool // the channel to the server
}

func (m *model) scriptTab() app.UI {
	e := &m.editor
	return &scriptTab{Model: m, Language: voice.Code, Text: e.text, Checked: e.checked, Said: e.said, Notation: e.notation, Up: m.channel.up}
}

func (s *scriptTab) Render() app.UI {
	problems, previews := []app.UI{}, []app.UI{}
	if s.Checked != nil {
		for _, e := range s.Checked.Errors {
			problems = append(problems, view(`<li><button type="button" class="link" onclick={}>{}</button> {}</li>`,
				scoped{e.Line<<16 | e.Column, s.onProblem(e.Line)},
				fill(say("line {line}, column {column}"), "{line}", strconv.Itoa(e.Line), "{column}", strconv.Itoa(e.Column)), e.What))
		}
		for i, a := range s.Checked.Attempts {
			events := []app.UI{}
			for _, e := range a.Events {
				events = append(events, view(`<li><b><bdi>{}</bdi></b><code>{}</code><small>{}</small></li>`,
					brief(e.Type, 40), " "+quote.JS(shorten(e.Data, 120)), " lastEventId "+quote.JS(shorten(e.LastEventID, 40))))
			}
			end := a.End
			if a.More {
				end = later("more")
			}
			previews = append(previews, view(`<li><b>{}</b><small>{}</small><ol>{}</ol></li>`,
				fill(say("request {n}"), "{n}", strconv.Itoa(i+1))+" → "+strconv.Itoa(a.Status),
				" "+fill(say("then {end}"), "{end}", say(end)), events))
		}
	}
	return view(`<div class="script">
		<label class="field wide">
			<span>A scenario: the stream as it goes over the wire, and directives</span>
			<textarea id="script" rows="18" spellcheck="false" autocapitalize="off" oninput={}/>
		</label>
		<div class="actions">
			<button type="button" class="primary" disabled={} onclick={}>Play</button>
			<button type="button" disabled={} onclick={}>Share script</button>
		</div>
		<p class="hint" role="status">{}</p>
		<details class="adjust" ontoggle={}>
			<summary>The notation on one screen</summary>
			<pre role="group" tabindex="0" aria-label="The notation">{}</pre>
		</details>
		{}
		{}
		{}
	</div>`,
		s.onInput,
		len(problems) > 0 || s.Text == "", s.onPlay,
		s.Text == "", s.onShare,
		say(s.Said),
		s.onNotation, s.Notation,
		when(!s.Up, `<p class="hint">The channel to the server is down, so the text is not checked while you type.</p>`),
		when(len(problems) > 0, `<ol class="problems" aria-label="Mistakes">{}</ol>`, problems),
		when(len(problems) == 0 && len(previews) > 0, `<div>
			<h3>What a browser dispatches, if it listens</h3>
			<ol class="previews">{}</ol>
		</div>`, previews),
	)
}

func (s *scriptTab) OnMount(app.Context)  { s.onText() }
func (s *scriptTab) OnUpdate(app.Context) { s.onText() }

// onText puts the text into the field when it came from elsewhere than the field itself.
func (s *scriptTab) onText() {
	field := element("script")
	if field.Truthy() && field.Get("value").String() != s.Text {
		field.Set("value", s.Text)
	}
}

func (s *scriptTab) onInput(ctx app.Context, _ app.Event) {
	s.Model.editor.text, s.Model.editor.shows = valueOf(ctx), ""
	s.Model.editor.said, s.Model.editor.playing = "", false
	s.Model.check()
}

// onNotation fetches the notation when it is unfolded.
func (s *scriptTab) onNotation(app.Context, app.Event) {
	m := s.Model
	if m.editor.notation != "" {
		return
	}
	fetchText("/scenarios/NOTATION.md", func(text string) {
		m.editor.notation = text
		m.pace.again(0)
	})
}

// onProblem selects the line of a mistake.
func (s *scriptTab) onProblem(line int) app.EventHandler {
	return func(app.Context, app.Event) {
		text := s.Model.editor.text
		from := 0
		for range line - 1 {
			for from < len(text) && text[from] != '\n' {
				from++
			}
			from++
		}
		to := min(from, len(text))
		for to < len(text) && text[to] != '\n' {
			to++
		}
		units := func(i int) int { return len(utf16.Encode([]rune(text[:min(i, len(text))]))) }
		field := element("script")
		field.Call("focus")
		field.Call("setSelectionRange", units(from), units(to))
	}
}

func (s *scriptTab) onPlay(app.Context, app.Event) { s.Model.play() }

func (s *scriptTab) onShare(ctx app.Context, _ app.Event) {
	m := s.Model
	pack(m.editor.text, func(packed string) {
		link := linkTo(Setup{URL: "/sse?script=" + packed, Listen: m.connection.setup.Listen}.Query())
		copyText(ctx, link, func(_ app.Context, ok bool) {
			m.editor.said = later("Link copied. Who opens it sees the text; it plays when Play is pressed.")
			if !ok {
				m.editor.said = link
			}
			m.pace.again(0)
		})
	})
}
