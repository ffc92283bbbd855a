package main

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/trace"
)

// eventsTab is the log as a table, newest first. Only the rows that can be seen exist: all have one height, so the scroll
// bar is right for any number of them.
type eventsTab struct {
	app.Compo
	Model    *model
	Language string
	Total    int
	First    int // row that exists
	Rows     []trace.Record
	Unfolded int    // Seq; -1 for none
	Above    bool   // it is above the first
	Below    bool   // or not
	Copied   bool   // the unfolded row
	Empty    string // said where there is no row
}

// Heights in CSS pixels; style.css has the same.
const (
	rowHeight    = 44
	detailHeight = 232
	viewRows     = 26 // rows that exist: those in view, and some more
	extraRows    = 6  // of them above the first in view
)

func (m *model) eventsTab() app.UI {
	t := &m.table
	total := t.view.Len()
	first := max(0, min(t.top, total-1)-extraRows)
	row, visible := t.view.RowOf(t.unfolded)
	return &eventsTab{
		Model: m, Language: voice.Code, Total: total, First: first, Rows: t.view.Rows(first, first+viewRows),
		Unfolded: t.unfolded, Above: visible && row < first, Below: visible && row >= first, Copied: m.copied == "row", Empty: m.whyEmpty(),
	}
}

func (m *model) whyEmpty() string {
	switch {
	case m.table.view.Len() > 0:
		return ""
	case m.table.filtered() && m.log.Len() > 0:
		return say("No record matches the filter.")
	case m.subject().State().Live():
		return say("Nothing since it was cleared.")
	}
	return say("No events yet. Press Connect.")
}

func (e *eventsTab) Render() app.UI {
	rows := []app.UI{}
	for i, r := range e.Rows {
		unfolded := r.Seq == e.Unfolded
		rows = append(rows, &eventRow{Model: e.Model, Language: voice.Code, Record: r, Index: e.First + i, Unfolded: unfolded, Copied: unfolded && e.Copied})
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
	</div>`, e.Total+1, e.onScroll, rows, when(e.Total == 0, `<p class="empty">{}</p>`, e.Empty))
}

func (e *eventsTab) OnMount(ctx app.Context) {
	e.Model.table.moved = e.Model.table.top // the scroll bar is a new one
	e.onDrawn(ctx)
}

func (e *eventsTab) OnUpdate(ctx app.Context) { e.onDrawn(ctx) }

// onDrawn puts the rows where they belong once they are drawn. Their place is set through the style object: the
// Content-Security-Policy allows no style attributes.
func (e *eventsTab) onDrawn(ctx app.Context) {
	ctx.Defer(func(app.Context) {
		scroller, space, window := element("rows"), element("rows-space"), element("rows-window")
		if !scroller.Truthy() || !space.Truthy() || !window.Truthy() {
			return
		}
		height, top := e.Total*rowHeight, e.First*rowHeight
		if e.Above || e.Below {
			height += detailHeight
		}
		if e.Above {
			top += detailHeight
		}
		t := &e.Model.table
		t.bar = newScrollBar(height, scroller.Get("clientHeight").Int(), app.Window().Get("devicePixelRatio").Float())
		space.Get("style").Set("height", strconv.Itoa(t.bar.space)+"px")
		at := scroller.Get("scrollTop").Float()
		if t.moved > 0 {
			at += float64(t.moved * rowHeight)
			if t.bar.short() {
				at = t.bar.scrollTop(t.top * rowHeight) // its scale is another with more rows
			}
			scroller.Set("scrollTop", at)
			t.moved = 0
		}
		window.Get("style").Set("transform", "translateY("+strconv.Itoa(t.bar.place(top, at))+"px)")
	})
}

func (e *eventsTab) onScroll(ctx app.Context, _ app.Event) {
	t := &e.Model.table
	top := t.bar.top(ctx.JSSrc().Get("scrollTop").Float())/rowHeight + t.moved
	if row, ok := t.view.RowOf(t.unfolded); ok && top > row {
		top = max(row, top-detailHeight/rowHeight)
	}
	if top == t.top {
		ctx.PreventUpdate()
		return
	}
	t.top = top
}
