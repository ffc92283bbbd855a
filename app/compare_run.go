package main

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/compare"
	"eventsource-playground/eventsource"
	"eventsource-playground/sse"
	"eventsource-playground/trace"
)

// comparedAfter is the number after which those of the compared sources begin. The page's own never get there, nor what is fetched
// beside them, see lesson.FetchSource.
const comparedAfter = 600_000

// experiment is a row that is being played. It runs in a goroutine of its own, on the page's one thread.
type experiment struct {
	of     *comparison
	run    *compare.Run
	ctx    context.Context
	cancel context.CancelFunc
	stages []*stage
}

// stage is one of its parts.
type stage struct {
	*compare.Played
	experiment *experiment
	clients    []*eventsource.Source // those that are open, as in the log
	first      []*eventsource.Source // of each play; nil: it could not be made
}

// play plays a row, and calls done when it is over and was not cancelled.
func (c *comparison) play(row *compare.Row, done func()) {
	c.model.close() // its connections are some of six
	if row.Parts[0].Plays[0].Drawn {
		clear(c.pictures)
	}
	c.choose(row.Name)
	x := &experiment{of: c, run: &compare.Run{Row: row, Secure: isSecure(), Lines: c.model.connection.by.lines()}}
	x.ctx, x.cancel = context.WithCancel(context.Background())
	c.playing = x
	began := eventsource.Now()
	go x.tick()
	go func() {
		x.playParts()
		if x.ctx.Err() != nil {
			return
		}
		x.run.Took = eventsource.Now() - began
		x.run.Offset, x.run.Uncertainty = c.model.channel.offset, c.model.channel.trip/2
		c.runs[row.Name], c.figures[row.Name] = x.run, x.run.Measure()
		c.playing = nil
		done()
		c.changed()
	}()
}

// tick draws what is under way, a few times a second.
func (x *experiment) tick() {
	for drawn := 0; x.of.playing == x; time.Sleep(250 * time.Millisecond) {
		if n := len(x.run.Parts); n != drawn || !x.run.Row.Undrawn {
			drawn = n
			x.of.changed()
		}
	}
}

// playParts plays one part after the other, and together those that are.
func (x *experiment) playParts() {
	parts := x.run.Row.Parts
	for len(parts) > 0 && x.ctx.Err() == nil {
		n := 1
		for n < len(parts) && parts[n].With {
			n++
		}
		x.stages = nil
		for i := range parts[:n] {
			s := x.of.newStage(&parts[i])
			s.experiment = x
			x.stages = append(x.stages, s)
			x.run.Parts = append(x.run.Parts, s.Played)
		}
		var together sync.WaitGroup
		for _, s := range x.stages {
			together.Go(s.play)
		}
		together.Wait()
		parts = parts[n:]
	}
}

// newStage is a part with a log, and with numbers for its sources that no other has.
func (c *comparison) newStage(part *compare.Part) *stage {
	const most = 1_000_000 // see play.WhoOf, in the server
	needs := len(part.Plays) * compare.Messages * 2
	if part.Do == compare.Fill {
		needs = compare.FillMost + 1
	}
	if c.number+needs >= most {
		c.number = comparedAfter
	}
	s := &stage{Played: &compare.Played{
		Part: part, Log: trace.NewLogAfter(c.number), Began: eventsource.Now(),
		First: make([]*trace.Source, len(part.Plays)), Extras: make([]compare.Extra, len(part.Plays)),
	}}
	c.number += needs
	return s
}

