package main

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/compare"
	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// comparisonView is the table, with the lanes of the row that is chosen.
type comparisonView struct {
	app.Compo
	Comparison *comparison
	Secure     string // the page's origin over https; "" if it has none, or is there
	Row        string
	Language   string
	Changes    int
	Playing    bool

	widths widths
}

func (m *model) comparisonView() app.UI {
	c := &m.comparison
	v := &comparisonView{Comparison: c, Row: c.chosen, Language: voice.Code, Changes: c.changes, Playing: c.playing != nil}
	if !isSecure() {
		v.Secure = m.streams.catalogue.SecureOrigin
	}
	return v
}

// clients are the columns' heads.
func clients() [3]string { return [3]string{"EventSource", say("fetch, Go engine"), "WebSocket"} }

func (v *comparisonView) Render() app.UI {
	c := v.Comparison
	run, onRun, class := fill(say("Run all · {time}"), "{time}", roundTime(compare.AllTakes)), v.onRun, "primary"
	if v.Playing {
		run, onRun, class = say("Cancel"), v.onCancel, ""
	}
	heads, rows := []app.UI{}, []app.UI{}
	for _, name := range clients() {
		heads = append(heads, view(`<th scope="col">{}</th>`, name))
	}
	for _, row := range compare.Rows {
		rows = append(rows, v.row(row))
		if row.Name == v.Row {
			rows = append(rows, view(`<tr class="lanes-row"><td colspan="5">{}</td></tr>`, v.lanes(row)))
		}
	}
	none := len(c.figures) == 0
	return view(`<main class="compare">
		<section class="panel" aria-label="Compare">
			<div class="intro">
				<div><h2>Compare</h2><p class="lead">Three ways to be told by a server, on one clock, in your browser. Every cell is measured here and now.</p></div>
				<div class="actions">
					<button type="button" class={} onclick={}>{}</button>
					<button type="button" disabled={} onclick={}>Copy as Markdown</button>
					<button type="button" disabled={} onclick={}>Download JSON</button>
				</div>
			</div>
			{}
			<p class="status" role="status">{}</p>
			<p class="hint" role="status">{}</p>
			<table id="comparison" aria-label="Comparison"><thead><tr><td></td>{}<td></td></tr></thead><tbody>{}</tbody></table>
		</section>
	</main>`,
		class, onRun, run, none, v.onCopy, none, v.onDownload,
		when(v.Playing && c.turns > 1, `<progress aria-label="Rows that were measured" max={} value={}/>`, strconv.Itoa(c.turns), strconv.Itoa(c.turns-len(c.waiting)-1)),
		c.status(), c.said, heads, rows,
	)
}

// row is a row of the table.
func (v *comparisonView) row(row *compare.Row) app.UI {
	c := v.Comparison
	f, played := c.figures[row.Name]
	playing := c.playing != nil && c.playing.run.Row == row
	cells := []app.UI{}
	for i, name := range clients() {
		lines := []app.UI{}
		switch {
		case playing:
			lines = append(lines, view(`<span data-tone="dim">…</span>`))
		case !played:
			lines = append(lines, view(`<span data-tone="dim">–</span>`))
		}
		if played && !playing {
			for _, l := range row.Cell(f, trace.ClientKind(i), voice) {
				lines = append(lines, view(`<span data-tone={}>{}</span>`, string(l.Tone), l.Text))
			}
			if len(lines) == 0 {
				lines = append(lines, view(`<span data-tone="dim">not measured: the server’s side is not seen</span>`))
			}
		}
		if row.Name == "streams" && i == 0 && !isSecure() {
			lines = append(lines, v.overHTTP2(row))
		}
		cells = append(cells, view(`<td data-label={}>{}</td>`, name, lines))
	}
	again := say("Run")
	if played {
		again = say("Again")
	}
	current := ""
	if row.Name == v.Row {
		current = "true"
	}
	return view(`<tr id={} aria-current={}>
		<th scope="row"><a href={} onclick={}>{}</a></th>
		{}
		<td><button type="button" class="small" aria-label={} disabled={} onclick={}>{}</button></td>
	</tr>`, placeOf(row), current, linkToRow(row), scoped{row.Name, v.onRow(row.Name)}, say(row.Title), cells,
		fill(say("{button}: {word}"), "{button}", again, "{word}", say(row.Title)), v.Playing, scoped{row.Name, v.onAgain(row)}, again)
}

// placeOf is the id of a row's element.
func placeOf(row *compare.Row) string { return "row-" + row.Name }

// overHTTP2 leads to where a row is measured over HTTP/2.
func (v *comparisonView) overHTTP2(row *compare.Row) app.UI {
	if v.Secure == "" {
		return view(`<span data-tone="dim">over HTTP/2: start the server with -tls-addr</span>`)
	}
	return view(`<a href={}>over HTTP/2: measure it over https</a>`, v.Secure+linkToRow(row))
}

// linkToRow is the path and the query of a link that shows a row.
func linkToRow(row *compare.Row) string {
	return "/?" + queryOf(firstSetup(), "", pageCompare) + "&row=" + row.Name
}

