package words

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

func header(name, value string) protocol.Header { return protocol.Header{Name: name, Value: value} }

func seenRequest(source, attempt int, at float64, headers ...protocol.Header) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenRequest, Source: source, Attempt: attempt, At: at, Method: "GET", Header: headers}
}

func seenWrite(source, attempt int, at float64, text string) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenWrite, Source: source, Attempt: attempt, At: at, Bytes: []byte(text), Size: len(text)}
}

func serve(l *log, offset float64, seen ...protocol.Seen) {
	for _, s := range seen {
		l.Serve(s, offset)
	}
}

func seenEnd(source, attempt int, at float64, by protocol.By, how protocol.End) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenEnd, Source: source, Attempt: attempt, At: at, By: by, How: how}
}

func seenDid(source, attempt int, at float64, do protocol.Do) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenDid, Source: source, Attempt: attempt, At: at, Do: do}
}

func seenNext(source, attempt int, at float64, reply protocol.Reply) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenDid, Source: source, Attempt: attempt, At: at, Do: protocol.DoNext, Next: &reply}
}

func headAt(attempt, status int, at float64, headers ...protocol.Header) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenHead, Source: 1, Attempt: attempt, At: at, Status: status, Header: headers}
}

var stream = header("Content-Type", "text/event-stream")

// served makes a log of one source, constructed at 1000 ms, and of what its server saw.
func servedLog(seen ...protocol.Seen) *log {
	l := newLog()
	l.listening = []string{"open", "error", "message"}
	l.Construct(1000, "http://host/sse")
	serve(l, 0, seen...)
	return l
}

func sent(text string) *log {
	return servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, stream), seenWrite(1, 1, 1003, text))
}

func bodyOf(f trace.Fact) string {
	var body strings.Builder
	for _, p := range Of(f, same).Body {
		body.WriteString(p.Text)
	}
	return body.String()
}

