package eventsource

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"eventsource-playground/e2e/rawserver"
)

// These run in real browsers, against real servers: see browser_test.go.

// watched is a Source and what it observed.
type watched struct {
	*Source
	t      *testing.T
	events []Event
	lazy   int // runs that were not decoded at once
	news   chan struct{}
}

func watch(t *testing.T, url string, o Options) *watched {
	t.Helper()
	return watching(t, func(observe func(Events)) (*Source, error) { return New(url, o, observe) })
}

// watchEngine is watch with the engine in place of the browser's object.
func watchEngine(t *testing.T, url string, o StreamOptions, listen ...string) *watched {
	t.Helper()
	return watching(t, func(observe func(Events)) (*Source, error) { return Engine(url, o, listen, observe) })
}

func watching(t *testing.T, make_ func(observe func(Events)) (*Source, error)) *watched {
	t.Helper()
	w := &watched{t: t, news: make(chan struct{}, 1)}
	s, err := make_(func(events Events) {
		if events.Lazy() {
			w.lazy++
		}
		w.events = append(w.events, events.Slice(0, events.Len())...)
		w.tell()
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Source = s
	t.Cleanup(s.Close)
	return w
}

func (w *watched) tell() {
	select {
	case w.news <- struct{}{}:
	default: // told already
	}
}

// until waits for an observation after which done holds.
func (w *watched) until(what string, done func() bool) {
	w.t.Helper()
	deadline := time.After(20 * time.Second)
	for !done() {
		select {
		case <-w.news:
		case <-deadline:
			w.t.Fatalf("waited 20 s for %s; got %q", what, w.story())
		}
	}
}

func (w *watched) untilLast(want string) {
	w.t.Helper()
	w.until(want, func() bool { s := w.story(); return len(s) > 0 && s[len(s)-1] == want })
}

// story is what was observed, without times: "opened 1", "failed 0", "tick: data".
func (w *watched) story() []string {
	var s []string
	for _, e := range w.events {
		switch e.Kind {
		case Opened:
			s = append(s, "opened "+strconv.Itoa(int(e.ReadyState)))
		case Failed:
			s = append(s, "failed "+strconv.Itoa(int(e.ReadyState)))
		case Message:
			s = append(s, e.Type+": "+e.Data)
		}
	}
	return s
}

func (w *watched) want(want ...string) {
	w.t.Helper()
	if got := w.story(); !slices.Equal(got, want) {
		w.t.Errorf("got %q; want %q", got, want)
	}
}

func ours(query string) string { return os.Getenv("SSE_BASE") + "/sse" + query }

// raw is a stream of the raw server; each test names its own.
func raw(key string, scripts ...[]rawserver.Step) string {
	return rawserver.RawURL(os.Getenv("RAW_BASE"), key, scripts...)
}

func body(text string) []rawserver.Step { return []rawserver.Step{{Write: rawserver.Head + text}} }

func TestTheObjectItselfIsRead(t *testing.T) {
	w := watch(t, ours("?interval=60s"), Options{WithCredentials: true})
	if got, want := w.URL(), ours("?interval=60s"); got != want {
		t.Errorf("got URL %q; want %q", got, want)
	}
	if !w.WithCredentials() {
		t.Error("got withCredentials false; want true")
	}
	if got := w.ReadyState(); got != Connecting {
		t.Errorf("got %v after New; want CONNECTING", got)
	}
	w.Close()
	if got := w.ReadyState(); got != Closed {
		t.Errorf("got %v after Close; want CLOSED", got)
	}
}

func TestAnAddressThatTheBrowserRejectsIsItsException(t *testing.T) {
	_, err := New("http://[", Options{}, func(Events) {})
	var thrown *Exception
	if !errors.As(err, &thrown) || thrown.Name != "SyntaxError" || thrown.Message == "" {
		t.Errorf("got %v; want a SyntaxError with the browser's message", err)
	}
}

func TestWithoutAnEventSourceItIsUnsupported(t *testing.T) {
	native := js.Global().Get("EventSource")
	js.Global().Delete("EventSource")
	defer js.Global().Set("EventSource", native)
	if _, err := New("/", Options{}, func(Events) {}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("got %v; want ErrUnsupported", err)
	}
}

func TestTheClassicStreamUntilA204(t *testing.T) {
	w := watch(t, ours("?count=2&interval=30ms&retry=100"), Options{Listen: []string{"customEvent"}})
	w.untilLast("failed 2")
	var kinds []string
	for _, s := range w.story() {
		kind, _, _ := strings.Cut(s, ":")
		kinds = append(kinds, kind)
	}
	if want := []string{"opened 1", "customEvent", "customEvent", "failed 0", "failed 2"}; !slices.Equal(kinds, want) {
		t.Fatalf("got %q; want %q", kinds, want)
	}
	e := w.events[2]
	if e.LastEventID != "1" || e.Origin != os.Getenv("SSE_BASE") || e.ReadyState != Open {
		t.Errorf("got %+v; want lastEventId 1, the server's origin and OPEN", e)
	}
	if !slices.IsSortedFunc(w.events, func(a, b Event) int { return int(a.TimeStamp - b.TimeStamp) }) {
		t.Error("got timeStamps that go back")
	}
}

func TestListeningStartsAndStopsWhileConnected(t *testing.T) {
	tick := rawserver.Step{Write: "event: tick\ndata: T\n\ndata: M\n\n"}
	w := watch(t, raw("listening", []rawserver.Step{{Write: rawserver.Head}, tick, {Wait: true}, tick, {Wait: true}, tick}), Options{})
	w.untilLast("message: M")
	w.Listen("tick")
	w.Listen("tick") // twice is once
	goOn(t, "listening")
	w.until("two more", func() bool { return len(w.events) == 4 })
	w.Unlisten("tick")
	w.Unlisten("message") // stays
	goOn(t, "listening")
	w.until("one more", func() bool { return len(w.events) == 5 })
	w.want("opened 1", "message: M", "tick: T", "message: M", "message: M")
}

// goOn lets a Wait step of the raw server go on.
func goOn(t *testing.T, key string) {
	t.Helper()
	done := make(chan struct{})
	then := js.FuncOf(func(js.Value, []js.Value) any { close(done); return nil })
	defer then.Release()
	js.Global().Call("fetch", os.Getenv("CONTROL_BASE")+"/continue?key="+key).Call("finally", then)
	<-done
}

func TestTheStreamsOpenAndErrorAreMessages(t *testing.T) {
	w := watch(t, raw("names", body("event: error\ndata: e\n\nevent: open\ndata: o\n\nevent: message\ndata: m\n\ndata: n\n\n")), Options{})
	w.untilLast("message: n")
	w.want("opened 1", "error: e", "open: o", "message: m", "message: n")
	for _, e := range w.events[1:] {
		if e.Kind != Message || e.ReadyState != Open {
			t.Errorf("got %+v; want a Message while OPEN", e)
		}
	}
}

func TestCloseFiresNothingMoreAndCanBeRepeated(t *testing.T) {
	w := watch(t, raw("close", []rawserver.Step{{Write: rawserver.Head + "data: a\n\n"}, {SleepMS: 50}, {Fin: true}}), Options{})
	w.untilLast("message: a")
	w.Close()
	w.Close()
	w.Listen("late")
	w.Unlisten("message")
	seen := len(w.events)
	other := watch(t, ours("?count=5&interval=50ms"), Options{Listen: []string{"customEvent"}}) // takes longer than the other's end
	other.until("the other's end", func() bool { return len(other.events) == 7 })
	if len(w.events) != seen {
		t.Errorf("got %q after Close; want nothing", w.story()[seen:])
	}
}

func TestCloseInTheObserverIsSafe(t *testing.T) {
	var s *Source
	seen := make(chan Events, 100)
	s, err := New(raw("inside", body("data: a\n\ndata: b\n\n")), Options{}, func(events Events) {
		seen <- events
		s.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	if e := (<-seen).Slice(0, 1)[0]; e.Kind != Opened {
		t.Errorf("got %+v first; want open", e)
	}
	if got := s.ReadyState(); got != Closed {
		t.Errorf("got %v; want CLOSED", got)
	}
}

// What is dispatched between two frames comes as one run. A long one keeps what it was made of, and reads the same.
func TestABurstIsObservedWholeAndInOrder(t *testing.T) {
	const n, ids = 20_000, 100 // Firefox takes no address over 1 MB, so the script is short, and repeats
	var stream strings.Builder
	for i := range ids {
		stream.WriteString("id: " + strconv.Itoa(i) + "\ndata: line " + strconv.Itoa(i) + "\ndata: \U0001F427\u2028\x01\n\n")
	}
	burst := func(key string) string {
		return raw(key, []rawserver.Step{{Write: rawserver.Head}, {Write: stream.String(), Times: n / ids}})
	}
	for name, watched := range map[string]func(t *testing.T) *watched{
		"EventSource": func(t *testing.T) *watched { return watch(t, burst("burst"), Options{}) },
		"Go engine":   func(t *testing.T) *watched { return watchEngine(t, burst("engine-burst"), StreamOptions{}) },
	} {
		t.Run(name, func(t *testing.T) {
			w := watched(t)
			w.until("all of the burst", func() bool { return len(w.events) == n+1 })
			for i, e := range w.events[1:] {
				id := strconv.Itoa(i % ids)
				want := Event{
					Kind: Message, TimeStamp: e.TimeStamp, ReadyState: Open, Type: "message",
					Data: "line " + id + "\n\U0001F427\u2028\x01", LastEventID: id, Origin: os.Getenv("RAW_BASE"),
				}
				if e != want {
					t.Fatalf("event %d: got %+v; want %+v", i, e, want)
				}
			}
			if w.lazy == 0 {
				t.Errorf("got no run that is decoded when needed; want some of %d events in one write", n)
			}
		})
	}
}

// Each of 20,000 events has the id of 300 KB that the first one brought: copies of it would take six gigabytes.
func TestALongIDIsKeptOnce(t *testing.T) {
	const n, long = 20_000, 300_000
	w := watch(t, raw("long", []rawserver.Step{
		{Write: rawserver.Head + "id: "}, {Write: "0123456789", Times: long / 10}, {Write: "\n"}, {Write: "data: x\n\n", Times: n / 2},
		{SleepMS: 50}, {Write: "data: x\n\n", Times: n / 2},
	}), Options{})
	w.until("all", func() bool { return len(w.events) == n+1 })
	for i, e := range w.events[1:] {
		if len(e.LastEventID) != long || e.Data != "x" || e.Type != "message" {
			t.Fatalf("event %d: got %d characters of id, data %q and type %q; want %d, x and message", i, len(e.LastEventID), e.Data, e.Type, long)
		}
	}
}

func TestTheTimeStampIsTheEventsOwn(t *testing.T) {
	w := watch(t, raw("times", []rawserver.Step{{Write: rawserver.Head + "data: a\n\ndata: b\n\n"}, {SleepMS: 60}, {Write: "data: c\n\n"}, {SleepMS: 60}, {Reset: true}}), Options{})
	var bare []float64
	listener := js.FuncOf(func(_ js.Value, args []js.Value) any {
		bare = append(bare, args[0].Get("timeStamp").Float())
		w.tell()
		return nil
	})
	defer listener.Release()
	for _, typ := range []string{"open", "message", "error"} {
		w.client.(*source).es.Call("addEventListener", typ, listener)
	}
	w.until("both to have seen the end", func() bool { return len(w.events) == 5 && len(bare) == 5 })
	w.Close()
	var got []float64
	for _, e := range w.events {
		got = append(got, e.TimeStamp)
	}
	if !slices.Equal(got, bare) {
		t.Errorf("got %v; want %v, as a bare listener saw it", got, bare)
	}
}

func TestNothingRunsWhileNothingHappens(t *testing.T) {
	// Counted in JavaScript: Go's own scheduler calls setTimeout too, and must not be called from there.
	native := js.Global().Get("setTimeout")
	counter := js.Global().Get("Object").New()
	counter.Set("timers", 0)
	js.Global().Set("setTimeout", js.Global().Call("Function", "native", "counter", "delay",
		"return (f, ms) => { if (ms == delay) counter.timers++; return native(f, ms); }").Invoke(native, counter, frame))
	defer js.Global().Set("setTimeout", native)
	timers := func() int { return counter.Get("timers").Int() }

	w := watch(t, raw("idle", []rawserver.Step{{Write: rawserver.Head + "data: a\n\n"}}), Options{})
	w.untilLast("message: a")
	after := timers()
	other := watch(t, raw("clock", []rawserver.Step{{Write: rawserver.Head + ":\n"}, {SleepMS: 300}, {Reset: true}}), Options{})
	other.untilLast("failed 0")
	if after == 0 || timers() != after {
		t.Errorf("got %d timers for one event and %d in the silence after it; want one or more and none", after, timers()-after)
	}
}

func TestAThousandSourcesLeaveNothingBehind(t *testing.T) {
	listeners := 0
	target := js.Global().Get("EventTarget").Get("prototype")
	count := func(method string, by int) (undo func()) {
		native := target.Get(method)
		wrapped := js.Global().Call("Function", "native", "count", "return function (...args) { if (this instanceof EventSource) count(); return native.apply(this, args); }")
		counter := js.FuncOf(func(js.Value, []js.Value) any { listeners += by; return nil })
		target.Set(method, wrapped.Invoke(native, counter))
		return func() { target.Set(method, native); counter.Release() }
	}
	defer count("addEventListener", 1)()
	defer count("removeEventListener", -1)()
	before := liveFuncs
	for range 1000 {
		s, err := New(ours(""), Options{Listen: []string{"a", "b"}}, func(Events) {})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	if liveFuncs != before {
		t.Errorf("got %d live js.Funcs; want %d", liveFuncs, before)
	}
	if listeners > 0 {
		t.Errorf("got %d listeners more than before; want none", listeners)
	}
}
