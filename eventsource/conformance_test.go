package eventsource

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

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

		WithCredentials bool
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

// checkStream compares what a loop over a Stream sees of a case's one response, and what it would send next; gotNext is the
// Last-Event-ID of the next request, "-" for none, "" if that is not known.
func checkStream(t *testing.T, c conformanceCase, s *Stream, gotNext func() string) {
	t.Helper()
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
	if got := gotNext(); got != "" && got != want && got != strings.Trim(want, " \t") {
		t.Errorf("got Last-Event-ID %q; want %q", got, want)
	}
}

// checkRequests compares what a loop over a Stream sees with a case's log. served waits until there were as many requests as
// there should be, and returns how many there were.
func checkRequests(t *testing.T, c conformanceCase, s *Stream, served func() int) {
	t.Helper()
	if s.ReadyState() != Connecting {
		t.Errorf("got readyState %d before the loop; want 0", s.ReadyState())
	}
	if c.Client.CloseSync {
		s.Close()
	}
	var waiting sync.WaitGroup
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
		waiting.Go(func() { // the loop goes on meanwhile: the last request may still be due
			served()
			if final := c.Expect.FinalState; final != nil && s.ReadyState() != *final {
				t.Errorf("got readyState %d at last; want %d", s.ReadyState(), *final)
			}
			s.Close()
		})
	}
	waiting.Wait()
	if i < len(want) {
		t.Errorf("got %d events, %v; want %d", i, s.Err(), len(want))
	}
	if c.Expect.Prefix {
		return
	}
	if requests := served(); requests != c.Expect.Requests {
		t.Errorf("got %d requests; want %d", requests, c.Expect.Requests)
	}
}
