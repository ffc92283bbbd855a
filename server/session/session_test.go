package session

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/play"
)

func TestASessionKeepsWhatItsStreamsDid(t *testing.T) {
	all := New(limits.Default)
	r := watchedRequest(3)
	r.RemoteAddr = "192.0.2.1:1234"
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Last-Event-ID", "7")
	r.Header.Set("Cookie", "secret=secret")
	r.Header.Set("Authorization", "secret")
	r.Header.Set("Sec-Fetch-Mode", "cors")
	x := all.begin(nil, r)
	x.Head(200, []byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX: a: b\r\n\r\n"), 60)
	x.Wrote([]byte("data\n"), 25, 30)
	x.Ended("server", "cut", 5)
	x.Ended("client", "left", 0)
	again := all.begin(nil, r)
	w := &watchedWriter{ResponseWriter: httptest.NewRecorder(), x: again}
	w.Header()["B"], w.Header()["A"] = []string{"1", "2"}, []string{"3"}
	w.WriteHeader(404)
	w.Write([]byte("nothing"))
	again.Ended("server", "end", 0)

	s := all.all[testSession]
	got, dropped := s.after(0)
	if dropped != 0 || len(got) != 8 {
		t.Fatalf("got %d records and %d dropped; want 8 and none: %+v", len(got), dropped, got)
	}
	for i, seen := range got {
		if seen.Seq != i+1 || seen.Source != 3 || i > 0 && seen.At < got[i-1].At {
			t.Errorf("got record %d with seq %d, source %d, at %v", i, seen.Seq, seen.Source, seen.At)
		}
		got[i].Seq, got[i].At, got[i].Source = 0, 0, 0
	}
	request := got[0]
	if request.Method != "GET" || request.Target != "/sse" || request.Proto != "HTTP/1.1" || request.Port != 1234 || !request.Cookie || request.Attempt != 1 {
		t.Errorf("got request %+v", request)
	}
	if got := fmt.Sprint(request.Header); got != "[{Host example.com} {Accept text/event-stream} {Last-Event-ID 7} {Sec-Fetch-Mode cors}]" {
		t.Errorf("got headers %s", got)
	}
	for i, want := range map[int]string{
		1: fmt.Sprintf("%+v", protocol.Seen{Attempt: 1, Kind: "head", Wire: 60, Status: 200, Header: []protocol.Header{{Name: "Content-Type", Value: "text/event-stream"}, {Name: "X", Value: "a: b"}}}),
		2: fmt.Sprintf("%+v", protocol.Seen{Attempt: 1, Kind: "write", Bytes: []byte("data\n"), Size: 5, Packed: 25, Wire: 30}),
		3: fmt.Sprintf("%+v", protocol.Seen{Attempt: 1, Kind: "end", By: "server", How: "cut", Wire: 5}),
		5: fmt.Sprintf("%+v", protocol.Seen{Attempt: 2, Kind: "head", Status: 404, Header: []protocol.Header{{Name: "A", Value: "3"}, {Name: "B", Value: "1"}, {Name: "B", Value: "2"}}}),
		6: fmt.Sprintf("%+v", protocol.Seen{Attempt: 2, Kind: "write", Bytes: []byte("nothing"), Size: 7}),
		7: fmt.Sprintf("%+v", protocol.Seen{Attempt: 2, Kind: "end", By: "server", How: "end"}),
	} {
		if got := fmt.Sprintf("%+v", got[i]); got != want {
			t.Errorf("got record %d\n%s; want\n%s", i, got, want)
		}
	}
}

func TestWhichRequestsAreRecorded(t *testing.T) {
	for _, test := range []struct {
		method, query string
		want          bool
	}{
		{"GET", "session=" + testSession, true},
		{"GET", "scenario=nope&source=7&session=" + strings.ToUpper(testSession), true},
		{"GET", "", false},
		{"GET", "source=1", false},
		{"GET", "session=", false},
		{"GET", "session=" + testSession[1:], false},
		{"GET", "session=" + testSession + "&source=0", false},
		{"GET", "session=" + testSession + "&source=1000001", false},
		{"HEAD", "session=" + testSession, false},
	} {
		t.Run(test.method+" "+test.query, func(t *testing.T) {
			all := New(limits.Default)
			w := httptest.NewRecorder()
			streams := play.New(limits.Default, func(string) (*scenario.Scenario, bool) { return nil, false }, nil, slog.New(slog.DiscardHandler))
			all.Watch(streams.Serve).ServeHTTP(w, httptest.NewRequest(test.method, "/sse?count=0&"+test.query, nil))
			if len(all.all) > 0 != test.want {
				t.Errorf("got it recorded in %d sessions; want %v", len(all.all), test.want)
			}
			for _, s := range all.all {
				s.forget.Stop()
			}
		})
	}
}

func TestWhatIsKeptIsLimited(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*limits.Limits)
		writes int
		size   int
		want   int // records kept, at most and at least half of it
	}{
		{"in records", func(l *limits.Limits) { l.SessionRecords = 100 }, 1000, 10, 100},
		{"in bytes", func(l *limits.Limits) { l.SessionBytes = 100 << 10 }, 1000, 1 << 10, 80},
		{"in bytes of all sessions", func(l *limits.Limits) { l.SessionsBytes, l.SessionBytesLeast = 50<<10, 20<<10 }, 1000, 1 << 10, 40},
		{"even for what is larger than all that", func(l *limits.Limits) { l.SessionBytes = 1 << 10 }, 10, 64 << 10, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := limits.Default
			l.SessionRate = 1 << 30
			test.change(&l)
			all := New(l)
			x := all.begin(nil, watchedRequest(1))
			for range test.writes {
				x.Wrote(make([]byte, test.size), 0, 0)
			}
			s := x.session
			if n := len(s.records); n > test.want || n < test.want/2 {
				t.Errorf("got %d records kept; want about %d", n, test.want)
			}
			if got := int(all.kept.Load()); got != s.size || s.size > max(l.SessionBytes, 70<<10) {
				t.Errorf("got %d bytes in all, %d in the session", got, s.size)
			}
			seen := 0
			for after, last := 0, s.last; after < last; {
				records, dropped := s.after(after)
				seen += len(records) + dropped
				after = records[len(records)-1].Seq
			}
			if seen != test.writes+1 {
				t.Errorf("got %d records that came or were counted; want %d", seen, test.writes+1)
			}
			x.Ended("server", "end", 0)
			all.mutex.Lock()
			all.remove(s)
			all.mutex.Unlock()
			if got := all.kept.Load(); got != 0 {
				t.Errorf("got %d bytes after the session was forgotten; want 0", got)
			}
		})
	}
}

func TestBytesAreKeptUpToALimitASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New(limits.Default)
		x := all.begin(nil, watchedRequest(1))
		kept := func(size int) int {
			x.Wrote(bytes.Repeat([]byte("x"), size), 0, 0)
			last := x.session.records[len(x.session.records)-1]
			if last.Size != size {
				t.Errorf("got size %d; want %d", last.Size, size)
			}
			return len(last.Bytes)
		}
		var got []int
		for _, size := range []int{1 << 20, 64 << 10, 64 << 10, 64 << 10, 1000} {
			got = append(got, kept(size))
		}
		time.Sleep(250 * time.Millisecond)
		got = append(got, kept(1000), kept(100<<10), kept(100<<10))
		time.Sleep(time.Hour)
		for range 5 {
			got = append(got, kept(64<<10))
		}
		const k = 64 << 10
		want := []int{k, k, k, k, 0, 1000, k - 1000, 0, k, k, k, k, 0}
		if !slices.Equal(got, want) {
			t.Errorf("got %v; want %v", got, want)
		}
		x.Ended("server", "end", 0)
		time.Sleep(time.Hour)
	})
}

func TestSessionsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New(limits.Default)
		here := netip.MustParsePrefix("192.0.2.1/32")
		s, _ := all.hold(testSession, here)
		all.hold(testSession, here)
		all.release(s)
		time.Sleep(24 * time.Hour)
		if n := all.count(); n != 1 {
			t.Fatalf("got %d sessions while one is held; want it", n)
		}
		all.release(s)
		time.Sleep(4 * time.Minute)
		if again, _ := all.hold(testSession, here); again != s {
			t.Errorf("got another session after four minutes; want the same")
		}
		all.release(s)
		time.Sleep(4 * time.Minute)
		if n := all.count(); n != 1 {
			t.Errorf("got %d sessions; want one, left four minutes ago", n)
		}
		time.Sleep(2 * time.Minute)
		if n := all.count(); n != 0 {
			t.Errorf("got %d sessions; want none, six minutes later", n)
		}
	})
}

