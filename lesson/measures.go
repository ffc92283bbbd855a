package lesson

import (
	"math"
	"strconv"
	"strings"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
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

// Measures are what a run's trace says at one moment, by name. They are those of the subject, the sources of the first
// lane; besideN. before a name means those of the Nth lane beside it: beside1.opens. An N stands for a number from 1.
//
//	state                 readyState of the newest source; a WebSocket's own number: 3 is CLOSED
//	sources               sources that were made
//	opens, errors         open and error events of the browser's own
//	reopened              opens of a source that was open before
//	lost, failed, gaveup  errors that left readyState at 0 from OPEN, the same from CONNECTING, and at 2
//	events, events.TYPE   events of the stream that the page saw
//	unheard               events on the wire without a listener, of the newest source
//	comments              comments on the wire; over a WebSocket, pings
//	closes                close events of a WebSocket
//	binaries              binary messages that the server sent over one
//	requests, fetches     requests of EventSources, and of fetch, as the server saw them
//	connections           of the browser with the server, that requests of all lanes came over
//	handshake             bytes of the first request's head and of its response's; none where nobody can say, as over HTTP/2
//	sent                  bytes of the responses' bodies, as far as the server has said so
//	wire                  bytes after the heads, from the server to the browser, with all that is around the data
//	around                the same, without the data of events, for each event; a whole number
//	opened                from new EventSource to the first open
//	first.byte            from the first open to the server's first write; less than 0: it wrote before
//	first.event           from the first open to the first event
//	pauseN, pause.last    from an error of the page to the open or the error that came next
//	growth                the last pause divided by the longest before
//	waitN                 from the end of response N to request N+1, on the server's clock
//	age                   since new EventSource
//	quiet                 since the page last saw or did something
//	errorN.state          readyState at that moment
//	eventN.type, .data, .id
//	requestN.id           Last-Event-ID, if the header was there
//	requestN.token        X-Token, if the header was there
//	requestN.method
//	requestN.protocol     such as HTTP/1.1
//	requestN.cookie       1 if one came
//	requestN.redirected   1 if it is for the target of a redirect
//	answerN.status        of response N
//	answerN.lasted        from the head of response N to its end
//	answerN.by            who ended it: server or client
type Measures map[string]Value

// Of is the measure of that name.
func (m Measures) Of(name string) Value {
	v, ok := m[name]
	if _, plain := CutBeside(name); !ok && strings.HasPrefix(plain, "events.") {
		return count(0)
	}
	return v
}

// CutBeside cuts what says whose a measure is off its name: "" for the subject's.
func CutBeside(name string) (whose, measure string) {
	rest, ok := strings.CutPrefix(name, "beside")
	n, measure, dot := strings.Cut(rest, ".")
	if lane, err := strconv.Atoi(n); !ok || !dot || err != nil || lane < 1 || n != strconv.Itoa(lane) {
		return "", name
	}
	return name[:len(name)-len(measure)], measure
}

// maxRecords limits how many records of a lane are looked at: more than any lesson needs, and cheap under a firehose.
const maxRecords = 200

// Measures looks at the trace. now is the time on the page's performance clock.
func (r *Run) Measures(now float64) Measures {
	lanes := []*progress{newProgress()}
	laneOf := func(source int) *progress {
		s := r.log.Source(source)
		if s == nil || source < r.source {
			return nil
		}
		for len(lanes) < s.Lane {
			lanes = append(lanes, newProgress())
		}
		return lanes[s.Lane-1]
	}
	for _, s := range r.log.Sources() {
		if p := laneOf(s.State().Source); p != nil {
			p.newest = s
		}
	}
	from := max(r.from, r.log.First())
	for _, record := range r.log.Records(from, from+maxRecords*len(lanes)) {
		if p := laneOf(record.Source); p != nil {
			p.record(record)
		}
	}
	exchanges, _ := r.log.Exchanges()
	connections := map[int]bool{} // by the browser's port
	for _, e := range exchanges {
		if e.Source >= FetchSource(r.source) {
			lanes[0].add("fetches")
		} else if p := laneOf(e.Source); p != nil {
			p.request(e)
			if e.Request.Port > 0 {
				connections[e.Request.Port] = true
			}
		}
	}
	lanes[0].Measures["connections"] = count(len(connections))
	m := Measures{}
	for i, p := range lanes {
		p.finish(now)
		whose := ""
		if i > 0 {
			whose = "beside" + strconv.Itoa(i) + "."
		}
		for name, value := range p.Measures {
			m[whose+name] = value
		}
	}
	return m
}

// progress is how far the sources of a lane are.
type progress struct {
	Measures
	newest *trace.Source
	before *trace.Exchange // the last that was looked at

	wire, data   int     // bytes, of the body and of the events' data
	made, opened float64 // when the first source was, and when that first opened
	last         float64
	longest      float64 // pause

	// Of the newest source.
	open, wasOpen bool
	failedAt      float64 // since when it waits; 0: it does not
}

func newProgress() *progress {
	p := &progress{Measures: Measures{}}
	for _, name := range []string{
		"sources", "opens", "reopened", "errors", "lost", "failed", "gaveup", "events", "unheard", "comments", "requests", "fetches",
		"closes", "binaries", "sent",
	} {
		p.Measures[name] = count(0)
	}
	return p
}

// finish measures what depends on the moment.
func (p *progress) finish(now float64) {
	if p.made == 0 {
		return
	}
	p.Measures["state"] = count(p.newest.Kind.Number(p.newest.State().ReadyState))
	p.Measures["age"] = took(p.made, now)
	p.Measures["quiet"] = took(p.last, now)
	unheard := 0
	for _, u := range p.newest.Unheard() {
		unheard += u.Count
	}
	p.Measures["unheard"] = count(unheard)
	if p.wire > 0 {
		p.Measures["wire"] = count(p.wire)
	}
	if events := p.Measures["events"].Number; events > 0 && p.wire > 0 {
		p.Measures["around"] = count(int(math.Round(float64(p.wire-p.data) / events)))
	}
}

func (p *progress) record(r trace.Record) {
	m := p.Measures
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
		p.pause(r.At)
		p.open, p.wasOpen = true, true
	case trace.Message:
		event := "event" + m.add("events")
		if event == "event1" {
			m["first.event"] = took(p.opened, r.At)
		}
		m.add("events." + r.Type)
		p.data += len(r.Data)
		m[event+".type"], m[event+".data"], m[event+".id"] = text(r.Type), text(r.Data), text(r.LastEventID)
	case trace.Ended:
		m.add("closes")
		p.open = false
	case trace.Error:
		m["error"+m.add("errors")+".state"] = count(int(r.ReadyState))
		p.pause(r.At)
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
func (p *progress) pause(at float64) {
	if p.failedAt == 0 {
		return
	}
	m := p.Measures
	pause := took(p.failedAt, at)
	m["pause"+m.add("pauses")], m["pause.last"] = pause, pause
	if p.longest > 0 {
		m["growth"] = Value{Kind: Number, Number: math.Round(pause.Number/p.longest*100) / 100}
	}
	p.longest = max(p.longest, pause.Number)
	p.failedAt = 0
}

// request measures what the server saw of a request and did with it.
func (p *progress) request(e *trace.Exchange) {
	m, before := p.Measures, p.before
	p.before = e
	n := m.add("requests")
	if before == nil && len(e.Writes) > 0 && p.opened > 0 {
		m["first.byte"] = took(p.opened, e.Writes[0].At)
	}
	if before != nil && before.End != nil {
		m["wait"+strconv.Itoa(int(m["requests"].Number)-1)] = took(before.EndAt, e.At)
	}
	request, response := "request"+n, "answer"+n
	if up, down := e.HandshakeBytes(); before == nil && up > 0 && down > 0 {
		m["handshake"] = count(up + down)
	}
	p.wire += e.Wire
	m["sent"] = count(int(m["sent"].Number) + e.Sent)
	m[request+".method"] = text(e.Request.Method)
	m[request+".protocol"] = text(e.Request.Proto)
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
		m[response+".status"] = count(e.Head.Status)
	}
	if e.End != nil {
		m[response+".by"] = text(string(e.End.By))
		if e.Head != nil {
			m[response+".lasted"] = took(e.HeadAt, e.EndAt)
		}
	}
	for _, f := range e.Frames {
		switch {
		case f.FromPage:
		case f.Frame == protocol.FramePing:
			m.add("comments")
		case f.Frame == protocol.FrameBinary:
			m.add("binaries")
		}
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
