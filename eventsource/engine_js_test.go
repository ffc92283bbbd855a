package eventsource

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"eventsource-playground/e2e/rawserver"
)

// What fetch does that an EventSource does not, each in real browsers against a server that does to them what no library would.

// The reset comes after the headers: what comes together with both Chromium may discard.
func TestTheEngineDoesWhatAnEventSourceDoes(t *testing.T) {
	for _, test := range []struct{ name, url string }{
		{"the classic stream until a 204", ours("?count=3&interval=20ms&retry=100")},
		{"reset in mid-event", raw("same-reset", []rawserver.Step{{Write: rawserver.Head + "retry: 50\nid: 1\ndata: a\n\ndata: half"}, {SleepMS: 300}, {Reset: true}}, body("data: b\n\n"))},
		{"404", raw("same-404", []rawserver.Step{{Write: "HTTP/1.1 404 Not Found\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n"}})},
	} {
		t.Run(test.name, func(t *testing.T) {
			kinds := func(w *watched) (kinds []string) {
				for _, s := range w.story() {
					kind, _, _ := strings.Cut(s, ": {")
					kinds = append(kinds, kind)
				}
				return kinds
			}
			native := watch(t, test.url, Options{Listen: []string{"customEvent"}})
			native.until("its end", func() bool { return native.ReadyState() == Closed || slices.Contains(native.story(), "message: b") })
			native.Close()
			engine := watchEngine(t, strings.Replace(test.url, "key=same", "key=again", 1), StreamOptions{}, "customEvent")
			engine.until("its end", func() bool { return engine.ReadyState() == Closed || slices.Contains(engine.story(), "message: b") })
			if got, want := kinds(engine), kinds(native); !slices.Equal(got, want) {
				t.Errorf("got %q; want %q, as EventSource", got, want)
			}
		})
	}
}

// requests are what the raw server saw of a key but for preflights, once there are n and so many clients have gone.
func requests(t *testing.T, key string, n, gone int) (seen []rawserver.Request) {
	t.Helper()
	text := get(t, os.Getenv("CONTROL_BASE")+"/requests?key="+key+"&n="+strconv.Itoa(n)+"&gone="+strconv.Itoa(gone))
	err := json.Unmarshal([]byte(text), &seen)
	seen = slices.DeleteFunc(seen, func(r rawserver.Request) bool { return r.Method == "OPTIONS" })
	if err != nil || len(seen) < n {
		t.Fatalf("got %v and %d requests of %s; want %d", err, len(seen), key, n)
	}
	return seen
}

