//go:build !js

package eventsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"eventsource-playground/sse"
)

// script is a transport that plays responses, one a request, and notes when each was asked for.
type script struct {
	began     time.Time
	responses []func(context.Context) (Response, error)
	at        []time.Duration
	requests  []Request
}

func (s *script) transport(ctx context.Context, r Request) (Response, error) {
	s.at = append(s.at, time.Since(s.began))
	s.requests = append(s.requests, r)
	return s.responses[min(len(s.requests), len(s.responses))-1](ctx)
}

func stream(body string) func(context.Context) (Response, error) {
	return func(context.Context) (Response, error) {
		return Response{URL: "http://a.test/sse", Status: 200, ContentType: "text/event-stream", Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func status(code int, body string) func(context.Context) (Response, error) {
	return func(context.Context) (Response, error) {
		return Response{Status: code, ContentType: "text/plain", Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func refused(context.Context) (Response, error) { return Response{}, errors.New("connection refused") }

// silent is a body that says something and then nothing, until its request is given up.
func silent(first string) func(context.Context) (Response, error) {
	return func(ctx context.Context) (Response, error) {
		r, w := io.Pipe()
		go func() {
			io.WriteString(w, first)
			<-ctx.Done()
			w.CloseWithError(ctx.Err())
		}()
		return Response{Status: 200, ContentType: "text/event-stream", Body: r}, nil
	}
}

func TestTheClockOfReconnections(t *testing.T) {
	ms := func(n ...int) (d []time.Duration) {
		for _, n := range n {
			d = append(d, time.Duration(n)*time.Millisecond)
		}
		return d
	}
	for name, test := range map[string]struct {
		options   StreamOptions
		responses []func(context.Context) (Response, error)
		at        []time.Duration
		err       string
	}{
		"three seconds, until the stream says another": {StreamOptions{},
			[]func(context.Context) (Response, error){stream(""), stream("retry: 70\n\n"), stream(""), status(204, "")},
			ms(0, 3000, 3070, 3140), "204"},
		"a first time of one's own": {StreamOptions{ReconnectionTime: time.Second},
			[]func(context.Context) (Response, error){refused, refused, status(404, "")}, ms(0, 1000, 2000), "404"},
		"retry: 0 and none are at once": {StreamOptions{ReconnectionTime: -1},
			[]func(context.Context) (Response, error){stream(""), stream("retry:0\n"), status(204, "")}, ms(0, 0, 0), "204"},
		"a factor, up to its ceiling, which starts again once it was open": {
			StreamOptions{ReconnectionTime: time.Second, Backoff: Backoff{Factor: 2, Ceiling: 5 * time.Second}},
			[]func(context.Context) (Response, error){refused, refused, refused, refused, stream(""), refused, status(500, "")},
			ms(0, 1000, 3000, 7000, 12000, 13000, 15000), "500"},
		"the ceiling holds for the stream's own wish": {StreamOptions{Backoff: Backoff{Ceiling: 2 * time.Second}},
			[]func(context.Context) (Response, error){stream("retry: 9007199254740993\n"), status(204, "")}, ms(0, 2000), "204"},
		"a limit of attempts that failed in a row": {StreamOptions{ReconnectionTime: time.Second, Attempts: 2},
			[]func(context.Context) (Response, error){refused, stream(""), refused, refused, refused}, ms(0, 1000, 2000, 3000), "gave up after 2 attempts, the last of them: eventsource: request: connection refused"},
		"a silent stream is taken for lost": {StreamOptions{Silence: 10 * time.Second},
			[]func(context.Context) (Response, error){silent("data: 1\n\n"), status(204, "")}, ms(0, 13000), "204"},
		"a body is not sent twice": {StreamOptions{Method: "POST", Body: []byte("{}")},
			[]func(context.Context) (Response, error){stream("data: 1\n\n"), stream("")}, ms(0), "not repeated"},
		"unless it may be": {StreamOptions{Method: "POST", Body: []byte("{}"), Repeat: true},
			[]func(context.Context) (Response, error){stream("data: 1\n\n"), status(204, "")}, ms(0, 3000), "204"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				played := &script{began: time.Now(), responses: test.responses}
				test.options.Transport = played.transport
				s, err := NewStream(t.Context(), "http://a.test/sse", test.options)
				if err != nil {
					t.Fatal(err)
				}
				for range s.All() {
				}
				if got, want := fmt.Sprint(played.at), fmt.Sprint(test.at); got != want {
					t.Errorf("got requests at %s; want %s", got, want)
				}
				if err := s.Err(); err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got the error %v; want one with %q", err, test.err)
				}
				if s.ReadyState() != Closed {
					t.Errorf("got %v at last; want CLOSED", s.ReadyState())
				}
			})
		})
	}
}

func TestTheLoopsTimeIsNoSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		played := &script{began: time.Now(), responses: []func(context.Context) (Response, error){stream("data: 1\n\ndata: 2\n\n"), status(204, "")}}
		s, err := NewStream(t.Context(), "http://a.test/", StreamOptions{Silence: time.Second, Transport: played.transport})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for e := range s.Messages() {
			time.Sleep(5 * time.Second) // on a clock that only this test has
			got += e.Data
		}
		if refusal := new(Refusal); got != "12" || !errors.As(s.Err(), &refusal) {
			t.Errorf("got %q and %v; want 12 and the 204", got, s.Err())
		}
	})
}

