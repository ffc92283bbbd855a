package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/order"
	"eventsource-playground/protocol"
	"eventsource-playground/report"
	"eventsource-playground/report/engine"
)

// together is how many checks are played at once on one origin. Six connections are all that there are over HTTP/1.1.
const together = 5

// turn is one check, for the browser's own EventSource or for the Go engine.
type turn struct {
	check  *report.Check
	engine bool
	stop   func() // nil before it is played
}

// stage is when it is played: first what is compared, then what is measured, and alone what takes all connections. The Go
// engine comes after all of the browser's own, which nothing shall disturb.
func (t *turn) stage() int {
	stage := 1
	switch t.check.Measure {
	case "":
		stage = 0
	case report.MeasureCount:
		stage = 2
	}
	if t.engine {
		stage += 3
	}
	return stage
}

// run starts the report from the beginning.
func (r *browserReport) run() {
	r.cancel()
	r.model.close() // its connection is one of six
	r.began = eventsource.Now()
	window := app.Window()
	r.place = &report.Place{
		Page: window.Get("location").Get("origin").String(), Second: r.model.streams.catalogue.SecondOrigin,
		Session: protocol.SessionID(randomSecret()),
	}
	agent := userAgent()
	r.mine = &report.Report{Format: report.Format, UserAgent: agent, Date: time.Now().Format(time.DateOnly)}
	r.mine.Browser, r.mine.Version = browserOf(agent)
	for i := range r.Checks {
		c := &r.Checks[i]
		r.waiting = append(r.waiting, &turn{check: c})
		if engine.NotHere(c, false) == "" {
			r.waiting = append(r.waiting, &turn{check: c, engine: true})
		}
	}
	order.By(r.waiting, func(a, b **turn) int { return (*a).stage() - (*b).stage() })
	r.turns = len(r.waiting)
	r.next()
}

// cancel closes everything.
func (r *browserReport) cancel() {
	r.waiting = nil
	for _, t := range r.playing {
		t.stop()
	}
	r.playing = nil
}

func (r *browserReport) running() bool { return len(r.playing) > 0 }

// played is how many checks are over.
func (r *browserReport) played() int {
	if r.mine == nil {
		return 0
	}
	return len(r.mine.Results) + len(r.mine.Engine)
}

// next begins as many checks as may be played now.
func (r *browserReport) next() {
	for i := 0; i < len(r.waiting); {
		t := r.waiting[i]
		same := 0
		for _, other := range r.playing {
			if other.stage() != t.stage() {
				return
			}
			if other.check.Second == t.check.Second {
				same++
			}
		}
		if same >= together {
			i++
			continue
		}
		r.waiting = slices.Delete(r.waiting, i, i+1)
		r.playing = append(r.playing, t)
		if t.engine {
			r.playEngine(t)
		} else {
			p := &probe{report: r, turn: t, watch: report.NewWatch(t.check)}
			t.stop = p.close
			p.start()
		}
	}
}

// playEngine plays a check to a Stream, which fetches.
func (r *browserReport) playEngine(t *turn) {
	ctx, stop := context.WithCancel(context.Background())
	t.stop = stop
	go func() {
		if saw := engine.Play(ctx, t.check, r.place); ctx.Err() == nil {
			stop()
			r.finish(t, saw)
		}
	}()
}

// finish takes the result of a check.
func (r *browserReport) finish(t *turn, saw []report.Seen) {
	r.playing = slices.DeleteFunc(r.playing, func(other *turn) bool { return other == t })
	results := &r.mine.Results
	if t.engine {
		results = &r.mine.Engine
	}
	*results = append(*results, report.NewResult(t.check, saw))
	r.next()
	if !r.running() {
		r.took = eventsource.Now() - r.began
	}
	r.changed()
}

// probe is a check that is under way. It drives the browser's EventSource itself, not by package eventsource: what is
// done in a listener has to be done before the listener returns, and the constructor is called wrongly, too.
type probe struct {
	report   *browserReport
	turn     *turn
	watch    *report.Watch
	sources  []app.Value
	began    float64
	listen   app.Func
	patience alarm
	over     bool
}

