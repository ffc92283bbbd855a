package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// machinePanel is the readyState machine: the state that is, the transitions that were, and the figures under it.
type machinePanel struct {
	state   trace.State
	counts  trace.Counts
	dropped int
	now     float64
}

func (m *model) machinePanel(now float64) app.UI {
	subject := m.subject()
	return shown(&machinePanel{subject.State(), subject.Counts(), m.log.Dropped(), now})
}

func (p *machinePanel) draw() app.UI {
	return view(`<section class="panel" data-panel="readyState" aria-label="readyState" data-state={}>
		<h2>readyState</h2>
		<p class="offscreen" role="status">{}</p>
		{}
		<ul class="figures" aria-label="Figures">{}</ul>
	</section>`,
		stateName(p.state), announce(p.state),
		shown(newMachineDrawing(p.state, p.counts)),
		figures(p.state, p.counts, p.dropped, p.now),
	)
}

// machineDrawing is the machine itself, for a wide screen and for a narrow one.
type machineDrawing struct {
	state  trace.State
	counts trace.Counts
}

// newMachineDrawing leaves out what is not drawn, so that events alone draw nothing again.
func newMachineDrawing(state trace.State, counts trace.Counts) *machineDrawing {
	return &machineDrawing{
		trace.State{Source: min(state.Source, 1), ReadyState: state.ReadyState, By: state.By}, trace.Counts{Transitions: counts.Transitions},
	}
}

func (d *machineDrawing) draw() app.UI {
	return view(`<div>{}{}</div>`, app.Raw(machineSVG(wideMachine, d.state, d.counts)), app.Raw(machineSVG(narrowMachine, d.state, d.counts)))
}

func stateName(s trace.State) string {
	if s.Source == 0 {
		return "none"
	}
	return strings.ToLower(s.ReadyState.String())
}

func announce(s trace.State) string {
	if s.Source == 0 {
		return say("No EventSource yet")
	}
	return "readyState " + stateLabel(s.ReadyState)
}

// stateLabel is the number and the word: never colour alone.
func stateLabel(s eventsource.ReadyState) string { return strconv.Itoa(int(s)) + " " + s.String() }

func figures(state trace.State, counts trace.Counts, dropped int, now float64) []app.UI {
	spent, of := "–", say("not connected yet")
	if state.Source > 0 {
		spent = clock(now - state.Since)
		switch {
		case state.ReadyState == eventsource.Connecting && state.Waiting:
			of = say("since the error")
		case state.ReadyState == eventsource.Connecting:
			of = say("waiting for a response")
		case state.ReadyState == eventsource.Open:
			of = say("open")
		case state.ReadyState == eventsource.Closed:
			spent, of = clock(state.Lived), say("lived, closed")
		}
	}
	wait := "–"
	if state.Wait != (trace.Wait{}) {
		wait = duration(state.Wait.Milliseconds())
	}
	id := state.LastEventID
	if id == "" {
		id = "–"
	}
	figure := func(class, value, label string) app.UI {
		return view(`<li class={}><b title={}><bdi>{}</bdi></b><span>{}</span></li>`, class, value, shorten(value, 24), label)
	}
	list := []app.UI{
		figure("spent", spent, of),
		figure("", grouped(counts.Events), count(counts.Events, "event", "events")),
		figure("", exact(id), "lastEventId"),
		figure("", grouped(counts.Reconnections()), count(counts.Reconnections(), "reconnection", "reconnections")),
		figure("", wait, say("last wait, measured")),
		figure("", grouped(dropped), say("dropped from the log")),
	}
	return list
}

// machineLayout is where the machine's boxes and arrows stand.
type machineLayout struct {
	class         string
	width, height int
	boxes         [3][4]int                         // x, y, width, height, by readyState
	arrows        [len(trace.Transitions) + 1]arrow // by Transition
}

// arrow is a path, and where its label stands.
type arrow struct {
	path  string
	x, y  int
	label string
}

