package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// eventsPanel is the log as a table, newest first, and the program that does the same as code. Only the rows that can
// be seen exist: all have one height, so the scroll bar is right for any number of them.
type eventsPanel struct {
	app.Compo
	Model    *model
	Language string
	Changes  int
	Setup    int
	View     int
	Tab      string
	Top      int
	Unfolded int
	Copied   string
	Attempt  int
	Channel  string
	Script   int
	Checked  *protocol.Checked
	Said     string

	added int // rows at the top when last drawn
	grown int // since the drawing before
}

// allTypes is the value of the choice without a filter: go-app leaves an empty value out, and no type holds a line break.
const allTypes = "\n"

// Heights in CSS pixels; style.css has the same.
const (
	rowHeight    = 44
	detailHeight = 232
	viewRows     = 26 // rows that exist: those in view, and some more
	extraRows    = 6  // of them above the first in view
)

func (p *eventsPanel) Render() app.UI {
	m := p.Model
	shown := m.view.Len()
	exchanges, _ := m.log.Exchanges()
	var body app.UI
	switch p.Tab {
	case tabWire:
		body = &wireTab{Model: m, Language: language, Changes: p.Changes, Attempt: p.Attempt}
	case tabRequests:
		body = &requestsTab{Model: m, Language: language, Changes: p.Changes}
	case tabScript:
		body = &scriptTab{Model: m, Language: language, Text: p.Script, Checked: p.Checked, Said: p.Said, Up: m.channelUp()}
	case tabCode:
		body = p.program()
	default:
		body = p.table()
	}
	return view(`<section class="panel" data-panel="Events" aria-label="Events" id="events">
		<div class="title">
			<h2 class="offscreen">Events</h2>
			<div class="tabs" role="tablist" aria-label="What to show" onkeydown={}>{}{}{}{}{}</div>
			<div class="tools">
				{}
				<button type="button" class="small" onclick={}>Clear</button>
				<button type="button" class="small" title="All records as JSON Lines" disabled={} onclick={}>Export</button>
			</div>
		</div>
		<p class="limits">{}</p>
		{}
		<div id={} role="tabpanel" aria-labelledby={}>{}</div>
		<p class="limits">{}</p>
	</section>`,
		p.onTabKey,
		p.tabButton(tabEvents, say("Events"), grouped(shown)),
		p.tabButton(tabWire, say("Wire"), ""),
		p.tabButton(tabRequests, say("Requests"), grouped(len(exchanges))),
		p.tabButton(tabScript, say("Script"), ""),
		p.tabButton(tabCode, say("Code"), ""),
		p.filterFields(), p.onClear, m.log.Len() == 0, p.onExport,
		p.limits(), // no live region: it changes with every event
		p.unheard(),
		"panel-"+p.Tab, "tab-"+p.Tab, body,
		p.Channel, // last: it comes and goes, and must not move what is being clicked
	)
}

// filterFields are the controls of the table of events.
func (p *eventsPanel) filterFields() any {
	v := p.Model.view
	return when(p.Tab == tabEvents, `<div class="tools">
		<input type="search" id="filter" class="small" placeholder="filter…" value={} aria-label="Filter by text" oninput={}/>
		<select class="small" aria-label="Filter by type" onchange={}>{}</select>
		<button type="button" class="small toggle" aria-pressed={} onclick={}>Pause</button>
	</div>`, v.Filter().Text, p.onFilter, p.onType, p.types(), v.Frozen(), p.onPause)
}

// unheard are events that arrived on the wire and reached no listener: only the server's side shows them.
func (p *eventsPanel) unheard() any {
	items := []app.UI{}
	for _, u := range p.Model.subject().Unheard() {
		items = append(items, view(`<li>{} × <code>{}</code> <button type="button" class="small" onclick={}>{}</button></li>`,
			grouped(u.Count), shorten(u.Type, 40), scoped{u.Type, p.onListen(u.Type)}, fill(say("Listen to {type}"), "{type}", shorten(u.Type, 40))))
	}
	return when(len(items) > 0, `<div class="unheard">
		<p>Arrived on the wire, but the page has no listener for the type:</p>
		<ul>{}</ul>
	</div>`, items)
}

func (p *eventsPanel) onListen(typ string) app.EventHandler {
	return func(app.Context, app.Event) { p.Model.listen(typ) }
}

