package lesson

import (
	"testing"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// The moments of these logs are milliseconds; the run begins at 1000.

func open(at float64) eventsource.Event {
	return eventsource.Event{Kind: eventsource.Opened, TimeStamp: at, ReadyState: eventsource.Open, Type: "open"}
}

func failed(at float64, state eventsource.ReadyState) eventsource.Event {
	return eventsource.Event{Kind: eventsource.Failed, TimeStamp: at, ReadyState: state, Type: "error"}
}

func message(at float64, typ, data, id string) eventsource.Event {
	return eventsource.Event{Kind: eventsource.Message, TimeStamp: at, ReadyState: eventsource.Open, Type: typ, Data: data, LastEventID: id}
}

func request(at float64, source, attempt int, header ...protocol.Header) protocol.Seen {
	return protocol.Seen{At: at, Source: source, Attempt: attempt, Kind: protocol.SeenRequest, Method: "GET", Target: "/sse?scenario=end", Header: header}
}

func head(at float64, source, attempt, status int) protocol.Seen {
	seen := protocol.Seen{At: at, Source: source, Attempt: attempt, Kind: protocol.SeenHead, Status: status}
	if status == 200 {
		seen.Header = []protocol.Header{{Name: "Content-Type", Value: "text/event-stream"}}
	}
	return seen
}

func write(at float64, source, attempt int, bytes string) protocol.Seen {
	return protocol.Seen{At: at, Source: source, Attempt: attempt, Kind: protocol.SeenWrite, Bytes: []byte(bytes), Size: len(bytes)}
}

func end(at float64, source, attempt int, by protocol.By) protocol.Seen {
	return protocol.Seen{At: at, Source: source, Attempt: attempt, Kind: protocol.SeenEnd, By: by}
}

// runOf is a run of one source, in a log in which another was before.
func runOf(events ...any) *Run {
	log := trace.NewLog()
	construct := func(at float64, url string) *trace.Source {
		source := log.Construct(at, trace.Client{}, url, false)
		source.Listen([]string{"open", "error", "message"})
		return source
	}
	construct(1, "/before").Observe(eventsource.Decoded(open(2), message(3, "message", "before", "before"), failed(4, eventsource.Closed)))
	log.Serve(request(1, 1, 1), 0)
	log.Serve(request(2, FetchSource(1), 1), 0)
	run := Begin(log)
	construct(1000, "/sse")
	for _, e := range events {
		switch e := e.(type) {
		case eventsource.Event:
			log.Newest(1).Observe(eventsource.Decoded(e))
		case protocol.Seen:
			log.Serve(e, 0)
		case func(*trace.Log):
			e(log)
		}
	}
	return run
}

func TestMeasures(t *testing.T) {
	const connecting, closed = eventsource.Connecting, eventsource.Closed
	back := runOf(
		request(1005, 2, 1), head(1006, 2, 1, 200), open(1010), write(1510, 2, 1, ": hello\nretry: 500\nid: 7\ndata: a\n\nevent: tick\ndata: b\n\n"),
		message(1512, "message", "a", "7"), end(2000, 2, 1, "server"), failed(2002, connecting),
		request(2502, 2, 2, protocol.Header{Name: "Last-Event-ID", Value: "7"}), head(2503, 2, 2, 200), open(2510),
	)
	gone := runOf(
		request(1005, 2, 1), head(1006, 2, 1, 200), open(1010), end(1100, 2, 1, "server"), failed(1100, connecting),
		request(2100, 2, 2), failed(2100, connecting), failed(3200, connecting), request(6200, 2, 3), head(6201, 2, 3, 404), failed(6200, closed),
	)
	anew := runOf(
		request(1005, 2, 1), open(1010), message(1020, "tick", "1", "1"), func(l *trace.Log) { l.Newest(1).Close(1030) }, end(1031, 2, 1, "client"),
		func(l *trace.Log) { l.Construct(1040, trace.Client{}, "/sse", false) }, request(1045, 3, 1, protocol.Header{Name: "X-Token", Value: "abc"}), open(1050),
		request(1060, FetchSource(3), 1), message(1070, "message", "", ""),
	)
	moved := request(1005, 2, 1)
	moved.Target += "&redirected=1"
	moved.Cookie = true
	redirected := runOf(moved)
	const socket = 2
	onWire := func(seen protocol.Seen, wire int) protocol.Seen {
		seen.Wire = wire
		return seen
	}
	over := func(port int, proto string, seen protocol.Seen) protocol.Seen {
		seen.Port, seen.Proto = port, proto
		return seen
	}
	counted := runOf(
		onWire(over(50001, "HTTP/1.1", request(1005, 2, 1)), 400), onWire(head(1006, 2, 1, 200), 200), open(1010),
		onWire(write(1020, 2, 1, "data: abc\n\ndata: d\n\n"), 31), message(1021, "message", "abc", ""), message(1021, "message", "d", ""),
		onWire(end(3006, 2, 1, "server"), 5), over(50002, "HTTP/1.1", request(3010, 2, 2)),
	)
	frame := func(kind protocol.Frame, wire int, fromPage bool) protocol.Seen {
		return protocol.Seen{At: 1030, Source: socket, Attempt: 1, Kind: protocol.SeenFrame, Frame: kind, FromPage: fromPage, Wire: wire}
	}
	log := trace.NewLog()
	log.Construct(1, trace.Client{}, "/before", false)
	framed := Begin(log)
	ws := log.Construct(1000, trace.Client{Kind: trace.WebSocket}, "/ws", false)
	for _, seen := range []protocol.Seen{
		request(1005, socket, 1), head(1006, socket, 1, 101), frame(protocol.FramePing, 2, false), frame(protocol.FrameBinary, 66, false), frame(protocol.FramePong, 6, true),
	} {
		log.Serve(seen, 0)
	}
	ws.Observe(eventsource.Decoded(open(1010), eventsource.Event{Kind: eventsource.Ended, TimeStamp: 1100, ReadyState: closed, Type: "close"}))
	none := Begin(trace.NewLog())

	for _, test := range []struct {
		name string
		run  *Run
		want map[string]string // as English says it
	}{
		{"a run that has not begun", none, map[string]string{
			"state": "none", "sources": "0", "events": "0", "requests": "0", "age": "none", "quiet": "none", "opened": "none",
			"error1.state": "none", "event1.data": "none", "request1.id": "none", "request1.cookie": "none", "wait1": "none", "growth": "none",
		}},
		{"a stream that ended and came back", back, map[string]string{
			"state": "1", "sources": "1", "opens": "2", "reopened": "1", "errors": "1", "lost": "1", "failed": "0", "gaveup": "0",
			"events": "1", "events.message": "1", "events.tick": "0", "unheard": "1", "comments": "1", "requests": "2", "fetches": "0",
			"opened": "10 ms", "first.byte": "500 ms", "first.event": "502 ms", "pause1": "508 ms", "pause.last": "508 ms", "pause2": "none",
			"growth": "none", "wait1": "502 ms", "wait2": "none", "age": "9.00 s", "quiet": "7.49 s",
			"error1.state": "0", "error2.state": "none", "event1.type": "message", "event1.data": "a", "event1.id": "7", "event2.id": "none",
			"request1.id": "none", "request2.id": "7", "request3.id": "none", "request1.method": "GET", "request1.cookie": "0",
			"request1.redirected": "0", "answer1.status": "200", "answer1.by": "server", "answer2.by": "none",
		}},
		{"a server that is gone, and then gives 404", gone, map[string]string{
			"state": "2", "opens": "1", "reopened": "0", "errors": "4", "lost": "1", "failed": "2", "gaveup": "1", "error4.state": "2",
			"pause1": "1.00 s", "pause2": "1.10 s", "pause3": "3.00 s", "pause.last": "3.00 s", "growth": "2.73", "answer3.status": "404",
			"answer2.status": "none",
		}},
		{"a source that was closed, a new one and a fetch", anew, map[string]string{
			"state": "1", "sources": "2", "opens": "2", "reopened": "0", "errors": "0", "events": "2", "events.tick": "1",
			"event2.data": `""`, "event2.id": `""`, "requests": "2", "fetches": "1", "request2.id": "none", "request2.token": "abc",
			"request1.token": "none", "answer1.by": "client", "wait1": "14 ms", "opened": "10 ms",
		}},
		{"bytes on the wire", counted, map[string]string{
			"connections": "2", "handshake": "600", "sent": "20", "wire": "36", "around": "16", "request1.protocol": "HTTP/1.1", "answer1.lasted": "2.00 s", "answer2.lasted": "none",
		}},
		{"no bytes that anybody could count", back, map[string]string{"connections": "0", "handshake": "none", "wire": "none", "around": "none"}},
		{"a WebSocket that was closed", framed, map[string]string{
			"state": "3", "closes": "1", "errors": "0", "comments": "1", "binaries": "1", "wire": "68", "requests": "1", "answer1.status": "101", "reopened": "0",
		}},
		{"a request at the address of a redirect, with a cookie", redirected, map[string]string{
			"request1.redirected": "1", "request1.cookie": "1", "state": "0", "events": "0",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := test.run.Measures(10_000)
			for name, want := range test.want {
				if got := m.Of(name).in(english); got != want {
					t.Errorf("got %s = %s; want %s", name, got, want)
				}
			}
		})
	}
}

// Under a firehose a lesson looks at the first records only.
func TestMeasuresLookAtTheFirstRecords(t *testing.T) {
	run := runOf(open(1010))
	run.log.Newest(1).Observe(eventsource.Lazy(100_000, 0, func(from, to int) []eventsource.Event {
		if to-from > maxRecords {
			t.Errorf("got %d events decoded; want at most %d", to-from, maxRecords)
		}
		events := make([]eventsource.Event, to-from)
		for i := range events {
			events[i] = message(2000, "message", "", "")
		}
		return events
	}))
	if v := run.Measures(3000).Of("events"); v.Number < maxRecords-10 {
		t.Errorf("got %v events; want about %d", v.Number, maxRecords)
	}
}

func TestConditions(t *testing.T) {
	m := runOf(open(1010), message(1020, "message", "a", "")).Measures(2000)
	number := func(name, is string, n float64) Test { return Test{Measure: name, Is: is, Number: n} }
	for _, test := range []struct {
		name string
		c    Condition
		want bool
	}{
		{"no condition", nil, false},
		{"equal", Condition{{number("opens", "=", 1)}}, true},
		{"not equal", Condition{{number("opens", "!=", 1)}}, false},
		{"less", Condition{{number("opens", "<", 1)}}, false},
		{"at most", Condition{{number("opens", "<=", 1)}}, true},
		{"more", Condition{{number("opens", ">", 1)}}, false},
		{"at least", Condition{{number("opens", ">=", 1)}}, true},
		{"nothing is neither less nor more", Condition{{number("error1.state", "<", 9)}, {number("error1.state", "!=", 9)}, {number("error1.state", ">=", 0)}}, false},
		{"text", Condition{{Test{Measure: "event1.data", Is: "=", Text: "a"}}}, true},
		{"another text", Condition{{Test{Measure: "event1.data", Is: "!=", Text: "a"}}}, false},
		{"empty text is text", Condition{{Test{Measure: "event1.id", Is: "some"}, Test{Measure: "event1.id", Is: "=", Text: ""}}}, true},
		{"there is none", Condition{{Test{Measure: "event2.id", Is: "none"}}}, true},
		{"all must hold", Condition{{number("opens", "=", 1), number("opens", "=", 2)}}, false},
		{"or others", Condition{{number("opens", "=", 2)}, {number("opens", "=", 1)}}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.c.Holds(m); got != test.want {
				t.Errorf("got %v; want %v", got, test.want)
			}
		})
	}
}

