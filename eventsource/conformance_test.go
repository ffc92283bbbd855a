//go:build !js

package eventsource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The shared cases are read where they are, never copied; the README beside them says what the fields mean.
const conformanceCases = "../../shared/conformance/cases.json"

// notHere are cases that a Go program cannot have, with the reason.
var notHere = map[string]string{
	"http-cors-fail-wrong-origin": "there is no page, so no CORS",
	"http-cors-fail-empty":        "there is no page, so no CORS",
	"http-cors-fail-missing":      "there is no page, so no CORS",
	"http-cors-preflight-unsafe":  "there is no page, so no CORS",
	"http-credentials-include":    "cookies are the http.Client's, whatever the origin",
	"http-url-stringify":          "an address is a string",
	"http-url-empty":              "there is no page that it would be relative to",
	"http-url-bogus":              "there is no page that it would be relative to",
	"http-seven-connections":      "net/http has no limit of six connections to a host",
	"http-unresolvable-host":      "it needs a resolver: see TestWhatIsLostIsTriedAgain",
	"http-refused-first":          "it needs a port that refuses: see TestWhatIsLostIsTriedAgain",
	"http-close-before-open":      "close() before the first attempt: see TestAClosedStreamSendsNothing",
}

type conformanceCase struct {
	ID, Kind string
	Body     []byte   `json:"body_b64"`
	Chunks   [][]byte // as some client got them once
	Status   int
	Headers  map[string]string
	Initial  string `json:"initial_last_event_id"`
	Client   struct {
		URL         string
		CloseIn     string `json:"close_in"`
		CloseSync   bool   `json:"close_sync"`
		Headers     map[string]string
		LastEventID string
	}
	Requests []struct {
		Expect struct {
			Method, Path string
			Headers      map[string]string
			Absent       []string   `json:"absent_headers"`
			After        []*float64 `json:"after_previous_end_ms"`
		}
		Respond struct {
			Status  int
			Headers map[string]string
			Body    []byte `json:"body_b64"`
			End     string
			Delay   int `json:"delay_before_headers_ms"`
		}
	}
	Expect struct {
		Open             bool
		Events           []struct{ Type, Data, LastEventID string }
		Retry            json.RawMessage // null, a number, or a string above 2^53
		FinalLastEventID string          `json:"final_last_event_id"`
		WireLastEventID  *string         `json:"wire_last_event_id"`
		Log              []struct {
			Type, Data, LastEventID string
			ReadyState              ReadyState
		}
		Prefix     bool        `json:"log_is_prefix"`
		FinalState *ReadyState `json:"final_ready_state"`
		Requests   int         `json:"request_count"`
		Throws     any
	}
}

func readCases(t *testing.T) (cases []conformanceCase) {
	t.Helper()
	file, err := os.ReadFile(conformanceCases)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there: only the project's own cases ran", conformanceCases)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestConformanceOfStreams(t *testing.T) {
	ran := 0
	for _, c := range readCases(t) {
		if c.Kind != "stream" {
			continue
		}
		ran++
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			next := make(chan string, 1) // the Last-Event-ID of the second request; "-": none
			requests := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if requests++; requests > 1 {
					id := "-"
					if values := r.Header.Values("Last-Event-ID"); len(values) > 0 {
						id = values[0]
					}
					next <- id
					w.WriteHeader(http.StatusNoContent)
					return
				}
				for name, value := range c.Headers {
					w.Header().Set(name, value)
				}
				w.WriteHeader(c.Status)
				chunks := c.Chunks
				if len(chunks) == 0 {
					chunks = [][]byte{c.Body}
				}
				for _, chunk := range chunks {
					w.Write(chunk)
					http.NewResponseController(w).Flush()
				}
			}))
			defer server.Close()
			s, err := NewStream(t.Context(), server.URL, StreamOptions{
				LastEventID: c.Initial, ReconnectionTime: -1, Backoff: Backoff{Ceiling: time.Millisecond},
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []struct{ Type, Data, LastEventID string }
			opened, ended := false, ReadyState(9)
			for e := range s.All() {
				switch e.Kind {
				case Opened:
					opened = true
				case Message:
					got = append(got, struct{ Type, Data, LastEventID string }{e.Type, e.Data, e.LastEventID})
				case Failed:
					ended = e.ReadyState
				}
			}
			if opened != c.Expect.Open || ended != Closed {
				t.Errorf("got opened %v and at last readyState %d; want %v and 2", opened, ended, c.Expect.Open)
			}
			if !slices.Equal(got, c.Expect.Events) {
				t.Errorf("got the events\n%q; want\n%q", got, c.Expect.Events)
			}
			if !c.Expect.Open {
				return
			}
			if want := c.Expect.FinalLastEventID; s.LastEventID() != want {
				t.Errorf("got the last event ID %q; want %q", s.LastEventID(), want)
			}
			if want := strings.Trim(strings.TrimPrefix(string(c.Expect.Retry), "null"), `"`); want == "" && s.ReconnectionTime() != 0 {
				t.Errorf("got the reconnection time %v; want it as it was", s.ReconnectionTime())
			} else if got := fmt.Sprint(s.ReconnectionTime().Milliseconds()); want != "" && len(want) < 16 && got != want {
				t.Errorf("got the reconnection time %s ms; want %s", got, want)
			}
			if !sendable(s.LastEventID()) {
				if errors.As(s.Err(), new(*Unsendable)) {
					return // net/http sends no control characters
				}
				t.Fatalf("got the error %v; want an *Unsendable", s.Err())
			}
			want := c.Expect.FinalLastEventID
			if c.Expect.WireLastEventID != nil {
				want = *c.Expect.WireLastEventID
			}
			if want == "" {
				want = "-"
			}
			if got := <-next; got != want && got != strings.Trim(want, " \t") {
				t.Errorf("got Last-Event-ID %q; want %q", got, want)
			}
		})
	}
	if ran == 0 {
		t.Errorf("got no stream case from %s; want some", conformanceCases)
	}
}

