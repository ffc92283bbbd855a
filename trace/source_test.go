package trace

import (
	"fmt"
	"slices"
	"testing"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
)

func TestSourcesLiveAtOnceEachWithItsOwn(t *testing.T) {
	l := NewLog()
	a := l.Construct(1000, Client{}, "/a", false)
	b := l.Construct(1001, Client{Lane: 2, Label: "beside"}, "/b", true)
	a.Listen([]string{"message"})
	a.Observe(eventsource.Decoded(open(1010), message(1020, "message", "7", "x"), failed(1030, connecting)))
	b.Observe(eventsource.Decoded(open(1012)))
	b.Observe(lazyRun(300, 1013, 1014))
	a.Observe(eventsource.Decoded(open(4030)))
	serve(l, 0, seenRequest(1, 1, 1005), seenHead(1, 1, 200), seenRequest(2, 1, 1006), seenHead(2, 1, 200),
		seenWrite(1, 1, 1020, "id: 7\ndata: x\n\n"), seenWrite(2, 1, 1021, "event: tick\ndata: y\n\n"), seenRequest(1, 2, 4020))
	check(t, "state of a", a.State(), State{
		Source: 1, NewAt: 1000, ReadyState: opened, Since: 4030, By: ToOpen, URL: "/a", LastEventID: "7", Opened: true, Wait: Wait{1030, 4030},
	})
	check(t, "state of b", b.State(), State{Source: 2, NewAt: 1001, ReadyState: opened, Since: 1012, By: ToOpen, URL: "/b", Opened: true, Events: 300})
	check(t, "events of a and b", fmt.Sprint(a.Counts().Events, b.Counts().Events), "1 300")
	check(t, "reconnections of a and b", fmt.Sprint(a.Counts().Reconnections(), b.Counts().Reconnections()), "1 0")
	check(t, "states of a and b", fmt.Sprint(len(a.Spans(0, 1e9)), len(b.Spans(0, 1e9))), "4 2")
	check(t, "marks of a and b", fmt.Sprint(sum(a.Marks(0, 1e9, 10)), sum(b.Marks(0, 1e9, 10))), "5 302")
	check(t, "predicted of a and b", fmt.Sprint(a.Predicted(), b.Predicted()), "1 1")
	check(t, "unheard of a and b", fmt.Sprint(a.Unheard(), b.Unheard()), "[] [{tick 1}]")
	check(t, "requests of a and b", fmt.Sprint(len(a.Exchanges()), len(b.Exchanges())), "2 1")
	check(t, "what happened to a, and to all", fmt.Sprint(len(l.Facts(5000, 1, 100)), len(l.Facts(5000, 2, 100)), len(l.Facts(5000, 0, 100))), "8 6 14")

	v := NewView(l)
	check(t, "all records in view", v.Len(), 307)
	v.SetFilter(Filter{Lane: 1})
	v.Scan(1000)
	check(t, "records of a lane in view", v.Len(), 5)
	for _, r := range v.Rows(0, 5) {
		check(t, "source in view", r.Source, 1)
	}

	b.Close(5000)
	check(t, "a lives on", a.State().Live(), true)
	check(t, "the newest of lanes", fmt.Sprint(l.Newest(1) == a, l.Newest(2) == b, l.Newest(3) == nil, l.Lanes()), "true true true 2")
}

// What was told of several sources comes in runs: in the log in the order of telling, of each in the order of time.
func TestRunsOfSourcesInTurn(t *testing.T) {
	l := NewLog()
	l.maxRecords = 100
	var sources []*Source
	for i := range 3 {
		sources = append(sources, l.Construct(float64(i), Client{Lane: i + 1}, "/", false))
	}
	for at := 100.0; at < 200; at++ {
		for i, s := range sources {
			s.Observe(eventsource.Decoded(evenly(1+i, at, at+0.5)...))
		}
	}
	total := 0
	for i, s := range sources {
		marks := s.Marks(0, 1e9, 0.01)
		total += sum(marks)
		if !slices.IsSortedFunc(marks, func(a, b Mark) int { return int(a.At*100 - b.At*100) }) {
			t.Errorf("source %d: got marks out of order", i+1)
		}
		check(t, "events counted", s.Counts().Events, 100*(1+i))
	}
	check(t, "marks of all that is kept", total, 100)
	check(t, "kept and dropped", l.Len()+l.Dropped(), 603)
}

