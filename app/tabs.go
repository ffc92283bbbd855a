package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/trace"
)

// tabs are the tables under the timeline.
type tabs struct {
	chosen  string
	other   int // number of the source that the selected one is compared with; 0, or one that is gone: any
	settle  alarm
	attempt int // index of the exchange that the Wire tab shows; -1 for the newest
	export  export

	joined   joined
	joining  alarm
	suggests []string // paths, while none is chosen

	unfolded map[spot]bool // requests, and lines of their responses
}

const (
	tabEvents      = "events"
	tabWire        = "wire"
	tabRequests    = "requests"
	tabText        = "text"
	tabDifferences = "differences"
	tabScript      = "script"
	tabCode        = "code"
)

var allTabs = []string{tabEvents, tabWire, tabRequests, tabText, tabDifferences, tabScript, tabCode}

func (m *model) chooseTab(name string) {
	m.tabs.chosen = name
	m.showSelected()
	m.showProgram()
	m.join()
}

// tabPanel is the tabs, and what the chosen one shows.
func (m *model) tabPanel(now float64) app.UI {
	var body app.UI
	switch m.tabs.chosen {
	case tabWire:
		body = m.wireTab()
	case tabRequests:
		body = m.requestsTab()
	case tabText:
		body = m.textTab()
	case tabDifferences:
		body = m.differencesTab(now)
	case tabScript:
		body = m.scriptTab()
	case tabCode:
		body = m.codeTab()
	default:
		body = m.eventsTab()
	}
	var unheard any
	if types := m.subject().Unheard(); len(types) > 0 {
		unheard = shown(&unheardTypes{m, types, m.connection.setup.types()})
	}
	return view(`<section class="panel" data-panel="Events" aria-label="Events" id="events">
		{}
		<p class="limits">{}</p>
		{}
		<div id={} role="tabpanel" aria-labelledby={}>{}</div>
		<p class="limits">{}</p>
	</section>`,
		m.tabBar(),
		m.limits(), // no live region: it changes with every event
		unheard,
		"panel-"+m.tabs.chosen, "tab-"+m.tabs.chosen, body,
		m.channelStatus(), // last: it comes and goes, and must not move what is being clicked
	)
}

// limits says what is not shown, and why.
func (m *model) limits() string {
	view, said := m.table.view, []string{}
	if n := m.log.Dropped(); n > 0 {
		dropped := count(n, "1 older record was dropped: the log keeps {most} records or 64 Mi characters of text in all.", "{n} older records were dropped: the log keeps {most} records or 64 Mi characters of text in all.")
		said = append(said, fill(dropped, "{most}", grouped(trace.MaxRecords)))
	}
	if exchanges, _ := m.log.Exchanges(); len(exchanges) > 0 && m.tabs.chosen == tabEvents {
		said = append(said, predictedText(m.subject()))
	}
	if n := m.tabs.export.missed; n > 0 {
		said = append(said, count(n, "1 record was dropped from the log before it was exported.", "{n} records were dropped from the log before they were exported."))
	}
	if view.Frozen() {
		said = append(said, count(view.Behind(), "Paused: 1 newer record waits.", "Paused: {n} newer records wait."))
	}
	if m.table.filtered() {
		said = append(said, fill(count(view.Len(), "1 of {all} records matches.", "{n} of {all} records match."), "{all}", grouped(m.log.Len())))
	}
	return sentences(said)
}

// tabBar chooses a tab, and what the table of events shows.
type tabBar struct {
	Model    *model
	chosen   string
	rows     int // of the table of events
	requests int
	empty    bool // nothing to export
	exported int  // in percent; -1 while nothing is
	filter   trace.Filter
	frozen   bool
	types    []string // to filter by
}

func (m *model) tabBar() app.UI {
	v := m.table.view
	return shown(&tabBar{m, m.tabs.chosen, v.Len(), len(m.exchanges()), m.log.Len() == 0, m.tabs.export.done(), v.Filter(), v.Frozen(), m.typesToFilter()})
}