func TestConformanceOfRequests(t *testing.T) {
	ran := 0
	for _, c := range readCases(t) {
		if c.Kind != "http" || notHere[c.ID] != "" {
			continue
		}
		ran++
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			playCase(t, c)
		})
	}
	if ran < 40 {
		t.Errorf("got %d cases from %s; want 40 or more", ran, conformanceCases)
	}
}

// playCase plays the requests of a case, and compares what a loop over the Stream sees.
func playCase(t *testing.T, c conformanceCase) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var mutex sync.Mutex
	requests, ended := 0, time.Time{}
	all := make(chan bool) // closed when there were as many requests as there should be
	var server, other *httptest.Server
	place := func(s string) string {
		return strings.NewReplacer("{PAGE_ORIGIN}", server.URL, "{OTHER_ORIGIN}", other.URL).Replace(s)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		n := requests
		requests++
		since := time.Since(ended)
		if requests == max(1, len(c.Requests)) {
			close(all)
		}
		mutex.Unlock()
		if n >= len(c.Requests) {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		want, play := c.Requests[n].Expect, c.Requests[n].Respond
		origin := "http://" + r.Host
		if path := place(want.Path); r.Method != want.Method || r.RequestURI != strings.TrimPrefix(path, origin) {
			t.Errorf("request %d: got %s %s%s; want %s %s", n+1, r.Method, origin, r.RequestURI, want.Method, path)
		}
		for name, value := range want.Headers {
			if got := strings.Join(r.Header.Values(name), ", "); got != place(value) && name != "Origin" {
				t.Errorf("request %d: got %s %q; want %q", n+1, name, got, place(value))
			}
		}
		for _, name := range want.Absent {
			if got := r.Header.Values(name); len(got) > 0 {
				t.Errorf("request %d: got %s %q; want none", n+1, name, got)
			}
		}
		if a := want.After; n > 0 && len(a) == 2 && a[0] != nil && since < time.Duration(*a[0]*float64(time.Millisecond)) {
			t.Errorf("request %d: got it %v after the end before; want %v ms or more", n+1, since, *a[0])
		}
		time.Sleep(time.Duration(play.Delay) * time.Millisecond) // the server's part of the case
		for name, value := range play.Headers {
			w.Header()[http.CanonicalHeaderKey(name)] = []string{place(value)}
		}
		if _, typed := play.Headers["Content-Type"]; !typed {
			w.Header()["Content-Type"] = nil // or net/http guesses one
		}
		if play.End == "close_before_content_length" {
			w.Header().Set("Content-Length", fmt.Sprint(len(play.Body)+100))
		}
		w.WriteHeader(play.Status)
		w.Write(play.Body)
		http.NewResponseController(w).Flush()
		switch play.End {
		case "hold":
			<-r.Context().Done()
		case "close_without_last_chunk", "close_before_content_length":
			mutex.Lock()
			ended = time.Now()
			mutex.Unlock()
			panic(http.ErrAbortHandler)
		}
		mutex.Lock()
		ended = time.Now()
		mutex.Unlock()
	})
	server, other = httptest.NewServer(handler), httptest.NewServer(handler)
	defer server.Close()
	defer other.Close()
	defer cancel() // before the servers, which wait for the held

	address := place(c.Client.URL)
	if strings.HasPrefix(address, "/") {
		address = server.URL + address
	}
	s, err := NewStream(ctx, address, StreamOptions{Header: c.Client.Headers, LastEventID: c.Client.LastEventID})
	if err != nil {
		if thrown := new(Exception); c.Expect.Throws == nil && !(errors.As(err, &thrown) && len(c.Requests) == 0) {
			t.Fatal(err)
		}
		return
	}
	if s.ReadyState() != Connecting {
		t.Errorf("got readyState %d before the loop; want 0", s.ReadyState())
	}
	if c.Client.CloseSync {
		s.Close()
	}
	want, i := c.Expect.Log, 0
	for e := range s.All() {
		if i >= len(want) {
			if !c.Expect.Prefix {
				t.Errorf("got one more, %+v (%v)", e, s.Err())
			}
			break
		}
		w := want[i]
		i++
		if e.Type != w.Type || e.Data != w.Data || e.LastEventID != w.LastEventID || e.ReadyState != w.ReadyState || s.ReadyState() != w.ReadyState {
			t.Errorf("got %+v at readyState %d (%v); want %+v", e, s.ReadyState(), s.Err(), w)
		}
		if c.Client.CloseIn == "open" && e.Kind == Opened || c.Client.CloseIn == "message" && e.Kind == Message {
			s.Close()
			continue
		}
		if i < len(want) {
			continue
		}
		if len(c.Requests) == 0 {
			break
		}
		go func() { // the loop goes on meanwhile: the last request may still be due
			select {
			case <-all:
			case <-ctx.Done():
			}
			if final := c.Expect.FinalState; final != nil && s.ReadyState() != *final {
				t.Errorf("got readyState %d at last; want %d", s.ReadyState(), *final)
			}
			s.Close()
		}()
	}
	if i < len(want) {
		t.Errorf("got %d events, %v; want %d", i, s.Err(), len(want))
	}
	if s.URL() != address {
		t.Errorf("got the URL %s; want %s", s.URL(), address)
	}
	mutex.Lock()
	defer mutex.Unlock()
	if !c.Expect.Prefix && requests != c.Expect.Requests {
		t.Errorf("got %d requests; want %d", requests, c.Expect.Requests)
	}
}
