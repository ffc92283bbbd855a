package main

import (
	"time"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// rehearse draws what comes with a first connection, for nobody to see: a browser compiles a function of WebAssembly when it
// is first called, and a view is read when it is first drawn. Here that happens in pieces, each a task of its own, before
// Connect is pressed, not in the first drawing after it, the longest task of the page: the longest frame of eight first
// seconds at 1,000 events/s was 24 to 44 ms, with a task of 52, and is 24 to 36.
func (m *model) rehearse() {
	log, now := trace.NewLog(), eventsource.Now()
	s := log.Construct(now-4, trace.Client{Kind: trace.EventSource, Lane: 1}, "/sse", false)
	s.Observe(eventsource.Decoded(
		eventsource.Event{Kind: eventsource.Opened, Type: "open", TimeStamp: now - 3, ReadyState: eventsource.Open},
		eventsource.Event{Kind: eventsource.Message, Type: "message", TimeStamp: now - 2, ReadyState: eventsource.Open, Data: "1", LastEventID: "1"},
		eventsource.Event{Kind: eventsource.Failed, Type: "error", TimeStamp: now - 1, ReadyState: eventsource.Connecting},
	))
	for i, seen := range []protocol.Seen{
		{Kind: protocol.SeenRequest, Method: "GET", Target: "/sse", Proto: "HTTP/1.1"}, {Kind: protocol.SeenHead, Status: 200}, {Kind: protocol.SeenWrite, Bytes: []byte("data: 1\n\n"), Size: 9},
	} {
		seen.Seq, seen.Source, seen.Attempt = i+1, 1, 1
		log.Serve(seen, now-3)
	}
	pieces := []func(){
		func() {
			(&drawing{lane: 1, server: true, width: 1000, window: 20_000, right: now, until: now + ahead}).svg(log)
		},
		func() {
			for _, f := range log.Facts(now, 1, shownFacts) {
				(&factItem{Fact: f}).Render()
			}
		},
		func() {
			figures("", s.State(), s.Counts(), 0, now)
			machineSVG(s.State(), s.Counts())
		},
		func() {
			for _, r := range trace.NewView(log).Rows(0, viewRows) {
				(&eventRow{Model: m, Record: r}).Render()
			}
		},
	}
	for i, piece := range pieces {
		time.AfterFunc(time.Duration(i+1)*50*time.Millisecond, piece)
	}
}
