package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// table is the view of the log as a table: which records are in it, and which of them are in sight.
type table struct {
	view     *trace.View
	top      int // the first row in sight
	unfolded int // Seq of the record that is unfolded; -1 for none

	added    int // rows at the top, as of the last scan
	moved    int // rows that the top one moved down, and the scroll bar not yet
	bar      scrollBar
	pace     *pace
	scanning bool
	scanOn   app.Func
}

// scan lets the view take in what is new. A long log is filtered a part at a time, so that typing never waits: what is
// left is done in a task of its own, set by the browser's timer. Go's own would run it at once when it is late.
func (t *table) scan() {
	const part, most = 1000, 8 // records, milliseconds
	began := eventsource.Now()
	done := t.view.Scan(part)
	for !done && eventsource.Now()-began <= most {
		done = t.view.Scan(part)
	}
	t.follow()
	if done || t.scanning {
		return
	}
	t.scanning = true
	if t.scanOn == nil {
		t.scanOn = app.FuncOf(func(app.Value, []app.Value) any { t.scanRest(); return nil })
	}
	app.Window().Call("setTimeout", t.scanOn)
}

func (t *table) scanRest() {
	t.scanning = false
	t.scan()
	came := 0
	if t.scanning {
		came = mostPause
	}
	t.pace.again(came)
}

// follow keeps in sight what is being read: who has scrolled down stays with it when rows come at the top.
func (t *table) follow() {
	grown := max(0, t.view.Added()-t.added)
	t.added = t.view.Added()
	if t.top > 0 {
		t.top += grown
		t.moved += grown
	}
}

// filter builds the view again, from its top.
func (t *table) filter(f trace.Filter) {
	t.view.SetFilter(f)
	t.top, t.added, t.moved = 0, 0, 0
	t.scan()
}

// filtered reports whether the visitor filters the table.
func (t *table) filtered() bool {
	f := t.view.Filter()
	f.Lane = 0
	return f != trace.Filter{}
}

// fold unfolds a record, or folds it.
func (t *table) fold(seq int) {
	if t.unfolded == seq {
		seq = -1
	}
	t.unfolded = seq
}