func TestASourceOfWhichNothingIsKeptIsForgotten(t *testing.T) {
	l := NewLog()
	l.maxRecords = 10
	first := l.Construct(1, Client{}, "/", false)
	first.Close(2)
	beside := l.Construct(3, Client{Lane: 2}, "/", false)
	second := l.Construct(4, Client{}, "/", false)
	second.Observe(lazyRun(10, 5, 6))
	check(t, "one that is over", l.Source(1), nil)
	check(t, "one that lives", l.Source(2), beside)
	check(t, "the newest", l.Source(3), second)
	second.Close(7)
	beside.Observe(lazyRun(10, 8, 9))
	check(t, "the newest of its lane, though it is over", l.Source(3), second)
	check(t, "its state", second.State().ReadyState, closed)
	l.Clear()
	check(t, "the same, cleared", l.Newest(1), second)
	check(t, "its counts, cleared", second.Counts(), Counts{})
}

// The server is restarted in the middle of a stream: what was recorded stays where it was, and what comes is counted on.
func TestAnotherServer(t *testing.T) {
	l := servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, stream), seenWrite(1, 1, 1003, "id: 4\ndata: a\n\nid: 5\ndata: ha"))
	l.Observe(eventsource.Decoded(open(1010), failed(3200, connecting)))
	l.NewEpoch(3300)
	serve(l.Log, 6000, seenRequest(1, 1, 200, header("Last-Event-ID", "4")), headAt(1, 200, 201, stream), seenWrite(1, 1, 202, "data: b\n\n"))
	l.ShiftServer(100)
	e, _ := l.Exchanges()
	if len(e) != 2 {
		t.Fatalf("got %d requests; want 2", len(e))
	}
	check(t, "attempts", fmt.Sprint(e[0].Attempt, e[1].Attempt), "1 2")
	check(t, "the first request's time stays", e[0].At, 1001)
	check(t, "the second's moves with its server's clock", e[1].At, 6300)
	check(t, "whether they are over", fmt.Sprint(e[0].Over(), e[0].Unknown, e[0].EndAt, e[1].Over()), "true true 3300 false")
	check(t, "lines of the second", outcomes(e[1]), "data: b=field =dispatched")
	check(t, "its last event ID, as the browser keeps it", e[1].Lines[1].Event.LastEventID, "4")
	check(t, "sent in the first, and in the second", fmt.Sprint(e[0].Sent, e[1].Sent), "29 9")
	l.NewEpoch(9000)
	serve(l.Log, 9000, seenRequest(1, 1, 1))
	e, _ = l.Exchanges()
	check(t, "the third attempt", e[2].Attempt, 3)
	var names []FactName
	for _, f := range l.Facts(10_000, 100) {
		if f.Observer == Server {
			names = append(names, f.Name)
		}
	}
	slices.Reverse(names)
	if want := []FactName{FactStream, FactNewServer, FactStream, FactNewServer, FactRequest}; !slices.Equal(names, want) {
		t.Errorf("got %v; want %v", names, want)
	}
}

// One of several servers receives the next attempt, and then is gone: what the others know goes on.
func TestSeveralServers(t *testing.T) {
	at := func(server string, seen protocol.Seen) protocol.Seen {
		seen.Server = server
		return seen
	}
	l := servedLog(at("a-1", seenRequest(1, 1, 1001)), at("a-1", headAt(1, 200, 1002, stream)))
	l.Observe(eventsource.Decoded(open(1010), failed(3200, connecting)))
	serve(l.Log, 0, at("b-1", seenRequest(1, 2, 6200)), at("b-1", headAt(2, 200, 6201, stream)))
	l.LoseServer("b-1", 9000)
	l.MoveChannel("c-1", 9500)
	e, _ := l.Exchanges()
	check(t, "whether they are over", fmt.Sprint(e[0].Over(), e[1].Over(), e[1].Unknown, e[1].EndAt), "false true true 9000")
	var names []string
	for _, f := range l.Facts(10_000, 100) {
		if f.Name == FactOtherServer || f.Name == FactServerGone || f.Name == FactChannelMoved {
			names = append(names, f.Type)
		}
	}
	check(t, "what is said of servers, the newest first", fmt.Sprint(names), "[c-1 b-1 b-1]")
}

