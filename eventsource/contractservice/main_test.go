package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// harness is the other side: it serves a stream, and hears of what a client did with it.
type harness struct {
	service, server *httptest.Server
	requests        chan *http.Request
	bodies          chan string
	heard           chan string
	stream          func(n int, w http.ResponseWriter, r *http.Request)
	location        string
}

func newHarness(t *testing.T, stream func(n int, w http.ResponseWriter, r *http.Request)) *harness {
	h := &harness{requests: make(chan *http.Request, 20), bodies: make(chan string, 20), heard: make(chan string, 2000), stream: stream}
	n, told := 0, 0
	h.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.HasPrefix(r.URL.Path, "/callback/") {
			n++
			h.bodies <- string(body)
			h.requests <- r
			h.stream(n, w, r)
			return
		}
		if told++; r.URL.Path != fmt.Sprintf("/callback/%d", told) {
			t.Errorf("got a callback at %s; want /callback/%d", r.URL.Path, told)
		}
		h.heard <- string(body)
		w.WriteHeader(http.StatusAccepted)
	}))
	h.service = httptest.NewServer(newService())
	t.Cleanup(func() {
		request, _ := http.NewRequest("DELETE", h.service.URL+h.location, nil)
		if response, err := http.DefaultClient.Do(request); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("got %v and %v for DELETE; want 200", response, err)
		}
		h.service.Close()
		h.server.Close()
	})
	return h
}

func (h *harness) create(t *testing.T, members string) {
	t.Helper()
	body := fmt.Sprintf(`{"tag":"test","streamUrl":%q,"callbackUrl":%q,"initialDelayMs":0%s}`, h.server.URL+"/stream", h.server.URL+"/callback", members)
	response, err := http.Post(h.service.URL, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if h.location = response.Header.Get("Location"); response.StatusCode != http.StatusCreated || h.location == "" {
		t.Fatalf("got %d and the Location %q; want 201 and one", response.StatusCode, h.location)
	}
}

func (h *harness) post(t *testing.T, command string) int {
	t.Helper()
	response, err := http.Post(h.service.URL+h.location, "application/json", strings.NewReader(command))
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

func (h *harness) hears(t *testing.T, want ...string) {
	t.Helper()
	for _, want := range want {
		if got := <-h.heard; got != want {
			t.Errorf("got the callback %s; want %s", got, want)
		}
	}
}

// sends is a stream that sends a text each time, and holds after it if hold says so.
func sends(hold bool, texts ...string) func(int, http.ResponseWriter, *http.Request) {
	return func(n int, w http.ResponseWriter, r *http.Request) {
		if n > len(texts) {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		io.WriteString(w, texts[n-1])
		http.NewResponseController(w).Flush()
		if hold {
			<-r.Context().Done()
		}
	}
}

const (
	noContent = `{"kind":"error","error":"eventsource: the response has status 204, No Content: the server says that there is nothing more"}`
	ended     = `{"kind":"error","error":"eventsource: the response ended"}`
)

func TestItTellsWhatItCan(t *testing.T) {
	server := httptest.NewServer(newService())
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Capabilities []string }
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil || !slices.Equal(got.Capabilities, capabilities) || len(got.Capabilities) != 10 {
		t.Errorf("got %q and %v; want all ten", got.Capabilities, err)
	}
}

func TestEachCapability(t *testing.T) {
	event := func(typ, data, id string) string {
		return fmt.Sprintf(`{"kind":"event","event":{"type":%q,"data":%q,"id":%q}}`, typ, data, id)
	}
	for name, test := range map[string]struct {
		members string
		stream  func(int, http.ResponseWriter, *http.Request)
		heard   []string
	}{
		"bom":                              {"", sends(false, "\uFEFFdata: x\n\n"), []string{event("message", "x", ""), ended, noContent}},
		"comments":                         {"", sends(false, ":Hello\ndata: x\n\n"), []string{`{"kind":"comment","comment":"Hello"}`, event("message", "x", ""), ended, noContent}},
		"event-type-listeners":             {"", sends(false, "event: greeting\ndata: x\n\n"), []string{event("greeting", "x", ""), ended, noContent}},
		"server-directed-shutdown-request": {"", sends(false), []string{noContent}},
		"read-timeout": {`,"readTimeoutMs":100`, sends(true, "data: x\n\n"), []string{event("message", "x", ""),
			`{"kind":"error","error":"eventsource: silence: eventsource: nothing came for longer than the limit of silence"}`, noContent}},
		"a redirect without a Location": {"", func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMovedPermanently) },
			[]string{`{"kind":"error","error":"eventsource: the response has status 301; it must be 200"}`}},
		"10 MB in a line": {"", sends(false, "data: "+strings.Repeat("x", 10<<20)+"\n\n"), []string{event("message", strings.Repeat("x", 10<<20), ""), ended, noContent}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, test.stream)
			h.create(t, test.members)
			h.hears(t, test.heard...)
		})
	}
}

func TestWhatIsSentAlong(t *testing.T) {
	for _, method := range []string{"POST", "REPORT"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, sends(false, "id: 2\ndata: x\n\n"))
			h.create(t, `,"lastEventId":"1","headers":{"x-name":"value"},"body":"text","method":"`+method+`"`)
			for _, id := range []string{"1", "2"} {
				r, body := <-h.requests, ""
				body = <-h.bodies
				if got := []string{r.Method, r.Header.Get("Last-Event-ID"), r.Header.Get("X-Name"), body}; !slices.Equal(got, []string{method, id, "value", "text"}) {
					t.Errorf("got %q; want the method %s, the ID %s, the header and the body", got, method, id)
				}
				if r.Header.Get("Accept") != "text/event-stream" || r.Header.Get("Cache-Control") != "no-cache" {
					t.Errorf("got the headers %v; want Accept and Cache-Control as an EventSource has them", r.Header)
				}
			}
		})
	}
}

func TestARestartGoesOnWhereItWas(t *testing.T) {
	h := newHarness(t, sends(true, "id: 5\ndata: x\n\n", "data: y\n\n"))
	h.create(t, "")
	h.hears(t, `{"kind":"event","event":{"type":"message","data":"x","id":"5"}}`)
	<-h.requests
	if got := h.post(t, `{"command":"listen","listen":{"type":"greeting"}}`); got != http.StatusOK {
		t.Errorf("got %d for listen; want 200", got)
	}
	if got := h.post(t, `{"command":"restart"}`); got != http.StatusOK {
		t.Errorf("got %d for restart; want 200", got)
	}
	if r := <-h.requests; r.Header.Get("Last-Event-ID") != "5" {
		t.Errorf("got the Last-Event-ID %q; want 5", r.Header.Get("Last-Event-ID"))
	}
	h.hears(t, `{"kind":"event","event":{"type":"message","data":"y","id":"5"}}`)
	if got := h.post(t, `{"command":"dance"}`); got != http.StatusBadRequest {
		t.Errorf("got %d for an unknown command; want 400", got)
	}
}
