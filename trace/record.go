// Package trace is the record of what was observed, and pure views over it: spans, marks, counters, facts.
//
// A [Log] is append-only. Everything that the page shows is a function of it, so a saved trace shows the same screen.
package trace

import (
	"encoding/json"

	"eventsource-playground/eventsource"
)

// Observer names who saw a thing, so that a learner knows what their own code will be able to see.
type Observer string

// Page is the browser's EventSource and its events: all that a script of one's own can see.
const Page Observer = "page"

// Kind is what happened.
type Kind string

const (
	Construct Kind = "construct" // new EventSource was called
	Open      Kind = "open"      // the browser's own open event
	Message   Kind = "message"   // an event of the stream, of whatever type
	Error     Kind = "error"     // the browser's own error event
	Close     Kind = "close"     // close() was called
)

// Record is one observation.
type Record struct {
	Seq        int     // its number in the log, from 0; clearing does not start again
	Source     int     // which EventSource of this page, from 1
	At         float64 // milliseconds on the page's performance clock; of an event, its own timeStamp
	T          float64 // milliseconds since New of its source
	Observer   Observer
	Kind       Kind
	ReadyState eventsource.ReadyState // at that moment

	Type        string // of an event: open, error, message or the name that the stream gave it
	Data        string // of a Message, as are the next two
	LastEventID string
	Origin      string

	URL             string // of a Construct, as is the next
	WithCredentials bool
}

// AppendJSON appends the record as one line of JSON Lines, with the newline: t is milliseconds since New, timeStamp the
// event's own.
func (r Record) AppendJSON(b []byte) []byte {
	line := struct {
		T               float64  `json:"t"`
		Observer        Observer `json:"observer"`
		Kind            Kind     `json:"kind"`
		ReadyState      uint8    `json:"readyState"`
		Type            string   `json:"type,omitempty"`
		Data            *string  `json:"data,omitempty"`
		LastEventID     *string  `json:"lastEventId,omitempty"`
		Origin          string   `json:"origin,omitempty"`
		URL             string   `json:"url,omitempty"`
		WithCredentials *bool    `json:"withCredentials,omitempty"`
		Source          int      `json:"source"`
		TimeStamp       float64  `json:"timeStamp"`
	}{
		T: r.T, Observer: r.Observer, Kind: r.Kind, ReadyState: uint8(r.ReadyState), Type: r.Type, Origin: r.Origin,
		URL: r.URL, Source: r.Source, TimeStamp: r.At,
	}
	switch r.Kind {
	case Message:
		line.Data, line.LastEventID = &r.Data, &r.LastEventID
	case Construct:
		line.WithCredentials = &r.WithCredentials
	}
	encoded, err := json.Marshal(line)
	if err != nil {
		return b // unreachable: a struct of strings and finite numbers
	}
	return append(append(b, encoded...), '\n')
}
