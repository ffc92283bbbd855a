// Package compare is the comparison of three clients: EventSource, the Go engine over fetch, and WebSocket.
//
// A [Row] is an experiment: scenarios that are played to each of them, what is done meanwhile, and what is measured of their traces.
// It is data; whoever has a browser plays it, and makes a [Run] of what was observed. [Run.Measure] reads figures out of that, and
// [Run.Say] says them in a language. Nothing is quoted: what was not observed has no figure.
package compare

import (
	"eventsource-playground/trace"
)

// Row is one line of the table.
type Row struct {
	Name  string // in links and files
	Title string // English, as is all that is said here; zh.json has it in Chinese
	About string // what is done, in a sentence
	Parts []Part

	// Undrawn is whether nothing of it is drawn before a part is over, since what a page does meanwhile would be measured, too.
	Undrawn bool

	measure func(r *Run, f Figures)
	cells   [3][]line // by trace.ClientKind
	notes   []line    // their conditions name figures with whose they are
}

// Part is some clients that are open at once, on a clock of their own. Parts follow each other.
type Part struct {
	Title string // "" if it is the row's
	Plays []Play
	Do    Do   // beyond opening them
	With  bool // it begins together with the part before it

	// Over reports whether all is there that is waited for; nil: Do says so. See Settle.
	Over func(p *Played) bool
	Most float64 // milliseconds, then it is over whatever is missing
}

// Settle is how long nothing must come until a part that is over ends, and SettleMost how long that is waited for, in milliseconds: the
// server's side comes on a way of its own.
const (
	Settle     = 250
	SettleMost = 3000
)

// Play is one client.
type Play struct {
	Client   trace.ClientKind
	Scenario string   // of the library
	Listen   []string // types beyond message
	Method   string   // of the Go engine; "": GET
	ByHand   bool     // a WebSocket, reconnected by hand
	Drawn    bool     // its events are parts of a picture
}

// Do is what is done while a part's clients are open.
type Do uint8

// What can be done.
const (
	Watch Do = iota
	Speak    // each sends Messages messages, one after the other comes back
	Fill     // more of the same are opened, until one waits or fails
	Block    // nothing is read for BlockFor, while the server sends
)

// AllTakes is about how long it takes to play all rows, in milliseconds, on a machine that is not busy.
const AllTakes = 45_000

// What is done, how much of it.
const (
	Messages = 10
	BlockFor = 1000 // milliseconds
	FillMost = 400  // clients, far more than any browser opens
	FillWait = 1000 // milliseconds without an open or an error: it waits
)

// Run is a row as it was played.
type Run struct {
	Row    *Row
	Parts  []*Played
	Secure bool // the page came over https
	Took   float64

	// Of the server's clock, in milliseconds: what must be added to it to get the page's, and how well that is known.
	Offset, Uncertainty float64

	Lines int // of the code that reconnects a WebSocket by hand
}

// Played is a part as it was played.
type Played struct {
	*Part
	Log    *trace.Log
	First  []*trace.Source // of each play the first; nil: it could not be made
	Began  float64         // on the performance clock
	Ended  float64
	Extras []Extra // of each play
}

// Extra is what is known of a play beside its trace.
type Extra struct {
	Refused string    // why it could not be made
	Trips   []float64 // milliseconds, of Speak
	Opened  int       // of Fill
	Failed  bool      // the next one failed, or else it waited
	Blocked [2]float64
	Handled float64 // milliseconds, in our listeners, of what is Drawn
	Done    float64 // when the last piece of the picture was drawn, on the performance clock
	Bytes   int     // of the picture
	Sum     uint32  // of them: equal pictures have equal sums
	NoSend  bool    // the client has no method for it
	Types   int     // events that it was told of, whatever it listened to
}

// HTTP2 reports whether a play's requests went over HTTP/2.
func (p *Played) HTTP2() bool {
	all, _ := p.Log.Exchanges()
	return len(all) > 0 && all[0].Request.Proto >= "HTTP/2"
}