// typesToFilter are those that are listened to, and all others that came.
func (m *model) typesToFilter() []string {
	names := m.connection.setup.types()
	for _, name := range m.log.Types() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (b *tabBar) draw() app.UI {
	return view(`<div class="title">
		<h2 class="offscreen">Events</h2>
		<div class="tabs" role="tablist" aria-label="What to show" onkeydown={}>{}{}{}{}{}{}{}</div>
		<div class="tools">
			{}
			<button type="button" class="small" onclick={}>Clear</button>
			<button type="button" class="small" title="All records as JSON Lines" disabled={} onclick={}>{}</button>
			{}
		</div>
	</div>`,
		b.onKey,
		b.tabButton(tabEvents, say("Events"), grouped(b.rows)),
		b.tabButton(tabWire, say("Wire"), ""),
		b.tabButton(tabRequests, say("Requests"), grouped(b.requests)),
		b.tabButton(tabText, say("Text"), ""),
		b.tabButton(tabDifferences, say("Differences"), ""),
		b.tabButton(tabScript, say("Script"), ""),
		b.tabButton(tabCode, say("Code"), ""),
		b.filterFields(), b.onClear, b.empty, b.onExport, b.exportLabel(),
		when(b.exported >= 0, `<progress class="offscreen" aria-label="Records that were exported" max="100" value={}/>`, strconv.Itoa(b.exported)),
	)
}

func (b *tabBar) exportLabel() string {
	if b.exported >= 0 {
		return fill(say("{n} %"), "{n}", strconv.Itoa(b.exported))
	}
	return say("Export")
}

func (b *tabBar) tabButton(name, label, count string) app.UI {
	on := b.chosen == name
	focus := -1
	if on {
		focus = 0
	}
	controls := ""
	if on {
		controls = "panel-" + name
	}
	return view(`<button type="button" id={} role="tab" aria-selected={} aria-controls={} tabindex={} onclick={}>{}{}</button>`,
		"tab-"+name, on, controls, focus, scoped{name, b.onTab(name)}, label, when(count != "", `<span>{}</span>`, " "+count))
}

// filterFields are the controls of the table of events.
func (b *tabBar) filterFields() any {
	return when(b.chosen == tabEvents, `<div class="tools">
		<input type="search" id="filter" class="small" placeholder="filter…" value={} aria-label="Filter by text" oninput={}/>
		<select class="small" aria-label="Filter by type" onchange={}>{}</select>
		<button type="button" class="small toggle" aria-pressed={} onclick={}>Pause</button>
	</div>`, b.filter.Text, b.onFilter, b.onType, b.typeOptions(), b.frozen, b.onPause)
}

// allTypes is the value of the choice without a filter: go-app leaves an empty value out, and no type holds a line break.
// The page's own calls have values that no type can have either.
const allTypes = "\n"

// calls are what the page itself does.
var calls = []struct {
	kind trace.Kind
	text string
}{{trace.Construct, "new EventSource()"}, {trace.Close, "es.close()"}}

func (b *tabBar) typeOptions() []app.UI {
	option := `<option value={} selected={}>{}</option>`
	options := []app.UI{view(option, allTypes, b.filter.Type == "" && b.filter.Kind == "", say("all types"))}
	for _, name := range b.types {
		options = append(options, view(option, name, b.filter.Type == name, brief(name, 40)))
	}
	for _, call := range calls {
		options = append(options, view(option, allTypes+string(call.kind), b.filter.Kind == call.kind, call.text))
	}
	return options
}

func (b *tabBar) onTab(name string) app.EventHandler {
	return func(app.Context, app.Event) { b.Model.chooseTab(name) }
}

// onKey moves between the tabs with the arrow keys, as the pattern of WAI-ARIA asks.
func (b *tabBar) onKey(_ app.Context, e app.Event) {
	by := 0
	switch e.Get("key").String() {
	case "ArrowLeft":
		by = -1
	case "ArrowRight":
		by = 1
	default:
		return
	}
	name := allTabs[(slices.Index(allTabs, b.Model.tabs.chosen)+by+len(allTabs))%len(allTabs)]
	b.Model.chooseTab(name)
	element("tab-" + name).Call("focus")
}

func (b *tabBar) onFilter(ctx app.Context, _ app.Event) {
	f := b.Model.table.view.Filter()
	f.Text = valueOf(ctx)
	b.onNewFilter(f)
}

func (b *tabBar) onType(ctx app.Context, _ app.Event) {
	f := b.Model.table.view.Filter()
	f.Type, f.Kind = valueOf(ctx), ""
	if kind, isKind := strings.CutPrefix(f.Type, allTypes); isKind {
		f.Type, f.Kind = "", trace.Kind(kind)
	}
	b.onNewFilter(f)
}

func (b *tabBar) onNewFilter(f trace.Filter) {
	b.Model.table.filter(f)
	element("rows").Set("scrollTop", 0)
}

func (b *tabBar) onPause(app.Context, app.Event) {
	t := &b.Model.table
	t.view.Freeze(!t.view.Frozen())
	t.scan()
}

func (b *tabBar) onClear(app.Context, app.Event) { b.Model.clear() }

// unheardTypes are events that arrived on the wire and reached no listener: only the server's side shows them.
type unheardTypes struct {
	Model *model
	types []trace.Unheard
	heard []string
}

func (u *unheardTypes) draw() app.UI {
	items := []app.UI{}
	for _, t := range u.types {
		mistaken := mistaken(t.Type, u.heard)
		hint := when(mistaken != "", `<p class="hint"><bdi>{}</bdi></p>`, mistaken)
		items = append(items, view(`<li>{} × <code>{}</code> <button type="button" class="small" onclick={}>{}</button>{}</li>`,
			grouped(t.Count), brief(t.Type, 40), scoped{t.Type, u.onListen(t.Type)}, fill(say("Listen to {type}"), "{type}", isolated(t.Type, 40)), hint))
	}
	return view(`<div class="unheard">
		<p>Arrived on the wire, but the page has no listener for the type:</p>
		<ul>{}</ul>
	</div>`, items)
}

func (u *unheardTypes) onListen(typ string) app.EventHandler {
	return func(app.Context, app.Event) { u.Model.listen(typ) }
}