func TestStepsAreDueOnceAndInOrder(t *testing.T) {
	run := runOf(open(1010))
	l := &Lesson{Steps: []Step{
		{Fetch, Condition{{Test{Measure: "opens", Is: ">=", Number: 1}}}},
		{Close, Condition{{Test{Measure: "events", Is: ">=", Number: 1}}}},
	}}
	due := func(want string) {
		t.Helper()
		if got, ok := run.Step(l, run.Measures(2000)); got != want || ok != (want != "") {
			t.Errorf("got step %q; want %q", got, want)
		}
	}
	due(Fetch)
	due("")
	run.log.Newest(1).Observe(eventsource.Decoded(message(1020, "message", "", "")))
	due(Close)
	due("")
}

func TestDecide(t *testing.T) {
	is := func(n float64) Condition { return Condition{{Test{Measure: "opens", Is: "=", Number: n}}} }
	l := Lesson{
		Until: Condition{{Test{Measure: "age", Is: ">", Number: 500}}}, Answer: Text{{Text: "as it should"}}, Deviates: Text{{Text: "it should not"}},
		Choices: []Choice{{When: is(0)}, {When: is(1)}, {When: is(2), Answer: Text{{Measure: "opens"}, {Text: " times"}}}}, Standard: []int{1},
	}
	lax := l
	lax.Standard = nil
	for _, test := range []struct {
		name             string
		lesson           Lesson
		run              *Run
		now              float64
		decided          bool
		choice           int
		follows          bool
		answer, deviates string
	}{
		{"too early", l, runOf(), 1400, false, 0, false, "", ""},
		{"what the standard says", l, runOf(open(1010)), 1600, true, 1, true, "as it should", ""},
		{"something else, of which the lesson says nothing", l, runOf(), 1600, true, 0, false, "", "it should not"},
		{"something else, with an answer", l, runOf(open(1010), open(1020)), 1600, true, 2, false, "2 times", "it should not"},
		{"what nobody thought of", l, runOf(open(1010), open(1020), open(1030)), 1600, true, -1, false, "", "it should not"},
		{"what the standard leaves open", lax, runOf(), 1600, true, 0, true, "as it should", ""},
		{"what nobody thought of, and the standard leaves open", lax, runOf(open(1), open(2), open(3)), 1600, true, -1, false, "", "it should not"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, decided := test.lesson.Decide(english, test.run.Measures(test.now))
			if decided != test.decided || decided && v.Choice != test.choice || v.Follows != test.follows {
				t.Errorf("got %+v, decided: %v", v, decided)
			}
			if got := inWords(v.Answer); got != test.answer {
				t.Errorf("got answer %q; want %q", got, test.answer)
			}
			if got := inWords(v.Deviates); got != test.deviates {
				t.Errorf("got %q; want %q", got, test.deviates)
			}
		})
	}
}

