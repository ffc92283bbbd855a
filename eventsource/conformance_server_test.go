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

// casePlay is the server's part of a case.
type casePlay struct {
	conformanceCase
	prefix      string // of its paths
	page, other string // origins

	mutex    sync.Mutex
	requests int
	ids      []string // Last-Event-ID of each request of a stream's; "-": none
	ended    time.Time
	wrong    []string
	all      chan struct{} // closed when there were as many requests as there should be
}

func newCasePlay(c conformanceCase) *casePlay {
	return &casePlay{conformanceCase: c, all: make(chan struct{})}
}

// place fills in the origins, where a path follows with the prefix of the case.
func (p *casePlay) place(s string) string {
	return strings.NewReplacer("{PAGE_ORIGIN}/", p.page+p.prefix+"/", "{OTHER_ORIGIN}/", p.other+p.prefix+"/",
		"{PAGE_ORIGIN}", p.page, "{OTHER_ORIGIN}", p.other).Replace(s)
}

// served waits until there were as many requests as there should be, or ctx is done, and returns how many there were.
func (p *casePlay) served(ctx context.Context) int {
	select {
	case <-p.all:
	case <-ctx.Done():
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.requests
}

// wronged notes what was wrong with a request. The caller holds mutex.
func (p *casePlay) wronged(format string, args ...any) {
	p.wrong = append(p.wrong, fmt.Sprintf("request %d: ", p.requests)+fmt.Sprintf(format, args...))
}

func (p *casePlay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.Kind == "stream" {
		p.serveStream(w, r)
		return
	}
	p.mutex.Lock()
	if r.Method == http.MethodOptions && (p.requests >= len(p.Requests) || p.Requests[p.requests].Expect.Method != r.Method) {
		p.mutex.Unlock() // fetch asks where an EventSource does not
		for name, value := range map[string]string{"Origin": p.page, "Headers": "last-event-id", "Credentials": "true"} {
			w.Header().Set("Access-Control-Allow-"+name, value)
		}
		w.WriteHeader(http.StatusNoContent)
		return
	}
	n := p.requests
	since := time.Since(p.ended)
	if p.requests++; p.requests == max(1, len(p.Requests)) {
		close(p.all)
	}
	if n >= len(p.Requests) {
		p.mutex.Unlock()
		w.WriteHeader(http.StatusNoContent)
		return
	}
	want, play := p.Requests[n].Expect, p.Requests[n].Respond
	origin, path := "http://"+r.Host, p.place(want.Path)
	if !strings.HasPrefix(path, "http://") {
		path = p.prefix + path
	}
	if r.Method != want.Method || r.RequestURI != strings.TrimPrefix(path, origin) {
		p.wronged("got %s %s%s; want %s %s", r.Method, origin, r.RequestURI, want.Method, path)
	}
	for name, value := range want.Headers {
		if got := strings.Join(r.Header.Values(name), ", "); got != p.place(value) && (name != "Origin" || p.prefix != "") {
			p.wronged("got %s %q; want %q", name, got, p.place(value))
		}
	}
	for _, name := range want.Absent {
		if got := r.Header.Values(name); len(got) > 0 {
			p.wronged("got %s %q; want none", name, got)
		}
	}
	if a := want.After; n > 0 && len(a) == 2 && a[0] != nil && since < time.Duration(*a[0]*float64(time.Millisecond)) {
		p.wronged("got it %v after the end before; want %v ms or more", since, *a[0])
	}
	p.mutex.Unlock()
	time.Sleep(time.Duration(play.Delay) * time.Millisecond) // the server's part of the case
	for name, value := range play.Headers {
		if strings.HasPrefix(value, "/") {
			value = p.prefix + value // a Location
		}
		w.Header()[http.CanonicalHeaderKey(name)] = []string{p.place(value)}
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
	if play.End == "hold" {
		<-r.Context().Done()
	}
	p.mutex.Lock()
	p.ended = time.Now()
	p.mutex.Unlock()
	if play.End == "close_without_last_chunk" || play.End == "close_before_content_length" {
		panic(http.ErrAbortHandler)
	}
}

// serveStream responds with a stream case's body, and to a second request with 204.
func (p *casePlay) serveStream(w http.ResponseWriter, r *http.Request) {
	p.mutex.Lock()
	p.requests++
	id := "-"
	if values := r.Header.Values("Last-Event-ID"); len(values) > 0 {
		id = values[0]
	}
	if p.ids = append(p.ids, id); p.requests == 2 {
		close(p.all)
	}
	first := p.requests == 1
	p.mutex.Unlock()
	if !first {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	for name, value := range p.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(p.Status)
	chunks := p.Chunks
	if len(chunks) == 0 {
		chunks = [][]byte{p.Body}
	}
	for _, chunk := range chunks {
		w.Write(chunk)
		http.NewResponseController(w).Flush()
	}
}

// next is the Last-Event-ID of the second request of a stream's.
func (p *casePlay) next(ctx context.Context) string {
	if p.served(ctx) < 2 {
		return "no second request"
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.ids[1]
}

// ServeCases serves the shared cases to a browser: each under /case/ID, on the page's origin by the handler that it returns, and on
// another; on a third what they are and what was seen of them. env gets the addresses. Without the cases it does nothing.
func ServeCases(t *testing.T, env map[string]string) http.Handler {
	if _, err := os.Stat(conformanceCases); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	cases, plays := readCases(t), map[string]*casePlay{}
	for _, c := range cases {
		plays[c.ID] = newCasePlay(c)
		plays[c.ID].prefix = "/case/" + c.ID
	}
	played := http.NewServeMux()
	other := httptest.NewServer(played)
	played.HandleFunc("/case/{id}/", func(w http.ResponseWriter, r *http.Request) {
		play := plays[r.PathValue("id")]
		play.mutex.Lock()
		if play.other = other.URL; play.page == "" { // the first request of each is to the page's own origin, or comes from it
			play.page = r.Header.Get("Origin")
			if play.page == "" {
				play.page = "http://" + r.Host
			}
		}
		play.mutex.Unlock()
		play.ServeHTTP(w, r)
	})
	asked := http.NewServeMux()
	say := func(w http.ResponseWriter, v any) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		json.NewEncoder(w).Encode(v)
	}
	asked.HandleFunc("/cases", func(w http.ResponseWriter, r *http.Request) { say(w, cases) })
	asked.HandleFunc("/verdict/{id}", func(w http.ResponseWriter, r *http.Request) {
		play := plays[r.PathValue("id")]
		ctx, cancel := context.WithTimeout(r.Context(), 20*time.Second)
		defer cancel()
		requests := 0
		if play.Kind == "stream" || len(play.Requests) > 0 {
			requests = play.served(ctx)
		}
		play.mutex.Lock()
		defer play.mutex.Unlock()
		say(w, map[string]any{"requests": requests, "ids": play.ids, "wrong": play.wrong})
	})
	control := httptest.NewServer(asked)
	t.Cleanup(func() {
		for _, server := range []*httptest.Server{other, control} {
			server.CloseClientConnections()
			server.Close()
		}
	})
	env["CASES_BASE"], env["OTHER_BASE"] = control.URL, other.URL
	return played
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
			play := newCasePlay(c)
			server := httptest.NewServer(play)
			defer server.Close()
			s, err := NewStream(t.Context(), server.URL, StreamOptions{
				LastEventID: c.Initial, ReconnectionTime: -1, Backoff: Backoff{Ceiling: time.Millisecond},
			})
			if err != nil {
				t.Fatal(err)
			}
			checkStream(t, c, s, func() string { return play.next(t.Context()) })
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
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			play := newCasePlay(c)
			server, other := httptest.NewServer(play), httptest.NewServer(play)
			defer server.Close()
			defer other.Close()
			defer cancel() // before the servers, which wait for the held
			play.page, play.other = server.URL, other.URL
			address := play.place(c.Client.URL)
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
			checkRequests(t, c, s, func() int {
				if len(c.Requests) == 0 {
					return play.requests
				}
				return play.served(ctx)
			})
			if s.URL() != address {
				t.Errorf("got the URL %s; want %s", s.URL(), address)
			}
			for _, wrong := range play.wrong {
				t.Error(wrong)
			}
		})
	}
	if ran < 40 {
		t.Errorf("got %d cases from %s; want 40 or more", ran, conformanceCases)
	}
}
