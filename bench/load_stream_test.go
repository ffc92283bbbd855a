package main

import (
	"fmt"
	"testing"
	"time"
)

func TestWhatAClientUnderstands(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	event := func(ids ...int) (s string) {
		for _, id := range ids {
			s += fmt.Sprintf("id: %d\ndata: %s\n\n", id, payload)
		}
		return s
	}
	chunk := func(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }
	const last = "0\r\n\r\n"
	for _, test := range []struct {
		name, answer string
		last         int // event, of the answer before
		events       int
		want         string // the error
	}{
		{"an event in each chunk", head + chunk(event(0)) + chunk(event(1)) + last, -1, 2, errEnd.Error()},
		{"all in one chunk, behind a comment", head + chunk(":\n"+event(0, 1, 2)) + last, -1, 3, errEnd.Error()},
		{"an event in two chunks", head + chunk(event(0)[:9]) + chunk(event(0)[9:]) + last, -1, 1, errEnd.Error()},
		{"on behind the last one", head + chunk(event(8, 9)), 7, 2, "<nil>"},
		{"half an event", head + chunk(event(0)+event(1)[:20]), -1, 1, "<nil>"},
		{"a gap", head + chunk(event(0, 2)), -1, 1, "got event 2 behind event 0"},
		{"an event again", head + chunk(event(7)), 7, 0, "got event 7 behind event 7"},
		{"other data", head + chunk("id: 0\ndata: x\n\n"), -1, 0, `got the line "data: x"`},
		{"a refusal", "HTTP/1.1 503 Service Unavailable\r\n\r\n", -1, 0, `got the answer "HTTP/1.1 503 Service Unavailable"`},
		{"no chunk", head + "event\r\n", -1, 0, `got "event" for the size of a chunk`},
	} {
		t.Run(test.name, func(t *testing.T) {
			for size := 1; size <= len(test.answer); size++ { // of what is read at once
				w := wire{last: test.last}
				w.begin()
				var err error
				for rest := test.answer; rest != "" && err == nil; {
					n := min(size, len(rest))
					err = w.take([]byte(rest[:n]), time.Now())
					rest = rest[n:]
				}
				if got := fmt.Sprint(err); got != test.want {
					t.Fatalf("got %v, reading %d bytes at once; want %s", err, size, test.want)
				}
				if w.events != test.events {
					t.Fatalf("got %d events, reading %d bytes at once; want %d", w.events, size, test.events)
				}
			}
		})
	}
}