// play opens the clients, does what is to be done, and closes them. Whatever is awaited is looked for again and again: a timer that
// is stopped would hold the page up, see alarm.
func (s *stage) play() {
	counted := func() float64 { return 0 }
	if s.Plays[0].Drawn {
		counted = eventsource.Meter()
	}
	s.first = make([]*eventsource.Source, len(s.Plays))
	for i := range s.Plays {
		if s.First[i] = s.open(i, i+1); s.First[i] != nil {
			s.first[i] = s.clients[len(s.clients)-1]
		}
	}
	switch until := s.Began + s.Most; {
	case len(s.clients) == 0: // nothing comes
	case s.Do == compare.Speak:
		s.speak(until)
	case s.Do == compare.Fill:
		s.fill(until)
	case s.Do == compare.Block:
		s.await(until, slowly, func() bool { return s.Extras[0].Blocked[1] > 0 })
		s.close()
		s.await(until, slowly, func() bool {
			all, _ := s.Log.Exchanges()
			return len(all) > 0 && all[0].Over()
		})
	default:
		s.await(until, slowly, func() bool { return s.Over != nil && s.Over(s.Played) })
	}
	s.settle()
	if s.Plays[0].Drawn {
		s.Extras[0].Handled = counted()
	}
	s.Ended = eventsource.Now()
	s.close()
	// A WebSocket that is closing is still one of those that a browser has room for.
	s.await(eventsource.Now()+closing, slowly, func() bool {
		return !slices.ContainsFunc(s.Log.Sources(), func(seen *trace.Source) bool { return seen.State().ReadyState == eventsource.Closing })
	})
}

// settle waits until nothing came for a while: the server's side comes on a way of its own, after megabytes a late one.
func (s *stage) settle() {
	changes, since := s.Log.Changes(), eventsource.Now()
	s.await(since+compare.SettleMost, slowly, func() bool {
		now := eventsource.Now()
		if s.Log.Changes() != changes {
			changes, since = s.Log.Changes(), now
		}
		return now-since > compare.Settle
	})
}

// closing is how long WebSockets may take to close, in milliseconds: Chromium waits 2 s for the server to close the connection.
const closing = 5000

// How often something is looked for.
const (
	slowly  = 20 * time.Millisecond
	quickly = 4 * time.Millisecond
)

// await waits until something holds, and reports whether it does: it ends at a moment of the performance clock, and when the row is
// cancelled.
func (s *stage) await(until float64, every time.Duration, holds func() bool) bool {
	for !holds() {
		if s.experiment.ctx.Err() != nil || eventsource.Now() > until {
			return false
		}
		time.Sleep(every)
	}
	return true
}

func (s *stage) close() {
	for i, c := range s.clients {
		c.Close()
		s.Log.Sources()[i].Close(eventsource.Now())
	}
	s.clients = nil
}

// open makes a client of a play in a lane. nil: the browser, or fetch, refuses it.
func (s *stage) open(play, lane int) *trace.Source {
	m, p, x := s.experiment.of.model, s.Plays[play], &s.Extras[play]
	path := "/sse"
	if p.Client == trace.WebSocket {
		path = "/ws"
	}
	url := m.address(path+"?scenario="+p.Scenario).watched(m.channel.id, s.Log.NextSource())
	var seen *trace.Source
	observe := func(events eventsource.Events) {
		seen.Observe(s.observed(play, events))
		if s.Do == compare.Block && x.Blocked[1] == 0 && seen.State().ReadyState == eventsource.Open {
			standStill(x)
		}
	}
	at := eventsource.Now()
	var client *eventsource.Source
	var err error
	switch p.Client {
	case trace.EventSource:
		if client, err = eventsource.New(url, eventsource.Options{Listen: p.Listen}, observe); err == nil {
			x.NoSend = app.Window().Get("EventSource").Get("prototype").Get("send").IsUndefined()
		}
	case trace.Engine:
		o := eventsource.StreamOptions{Method: p.Method, Line: func(l sse.Line) {
			if l.Event != nil {
				x.Types++
			}
		}}
		if p.Method != "" {
			o.Body, o.Header = []byte("a message"), map[string]string{"Content-Type": "text/plain"}
		}
		client, err = eventsource.Engine(url, o, p.Listen, observe)
	case trace.WebSocket:
		o := eventsource.SocketOptions{}
		if p.ByHand {
			o.Reconnect = reconnectModule
		}
		if p.Drawn {
			o.Binary = func(_ float64, pixels []byte) { s.experiment.of.paint(x, pixels) }
		}
		client, err = eventsource.WebSocket("ws"+strings.TrimPrefix(url, "http"), o, observe)
	}
	if err != nil {
		x.Refused = said(err)
		return nil
	}
	label := ""
	if p.ByHand {
		label = say("by hand")
	}
	seen = s.Log.Construct(at, trace.Client{Kind: p.Client, Label: label, Lane: lane}, unwatched(client.URL()), false)
	seen.Listen(append([]string{"message"}, p.Listen...))
	s.clients = append(s.clients, client)
	return seen
}

