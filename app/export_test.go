package main

import (
	"strings"
	"testing"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

func TestAnExportIsWrittenInSteps(t *testing.T) {
	log := trace.NewLog()
	s := log.Construct(0, trace.Client{Kind: trace.EventSource, Lane: 1}, "/sse", false)
	const events = 4999
	for i := range events {
		s.Observe(eventsource.Decoded(eventsource.Event{Kind: eventsource.Message, Type: "message", TimeStamp: float64(i), Data: "x"}))
	}
	clock := 0.0
	now := func() float64 { clock += exportStep / 2; return clock }
	e := export{from: log.First(), at: log.First(), end: log.End()}
	steps, before := 1, -1
	for e.step(log, now) {
		if done := e.done(); done <= before || done >= 100 {
			t.Fatalf("after step %d it is done to %d %%, after the one before to %d %%", steps, done, before)
		} else {
			before = done
		}
		steps++
	}
	if steps < 5 {
		t.Errorf("got %d steps; want several", steps)
	}
	if got := strings.Count(strings.Join(e.parts, ""), "\n"); got != events+1 {
		t.Errorf("got %d lines; want %d", got, events+1)
	}
	if e.missed != 0 {
		t.Errorf("got %d records missed; want none", e.missed)
	}
}

func TestAnExportSaysHowManyRecordsWereDroppedBeforeTheyWereWritten(t *testing.T) {
	log := trace.NewLog()
	s := log.Construct(0, trace.Client{Kind: trace.EventSource, Lane: 1}, "/sse", false)
	e := export{from: log.First(), at: log.First(), end: log.End() + 9}
	many := make([]eventsource.Event, trace.MaxRecords+4)
	for i := range many {
		many[i] = eventsource.Event{Kind: eventsource.Message, Type: "message", TimeStamp: float64(i)}
	}
	s.Observe(eventsource.Decoded(many...))
	for e.step(log, func() float64 { return 0 }) {
	}
	if lines := strings.Count(strings.Join(e.parts, ""), "\n"); e.missed != log.First() || lines != e.end-log.First() {
		t.Errorf("got %d missed and %d written; want %d and %d", e.missed, lines, log.First(), e.end-log.First())
	}
}
