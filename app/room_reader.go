package main

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/lesson"
	"eventsource-playground/protocol"
)

// classPanel is what a reader of a room sees of it: who it is there, and its own outcome among the room's.
type classPanel struct {
	Model      *model
	name, room string
	readers    int
	wrong      string
	lesson     *lesson.Lesson
	seen       []protocol.Outcome
	played     string
}

// classPanel is nil for who is in no room.
func (m *model) classPanel() *classPanel {
	r := &m.room
	if !r.isReader() {
		return nil
	}
	p := &classPanel{Model: m, name: r.joined.Name, room: r.name, readers: r.class.Readers, wrong: r.wrong}
	if q := r.class.Question; q != nil && q.Revealed && r.outcome != nil && len(r.class.Outcomes) > 0 {
		p.lesson, p.seen = m.course.lesson, r.revealed()
		same := 0
		for _, o := range r.class.Outcomes {
			if o.Choice == r.outcome.Choice {
				same++
			}
		}
		p.played = fill(say("{n} of {all} have played it; {same} saw the same as you."), "{n}", strconv.Itoa(len(r.class.Outcomes)), "{all}", strconv.Itoa(r.class.Readers), "{same}", strconv.Itoa(same))
	}
	return p
}

func (p *classPanel) draw() app.UI {
	return view(`<section class="panel" data-panel="Your room" aria-label="Your room">
		<div class="title"><h2>{}</h2><button type="button" class="link" onclick={}>Leave the room</button></div>
		<p>{}</p>
		{}
		{}
		{}
	</section>`, fill(say("Room {room}"), "{room}", p.room), p.onLeave,
		fill(count(p.readers, "You are {name}, the only reader.", "You are {name}, one of {n} readers."), "{name}", p.name),
		when(p.played != "", `<p role="status">{}</p>`, p.played), outcomes(p.lesson, p.seen),
		when(p.wrong != "", `<p class="notice" role="alert">{}</p>`, p.wrong))
}

func (p *classPanel) onLeave(app.Context, app.Event) {
	p.Model.close()
	p.Model.room.enter("")
	replaceAddress(p.Model.query(p.Model.connection.setup))
}