// observed is what of events the trace keeps: of megabytes the beginning is enough. A picture is drawn before.
func (s *stage) observed(play int, events eventsource.Events) eventsource.Events {
	p := s.Plays[play]
	if !p.Drawn && s.Do != compare.Block {
		return events
	}
	all := append([]eventsource.Event(nil), events.Slice(0, events.Len())...)
	for i := range all {
		e := &all[i]
		if p.Drawn && e.Kind == eventsource.Message && p.Client != trace.WebSocket {
			if pixels, err := base64.StdEncoding.DecodeString(e.Data); err == nil {
				s.experiment.of.paint(&s.Extras[play], pixels)
			}
		}
		const kept = 60
		e.Data = strings.Clone(shorten(e.Data, kept))
	}
	return eventsource.Decoded(all...)
}

// standStill keeps the page from doing anything.
func standStill(x *compare.Extra) {
	from := eventsource.Now()
	now := from
	for now < from+compare.BlockFor {
		now = eventsource.Now()
	}
	x.Blocked = [2]float64{from, now}
}

// fill opens more of the first play's clients until one does not open.
func (s *stage) fill(until float64) {
	x := &s.Extras[0]
	opened := func(seen *trace.Source) bool { return seen.State().Opened }
	for seen := s.First[0]; seen != nil; seen = s.open(0, x.Opened+1) {
		s.await(min(until, eventsource.Now()+compare.FillWait), quickly, func() bool { return opened(seen) || !seen.State().Live() || seen.State().Waiting })
		if !opened(seen) {
			x.Failed = seen.State().ReadyState != eventsource.Connecting || seen.State().Waiting
			break
		}
		if x.Opened++; x.Opened == compare.FillMost {
			break
		}
	}
}

// speak has each client send messages and waits for each to come back.
func (s *stage) speak(until float64) {
	ready := func() bool {
		for _, seen := range s.First {
			if seen != nil && seen.Counts().Events == 0 {
				return false
			}
		}
		return true
	}
	if !s.await(until, quickly, ready) {
		return
	}
	for i, p := range s.Plays {
		for range compare.Messages {
			if s.first[i] == nil {
				break
			}
			var took float64
			var ok bool
			switch p.Client {
			case trace.EventSource:
				took, ok = s.post(until)
			case trace.Engine:
				began := eventsource.Now()
				seen := s.open(i, i+1)
				ok = seen != nil && s.await(until, quickly, func() bool { return seen.Counts().Events > 0 })
				took = s.lastMessage() - began
			case trace.WebSocket:
				began, before := eventsource.Now(), s.First[i].Counts().Events
				s.first[i].Send("a message")
				s.First[i].Sent(began, "a message")
				ok = s.await(until, quickly, func() bool { return s.First[i].Counts().Events > before })
				took = s.lastMessage() - began
			}
			if !ok {
				break
			}
			s.Extras[i].Trips = append(s.Extras[i].Trips, took)
		}
	}
}

// lastMessage is when the newest event of the stream was dispatched.
func (s *stage) lastMessage() float64 {
	for end := s.Log.End(); end > s.Log.First(); end-- {
		if r := s.Log.Records(end-1, end)[0]; r.Kind == trace.Message {
			return r.At
		}
	}
	return 0
}

// post sends a request of its own, and waits for the whole response.
func (s *stage) post(until float64) (took float64, ok bool) {
	over, began := false, eventsource.Now()
	request("/sse?scenario=post-echo", map[string]any{
		"method": "POST", "body": "a message", "headers": map[string]any{"Content-Type": "text/plain"},
	}, func(status int, _ string) { over, ok, took = true, succeeded(status), eventsource.Now()-began })
	s.await(until, quickly, func() bool { return over })
	return took, ok
}
