package main

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/report"
	"eventsource-playground/report/engine"
)

// browserReport is what this browser's EventSource is checked for, and what came of it, here and elsewhere.
type browserReport struct {
	model *model

	Groups []string       `json:"groups"`
	Checks []report.Check `json:"checks"`
	kept   []*report.Report
	opened *report.Report // from a file of the visitor's
	mine   *report.Report // nil before the first run

	waiting     []*turn
	playing     []*turn
	turns       int           // of a run, in all
	place       *report.Place // with a new session for each run
	began, took float64

	differences bool // only those are shown
	said        string
	wrong       string
	changes     int
}

// show shows the report, or no longer, and fetches what it needs.
func (r *browserReport) show(m *model, shown bool) {
	r.model = m
	if !shown {
		r.cancel() // the playground needs the connections
	}
	if shown && r.Checks == nil {
		fetchText("/report/checks", func(text string) {
			if json.Unmarshal([]byte(text), r) == nil {
				r.changed()
			}
		})
		fetchText("/report/results", func(text string) {
			if json.Unmarshal([]byte(text), &r.kept) == nil {
				r.changed()
			}
		})
	}
}

func (r *browserReport) changed() {
	r.changes++
	r.model.pace.again(0)
}

// column is what came of the checks in one client.
type column struct {
	head, whose string
	label       string // where the table is a list
	results     report.Results
	played      bool
	engine      bool
}

// columns are all that there are, this browser's first.
func (r *browserReport) columns() []column {
	own := column{head: say("This browser"), whose: say("not played yet"), label: say("This browser")}
	goEngine := column{head: say("Go engine in this browser"), whose: own.whose, label: say("Go engine in this browser"), engine: true}
	if r.mine != nil {
		own.head, own.whose, own.results, own.played = brief(r.mine.Name(), 60), say("this browser, now"), r.mine.Results, true
		goEngine.whose, goEngine.results, goEngine.played = r.mine.Date, r.mine.Engine, true
	}
	all := []column{own, goEngine}
	add := func(name, whose string, results report.Results, engine bool) {
		all = append(all, column{brief(name, 60), whose, isolated(name, 60), results, true, engine})
	}
	for _, kept := range r.kept {
		add(kept.Name(), kept.Date, kept.Results, false)
	}
	if o := r.opened; o != nil {
		whose := o.Date + say(", from your file")
		add(o.Name(), whose, o.Results, false)
		if o.Engine != nil {
			add(fill(say("Go engine in {browser}"), "{browser}", o.Name()), whose, o.Engine, true)
		}
	}
	return all
}

// reportView is the report.
type reportView struct {
	app.Compo
	Report   *browserReport
	Second   string // origin; "" until the list of streams came, which tells it
	Language string
	Changes  int
}

func (m *model) reportView() app.UI {
	return &reportView{Report: &m.report, Second: m.streams.catalogue.SecondOrigin, Language: voice.Code, Changes: m.report.changes}
}

