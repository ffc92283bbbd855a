package main

import (
	"encoding/base64"
	"encoding/json"
	"runtime"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/protocol"
)

// editor is a scenario of the visitor's own: its text, and what the server said of it. Nothing is stored there.
type editor struct {
	text    string
	changes int
	checked *protocol.Checked
	pause   alarm // from the last key to the check
	said    string

	notation string // once it was asked for
}

func encodeBase64URL(b []byte) string          { return base64.RawURLEncoding.EncodeToString(b) }
func decodeBase64URL(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(s) }

// edit opens a text in the editor.
func (m *model) edit(text string) {
	m.editor.text = text
	m.editor.changes++
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

// scriptTab is the editor for a scenario of one's own.
type scriptTab struct {
	app.Compo
	Model    *model
	Language string
	Text     int
	Checked  *protocol.Checked
	Said     string
	Up       bool
}

func (s *scriptTab) Render() app.UI {
	m := s.Model
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
				events = append(events, view(`<li><b>{}</b><code>{}</code><small>{}</small></li>`,
					shorten(e.Type, 40), " "+quoteJS(shorten(e.Data, 120)), " lastEventId "+quoteJS(shorten(e.LastEventID, 40))))
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
		len(problems) > 0 || m.editor.text == "", s.onPlay,
		m.editor.text == "", s.onShare,
		say(s.Said),
		s.onNotation, m.editor.notation,
		when(!s.Up, `<p class="hint">The channel to the server is down, so the text is not checked while you type.</p>`),
		when(len(problems) > 0, `<ol class="problems" aria-label="Mistakes">{}</ol>`, problems),
		when(len(problems) == 0 && len(previews) > 0, `<div>
			<h3>What a browser dispatches, if it listens</h3>
			<ol class="previews">{}</ol>
		</div>`, previews),
	)
}

func (s *scriptTab) OnMount(app.Context)  { s.show() }
func (s *scriptTab) OnUpdate(app.Context) { s.show() }

// show puts the text into the field when it came from elsewhere than the field itself.
func (s *scriptTab) show() {
	field := element("script")
	if field.Truthy() && field.Get("value").String() != s.Model.editor.text {
		field.Set("value", s.Model.editor.text)
	}
}

func (s *scriptTab) onInput(ctx app.Context, _ app.Event) {
	s.Model.editor.text = valueOf(ctx)
	s.Model.editor.said = ""
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
		m.editor.changes++
		m.update()
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

// onPlay plays the text: it becomes a part of the address, and the page connects.
func (s *scriptTab) onPlay(app.Context, app.Event) {
	m := s.Model
	pack(m.editor.text, func(packed string) {
		setup := Setup{URL: "/sse?script=" + packed, Listen: m.setup.Listen, Credentials: m.setup.Credentials}
		if m.editor.checked != nil {
			for _, name := range m.editor.checked.Listen {
				setup.add(name)
			}
		}
		m.change(setup)
		m.connect()
		m.update()
	})
}

func (s *scriptTab) onShare(ctx app.Context, _ app.Event) {
	m := s.Model
	pack(m.editor.text, func(packed string) {
		link := linkTo(Setup{URL: "/sse?script=" + packed, Listen: m.setup.Listen}.Query())
		copyText(ctx, link, func(_ app.Context, ok bool) {
			m.editor.said = later("Link copied. Who opens it sees the text; it plays when Play is pressed.")
			if !ok {
				m.editor.said = link
			}
			m.update()
		})
	})
}

// loadScenarios fetches the list.
func (m *model) loadScenarios() {
	fetchText("/scenarios?lang="+language, func(text string) {
		var list protocol.Catalogue
		if json.Unmarshal([]byte(text), &list) != nil {
			return
		}
		m.scenarios = list
		m.listMore()
	})
}

// listMore draws more of the list of streams. All at once would hold up the page for a tenth of a second.
func (m *model) listMore() {
	const more, pause = 15, 50 * time.Millisecond
	m.listed += more
	m.setupChanges++
	m.update()
	if m.listed < len(presets)+len(m.scenarios.Scenarios) {
		time.AfterFunc(pause, m.listMore)
		return
	}
	m.ctx.Defer(func(app.Context) { showChosen() })
	// The first collection is the slowest, since the browser compiles it then: have it while nothing else happens.
	time.AfterFunc(pause, runtime.GC)
}

// showChosen scrolls the list to the chosen stream, and nothing else.
func showChosen() {
	chosen := app.Window().Get("document").Call("querySelector", ".choices :checked")
	if chosen.Truthy() {
		list := chosen.Call("closest", ".choices")
		label := chosen.Call("closest", "label")
		list.Set("scrollTop", label.Get("offsetTop").Int()-list.Get("clientHeight").Int()/2)
	}
}
