package trace

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
)

// two is a log of two sources on one stream, both OPEN at 1010 ms.
type two struct {
	*Log
	a, b *Source
}

func newTwo() *two {
	l := NewLog()
	t := &two{Log: l, a: l.Construct(1000, Client{}, "/sse", false), b: l.Construct(1001, Client{Lane: 2}, "/sse", false)}
	t.both(open(1010))
	return t
}

// both have it, b two milliseconds later.
func (t *two) both(e eventsource.Event) {
	t.a.Observe(eventsource.Decoded(e))
	e.TimeStamp += 2
	t.b.Observe(eventsource.Decoded(e))
}

// sends has the server send a text to each, at 1015.
func (t *two) sends(a, b string) {
	for i, text := range []string{a, b} {
		serve(t.Log, 0, seenRequest(i+1, 1, 1005), seenHead(i+1, 1, 200), seenWrite(i+1, 1, 1015, text))
	}
}

// described is a difference in short: "tick 7: a by the server".
func described(d Difference) string {
	r, who := d.A, "both"
	switch {
	case d.B == nil:
		who = "a"
	case d.A == nil:
		r, who = d.B, "b"
	}
	what := string(r.Kind) + " " + fmt.Sprint(int(r.ReadyState))
	if r.Kind == Message {
		what = r.Type + " " + r.LastEventID
	}
	return what + ": " + who + " " + [...]string{"by the clients", "by the server", "by the page", "unserved", "not known"}[d.Cause]
}

