//go:build !js

package rawserver

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// get returns the status and the body, with the error that ended it, if one did.
func get(t *testing.T, url string, header ...string) (int, string, error) {
	t.Helper()
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func TestScripts(t *testing.T) {
	s := Start(t)
	for _, tt := range []struct {
		name string
		play []Step
		body string
		err  error
	}{
		{"a clean end", []Step{{Write: Head}, {Write: "data: ü\n\n"}, {Fin: true}}, "data: ü\n\n", nil},
		{"no last chunk", []Step{{Write: ChunkedHead + Chunk("data: a\n\n")}, {Fin: true}}, "data: a\n\n", io.ErrUnexpectedEOF},
		{"a last chunk", []Step{{Write: ChunkedHead + Chunk("data: a\n\n") + Chunk("")}}, "data: a\n\n", nil},
		{"half an event, then a reset", []Step{{Write: Head + "data: whole\n\ndata: ha"}, {SleepMS: 50}, {Reset: true}}, "data: whole\n\ndata: ha", syscall.ECONNRESET},
		{"nothing, then a reset", []Step{{Reset: true}}, "", syscall.ECONNRESET},
		{"bytes that are no UTF-8", []Step{{Write: Head}, {Hex: "ff00", Times: 2}, {Fin: true}}, "\xff\x00\xff\x00", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, body, err := get(t, s.RawURL(tt.name, tt.play))
			if body != tt.body || !errors.Is(err, tt.err) {
				t.Errorf("got %q, %v; want %q, %v", body, err, tt.body, tt.err)
			}
		})
	}
}

func TestTheNthRequestGetsTheNthScriptAndTheLastOneRepeats(t *testing.T) {
	s := Start(t)
	url := s.RawURL("k", []Step{{Write: Head + "one"}, {Fin: true}}, []Step{{Write: Head + "two"}, {Fin: true}})
	for _, want := range []string{"one", "two", "two"} {
		if _, got, err := get(t, url, "Last-Event-ID", want, "X-Twice", "a", "x-twice", "b"); got != want || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	_, text, _ := get(t, s.Control+"/requests?key=k&n=3")
	var requests []Request
	if err := json.Unmarshal([]byte(text), &requests); err != nil || len(requests) != 3 {
		t.Fatalf("got %s, %v; want three requests", text, err)
	}
	r := requests[2]
	if r.Method != "GET" || r.Header["last-event-id"] != "two" || r.Header["x-twice"] != "a, b" || !strings.HasPrefix(r.Target, "/raw?key=k") {
		t.Errorf("got %+v", r)
	}
	if r.MS <= requests[0].MS {
		t.Errorf("got times %v and then %v; want them to grow", requests[0].MS, r.MS)
	}
}

func TestWaitHoldsUntilContinue(t *testing.T) {
	s := Start(t)
	answered := make(chan string)
	go func() {
		_, body, _ := get(t, s.RawURL("k", []Step{{Wait: true}, {Write: Head + "x"}, {Fin: true}}))
		answered <- body
	}()
	s.Requests("k", 1, 0)
	select {
	case <-answered:
		t.Error("it didn't wait")
	default:
	}
	get(t, s.Control+"/continue?key=k")
	if got := <-answered; got != "x" {
		t.Errorf("got %q", got)
	}
}

func TestItKnowsWhenAClientLeft(t *testing.T) {
	s := Start(t)
	resp, err := http.DefaultTransport.RoundTrip(must(http.NewRequest("GET", s.RawURL("k", []Step{{Write: Head}, {Wait: true}}), nil)))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Requests("k", 1, 0); got[0].GoneMS != 0 {
		t.Errorf("got %+v; want a client that is still there", got)
	}
	resp.Body.Close()
	if got := s.Requests("k", 1, 1); got[0].GoneMS < got[0].MS {
		t.Errorf("got %+v; want a client that has left", got)
	}
}

func TestPortsRefuseAndListen(t *testing.T) {
	s := Start(t)
	var p struct {
		Port int
		URL  string
	}
	_, text, _ := get(t, s.Control+"/port")
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatalf("got %s: %v", text, err)
	}
	script := []Step{{Write: Head + "x"}, {Fin: true}}
	for range 3 {
		if _, _, err := get(t, RawURL(p.URL, "k", script)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v; want connection refused", err)
		}
		if err := s.Listen(p.Port); err != nil {
			t.Fatal(err)
		}
		if _, body, err := get(t, RawURL(p.URL, "k", script)); body != "x" || err != nil {
			t.Errorf("got %q, %v; want x", body, err)
		}
		if err := s.Refuse(p.Port); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMistakesAreAnswered(t *testing.T) {
	s := Start(t)
	for query, want := range map[string]string{
		"/raw?key=k": "needs a script", "/raw?script=[": "JSON", "/raw?script=[{\"hex\":\"x\"}]": "hex",
		"/listen?port=1": "port 1", "/refuse?port=1": "port 1", "/": "no /",
	} {
		if status, body, _ := get(t, s.URL+query); status < 400 || !strings.Contains(body, want) {
			t.Errorf("%s: got %d %q; want %q in it", query, status, body, want)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
