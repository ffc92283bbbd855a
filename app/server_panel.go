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
	all := s.streams.all()
	chosen := s.streams.chosen(all, s.target)
	var groups, list []app.UI
	for i, p := range all {
		if i == chosen || p.matches(s.streams.find) && (s.streams.find != "" || i < s.streams.listed) {
			list = append(list, s.preset(p, i == chosen))
		}
		if last := i == len(all)-1; len(list) > 0 && (last || all[i+1].group != p.group) {
			groups = append(groups, s.group(p.group, list))
			list = nil
		}
	}
	own := choice(chosen < 0, s.onOwn, say("A URL of your own"), say("any stream on the web: type its address into the call"), nil)
	return view(`<section class="panel" data-panel="The server will" aria-label="The server will" data-unfolded={}>
		<div class="title">
			<h2>1 · The server will…</h2>
			<button type="button" class="small unfold" aria-expanded={} onclick={}>All scenarios</button>
		</div>
		<input type="search" class="small" placeholder={} aria-label="Find a stream" oninput={}/>
		<div class="choices" role="radiogroup" aria-label="What the server will do" tabindex="-1">{}{}</div>
	</section>`,
		s.streams.unfolded, s.streams.unfolded, s.onUnfold,
		fill(say("find among {n}…"), "{n}", strconv.Itoa(len(all))), s.onFind,
		groups, s.group(say("Any stream"), []app.UI{own}),
	)
}

// group is the streams of one kind under their heading, which folds them away. What is looked for is not folded.
func (s *serverPanel) group(title string, list []app.UI) app.UI {
	return view(`<details class="group" open={}>
		<summary onclick={}>{}</summary>
		{}
	</details>`, s.streams.find != "" || !slices.Contains(s.streams.folded, title), scoped{title, s.onFold(title)}, title, list)
}

// preset is a stream that our server plays. The one that is chosen unfolds all that is said of it, and what can be changed.
func (s *serverPanel) preset(p preset, chosen bool) app.UI {
	choose := scoped{p.url, s.onChoose(p)}
	if !chosen {
		return choice(false, choose, p.title, gist(p.about, 54), nil)
	}
	return choice(true, choose, p.title, p.about, s.changes(p.scenario == ""))
}

// choice is an entry of the list.
func choice(chosen bool, choose any, title, about string, changes any) app.UI {
	return view(`<div class="choice" data-chosen={}>
		<label>
			<input type="radio" name="preset" checked={} onclick={}/>
			<b>{}</b>
			<span>{}</span>
		</label>
		{}
	</div>`, chosen, chosen, choose, title, about, changes)
}

// changes are what can be done to the chosen stream. The classic one has parameters.
func (s *serverPanel) changes(classic bool) app.UI {
	query := s.target.parameters()
	return view(`<div class="actions">
		<button type="button" class="small" title="Open the text in the tab Script" onclick={}>Edit</button>
		{}
		{}
	</div>`, s.onEdit,
		when(classic, `<button type="button" class="small" aria-expanded={} onclick={}>Adjust</button>`, s.streams.adjusting, s.onAdjust),
		when(classic && s.streams.adjusting, `<div class="fields">
			{}
			<label class="check"><input id="resume" type="checkbox" checked={} onchange={}/>resume after Last-Event-ID</label>
		</div>`, s.parameters(query), query.Get("resume") != "false", s.onResume))
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

// onChoose is for a click, not a change: the classic stream is chosen however it was adjusted, and a click makes it what it was.
func (s *serverPanel) onChoose(p preset) app.EventHandler {
	return func(app.Context, app.Event) {
		s.Model.choose(p)
		s.Model.streams.unfolded = false
	}
}

func (s *serverPanel) onFind(ctx app.Context, _ app.Event) { s.Model.streams.find = valueOf(ctx) }

func (s *serverPanel) onFold(group string) app.EventHandler {
	return func(_ app.Context, e app.Event) {
		e.PreventDefault() // the drawing does it
		s.Model.streams.fold(group)
	}
}

func (s *serverPanel) onUnfold(app.Context, app.Event) {
	s.Model.streams.unfolded = !s.Model.streams.unfolded
}

func (s *serverPanel) onAdjust(app.Context, app.Event) {
	s.Model.streams.adjusting = !s.Model.streams.adjusting
}

// onEdit opens the chosen stream's text in the editor.
func (s *serverPanel) onEdit(app.Context, app.Event) {
	m := s.Model
	m.editor.text, m.editor.shows = "", ""
	m.chooseTab(tabScript)
}

func (s *serverPanel) onOwn(app.Context, app.Event) {
	s.Model.streams.own, s.Model.streams.unfolded = true, false
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
	m := s.Model
	setup, classic := m.connection.setup, m.streams.classic
	setup.URL = withParameter(setup.URL, name, value)
	m.change(setup)
	m.streams.classic = classic // its fields stay where they are
}