// arrowClass colours an arrow by the state that it leads to.
var arrowClass = [len(trace.Transitions) + 1]string{
	trace.ToOpen: "open", trace.ToLost: "connecting", trace.ToFailed: "connecting",
	trace.OpenToClose: "closed", trace.ToClosed: "closed",
}

var wideMachine = machineLayout{
	class: "wide", width: 660, height: 176,
	boxes: [3][4]int{{84, 52, 134, 66}, {302, 52, 118, 66}, {502, 52, 98, 66}},
	arrows: [len(trace.Transitions) + 1]arrow{
		trace.ToOpen:      {"M219 70 Q260 40 299 68", 260, 44, "open"},
		trace.ToLost:      {"M301 100 Q258 130 221 102", 262, 136, later("connection lost")},
		trace.ToFailed:    {"M84 66 C44 48 44 122 82 104", 40, 135, later("failed")},
		trace.OpenToClose: {"M421 85 L498 85", 460, 77, "close()"},
		trace.ToClosed:    {"M158 119 C210 172 500 172 548 121", 354, 172, later("close() · 204 · HTTP error · wrong type")},
	},
}

var narrowMachine = machineLayout{
	class: "narrow", width: 340, height: 250,
	boxes: [3][4]int{{10, 46, 122, 58}, {220, 46, 110, 58}, {220, 166, 110, 58}},
	arrows: [len(trace.Transitions) + 1]arrow{
		trace.ToOpen:      {"M133 60 Q176 34 217 58", 176, 36, "open"},
		trace.ToLost:      {"M219 92 Q176 118 135 94", 177, 124, later("lost")},
		trace.ToFailed:    {"M36 45 C30 8 90 8 84 43", 60, 14, later("failed")},
		trace.OpenToClose: {"M275 105 L275 163", 300, 138, "close()"},
		trace.ToClosed:    {"M72 105 C76 176 120 196 217 196", 140, 244, later("close() · 204 · HTTP error · wrong type")},
	},
}

// machineSVG draws the machine. All text in it is ours: nothing of a stream gets here but numbers.
func machineSVG(l machineLayout, state trace.State, c trace.Counts) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="machine %s" viewBox="0 0 %d %d" role="img" aria-label="%s">`,
		l.class, l.width, l.height, fill(say("The readyState machine: {state}"), "{state}", announce(state)))
	marker := func(id string) {
		fmt.Fprintf(&b, `<marker id="%s-%s" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L10 5 L0 10 z"/></marker>`, l.class, id)
	}
	b.WriteString("<defs>")
	marker("arrow")
	b.WriteString("</defs>")
	for _, t := range trace.Transitions {
		a := l.arrows[t]
		n := c.Of(t)
		if t == trace.ToFailed && n == 0 {
			continue // a loop that most never see: drawn once it happened
		}
		class := "arrow " + arrowClass[t]
		if n > 0 && state.By == t {
			class += " last"
		}
		label := a.label
		if t != trace.ToOpen { // that one is the event's name
			label = say(label)
		}
		if n > 0 {
			label += " ×" + grouped(n)
		}
		fmt.Fprintf(&b, `<g class="%s"><path d="%s" marker-end="url(#%s-arrow)"/><text x="%d" y="%d">%s</text></g>`,
			class, a.path, l.class, a.x, a.y, label)
	}
	for s, box := range l.boxes {
		class := "state"
		if state.Source > 0 && int(state.ReadyState) == s {
			class += " now"
		}
		name := eventsource.ReadyState(s)
		middle := box[0] + box[2]/2
		fmt.Fprintf(&b, `<g class="%s" data-state="%s"><rect x="%d" y="%d" width="%d" height="%d" rx="12"/><text class="number" x="%d" y="%d">%d</text><text class="name" x="%d" y="%d">%s</text></g>`,
			class, strings.ToLower(name.String()), box[0], box[1], box[2], box[3], middle, box[1]+box[3]/2-3, s, middle, box[1]+box[3]-14, name)
	}
	b.WriteString("</svg>")
	return b.String()
}