func (p *probe) start() {
	p.began = eventsource.Now()
	p.listen = app.FuncOf(func(_ app.Value, args []app.Value) any {
		if !p.over {
			p.on(args[0])
		}
		return nil
	})
	p.wait()
	sources := 1
	if p.watch.Measure == report.MeasureCount {
		sources = report.Sources
	}
	for range sources {
		p.construct(func() {
			for _, name := range p.watch.See {
				p.see(name, p.property(p.last(), name))
			}
			if p.watch.See != nil {
				p.last().Call("close")
			}
			p.do(p.watch.Constructed())
		})
	}
}

// construct calls the constructor in a microtask, whose promise tells what it threw. Events are tasks: none is missed.
func (p *probe) construct(then func()) {
	window := app.Window()
	reflect, class := window.Get("Reflect"), window.Get("EventSource")
	args := []any{p.report.place.Address(p.watch.Check), map[string]any{"withCredentials": p.watch.Credentials}}
	call, newTarget := "construct", any(class)
	switch p.watch.Call {
	case report.WithoutArguments:
		args = args[:0]
	case report.WithoutNew:
		call, newTarget = "apply", args
		args = nil
	}
	bound := reflect.Get(call).Call("bind", reflect, class, args, newTarget)
	promise := window.Get("Promise").Call("resolve").Call("then", bound)
	await(promise, func(value app.Value, ok bool) {
		if len(p.sources) == 0 {
			p.began = eventsource.Now() // the page may have been busy
		}
		switch {
		case !ok:
			p.see("throws", value.Get("name").String())
		case p.over:
			value.Call("close")
		default:
			p.sources = append(p.sources, value)
			p.hear(value)
			then()
		}
	})
}

func (p *probe) hear(source app.Value) {
	for _, typ := range p.watch.Types() {
		if p.watch.Handlers {
			source.Set("on"+typ, p.listen)
		} else {
			source.Call("addEventListener", typ, p.listen)
		}
	}
}

func (p *probe) last() app.Value { return p.sources[len(p.sources)-1] }

// on is every event.
func (p *probe) on(event app.Value) {
	typ := event.Get("type").String()
	what := typ
	if data := event.Get("data"); !data.IsUndefined() {
		text := data.String()
		if p.watch.Read != "" {
			text = p.property(event, p.watch.Read)
		}
		what = report.Word(typ, text, event.Get("lastEventId").String())
	} else if typ == "error" {
		what += " " + p.property(event.Get("target"), "readyState")
	}
	due := p.watch.Event(typ, what, event.Get("timeStamp").Float()-p.began)
	p.wait()
	p.do(due)
}

// do does what is to be done on an event, or after the constructor.
func (p *probe) do(due []report.Do) {
	for _, d := range due {
		p.last().Call("close")
		state := func() { p.see(d.What, p.property(p.last(), "readyState")) }
		if d.What == report.DoReplace {
			p.construct(state)
		} else {
			state()
		}
	}
}

// property is one of an object, as text. The page's origin is left out of an address.
func (p *probe) property(object app.Value, name string) string {
	text := app.Window().Call("String", object.Get(name)).String()
	switch name {
	case "url":
		return strings.TrimPrefix(text, p.report.place.Page)
	case "origin":
		return p.report.place.Origin(text)
	}
	return text
}

// see adds what the page did itself, in the form of an event.
func (p *probe) see(what, value string) {
	if !p.over {
		p.watch.Add(report.Word(what, value, ""), eventsource.Now()-p.began)
		p.wait()
	}
}

// wait ends the check when nothing more comes, or not what must.
func (p *probe) wait() {
	left := p.watch.Left(eventsource.Now() - p.began)
	p.patience.set(time.Duration(left*float64(time.Millisecond)), p.end)
}

func (p *probe) end() {
	if !p.over {
		p.close()
		p.report.finish(p.turn, p.watch.Saw)
	}
}

func (p *probe) close() {
	p.over = true
	for _, source := range p.sources {
		source.Call("close")
	}
	p.listen.Release()
}

// browserOf reads a browser's name and version from its user agent string, which is all that each of them has.
func browserOf(agent string) (name, version string) {
	for _, b := range [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chromium"}, {"Version/", "Safari"},
	} {
		if _, rest, ok := strings.Cut(agent, b[0]); ok {
			end := strings.IndexAny(rest, ". ;)")
			if end < 0 {
				end = len(rest)
			}
			return b[1], rest[:end]
		}
	}
	return "Browser", ""
}
