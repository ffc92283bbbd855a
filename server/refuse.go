package main

import (
	"fmt"
	"net/http"
)

// refusal is the answer to a request that can't be granted: what is wrong and what to do, in one sentence for a person.
type refusal struct {
	status   int
	sentence string
}

func newRefusal(status int, format string, args ...any) *refusal {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

func (r *refusal) write(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(r.status)
	fmt.Fprintln(w, r.sentence)
}

func refuse(w http.ResponseWriter, status int, format string, args ...any) {
	newRefusal(status, format, args...).write(w)
}

// quote shows what a client sent, on one line and not too much of it.
func quote(s string) string {
	const enough = 60
	if len(s) > enough {
		return fmt.Sprintf("%q…", s[:enough])
	}
	return fmt.Sprintf("%q", s)
}