// lanes are what was observed of a row, right under it: where the eyes are.
func (v *comparisonView) lanes(row *compare.Row) app.UI {
	c := v.Comparison
	run := v.shown(row)
	parts, notes := []app.UI{}, []app.UI{}
	if run != nil {
		for i, p := range run.Parts {
			parts = append(parts, lanesOf(i, p))
		}
	}
	if f, played := c.figures[row.Name]; played && (c.playing == nil || c.playing.run != run) {
		for _, note := range row.Notes(f, voice) {
			notes = append(notes, view(`<p>{}</p>`, note.Text))
		}
		if f["unseen"] != nil {
			notes = append(notes, view(`<p class="notice">The page’s channel to its server was down, so what the server saw is missing.</p>`))
		}
	}
	return view(`<section id="lanes" aria-label={}><p class="hint">{}</p>{}<div class="notes">{}</div></section>`, say(row.Title), say(row.About), parts, notes)
}

// shown is a row's run: the one that is under way, or the last; nil if it was not played.
func (v *comparisonView) shown(row *compare.Row) *compare.Run {
	c := v.Comparison
	if c.playing != nil && c.playing.run.Row == row {
		return c.playing.run
	}
	return c.runs[row.Name]
}

// mostDrawn is how many lanes of a part are drawn.
const mostDrawn = 12

func lanesOf(i int, p *compare.Played) app.UI {
	title := when(p.Title != "", `<h3>{}</h3>`, say(p.Title))
	sources := p.Log.Sources()
	if len(sources) > mostDrawn {
		return view(`<div>{}<p class="hint">{}</p></div>`, title, fill(say("{n} were opened; so many lanes are not drawn."), "{n}", strconv.Itoa(len(sources))))
	}
	labels := []app.UI{}
	for _, s := range p.Log.Current() {
		labels = append(labels, view(`<span>{} <small>{}</small></span>`, s.Kind.String(), s.Label))
	}
	picture := any(nil)
	if p.Plays[0].Drawn {
		picture = view(`<div id={} class="picture" role="img" aria-label="The picture as it arrived"/>`, pictureID(i))
	}
	return view(`<div class="part" data-shape={}>{}<div class="strip"><div class="labels" aria-hidden="true">{}</div><div id={} class="track" role="img" aria-label={}/>{}</div></div>`,
		shapeOf(len(labels)).name, title, labels, stripID(i), inWords(p), picture)
}

func stripID(part int) string   { return "strip-" + strconv.Itoa(part) }
func pictureID(part int) string { return "picture-" + strconv.Itoa(part) }

// inWords is what the lanes show, for who can't see them.
func inWords(p *compare.Played) string {
	said := []string{}
	for _, s := range p.Log.Current() {
		c := s.Counts()
		said = append(said, fill(say("{source}: {state}, {events}"), "{source}", strings.TrimSpace(s.Kind.String()+" "+s.Label),
			"{state}", stateLabel(s.Kind, s.State().ReadyState), "{events}", count(c.Events, "1 event", "{n} events")))
	}
	return strings.Join(said, "; ")
}

func (v *comparisonView) OnMount(app.Context) {
	v.widths.changed = v.Comparison.changed
	v.place()
}

func (v *comparisonView) OnDismount() { v.widths.release() }

// OnUpdate leaves the lanes to when their places are there.
func (v *comparisonView) OnUpdate(ctx app.Context) { ctx.Defer(func(app.Context) { v.place() }) }

// place puts the lanes and the pictures in their places.
func (v *comparisonView) place() {
	row := compare.Find(v.Row)
	if row == nil {
		return
	}
	run := v.shown(row)
	if run == nil {
		return
	}
	const least, margin = 500, 1.03 // milliseconds, and what is left empty at the right
	window := float64(least)        // the same for all parts, so that a time is as long in each
	for _, p := range run.Parts {
		window = max(window, (until(p)-p.Began)*margin)
	}
	for i, p := range run.Parts {
		strip, width := v.widths.of(stripID(i))
		if width == 0 {
			continue
		}
		d := drawing{width: width, window: window, right: p.Began + window, until: until(p)}
		if all, _ := p.Log.Exchanges(); len(all) > 0 && all[0].End != nil && all[0].End.By == protocol.ByServer {
			d.lostAt, d.lostBy = all[0].EndAt, say(string(all[0].End.How)) // of the others at about the same moment
		}
		strip.Set("innerHTML", d.svg(p.Log))
		one, there := v.Comparison.pictures[&p.Extras[0]]
		if frame := element(pictureID(i)); there && frame.Truthy() {
			frame.Call("replaceChildren", one.canvas)
		}
	}
}

// until is when a part ended, or now.
func until(p *compare.Played) float64 {
	if p.Ended == 0 {
		return eventsource.Now()
	}
	return p.Ended
}

func (v *comparisonView) onRun(app.Context, app.Event)        { v.Comparison.all() }
func (v *comparisonView) onDownload(app.Context, app.Event)   { v.Comparison.save() }
func (v *comparisonView) onCopy(ctx app.Context, _ app.Event) { v.Comparison.copy(ctx) }

func (v *comparisonView) onCancel(app.Context, app.Event) {
	v.Comparison.cancel()
	v.Comparison.changed()
}

func (v *comparisonView) onAgain(row *compare.Row) app.EventHandler {
	return func(app.Context, app.Event) { v.Comparison.row(row) }
}

func (v *comparisonView) onRow(name string) app.EventHandler {
	return instead(func() { v.Comparison.choose(name) })
}
