package main

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// widths are those of elements that something is drawn in, as the browser tells them once it has laid the page out. To read a width with
// each drawing made the browser lay out all that had changed before: 12 ms of the first frames at 1,000 events/s, and half
// of each drawing of forty readers.
type widths struct {
	changed  func() // is called when one is another than it was
	all      map[string]*laidOut
	observer app.Value
	listener app.Func
}

type laidOut struct {
	element app.Value
	width   float64
}

// of is the element with an id, and its width in pixels: 0 until the browser has told it.
func (w *widths) of(id string) (app.Value, float64) {
	e := element(id)
	if !e.Truthy() {
		return e, 0
	}
	if w.observer == nil {
		w.all = map[string]*laidOut{}
		w.listener = app.FuncOf(w.onLaidOut)
		w.observer = app.Window().Get("ResizeObserver").New(w.listener)
	}
	known := w.all[id]
	if known == nil || !known.element.Equal(e) { // another one has taken its place
		known = &laidOut{element: e}
		w.all[id] = known
		w.observer.Call("observe", e)
	}
	return e, known.width
}

func (w *widths) onLaidOut(app.Value, []app.Value) any {
	differs := false
	for _, known := range w.all {
		if now := known.element.Get("clientWidth").Float(); now != known.width {
			known.width, differs = now, true
		}
	}
	if differs {
		w.changed()
	}
	return nil
}

func (w *widths) release() {
	if w.observer != nil {
		w.observer.Call("disconnect")
		w.listener.Release()
		*w = widths{changed: w.changed}
	}
}
