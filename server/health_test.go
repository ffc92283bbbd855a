package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"eventsource-playground/cluster/natstest"
)

func TestAServerIsAliveAndReady(t *testing.T) {
	p := start(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		reply := p.get(t, path)
		if got := text(t, reply); reply.StatusCode != http.StatusOK || got != "ok\n" {
			t.Errorf("got %d %q for %s; want 200 and ok", reply.StatusCode, got, path)
		}
	}
}

func TestAServerWithoutItsNATSIsAliveButNotReady(t *testing.T) {
	nats := natstest.Start(t, t.TempDir(), -1)
	p := start(t, "-nats", nats.ClientURL())
	ready := func(want int) (sentence string) {
		t.Helper()
		for until := time.Now().Add(10 * time.Second); ; {
			reply := p.get(t, "/readyz")
			sentence = text(t, reply)
			if reply.StatusCode == want {
				return sentence
			}
			if time.Now().After(until) {
				t.Fatalf("got %d %q; want %d", reply.StatusCode, sentence, want)
			}
		}
	}
	ready(http.StatusOK)
	nats.Shutdown()
	nats.WaitForShutdown()
	if got := ready(http.StatusServiceUnavailable); !strings.Contains(got, "NATS") || !strings.Contains(got, "can't be reached") {
		t.Errorf("got %q; want the reason", got)
	}
	if got := p.get(t, "/healthz").StatusCode; got != http.StatusOK {
		t.Errorf("got %d; want 200, since nothing would come of starting it again", got)
	}
}

func TestAServerThatStopsIsAliveButNotReady(t *testing.T) {
	h := &health{}
	h.stopping.Store(true)
	w := httptest.NewRecorder()
	h.ready().ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "stops") {
		t.Errorf("got %d %q; want 503 and the reason", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	h.alive().ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
	if w.Code != http.StatusOK {
		t.Errorf("got %d; want 200", w.Code)
	}
}
