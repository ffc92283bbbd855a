package lesson

import (
	"math"
	"slices"
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
	Text
)

// Measures are what a run's trace says at one moment.
type Measures struct {
	now  float64
	made float64 // when the first source was
	last float64 // when the page last saw or did something

	state             *eventsource.ReadyState // of the current source; nil: there is none
	sources, reopened int
	lost, failed      int
	gaveUp            int
	opens             []float64
	pauses            []float64 // from an error to the open or the error that came next
	errors, events    []trace.Record

	requests, fetched []*trace.Exchange
	unheard           int
}

// most is how many records are looked at: enough for a lesson, and nothing under a firehose.
const most = 500

// Measures looks at the trace. now is the time on the page's performance clock.
func (r *Run) Measures(now float64) *Measures {
	m := &Measures{now: now}
	var current progress
	from := max(r.from, r.log.First())
	for _, record := range r.log.Records(from, from+most) {
		m.take(record, &current)
	}
	exchanges, _ := r.log.Exchanges()
	for _, e := range exchanges {
		switch {
		case e.Source >= FetchSource(r.source):
			m.fetched = append(m.fetched, e)
		case e.Source >= r.source && e.Source < fetches:
			m.requests = append(m.requests, e)
		}
	}
	if m.sources > 0 {
		state := r.log.State().ReadyState
		m.state = &state
		for _, u := range r.log.Unheard() {
			m.unheard += u.Count
		}
	}
	return m
}

// progress is of the current source.
type progress struct {
	open, wasOpen bool
	failedAt      float64 // since when it waits; 0: it does not
}

func (m *Measures) take(r trace.Record, p *progress) {
	m.last = r.At
	switch r.Kind {
	case trace.Construct:
		if m.sources++; m.sources == 1 {
			m.made = r.At
		}
		*p = progress{}
	case trace.Open:
		m.opens = append(m.opens, r.At)
		if p.wasOpen {
			m.reopened++
		}
		m.paused(r.At, p)
		p.open, p.wasOpen = true, true
	case trace.Message:
		m.events = append(m.events, r)
	case trace.Error:
		m.errors = append(m.errors, r)
		m.paused(r.At, p)
		switch {
		case r.ReadyState == eventsource.Closed:
			m.gaveUp++
		case p.open:
			m.lost++
			p.failedAt = r.At
		default:
			m.failed++
			p.failedAt = r.At
		}
		p.open = false
	}
}

// paused ends the wait that is under way.
func (m *Measures) paused(at float64, p *progress) {
	if p.failedAt > 0 {
		m.pauses = append(m.pauses, at-p.failedAt)
		p.failedAt = 0
	}
}

// Value is a measure by its name; known tells whether there is such a name. An N stands for a number from 1.
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
func (m *Measures) Value(name string) (v Value, known bool) {
	if typ, ok := strings.CutPrefix(name, "events."); ok {
		n := 0
		for _, e := range m.events {
			if e.Type == typ {
				n++
			}
		}
		return count(n), true
	}
	name, n := numbered(name)
	if n == 0 && strings.Contains(name, "N") {
		return v, false
	}
	switch name {
	case "state":
		if m.state != nil {
			v = count(int(*m.state))
		}
	case "sources":
		v = count(m.sources)
	case "opens":
		v = count(len(m.opens))
	case "errors":
		v = count(len(m.errors))
	case "reopened":
		v = count(m.reopened)
	case "lost":
		v = count(m.lost)
	case "failed":
		v = count(m.failed)
	case "gaveup":
		v = count(m.gaveUp)
	case "events":
		v = count(len(m.events))
	case "unheard":
		v = count(m.unheard)
	case "comments":
		v = count(m.comments())
	case "requests":
		v = count(len(m.requests))
	case "fetches":
		v = count(len(m.fetched))
	case "opened":
		if len(m.opens) > 0 {
			v = took(m.made, m.opens[0])
		}
	case "first.byte":
		if len(m.opens) > 0 && len(m.requests) > 0 && len(m.requests[0].Writes) > 0 {
			v = took(m.opens[0], m.requests[0].Writes[0].At)
		}
	case "first.event":
		if len(m.opens) > 0 && len(m.events) > 0 {
			v = took(m.opens[0], m.events[0].At)
		}
	case "pauseN":
		if n <= len(m.pauses) {
			v = took(0, m.pauses[n-1])
		}
	case "pause.last":
		if len(m.pauses) > 0 {
			v = took(0, m.pauses[len(m.pauses)-1])
		}
	case "growth":
		if len(m.pauses) > 1 {
			last := len(m.pauses) - 1
			v = Value{Kind: Number, Number: math.Round(m.pauses[last]/slices.Max(m.pauses[:last])*100) / 100}
		}
	case "waitN":
		if n < len(m.requests) && m.requests[n-1].End != nil {
			v = took(m.requests[n-1].EndAt, m.requests[n].At)
		}
	case "age":
		if m.sources > 0 {
			v = took(m.made, m.now)
		}
	case "quiet":
		if m.sources > 0 {
			v = took(m.last, m.now)
		}
	case "errorN.state":
		if n <= len(m.errors) {
			v = count(int(m.errors[n-1].ReadyState))
		}
	case "eventN.type":
		if n <= len(m.events) {
			v = text(m.events[n-1].Type)
		}
	case "eventN.data":
		if n <= len(m.events) {
			v = text(m.events[n-1].Data)
		}
	case "eventN.id":
		if n <= len(m.events) {
			v = text(m.events[n-1].LastEventID)
		}
	case "requestN.id", "requestN.token", "requestN.method", "requestN.cookie", "requestN.redirected":
		if n <= len(m.requests) {
			v = ofRequest(m.requests[n-1].Request, name)
		}
	case "answerN.status":
		if n <= len(m.requests) && m.requests[n-1].Head != nil {
			v = count(m.requests[n-1].Head.Status)
		}
	case "answerN.by":
		if n <= len(m.requests) && m.requests[n-1].End != nil {
			v = text(m.requests[n-1].End.By)
		}
	default:
		return v, false
	}
	return v, true
}

// ofRequest is what the server saw of a request.
func ofRequest(r trace.Seen, name string) Value {
	switch name {
	case "requestN.id":
		return header(r, "Last-Event-ID")
	case "requestN.token":
		return header(r, "X-Token")
	case "requestN.method":
		return text(r.Method)
	case "requestN.cookie":
		return yes(r.Cookie)
	}
	return yes(strings.HasSuffix(r.Target, "&redirected=1"))
}

func header(r trace.Seen, name string) Value {
	for _, h := range r.Header {
		if h.Name == name {
			return text(h.Value)
		}
	}
	return Value{}
}

func (m *Measures) comments() (n int) {
	for _, e := range m.requests {
		for _, line := range e.Lines {
			if line.Outcome == sse.Comment {
				n++
			}
		}
	}
	return n
}

// numbered puts an N in the place of the first number, which is 1 or more; a name without one stays as it is.
func numbered(name string) (with string, n int) {
	start := strings.IndexAny(name, "123456789")
	if start < 0 {
		return name, 0
	}
	end := start
	for end < len(name) && '0' <= name[end] && name[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(name[start:end])
	if err != nil {
		return name, 0
	}
	return name[:start] + "N" + name[end:], n
}

func count(n int) Value { return Value{Kind: Number, Number: float64(n)} }

func took(from, to float64) Value { return Value{Kind: Milliseconds, Number: to - from} }

func text(s string) Value { return Value{Kind: Text, Text: s} }

func yes(is bool) Value {
	if is {
		return count(1)
	}
	return count(0)
}