func TestJitterLeavesAPartToChance(t *testing.T) {
	b := Backoff{Factor: 2, Jitter: 0.5}
	for chance, want := range map[float64]time.Duration{0: 4 * time.Second, 0.5: 3 * time.Second, 1: 2 * time.Second} {
		if got := b.after(time.Second, 3, chance); got != want {
			t.Errorf("got %v for a chance of %v; want %v", got, chance, want)
		}
	}
	if got := (Backoff{Factor: 10}).after(1<<62, 1000, 0); got != 1<<63-1 {
		t.Errorf("got %d for the longest of waits; want the longest Duration", got)
	}
}

func TestARefusalTellsWhatTheServerSaid(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		typ    string
		body   string
		want   Refusal
		says   string
	}{
		"a body that fits":      {403, "text/plain", "no\xFF", Refusal{403, "text/plain", "no\uFFFD", false}, "status 403"},
		"one that does not":     {500, "", "0123456789", Refusal{500, "", "01234567", true}, "status 500"},
		"no content":            {204, "", "", Refusal{204, "", "", false}, "nothing more"},
		"another type":          {200, "text/html; charset=utf-8", "<p>", Refusal{200, "text/html; charset=utf-8", "<p>", false}, `type "text/html; charset=utf-8"`},
		"a type that begins so": {200, "text/event-streamx", "", Refusal{200, "text/event-streamx", "", false}, "text/event-stream"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = []string{test.typ}
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			}))
			defer server.Close()
			s, err := NewStream(t.Context(), server.URL, StreamOptions{Refusal: 8})
			if err != nil {
				t.Fatal(err)
			}
			var seen []Event
			for e := range s.All() {
				seen = append(seen, e)
			}
			got := new(Refusal)
			if !errors.As(s.Err(), &got) || *got != test.want || !strings.Contains(got.Error(), test.says) {
				t.Errorf("got %+v, %v; want %+v that says %q", got, s.Err(), test.want, test.says)
			}
			if len(seen) != 1 || seen[0].Kind != Failed || seen[0].ReadyState != Closed {
				t.Errorf("got %+v; want one error, CLOSED", seen)
			}
		})
	}
}

func TestARefusalThatNeverEndsIsReadForAWhileOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s, err := NewStream(t.Context(), "http://a.test/", StreamOptions{Transport: func(ctx context.Context, _ Request) (Response, error) {
			r, err := silent("wait")(ctx)
			r.Status = 503
			return r, err
		}})
		if err != nil {
			t.Fatal(err)
		}
		for range s.All() {
		}
		if refusal := new(Refusal); !errors.As(s.Err(), &refusal) || refusal.Body != "wait" || time.Since(began) != refusalTime {
			t.Errorf("got %v after %v; want what came within %v", s.Err(), time.Since(began), refusalTime)
		}
	})
}

func TestWhatIsLostIsTriedAgain(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	listener.Close() // so the port refuses
	s, err := NewStream(t.Context(), address, StreamOptions{ReconnectionTime: time.Millisecond, Attempts: 3})
	if err != nil {
		t.Fatal(err)
	}
	var states []ReadyState
	for e := range s.All() {
		states = append(states, e.ReadyState)
	}
	network := new(net.OpError)
	if fmt.Sprint(states) != "[CONNECTING CONNECTING CLOSED]" || !errors.As(s.Err(), &network) {
		t.Errorf("got %v and %v; want two errors, the end, and the network's own error", states, s.Err())
	}
}