func TestWhatTwoSourcesSaw(t *testing.T) {
	const later = 9000
	seven, eight := message(1020, "tick", "7", "x"), message(1030, "tick", "8", "y")
	for _, test := range []struct {
		name           string
		events, states int
		now            float64
		want           string
		happen         func(*two)
	}{
		{"nothing but open is the same", 0, 1, later, "", func(*two) {}},
		{"the same events are the same, whatever the server sent", 2, 1, later, "", func(l *two) { l.both(seven); l.both(eight) }},
		{"the same bytes, and one did not see an event: the clients'", 1, 1, later, "tick 8: a by the clients", func(l *two) {
			l.sends("id: 7\nevent: tick\ndata: x\n\nid: 8\nevent: tick\ndata: y\n\n", "id: 7\nevent: tick\ndata: x\n\nid: 8\nevent: tick\ndata: y\n\n")
			l.both(seven)
			l.a.Observe(eventsource.Decoded(eight))
		}},
		{"the same bytes, and other data were seen: the clients'", 0, 1, later, "tick 7: both by the clients", func(l *two) {
			l.sends("id: 7\nevent: tick\ndata: x\n\n", "id: 7\nevent: tick\ndata: x\n\n")
			l.a.Observe(eventsource.Decoded(seven))
			l.b.Observe(eventsource.Decoded(message(1021, "tick", "7", "z")))
		}},
		{"other data were sent: the server's", 0, 1, later, "tick 7: both by the server", func(l *two) {
			l.sends("id: 7\nevent: tick\ndata: x\n\n", "id: 7\nevent: tick\ndata: z\n\n")
			l.a.Observe(eventsource.Decoded(seven))
			l.b.Observe(eventsource.Decoded(message(1021, "tick", "7", "z")))
		}},
		{"an event was sent to one only: the server's", 1, 1, later, "tick 8: b by the server", func(l *two) {
			l.sends("id: 7\nevent: tick\ndata: x\n\n", "id: 7\nevent: tick\ndata: x\n\nid: 8\nevent: tick\ndata: y\n\n")
			l.both(seven)
			l.b.Observe(eventsource.Decoded(eight))
		}},
		{"the same event in other bytes: the server's", 0, 1, later, "tick 7: b by the server", func(l *two) {
			l.sends("id: 7\nevent: tick\ndata: x\n\n", "id:7\nevent: tick\ndata: x\n\n")
			l.b.Observe(eventsource.Decoded(seven))
		}},
		{"what was sent is not known", 0, 1, later, "tick 7: a not known", func(l *two) { l.a.Observe(eventsource.Decoded(seven)) }},
		{"one waits for a connection", 0, 0, later, "open 1: a unserved, tick 7: a unserved", func(l *two) {
			*l = two{Log: NewLog()}
			l.a, l.b = l.Construct(1000, Client{}, "/sse", false), l.Construct(1001, Client{Lane: 2}, "/sse", false)
			serve(l.Log, 0, seenRequest(1, 1, 1005), seenHead(1, 1, 200), seenWrite(1, 1, 1015, "id: 7\nevent: tick\ndata: x\n\n"))
			l.a.Observe(eventsource.Decoded(open(1010), seven))
		}},
		{"what repeats is paired in turn", 2, 1, later, "message : a by the server", func(l *two) {
			l.sends("data: x\n\ndata: x\n\ndata: x\n\n", "data: x\n\ndata: x\n\n")
			l.both(message(1020, "message", "", "x"))
			l.both(message(1030, "message", "", "x"))
			l.a.Observe(eventsource.Decoded(message(1040, "message", "", "x")))
		}},
		{"a younger event is given time", 0, 1, 1900, "", func(l *two) { l.a.Observe(eventsource.Decoded(seven)) }},
		{"so is what the server tells of two that differ", 0, 1, 1900, "", func(l *two) {
			l.a.Observe(eventsource.Decoded(seven))
			l.b.Observe(eventsource.Decoded(message(1021, "tick", "7", "z")))
		}},
		{"the page closed one, which saw nothing after", 0, 1, later, "close 2: a by the page", func(l *two) {
			l.sends("", "id: 7\nevent: tick\ndata: x\n\n")
			l.a.Close(1012)
			l.b.Observe(eventsource.Decoded(seven))
		}},
		{"the page closed both", 1, 2, later, "", func(l *two) { l.both(seven); l.a.Close(2000); l.b.Close(7000) }},
		{"both were lost, one was cut later", 0, 3, later, "error 0: b by the server", func(l *two) {
			l.sends("", "")
			serve(l.Log, 0, seenEnd(2, 1, 5000, protocol.ByServer, protocol.EndCut))
			l.both(failed(1100, connecting))
			l.both(open(4100))
			l.b.Observe(eventsource.Decoded(failed(5000, connecting)))
		}},
		{"the server ended both, and one did not see it: the clients'", 0, 1, later, "error 0: a by the clients", func(l *two) {
			l.sends("", "")
			serve(l.Log, 0, seenEnd(1, 1, 1100, protocol.ByServer, protocol.EndCut), seenEnd(2, 1, 1100, protocol.ByServer, protocol.EndCut))
			l.a.Observe(eventsource.Decoded(failed(1101, connecting)))
		}},
		{"the log was cleared: the comparison begins where both saw the same", 1, 0, later, "tick 9: b not known", func(l *two) {
			l.a.Observe(eventsource.Decoded(seven))
			l.Clear()
			l.b.Observe(eventsource.Decoded(seven))
			l.both(eight)
			l.b.Observe(eventsource.Decoded(message(1040, "tick", "9", "z")))
		}},
	} {
		l := newTwo()
		test.happen(l)
		c := Compare(l.a, l.b, test.now)
		var got []string
		for _, d := range c.Differences {
			got = append(got, described(d))
		}
		if s := strings.Join(got, ", "); s != test.want || c.Found != len(got) {
			t.Errorf("%s: got %d differences, %q; want %q", test.name, c.Found, s, test.want)
		}
		if c.Events != test.events || c.States != test.states {
			t.Errorf("%s: got %d events and %d states alike; want %d and %d", test.name, c.Events, c.States, test.events, test.states)
		}
		if c.Limited || c.Gone != strings.Contains(test.name, "cleared") {
			t.Errorf("%s: got limited %v and gone %v", test.name, c.Limited, c.Gone)
		}
		if c.States > 0 && c.Apart != 2 {
			t.Errorf("%s: got %v ms apart; want 2", test.name, c.Apart)
		}
	}
}

