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

// single is a log and the newest of its sources.
type single struct {
	*Log
	*Source
	listening []string
}

func newSingle() *single { return &single{Log: NewLog()} }

func (l *single) Construct(at float64, url string, withCredentials bool) {
	l.Source = l.Log.Construct(at, Client{}, url, withCredentials)
	l.Source.Listen(l.listening)
}

// bare gives it a source without a record.
func (l *single) bare() *single {
	l.Source = l.newSource(0, Client{})
	return l
}

// Facts are those of all sources.
func (l *single) Facts(now float64, most int) []Fact { return l.Log.Facts(now, 0, most) }

// Exchanges are those of all sources.
func (l *single) Exchanges() ([]*Exchange, int) { return l.Log.Exchanges() }

// spans are those of all sources.
func (l *single) allSpans(from, to float64) (all []Span) {
	for _, s := range l.Sources() {
		all = append(all, s.Spans(from, to)...)
	}
	return all
}

// logOf makes a log with one source, constructed at 1000 ms, that dispatched these events, each a run.
func logOf(events ...eventsource.Event) *single {
	l := newSingle()
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