func (p *eventsPanel) tabButton(name, label, count string) app.UI {
	on := p.Tab == name
	focus := -1
	if on {
		focus = 0
	}
	controls := ""
	if on {
		controls = "panel-" + name
	}
	return view(`<button type="button" id={} role="tab" aria-selected={} aria-controls={} tabindex={} onclick={}>{}{}</button>`,
		"tab-"+name, on, controls, focus, scoped{name, p.onTab(name)}, label, when(count != "", `<span>{}</span>`, " "+count))
}

// limits says what is not shown, and why.
func (p *eventsPanel) limits() string {
	m := p.Model
	said := []string{}
	if n := m.log.Dropped(); n > 0 {
		dropped := count(n, "1 older record was dropped: the log keeps {most} records or 64 million characters.", "{n} older records were dropped: the log keeps {most} records or 64 million characters.")
		said = append(said, fill(dropped, "{most}", grouped(trace.MaxRecords)))
	}
	if exchanges, _ := m.log.Exchanges(); len(exchanges) > 0 && p.Tab == tabEvents {
		said = append(said, predictedText(m.subject()))
	}
	if m.view.Frozen() {
		said = append(said, count(m.view.Behind(), "Paused: 1 newer record waits.", "Paused: {n} newer records wait."))
	}
	if m.filtered() {
		said = append(said, fill(say("{n} of {all} records match."), "{n}", grouped(m.view.Len()), "{all}", grouped(m.log.Len())))
	}
	return sentences(said)
}

func (p *eventsPanel) types() []app.UI {
	m := p.Model
	names := append(slices.Clone(always), m.setup.Listen...)
	for _, name := range m.log.Types() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	names = append(names, string(trace.Construct), string(trace.Close))
	chosen := m.view.Filter().Type
	option := `<option value={} selected={}>{}</option>`
	options := []app.UI{view(option, allTypes, chosen == "", say("all types"))}
	for _, name := range names {
		options = append(options, view(option, name, chosen == name, shorten(name, 40)))
	}
	return options
}

func (p *eventsPanel) table() app.UI {
	m := p.Model
	total := m.view.Len()
	p.grown = max(0, m.view.Added()-p.added)
	p.added = m.view.Added()
	if p.Top > 0 { // who has scrolled down keeps what he reads in view
		m.topRow += p.grown
		p.Top = m.topRow
	}
	first := max(0, min(p.Top, total-1)-extraRows)
	rows := []app.UI{}
	for i, r := range m.view.Rows(first, first+viewRows) {
		rows = append(rows, &eventRow{Model: m, Language: language, Record: r, Index: first + i, Unfolded: r.Seq == p.Unfolded, Copied: r.Seq == p.Unfolded && p.Copied == "row"})
	}
	return view(`<div class="table">
		<div role="table" aria-label="Records, newest first" aria-rowcount={}>
			<div role="rowgroup">
				<div class="row head" role="row" aria-rowindex="1">
					<span role="columnheader">time</span>
					<span role="columnheader">event</span>
					<span role="columnheader">readyState</span>
					<span role="columnheader">lastEventId</span>
					<span role="columnheader">data</span>
				</div>
			</div>
			<div id="rows" class="rows" role="rowgroup" tabindex="0" aria-label="Rows" onscroll={}>
				<div id="rows-space" class="space" role="presentation">
					<div id="rows-window" class="window" role="presentation">{}</div>
				</div>
			</div>
		</div>
		{}
	</div>`, total+1, p.onScroll, rows, when(total == 0, `<p class="empty">{}</p>`, p.empty()))
}

func (p *eventsPanel) empty() string {
	switch m := p.Model; {
	case m.filtered() && m.log.Len() > 0:
		return say("No record matches the filter.")
	case m.subject().State().Live():
		return say("Nothing since it was cleared.")
	}
	return say("No events yet. Press Connect.")
}

func (p *eventsPanel) program() app.UI {
	return view(`<div class="code program"><pre role="group" tabindex="0" aria-label="Program">{}</pre>{}</div>`,
		code(programCode(p.Model.setup)), copyButton(say("Copy the program"), "program", p.Copied, p.onCopyProgram))
}

func (p *eventsPanel) OnMount(ctx app.Context)  { p.place(ctx) }
func (p *eventsPanel) OnUpdate(ctx app.Context) { p.place(ctx) }

