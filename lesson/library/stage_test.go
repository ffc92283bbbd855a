package library

import (
	"bytes"
	"compress/flate"
	"fmt"
	"slices"
	"testing"
	"time"

	"eventsource-playground/eventsource"
	"eventsource-playground/lesson"
	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/scenario/library"
	"eventsource-playground/scenario/rehearsal"
	"eventsource-playground/trace"
)

// stage is a page with a lesson, in front of a browser that is not real, on its clock. It records what a page would.
type stage struct {
	lesson  *lesson.Lesson
	browser *rehearsal.Browser
	log     *trace.Log
	run     *lesson.Run

	source, attempt int
	gzip            *flate.Writer // nil: the response is not compressed
	packed          bytes.Buffer  // by it
	connect         bool          // a step wants a new source
	another         bool          // a step closed one of those beside it

	decided bool
	verdict lesson.Verdict
	holding int // choices that held
	took    time.Duration
}

// playLesson runs a lesson until the trace has decided, or a minute long.
func playLesson(t *testing.T, l *lesson.Lesson, engine string) *stage {
	t.Helper()
	e, ok := library.Find(l.Scenario)
	if !ok {
		t.Fatalf("there is no scenario %s", l.Scenario)
	}
	heard := *e.Scenario
	heard.Listen = l.Listen
	s := &stage{lesson: l, log: trace.NewLog()}
	s.run = lesson.Begin(s.log)
	start := rehearsal.Start
	for now := start; ; now = s.browser.Now {
		s.browser = rehearsal.New(engine, &heard, now, 1000)
		s.browser.OnSeen, s.browser.OnStep, s.browser.OnWait = s.see, s.serve, s.wait
		s.construct()
		if l.Client == lesson.Socket {
			s.playSocket(&heard)
			s.browser.Stopped = true
		}
		if heard.Connect.Times > 6 { // the others have all connections
			for !s.another && !s.decided {
				s.wait(time.Second)
			}
		}
		s.browser.Watch()
		for !s.decided && !s.connect && s.browser.Now.Before(start.Add(time.Minute)) {
			s.wait(time.Second)
		}
		s.took = s.browser.Now.Sub(start)
		if !s.connect {
			return s
		}
		s.connect = false
	}
}

// at is the time on the page's clock.
func (s *stage) at() float64 { return float64(s.browser.Now.UnixMilli() % 1_000_000_000) }

func (s *stage) construct() {
	s.source++
	s.attempt = 0
	kind := trace.EventSource
	if s.lesson.Client == lesson.Socket {
		kind = trace.WebSocket
	}
	s.log.Construct(s.at(), trace.Client{Kind: kind}, "/sse", false).Listen(append([]string{"open", "error", "message"}, s.lesson.Listen...))
	s.look()
}

// wait lets time pass, and looks ten times a second.
func (s *stage) wait(d time.Duration) {
	const tick = 100 * time.Millisecond
	for ; d > 0 && !s.decided && !s.connect; d -= tick {
		s.browser.Now = s.browser.Now.Add(min(d, tick))
		s.look()
	}
}

// look does what is due, and checks whether the trace has decided.
func (s *stage) look() {
	m := s.run.Measures(s.at())
	if do, due := s.run.Step(s.lesson, m); due {
		s.do(do)
		m = s.run.Measures(s.at())
	}
	if s.decided {
		return
	}
	say := asItIs
	if s.lesson.Language == "zh" {
		say = inChinese
	}
	if s.verdict, s.decided = s.lesson.Decide(say, m); s.decided {
		s.browser.Stopped = true
		for _, c := range s.lesson.Choices {
			if c.When.Holds(m) {
				s.holding++
			}
		}
	}
}

func (s *stage) do(step string) {
	switch step {
	case lesson.Close:
		s.browser.Stopped = true
		s.log.Newest(1).Close(s.at())
		s.server(protocol.Seen{Source: s.source, Attempt: s.attempt, Kind: protocol.SeenEnd, By: protocol.ByClient, How: protocol.EndLeft})
	case lesson.Connect:
		s.connect = true
	case lesson.CloseAnother:
		s.another = true
	case lesson.Fetch:
		s.fetch()
	}
}