func TestALimitEndsAStream(t *testing.T) {
	for name, test := range map[string]struct {
		limits sse.Limits
		body   string
		what   string
	}{
		"an endless line":    {sse.Limits{Line: 100}, "data: " + strings.Repeat("x", 1000), "line"},
		"an endless event":   {sse.Limits{Event: 100}, strings.Repeat("data: xxxxxxxxxx\n", 100), "event"},
		"an endless comment": {sse.Limits{Line: 100}, ":" + strings.Repeat("x", 1000), "line"},
	} {
		t.Run(name, func(t *testing.T) {
			played := &script{responses: []func(context.Context) (Response, error){stream("data: 1\n\n" + test.body)}}
			s, err := NewStream(t.Context(), "http://a.test/", StreamOptions{Limits: test.limits, Transport: played.transport})
			if err != nil {
				t.Fatal(err)
			}
			events := 0
			for range s.Messages() {
				events++
			}
			if limit := new(sse.LimitError); !errors.As(s.Err(), &limit) || limit.What != test.what || events != 1 || len(played.requests) != 1 {
				t.Errorf("got %v after %d events and %d requests; want the limit of a %s after 1 and 1", s.Err(), events, len(played.requests), test.what)
			}
		})
	}
}

func TestAClosedStreamSendsNothing(t *testing.T) {
	played := &script{responses: []func(context.Context) (Response, error){stream("")}}
	s, err := NewStream(t.Context(), "http://a.test/", StreamOptions{Transport: played.transport})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	s.Close()
	for e := range s.All() {
		t.Errorf("got %+v; want nothing", e)
	}
	if len(played.requests) > 0 || s.Err() != nil || s.ReadyState() != Closed {
		t.Errorf("got %d requests, %v and %v; want none, nil and CLOSED", len(played.requests), s.Err(), s.ReadyState())
	}
}

func TestAContextEndsAStreamAndIsItsError(t *testing.T) {
	for name, responses := range map[string][]func(context.Context) (Response, error){
		"while it is open":      {silent("data: 1\n\n")},
		"while it waits":        {stream("data: 1\n\nretry: 3600000\n\n")},
		"while it has no reply": {stream("data: 1\n\nretry: 0\n\n"), func(ctx context.Context) (Response, error) { <-ctx.Done(); return Response{}, ctx.Err() }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				s, err := NewStream(ctx, "http://a.test/", StreamOptions{Transport: (&script{responses: responses}).transport})
				if err != nil {
					t.Fatal(err)
				}
				for range s.All() {
				}
				if !errors.Is(s.Err(), context.DeadlineExceeded) || s.ReadyState() != Closed {
					t.Errorf("got %v and %v; want the context's error and CLOSED", s.Err(), s.ReadyState())
				}
			}) // which finds a goroutine that is left
		})
	}
}

func TestWhatTheStreamDoesIsTold(t *testing.T) {
	played := &script{responses: []func(context.Context) (Response, error){stream(": hello\nid: 7\n\nevnt: x\ndata: half"), status(204, "")}}
	var lines, responses []string
	s, err := NewStream(t.Context(), "http://a.test/", StreamOptions{
		ReconnectionTime: -1, LastEventID: "5", Transport: played.transport,
		Line:     func(l sse.Line) { lines = append(lines, l.Outcome.String()+" "+l.Raw) },
		Response: func(r Response) { responses = append(responses, fmt.Sprint(r.Status)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for range s.All() {
	}
	const want = "comment : hello|field id: 7|blank |ignored evnt: x|discarded data: half"
	if got := strings.ToLower(strings.Join(lines, "|")); got != want {
		t.Errorf("got the lines %q; want %q", got, want)
	}
	if got := fmt.Sprint(responses, played.requests[0].LastEventID, played.requests[1].LastEventID); got != "[200 204] 5 7" && got != "[200 204]57" {
		t.Errorf("got %s; want the two responses, and the IDs 5 and 7", got)
	}
}

func TestWhatCannotBeSentIsRefusedBeforeItIs(t *testing.T) {
	for name, test := range map[string]struct {
		address string
		header  map[string]string
		says    string
	}{
		"a relative address":     {"/sse", nil, "must be absolute"},
		"another scheme":         {"ftp://a.test/", nil, "http:// or https://"},
		"a port too high":        {"http://a.test:65536/", nil, "at most 65535"},
		"no address":             {"http://[", nil, "SyntaxError"},
		"a name with a space":    {"http://a.test/", map[string]string{"a b": "c"}, "cannot have the name a b"},
		"a value with two lines": {"http://a.test/", map[string]string{"a": "b\r\nc: d"}, "leave control characters and line breaks out"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := NewStream(t.Context(), test.address, StreamOptions{Header: test.header}); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v; want an error that says %q", err, test.says)
			}
		})
	}
}
