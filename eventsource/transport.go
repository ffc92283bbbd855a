//go:build !js

package eventsource

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"eventsource-playground/sse"
)

// A Transport makes a request, follows redirects, and returns once the head of the last response is there. When ctx is done,
// the body's Read fails.
type Transport func(ctx context.Context, r Request) (Response, error)

// Request is what a Stream asks for.
type Request struct {
	Method      string // "": GET
	URL         string
	Header      map[string]string // replaces the Stream's own
	Body        []byte
	LastEventID string // "": no header
}

// Response is what came.
type Response struct {
	URL         string // after redirects
	Status      int
	ContentType string // all of that name, joined by ", "
	Header      map[string][]string
	At          time.Time // when its head was there
	Body        io.ReadCloser
}

// mostRedirects is Fetch's limit.
const mostRedirects = 20

// HTTP is a Transport over net/http. A client of its own is used for nil, without a limit of time; one that is given keeps
// its cookies and its transport. What differs from a browser: there are no CORS and no cookies without a Jar, and an ID with
// control characters, which browsers send raw, is refused as *[Unsendable].
func HTTP(client *http.Client) Transport {
	own := http.Client{}
	if client != nil {
		own = *client
	}
	if own.CheckRedirect == nil {
		own.CheckRedirect = checkRedirect
	}
	return func(ctx context.Context, r Request) (Response, error) {
		request, err := newRequest(ctx, r)
		if err != nil {
			return Response{}, err
		}
		response, err := own.Do(request)
		if err != nil {
			return Response{}, err
		}
		return Response{
			URL: response.Request.URL.String(), Status: response.StatusCode, ContentType: strings.Join(response.Header.Values("Content-Type"), ", "),
			Header: response.Header, At: time.Now(), Body: response.Body,
		}, nil
	}
}

// checkRedirect limits redirects as Fetch does, and keeps Authorization for one origin: net/http looks at the host only, and
// begins with the first request's headers at each redirect.
func checkRedirect(request *http.Request, via []*http.Request) error {
	if len(via) > mostRedirects {
		return errors.New("more than 20 redirects")
	}
	for _, earlier := range via {
		if earlier.URL.Scheme != request.URL.Scheme || earlier.URL.Host != request.URL.Host {
			request.Header.Del("Authorization")
		}
	}
	return nil
}

func newRequest(ctx context.Context, r Request) (*http.Request, error) {
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body) // which net/http can send again after a redirect
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Cache-Control", "no-cache")
	if r.LastEventID != "" {
		if !sendable(r.LastEventID) {
			return nil, &Unsendable{"Last-Event-ID", r.LastEventID}
		}
		request.Header.Set("Last-Event-ID", r.LastEventID)
	}
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	return request, nil
}

// sendable reports whether net/http sends a header's value as it is.
func sendable(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7F })
}

// checkHeader says what is wrong with the headers, before anything is sent.
func checkHeader(o StreamOptions) error {
	for name, value := range o.Header {
		if !sse.IsToken(name) {
			return &Exception{"TypeError", "a header cannot have the name " + name}
		}
		if !sendable(value) {
			return &Unsendable{name, value}
		}
	}
	return nil
}