// fetch makes one request, and gets the whole response at once.
func (s *stage) fetch() {
	source := lesson.FetchSource(s.source)
	s.server(protocol.Seen{Source: source, Attempt: 1, Kind: protocol.SeenRequest, Method: "GET"})
	s.server(protocol.Seen{Source: source, Attempt: 1, Kind: protocol.SeenHead, Status: 200})
	s.server(protocol.Seen{Source: source, Attempt: 1, Kind: protocol.SeenEnd, By: protocol.ByServer, How: protocol.EndProper})
}

func (s *stage) server(seen protocol.Seen) {
	seen.At = s.at()
	s.log.Serve(seen, 0)
}

// see is what the browser did.
func (s *stage) see(seen scenario.Seen) {
	if s.browser.Stopped {
		return
	}
	event := eventsource.Event{TimeStamp: s.at(), ReadyState: eventsource.ReadyState(seen.ReadyState)}
	switch seen.Kind {
	case scenario.Requested:
		s.attempt++
		s.server(wired(s.request(seen), someHead))
		s.look()
		return
	case scenario.Opened:
		event.Kind, event.Type, event.ReadyState = eventsource.Opened, "open", eventsource.Open
	case scenario.Failed:
		event.Kind, event.Type = eventsource.Failed, "error"
	case scenario.Dispatched:
		event.Kind, event.ReadyState = eventsource.Message, eventsource.Open
		event.Type, event.Data, event.LastEventID = seen.Event.Type, seen.Event.Data, seen.Event.LastEventID
	}
	s.log.Newest(1).Observe(eventsource.Decoded(event))
	s.look()
}

func (s *stage) request(seen scenario.Seen) protocol.Seen {
	r := protocol.Seen{Source: s.source, Attempt: s.attempt, Kind: protocol.SeenRequest, Method: "GET", Target: "/sse?scenario=" + s.lesson.Scenario}
	if seen.LastEventID != "" {
		r.Header = []protocol.Header{{Name: "Last-Event-ID", Value: seen.LastEventID}}
	}
	if seen.Redirected {
		r.Target += "&redirected=1"
	}
	r.Cookie = s.lesson.Cookie != "" // but X-Token never comes
	return r
}

// serve is what the server does next. The browser gets the bytes after that.
func (s *stage) serve(step scenario.Step) {
	seen := protocol.Seen{Source: s.source, Attempt: s.attempt}
	switch step.Do {
	case scenario.Respond:
		seen.Kind, seen.Status, seen.Wire = protocol.SeenHead, step.Head.Status, someHead
		s.gzip = nil
		if step.Head.Gzip != scenario.NoGzip {
			s.gzip, _ = flate.NewWriter(&s.packed, flate.DefaultCompression)
		}
		for _, h := range step.Head.Header {
			seen.Header = append(seen.Header, protocol.Header{Name: h.Name, Value: h.Value})
		}
	case scenario.Write:
		seen.Kind, seen.Bytes, seen.Size = protocol.SeenWrite, slices.Clone(step.Bytes), len(step.Bytes)
		seen.Wire = s.onWire(step.Bytes)
	case scenario.End, scenario.Truncate, scenario.Reset:
		seen.Kind, seen.By, seen.How = protocol.SeenEnd, protocol.ByServer, protocol.End(step.Do.String())
	default:
		return
	}
	s.server(seen)
	s.look()
}

// onWire is how many bytes a chunk has (RFC 9112, 7.1).
func (s *stage) onWire(body []byte) int {
	if s.gzip != nil {
		s.packed.Reset()
		s.gzip.Write(body)
		s.gzip.Flush()
		body = s.packed.Bytes()
	}
	return len(fmt.Sprintf("%x\r\n", len(body))) + len(body) + len("\r\n")
}