// place puts the rows where they belong once they are drawn. Their place is set through the style object: the
// Content-Security-Policy allows no style attributes.
func (p *eventsPanel) place(ctx app.Context) {
	ctx.Defer(func(app.Context) {
		scroller, space, window := element("rows"), element("rows-space"), element("rows-window")
		if !scroller.Truthy() || !space.Truthy() || !window.Truthy() {
			return
		}
		m := p.Model
		total := m.view.Len()
		height := total * rowHeight
		first := max(0, min(p.Top, total-1)-extraRows)
		if row, ok := m.view.RowOf(m.unfolded); ok {
			height += detailHeight
			if row < first {
				window.Get("style").Set("transform", px("translateY(", first*rowHeight+detailHeight, ")"))
			} else {
				window.Get("style").Set("transform", px("translateY(", first*rowHeight, ")"))
			}
		} else {
			window.Get("style").Set("transform", px("translateY(", first*rowHeight, ")"))
		}
		space.Get("style").Set("height", px("", height, ""))
		if p.grown > 0 && p.Top > 0 {
			scroller.Set("scrollTop", scroller.Get("scrollTop").Int()+p.grown*rowHeight)
		}
		p.grown = 0
	})
}

func px(before string, n int, after string) string { return before + strconv.Itoa(n) + "px" + after }

func (p *eventsPanel) onScroll(ctx app.Context, _ app.Event) {
	m := p.Model
	top := ctx.JSSrc().Get("scrollTop").Int() / rowHeight
	if row, ok := m.view.RowOf(m.unfolded); ok && top > row {
		top = max(row, top-detailHeight/rowHeight)
	}
	if top == m.topRow {
		ctx.PreventUpdate()
		return
	}
	m.topRow = top
}

func (p *eventsPanel) onTab(name string) app.EventHandler {
	return func(app.Context, app.Event) { p.Model.tab = name }
}

// onTabKey moves between the tabs with the arrow keys, as the pattern of WAI-ARIA asks.
func (p *eventsPanel) onTabKey(ctx app.Context, e app.Event) {
	switch e.Get("key").String() {
	case "ArrowLeft":
		p.moveTab(-1)
	case "ArrowRight":
		p.moveTab(1)
	}
}

func (p *eventsPanel) moveTab(by int) {
	tabs := []string{tabEvents, tabWire, tabRequests, tabScript, tabCode}
	p.Model.tab = tabs[(slices.Index(tabs, p.Model.tab)+by+len(tabs))%len(tabs)]
	element("tab-" + p.Model.tab).Call("focus")
}

func (p *eventsPanel) onFilter(ctx app.Context, _ app.Event) {
	f := p.Model.view.Filter()
	f.Text = valueOf(ctx)
	p.filter(f)
}

func (p *eventsPanel) onType(ctx app.Context, _ app.Event) {
	f := p.Model.view.Filter()
	if f.Type = valueOf(ctx); f.Type == allTypes {
		f.Type = ""
	}
	p.filter(f)
}

func (p *eventsPanel) filter(f trace.Filter) {
	m := p.Model
	m.view.SetFilter(f)
	m.topRow, p.added = 0, 0
	m.viewChanges++
	element("rows").Set("scrollTop", 0)
	m.scan()
}

func (p *eventsPanel) onPause(app.Context, app.Event) {
	m := p.Model
	m.view.Freeze(!m.view.Frozen())
	m.viewChanges++
	m.scan()
}

func (p *eventsPanel) onClear(app.Context, app.Event) { p.Model.clear() }

// onExport saves every record that is kept, whatever the filter shows.
func (p *eventsPanel) onExport(app.Context, app.Event) {
	log := p.Model.log
	const part = 2000
	parts := []string{}
	for from := log.First(); from < log.End(); from += part {
		var b []byte
		for _, r := range log.Records(from, min(from+part, log.End())) {
			b = r.AppendJSON(b)
		}
		parts = append(parts, string(b))
	}
	name := "eventsource-" + time.Now().UTC().Format("20060102-150405") + ".jsonl"
	download(name, "application/jsonl", parts)
}

func (p *eventsPanel) onCopyProgram(ctx app.Context, _ app.Event) {
	p.Model.copy(ctx, "program", text(programCode(p.Model.setup)))
}

// eventRow is one record; unfolded, all of it.
type eventRow struct {
	app.Compo
	Model    *model
	Language string
	Record   trace.Record
	Index    int
	Unfolded bool
	Copied   bool
}

