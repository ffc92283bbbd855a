//go:build !js

package eventsource

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

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
			Header: response.Header, Body: response.Body,
		}, nil
	}
}

func defaultTransport() Transport { return HTTP(nil) }

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

func forbidden(string, string) string       { return "" } // a program may send any header
func unsendableMethod(StreamOptions) string { return "" }

// absolute is an address as the Stream asks for it.
func absolute(address string) (string, error) {
	parsed, err := url.Parse(address)
	switch {
	case err != nil:
		return "", &Exception{"SyntaxError", err.Error()}
	case parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "":
		return "", &Exception{"SyntaxError", "the address must be absolute and begin with http:// or https://, and is " + address}
	}
	if _, err := strconv.ParseUint(parsed.Port(), 10, 16); err != nil && parsed.Port() != "" { // which url.Parse leaves alone
		return "", &Exception{"SyntaxError", "the port must be at most 65535, and is " + parsed.Port()}
	}
	return parsed.String(), nil
}

// newClock is the clock of a Stream's events, in milliseconds from now on.
func newClock() (clock func() float64) {
	began := time.Now()
	return func() float64 { return float64(time.Since(began)) / float64(time.Millisecond) }
}

// after calls f once, d later, unless it is stopped before.
func after(d time.Duration, f func()) (stop func()) {
	timer := time.AfterFunc(d, f)
	return func() { timer.Stop() }
}
