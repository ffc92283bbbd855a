package main

import (
	"encoding/json"
	"time"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// rehearse draws what comes with a first connection, for nobody to see: a browser compiles a function of WebAssembly when it
// is first called, and a view is read when it is first drawn. Here that happens in pieces, each a task of its own, before
// Connect is pressed, not in the first drawing after it, the longest task of the page. With this, and the timeline's width
// told by the browser, the longest frame of sixteen first seconds at 1,000 events/s is 22 to 38 ms; make bench had 60 to 85 without.
func (m *model) rehearse() {
	log, now := trace.NewLog(), eventsource.Now()
	s := log.Construct(now-4, trace.Client{Kind: trace.EventSource, Lane: 1}, "/sse", false)
	s.Observe(eventsource.Decoded(
		eventsource.Event{Kind: eventsource.Opened, Type: "open", TimeStamp: now - 3, ReadyState: eventsource.Open},
		eventsource.Event{Kind: eventsource.Message, Type: "message", TimeStamp: now - 2, ReadyState: eventsource.Open, Data: "1", LastEventID: "1"},
		eventsource.Event{Kind: eventsource.Failed, Type: "error", TimeStamp: now - 1, ReadyState: eventsource.Connecting},
	))
	pieces := []func(){
		func() {
			var message protocol.ToPage
			_ = json.Unmarshal([]byte(`{"seen": [
				{"seq": 1, "source": 1, "attempt": 1, "kind": "request", "method": "GET", "target": "/sse", "proto": "HTTP/1.1", "header": [{"name": "Host", "value": "x"}]},
				{"seq": 2, "source": 1, "attempt": 1, "kind": "head", "status": 200},
				{"seq": 3, "source": 1, "attempt": 1, "kind": "write", "bytes": "ZGF0YTogMQoK", "size": 9}
			]}`), &message)
			for _, seen := range message.Seen {
				log.Serve(seen, now-3)
			}
		},
		func() {
			overview{now - 4, now, 20_000}.svg(log, 1, now)
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
