// Package eventsource has two clients of an event stream: the browser's own EventSource (HTML 9.2.2), and a [Stream] in Go that does
// the same and tells what that hides; and, to compare with them, the browser's [WebSocket]. In a page each is a [Source], and they
// report their events alike.
//
// [New] constructs the browser's object, listens to it and reports what it did. It reconnects nothing, and drops nothing.
// Outside a browser it returns [ErrUnsupported].
//
// What is buffered: the stream's events gather for 16 ms from the first on, in a tab that is hidden for as long as its
// timers take, and are then reported in runs of at most 4,096. The browser's own open and error are reported at once, and so is, before
// them and before Close, all that has gathered. Each event's TimeStamp is its own, however late the report.
//
// What is inferred: all else is read from the object or from its events, but a stream's event is not asked for the
// readyState at its dispatch. It is given that of the browser's own open or error before it, since nothing else changes it
// while events are dispatched; and all events of a run are given the origin of the first, since a connection has only one.
//
// # In a Go program
//
// A [Stream] is an EventSource in Go: it connects, reconnects and gives up as HTML 9.2 says, and tells why.
//
//	stream, err := eventsource.NewStream(ctx, "https://example.org/news", eventsource.StreamOptions{})
//	if err != nil {
//		return err
//	}
//	for event := range stream.Messages() {
//		fmt.Println(event.Type, event.LastEventID, event.Data)
//	}
//	return stream.Err() // why it ended; it reconnects by itself before
//
// Where it differs from a browser, for want of one:
//
//	addresses      are absolute: there is no page that they would be relative to
//	CORS           there is none, and no Origin is sent
//	cookies        are those of the http.Client's Jar, whatever the origin
//	connections    are not limited to six for a host
//	Last-Event-ID  with control characters cannot be sent by net/http, and ends the Stream with an Unsendable
//	long waits     end after 292 years, the longest time.Duration
//
// # In a page
//
// There [Engine] runs a Stream over fetch, for what no EventSource can reach: a request with a method, headers or a body of its own.
// Where it differs from an EventSource, because fetch does:
//
//	open            comes with the headers in Chromium, in Firefox with the first byte of the body
//	a failure       of DNS, of TLS, a refused connection and CORS are one TypeError, so it tries again where EventSource gives up
//	an abrupt end   that comes together with the headers may take bytes along, in Chromium. Later nothing is lost: a read is always
//	                pending, also while events are handled, up to 16 MiB ahead
//	a short gzip    body ends as if it were whole
//	a frozen page   never reads on: after it the request is aborted and made again, with ErrFrozen as the cause
//	a navigation    that is answered 204 ends the connection in Firefox, and the Stream reconnects
//	Last-Event-ID   and headers of one's own make another origin's server be asked first, with OPTIONS
//	Close           leaves the socket of a redirected request open in Firefox, until the server ends it
//	addresses       have no user and no password in them: send Authorization
package eventsource

import (
	"errors"
	"strconv"
	"strings"
)

// ErrUnsupported says that there is no EventSource here: a browser without it, or no browser at all.
var ErrUnsupported = errors.New("eventsource: this browser has no EventSource")

// ReadyState is the state of the connection, as EventSource.readyState gives it (HTML 9.2.2).
type ReadyState uint8

const (
	// Connecting: no connection yet, or it was lost and the browser is going to reconnect.
	Connecting ReadyState = 0
	// Open: the response's headers were accepted and events are dispatched as they arrive.
	Open ReadyState = 1
	// Closed: the browser will not try again, because it gave up or because close() was called.
	Closed ReadyState = 2
)

// String gives the constant's name in the standard: CONNECTING, OPEN or CLOSED.
func (s ReadyState) String() string {
	switch s {
	case Connecting:
		return "CONNECTING"
	case Open:
		return "OPEN"
	case Closed:
		return "CLOSED"
	case Closing:
		return "CLOSING"
	}
	return "readyState " + strconv.Itoa(int(s))
}

// Kind tells the browser's own events from those of the stream. A stream can dispatch an event of the type "open" or
// "error" to the same listeners: those are MessageEvents, and Messages here.
type Kind uint8

const (
	// Opened is the browser's own open event: the connection was announced (HTML 9.2.3).
	Opened Kind = iota
	// Message is an event of the stream, of whatever type.
	Message
	// Failed is the browser's own error event: a plain Event that says nothing of the cause. Its ReadyState tells
	// whether the browser will reconnect (Connecting) or gave up (Closed).
	Failed
	// Ended is a WebSocket's close event. Its Err is a *[CloseEvent], or why there never was one.
	Ended
	// Dialed is a WebSocket that reconnects by hand: a new one was made.
	Dialed
)