func TestSessionsAreLimited(t *testing.T) {
	l := limits.Default
	l.Sessions, l.SessionsPerAddress = 3, 2
	all := New(l)
	id := func(n int) string { return fmt.Sprintf("%032x", n) }
	a, b, c := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32"), netip.MustParsePrefix("192.0.2.3/32")
	hold := func(n int, from netip.Prefix) *session {
		s, err := all.hold(id(n), from)
		if err != nil {
			return nil
		}
		return s
	}
	one, two := hold(1, a), hold(2, a)
	if hold(3, a) != nil {
		t.Errorf("got a third session of one address; want none")
	}
	three := hold(3, b)
	if three == nil || hold(4, c) != nil {
		t.Errorf("got a fourth session in all; want three")
	}
	all.release(two)
	all.release(one)
	if hold(4, c) == nil || all.all[id(2)] != nil || all.all[id(1)] == nil {
		t.Errorf("got no place; want that of the session that was left first")
	}
	if hold(5, a) == nil || all.all[id(1)] != nil {
		t.Errorf("got no place for an address; want that of its own session that was left")
	}
	one.forget.Stop()
	two.forget.Stop()
}

func TestTheNextReplyIsForOneRequest(t *testing.T) {
	for _, test := range []struct {
		name   string
		source int   // that it is chosen for; 0: the current one
		asks   []int // sources
		want   int   // which of them gets it, from 0; -1: none
	}{
		{"the current source", 0, []int{2, 2}, 0},
		{"not an older one's", 0, []int{1, 2}, 1},
		{"a newer one is the current one", 0, []int{3, 2}, 0},
		{"one that is named", 1, []int{1, 1}, 0},
		{"one that is named does not come", 3, []int{1, 2}, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := New(limits.Default)
			ask := func(source int) *exchange {
				x := all.begin(nil, watchedRequest(source))
				t.Cleanup(func() { x.Ended("server", "end", 0) })
				return x
			}
			ask(1)
			s := ask(2).session
			r, err := newReply(&protocol.Reply{Status: 503})
			if err != nil {
				t.Fatal(err)
			}
			s.choose(test.source, r)
			if last := s.records[len(s.records)-1]; last.Kind != protocol.SeenDid || last.Do != protocol.DoNext || last.Next.Status != 503 {
				t.Errorf("got record %+v; want that the page chose", last)
			}
			got := -1
			for i, source := range test.asks {
				if x := ask(source); x.chosen != nil {
					if got != -1 {
						t.Errorf("got the reply twice; want it once")
					}
					got = i
				}
			}
			if got != test.want {
				t.Errorf("got it for request %d; want %d", got, test.want)
			}
		})
	}
}

func TestWhatTheNextReplyCanBe(t *testing.T) {
	for _, test := range []struct {
		next *protocol.Reply
		want string // its name and status; "" if it is not possible
	}{
		{&protocol.Reply{Status: 200}, "200 200"},
		{&protocol.Reply{Status: 204}, "204 204"},
		{&protocol.Reply{Status: 304}, "304 304"},
		{&protocol.Reply{Status: 404}, "404 404"},
		{&protocol.Reply{Status: 500}, "500 500"},
		{&protocol.Reply{Status: 503}, "503 503"},
		{&protocol.Reply{Status: 599}, "599 599"},
		{&protocol.Reply{Do: "refuse"}, "refuse 0"},
		{&protocol.Reply{Do: "redirect"}, "redirect 307"},
		{&protocol.Reply{Do: "wrong type"}, "wrong type 200"},
		{&protocol.Reply{Status: 100}, ""},
		{&protocol.Reply{Status: 600}, ""},
		{&protocol.Reply{Status: -1}, ""},
		{&protocol.Reply{Do: "explode"}, ""},
		{&protocol.Reply{}, ""},
		{nil, ""},
	} {
		t.Run(fmt.Sprint(test.next), func(t *testing.T) {
			r, err := newReply(test.next)
			if test.want == "" {
				if err == nil || !strings.HasPrefix(err.Error(), "Choose the next reply:") {
					t.Errorf("got %v, %v; want a sentence", r.Reply, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(r.Reply, " ", r.plays.Head.Status); got != test.want {
				t.Errorf("got %s; want %s", got, test.want)
			}
		})
	}
}

// A lesson tries to send X-Token. If a browser did, it would be seen, though not its value.
func TestXTokenWouldBeSeen(t *testing.T) {
	r, err := http.NewRequest(http.MethodGet, "http://localhost/sse", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Token", "abc")
	s, err := New(limits.Default).hold(testSession, netip.Prefix{})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.headersThatMatter(r); !slices.Contains(got, (protocol.Header{Name: "X-Token", Value: "•••"})) {
		t.Errorf("got %v; want X-Token in it", got)
	}
}

// count is how many sessions there are. Each has its place in the quota.
func (all *Sessions) count() int {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	if !all.quota.Empty() {
		return max(1, len(all.all))
	}
	return len(all.all)
}

func watchedRequest(source int) *http.Request {
	return httptest.NewRequest("GET", fmt.Sprintf("/sse?session=%s&source=%d", testSession, source), nil)
}

const testSession = "0123456789abcdef0123456789abcdef"
