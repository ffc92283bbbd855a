package words

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

const (
	connecting = eventsource.Connecting
	opened     = eventsource.Open
	closed     = eventsource.Closed

	silence = 4000 // after which it is worth a word
)

// log is a trace's and the newest of its sources.
type log struct {
	*trace.Log
	*trace.Source
	listening []string
}

func newLog() *log { return &log{Log: trace.NewLog()} }

func (l *log) Construct(at float64, url string) {
	l.Source = l.Log.Construct(at, trace.Client{}, url, false)
	l.Source.Listen(l.listening)
}

// facts are those of all sources.
func (l *log) facts(now float64, most int) []trace.Fact { return l.Log.Facts(now, 0, most) }

func with(l *log, do func(*log)) *log {
	do(l)
	return l
}

// What a browser dispatches, shortly.

func open(at float64) eventsource.Event {
	return eventsource.Event{Kind: eventsource.Opened, TimeStamp: at, ReadyState: opened, Type: "open"}
}

func failed(at float64, state eventsource.ReadyState) eventsource.Event {
	return eventsource.Event{Kind: eventsource.Failed, TimeStamp: at, ReadyState: state, Type: "error"}
}

func message(at float64, typ, id, data string) eventsource.Event {
	return eventsource.Event{
		Kind: eventsource.Message, TimeStamp: at, ReadyState: opened, Type: typ, Data: data, LastEventID: id, Origin: "http://host",
	}
}

// logOf makes a log with one source, constructed at 1000 ms, that dispatched these events, each a run.
func logOf(events ...eventsource.Event) *log {
	l := newLog()
	l.Construct(1000, "http://host/sse")
	for _, e := range events {
		l.Observe(eventsource.Decoded(e))
	}
	return l
}

// lazyRun is a run of n messages that is not decoded.
func lazyRun(n int, from, to float64) eventsource.Events {
	return eventsource.Lazy(n, n, func(first, end int) (events []eventsource.Event) {
		for i := first; i < end; i++ {
			events = append(events, message(from+float64(i)*(to-from)/float64(max(1, n-1)), "tick", "", "x"))
		}
		return events
	})
}

// titles are those of all facts, oldest first.
func titles(l *log, now float64) []string {
	var titles []string
	for _, f := range l.facts(now, 1000) {
		titles = append(titles, joined(Of(f, same).Title))
	}
	slices.Reverse(titles)
	return titles
}

