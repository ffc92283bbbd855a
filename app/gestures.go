package main

import (
	"math"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// gestures are what a pointer, a wheel or a key does to the timeline's visible part. They are listened to past go-app, which
// would draw the panel again at each move of a pointer, and could not say that a wheel's event may be prevented.
type gestures struct {
	model    *model
	listener app.Func

	grip    float64            // of the pointer that drags in the overview
	rolled  float64            // pixels of the wheel since the last step
	fingers map[int][2]float64 // on the track
	apart   float64            // that two fingers were at the last step, in pixels
}

const (
	wheelStep = 40  // pixels of a wheel's roll, less than one notch of a mouse's
	pinchStep = 1.5 // times as far apart
)

// listen begins to listen to the panel that is there.
func (g *gestures) listen(m *model, panel app.Value) {
	g.model, g.fingers = m, map[int][2]float64{}
	g.listener = app.FuncOf(func(_ app.Value, args []app.Value) any {
		if g.handle(args[0]) {
			m.pace.again(0)
		}
		return nil
	})
	for _, event := range []string{"wheel", "keydown", "pointerdown", "pointermove", "pointerup", "pointercancel"} {
		panel.Call("addEventListener", event, g.listener, map[string]any{"passive": false})
	}
}

// handle reports whether the timeline is to be drawn again.
func (g *gestures) handle(event app.Value) bool {
	scroll := element("scroll")
	inOverview := scroll.Call("contains", event.Get("target")).Bool()
	switch kind := event.Get("type").String(); {
	case kind == "wheel":
		return g.wheel(event)
	case kind == "keydown":
		return inOverview && g.key(event)
	case inOverview:
		return g.drag(kind, event, scroll)
	default:
		return g.pinch(kind, event)
	}
}

// wheel zooms with Ctrl, which a browser also says of a touchpad's pinch; without it, it is the page's.
func (g *gestures) wheel(event app.Value) bool {
	if !event.Get("ctrlKey").Bool() && !event.Get("metaKey").Bool() {
		return false
	}
	event.Call("preventDefault")
	roll := event.Get("deltaY").Float()
	if roll*g.rolled < 0 {
		g.rolled = 0
	}
	g.rolled += roll
	if math.Abs(g.rolled) < wheelStep {
		return false
	}
	by := int(math.Copysign(1, g.rolled))
	g.rolled = 0
	return g.model.zoom(placeIn(element("track"), event.Get("clientX").Float()), by)
}

func (g *gestures) key(event app.Value) bool {
	if event.Get("ctrlKey").Bool() || event.Get("metaKey").Bool() || event.Get("altKey").Bool() {
		return false
	}
	v, o := &g.model.timeline, g.model.overview()
	to, ok := o.key(o.right(v.scrolledTo), event.Get("key").String())
	if ok {
		v.scrolledTo = to
		event.Call("preventDefault")  // or the page scrolls
		event.Call("stopPropagation") // in the teacher's view the arrow keys go through the lesson
	}
	return ok
}

// drag moves the frame with the pointer that took hold of it.
func (g *gestures) drag(kind string, event, scroll app.Value) bool {
	v, o := &g.model.timeline, g.model.overview()
	pointer, x := event.Get("pointerId"), placeIn(scroll, event.Get("clientX").Float())
	switch {
	case kind == "pointerdown" && event.Get("button").Int() == 0 && event.Get("isPrimary").Bool():
		scroll.Call("setPointerCapture", pointer)
		g.grip = o.grip(o.right(v.scrolledTo), x)
	case kind == "pointermove" && scroll.Call("hasPointerCapture", pointer).Bool():
	default:
		return false
	}
	v.scrolledTo = o.scroll(o.at(x) + g.grip)
	return true
}

// pinch zooms with two fingers on the track.
func (g *gestures) pinch(kind string, event app.Value) bool {
	track, id := element("track"), event.Get("pointerId").Int()
	_, known := g.fingers[id]
	switch {
	case kind == "pointerup" || kind == "pointercancel":
		delete(g.fingers, id)
		return false
	case kind == "pointerdown" && event.Get("pointerType").String() == "touch" && track.Call("contains", event.Get("target")).Bool():
		if event.Get("isPrimary").Bool() {
			clear(g.fingers)
		}
		g.apart = 0
	case !known:
		return false
	}
	g.fingers[id] = [2]float64{event.Get("clientX").Float(), event.Get("clientY").Float()}
	if len(g.fingers) != 2 {
		return false
	}
	var at [][2]float64
	for _, finger := range g.fingers {
		at = append(at, finger)
	}
	apart := max(1, math.Hypot(at[0][0]-at[1][0], at[0][1]-at[1][1]))
	if g.apart == 0 {
		g.apart = apart
	}
	by := 0
	switch {
	case apart >= g.apart*pinchStep:
		by = -1
	case apart <= g.apart/pinchStep:
		by = 1
	default:
		return false
	}
	g.apart = apart
	return g.model.zoom(placeIn(track, (at[0][0]+at[1][0])/2), by)
}

// placeIn is where in an element, from 0 to 1, something is in the viewport.
func placeIn(element app.Value, clientX float64) float64 {
	box := element.Call("getBoundingClientRect")
	return min(1, max(0, (clientX-box.Get("left").Float())/max(1, box.Get("width").Float())))
}

// zoom makes the timeline a step wider (by 1) or narrower (by -1) around what is at x of it, and reports whether it did.
func (m *model) zoom(x float64, by int) bool {
	v, o := &m.timeline, m.overview()
	v.window, v.scrolledTo = o.zoom(o.right(v.scrolledTo), x, by)
	return v.window != o.window
}

// zoomKey is what a key does to the timeline's width, around its middle, or around now while it is followed.
func (m *model) zoomKey(key string) bool {
	x, by := 0.5, map[string]int{"+": -1, "-": 1}[key]
	if by == 0 || !element("track").Truthy() {
		return false
	}
	if m.timeline.scrolledTo == 0 {
		x = 1 - nowMargin
	}
	return m.zoom(x, by)
}
