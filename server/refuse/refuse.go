// Package refuse is how the server says no to a request: with a status and one sentence for a person, which says what to
// change.
package refuse

import (
	"fmt"
	"net/http"
	"sync/atomic"
)

// Refusal is the response to a request that can't be granted. It is an error, and so are the limits of package quota.
type Refusal struct {
	Status   int
	Sentence string
}

// New is a refusal.
func New(status int, format string, args ...any) *Refusal {
	return &Refusal{status, fmt.Sprintf(format, args...)}
}

// Bad is a 400 for a parameter's value; want says what is possible.
func Bad(name, value, want string, args ...any) *Refusal {
	return New(http.StatusBadRequest, "%s=%s is not possible: give %s.", name, Quote(value), fmt.Sprintf(want, args...))
}

// Full is a 503 of a server that has no room, for now.
//
// It closes an EventSource for good: no browser tries again, whatever Retry-After says. That is right where the server
// is full, and the sentence should say so; the header is for clients that heed it.
func Full(format string, args ...any) *Refusal {
	return New(http.StatusServiceUnavailable, format, args...)
}

func (r *Refusal) Error() string { return r.Sentence }

// counts are how many responses this process has refused with, by status.
var counts [600]atomic.Uint64

// Count counts a response that is written elsewhere.
func Count(status int) { counts[status].Add(1) }

// Counts calls f with each status that this process has refused with, and how often.
func Counts(f func(status int, n uint64)) {
	for status := range counts {
		if n := counts[status].Load(); n > 0 {
			f(status, n)
		}
	}
}

// Write is the response.
func (r *Refusal) Write(w http.ResponseWriter) {
	Count(r.Status)
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	if r.Status == http.StatusServiceUnavailable {
		header.Set("Retry-After", "5")
	}
	w.WriteHeader(r.Status)
	fmt.Fprintln(w, r.Sentence)
}

// Quote shows what a client sent, on one line and not too much of it.
func Quote(s string) string {
	const most = 60
	if len(s) > most {
		return fmt.Sprintf("%q…", s[:most])
	}
	return fmt.Sprintf("%q", s)
}
