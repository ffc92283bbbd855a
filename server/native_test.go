package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"eventsource-playground/cluster/local"
	"eventsource-playground/cluster/natstest"
	"eventsource-playground/eventsource"
	"eventsource-playground/scenario"
	"eventsource-playground/scenario/library"
	"eventsource-playground/sse"
)

// otherwise is why a Stream over net/http does not see what a scenario's file says of Chromium.
var otherwise = map[string]string{
	"cors-missing":           noPage,
	"cors-any-credentials":   noPage,
	"cors-exact-credentials": noPage,
	"cors-second":            noPage,

	"redirect-301": forgets,
	"redirect-302": forgets,
	"redirect-303": forgets,
	"redirect-307": forgets,
	"redirect-308": forgets,

	"seven-streams": "six connections are the browser's limit",
	"other-charset": "the standard has no rule about the charset, and Chromium has",
	"retry-empty":   "by the standard an empty retry changes nothing, and Chromium forgets the one before",
}

const (
	noPage  = "no page, no CORS"
	forgets = "a Stream reconnects to its own address, as the standard says, and Chromium to the one that it was led to"
)

// Every scenario of the library, played to a Stream over net/http, does what its file says of Chromium. Those that no EventSource can
// connect to are played in no browser.
func TestEveryScenarioIsForAStreamAsItsFileSays(t *testing.T) {
	for name := range otherwise {
		if e, ok := library.Find(name); !ok || e.Connect.Engine {
			t.Errorf("got %s left out; want it in the library, and played in browsers", name)
		}
	}
	p := start(t, "-addr", "127.0.0.1:0")
	second := p.second(t) // before the log has more in it
	wantAsTheirFilesSay(t, strings.TrimSuffix(p.url, "/"), second)
}

// The same of three servers behind a proxy that sends each request to the next one.
func TestEveryScenarioOfSeveralServers(t *testing.T) {
	if os.Getenv("SLOW") == "" {
		t.Skip("slow: make test-all")
	}
	var firsts, seconds []string
	for _, server := range startServers(t, natstest.Start(t, t.TempDir(), -1).ClientURL(), "a", "b", "c") {
		firsts = append(firsts, strings.Trim(server.url, "htp:/"))
		seconds = append(seconds, strings.Trim(server.second(t), "htp:/"))
	}
	first := httptest.NewServer(local.Proxy(func() []string { return firsts }))
	defer first.Close()
	second := httptest.NewServer(local.Proxy(func() []string { return seconds }))
	defer second.Close()
	wantAsTheirFilesSay(t, first.URL, second.URL)
}

func wantAsTheirFilesSay(t *testing.T, first, second string) {
	play := func(e library.Entry) []scenario.Seen {
		want, _ := e.Expect.In(scenario.Chromium)
		origin := first
		if e.Connect.SecondOrigin {
			origin = second
		}
		return streamSees(t.Context(), origin, e, len(want))
	}
	results := map[string]<-chan []scenario.Seen{}
	for _, e := range library.All() {
		if otherwise[e.Name] != "" {
			continue
		}
		result := make(chan []scenario.Seen, 1)
		results[e.Name] = result
		go func() { result <- play(e) }() // all at once: they mostly wait
	}
	for _, e := range library.All() {
		if results[e.Name] == nil {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			wrong := unlike(e, <-results[e.Name])
			if wrong != "" { // a busy machine is late now and then, but not with one alone
				t.Logf("played again: %s", wrong)
				wrong = unlike(e, play(e))
			}
			if wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

// unlike is where what was seen of a scenario is not as its file says; "": nowhere.
func unlike(e library.Entry, got []scenario.Seen) string {
	want, _ := e.Expect.In(scenario.Chromium)
	if e.Expect.More {
		got = got[:min(len(got), len(want))]
	}
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return fmt.Sprintf("line %d: got nothing; want %.200s", i+1, want[i])
		case i >= len(want):
			return fmt.Sprintf("line %d: got %.200s; want nothing more", i+1, got[i])
		case !want[i].Matches(got[i]):
			return fmt.Sprintf("line %d: got %.200s; want %.200s", i+1, got[i], want[i])
		case want[i].Kind == scenario.Requested && got[i].After < want[i].After:
			return fmt.Sprintf("line %d: got %.200s; want it after %v", i+1, got[i], want[i].After)
		}
	}
	return ""
}

// streamSees is what a Stream sees of a scenario that connects so: as many things, and what else comes a moment later.
func streamSees(ctx context.Context, origin string, e library.Entry, things int) (seen []scenario.Seen) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var mutex sync.Mutex
	last := time.Now()
	see := func(s scenario.Seen) {
		mutex.Lock()
		defer mutex.Unlock()
		s.After, last = time.Since(last), time.Now()
		if seen = append(seen, s); len(seen) == things {
			const moment = 300 * time.Millisecond
			time.AfterFunc(moment, cancel)
		}
	}
	header := map[string]string{}
	for _, h := range e.Connect.Headers {
		header[h.Name] = h.Value
	}
	options := eventsource.StreamOptions{
		Method: e.Connect.Method, Header: header,
		Transport: eventsource.HTTP(&http.Client{Transport: eachRequest(func(r *http.Request) {
			if r.URL.Path == "/sse" { // or it is where nothing is
				see(scenario.Seen{Kind: scenario.Requested, LastEventID: r.Header.Get("Last-Event-ID"), Redirected: r.URL.Query().Has("redirected")})
			}
		})}),
	}
	if e.Connect.Body != "" {
		options.Body = []byte(e.Connect.Body)
	}
	stream, err := eventsource.NewStream(ctx, origin+"/sse?scenario="+e.Name, options)
	if err != nil {
		return nil
	}
	for event := range stream.All() {
		switch event.Kind {
		case eventsource.Opened:
			see(scenario.Seen{Kind: scenario.Opened})
		case eventsource.Failed:
			see(scenario.Seen{Kind: scenario.Failed, ReadyState: int(event.ReadyState)})
		case eventsource.Message:
			if slices.Contains(e.Listen, event.Type) {
				see(scenario.Seen{Kind: scenario.Dispatched, Event: sse.Event{Type: event.Type, Data: event.Data, LastEventID: event.LastEventID}})
			}
		}
	}
	mutex.Lock()
	defer mutex.Unlock()
	return seen
}

// eachRequest is told of each request before it is sent, also of those that follow a redirect.
type eachRequest func(*http.Request)

func (f eachRequest) RoundTrip(r *http.Request) (*http.Response, error) {
	f(r)
	return http.DefaultTransport.RoundTrip(r)
}
