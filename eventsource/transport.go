package eventsource

import (
	"context"
	"io"

	"eventsource-playground/sse"
)

// A Transport makes a request, follows redirects, and returns once the head of the last response is there. When ctx is done,
// the body's Read fails. There are two: HTTP over net/http, and in a page Fetch.
type Transport func(ctx context.Context, r Request) (Response, error)

// Request is what a Stream asks for.
type Request struct {
	Method          string // "": GET
	URL             string
	Header          map[string]string // replaces the Stream's own
	Body            []byte
	LastEventID     string // "": no header
	WithCredentials bool
}

// Response is what came.
type Response struct {
	URL         string // after redirects
	Status      int
	ContentType string // all of that name, joined by ", "
	Header      map[string][]string
	Filter      Filter // which of the headers can be read
	Body        io.ReadCloser

	TimeStamp float64 // when its head was there, as an Event's; the Stream sets it
}

// Filter is which of a response's headers can be read (Fetch, 2.2.6: filtered responses).
type Filter string

const (
	Unfiltered Filter = ""      // all: there is no page
	Basic      Filter = "basic" // of the page's own origin: all but Set-Cookie
	CORS       Filter = "cors"  // of another: the safelisted ones, and those that Access-Control-Expose-Headers names
)

// checkRequest says what is wrong with what was set, before anything is sent.
func checkRequest(o StreamOptions) error {
	if why := unsendableMethod(o); why != "" {
		return &Exception{"TypeError", why}
	}
	for name, value := range o.Header {
		if !sse.IsToken(name) {
			return &Exception{"TypeError", "a header cannot have the name " + name}
		}
		if why := forbidden(name, value); why != "" {
			return &Exception{"TypeError", why}
		}
		if !sendable(value) {
			return &Unsendable{name, value}
		}
	}
	return nil
}
