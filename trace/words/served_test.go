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
	return joined(Of(f, same).Body)
}

func joined(phrases []Phrase) (text string) {
	for _, p := range phrases {
		text += p.Text
	}
	return text
}

func TestWhatTheServersSideSaw(t *testing.T) {
	const arrived, isStream = "Request 1 arrived.", "Request 1 got a 200 response, an event stream."
	host := header("Host", "host")
	foreign := seenRequest(1, 1, 1001, host, header("Origin", "http://page"))
	for _, test := range []struct {
		name string
		log  *log
		want []string // after the constructor
	}{
		{"a request without a response yet", servedLog(seenRequest(1, 1, 1001)), []string{arrived}},
		{"the response takes its place", sent(""), []string{isStream}},
		{"a stop", servedLog(seenRequest(1, 1, 1001), headAt(1, 204, 1002), seenEnd(1, 1, 1003, "server", "end")), []string{"Request 1 got a 204 response, No Content."}},
		{"an error, whose end is no news", servedLog(seenRequest(1, 1, 1001), headAt(1, 500, 1002), seenEnd(1, 1, 1003, "server", "end")), []string{"Request 1 got a 500 response."}},
		{"another type", servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, header("content-type", "text/plain"))), []string{"Request 1 got a 200 response, but not an event stream."}},
		{"no type", servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002)), []string{"Request 1 got a 200 response, but not an event stream."}},
		{"the type with parameters", servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, header("Content-Type", `Text/Event-Stream; charset="UTF-8"; x=y`))), []string{isStream}},
		{"another charset", servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, header("Content-Type", "text/event-stream;charset=windows-1252"))), []string{"Request 1 got an event stream with a charset other than “utf-8”."}},
		{"a label of UTF-8 that some browsers refuse", servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, header("Content-Type", "text/event-stream; charset=utf8"))), []string{"Request 1 got an event stream with a charset other than “utf-8”."}},
		{"a charset within another parameter", servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, header("Content-Type", `text/event-stream; a="charset=latin1"`))), []string{isStream}},
		{"two types, of which the last counts", servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, header("Content-Type", "text/plain"), header("content-type", "text/event-stream"))), []string{isStream}},
		{"another origin that may not read", servedLog(foreign, headAt(1, 200, 1002, stream)), []string{"Request 1 got a 200 response, but this page may not read it."}},
		{"another origin that may", servedLog(foreign, headAt(1, 200, 1002, stream, header("Access-Control-Allow-Origin", "*"))), []string{isStream}},
		{"its own origin, named", servedLog(seenRequest(1, 1, 1001, host, header("Origin", "http://host")), headAt(1, 200, 1002, stream)), []string{isStream}},
		{"redirects, folded", servedLog(seenRequest(1, 1, 1001), headAt(1, 302, 1002, header("Location", "/a")), seenEnd(1, 1, 1002, "server", "end"), seenRequest(1, 2, 1003), headAt(2, 302, 1004, header("Location", "/b"))), []string{"2 requests in a row were redirected."}},
		{"a redirect to nowhere", servedLog(seenRequest(1, 1, 1001), headAt(1, 302, 1002)), []string{"Request 1 got a 302 response."}},
		{"requests refused again and again, folded", servedLog(seenRequest(1, 1, 1001), seenEnd(1, 1, 1002, "server", "refused"), seenRequest(1, 2, 1003), seenEnd(1, 2, 1004, "server", "refused"), seenRequest(1, 3, 1005)), []string{"2 requests in a row were reset before any response.", "Request 3 arrived."}},
		{"the visitor at work", with(sent(""), func(l *log) {
			serve(l, 0, seenDid(1, 1, 1010, "pause"), seenDid(1, 1, 1011, "step"), seenDid(1, 1, 1012, "step"), seenDid(1, 1, 1013, "resume"), seenDid(1, 1, 1014, "send"), seenNext(1, 1, 1015, protocol.Reply{Do: protocol.ReplyWrongType}), seenNext(1, 1, 1016, protocol.Reply{Status: 503}))
		}), []string{
			isStream, "You paused the stream.", "You had 2 more lines sent.", "You resumed the stream.", "You sent bytes of your own.",
			"You chose the response to the next request: not an event stream.", "You chose the response to the next request: status 503.",
		}},
		{"a reply chosen before the first request", servedLog(seenNext(1, 0, 1001, protocol.Reply{Do: protocol.ReplyRefuse})), []string{"You chose the response to the next request: a reset."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := titles(test.log, 1100)[1:]; !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestHowAResponseEnded(t *testing.T) {
	for _, test := range []struct {
		by   protocol.By
		how  protocol.End
		did  protocol.Do
		want string
	}{
		{"server", "end", "", "The server ended its response."},
		{"server", "end", "end", "You had the server end its response."},
		{"server", "cut", "pause", "The server cut the connection."},
		{"server", "cut", "cut", "You had the server cut the connection."},
		{"server", "cut cleanly", "", "The server closed the connection without the last chunk."},
		{"server", "limit", "", "The server ended its response: the time limit of a stream was reached."},
		{"server", "stopping", "", "The server is stopping, and ended its response."},
		{"server", "too slow", "", "The server cut the connection: its bytes were not read."},
		{"server", "mistake", "", "The server failed, and cut the connection."},
		{"client", "left", "cut", "The browser closed the connection."},
	} {
		l := sent("")
		if test.did != "" {
			serve(l, 0, seenDid(1, 1, 1010, test.did))
		}
		serve(l, 0, seenEnd(1, 1, 1011, test.by, test.how))
		check(t, fmt.Sprint(test.by, " ", test.how, " ", test.did), joined(Of(l.facts(2000, 1)[0], same).Title), test.want)
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
		{"ids", "id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 7\ndata: c\n\n", []string{"The stream set 3 ids, the last one 7."}},
		{"an id taken away", "id: 1\ndata: a\n\nid\ndata: b\n\n", []string{"The stream set an id: 1.", "An empty id reset the last event ID."}},
		{"an id with NUL", "id: q\x00r\ndata: a\n\n", []string{"An id was ignored: it contains U+0000."}},
		{"an id without data", "id: 1\n\n", []string{"The stream set an id: 1.", "An id without data: nothing was dispatched."}},
		{"a type without data", "event: a\n\nevent: b\n\n", []string{"2 events without data were not dispatched."}},
		{"blank lines alone", "\n\n\n", nil},
		{"pretty JSON", "data: {\n  \"name\": \"Ada\"\n}\n\n", []string{"2 lines were ignored: there are no such fields."}},
		{"capital letters", "Data: a\n data: b\n", []string{"2 lines were ignored: their field names do not match exactly."}},
		{"events that nothing listens to, by type", "event: a\ndata\n\nevent: b\ndata\n\nevent: a\ndata\n\n", []string{"2 events of the type a were sent, but have no listener here.", "An event of the type b was sent, but has no listener here."}},
		{"very many types", "event: 1\ndata\n\nevent: 2\ndata\n\nevent: 3\ndata\n\nevent: 4\ndata\n\nevent: 5\ndata\n\nevent: 6\ndata\n\nevent: 7\ndata\n\nevent: 1\ndata\n\n", []string{
			"2 events of the type 1 were sent, but have no listener here.", "An event of the type 2 was sent, but has no listener here.", "An event of the type 3 was sent, but has no listener here.",
			"An event of the type 4 was sent, but has no listener here.", "An event of the type 5 was sent, but has no listener here.", "2 events of other types were sent, but have no listener here.",
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
	if got := lost(); !strings.Contains(got, general) || !strings.HasSuffix(got, "The browser now waits as long as the stream's last retry said, which a script can't read, or without one as long as it chooses, and reconnects.") {
		t.Errorf("got %q while nothing is known; want that", got)
	}
	serve(l, 0, cutAt(1029)...)
	check(t, "known later", lost(), "The server cut the connection. The page is told only: error, readyState 1 → 0. By the standard the browser now waits at least 500 ms, the retry of this stream, and reconnects with Last-Event-ID: 7.")

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
	if got := lost(); !strings.Contains(got, general) || !strings.HasSuffix(got, "No retry was set, so the browser now waits as long as it chooses, and reconnects without Last-Event-ID.") {
		t.Errorf("got %q of a response that has no end; want no cause", got)
	}

	// A second source, lost to a server that says nothing: what was known of the first does not count.
	l.Construct(6000, "http://elsewhere/")
	l.Observe(eventsource.Decoded(open(6010), failed(6030, connecting)))
	if got := lost(); !strings.Contains(got, general) || !strings.HasSuffix(got, "and reconnects.") {
		t.Errorf("got %q; want nothing known of another server", got)
	}

	for _, test := range []struct {
		name string
		seen []protocol.Seen
		then []eventsource.Event
		want string
	}{
		{"refused, so another attempt", []protocol.Seen{seenRequest(1, 1, 1001), seenEnd(1, 1, 1002, "server", "refused")}, []eventsource.Event{failed(1010, connecting)},
			"Request 1 was reset before any response. The page is told only: error, and readyState stays 0. No retry was set, so the browser now waits as long as it chooses, and reconnects without Last-Event-ID."},
		{"an error", []protocol.Seen{seenRequest(1, 1, 1001), headAt(1, 500, 1002)}, []eventsource.Event{failed(1010, closed)},
			"Request 1 got a 500 response. The page is told only: error, readyState 0 → 2. It will not reconnect; only a new EventSource can."},
		{"a stop on the second attempt", append(cutAt(1029), seenRequest(1, 2, 1531), headAt(2, 204, 1532)), []eventsource.Event{open(1010), failed(1030, connecting), failed(1535, closed)},
			"Your browser waited 505 ms for this: the reconnection time, the new attempt, and whatever kept this page busy meanwhile. Request 2 got a 204 response, No Content. The page is told only: error, readyState 0 → 2. It will not reconnect; only a new EventSource can."},
		{"a server that is gone: the attempt reached nobody", cutAt(1029), []eventsource.Event{open(1010), failed(1030, connecting), failed(4035, connecting)},
			"Your browser waited 3.00 s for this: the reconnection time, the new attempt, and whatever kept this page busy meanwhile. readyState stays 0, CONNECTING. The error event does not say why. Check that a server listens at this address, and that its certificate is trusted. The browser now waits (the last time 3.00 s, request included), and reconnects."},
		{"back with the id that the server saw", append(cutAt(1029), seenRequest(1, 2, 1531, header("Last-Event-ID", "7")), headAt(2, 200, 1532, stream)), []eventsource.Event{open(1010), failed(1030, connecting), open(1535)},
			"readyState went 0 → 1. The time between the two events is the reconnection time, the new request, and whatever kept this page busy meanwhile, such as drawing. The request had Last-Event-ID: 7. "},
	} {
		l := servedLog(test.seen...)
		l.Observe(eventsource.Decoded(test.then...))
		check(t, test.name, bodyOf(l.facts(9000, 100)[slices.IndexFunc(l.facts(9000, 100), func(f trace.Fact) bool { return f.Observer == trace.Page && f.Name != trace.FactSilent })]), test.want)
	}
}

func TestWhyItIsSilent(t *testing.T) {
	for _, test := range []struct{ sent, want string }{
		{":\n", "The server has sent no complete event"},
		{"event: x\ndata\n\n", "Events were sent, but their types have no listener here."},
		{"data\n\n", "The server has sent complete events, but none has reached"},
	} {
		l := sent(test.sent)
		l.Observe(eventsource.Decoded(open(1010)))
		if f := l.facts(99_000, 1)[0]; f.Name != trace.FactSilent || !strings.HasPrefix(bodyOf(f), test.want) {
			t.Errorf("%q: got %q; want %q …", test.sent, bodyOf(f), test.want)
		}
	}
}

// How long the browser waits is set by the stream, which a page cannot see of another server's.
func TestHowLongItWaits(t *testing.T) {
	const (
		unknown = "The browser now waits as long as the stream's last retry said, which a script can't read, or without one as long as it chooses, and reconnects."
		own     = "No retry was set, so the browser now waits as long as it chooses, and reconnects"
	)
	short := []protocol.Seen{seenRequest(1, 1, 1001), headAt(1, 200, 1002, stream), seenWrite(1, 1, 1003, "data: a\n\n"), seenEnd(1, 1, 1019, "server", "end")}
	for _, test := range []struct {
		name string
		log  *log
		want string
	}{
		{"another server's stream", logOf(open(1010), failed(1020, connecting)), unknown},
		{"an attempt that never opened", logOf(failed(1020, connecting)), own + "."},
		{"another server's, once it has waited", logOf(open(1010), failed(1020, connecting), open(1270), failed(1280, connecting)), "The browser now waits (the last time 250 ms, request included), and reconnects."},
		{"our own without a retry", with(servedLog(short...), func(l *log) { l.Observe(eventsource.Decoded(open(1010), failed(1020, connecting))) }), own + " without Last-Event-ID."},
		{"our own, some of whose bytes were left out before", with(servedLog(
			seenRequest(1, 1, 1001), headAt(1, 200, 1002, stream), protocol.Seen{Kind: protocol.SeenWrite, Source: 1, Attempt: 1, At: 1003, Size: 9}, seenEnd(1, 1, 1004, "server", "end"),
			seenRequest(1, 2, 1006), headAt(2, 200, 1007, stream), seenWrite(1, 2, 1008, "data: a\n\n"), seenEnd(1, 2, 1019, "server", "end"),
		), func(l *log) {
			l.Observe(eventsource.Decoded(open(1003), failed(1005, connecting), open(1010), failed(1020, connecting)))
		}), "The browser now waits (the last time 5 ms, request included), and reconnects."},
	} {
		if got := bodyOf(test.log.facts(1300, 1)[0]); !strings.HasSuffix(got, test.want) {
			t.Errorf("%s: got %q; want it to end with %q", test.name, got, test.want)
		}
	}
}

// Why a browser gave up, a page cannot know: it says what to check.
func TestWhatToCheckAfterItGaveUp(t *testing.T) {
	got := bodyOf(logOf(failed(1020, closed)).facts(1300, 1)[0])
	for _, want := range []string{"204", "405", "401", "POST", "only sends GET", "Authorization", "text/event-stream", "CORS", "certificate"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q; want %s in it", got, want)
		}
	}
	l := logOf(open(1010), message(1020, "message", "", "[DONE]"), failed(1030, connecting))
	check(t, "an end marker", joined(Of(l.facts(1040, 1)[0], same).Title), "The last event looked like the end of the stream: [DONE].")
	if got := bodyOf(l.facts(1040, 1)[0]); !strings.Contains(got, "close()") || !strings.Contains(got, "204") {
		t.Errorf("got %q; want close() and 204 in it", got)
	}
}

func TestAServerThatStartsAgainIsNamed(t *testing.T) {
	l := logOf(open(1010), message(1020, "tick", "0", ""), message(1021, "tick", "1", ""), failed(1030, connecting), open(1040), message(1050, "tick", "0", ""))
	check(t, "title", joined(Of(l.facts(1060, 1)[0], same).Title), "An id came a second time: 0.")
}

func TestWhatTheServerSaidIsCodeAndNotTooLong(t *testing.T) {
	says := func(body string) string {
		l := servedLog(seenRequest(1, 1, 1001), headAt(1, 400, 1002, header("Content-Type", "text/plain")), seenWrite(1, 1, 1003, body))
		for _, f := range l.Facts(2000, 0, 10) {
			if f.Name == trace.FactStatus {
				s := Of(f, func(text string) string { return text })
				last := s.Body[len(s.Body)-1]
				return fmt.Sprint(last.Code, " ", last.Text)
			}
		}
		return "nothing"
	}
	for _, test := range []struct{ body, want string }{
		{"interval=\"5\" is not possible: give `ms` {status}.\n", "true interval=\"5\" is not possible: give `ms` {status}."},
		{strings.Repeat("é", 400), "true " + strings.Repeat("é", 300) + "…"},
		{"", "false . Only 200 opens a stream. By the standard any other response fails the connection: readyState becomes 2."},
	} {
		if got := says(test.body); got != test.want {
			t.Errorf("got %q; want %q", got, test.want)
		}
	}
}

// Nothing that is said of a WebSocket is true of an EventSource only.
func TestAWebSocketIsNotSaidToReconnect(t *testing.T) {
	for name := range trace.NumFacts {
		if name >= trace.FactPaused {
			break
		}
		switch name {
		case trace.FactLost, trace.FactEndMarker, trace.FactNoEndMarker, trace.FactFailed, trace.FactGaveUp:
			continue // an error event of a WebSocket is FactSocketError
		}
		f := trace.Fact{Name: name, Client: trace.WebSocket, Attempt: 1, Count: 1, Status: 404, Type: "x", Err: &eventsource.CloseEvent{Code: 1006, Returns: -1}}
		said := ""
		s := Of(f, same)
		for _, p := range append(s.Title, s.Body...) {
			said += p.Text
		}
		for _, wrong := range []string{"it reconnects", "browser reconnects", "EventSource will", "readyState becomes 2", "readyState becomes 0", "Last-Event-ID: "} {
			if strings.Contains(said, wrong) {
				t.Errorf("fact %d: got %q in %q", name, wrong, said)
			}
		}
	}
}

// What the server saw of a WebSocket is told as what it is there, and is the cause of what the page saw.
func TestWhatTheServerSawOfAWebSocket(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		how    protocol.End
		want   []string
	}{
		{"cut", 101, protocol.EndCut, []string{"Request 1 got a 101 response: a WebSocket.", "The server cut the connection.", "nothing reconnects by itself"}},
		{"closed, since the page sent too much", 101, protocol.EndRejected, []string{"the close frame says why"}},
		{"refused", 404, protocol.EndProper, []string{"Request 1 got a 404 response.", "Only 101 opens a WebSocket."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := trace.NewLog()
			s := l.Construct(1, trace.Client{Kind: trace.WebSocket}, "ws://host/ws", false)
			for _, seen := range []protocol.Seen{
				seenRequest(1, 1, 2), headAt(1, test.status, 3),
				{Kind: protocol.SeenEnd, Source: 1, Attempt: 1, At: 4, By: protocol.ByServer, How: test.how},
			} {
				l.Serve(seen, 0)
			}
			s.Observe(eventsource.Decoded(eventsource.Event{
				Kind: eventsource.Ended, Type: "close", TimeStamp: 5, ReadyState: eventsource.Closed, Err: &eventsource.CloseEvent{Code: 1006, Returns: -1},
			}))
			said := ""
			for _, f := range l.Facts(6, 0, 100) {
				s := Of(f, same)
				for _, p := range append(s.Title, s.Body...) {
					said += p.Text
				}
				said += "\n"
			}
			for _, want := range test.want {
				if !strings.Contains(said, want) {
					t.Errorf("got\n%s\nwant %q in it", said, want)
				}
			}
			if strings.Contains(said, "There is no response yet") {
				t.Errorf("got\n%s\nwant the response in the place of the request", said)
			}
		})
	}
}
