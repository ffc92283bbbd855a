//go:build !js

package eventsource

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"eventsource-playground/sse"
)

// What a server sends without an end is read up to a limit, and no further: neither much memory nor another request.
func TestWhatNeverEndsIsLimited(t *testing.T) {
	const limit = 1 << 20
	bomb := gzipped(strings.Repeat("x", 64<<20)) // 64 KiB, and then again
	for name, test := range map[string]struct {
		status int
		gzip   bool
		repeat []byte
		says   string
	}{
		"a line":                      {200, false, bytes.Repeat([]byte("x"), 32<<10), "sse: the line is over the limit of 1048576 bytes"},
		"a comment":                   {200, false, bytes.Repeat([]byte(":"), 32<<10), "sse: the line is over the limit of 1048576 bytes"},
		"bytes that are not UTF-8":    {200, false, bytes.Repeat([]byte("\xE2\x82"), 16<<10), "sse: the line is over the limit of 1048576 bytes"},
		"the lines of an event":       {200, false, bytes.Repeat([]byte("data: x\n"), 4<<10), "sse: the event is over the limit of 1048576 bytes"},
		"the empty lines of an event": {200, false, bytes.Repeat([]byte("data\r"), 4<<10), "sse: the event is over the limit of 1048576 bytes"},
		"an event that grows when its bytes are repaired": {200, false, bytes.Repeat([]byte("data:\xFF\xFF\xFF\n"), 4<<10), "sse: the event is over the limit of 1048576 bytes"},
		"a gzip bomb":                 {200, true, bomb, "sse: the line is over the limit of 1048576 bytes"},
		"the body of a refusal":       {500, false, bytes.Repeat([]byte("x"), 32<<10), "eventsource: the response has status 500; it must be 200"},
		"a gzip bomb that is refused": {403, true, bomb, "eventsource: the response has status 403; it must be 200"},
	} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				w.Header().Set("Content-Type", "text/event-stream")
				if test.gzip {
					w.Header().Set("Content-Encoding", "gzip")
				}
				w.WriteHeader(test.status)
				if test.status == 200 && !test.gzip {
					io.WriteString(w, "data: 1\n\n")
				}
				for {
					if _, err := w.Write(test.repeat); err != nil {
						return
					}
				}
			}))
			defer server.Close()
			s, err := NewStream(t.Context(), server.URL, StreamOptions{Limits: sse.Limits{Line: limit, Event: limit}})
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for e := range s.Messages() {
				if e.Data != "1" {
					t.Errorf("got an event of %d bytes; want only the one before", len(e.Data))
				}
			}
			runtime.ReadMemStats(&after)
			if err := s.Err(); err == nil || err.Error() != test.says {
				t.Errorf("got the error %v; want %s", err, test.says)
			}
			if test.status != 200 {
				if refusal := new(Refusal); !errors.As(s.Err(), &refusal) || len(refusal.Body) != defaultRefusal || !refusal.Cut {
					t.Errorf("got %d bytes of a refusal; want the first %d", len(refusal.Body), defaultRefusal)
				}
			}
			if requests.Load() != 1 || s.ReadyState() != Closed {
				t.Errorf("got %d requests and %v; want 1 and CLOSED", requests.Load(), s.ReadyState())
			}
			// This counts what is garbage already: a buffer that doubled up to the limit, and the strings of a million lines.
			if got := after.TotalAlloc - before.TotalAlloc; got > 40*limit {
				t.Errorf("got %d bytes allocated for a limit of %d", got, limit)
			}
		})
	}
}

func gzipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s) // a Buffer takes all
	w.Close()
	return b.Bytes()
}