func TestALongStreamIsComparedFromItsBeginning(t *testing.T) {
	l := newTwo()
	runs := benchRuns(10_000, true)
	for _, r := range runs {
		l.a.Observe(r)
	}
	for i := range 3 * MaxCompared {
		if e := runs[0].Slice(i, i+1)[0]; i != 1000 {
			l.b.Observe(eventsource.Decoded(e))
		}
	}
	c := Compare(l.a, l.b, 1e6)
	if c.Events != MaxCompared-1 || !c.Limited || c.Found > 0 { // what is missing came less than a second before the end
		t.Errorf("got %d events alike, limited %v, and %d differences", c.Events, c.Limited, c.Found)
	}
	l = newTwo()
	for i := range 3 * MaxDifferences {
		l.a.Observe(eventsource.Decoded(message(2000+float64(i), "tick", fmt.Sprint(i), "")))
	}
	if c := Compare(l.a, l.b, 1e6); c.Found != 3*MaxDifferences || len(c.Differences) != MaxDifferences {
		t.Errorf("got %d differences of %d; want %d of %d", len(c.Differences), c.Found, MaxDifferences, 3*MaxDifferences)
	}
}

func TestOverHTTP2AHundredHaveRoom(t *testing.T) {
	l := NewLog()
	starved := func() (numbers []int) {
		for _, s := range l.Starved() {
			numbers = append(numbers, s.State().Source)
		}
		return numbers
	}
	for n := 1; n <= Streams+2; n++ {
		s := l.Construct(float64(n), Client{Lane: n + 1}, "/", false)
		if n <= Streams {
			l.Serve(protocol.Seen{Kind: protocol.SeenRequest, Source: n, Attempt: 1, Proto: "HTTP/2", Stream: 2*n - 1}, 0)
			s.Observe(eventsource.Decoded(open(float64(n))))
		}
		if n == 7 && (len(starved()) != 0 || !l.Multiplexed() || l.Room() != Streams) {
			t.Errorf("got room for %d, and %v that wait; want room for %d", l.Room(), starved(), Streams)
		}
	}
	if got, want := starved(), []int{Streams + 1, Streams + 2}; !slices.Equal(got, want) {
		t.Errorf("got %v that wait; want %v", got, want)
	}
	l.Newest(3).Close(1000)
	if got := starved(); len(got) != 0 {
		t.Errorf("got %v that wait when one was closed; want none", got)
	}
}

func TestTheCurrentSources(t *testing.T) {
	l := NewLog()
	names := func(sources []*Source) (names []string) {
		for _, s := range sources {
			names = append(names, s.Name())
		}
		return names
	}
	is := func(what string, sources []*Source, want ...string) {
		t.Helper()
		if got := names(sources); !slices.Equal(got, want) {
			t.Errorf("%s: got %q; want %q", what, got, want)
		}
	}
	is("before any was made", l.Current())
	for lane := 2; lane <= 7; lane++ {
		s := l.Construct(1, Client{Lane: lane}, "/", false)
		if lane < 7 {
			s.Observe(eventsource.Decoded(open(10)))
		}
	}
	l.Construct(1, Client{}, "/", false)
	is("the subject is made last", l.Current(), "EventSource 1", "EventSource 2", "EventSource 3", "EventSource 4", "EventSource 5", "EventSource 6", "EventSource 7")
	is("five are open", l.Starved())
	l.Newest(7).Observe(eventsource.Decoded(open(10)))
	is("six are open, and the seventh waits", l.Starved(), "EventSource 7")
	l.Newest(2).Close(20)
	is("one that is closed stays", l.Current()[:1], "EventSource 1")
	is("there is a connection for the seventh", l.Starved())
	for _, s := range l.Current() {
		s.Close(30)
	}
	l.Construct(30, Client{}, "/", false)
	is("another begins: those before it were beside one before", l.Current(), "EventSource 8")
}

func BenchmarkCompare(b *testing.B) {
	for _, shape := range benchShapes {
		b.Run(shape.name, func(b *testing.B) {
			l := newTwo()
			for _, r := range benchRuns(shape.size, shape.lazy) {
				l.a.Observe(r)
				l.b.Observe(r)
			}
			b.ReportAllocs()
			for b.Loop() {
				Compare(l.a, l.b, 1e6)
			}
		})
	}
}
