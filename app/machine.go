package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// machinePanel is the readyState machine: the state that is, the transitions that were, and the figures beside it.
type machinePanel struct {
	name    string // of the source, where there are several
	state   trace.State
	counts  trace.Counts
	dropped int
	now     float64
}

func (m *model) machinePanel(now float64) app.UI {
	subject, name := m.subject(), ""
	if len(m.log.Current()) > 1 {
		name = subject.Name()
	}
	return shown(&machinePanel{name, subject.State(), subject.Counts(), m.log.Dropped(), now})
}

func (p *machinePanel) draw() app.UI {
	return view(`<section class="panel" data-panel="readyState" aria-label="readyState" data-state={}>
		<div>
			<h2>readyState</h2>
			<p class="offscreen" role="status">{}</p>
			{}
		</div>
		<ul class="figures" aria-label="Figures">{}</ul>
	</section>`,
		stateName(p.state), announce(p.state),
		shown(newMachineDrawing(p.state, p.counts)),
		figures(p.name, p.state, p.counts, p.dropped, p.now),
	)
}

// machineDrawing is the machine itself.
type machineDrawing struct {
	state  trace.State
	counts trace.Counts
}

// newMachineDrawing leaves out what is not drawn, so that events alone draw nothing again.
func newMachineDrawing(state trace.State, counts trace.Counts) *machineDrawing {
	return &machineDrawing{
		trace.State{Source: min(state.Source, 1), Kind: state.Kind, ReadyState: state.ReadyState, By: state.By}, trace.Counts{Transitions: counts.Transitions},
	}
}

func (d *machineDrawing) draw() app.UI {
	return view(`<div>{}</div>`, app.Raw(machineSVG(d.state, d.counts)))
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
	return "readyState " + stateLabel(s.Kind, s.ReadyState)
}

// stateLabel is the number and the word: never colour alone.
func stateLabel(kind trace.ClientKind, s eventsource.ReadyState) string {
	return strconv.Itoa(kind.Number(s)) + " " + s.String()
}

func figures(name string, state trace.State, counts trace.Counts, dropped int, now float64) []app.UI {
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
		case state.ReadyState == eventsource.Closing:
			of = say("closing")
		case state.Waiting:
			of = say("since it closed")
		case state.ReadyState == eventsource.Closed:
			spent, of = clock(state.Lived), say("lived, closed")
		}
	}
	if name != "" {
		of += " · " + name
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

// arrow is a path, and where its label stands.
type arrow struct {
	path   string
	x, y   int
	label  string
	narrow bool // there is no room to say how many times
}

// arrowClass colours an arrow by the state that it leads to.
var arrowClass = [...]string{
	trace.ToOpen: "open", trace.ToLost: "connecting", trace.ToFailed: "connecting", trace.ByHand: "connecting by-hand",
	trace.OpenToClose: "closed", trace.ToClosed: "closed", trace.ToClosing: "closed", trace.ClosingToClosed: "closed",
}

// machine is where the boxes and arrows of a client's states stand. It has to be read at 374 × 128 pixels, beside the figures.
type machine struct {
	states      []eventsource.ReadyState
	boxes       [][4]int // x, y, width, height, of each state
	transitions []trace.Transition
	arrows      [trace.ByHand + 1]arrow
}

var eventSourceMachine = machine{
	states:      []eventsource.ReadyState{eventsource.Connecting, eventsource.Open, eventsource.Closed},
	boxes:       [][4]int{{4, 36, 98, 50}, {156, 36, 78, 50}, {290, 36, 80, 50}},
	transitions: trace.Transitions[:],
	arrows: [trace.ByHand + 1]arrow{
		trace.ToOpen:      {"M103 50 Q129 26 153 48", 129, 29, "open", false},
		trace.ToLost:      {"M155 73 Q129 97 105 75", 129, 99, later("lost"), false},
		trace.ToFailed:    {"M18 87 C14 114 50 114 46 89", 32, 121, later("failed"), false},
		trace.OpenToClose: {"M235 61 L287 61", 261, 54, "close()", true},
		trace.ToClosed:    {"M66 87 C96 116 298 116 328 89", 197, 123, later("close() · 204 · HTTP error · wrong type"), false},
	},
}

// socketMachine has no arrow back, unless somebody's code drew it.
var socketMachine = machine{
	states:      []eventsource.ReadyState{eventsource.Connecting, eventsource.Open, eventsource.Closing, eventsource.Closed},
	boxes:       [][4]int{{2, 38, 88, 46}, {124, 38, 54, 46}, {226, 38, 64, 46}, {312, 38, 60, 46}},
	transitions: trace.SocketTransitions[:],
	arrows: [trace.ByHand + 1]arrow{
		trace.ToOpen:          {"M91 61 L121 61", 106, 54, "open", true},
		trace.ToClosing:       {"M179 61 L223 61", 201, 54, "close()", true},
		trace.ClosingToClosed: {"M291 61 L309 61", 301, 32, "close", true},
		trace.OpenToClose:     {"M158 37 C170 12 310 12 334 36", 244, 13, later("closed by the server, or lost"), false},
		trace.ToClosed:        {"M60 85 C90 99 310 99 334 87", 197, 107, later("failed: no reason is given"), false},
		trace.ByHand:          {"M350 85 C350 127 30 127 30 87", 197, 127, later("by hand: a new WebSocket"), false},
	},
}

// machineSVG draws the machine. All text in it is ours: nothing of a stream gets here but numbers.
func machineSVG(state trace.State, c trace.Counts) string {
	m := &eventSourceMachine
	if state.Kind == trace.WebSocket {
		m = &socketMachine
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="machine" viewBox="0 0 374 128" role="img" aria-label="%s">`, fill(say("The readyState machine: {state}"), "{state}", announce(state)))
	b.WriteString(`<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L10 5 L0 10 z"/></marker></defs>`)
	for _, t := range m.transitions {
		a := m.arrows[t]
		n := c.Of(t)
		if (t == trace.ToFailed || t == trace.ByHand) && n == 0 {
			continue // what most never see: drawn once it happened
		}
		class := "arrow " + arrowClass[t]
		if n > 0 && state.By == t {
			class += " last"
		}
		label := a.label
		if t == trace.OpenToClose && state.Kind == trace.Engine {
			label = later("closed") // it gives up while it is open, too
		}
		if t != trace.ToOpen && t != trace.ClosingToClosed { // those are the events' names
			label = say(label)
		}
		if n > 0 && !a.narrow {
			label += " ×" + grouped(n)
		}
		fmt.Fprintf(&b, `<g class="%s"><path d="%s" marker-end="url(#arrow)"/><text x="%d" y="%d">%s</text></g>`, class, a.path, a.x, a.y, label)
	}
	for i, s := range m.states {
		box := m.boxes[i]
		class := "state"
		if state.Source > 0 && state.ReadyState == s {
			class += " now"
		}
		middle := box[0] + box[2]/2
		fmt.Fprintf(&b, `<g class="%s" data-state="%s"><rect x="%d" y="%d" width="%d" height="%d" rx="9"/><text class="number" x="%d" y="%d">%d</text><text class="name" x="%d" y="%d">%s</text></g>`,
			class, strings.ToLower(s.String()), box[0], box[1], box[2], box[3], middle, box[1]+box[3]/2-3, i, middle, box[1]+box[3]-11, s)
	}
	b.WriteString("</svg>")
	return b.String()
}
