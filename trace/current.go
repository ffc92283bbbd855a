package trace

import (
	"slices"
	"strconv"

	"eventsource-playground/eventsource"
	"eventsource-playground/order"
)

// Name is its kind and its number, which no other source of this log has: EventSource 3.
func (s *Source) Name() string { return Named(s.Kind, s.number) }

// Named is the name of the source of a kind that has a number.
func Named(kind ClientKind, number int) string { return kind.String() + " " + strconv.Itoa(number) }

// Current are the newest sources of the lanes, in the order in which they were made, but for those that were over when
// the subject's was made: they were beside one before it.
func (l *Log) Current() []*Source {
	var current []*Source
	began := l.Newest(1).State().NewAt
	for _, s := range l.newest {
		if s != nil && (s.now.Live() || s.now.Since > began) {
			current = append(current, s)
		}
	}
	return order.ByNumber(current, func(s *Source) int { return s.number })
}

// Connections is how many a browser opens to a host over HTTP/1.1, for all its tabs together.
const Connections = 6

// Streams is how many requests at once our server offers on a connection over HTTP/2, for all that a browser shows of it.
const Streams = 100

// Requests are the current sources whose streams are responses: a WebSocket has a connection of its own, for which a browser has
// other limits.
func (l *Log) Requests() []*Source {
	return slices.DeleteFunc(l.Current(), func(s *Source) bool { return s.Kind == WebSocket })
}

// Multiplexed reports whether what is current came over HTTP/2, where streams share one connection.
func (l *Log) Multiplexed() bool {
	current := l.Requests()
	for _, e := range slices.Backward(l.served.exchanges) {
		if slices.Contains(current, e.source) {
			return e.Request.Proto >= "HTTP/2"
		}
	}
	return false
}

// Room is how many streams can be open at once.
func (l *Log) Room() int {
	if l.Multiplexed() {
		return Streams
	}
	return Connections
}

// Starved are the current sources that wait for a connection, or for room in the one that they share, as far as can be known from
// what this page does: they are CONNECTING while as many others are OPEN as there is room for. After an error that is not known: a
// browser lets its reconnection time pass first.
func (l *Log) Starved() []*Source {
	open, starved := 0, []*Source(nil)
	for _, s := range l.Requests() {
		switch {
		case s.now.ReadyState == eventsource.Open:
			open++
		case s.now.ReadyState == eventsource.Connecting && !s.now.Waiting:
			starved = append(starved, s)
		}
	}
	if open < Connections || open < l.Room() {
		return nil
	}
	return starved
}