func TestARedirectLoopIsLeft(t *testing.T) {
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, fmt.Sprint("/", requests.Add(1)%2), http.StatusFound)
	}))
	defer server.Close()
	s, err := NewStream(t.Context(), server.URL, StreamOptions{ReconnectionTime: -1, Attempts: 2})
	if err != nil {
		t.Fatal(err)
	}
	for range s.All() {
	}
	if err := s.Err(); err == nil || !strings.Contains(err.Error(), "gave up after 2 attempts") || !strings.Contains(err.Error(), "more than 20 redirects") {
		t.Errorf("got %v; want that it gave up after 2 attempts, for more than 20 redirects", err)
	}
	if got := requests.Load(); got != 2*(mostRedirects+1) {
		t.Errorf("got %d requests; want %d for each attempt", got, mostRedirects+1)
	}
}

// slowly sends a text one byte a second, again and again if it is to be endless.
func slowly(code int, text string, endless bool) func(context.Context) (Response, error) {
	return func(ctx context.Context) (Response, error) {
		r, w := io.Pipe()
		go func() {
			defer w.Close()
			for again := true; again; again = endless {
				for i := range len(text) {
					select {
					case <-time.After(time.Second): // on a clock that only the test has
					case <-ctx.Done():
						w.CloseWithError(context.Cause(ctx))
						return
					}
					if _, err := w.Write([]byte{text[i]}); err != nil {
						return
					}
				}
			}
		}()
		return Response{Status: code, ContentType: "text/event-stream", Body: r}, nil
	}
}

func TestOneByteASecond(t *testing.T) {
	for name, test := range map[string]struct {
		silence   time.Duration
		responses []func(context.Context) (Response, error)
		events    string // each with the time of its blank line
		took      time.Duration
		err       string
	}{
		"is slow, and no silence":                   {0, []func(context.Context) (Response, error){slowly(200, "data:1\n\ndata:2\n\n", false), status(204, "")}, "1 at 8s, 2 at 16s", 19 * time.Second, "status 204"},
		"is faster than a longer silence":           {1500 * time.Millisecond, []func(context.Context) (Response, error){slowly(200, "data:1\n\n", false), status(204, "")}, "1 at 8s", 11 * time.Second, "status 204"},
		"is a silence that is shorter":              {500 * time.Millisecond, []func(context.Context) (Response, error){slowly(200, "data:1\n\n", false), status(204, "")}, "", 3500 * time.Millisecond, "status 204"},
		"meets the limit of a line":                 {0, []func(context.Context) (Response, error){slowly(200, "x", true)}, "", 101 * time.Second, "the line is over the limit of 100 bytes"},
		"does not hold the loop if it is a refusal": {0, []func(context.Context) (Response, error){slowly(500, "x", true)}, "", refusalTime, "status 500"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				s, err := NewStream(t.Context(), "http://a.test/", StreamOptions{
					Silence: test.silence, Limits: sse.Limits{Line: 100}, Transport: (&script{responses: test.responses}).transport,
				})
				if err != nil {
					t.Fatal(err)
				}
				var events []string
				for e := range s.Messages() {
					events = append(events, fmt.Sprintf("%s at %v", e.Data, time.Since(began)))
				}
				if got := strings.Join(events, ", "); got != test.events {
					t.Errorf("got the events %s; want %s", got, test.events)
				}
				if err := s.Err(); err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got the error %v; want one with %q", err, test.err)
				}
				if took := time.Since(began); took != test.took {
					t.Errorf("got the end after %v; want %v", took, test.took)
				}
			})
		})
	}
}

