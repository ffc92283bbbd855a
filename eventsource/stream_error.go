package eventsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"eventsource-playground/sse"
)

// ErrSilent is the cause of a connection that was taken for lost because nothing came for StreamOptions.Silence.
var ErrSilent = errors.New("eventsource: nothing came for longer than the limit of silence")

// ErrFrozen is the cause of a connection that was given up because the browser had frozen the page: in Chromium a read that
// was pending then never settles, though the socket stays open.
var ErrFrozen = errors.New("eventsource: the page was frozen, and fetch does not go on after that")

// ErrNotRepeated ends a Stream whose request has a body, which is not sent again unless StreamOptions.Repeat says so.
var ErrNotRepeated = errors.New("eventsource: a request with a body is not repeated by itself: set Repeat if it may be")

// Lost is a connection that ended or did not come about. An EventSource reconnects after it.
type Lost struct {
	During string // request, read, silence, or end: the response ended as HTTP prescribes
	Err    error  // io.EOF for an end
}

func (l *Lost) Error() string {
	if l.During == "end" {
		return "eventsource: the response ended"
	}
	return "eventsource: " + l.During + ": " + l.Err.Error()
}

func (l *Lost) Unwrap() error { return l.Err }

func lost(during string, err error) error {
	if final, ok := errors.AsType[*Unsendable](err); ok {
		return final
	}
	return &Lost{during, err}
}

// Refusal is a response that is no event stream. An EventSource gives up at it (HTML 9.2.3).
type Refusal struct {
	Status      int
	ContentType string
	Body        string // what it said, at most StreamOptions.Refusal bytes of it
	Cut         bool   // there was more
}

func (r *Refusal) Error() string {
	switch {
	case r.Status == 204:
		return "eventsource: the response has status 204, No Content: the server says that there is nothing more"
	case r.Status != 200:
		return fmt.Sprintf("eventsource: the response has status %d; it must be 200", r.Status)
	}
	return fmt.Sprintf("eventsource: the response has the type %q; it must be text/event-stream", r.ContentType)
}

// GaveUp ends a Stream after as many attempts in a row as StreamOptions.Attempts allows.
type GaveUp struct {
	Attempts int
	Last     error
}

func (g *GaveUp) Error() string {
	return fmt.Sprintf("eventsource: gave up after %d attempts, the last of them: %v", g.Attempts, g.Last)
}

func (g *GaveUp) Unwrap() error { return g.Last }

// Unsendable is a header that the transport cannot send.
type Unsendable struct{ Name, Value string }

func (u *Unsendable) Error() string {
	return fmt.Sprintf("eventsource: the header %s cannot be sent with the value %q: leave control characters and line breaks out", u.Name, u.Value)
}

// isFinal reports whether there is no other attempt after a cause.
func isFinal(cause error) bool {
	_, refused := errors.AsType[*Refusal](cause)
	_, limited := errors.AsType[*sse.LimitError](cause)
	_, gaveUp := errors.AsType[*GaveUp](cause)
	_, unsendable := errors.AsType[*Unsendable](cause)
	return refused || limited || gaveUp || unsendable || errors.Is(cause, ErrNotRepeated)
}

// refusalTime is how long the body of a refusal is read at most, and so how much later than an EventSource a Stream gives up.
// Some bodies never end.
const refusalTime = time.Second

// refusal is what is wrong with a response; nil: it is an event stream.
func (s *Stream) refusal(r Response, cancel context.CancelCauseFunc) error {
	if essence, _ := sse.MIMEType(r.ContentType); r.Status == 200 && essence == "text/event-stream" {
		return nil
	}
	refusal := &Refusal{Status: r.Status, ContentType: r.ContentType}
	stop := after(refusalTime, func() { cancel(nil) })
	defer stop()
	body, _ := io.ReadAll(io.LimitReader(r.Body, int64(s.options.Refusal)+1)) // as much as came
	if refusal.Cut = len(body) > s.options.Refusal; refusal.Cut {
		body = body[:s.options.Refusal]
	}
	refusal.Body = strings.ToValidUTF8(string(body), "\uFFFD")
	return refusal
}
