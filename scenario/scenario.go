// Package scenario is what the server can be told to do: a notation, its parser and its player.
//
// NOTATION.md, beside this file, is the whole notation. One text is the library's file, the editor's content, the share
// link and the test's input. [Parse] reads it, a [Run] finds the section for a request, and [Section.Play] turns
// that into steps for a server to execute on a connection. This package opens no connection and reads no clock. All that
// a scenario can know of what was sent is in a [Request]: neither a cookie nor, but for a comparison, Authorization.
package scenario

import (
	"time"

	"eventsource-playground/language"
	"eventsource-playground/protocol"
)

// A Scenario is one parsed text. It is read only, so many connections may share it.
type Scenario struct {
	Title   language.Text
	Group   string
	Order   int           // its place in the group; the lowest first
	About   language.Text // what to watch, in a sentence or two
	Listen  []string      // event types
	Connect Connect

	Sections []*Section
	Expect   *Expect // nil: the text does not say
}

// Connect is how the page connects.
type Connect struct {
	SecondOrigin bool // to the second origin that the server opens, instead of the page's own
	Credentials  bool // withCredentials
	Times        int  // so many EventSources at once; at least 1

	// With a client of one's own, since no EventSource can send what the next three say.
	Engine  bool
	Method  string // GET or POST; "": GET
	Headers []protocol.Header
	Body    string // of a POST
}

// Request is what a client that connects like this sends first.
func (c Connect) Request() Request {
	r := Request{Method: c.Method, Body: []byte(c.Body)}
	for _, h := range c.Headers {
		r.SetHeader(h.Name, h.Value)
	}
	return r
}

// A Section is what one request gets, or several.
type Section struct {
	Line  int // of the text, from 1
	Reply Reply
	After time.Duration // nothing is sent before
	For   time.Duration // it is for all requests until so long after its first; 0: for one
	When  Condition
	Head  Head // for Response

	proxy proxy
	body  []op
	end   Action // End, Reset, ResetAll, Truncate or Hold
}

// A Reply is what a request gets.
type Reply uint8

const (
	Response Reply = iota
	Refuse         // the connection is reset before any byte of a response
	Silence        // the connection stays open, without a byte
)

// Head is a response before its body.
type Head struct {
	Status      int
	Header      []Header // all of them, except those that follow from Redirect, CORS and Gzip
	Redirect    Redirect
	Path        string // for RedirectPath: same-origin, begins with one slash
	CORS        CORS
	Credentials bool // Access-Control-Allow-Credentials: true
	Gzip        Gzip
}

// Header is one line of a Head. The name is in canonical form.
type Header struct{ Name, Value string }

// Redirect is the target of a Head's Location.
type Redirect uint8

const (
	NoRedirect     Redirect = iota
	RedirectHere            // to this stream at another address, whose requests are Redirected
	RedirectSecond          // the same on the second origin
	RedirectPath            // to Head.Path
)

// CORS is what a Head's Access-Control-Allow-Origin says.
type CORS uint8

const (
	CORSDefault CORS = iota // what the server sends by default
	CORSNone                // nothing: the header is missing
	CORSAny                 // *
	CORSExact               // the request's Origin
)

// Gzip is whether a response is compressed.
type Gzip uint8

const (
	NoGzip        Gzip = iota
	GzipFlushed        // each Write step can be decompressed as soon as it arrives
	GzipUnflushed      // the compressor may keep data until the end, as one does that knows nothing of streams
)
