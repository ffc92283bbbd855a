package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// laneLabel stands beside a source's lane on the timeline, and selects it.
type laneLabel struct {
	lane   int
	kind   trace.ClientKind
	number int
	state  eventsource.ReadyState
	events int
	chosen bool
}

// laneLabels are those of the current sources; one alone has none, since there is nothing to choose.
func (m *model) laneLabels() (labels []laneLabel) {
	current := m.log.Current()
	if len(current) < 2 {
		return nil
	}
	for _, s := range current {
		state := s.State()
		labels = append(labels, laneLabel{s.Lane, s.Kind, state.Source, state.ReadyState, s.Counts().Events, s.Lane == m.lane})
	}
	return labels
}

// alive reports whether any source lives.
func (m *model) alive() bool {
	return slices.ContainsFunc(m.log.Current(), func(s *trace.Source) bool { return s.State().Live() })
}

// selectLane selects the source of a lane: the machine, the figures, the tables and what just happened show it.
func (m *model) selectLane(lane int) {
	if m.lane == lane {
		return
	}
	m.lane = lane
	m.tabs.attempt, m.table.unfolded = -1, -1
	f := m.table.view.Filter()
	f.Lane = lane
	m.table.filter(f)
	m.pace.tick(m.subject, m.alive)
}

// keepLane goes back to the first lane where the selected one is no longer shown.
func (m *model) keepLane() {
	if m.selectedOf(m.log.Current()) < 0 {
		m.selectLane(1)
	}
}

// selectedOf is the place of the selected source among some; -1 if it is none of them.
func (m *model) selectedOf(sources []*trace.Source) int {
	return slices.IndexFunc(sources, func(s *trace.Source) bool { return s.Lane == m.lane })
}

// starved says which sources wait for a connection, and why. The why stays when none does any more, and with it the line.
func (m *model) starved() string {
	current := len(m.log.Requests())
	if current <= trace.Connections || current <= m.log.Room() {
		return ""
	}
	said := []string{say("Over HTTP/1.1 a browser opens six connections to a host, for all its tabs together.")}
	if m.log.Multiplexed() {
		said[0] = say("Over HTTP/2 all tabs share one connection, on which this server offers 100 streams. When it is full, every request to this server waits, and a new tab does not load.")
	}
	names := []string{}
	for i, s := range m.log.Starved() {
		name := s.Name()
		if i > 0 {
			name = strconv.Itoa(s.State().Source)
		}
		names = append(names, name)
	}
	if len(names) > 0 {
		waits := count(len(names), "{sources} waits until another is closed.", "{sources} wait until others are closed.")
		said = append(said, fill(waits, "{sources}", strings.Join(names, say(", "))))
	}
	return sentences(said)
}

// laneButtons are the labels, to be chosen from as radio buttons are.
func (t *timelinePanel) laneButtons() any {
	if len(t.Lanes) == 0 {
		return view(`<div class="sources" aria-hidden="true">
			<span>{}<small>readyState</small></span>
			<span>Events</span>
		</div>`, t.reader())
	}
	buttons := []app.UI{}
	for _, l := range t.Lanes {
		focus := -1
		if l.chosen {
			focus = 0
		}
		number, events := strconv.Itoa(l.number), count(l.events, "1 event", "{n} events")
		label := fill(say("{source}: {state}, {events}"), "{source}", trace.Named(l.kind, l.number), "{state}", stateLabel(l.kind, l.state), "{events}", events)
		buttons = append(buttons, view(`<button type="button" role="radio" id={} aria-checked={} aria-label={} tabindex={} onclick={}>
			<span><b>{}</b> {}</span>
			<small>{}</small>
		</button>`, laneID(l.lane), l.chosen, label, focus, scoped{l.lane, t.onLane(l.lane)}, l.kind.String(), number, events))
	}
	return view(`<div class="sources" role="radiogroup" aria-label="Sources" onkeydown={}>{}</div>`, t.onLaneKey, buttons)
}

// reader is what reads the stream, where that is one alone.
func (t *timelinePanel) reader() string {
	if t.Kind != trace.EventSource {
		return t.Kind.String()
	}
	return say("Browser")
}

func laneID(lane int) string { return "lane-" + strconv.Itoa(lane) }

func (t *timelinePanel) onLane(lane int) app.EventHandler {
	return func(app.Context, app.Event) { t.Model.selectLane(lane) }
}

// onLaneKey moves between the labels. Left and right are left alone: in the teacher's view they go through the lesson.
func (t *timelinePanel) onLaneKey(_ app.Context, e app.Event) {
	m := t.Model
	current := m.log.Current()
	at := max(0, m.selectedOf(current))
	switch e.Get("key").String() {
	case "ArrowUp":
		at = (at + len(current) - 1) % len(current)
	case "ArrowDown":
		at = (at + 1) % len(current)
	case "Home":
		at = 0
	case "End":
		at = len(current) - 1
	default:
		return
	}
	e.PreventDefault() // or the page scrolls
	m.selectLane(current[at].Lane)
	element(laneID(m.lane)).Call("focus")
}