// A WebSocket has a connection of its own: however many are open, no other source waits for it, and it waits for none.
func TestAWebSocketTakesNoPlaceOfARequest(t *testing.T) {
	l := NewLog()
	for lane := range Connections {
		s := l.Construct(1, Client{Kind: WebSocket, Lane: lane + 2}, "ws://host/ws", false)
		s.Observe(eventsource.Decoded(eventsource.Event{Kind: eventsource.Opened, Type: "open", TimeStamp: 2, ReadyState: eventsource.Open}))
	}
	l.Construct(3, Client{Kind: WebSocket, Lane: Connections + 2}, "ws://host/ws", false)
	es := l.Construct(4, Client{Kind: EventSource, Lane: 1}, "http://host/sse", false)
	check(t, "those that wait", len(l.Starved()), 0)
	if got := l.Requests(); len(got) != 1 || got[0] != es {
		t.Errorf("got %d sources with a request; want the EventSource alone", len(got))
	}
}

// A WebSocket goes the ways of its own machine, and a reconnection by hand is a new one in the same lane.
func TestAWebSocketsStates(t *testing.T) {
	over := func(at float64, code int, returns float64) eventsource.Event {
		return eventsource.Event{Kind: eventsource.Ended, Type: "close", TimeStamp: at, ReadyState: eventsource.Closed, Err: &eventsource.CloseEvent{Code: code, Returns: returns}}
	}
	open := func(at float64) eventsource.Event {
		return eventsource.Event{Kind: eventsource.Opened, Type: "open", TimeStamp: at, ReadyState: eventsource.Open}
	}
	dialed := func(at float64) eventsource.Event {
		return eventsource.Event{Kind: eventsource.Dialed, Type: "connecting", TimeStamp: at, ReadyState: eventsource.Connecting}
	}
	failed := func(at float64) eventsource.Event {
		return eventsource.Event{Kind: eventsource.Failed, Type: "error", TimeStamp: at, ReadyState: eventsource.Closed}
	}
	for _, test := range []struct {
		name   string
		events []eventsource.Event
		close  float64 // when close() is called after these; 0: never
		then   []eventsource.Event

		state   eventsource.ReadyState
		number  int
		by      Transition
		live    bool
		reopens int
		wait    float64
	}{
		{name: "closed by the server", events: []eventsource.Event{open(10), over(20, 1000, -1)}, state: eventsource.Closed, number: 3, by: OpenToClose},
		{name: "lost, with an error event before", events: []eventsource.Event{open(10), failed(20), over(20, 1006, -1)}, state: eventsource.Closed, number: 3, by: OpenToClose},
		{name: "refused", events: []eventsource.Event{failed(10), over(10, 1006, -1)}, state: eventsource.Closed, number: 3, by: ToClosed},
		{name: "close() was called", events: []eventsource.Event{open(10)}, close: 20, state: eventsource.Closing, number: 2, by: ToClosing, live: true},
		{name: "closed after close()", events: []eventsource.Event{open(10)}, close: 20, then: []eventsource.Event{over(30, 1005, -1)}, state: eventsource.Closed, number: 3, by: ClosingToClosed},
		{name: "closed, and to be reconnected", events: []eventsource.Event{open(10), over(20, 1006, 500)}, state: eventsource.Closed, number: 3, by: OpenToClose, live: true},
		{name: "close() during that wait", events: []eventsource.Event{open(10), over(20, 1006, 500)}, close: 30, then: []eventsource.Event{over(30, 1005, -1)}, state: eventsource.Closed, number: 3, by: ToClosed},
		{name: "on the way back", events: []eventsource.Event{open(10), over(20, 1006, 500), dialed(520)}, state: eventsource.Connecting, number: 0, by: ByHand, live: true},
		{name: "back again", events: []eventsource.Event{open(10), over(20, 1006, 500), dialed(520), open(530)}, state: eventsource.Open, number: 1, by: ToOpen, live: true, reopens: 1, wait: 510},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := NewLog()
			s := l.Construct(1, Client{Kind: WebSocket}, "ws://host/ws", false)
			s.Observe(eventsource.Decoded(test.events...))
			if test.close > 0 {
				s.Close(test.close)
			}
			s.Observe(eventsource.Decoded(test.then...))
			state := s.State()
			check(t, "readyState", state.ReadyState, test.state)
			check(t, "its number", s.Kind.Number(state.ReadyState), test.number)
			check(t, "by", state.By, test.by)
			check(t, "live", state.Live(), test.live)
			check(t, "reconnections", s.Counts().Reconnections(), test.reopens)
			check(t, "wait", state.Wait.Milliseconds(), test.wait)
		})
	}
}