func (v *reportView) Render() app.UI {
	r := v.Report
	all, done := len(r.Checks), r.played()
	status := ""
	switch {
	case r.running():
		status = say("The report is under way.")
	case r.mine != nil && done == r.turns:
		own, goEngine := r.mine.Results, r.mine.Engine
		status = sentences([]string{
			fill(say("Done in {s} s: {pass} pass, {differ} differ, {measured} were measured."), "{s}", strconv.Itoa(int(r.took/1000+.5)),
				"{pass}", own.Count(report.Pass), "{differ}", own.Count(report.Differs), "{measured}", own.Count(report.Measured)),
			fill(say("Of the Go engine {pass} pass, {differ} differ."), "{pass}", goEngine.Count(report.Pass), "{differ}", goEngine.Count(report.Differs)),
		})
	case r.mine != nil:
		status = fill(say("Cancelled: {n} of {all} checks were played."), "{n}", strconv.Itoa(done), "{all}", strconv.Itoa(r.turns))
	}
	class, run, onRun := "primary", later("Run the report"), v.onRun
	if r.running() {
		class, run, onRun = "", later("Cancel"), v.onCancel
	}
	idle := r.mine == nil || r.running()
	return view(`<main class="report">
		<section class="panel intro" aria-label="Browser report">
			<h2>Browser report</h2>
			<p class="lead"><span>What does your browser's EventSource really do, and what does the standard want?</span> {}</p>
			<p class="hint">
				<span>Five streams at a time run on each of two origins, since a browser has six connections for one; the Playground's stream is closed before.</span> <span>Then the Go engine, which fetches, plays the checks that apply to it.</span> <span>The standard lets a browser wait longer than it is told to: only a wait that is too short, or more than 1.5 s too long, differs.</span>
			</p>
			<div class="actions">
				<button type="button" class={} disabled={} onclick={}>{}</button>
				<button type="button" disabled={} onclick={}>Download JSON</button>
				<button type="button" disabled={} onclick={}>Copy as Markdown</button>
				<label class="file">Open a result…<input type="file" accept=".json,application/json" onchange={}/></label>
				<label class="check"><input type="checkbox" checked={} onchange={}/>only differences</label>
			</div>
			{}
			<p class="status" role="status">{}</p>
			<p class="hint" role="status">{}</p>
			<p class="notice" role="alert">{}</p>
		</section>
		{}
	</main>`,
		when(all > 0, `<span>{}</span>`,
			fill(say("Each of {n} checks is a small stream of this server; what comes out is compared with what must."), "{n}", strconv.Itoa(all))),
		class, all == 0 || v.Second == "", onRun, say(run),
		idle, v.onDownload, all == 0, v.onCopy, v.onFile, r.differences, v.onDifferences,
		when(r.running(), `<progress aria-label="Checks that were played" max={} value={}/>`, strconv.Itoa(r.turns), strconv.Itoa(done)),
		status, r.said, r.wrong,
		when(all > 0, `<section class="panel results" aria-label="Results">{}</section>`, v.table()),
	)
}

func (v *reportView) table() app.UI {
	r := v.Report
	columns := r.columns()
	heads := []app.UI{}
	for _, c := range columns {
		heads = append(heads, view(`<th scope="col"><bdi>{}</bdi> <small>{}</small>{}</th>`, c.head, c.whose,
			when(c.played, `<small>{}</small>`, fill(say("{n} differ"), "{n}", c.results.Count(report.Differs)))))
	}
	bodies := []app.UI{}
	for _, g := range r.Groups {
		rows := []app.UI{}
		for i := range r.Checks {
			if c := &r.Checks[i]; c.Group == g && (!r.differences || differs(c, columns)) {
				rows = append(rows, r.row(c, columns))
			}
		}
		if len(rows) > 0 {
			bodies = append(bodies, view(`<tbody><tr class="group"><th colspan={} scope="rowgroup">{}</th></tr>{}</tbody>`, strconv.Itoa(3+len(heads)), say(g), rows))
		}
	}
	if len(bodies) == 0 {
		return view(`<p class="empty">No check differs.</p>`)
	}
	return view(`<table id="checks" aria-label="Checks">
		<thead><tr><th scope="col">Check</th><th scope="col">Standard</th><th scope="col">Expected</th>{}</tr></thead>
		{}
	</table>`, heads, bodies)
}

// differs reports whether any client differs from the standard in a check.
func differs(c *report.Check, columns []column) bool {
	for _, column := range columns {
		if one := column.results.Of(c.Name); one != nil && one.Verdict == report.Differs {
			return true
		}
	}
	return false
}

// reportRow is one check. What it depends on is in its fields, so that the others are not drawn again with each result.
type reportRow struct {
	app.Compo
	Report   *browserReport
	Check    *report.Check
	Mine     *report.Result
	Engine   *report.Result
	Running  bool
	Columns  int
	Opened   *report.Report
	Language string
}

func (r *browserReport) row(c *report.Check, columns []column) app.UI {
	return &reportRow{
		Report: r, Check: c, Columns: len(columns), Opened: r.opened, Language: voice.Code, Running: r.running(),
		Mine: columns[0].results.Of(c.Name), Engine: columns[1].results.Of(c.Name),
	}
}