// words are phrases with code between ⟨ and ⟩.
func inWords(phrases []Phrase) (s string) {
	for _, p := range phrases {
		if p.Code {
			s += "⟨" + p.Text + "⟩"
		} else {
			s += p.Text
		}
	}
	return s
}

func TestFill(t *testing.T) {
	m := runOf(open(1250), message(3260, "message", "`{opens}` {state}", "")).Measures(126_000)
	is := func(names ...string) (text Text) {
		for _, name := range names {
			text = append(text, Part{Measure: name})
		}
		return text
	}
	for _, test := range []struct {
		name, language string
		text           Text
		want           string
	}{
		{"words and code", "en", Text{{Text: "open", Code: true}, {Text: " fired"}}, "⟨open⟩ fired"},
		{"a measure in code", "en", Text{{Text: "opens: ", Code: true}, {Measure: "opens", Code: true}, {Text: "."}}, "⟨opens: 1⟩."},
		{"times", "en", is("opened"), "250 ms"},
		{"seconds", "en", is("first.event"), "2.01 s"},
		{"minutes", "en", is("age"), "2 min 5 s"},
		{"times in Chinese", "zh", is("opened"), "250 毫秒"},
		{"seconds in Chinese", "zh", is("first.event"), "2.01 秒"},
		{"minutes in Chinese", "zh", is("age"), "2 分 5 秒"},
		{"what is not there", "en", is("request1.id"), "none"},
		{"what is not there in Chinese", "zh", is("request1.id"), "无"},
		{"empty text", "en", is("event1.id"), `""`},
		{"what a stream says stays as it is", "en", is("event1.data"), "`{opens}` {state}"},
		{"nothing", "en", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			say := english
			if test.language == "zh" {
				say = chinese
			}
			if got := inWords(Fill(say, test.text, m)); got != test.want {
				t.Errorf("got %q; want %q", got, test.want)
			}
		})
	}
}

