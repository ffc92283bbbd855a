package trace

import (
	"strconv"
	"testing"

	"eventsource-playground/eventsource"
)

const (
	connecting = eventsource.Connecting
	opened     = eventsource.Open
	closed     = eventsource.Closed
)

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
func logOf(events ...eventsource.Event) *Log {
	l := NewLog()
	l.Construct(1000, "http://host/sse", false)
	for _, e := range events {
		l.Observe(eventsource.Decoded(e))
	}
	return l
}

// lazyRun is a run of n messages, evenly from one moment to another, that is not decoded. Their data is their number.
func lazyRun(n int, from, to float64) eventsource.Events {
	return lazy(evenly(n, from, to))
}

func evenly(n int, from, to float64) []eventsource.Event {
	events := make([]eventsource.Event, n)
	for i := range events {
		events[i] = message(from+float64(i)*(to-from)/float64(max(1, n-1)), "tick", "", strconv.Itoa(i))
	}
	return events
}

// lazy makes a run that is not decoded of events.
func lazy(events []eventsource.Event) eventsource.Events {
	return eventsource.Lazy(len(events), eventsource.Decoded(events...).Size(), func(from, to int) []eventsource.Event { return events[from:to] })
}

func check[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v; want %v", what, got, want)
	}
}