func (row *reportRow) Render() app.UI {
	r, c := row.Report, row.Check
	cells := []app.UI{}
	for i, column := range r.columns() {
		kind, verdict, said := "none", say("not played"), ""
		one, reason := column.results.Of(c.Name), ""
		if column.engine {
			reason = engine.NotHere(c, false)
		}
		switch {
		case one != nil:
			kind, said = string(one.Verdict), one.Said(c)
			switch one.Verdict {
			case report.Pass:
				verdict = say("✓ pass")
			case report.Differs:
				verdict = say("≠ differs")
			default:
				verdict, said = said, ""
			}
		case reason != "":
			verdict = fill(say("not here: {reason}"), "{reason}", say(reason))
		case !column.played:
			verdict = "–"
		case i < 2 && row.Running:
			verdict = "…"
		}
		cells = append(cells, view(`<td data-label={}><span class="verdict" data-verdict={}>{}</span>{}</td>`,
			column.label, kind, verdict, when(said != "", `<code>{}</code>`, brief(said, 200))))
	}
	expected := view(`<code>{}</code>`, shorten(c.Expected, 200))
	if c.Measure != "" {
		expected = view(`<span class="none">measured</span>`)
	}
	return view(`<tr><th scope="row">{}</th><td data-label={}><a href={} target="_blank" rel="noopener noreferrer">{}</a></td><td data-label={}>{}</td>{}</tr>`,
		c.Title.In(voice.Code), say("Standard"), c.Link, c.Section, say("Expected"), expected, cells)
}

func (v *reportView) onRun(app.Context, app.Event) {
	v.Report.said, v.Report.wrong = "", ""
	v.Report.run()
	v.Report.changed()
}

func (v *reportView) onCancel(app.Context, app.Event) {
	v.Report.cancel()
	v.Report.changed()
}

func (v *reportView) onDifferences(ctx app.Context, _ app.Event) {
	v.Report.differences = ctx.JSSrc().Get("checked").Bool()
	v.Report.changed()
}

func (v *reportView) onDownload(app.Context, app.Event) {
	text, err := json.Marshal(v.Report.mine)
	if err == nil {
		download("eventsource-report.json", "application/json", []string{string(text)})
	}
}

// onCopy copies the table as it is shown.
func (v *reportView) onCopy(ctx app.Context, _ app.Event) {
	r := v.Report
	copySaying(ctx, markdown(element("checks")), downloadInstead, func(said string) {
		r.said = said
		r.changed()
	})
}

// downloadInstead is said where a table can't be copied.
const downloadInstead = later("Your browser does not let the page copy: download the JSON.")

// markdown is a table of the page.
func markdown(table app.Value) (text string) {
	rows := table.Get("rows")
	all := rows.Index(0).Get("cells").Length()
	for i := range rows.Length() {
		cells := rows.Index(i).Get("cells")
		line, rule := "|", "|"
		for j := range all {
			rule += " --- |"
			if j < cells.Length() { // the head of a group has one
				line += " " + strings.ReplaceAll(strings.Join(strings.Fields(cells.Index(j).Get("innerText").String()), " "), "|", `\|`)
			}
			line += " |"
		}
		text += line + "\n"
		if i == 0 {
			text += rule + "\n"
		}
	}
	return text
}

// saidUnknown says which results of a file are of no check of this page, or nothing.
func saidUnknown(names []string) string {
	const few = 5
	if len(names) == 0 {
		return ""
	}
	said, more := []string{}, ""
	for _, name := range names[:min(few, len(names))] {
		said = append(said, isolated(name, 60))
	}
	if len(names) > few {
		more = ", …"
	}
	return fill(count(len(names), "1 result in this file is of a check that this page does not have, and is not shown: {names}.",
		"{n} results in this file are of checks that this page does not have, and are not shown: {names}."), "{names}", strings.Join(said, say(", "))+more)
}

// onFile lays a result of the visitor's beside the others.
func (v *reportView) onFile(ctx app.Context, _ app.Event) {
	r := v.Report
	input := ctx.JSSrc()
	file := input.Get("files").Index(0)
	if !file.Truthy() {
		return
	}
	await(file.Call("text"), func(text app.Value, ok bool) {
		input.Set("value", "") // so that the same file can be opened again
		r.said, r.wrong = "", say("This file can't be read.")
		if ok {
			opened, wrong := report.Parse(text.String())
			if r.wrong = say(wrong); wrong == "" {
				r.opened = opened
				r.said = saidUnknown(opened.Results.Unknown(r.Checks))
			}
		}
		r.changed()
	})
}
