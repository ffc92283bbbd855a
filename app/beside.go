package main

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/trace"
)

// fewBeside is up to how many each number is offered; of more only the tens, and those around a full connection.
const fewBeside = 11

// besideField is what else reads the same stream: nothing, the other client, or some more of the same.
type besideField struct {
	Model *model
	n     int // to be opened
	open  int
	kind  trace.ClientKind // of the subject
	other bool             // one of the other kind is to be opened
}

func (m *model) besideField() *besideField {
	return &besideField{m, m.beside(), len(m.connection.beside), m.kind(), m.connection.setup.Other}
}

// beside is how many are to be opened: as many as the visitor chose, or the scenario wants if that is more.
func (m *model) beside() int {
	c := &m.connection
	times, name := 1, m.target().scenario
	for _, s := range m.streams.catalogue.Scenarios {
		if s.Name == name {
			times = s.Connect.Times
		}
	}
	if c.setup.URL == c.played.url {
		times = c.played.times
	}
	if c.setup.Other && times == 1 {
		return 1
	}
	return max(c.setup.Beside, times-1)
}

func (f *besideField) draw() app.UI {
	options, other := []app.UI{}, f.other && f.n == 1
	for n := range max(mostBeside(), f.n) + 1 {
		if n > fewBeside && n%10 != 0 && n < trace.Streams-1 && n != f.n {
			continue
		}
		text := say("nothing")
		if n > 0 {
			text = count(n, "1 more", "{n} more")
		}
		options = append(options, view(`<option value={} selected={}>{}</option>`, strconv.Itoa(n), n == f.n && !other, text))
		if n == 0 {
			options = append(options, view(`<option value={} selected={}>{}</option>`, besideOther, other, otherKind(f.kind).String()))
		}
	}
	return view(`<div class="beside">
		<label class="check">beside it<select id="beside" class="small" onchange={}>{}</select></label>
		{}
	</div>`, f.onBeside, options,
		when(f.open > 0, `<p class="check">{}<button type="button" class="small" onclick={}>Close one</button></p>`,
			count(f.open, "1 more is open.", "{n} more are open."), f.onCloseOne))
}

// onBeside is for the next connection. A scenario that wants some beside it is not given fewer.
func (f *besideField) onBeside(ctx app.Context, _ app.Event) {
	value := valueOf(ctx)
	n, err := strconv.Atoi(value)
	if err != nil && value != besideOther {
		return
	}
	s := f.Model.connection.setup
	s.Beside, s.Other = n, value == besideOther
	f.Model.change(s)
}

func (f *besideField) onCloseOne(app.Context, app.Event) { f.Model.connection.closeBeside() }