// A server that resets after each event makes the Stream reconnect with that event's ID. That is no attempt which failed; a
// server that resets before it responds is.
func TestAServerThatResetsAfterEachEvent(t *testing.T) {
	const good = 5
	taken := make(chan bool)
	ids := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ids <- r.Header.Get("Last-Event-ID")
		if n := len(ids); n <= good {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprintf(w, "id: %d\ndata: %d\n\nid: half", n, n)
			http.NewResponseController(w).Flush()
			<-taken // or the reset would overtake it
		}
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		connection.(*net.TCPConn).SetLinger(0)
		connection.Close()
	}))
	defer server.Close()
	s, err := NewStream(t.Context(), server.URL, StreamOptions{ReconnectionTime: -1, Attempts: 3})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for e := range s.Messages() {
		got += e.Data
		taken <- true
	}
	var requested []string
	for len(ids) > 0 { // each was there before the Stream could see how its request ended
		requested = append(requested, <-ids)
	}
	if want := []string{"", "1", "2", "3", "4", "5", "5", "5"}; got != "12345" || !slices.Equal(requested, want) {
		t.Errorf("got the events %s and the IDs %q; want 12345 and %q", got, requested, want)
	}
	if gaveUp := new(GaveUp); !errors.As(s.Err(), &gaveUp) || gaveUp.Attempts != 3 {
		t.Errorf("got %v; want that it gave up after 3 attempts", s.Err())
	}
}

// pieces is a body that comes in pieces, empty ones too.
type pieces struct {
	body  []byte
	sizes []byte
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.body) == 0 && len(p.sizes) == 0 {
		return 0, io.EOF
	}
	size := len(p.body)
	if len(p.sizes) > 0 {
		size, p.sizes = int(p.sizes[0]), p.sizes[1:]
	}
	n := copy(b[:min(size, len(b))], p.body)
	p.body = p.body[n:]
	return n, nil
}

func (p *pieces) Close() error { return nil }

// Whatever the bytes and the pieces, a Stream has the events that sse.Events has of the whole, and keeps the same from it.
func FuzzStream(f *testing.F) {
	f.Add([]byte("id: 1\ndata: a\n\nretry: 5\ndata: b\r\n\r\nid: 2\n"), []byte{3, 0, 200, 1})
	f.Add([]byte("\uFEFFdata: \xE2\x82\r\rdata: too long for the limit of a line\n\n"), []byte{1, 1, 1})
	f.Add([]byte("data: 12345678\ndata: 12345678\ndata: 1\n\n"), []byte{})
	f.Add([]byte("id: a\x01b\n\nretry: 99999999999999999999\n"), []byte{9})
	f.Fuzz(func(t *testing.T, body, sizes []byte) {
		limits := sse.Limits{Line: 24, Event: 16}
		d := sse.NewDecoder("0", limits)
		var want []sse.Event
		var limited error
		for e, err := range d.Events(bytes.NewReader(body)) {
			if err != nil {
				limited = err
				break
			}
			want = append(want, e)
		}

		var requests []Request
		s, err := NewStream(t.Context(), "http://a.test/", StreamOptions{
			LastEventID: "0", ReconnectionTime: time.Millisecond, Backoff: Backoff{Ceiling: 1}, Limits: limits,
			Transport: func(ctx context.Context, r Request) (Response, error) {
				if requests = append(requests, r); len(requests) > 1 {
					return Response{Status: 204, Body: http.NoBody}, nil
				}
				return Response{Status: 200, ContentType: "text/event-stream", Body: &pieces{body, sizes}}, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []sse.Event
		for e := range s.Messages() {
			got = append(got, sse.Event{Type: e.Type, Data: e.Data, LastEventID: e.LastEventID})
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q; want %q", got, want)
		}
		if limited != nil {
			if s.Err() == nil || s.Err().Error() != limited.Error() || len(requests) != 1 {
				t.Errorf("got %v after %d requests; want %v after 1", s.Err(), len(requests), limited)
			}
		} else if len(requests) != 2 || requests[1].LastEventID != d.LastEventID() {
			t.Errorf("got %+v; want a second request with %q", requests, d.LastEventID())
		}
		retry, set := d.ReconnectionTime()
		if !set {
			retry = time.Millisecond
		}
		if s.LastEventID() != d.LastEventID() || s.ReconnectionTime() != retry {
			t.Errorf("got %q and %v; want %q and %v", s.LastEventID(), s.ReconnectionTime(), d.LastEventID(), retry)
		}
	})
}
