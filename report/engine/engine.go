// Package engine plays the report's checks to the Go engine: an eventsource.Stream, natively and in the page.
package engine

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"eventsource-playground/eventsource"
	"eventsource-playground/report"
)

// Play plays a check and returns what was seen, in the words that the page has for the browser's own EventSource. It takes as
// long as there is something to wait for, or until ctx is done. A check for which [NotHere] has a reason shows nothing.
func Play(ctx context.Context, c *report.Check, place *report.Place) []report.Seen {
	ctx, end := context.WithCancel(ctx)
	defer end()
	p := &player{ctx: ctx, place: place, watch: report.NewWatch(c), began: time.Now()}
	p.patience = time.AfterFunc(milliseconds(p.watch.Left(0)), end) // never stopped, as no timer of the page may be
	sources := 1
	if c.Measure == report.MeasureCount {
		sources = report.Sources
	}
	var all sync.WaitGroup
	for range sources {
		all.Go(p.play)
	}
	all.Wait()
	<-ctx.Done() // nothing more may come when the last Stream is closed, and that is watched too
	return p.watch.Saw
}

type player struct {
	ctx      context.Context // done when the check is over
	began    time.Time
	patience *time.Timer

	mutex sync.Mutex // several Streams may be played at once
	place *report.Place
	watch *report.Watch
}

// play ranges over a Stream, and over those that replace it.
func (p *player) play() {
	for s := p.construct(); s != nil; {
		var next *eventsource.Stream
		for e := range s.All() {
			if then := p.on(s, e); then != s {
				next = then
			}
		}
		s = next
	}
}

// construct makes a Stream, and does with it what is done at once. It returns nil if that throws.
func (p *player) construct() *eventsource.Stream {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	s := p.newStream()
	if s == nil {
		return nil
	}
	for _, name := range p.watch.See {
		p.see(name, p.property(s, name))
	}
	if p.watch.See != nil {
		s.Close()
	}
	return p.do(s, p.watch.Constructed())
}

func (p *player) newStream() *eventsource.Stream {
	s, err := eventsource.NewStream(p.ctx, p.place.Address(p.watch.Check), eventsource.StreamOptions{WithCredentials: p.watch.Credentials})
	if err != nil {
		name := err.Error()
		if thrown, ok := errors.AsType[*eventsource.Exception](err); ok {
			name = thrown.Name
		}
		p.see("throws", name)
		return nil
	}
	return s
}

// on is every event. It returns the Stream to go on with.
func (p *player) on(s *eventsource.Stream, e eventsource.Event) *eventsource.Stream {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.ctx.Err() != nil || !slices.Contains(p.watch.Types(), e.Type) {
		return s
	}
	what := e.Type
	switch e.Kind {
	case eventsource.Failed:
		what += " " + state(e.ReadyState)
	case eventsource.Message:
		data := e.Data
		if p.watch.Read == "origin" {
			data = p.place.Origin(e.Origin)
		}
		what = report.Word(e.Type, data, e.LastEventID)
	}
	due := p.watch.Event(e.Type, what, p.now())
	p.wait()
	return p.do(s, due)
}

// do does what a check says, and returns the Stream to go on with, or nil.
func (p *player) do(s *eventsource.Stream, due []report.Do) *eventsource.Stream {
	for _, d := range due {
		s.Close()
		if d.What == report.DoReplace {
			if s = p.newStream(); s == nil {
				return nil
			}
		}
		p.see(d.What, state(s.ReadyState()))
	}
	return s
}

// see adds what the check did itself, in the form of an event.
func (p *player) see(what, value string) {
	p.watch.Add(report.Word(what, value, ""), p.now())
	p.wait()
}

// wait ends the check when nothing more comes, or not what must.
func (p *player) wait() { p.patience.Reset(milliseconds(p.watch.Left(p.now()))) }

func (p *player) now() float64 { return float64(time.Since(p.began)) / float64(time.Millisecond) }

// property is one of a Stream, as text. The page's origin is left out of an address.
func (p *player) property(s *eventsource.Stream, name string) string {
	switch name {
	case "url":
		return strings.TrimPrefix(s.URL(), p.place.Page)
	case "readyState":
		return state(s.ReadyState())
	case "withCredentials":
		return strconv.FormatBool(s.WithCredentials())
	}
	return "undefined"
}

func state(s eventsource.ReadyState) string { return strconv.Itoa(int(s)) }

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