func get(t *testing.T, url string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	response, err := Fetch(ctx, Request{URL: url})
	if err != nil {
		t.Error(err)
		return ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

// busy keeps the page busy.
func busy(ms float64) {
	for until := now() + ms; now() < until; {
	}
}

func TestNothingIsLostAtAnAbruptEndWhileEventsAreHandled(t *testing.T) {
	for i := range 5 {
		key := "lost-" + strconv.Itoa(i)
		s, err := NewStream(t.Context(), raw(key, []rawserver.Step{
			{Write: rawserver.ChunkedHead + rawserver.Chunk("data: a\n\n")}, {Wait: true}, {Write: rawserver.Chunk("data: b\n\n")}, {Reset: true},
		}), StreamOptions{Attempts: 1})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for e := range s.All() {
			got = append(got, e.Type+" "+e.Data)
			if e.Data == "a" {
				goOn(t, key)
				busy(200)
			}
			if e.Kind == Failed {
				break
			}
		}
		if want := []string{"open ", "message a", "message b", "error "}; !slices.Equal(got, want) {
			t.Errorf("got %q; want %q", got, want)
		}
	}
}

func TestAfterAFreezeTheStreamIsAbortedAndReconnects(t *testing.T) {
	var causes []error
	s, err := NewStream(t.Context(), raw("frozen", []rawserver.Step{{Write: rawserver.Head + "retry: 20\nid: 7\ndata: a\n\n"}}, body("data: b\n\n")), StreamOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for e := range s.All() {
		switch {
		case e.Data == "a":
			go js.Global().Get("document").Call("dispatchEvent", js.Global().Get("Event").New("resume"))
		case e.Kind == Failed:
			causes = append(causes, s.Err())
		}
		if e.Data == "b" {
			break
		}
	}
	if len(causes) != 1 || !errors.Is(causes[0], ErrFrozen) {
		t.Errorf("got the causes %v; want one, ErrFrozen", causes)
	}
	if seen := requests(t, "frozen", 2, 2); seen[1].Header["last-event-id"] != "7" {
		t.Errorf("got %v; want Last-Event-ID 7", seen[1].Header)
	}
}

func TestCloseClosesTheSocketAtOnce(t *testing.T) {
	w := watchEngine(t, raw("gone", body("data: a\n\n")), StreamOptions{})
	w.untilLast("message: a")
	w.Close()
	if got := w.ReadyState(); got != Closed {
		t.Errorf("got %v; want CLOSED", got)
	}
	if seen := requests(t, "gone", 1, 1); seen[0].GoneMS == 0 {
		t.Error("got a connection that stays open; want it closed, though nothing more was sent")
	}
	w.want("opened 1", "message: a")
}

// Firefox rejects what is under way; Chromium does not.
func TestANavigationThatIsAnsweredBy204(t *testing.T) {
	const no = "HTTP/1.1 204 No Content\r\n\r\n"
	w := watchEngine(t, raw("stays", []rawserver.Step{{Write: rawserver.Head + "retry: 20\ndata: a\n\n"}, {Wait: true}, {Write: "data: b\n\n"}}), StreamOptions{})
	w.untilLast("message: a")
	js.Global().Get("location").Call("assign", raw("navigation", []rawserver.Step{{Write: no}}))
	requests(t, "navigation", 1, 0)
	if os.Getenv("BROWSER") == "firefox" {
		w.until("another connection", func() bool {
			return slices.Contains(w.story(), "failed 0") && w.story()[len(w.story())-1] == "message: a"
		})
		return
	}
	goOn(t, "stays")
	w.untilLast("message: b")
	w.want("opened 1", "message: a", "message: b")
}

func TestAGzipBodyThatIsCutShortEndsWithoutAnError(t *testing.T) {
	const zipped = "H4sIAAAAAAAAA0tJLEm0UkhU4OJKgdFJXFwAvSHQvhQAAAA=" // data: a\n\ndata: b\n\n
	body, err := base64.StdEncoding.DecodeString(zipped)
	if err != nil {
		t.Fatal(err)
	}
	head := strings.Replace(rawserver.Head, "\r\n\r\n", "\r\nContent-Encoding: gzip\r\n\r\n", 1)
	s, err := NewStream(t.Context(), raw("gzip", []rawserver.Step{{Write: head}, {Hex: hexOf(body[:len(body)-9])}, {Fin: true}}), StreamOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for e := range s.All() {
		if e.Kind != Failed {
			continue
		}
		if lost := new(Lost); !errors.As(s.Err(), &lost) || lost.During != "end" {
			t.Errorf("got %v; want the end of a response", s.Err())
		}
		break
	}
}

func hexOf(p []byte) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for _, c := range p {
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

func TestWhatIsSentAndWhatCanBeRead(t *testing.T) {
	head := strings.Replace(rawserver.Head, "\r\n\r\n", "\r\nX-Hidden: h\r\nX-Shown: s\r\nAccess-Control-Expose-Headers: X-Shown\r\n\r\n", 1)
	var asked []Request
	var came []Response
	s, err := NewStream(t.Context(), raw("sent", []rawserver.Step{{Write: head + "id: \u00FC\u2028\ndata: a\n\n"}, {Fin: true}}), StreamOptions{
		Method: "POST", Body: []byte("{}"), Header: map[string]string{"Content-Type": "text/plain"},
		Request: func(r Request) { asked = append(asked, r) }, Response: func(r Response) { came = append(came, r) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for e := range s.All() {
		if e.Kind == Failed && (e.ReadyState != Closed || !errors.Is(s.Err(), ErrNotRepeated)) {
			t.Errorf("got %v and %v; want CLOSED: a POST is not repeated by itself", e.ReadyState, s.Err())
		}
	}
	if len(asked) != 1 || len(came) != 1 {
		t.Fatalf("got %d requests and %d responses; want 1 and 1", len(asked), len(came))
	}
	if r := came[0]; r.Filter != CORS || r.Header["X-Hidden"] != nil || !slices.Equal(r.Header["X-Shown"], []string{"s"}) || r.Status != 200 || r.TimeStamp == 0 {
		t.Errorf("got %+v; want what CORS lets a script read", r)
	}
	if seen := requests(t, "sent", 1, 0)[0]; seen.Method != "POST" || seen.Header["accept"] != "text/event-stream" || seen.Header["cache-control"] != "no-cache" {
		t.Errorf("got %+v; want a POST with the headers of an EventSource", seen)
	}
}

func TestALastEventIDIsSentAsAnEventSourceSendsIt(t *testing.T) {
	script := func() [][]rawserver.Step {
		return [][]rawserver.Step{
			{{Write: strings.Replace(rawserver.Head, "Allow-Origin: *", "Allow-Headers: last-event-id\r\nAccess-Control-Allow-Origin: *", 1) + "retry: 20\nid: \u00FC\u2028x\ndata: a\n\n"}, {Fin: true}},
			body("data: b\n\n"),
		}
	}
	native := watch(t, raw("id-native", script()...), Options{})
	native.untilLast("message: b")
	engine := watchEngine(t, raw("id-engine", script()...), StreamOptions{})
	engine.untilLast("message: b")
	want, got := requests(t, "id-native", 2, 0), requests(t, "id-engine", 2, 0)
	if want, got := want[len(want)-1].Header["last-event-id"], got[len(got)-1].Header["last-event-id"]; got != want || got == "" {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestWhatTheBrowserSetsItselfIsRefused(t *testing.T) {
	for _, test := range []struct {
		name string
		o    StreamOptions
		want string
	}{
		{"Cookie", StreamOptions{Header: map[string]string{"Cookie": "a=b"}}, "the browser sets Cookie itself and lets no script do it: leave it out"},
		{"Sec-", StreamOptions{Header: map[string]string{"Sec-Fetch-Mode": "x"}}, "the browser sets Sec-Fetch-Mode itself and lets no script do it: leave it out"},
		{"a method", StreamOptions{Method: "trace"}, "the browser lets no script send the method trace"},
		{"a GET with a body", StreamOptions{Body: []byte("a")}, "a request with a body cannot have the method GET or HEAD: POST is usual"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := NewStream(t.Context(), "/", test.o)
			if thrown := new(Exception); !errors.As(err, &thrown) || thrown.Message != test.want {
				t.Errorf("got %v; want %q", err, test.want)
			}
		})
	}
	if _, err := NewStream(t.Context(), "/", StreamOptions{Header: map[string]string{"X-A": "a\nb"}}); !errors.As(err, new(*Unsendable)) {
		t.Errorf("got %v; want an *Unsendable", err)
	}
	if _, err := NewStream(t.Context(), "http://user:word@host/", StreamOptions{}); err == nil || !strings.Contains(err.Error(), "Authorization") {
		t.Errorf("got %v; want a hint at Authorization", err)
	}
}

func TestARefusedConnectionDoesNotSayWhy(t *testing.T) {
	var port struct{ URL string }
	if err := json.Unmarshal([]byte(get(t, os.Getenv("CONTROL_BASE")+"/port")), &port); err != nil {
		t.Fatal(err)
	}
	s, err := NewStream(t.Context(), port.URL, StreamOptions{ReconnectionTime: -1, Attempts: 2})
	if err != nil {
		t.Fatal(err)
	}
	for range s.All() {
	}
	gaveUp, lost, thrown := new(GaveUp), new(Lost), new(Exception)
	if err := s.Err(); !errors.As(err, &gaveUp) || gaveUp.Attempts != 2 || !errors.As(err, &lost) || lost.During != "request" || !errors.As(err, &thrown) || thrown.Name != "TypeError" {
		t.Errorf("got %v; want to have given up after 2 requests that failed with a TypeError", err)
	}
}

func TestSilenceIsNoticed(t *testing.T) {
	s, err := NewStream(t.Context(), raw("silent", body("data: a\n\n")), StreamOptions{Silence: 50 * time.Millisecond, Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	for e := range s.All() {
		if e.Kind == Failed {
			if !errors.Is(s.Err(), ErrSilent) {
				t.Errorf("got %v; want ErrSilent", s.Err())
			}
			break
		}
	}
}

func TestStreamsLeaveNothingBehind(t *testing.T) {
	before := liveFuncs
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s, err := NewStream(ctx, raw("behind", body("data: a\n\n")), StreamOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for e := range s.All() {
			if e.Kind == Message {
				cancel()
			}
		}
	}
	deadline := now() + 5000
	for liveFuncs != before && now() < deadline { // the last promise is rejected a moment later
		nextTask()
	}
	if liveFuncs != before {
		t.Errorf("got %d live js.Funcs; want %d", liveFuncs, before)
	}
}

// nextTask lets the page do what waits.
func nextTask() {
	done := make(chan struct{})
	stop := after(0, func() { close(done) })
	defer stop()
	<-done
}
