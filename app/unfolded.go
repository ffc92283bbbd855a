package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/trace"
)

// spot is a request or a line of its response. What is unfolded is remembered by it, not by the element: go-app matches rows
// by their position, and both lists shift while a stream runs.
type spot struct{ source, attempt, line int } // lines count from 1; 0 is the request itself

// fold unfolds what is at a spot, or folds it.
func (t *tabs) fold(p spot) {
	if t.unfolded[p] {
		delete(t.unfolded, p)
		return
	}
	if t.unfolded == nil {
		t.unfolded = map[spot]bool{}
	}
	t.unfolded[p] = true
}

// unfoldedLines are the numbers of an exchange's lines that are unfolded, in order.
func (t *tabs) unfoldedLines(e *trace.Exchange) (numbers []int) {
	for i := range e.Lines {
		if number := e.Forgotten + i + 1; t.unfolded[spot{e.Source, e.Attempt, number}] {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// unfoldedRequests are the exchanges that are unfolded.
func (t *tabs) unfoldedRequests(exchanges []*trace.Exchange) (unfolded []*trace.Exchange) {
	for _, e := range exchanges {
		if t.unfolded[requestSpot(e)] {
			unfolded = append(unfolded, e)
		}
	}
	return unfolded
}

func requestSpot(e *trace.Exchange) spot { return spot{e.Source, e.Attempt, 0} }

// keepFocus is called before a list is drawn: where its rows shift, the focus goes with the row that had it.
func keepFocus(ctx app.Context, list app.Value) {
	active := app.Window().Get("document").Get("activeElement")
	if !active.Truthy() || active.Get("id").String() == "" || active.Equal(list) || !list.Call("contains", active).Bool() {
		return
	}
	id, gently := active.Get("id").String(), map[string]any{"preventScroll": true}
	ctx.Defer(func(app.Context) {
		now := element(id)
		if !now.Truthy() {
			now = list // it is gone
		}
		if !now.Equal(app.Window().Get("document").Get("activeElement")) {
			now.Call("focus", gently)
		}
	})
}