func (e *eventRow) Render() app.UI {
	r := e.Record
	data, mono := describe(r)
	class := "data"
	if mono {
		class = "data mono"
	}
	ready := strings.ToLower(r.ReadyState.String())
	return view(`<div class="entry" role="presentation" data-unfolded={}>
		<div class="row" role="row" aria-rowindex={} onclick={}>
			<span class="time" role="cell"><button type="button" class="fold" aria-expanded={} aria-label={} onclick={}>{}</button></span>
			<span class={} role="cell">{}</span>
			<span class="ready" role="cell"><span class="chip state" data-state={}>{}</span></span>
			<span class="id mono" role="cell">{}</span>
			<span class={} role="cell">{}</span>
		</div>
		{}
	</div>`,
		e.Unfolded, e.Index+2, e.onRow,
		e.Unfolded, fill(say("{n} s, {type}, details"), "{n}", thousandths(r.T), "{type}", r.TypeName()), e.onFold, thousandths(r.T),
		"type "+string(r.Kind), shorten(r.TypeName(), 60),
		ready, stateLabel(r.ReadyState),
		shorten(r.LastEventID, 40),
		class, data,
		e.detail(),
	)
}

// describe is what the data column says, and whether it is the stream's own text.
func describe(r trace.Record) (text string, mono bool) {
	switch r.Kind {
	case trace.Construct:
		options := ""
		if r.WithCredentials {
			options = ", { withCredentials: true }"
		}
		return "new EventSource(" + quoteJS(r.URL) + options + ")", true
	case trace.Open:
		return say("the answer is an event stream; no other detail is given to scripts"), false
	case trace.Error:
		if r.ReadyState == eventsource.Closed {
			return say("no detail is given to scripts; the browser gave up"), false
		}
		return say("no detail is given to scripts; the browser will reconnect"), false
	case trace.Close:
		return "es.close()", true
	}
	if r.Data == "" {
		return say("(empty)"), false
	}
	return shorten(r.Data, 400), true
}

// detail is all of a record that is unfolded.
func (e *eventRow) detail() any {
	if !e.Unfolded {
		return nil
	}
	r := e.Record
	fields := []app.UI{}
	add := func(name, value string) {
		fields = append(fields, view(`<dt>{}</dt>`, name), view(`<dd>{}</dd>`, value))
	}
	add("timeStamp", fill(say("{n} ms on the page's clock"), "{n}", strconv.FormatFloat(r.At, 'f', -1, 64)))
	switch r.Kind {
	case trace.Message:
		add("origin", r.Origin)
		add("lastEventId", quoteJS(r.LastEventID))
		add("data", fill(say("{n} characters"), "{n}", grouped(len([]rune(r.Data)))))
	case trace.Construct:
		add("url", r.URL)
	}
	copied := ""
	if e.Copied {
		copied = "row"
	}
	const mostShown = 100_000
	body, cut := r.Data, 0
	if pretty, ok := prettyJSON(r.Data); ok {
		body = pretty
	}
	if runes := []rune(body); len(runes) > mostShown {
		body, cut = string(runes[:mostShown]), len(runes)-mostShown
	}
	return view(`<div class="detail" role="row"><div role="cell" aria-colspan="5">
		<div class="actions">{}</div>
		<dl>{}</dl>
		{}
		{}
	</div></div>`,
		copyButton(say("Copy row"), "row", copied, e.onCopy), fields,
		when(r.Kind == trace.Message, `<pre role="group" tabindex="0" aria-label="Data">{}</pre>`, body),
		when(cut > 0, `<p>{}</p>`, fill(say("{n} more characters are not shown; Copy has them all."), "{n}", grouped(cut))))
}

func (e *eventRow) onRow(ctx app.Context, event app.Event) {
	if app.Window().Call("getSelection").Get("isCollapsed").Truthy() { // not while text is being selected
		e.fold()
	}
}

func (e *eventRow) onFold(ctx app.Context, event app.Event) { event.Call("stopPropagation"); e.fold() }

func (e *eventRow) fold() {
	m := e.Model
	if m.unfolded == e.Record.Seq {
		m.unfolded = -1
	} else {
		m.unfolded = e.Record.Seq
	}
	m.copied = ""
}

func (e *eventRow) onCopy(ctx app.Context, _ app.Event) {
	e.Model.copy(ctx, "row", string(e.Record.AppendJSON(nil)))
}