func TestWhatJustHappened(t *testing.T) {
	const constructed, isOpen = "new EventSource was called.", "The connection is open."
	const lost = "The connection was lost. EventSource will reconnect by itself."
	for _, test := range []struct {
		name string
		log  *log
		now  float64
		want []string
	}{
		{
			"the classic stream, until 204 stops it",
			logOf(open(1010), message(1020, "tick", "0", ""), message(1030, "tick", "1", ""), message(1040, "tick", "2", ""), failed(1050, connecting), failed(4060, closed)), 5000,
			[]string{constructed, isOpen, "The first event: tick.", "2 more events: tick.", lost, "The browser gave up. readyState is 2, CLOSED."},
		}, {
			"a lost connection, and a reconnection",
			logOf(open(1010), message(1020, "tick", "0", ""), failed(1050, connecting), open(4060), message(4070, "tick", "1", "")), 5000,
			[]string{constructed, isOpen, "The first event: tick.", lost, "Your browser reconnected 3.01 s after the last error.", "The first event since the reconnection: tick."},
		}, {
			"nobody listens at first: it opens, but did not reconnect",
			logOf(failed(1005, connecting), failed(4005, connecting), failed(7005, connecting), open(10_000)), 10_001,
			[]string{constructed, "3 attempts in a row failed. EventSource keeps trying.", isOpen},
		}, {
			"one attempt that fails", logOf(failed(1005, connecting)), 1010,
			[]string{constructed, "The attempt failed. EventSource will try again by itself."},
		}, {
			"stopped while open", logOf(open(1010), failed(1020, closed)), 1030,
			[]string{constructed, isOpen, "The browser gave up while it was open. readyState is 2, CLOSED."},
		}, {
			"one more event", logOf(open(1010), message(1020, "tick", "", ""), message(1021, "tick", "", "")), 1030,
			[]string{constructed, isOpen, "The first event: tick.", "1 more event: tick."},
		}, {
			"more of several types, then of one again",
			logOf(open(1010), message(1020, "a", "", ""), message(1021, "a", "", ""), message(1022, "b", "", ""), message(1023, "b", "", "")), 1030,
			[]string{constructed, isOpen, "The first event: a.", "3 more events."},
		}, {
			"of a run that is not decoded the types are not known",
			with(logOf(open(1010)), func(l *log) { l.Observe(lazyRun(300, 1020, 1030)); l.Observe(lazyRun(1, 1031, 1031)) }), 1040,
			[]string{constructed, isOpen, "The first event: tick.", "300 more events."},
		}, {
			"events named as the browser's own", logOf(open(1010), message(1020, "error", "", ""), message(1021, "error", "", ""), message(1022, "open", "", ""), message(1023, "tick", "", "")), 1030,
			[]string{constructed, isOpen, "The stream sent 2 events of the type error.", "The stream sent an event of the type open.", "1 more event: tick."},
		}, {
			"silence, not yet", logOf(open(1010)), 1010 + silence - 1, []string{constructed, isOpen},
		}, {
			"silence", logOf(open(1010)), 1010 + silence, []string{constructed, isOpen, "Open, but silent so far."},
		}, {
			"silence stands where it began", with(logOf(open(1010)), func(l *log) { l.Listening(2000, "a", true); l.Listening(9000, "b", true) }), 9001,
			[]string{constructed, isOpen, "Listening to a from now on.", "Open, but silent so far.", "Listening to b from now on."},
		}, {
			"no silence after an event", logOf(open(1010), message(1020, "tick", "", "")), 99_000, []string{constructed, isOpen, "The first event: tick."},
		}, {
			"no silence while connecting", logOf(), 99_000, []string{constructed},
		}, {
			"silence after a reconnect", logOf(open(1010), message(1020, "a", "", ""), failed(1030, connecting), open(4030)), 99_000,
			[]string{constructed, isOpen, "The first event: a.", lost, "Your browser reconnected 3.00 s after the last error.", "Open, but silent so far."},
		}, {
			"silence is said after clearing too", with(logOf(open(1010)), func(l *log) { l.Clear() }), 99_000, []string{"Open, but silent so far."},
		}, {
			"listeners come and go, and the source is closed",
			with(logOf(open(1010)), func(l *log) { l.Listening(1020, "a", true); l.Listening(1030, "a", false); l.Close(1040) }), 1050,
			[]string{constructed, isOpen, "Listening to a from now on.", "No longer listening to a.", "close() was called."},
		}, {
			"the constructor throws", with(newLog(), func(l *log) {
				l.Refuse(5, trace.EventSource, &eventsource.Exception{Name: "SyntaxError", Message: "no URL"})
			}), 6,
			[]string{"The constructor threw an exception."},
		}, {
			"the same again, of the next source, is a fact of its own",
			with(logOf(failed(1005, connecting)), func(l *log) { l.Construct(2000, "/"); l.Observe(eventsource.Decoded(failed(2005, connecting))) }), 3000,
			[]string{constructed, "The attempt failed. EventSource will try again by itself.", constructed, "The attempt failed. EventSource will try again by itself."},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := titles(test.log, test.now); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestSentences(t *testing.T) {
	last := func(l *log, now float64) Sentence { return Of(l.facts(now, 1)[0], same) }
	for _, test := range []struct {
		name string
		got  Sentence
		body string // code between ⟨ and ⟩
		at   string
	}{
		{
			"constructed", last(logOf(), 1000),
			"readyState is 0, CONNECTING. The constructor returned at once; the browser requests ⟨http://host/sse⟩ in the background.", "9.2.2",
		}, {
			"open after attempts that failed: counted from the constructor", last(logOf(failed(1005, connecting), open(4005)), 4006),
			"readyState went 0 → 1, 3.00 s after the constructor. The browser received a response with status 200 and the type ⟨text/event-stream⟩; it needs no event to open.", "9.2.3",
		}, {
			"back, with an id", last(logOf(open(1010), message(1011, "a", "7", ""), failed(1020, connecting), open(1270)), 1271),
			"readyState went 0 → 1. The time between the two events is the reconnection time, the new request, and whatever kept this page busy meanwhile, such as drawing. The last event seen here had the lastEventId ⟨7⟩: by the standard the browser sends it as ⟨Last-Event-ID⟩, unless the stream set another that no listener here saw.", "9.2.4",
		}, {
			"back, without an id", last(logOf(open(1010), failed(1020, connecting), open(1270)), 1271),
			"readyState went 0 → 1. The time between the two events is the reconnection time, the new request, and whatever kept this page busy meanwhile, such as drawing. No lastEventId is known here, so by the standard no ⟨Last-Event-ID⟩ was sent, unless the stream set one that no listener here saw.", "9.2.4",
		}, {
			"the first event", last(logOf(open(1010), message(1510, "a`b", "", "")), 1511),
			"It came 500 ms after open, and was dispatched to the listeners for ⟨a`b⟩, no others. It is the first that a listener here could see.", "9.2.6",
		}, {
			"more events", last(logOf(open(1010), message(1510, "a", "", ""), message(1511, "a", "", "")), 1512), "", "9.2.6",
		}, {
			"an attempt that failed after a wait", last(logOf(open(1010), failed(1020, connecting), failed(4030, connecting)), 4031),
			"Your browser waited 3.01 s for this: the reconnection time, the new attempt, and whatever kept this page busy meanwhile. readyState stays 0, CONNECTING. The error event does not say why. Check that a server listens at this address, and that its certificate is trusted. The browser now waits (the last time 3.01 s, request included), and reconnects.", "9.2.3",
		}, {
			"the first attempt waited for nothing", last(logOf(failed(1020, connecting)), 1021),
			"readyState stays 0, CONNECTING. The error event does not say why. Check that a server listens at this address, and that its certificate is trusted. No ⟨retry⟩ was set, so the browser now waits as long as it chooses, and reconnects.", "9.2.3",
		}, {
			"closed in the wait", last(with(logOf(open(1010), failed(1020, connecting)), func(l *log) { l.Close(1030) }), 1031),
			"readyState went 0 → 2. No event is fired, and the browser does not reconnect.", "9.2.2",
		}, {
			"closed while open", last(with(logOf(open(1010)), func(l *log) { l.Close(1030) }), 1031),
			"readyState went 1 → 2. No event is fired, and the browser does not reconnect.", "9.2.2",
		}, {
			"refused", last(with(newLog(), func(l *log) {
				l.Refuse(5, trace.EventSource, &eventsource.Exception{Name: "SyntaxError", Message: "`{time}`"})
			}), 6),
			"There is no new EventSource. Your browser said: SyntaxError: `{time}`", "9.2.2",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var body strings.Builder
			for _, p := range test.got.Body {
				if p.Code {
					body.WriteString("⟨" + p.Text + "⟩")
				} else {
					body.WriteString(p.Text)
				}
			}
			if body.String() != test.body {
				t.Errorf("got  %s\nwant %s", body.String(), test.body)
			}
			check(t, "section", test.got.Section, "HTML "+test.at)
		})
	}
}

// What a stream says goes through as it is, once, and never makes words code or code words.
func TestSentencesKeepWhatAStreamSaid(t *testing.T) {
	const said = "a`b{id}{type}{more}<i>"
	for _, f := range allFacts(said) {
		s := Of(f, same)
		whole := joined(s.Title)
		for i, p := range s.Body {
			whole += p.Text
			if i > 0 && p.Code == s.Body[i-1].Code && p.Foreign == s.Body[i-1].Foreign {
				t.Errorf("fact %d: got %+v; want code, words and values in turn", f.Name, s.Body)
			}
		}
		if rest := strings.ReplaceAll(whole, said, ""); len(s.Title) == 0 || strings.ContainsAny(rest, "{}`<>") {
			t.Errorf("fact %d: got %s; want all filled in, once", f.Name, whole)
		}
	}
}

// What a stream said can be isolated, since it stands for itself.
func TestWhatAStreamSaidIsAPhraseOfItsOwn(t *testing.T) {
	s := Of(trace.Fact{Name: trace.FactFirstEvent, Type: "\u202Ekcit"}, same)
	want := []Phrase{{Text: "The first event: "}, {Text: "\u202Ekcit", Foreign: true}, {Text: "."}}
	if !slices.Equal(s.Title, want) {
		t.Errorf("got %+v; want %+v", s.Title, want)
	}
	if code := (Phrase{Text: "\u202Ekcit", Code: true, Foreign: true}); !slices.Contains(s.Body, code) {
		t.Errorf("got %+v; want %+v in it", s.Body, code)
	}
}

func TestSentencesStayShort(t *testing.T) {
	long := strings.Repeat("é", 1_000_000)
	f := trace.Fact{Name: trace.FactReopened, ID: long}
	for _, p := range Of(f, same).Body {
		if len(p.Text) > 1000 {
			t.Errorf("got %d bytes; want an id of a million characters cut", len(p.Text))
		}
	}
}

func TestDuration(t *testing.T) {
	for _, test := range []struct {
		ms   float64
		want string
	}{
		{-5, "0 ms"}, {0, "0 ms"}, {0.4, "0 ms"}, {0.6, "1 ms"}, {250, "250 ms"}, {999.4, "999 ms"}, {999.5, "1.00 s"}, {1000, "1.00 s"}, {3006, "3.01 s"},
		{59_994, "59.99 s"}, {59_995, "1 min 0 s"}, {60_000, "1 min 0 s"}, {125_000, "2 min 5 s"}, {119_600, "2 min 0 s"},
		{3_599_400, "59 min 59 s"}, {3_599_600, "1 h 0 min"}, {3_600_000, "1 h 0 min"}, {93_780_000, "26 h 3 min"},
	} {
		check(t, fmt.Sprint(test.ms, " ms"), Duration(func(text string) string { return text }, test.ms), test.want)
	}
}
