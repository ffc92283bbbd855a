// Package trace is the record of what was observed, and pure views over it: spans, marks, counters, facts.
//
// A [Log] is append-only. Everything that the page shows is a function of it, so a saved trace shows the same screen.
package trace

import (
	"encoding/json"
	"math"

	"eventsource-playground/eventsource"
)

// Observer names who saw a thing, so that a learner knows what their own code will be able to see.
type Observer string

const (
	Page   Observer = "page"   // the browser's EventSource and its events: all that a script of one's own can see
	Server Observer = "server" // our own server: requests, responses, and how they ended
	Wire   Observer = "wire"   // the bytes of the response, decoded as HTML 9.2.6 says
	Itself Observer = "client" // what a Go engine sees of another server's stream
)

// Kind is what happened.
type Kind string

const (
	Construct Kind = "construct" // new EventSource was called
	Open      Kind = "open"      // the browser's own open event
	Message   Kind = "message"   // an event of the stream, of whatever type
	Error     Kind = "error"     // the browser's own error event
	Close     Kind = "close"     // close() was called

	// Of a WebSocket alone.
	Ended  Kind = "closed"     // the close event; the Cause is what it says
	Dialed Kind = "connecting" // a new one was made, by hand
	Sent   Kind = "send"       // send() was called
)

// Record is one observation.
type Record struct {
	Seq        int // its number in the log, from 0; clearing does not start again
	Client     ClientKind
	Source     int     // which source of this page, from 1
	At         float64 // milliseconds on the page's performance clock; of an event, its own timeStamp
	T          float64 // milliseconds since New of its source
	Observer   Observer
	Kind       Kind
	ReadyState eventsource.ReadyState // at that moment

	Type        string // of an event: open, error, message or the name that the stream gave it
	Data        string // of a Message, as are the next two
	LastEventID string
	Origin      string

	Cause string // of an Error, as far as its client tells; a browser's own does not

	URL             string // of a Construct, as is the next
	WithCredentials bool
}

// AppendJSON appends the record as one line of JSON Lines, with the newline. Every line has the same first seven members;
// what an observation does not have is null, so that no data and empty data are told apart. t is in milliseconds since
// New, to the microsecond; timeStamp is the event's own, exactly. client and source name what observed it: EventSource 3.
func (r Record) AppendJSON(b []byte) []byte {
	line := struct {
		T               float64  `json:"t"`
		Observer        Observer `json:"observer"`
		Kind            Kind     `json:"kind"`
		ReadyState      uint8    `json:"readyState"`
		Type            *string  `json:"type"`
		Data            *string  `json:"data"`
		LastEventID     *string  `json:"lastEventId"`
		Origin          string   `json:"origin,omitempty"`
		Cause           string   `json:"cause,omitempty"`
		URL             string   `json:"url,omitempty"`
		WithCredentials *bool    `json:"withCredentials,omitempty"`
		Client          string   `json:"client"`
		Source          int      `json:"source"`
		TimeStamp       float64  `json:"timeStamp"`
	}{
		T: math.Round(r.T*1000) / 1000, Observer: r.Observer, Kind: r.Kind, ReadyState: uint8(r.Client.Number(r.ReadyState)),
		Origin: r.Origin, Cause: r.Cause, URL: r.URL, Client: r.Client.String(), Source: r.Source, TimeStamp: r.At,
	}
	switch r.Kind {
	case Open, Error:
		line.Type = &r.Type
	case Message:
		line.Type, line.Data, line.LastEventID = &r.Type, &r.Data, &r.LastEventID
	case Sent:
		line.Data = &r.Data
	case Construct:
		line.WithCredentials = &r.WithCredentials
	}
	encoded, err := json.Marshal(line)
	if err != nil {
		panic("trace: " + err.Error()) // a struct of strings and finite numbers always encodes
	}
	return append(append(b, encoded...), '\n')
}
