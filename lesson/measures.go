package lesson

import (
	"math"
	"strconv"
	"strings"

	"eventsource-playground/eventsource"
	"eventsource-playground/sse"
	"eventsource-playground/trace"
)

// Value is something that was measured.
type Value struct {
	Kind   Kind
	Number float64
	Text   string
}

// Kind is what a Value is.
type Kind uint8

const (
	None         Kind = iota // nothing to measure yet, or something that is not there
	Number                   // a count, a readyState; 1 and 0 for yes and no
	Milliseconds             // a Number as well
	String
)

// Measures are what a run's trace says at one moment, by name. An N stands for a number from 1.
//
//	state                 readyState of the current source
//	sources               EventSources that were made
//	opens, errors         open and error events of the browser's own
//	reopened              opens of a source that was open before
//	lost, failed, gaveup  errors that left readyState at 0 from OPEN, the same from CONNECTING, and at 2
//	events, events.TYPE   events of the stream that the page saw
//	unheard               events on the wire without a listener, of the current source
//	comments              comments on the wire
//	requests, fetches     requests of EventSources, and of fetch, as the server saw them
//	opened                from new EventSource to the first open
//	first.byte            from the first open to the server's first write; less than 0: it wrote before
//	first.event           from the first open to the first event
//	pauseN, pause.last    from an error of the page to the open or the error that came next
//	growth                the last pause divided by the longest before
//	waitN                 from the end of answer N to request N+1, on the server's clock
//	age                   since new EventSource
//	quiet                 since the page last saw or did something
//	errorN.state          readyState at that moment
//	eventN.type, .data, .id
//	requestN.id           Last-Event-ID, if the header was there
//	requestN.token        X-Token, if the header was there
//	requestN.method
//	requestN.cookie       1 if one came
//	requestN.redirected   1 at the address that a redirect leads to
//	answerN.status
//	answerN.by            who ended it: server or client
type Measures map[string]Value

// Of is the measure of that name.
func (m Measures) Of(name string) Value {
	v, ok := m[name]
	if !ok && strings.HasPrefix(name, "events.") {
		return count(0)
	}
	return v
}

// most is how many records are looked at: enough for a lesson, and nothing under a firehose.
const most = 200

// Measures looks at the trace. now is the time on the page's performance clock.
func (r *Run) Measures(now float64) Measures {
	m := Measures{}
	for _, name := range []string{
		"sources", "opens", "reopened", "errors", "lost", "failed", "gaveup", "events", "unheard", "comments", "requests", "fetches",
	} {
		m[name] = count(0)
	}
	var p progress
	from := max(r.from, r.log.First())
	for _, record := range r.log.Records(from, from+most) {
		m.take(record, &p)
	}
	exchanges, _ := r.log.Exchanges()
	var before *trace.Exchange
	for _, e := range exchanges {
		switch {
		case e.Source >= FetchSource(r.source):
			m.add("fetches")
		case e.Source >= r.source && e.Source < fetches:
			m.ask(e, before)
			if before == nil && len(e.Writes) > 0 && p.opened > 0 {
				m["first.byte"] = took(p.opened, e.Writes[0].At)
			}
			before = e
		}
	}
	if p.made > 0 {
		m["state"] = count(int(r.log.State().ReadyState))
		m["age"] = took(p.made, now)
		m["quiet"] = took(p.last, now)
		for _, u := range r.log.Unheard() {
			m["unheard"] = count(int(m["unheard"].Number) + u.Count)
		}
	}
	return m
}

// progress is how far the run is.
type progress struct {
	made, opened float64 // when the first source was, and when that first opened
	last         float64
	longest      float64 // pause

	// Of the current source.
	open, wasOpen bool
	failedAt      float64 // since when it waits; 0: it does not
}

func (m Measures) take(r trace.Record, p *progress) {
	p.last = r.At
	switch r.Kind {
	case trace.Construct:
		if m.add("sources") == "1" {
			p.made = r.At
		}
		p.open, p.wasOpen, p.failedAt = false, false, 0
	case trace.Open:
		if m.add("opens") == "1" {
			p.opened = r.At
			m["opened"] = took(p.made, r.At)
		}
		if p.wasOpen {
			m.add("reopened")
		}
		m.pause(r.At, p)
		p.open, p.wasOpen = true, true
	case trace.Message:
		event := "event" + m.add("events")
		if event == "event1" {
			m["first.event"] = took(p.opened, r.At)
		}
		m.add("events." + r.Type)
		m[event+".type"], m[event+".data"], m[event+".id"] = text(r.Type), text(r.Data), text(r.LastEventID)
	case trace.Error:
		m["error"+m.add("errors")+".state"] = count(int(r.ReadyState))
		m.pause(r.At, p)
		what := "failed"
		if r.ReadyState == eventsource.Closed {
			what = "gaveup"
		} else {
			p.failedAt = r.At
			if p.open {
				what = "lost"
			}
		}
		m.add(what)
		p.open = false
	}
}

// pause ends the wait that is under way.
func (m Measures) pause(at float64, p *progress) {
	if p.failedAt == 0 {
		return
	}
	pause := took(p.failedAt, at)
	m["pause"+m.add("pauses")], m["pause.last"] = pause, pause
	if p.longest > 0 {
		m["growth"] = Value{Kind: Number, Number: math.Round(pause.Number/p.longest*100) / 100}
	}
	p.longest = max(p.longest, pause.Number)
	p.failedAt = 0
}

// ask takes what the server saw of a request and did to it. before is the one before, if any.
func (m Measures) ask(e, before *trace.Exchange) {
	n := m.add("requests")
	if before != nil && before.End != nil {
		m["wait"+strconv.Itoa(int(m["requests"].Number)-1)] = took(before.EndAt, e.At)
	}
	request, answer := "request"+n, "answer"+n
	m[request+".method"] = text(e.Request.Method)
	m[request+".cookie"] = yes(e.Request.Cookie)
	m[request+".redirected"] = yes(strings.HasSuffix(e.Request.Target, "&redirected=1"))
	for _, h := range e.Request.Header {
		switch h.Name {
		case "Last-Event-ID":
			m[request+".id"] = text(h.Value)
		case "X-Token":
			m[request+".token"] = text(h.Value)
		}
	}
	if e.Head != nil {
		m[answer+".status"] = count(e.Head.Status)
	}
	if e.End != nil {
		m[answer+".by"] = text(string(e.End.By))
	}
	for _, line := range e.Lines {
		if line.Outcome == sse.Comment {
			m.add("comments")
		}
	}
}

// add counts one more, and returns how many there are.
func (m Measures) add(name string) string {
	n := int(m[name].Number) + 1
	m[name] = count(n)
	return strconv.Itoa(n)
}

func count(n int) Value { return Value{Kind: Number, Number: float64(n)} }

func took(from, to float64) Value { return Value{Kind: Milliseconds, Number: to - from} }

func text(s string) Value { return Value{Kind: String, Text: s} }

func yes(is bool) Value {
	if is {
		return count(1)
	}
	return count(0)
}