func english(text string) string { return text }

func chinese(text string) string {
	return map[string]string{"none": "无", "{ms} ms": "{ms} 毫秒", "{s} s": "{s} 秒", "{min} min {m} s": "{min} 分 {m} 秒"}[text]
}

func TestMeasuresOfASourceBesideTheSubject(t *testing.T) {
	run := runOf(request(1005, 2, 1), head(1006, 2, 1, 200), open(1010), message(1020, "message", "a", "7"), func(l *trace.Log) {
		beside := l.Construct(1100, trace.Client{Lane: 3}, "/sse", false)
		beside.Observe(eventsource.Decoded(open(1110), failed(1150, eventsource.Connecting), open(4150)))
	}, request(1105, 3, 1), request(4140, 3, 2))
	m := run.Measures(5000)
	for name, want := range map[string]float64{
		"sources": 1, "opens": 1, "errors": 0, "events": 1, "requests": 1, "state": 1, "opened": 10, "age": 4000, "quiet": 3980,
		"beside2.sources": 1, "beside2.opens": 2, "beside2.reopened": 1, "beside2.lost": 1, "beside2.requests": 2, "beside2.pause1": 3000,
		"beside2.events": 0, "beside2.events.tick": 0, "beside2.age": 3900,
	} {
		if got := m.Of(name); got.Kind == None || got.Number != want {
			t.Errorf("%s: got %+v; want %v", name, got, want)
		}
	}
	for _, name := range []string{"beside1.state", "beside3.state", "beside2.event1.data", "beside.opens", "beside0.opens", "beside02.opens"} {
		if got := m.Of(name); got.Kind != None {
			t.Errorf("%s: got %+v; want none", name, got)
		}
	}
}