func TestWhatTheServersSideSaw(t *testing.T) {
	const asked, answered = "Request 1 arrived.", "Request 1 was answered 200, with a stream."
	host := header("Host", "host")
	foreign := seenRequest(1, 1, 1001, host, header("Origin", "http://page"))
	for _, test := range []struct {
		name string
		log  *log
		want []string // behind the constructor
	}{
		{"a request without an answer yet", servedLog(seenRequest(1, 1, 1001)), []string{asked}},
		{"the answer takes its place", sent(""), []string{answered}},
		{"a stop", servedLog(seenRequest(1, 1, 1001), headAt(1, 204, 1002), seenEnd(1, 1, 1003, "server", "end")), []string{"Request 1 was answered 204, No Content."}},
		{"an error, whose end is no news", servedLog(seenRequest(1, 1, 1001), headAt(1, 500, 1002), seenEnd(1, 1, 1003, "server", "end")), []string{"Request 1 was answered 500."}},
		{"another type", servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, header("content-type", "text/plain"))), []string{"Request 1 was answered 200, but not with an event stream."}},
		{"no type", servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002)), []string{"Request 1 was answered 200, but not with an event stream."}},
		{"the type with parameters", servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, header("Content-Type", `Text/Event-Stream; charset="UTF-8"; x=y`))), []string{answered}},
		{"another charset", servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, header("Content-Type", "text/event-stream;charset=windows-1252"))), []string{"Request 1 was answered 200, with a charset that is not UTF-8."}},
		{"another origin that may not read", servedLog(foreign, headAt(1, 200, 1002, stream)), []string{"Request 1 was answered 200, but this page may not read it."}},
		{"another origin that may", servedLog(foreign, headAt(1, 200, 1002, stream, header("Access-Control-Allow-Origin", "*"))), []string{answered}},
		{"its own origin, named", servedLog(seenRequest(1, 1, 1001, host, header("Origin", "http://host")), headAt(1, 200, 1002, stream)), []string{answered}},
		{"redirects, folded", servedLog(seenRequest(1, 1, 1001), headAt(1, 302, 1002, header("Location", "/a")), seenEnd(1, 1, 1002, "server", "end"), seenRequest(1, 2, 1003), headAt(2, 302, 1004, header("Location", "/b"))), []string{"2 requests in a row were redirected."}},
		{"a redirect to nowhere", servedLog(seenRequest(1, 1, 1001), headAt(1, 302, 1002)), []string{"Request 1 was answered 302."}},
		{"requests refused again and again, folded", servedLog(seenRequest(1, 1, 1001), seenEnd(1, 1, 1002, "server", "refused"), seenRequest(1, 2, 1003), seenEnd(1, 2, 1004, "server", "refused"), seenRequest(1, 3, 1005)), []string{"2 requests in a row were reset before any answer.", "Request 3 arrived."}},
		{"the visitor at work", with(sent(""), func(l *log) {
			serve(l, 0, seenDid(1, 1, 1010, "pause"), seenDid(1, 1, 1011, "step"), seenDid(1, 1, 1012, "step"), seenDid(1, 1, 1013, "resume"), seenDid(1, 1, 1014, "send"), seenNext(1, 1, 1015, protocol.Reply{Do: protocol.ReplyWrongType}), seenNext(1, 1, 1016, protocol.Reply{Status: 503}))
		}), []string{
			answered, "You paused the stream.", "You let 2 more lines out.", "You let the stream go on.", "You sent something of your own.",
			"You chose the answer to the next request: not an event stream.", "You chose the answer to the next request: status 503.",
		}},
		{"a reply chosen before the first request", servedLog(seenNext(1, 0, 1001, protocol.Reply{Do: protocol.ReplyRefuse})), []string{"You chose the answer to the next request: a reset."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := titles(test.log, 1100)[1:]; !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestHowAnAnswerEnded(t *testing.T) {
	for _, test := range []struct {
		by   protocol.By
		how  protocol.End
		did  protocol.Do
		want string
	}{
		{"server", "end", "", "The server ended the answer."},
		{"server", "end", "end", "You had the server end the answer."},
		{"server", "cut", "pause", "The server cut the connection."},
		{"server", "cut", "cut", "You had the server cut the connection."},
		{"server", "cut cleanly", "", "The server closed the connection without the last chunk."},
		{"server", "limit", "", "The server ended the answer: no stream may live longer here."},
		{"server", "stopping", "", "The server is stopping, and ended the answer."},
		{"server", "too slow", "", "The server cut the connection: its bytes were not read."},
		{"server", "mistake", "", "The server made a mistake, and cut the connection."},
		{"client", "left", "cut", "The browser closed the connection."},
	} {
		l := sent("")
		if test.did != "" {
			serve(l, 0, seenDid(1, 1, 1010, test.did))
		}
		serve(l, 0, seenEnd(1, 1, 1011, test.by, test.how))
		check(t, fmt.Sprint(test.by, " ", test.how, " ", test.did), Of(l.facts(2000, 1)[0], same).Title, test.want)
	}
}

func TestWhatWasSeenOnTheWire(t *testing.T) {
	for _, test := range []struct {
		name, sent string
		want       []string
	}{
		{"a whole event that is listened to", "data: a\n\n", nil},
		{"a byte order mark", "\uFEFFdata: a\n\n", []string{"The stream began with a byte order mark."}},
		{"a reconnection time, again and another", "retry: 500\n\nretry: 500\nretry: 7\n", []string{"The stream set the reconnection time 2 times: 500 ms.", "The stream set the reconnection time: 7 ms."}},
		{"one that is ignored", "retry: 1e3\n", []string{"A retry was ignored."}},
		{"one without a value", "retry\n", []string{"A retry without a value was ignored."}},
		{"heartbeats between events", ":\n\ndata: a\n\n: b\n\ndata: c\n\n:\n\n", []string{"3 comments were sent."}},
		{"ids", "id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 7\ndata: c\n\n", []string{"The stream gave 3 ids, the last one 7."}},
		{"an id taken away", "id: 1\ndata: a\n\nid\ndata: b\n\n", []string{"The stream gave an id: 1.", "An empty id took the last one away."}},
		{"an id with NUL", "id: q\x00r\ndata: a\n\n", []string{"An id was ignored: it holds U+0000."}},
		{"an id without data", "id: 1\n\n", []string{"The stream gave an id: 1.", "An id without data: nothing was dispatched."}},
		{"a type without data", "event: a\n\nevent: b\n\n", []string{"2 events without data were not dispatched."}},
		{"blank lines alone", "\n\n\n", nil},
		{"pretty JSON", "data: {\n  \"name\": \"Ada\"\n}\n\n", []string{"2 lines were ignored: there are no such fields."}},
		{"capital letters", "Data: a\n data: b\n", []string{"2 lines were ignored: their fields' names are not exact."}},
		{"events that nothing listens to, by type", "event: a\ndata\n\nevent: b\ndata\n\nevent: a\ndata\n\n", []string{"2 events a were sent, but nothing here listens to them.", "The event b was sent, but nothing here listens to it."}},
		{"very many types", "event: 1\ndata\n\nevent: 2\ndata\n\nevent: 3\ndata\n\nevent: 4\ndata\n\nevent: 5\ndata\n\nevent: 6\ndata\n\nevent: 7\ndata\n\nevent: 1\ndata\n\n", []string{
			"2 events 1 were sent, but nothing here listens to them.", "The event 2 was sent, but nothing here listens to it.", "The event 3 was sent, but nothing here listens to it.",
			"The event 4 was sent, but nothing here listens to it.", "The event 5 was sent, but nothing here listens to it.", "2 events of yet other types were sent without a listener.",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := titles(sent(test.sent), 1100)[2:]; !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
	for _, half := range []string{"data: half", "data: half\n", "id: 2\ndata: half\nda"} {
		l := sent(half)
		serve(l, 0, seenEnd(1, 1, 1010, "server", "cut"))
		if got := titles(l, 1100); !slices.Contains(got, "The stream ended in the middle of an event.") || len(got) > 5 {
			t.Errorf("%q: got %q; want the discarded event, once", half, got)
		}
	}
	blind := servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, stream), protocol.Seen{Kind: protocol.SeenWrite, Source: 1, Attempt: 1, At: 1003, Size: 9}, protocol.Seen{Kind: protocol.SeenWrite, Source: 1, Attempt: 1, At: 1004, Size: 9})
	check(t, "blind", strings.Join(titles(blind, 1100)[2:], ""), "More was sent than is shown here.")
}

// The page is told only error; what the server's side knows of it is said whenever it comes.
func TestTheCauseOfWhatThePageSaw(t *testing.T) {
	const general = "The error event does not say why"
	cutAt := func(at float64) []protocol.Seen {
		return []protocol.Seen{
			seenRequest(1, 1, 1001), headAt(1, 200, 1002, stream), seenWrite(1, 1, 1003, "retry: 500\nid: 7\nevent: x\ndata: a\n\n"), seenEnd(1, 1, at, "server", "cut"),
		}
	}
	l := servedLog()
	l.Observe(eventsource.Decoded(open(1010), failed(1030, connecting)))
	lost := func() string {
		for _, f := range l.facts(1031, 100) {
			if f.Name == trace.FactLost {
				return bodyOf(f)
			}
		}
		return ""
	}
	if got := lost(); !strings.Contains(got, general) || !strings.HasSuffix(got, "It waits now as long as it chooses, and asks again.") {
		t.Errorf("got %q while nothing is known; want that", got)
	}
	serve(l, 0, cutAt(1029)...)
	check(t, "known later", lost(), "The server cut the connection. The page is told only: error, readyState 1 → 0. By the standard it now waits at least 500 ms, the retry of this stream, and asks again with Last-Event-ID: 7.")

	l = servedLog(cutAt(1005)...)
	l.Observe(eventsource.Decoded(open(1010), failed(1030, connecting)))
	if got := lost(); !strings.HasPrefix(got, "The server cut the connection.") {
		t.Errorf("got %q; want the cause, though the page saw open after the end", got)
	}

	l = servedLog(cutAt(1005)...)
	l.Observe(eventsource.Decoded(open(1010), failed(1030, connecting)))
	serve(l, 0, seenRequest(1, 2, 1035), headAt(2, 200, 1036, stream))
	if got := lost(); !strings.HasPrefix(got, "The server cut the connection.") {
		t.Errorf("got %q; want the cause, though the next attempt came at once", got)
	}

	l = servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, stream))
	l.Observe(eventsource.Decoded(open(1010), failed(5000, connecting)))
	if got := lost(); !strings.Contains(got, general) || !strings.HasSuffix(got, "and asks again without Last-Event-ID.") {
		t.Errorf("got %q of an answer that has no end; want no cause", got)
	}

	// A second source, lost to a server that says nothing: what was known of the first does not count.
	l.Construct(6000, "http://elsewhere/")
	l.Observe(eventsource.Decoded(open(6010), failed(6030, connecting)))
	if got := lost(); !strings.Contains(got, general) || !strings.HasSuffix(got, "and asks again.") {
		t.Errorf("got %q; want nothing known of another server", got)
	}

	for _, test := range []struct {
		name string
		seen []protocol.Seen
		then []eventsource.Event
		want string
	}{
		{"refused, so another attempt", []protocol.Seen{seenRequest(1, 1, 1001), seenEnd(1, 1, 1002, "server", "refused")}, []eventsource.Event{failed(1010, connecting)},
			"Request 1 was reset before any answer. The page is told only: error, and readyState stays 0. It waits now as long as it chooses, and asks again without Last-Event-ID."},
		{"an error", []protocol.Seen{seenRequest(1, 1, 1001), headAt(1, 500, 1002)}, []eventsource.Event{failed(1010, closed)},
			"Request 1 was answered 500. The page is told only: error, readyState 0 → 2. It will not try again; only a new EventSource can."},
		{"a stop on the second attempt", append(cutAt(1029), seenRequest(1, 2, 1531), headAt(2, 204, 1532)), []eventsource.Event{open(1010), failed(1030, connecting), failed(1535, closed)},
			"Your browser waited 505 ms for this: the reconnection time and a new attempt together. Request 2 was answered 204, No Content. The page is told only: error, readyState 0 → 2. It will not try again; only a new EventSource can."},
		{"a server that is gone: the attempt reached nobody", cutAt(1029), []eventsource.Event{open(1010), failed(1030, connecting), failed(4035, connecting)},
			"Your browser waited 3.00 s for this: the reconnection time and a new attempt together. readyState stays 0, CONNECTING. The error event does not say why: perhaps nothing listens there. It waits now (the last time 3.00 s, with the request), and asks again."},
		{"back with the id that the server saw", append(cutAt(1029), seenRequest(1, 2, 1531, header("Last-Event-ID", "7")), headAt(2, 200, 1532, stream)), []eventsource.Event{open(1010), failed(1030, connecting), open(1535)},
			"readyState went 0 → 1. The time is from the last error to open: the reconnection time and the new request together. The request had Last-Event-ID: 7. "},
	} {
		l := servedLog(test.seen...)
		l.Observe(eventsource.Decoded(test.then...))
		check(t, test.name, bodyOf(l.facts(9000, 100)[slices.IndexFunc(l.facts(9000, 100), func(f trace.Fact) bool { return f.Observer == trace.Page && f.Name != trace.FactSilent })]), test.want)
	}
}

func TestWhyItIsSilent(t *testing.T) {
	for _, test := range []struct{ sent, want string }{
		{":\n", "The server has sent no whole event"},
		{"event: x\ndata\n\n", "Events were sent, but of types without a listener here."},
		{"data\n\n", "The server has sent whole events, but none has reached"},
	} {
		l := sent(test.sent)
		l.Observe(eventsource.Decoded(open(1010)))
		if f := l.facts(99_000, 1)[0]; f.Name != trace.FactSilent || !strings.HasPrefix(bodyOf(f), test.want) {
			t.Errorf("%q: got %q; want %q …", test.sent, bodyOf(f), test.want)
		}
	}
}