// Event is one event that the browser dispatched, as a listener saw it.
type Event struct {
	Kind       Kind
	TimeStamp  float64    // the event's own timeStamp: milliseconds on the page's performance clock
	ReadyState ReadyState // at the moment of dispatch; of a Message, inferred: see the package's comment
	Type       string     // the event's type: "open", "error", "message", or the name that the stream gave it

	Err error // of a Failed of a Stream: why, see Stream.Err. The browser's own tells nothing. Of an Ended what it says

	// Of a Message only.
	Data        string
	LastEventID string // the last event ID string of the source when it dispatched the event, not this event's own id
	Origin      string // of the response's final URL, after redirects
}

// Options are what the constructor takes, and what is listened to from the start.
type Options struct {
	WithCredentials bool     // send cookies to, and accept them from, another origin (CORS mode include)
	Listen          []string // types beyond open, message and error, which are always listened to
	Init            string   // a JSON object of further members for the constructor's second argument: no browser takes any
}

// Exception is a DOMException that the browser threw, for instance a SyntaxError for a URL that it can't parse.
type Exception struct {
	Name    string // such as "SyntaxError"
	Message string // in the browser's own words
}

func (e *Exception) Error() string { return e.Name + ": " + e.Message }

// Events is a run of events in the order of their dispatch. A short run is decoded; a long one, taken under a
// firehose, keeps what it was made of and decodes only the part that is asked for.
type Events struct {
	decoded []Event
	length  int
	size    int
	decode  func(from, to int) []Event
	texts   func(from, to int, yield func(typ, data, lastEventID string))
}

// Decoded makes a run of events that are at hand.
func Decoded(events ...Event) Events {
	size := 0
	var before Event
	for _, e := range events {
		size += len(e.Data) + e.own(before)
		before = e
	}
	return Events{decoded: events, length: len(events), size: size}
}

// own is how many characters, but for its data, an event has that are not those of the one before.
func (e Event) own(before Event) (size int) {
	for _, pair := range [][2]string{{e.Type, before.Type}, {e.LastEventID, before.LastEventID}, {e.Origin, before.Origin}} {
		if pair[0] != pair[1] {
			size += len(pair[0])
		}
	}
	return size
}

// share keeps strings once that an event has in common with the one before it, and copies the others, which are parts of
// a long one. Data is left alone: a run is let go of as a whole, and two events seldom have the same.
func share(before Event, events []Event) {
	for i := range events {
		e := &events[i]
		for _, pair := range [][2]*string{{&e.Type, &before.Type}, {&e.LastEventID, &before.LastEventID}, {&e.Origin, &before.Origin}} {
			if *pair[0] == *pair[1] {
				*pair[0] = *pair[1]
			} else {
				*pair[0] = strings.Clone(*pair[0])
			}
		}
		before = *e
	}
}

// Lazy makes a run of n events, with size characters in all, that decode yields when they are asked for:
// those from (included) to (excluded).
func Lazy(n, size int, decode func(from, to int) []Event) Events {
	return Events{length: n, size: size, decode: decode}
}

// WithTexts has the texts of a lazy run read by a function of its own, which costs less than to decode all.
func (e Events) WithTexts(texts func(from, to int, yield func(typ, data, lastEventID string))) Events {
	e.texts = texts
	return e
}

// Len is the number of events in the run.
func (e Events) Len() int { return e.length }

// Size is about how many characters the run holds, of data, types, ids and origins. Those that an event has in common with
// the one before are kept once, and counted once.
func (e Events) Size() int { return e.size }

// SizeAfter is Size without what the run's first event has in common with the one that was observed before.
func (e Events) SizeAfter(before, first Event) int {
	return max(0, e.size-first.own(Event{})+first.own(before))
}

// Lazy reports whether the run is decoded only when asked for: reading one costs a few calls into the browser.
func (e Events) Lazy() bool { return e.decode != nil }

// Slice yields the events from (included) to (excluded). The caller must not change them.
func (e Events) Slice(from, to int) []Event {
	if e.decode != nil {
		return e.decode(from, to)
	}
	return e.decoded[from:to]
}

// Texts yields what a search looks at, of the events from (included) to (excluded).
func (e Events) Texts(from, to int, yield func(typ, data, lastEventID string)) {
	if e.texts != nil {
		e.texts(from, to, yield)
		return
	}
	for _, event := range e.Slice(from, to) {
		yield(event.Type, event.Data, event.LastEventID)
	}
}
