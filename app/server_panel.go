package main

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// serverPanel says what the server will do: a stream of ours to choose and to adjust, or any other.
type serverPanel struct {
	Model   *model
	target  address
	streams streams
}

func (m *model) serverPanel() app.UI {
	return shown(&serverPanel{m, m.target(), m.streams})
}

func (s *serverPanel) draw() app.UI {
	query := s.target.parameters()
	all := s.streams.all()
	chosen := slices.IndexFunc(all, func(p preset) bool { return p.url == s.target.typed })
	var list []app.UI
	group := ""
	for i, p := range all {
		if i != chosen && (!p.matches(s.streams.find) || s.streams.find == "" && i >= s.streams.listed) {
			continue
		}
		if p.group != group {
			group = p.group
			list = append(list, view(`<h3>{}</h3>`, group))
		}
		list = append(list, view(`<label class="choice">
			<input type="radio" name="preset" checked={} onchange={}/>
			<span><b>{}</b><span>{}</span></span>
		</label>`, i == chosen, scoped{p.url, s.onChoose(p)}, p.title, p.about))
	}
	isScenario := chosen >= 0 && all[chosen].scenario != ""
	return view(`<section class="panel" data-panel="The server will" aria-label="The server will">
		<h2>1 · The server will…</h2>
		<input type="search" class="small" placeholder={} aria-label="Find a stream" oninput={}/>
		<div class="choices" role="radiogroup" aria-label="What the server will do" tabindex="-1">{}</div>
		<label class="choice">
			<input type="radio" name="preset" checked={} onchange={}/>
			<span><b>Any URL</b><span>type its address under 2</span></span>
		</label>
		{}
		{}
	</section>`,
		fill(say("find among {n}…"), "{n}", strconv.Itoa(len(all))), s.onFind,
		list,
		chosen < 0, s.onOwn,
		when(isScenario, `<button type="button" class="small" onclick={}>Edit this scenario</button>`, s.onEdit),
		when(s.target.isClassic(), `<details class="adjust">
			<summary>Adjust this stream</summary>
			<div class="fields">
				{}
				<label class="check"><input id="resume" type="checkbox" checked={} onchange={}/>resume after Last-Event-ID</label>
			</div>
		</details>`, s.parameters(query), query.Get("resume") != "false", s.onResume),
	)
}

// parameters are the fields for what the classic stream can be told.
func (s *serverPanel) parameters(query url.Values) []app.UI {
	fields := []app.UI{}
	for _, p := range parameters {
		fields = append(fields, view(`<label class="field">
			<span>{} <small>{}</small></span>
			<input type="text" id={} placeholder={} value={} autocomplete="off" spellcheck="false" oninput={}/>
		</label>`, p.name, say(p.hint), "parameter-"+p.name, say(p.usual), query.Get(p.name), scoped{p.name, s.onParameter(p.name)}))
	}
	return fields
}

func (s *serverPanel) onChoose(p preset) app.EventHandler {
	return func(app.Context, app.Event) { s.Model.choose(p) }
}

func (s *serverPanel) onFind(ctx app.Context, _ app.Event) { s.Model.streams.find = valueOf(ctx) }

// onEdit fetches the chosen scenario's text and opens it in the editor.
func (s *serverPanel) onEdit(app.Context, app.Event) {
	m := s.Model
	for _, p := range m.streams.all() {
		if p.url == m.connection.setup.URL {
			m.tabs.chosen = tabScript
			fetchText("/scenarios/"+p.scenario+".txt", func(text string) {
				if text != "" {
					m.edit(text)
				}
				m.pace.again(0)
			})
		}
	}
}

func (s *serverPanel) onOwn(ctx app.Context, _ app.Event) {
	url := element("url")
	url.Call("focus")
	url.Call("select")
}

func (s *serverPanel) onParameter(name string) app.EventHandler {
	return func(ctx app.Context, _ app.Event) { s.onSet(name, valueOf(ctx)) }
}

func (s *serverPanel) onResume(ctx app.Context, _ app.Event) {
	value := ""
	if !ctx.JSSrc().Get("checked").Bool() {
		value = "false"
	}
	s.onSet("resume", value)
}

// onSet changes one parameter in the address.
func (s *serverPanel) onSet(name, value string) {
	setup := s.Model.connection.setup
	setup.URL = withParameter(setup.URL, name, value)
	s.Model.change(setup)
}
