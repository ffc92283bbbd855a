package rooms

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"eventsource-playground/room"
	"eventsource-playground/server/limits"
	"eventsource-playground/sse"
)

func TestARoomFromItsMakingToItsEnd(t *testing.T) {
	p := start(t)
	r := makeRoom(t, p)
	if !regexp.MustCompile(`^[a-z]+-[a-z]+$`).MatchString(r.Room) || !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(r.Key) || !strings.HasSuffix(r.Stream, r.path()) {
		t.Errorf("got %+v; want two short words, 128 bits and the stream's address", r)
	}
	readers := []*reading{r.read(t, p, ""), r.read(t, p, "")}
	for name, want := range map[string]string{
		"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no",
		"Content-Security-Policy": "default-src 'none'; sandbox",
	} {
		if got := readers[0].Header.Get(name); got != want {
			t.Errorf("got %s %q; want %q", name, got, want)
		}
	}
	reply := p.send(t, "POST", r.path(), `{"type":"news","data":"two\nlines","retry":0}`, "Authorization", "Bearer "+r.Key, "Content-Type", "application/json")
	ids := r.publish(t, "a", "b")
	incarnation, _, _ := strings.Cut(ids[0], "-")
	if got, want := text(t, reply), `{"ids":["`+incarnation+"-1\"]}\n"; reply.StatusCode != 200 || got != want {
		t.Errorf("got %d %q; want 200 %q", reply.StatusCode, got, want)
	}
	r.command(t, "")
	want := strings.ReplaceAll("id: I-0\n\nid: I-1\nretry: 0\nevent: news\ndata: two\ndata: lines\n\nid: I-2\ndata: a\n\nid: I-3\ndata: b\n\n", "I-", incarnation+"-")
	for i, reader := range readers {
		if got, err := reader.rest(); err != nil || got != want {
			t.Errorf("got %q, %v for reader %d; want %q and a clean end", got, err, i, want)
		}
	}
	if reply := p.get(t, r.path()); reply.StatusCode != http.StatusNotFound {
		t.Errorf("got %d of a room that is over; want 404", reply.StatusCode)
	}
}

func TestWhereAReaderOfARoomBegins(t *testing.T) {
	l := limits.Default
	l.RoomEvents = 3
	p := startWith(t, l, time.Now)
	r := makeRoom(t, p)
	ids := r.publish(t, "1", "2", "3", "4", "5") // of which three are kept
	gap := func(from, why string) string {
		b, err := json.Marshal(room.Gap{From: from, To: ids[2], Why: room.Why(why)})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	tests := []struct {
		name, query, header string
		want                []string // data
	}{
		{"for the first time: the newest only", "", "", nil},
		{"with all", "?from=all", "", []string{"3", "4", "5"}},
		{"after an event", "", ids[3], []string{"5"}},
		{"after an event, by the address", "?last-event-id=" + ids[3], "", []string{"5"}},
		{"after the newest", "", ids[4], nil},
		{"after the last one that is gone", "", ids[1], []string{"3", "4", "5"}},
		{"with the header, which is newer than the address", "?last-event-id=" + ids[1], ids[3], []string{"5"}},
		{"with the header, though the address wants all", "?from=all", ids[3], []string{"5"}},
		{"after one that is too old", "", ids[0], []string{gap(ids[0], "too old"), "3", "4", "5"}},
		{"after one that has not been", "", ids[0] + "0", []string{gap(ids[0]+"0", "unknown"), "3", "4", "5"}},
		{"after a text", "", `<">`, []string{gap(`<">`, "unknown"), "3", "4", "5"}},
		{"after a long text", "", strings.Repeat("x", 1000), []string{gap(strings.Repeat("x", 64), "unknown"), "3", "4", "5"}},
		{"after one of an earlier room", "", "ABCDEF-4", []string{gap("ABCDEF-4", "an earlier room"), "3", "4", "5"}},
	}
	readers := make([]*reading, len(tests))
	for i, test := range tests {
		var headers []string
		if test.header != "" {
			headers = []string{"Last-Event-ID", test.header}
		}
		readers[i] = r.read(t, p, test.query, headers...)
	}
	r.publish(t, "later")
	for i, test := range tests {
		if got, want := readers[i].data(t, len(test.want)+1), strings.Join(append(test.want, "later"), "|"); got != want {
			t.Errorf("%s: got %s; want %s", test.name, got, want)
		}
	}
}

func TestAReaderMissesNothingBetweenItsConnections(t *testing.T) {
	p := start(t)
	r := makeRoom(t, p)
	decoder := sse.NewDecoder("", sse.Limits{})
	const times = 10
	for n := range times {
		reader := r.read(t, p, "", "Last-Event-ID", decoder.LastEventID())
		got := ""
		if n == 0 { // nothing but an id: that of a connection that is lost before its first event
			line, _ := reader.lines.ReadString('\n')
			decoder.Each([]byte(line+"\n"), func(sse.Raw) {})
		} else {
			for event, err := range decoder.Events(reader.lines) {
				if err != nil {
					t.Fatal(err)
				}
				got = event.Data
				break
			}
			if want := strconv.Itoa(n - 1); got != want {
				t.Fatalf("got %s; want %s, which was published while it was away", got, want)
			}
		}
		reader.Body.Close()
		r.publish(t, strconv.Itoa(n))
	}
}

func TestWhatARoomRefuses(t *testing.T) {
	p := start(t)
	r := makeRoom(t, p)
	other := makeRoom(t, p)
	key := []string{"Authorization", "Bearer " + r.Key}
	with := func(headers ...string) []string { return append(slices.Clone(key), headers...) }
	asJSON := with("Content-Type", "application/json")
	asStream := with("Content-Type", "text/event-stream")
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	for _, test := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		want                     string
	}{
		{"a form that makes a room", "POST", "/rooms", "", form, 415, "give application/json or none"},
		{"a page of another origin that makes a room", "POST", "/rooms", "", []string{"Origin", "https://example.org"}, 403, "page of another origin"},
		{"the same, as a browser says it", "POST", "/rooms", "", []string{"Sec-Fetch-Site", "cross-site"}, 403, "page of another origin"},
		{"to read all rooms", "GET", "/rooms", "", nil, 405, "use POST"},
		{"a room that is not there", "GET", "/rooms/calm-nowhere", "", nil, 404, "There is no room"},
		{"a stream with a body", "GET", r.path(), "hello", nil, 400, "has no body"},
		{"a stream from elsewhere", "GET", r.path() + "?from=5", "", nil, 400, "give all, or leave it out"},
		{"a form", "POST", r.path(), "data=hello", append(slices.Clone(key), form...), 415, "give application/json or text/event-stream"},
		{"a form as plain text", "POST", r.path(), "data: hello\n\n", with("Content-Type", "text/plain"), 415, "give application/json"},
		{"a page of another origin", "POST", r.path(), `{"data":""}`, append(asJSON, "Origin", "https://example.org"), 403, "page of another origin"},
		{"a page of a sandbox", "POST", r.path(), `{"data":""}`, append(asJSON, "Origin", "null"), 403, "page of another origin"},
		{"a reader", "POST", r.path(), `{"data":""}`, asJSON[2:], 401, "give its key"},
		{"another scheme", "POST", r.path(), `{"data":""}`, append(asJSON[2:], "Authorization", "Basic "+r.Key), 401, "give its key"},
		{"another room's key", "POST", r.path(), `{"data":""}`, append(asJSON[2:], "Authorization", "Bearer "+other.Key), 403, "This is not the key"},
		{"a room that is not there, with a key", "POST", "/rooms/calm-nowhere", `{"data":""}`, asJSON, 404, "There is no room"},
		{"PUT", "PUT", r.path(), "", nil, 405, "use GET or HEAD or POST or DELETE or OPTIONS"},
		{"too much", "POST", r.path(), strings.Repeat("x", 64<<10+1), asJSON, 413, "in several requests"},
		{"no JSON", "POST", r.path(), "data: hello\n\n", asJSON, 400, `such as {"type":"news","data":"hello"}`},
		{"two in JSON", "POST", r.path(), `{"data":"a"}{"data":"b"}`, asJSON, 400, "there is more after it"},
		{"a field that is none", "POST", r.path(), `{"data":"a","event":"news"}`, asJSON, 400, `unknown field "event"`},
		{"an id", "POST", r.path(), `{"data":"a","id":"7"}`, asJSON, 400, "leave id out"},
		{"no data", "POST", r.path(), `{"type":"a"}`, asJSON, 400, "without data is never dispatched"},
		{"a type of two lines", "POST", r.path(), `{"type":"a\nb","data":""}`, asJSON, 400, "contains a line break"},
		{"a long type", "POST", r.path(), `{"type":"` + strings.Repeat("x", 101) + `","data":""}`, asJSON, 400, "at most 100 bytes"},
		{"a gap of one's own", "POST", r.path(), `{"type":"gap","data":""}`, asJSON, 400, "give another one"},
		{"a retry of the past", "POST", r.path(), `{"data":"","retry":-1}`, asJSON, 400, "give 0 to 86400000 milliseconds"},
		{"a retry of years", "POST", r.path(), "retry: 99999999999\ndata: a\n\n", asStream, 400, "give 0 to 86400000 milliseconds"},
		{"half an event", "POST", r.path(), "data: a\n\ndata: b\n", asStream, 400, "end it with a blank line"},
		{"half a line", "POST", r.path(), "data: a\n\ndata: b", asStream, 400, "end it with a blank line"},
		{"a retry after all events", "POST", r.path(), "data: a\n\nretry: 5\n\n", asStream, 400, "put it before one"},
		{"no event", "POST", r.path(), ": hello\nid: 7\n\n", asStream, 400, "no event in the body"},
		{"nothing", "POST", r.path(), "", asStream, 400, "no event in the body"},
		{"more events than a second may have", "POST", r.path(), strings.Repeat("data\n\n", 1001), asStream, 429, "Send fewer events, or wait a second"},
		{"no such command", "POST", r.path() + "/dance", "", key, 404, "use cut, end, hold, release or retry"},
		{"a command without a key", "POST", r.path() + "/cut", "", nil, 401, "give its key"},
		{"a command by GET", "GET", r.path() + "/cut", "", key, 405, "use POST"},
		{"a form's command", "POST", r.path() + "/cut", "", append(slices.Clone(key), form...), 415, "give none or application/json"},
		{"a retry from nowhere", "POST", r.path() + "/retry?max=5", "", key, 400, `min="" is not possible`},
		{"a retry backwards", "POST", r.path() + "/retry?min=6&max=5", "", key, 400, "give at most max"},
		{"the end by a reader", "DELETE", r.path(), "", nil, 401, "give its key"},
		{"the end by another maker", "DELETE", r.path(), "", []string{"Authorization", "Bearer " + other.Key}, 403, "This is not the key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			reply := p.send(t, test.method, test.path, test.body, test.headers...)
			if got := text(t, reply); reply.StatusCode != test.status || !strings.Contains(got, test.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("got %d %q; want %d and a sentence with %q", reply.StatusCode, got, test.status, test.want)
			}
		})
	}
	if got := r.read(t, p, "?from=all").Header; got == nil {
		t.Error("got no room; want it to be there after all that")
	}
}

func TestLimitsOfRooms(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*limits.Limits)
		do     func(t *testing.T, p *program, r *madeRoom) *http.Response
		status int
		want   string
	}{
		{"rooms in all", func(l *limits.Limits) { l.Rooms = 1 },
			func(t *testing.T, p *program, r *madeRoom) *http.Response { return p.send(t, "POST", "/rooms", "") },
			503, "there are 1 rooms"},
		{"rooms of an address", func(l *limits.Limits) { l.RoomsPerAddress = 1 },
			func(t *testing.T, p *program, r *madeRoom) *http.Response { return p.send(t, "POST", "/rooms", "") },
			503, "your address has made 1 rooms"},
		{"readers", func(l *limits.Limits) { l.Streams = 2 },
			func(t *testing.T, p *program, r *madeRoom) *http.Response {
				r.read(t, p, "")
				r.read(t, p, "")
				return p.get(t, r.path())
			}, 503, "this server has 2 streams of rooms open"},
		{"readers of an address", func(l *limits.Limits) { l.StreamsPerAddress = 2 },
			func(t *testing.T, p *program, r *madeRoom) *http.Response {
				r.read(t, p, "")
				r.read(t, p, "")
				return p.get(t, r.path())
			}, 503, "your address has 2 streams of rooms open"},
		{"joins", func(l *limits.Limits) { l.RoomJoins = 3 },
			func(t *testing.T, p *program, r *madeRoom) *http.Response {
				for range 3 {
					r.read(t, p, "").Body.Close()
				}
				return p.get(t, r.path())
			}, 429, "your address has had 3 streams of rooms within a minute"},
		{"joins, but for who reconnects", func(l *limits.Limits) { l.RoomJoins = 1 },
			func(t *testing.T, p *program, r *madeRoom) *http.Response {
				r.read(t, p, "").Body.Close()
				id := r.publish(t, "a")[0]
				for range 3 {
					r.read(t, p, "", "Last-Event-ID", id)
				}
				return p.get(t, r.path())
			}, 429, "your address has had 1 streams of rooms within a minute"},
		{"names that are none", func(l *limits.Limits) { l.RoomGuesses = 3 },
			func(t *testing.T, p *program, r *madeRoom) *http.Response {
				for range 3 {
					p.get(t, "/rooms/calm-nowhere")
				}
				return p.get(t, r.path())
			}, 429, "your address has given 3 within a minute that are none"},
		{"keys that are none", func(l *limits.Limits) { l.RoomGuesses = 3 },
			func(t *testing.T, p *program, r *madeRoom) *http.Response {
				for range 3 {
					p.send(t, "POST", r.path()+"/cut", "", "Authorization", "Bearer 1234")
				}
				return p.send(t, "POST", r.path()+"/cut", "", "Authorization", "Bearer 5678")
			}, 429, "your address has given 3 within a minute that are none"},
		{"bytes a second", func(l *limits.Limits) { l.RoomByteRate = 1000 },
			func(t *testing.T, p *program, r *madeRoom) *http.Response {
				return p.send(t, "POST", r.path(), "data: "+strings.Repeat("x", 1000)+"\n\n", "Authorization", "Bearer "+r.Key, "Content-Type", "text/event-stream")
			}, 429, "a room gets 1000 events and 1000 bytes a second"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := limits.Default
			test.change(&l)
			p := startWith(t, l, time.Now)
			r := makeRoom(t, p)
			reply := test.do(t, p, r)
			if got := text(t, reply); reply.StatusCode != test.status || !strings.Contains(got, test.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("got %d %q; want %d and a sentence with %q", reply.StatusCode, got, test.status, test.want)
			}
		})
	}
}

func TestAClassmateWhoGuessesShutsNobodyOut(t *testing.T) {
	p := start(t)
	r := makeRoom(t, p)
	id := r.publish(t, "a")[0]
	for range limits.Default.RoomGuesses {
		p.get(t, "/rooms/calm-nowhere")
	}
	if got := p.get(t, r.path()).StatusCode; got != http.StatusTooManyRequests {
		t.Errorf("got %d; want 429 for another one who may be guessing", got)
	}
	if got := p.get(t, r.path(), "Last-Event-ID", "ABCDEF-1").StatusCode; got != http.StatusTooManyRequests {
		t.Errorf("got %d with an id that is none; want 429", got)
	}
	r.publish(t, "b")
	if got := r.read(t, p, "", "Last-Event-ID", id).data(t, 1); got != "b" {
		t.Errorf("got %s for one that reconnects; want b", got)
	}
}

func TestCommandsForAllReaders(t *testing.T) {
	p := start(t)
	for _, proto := range []string{"plain", "HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			client := p
			if proto != "plain" {
				client = p.over(t, proto)
			}
			r := makeRoom(t, p)
			t.Run("hold and release", func(t *testing.T) {
				reader := r.read(t, client, "")
				r.command(t, "hold")
				r.publish(t, "held")
				late := r.read(t, client, "")
				r.command(t, "retry?min=7&max=7") // comes through, as it is no event
				for {
					line, err := reader.lines.ReadString('\n')
					if err != nil || strings.HasPrefix(line, "data:") {
						t.Fatalf("got %q, %v; want no event before the release", line, err)
					}
					if line == "retry: 7\n" {
						break
					}
				}
				r.command(t, "release")
				if got := reader.data(t, 1); got != "held" {
					t.Errorf("got %s; want what was held", got)
				}
				if got := late.data(t, 1); got != "held" {
					t.Errorf("got %s for one that came meanwhile; want what was held", got)
				}
			})
			t.Run("retry", func(t *testing.T) {
				seen := map[string]bool{}
				var readers []*reading
				for range 8 {
					readers = append(readers, r.read(t, client, ""))
				}
				r.command(t, "retry?min=1000&max=20000")
				r.publish(t, "x")
				r.command(t, "end")
				for _, reader := range readers {
					rest, err := reader.rest()
					found := regexp.MustCompile(`(?m)^retry: (\d+)$`).FindStringSubmatch(rest)
					if err != nil || found == nil {
						t.Fatalf("got %q, %v; want a retry and a clean end", rest, err)
					}
					if n, _ := strconv.Atoi(found[1]); n < 1000 || n > 20000 {
						t.Errorf("got retry %d; want 1000 to 20000", n)
					}
					seen[found[1]] = true
				}
				if len(seen) < 4 {
					t.Errorf("got the retries %v; want one for each reader", seen)
				}
			})
			t.Run("cut", func(t *testing.T) {
				reader := r.read(t, client, "")
				r.command(t, "cut")
				if rest, err := reader.rest(); err == nil || proto == "plain" && !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("got %q and the end %v; want a reset", rest, err)
				}
				if got := r.read(t, client, "?from=all").data(t, 1); got != "held" {
					t.Errorf("got %s after it; want a room as before", got)
				}
			})
			r.command(t, "") // or there would be more than an address may have
		})
	}
}

func TestRoomsOverOtherProtocols(t *testing.T) {
	p := start(t)
	r := makeRoom(t, p)
	r.publish(t, "a", "b")
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		reader := r.read(t, p.over(t, proto), "?from=all")
		if got := reader.data(t, 2); got != "a|b" || reader.Proto != proto {
			t.Errorf("got %s over %s; want a b over %s", got, reader.Proto, proto)
		}
	}
	conn := p.dial(t)
	fmt.Fprintf(conn, "GET %s?from=all HTTP/1.0\r\n\r\n", r.path())
	in := bufio.NewReader(conn)
	reply, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	old := begun(t, reply)
	if got := old.data(t, 2); got != "a|b" || reply.Proto != "HTTP/1.0" || len(reply.TransferEncoding) > 0 {
		t.Errorf("got %s over %s with %v; want a b over HTTP/1.0, without chunks", got, reply.Proto, reply.TransferEncoding)
	}
	r.publish(t, "c")
	if got := old.data(t, 1); got != "c" {
		t.Errorf("got %s; want c", got)
	}
	head := p.send(t, "HEAD", r.path(), "")
	if head.StatusCode != 200 || head.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("got %d, %s for HEAD; want 200, text/event-stream", head.StatusCode, head.Header.Get("Content-Type"))
	}
	preflight := p.send(t, "OPTIONS", r.path(), "", "Origin", "https://example.org", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization")
	if got := preflight.Header.Get("Access-Control-Allow-Headers"); preflight.StatusCode != 204 || got != "Last-Event-ID, Cache-Control" {
		t.Errorf("got %d, %q; want another origin's page not to send a key", preflight.StatusCode, got)
	}
}

func TestASilentRoomHasHeartbeats(t *testing.T) {
	l := limits.Default
	l.Heartbeat = 20 * time.Millisecond
	p := startWith(t, l, time.Now)
	r := makeRoom(t, p)
	for _, client := range []*program{p, p.over(t, "HTTP/2.0")} {
		reader := r.read(t, client, "")
		for beats := 0; beats < 3; {
			line, err := reader.lines.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if line == ":\n" {
				beats++
			}
		}
	}
}

func TestARoomsStreamLastsNoLongerThanItMay(t *testing.T) {
	l := limits.Default
	l.Lifetime, l.Heartbeat = 50*time.Millisecond, 20*time.Millisecond
	p := startWith(t, l, time.Now)
	r := makeRoom(t, p)
	for _, client := range []*program{p, p.over(t, "HTTP/2.0")} {
		if _, err := r.read(t, client, "").rest(); err != nil {
			t.Errorf("got %v; want a clean end", err)
		}
	}
}

func TestAStalledReaderCostsNobodyAnything(t *testing.T) {
	l := limits.Default
	l.StreamWrite, l.RoomByteRate = 300*time.Millisecond, 100<<20
	p := startWith(t, l, time.Now)
	r := makeRoom(t, p)
	stalled := p.dial(t)
	stalled.SetReadBuffer(4 << 10)
	fmt.Fprintf(stalled, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", r.path())
	if _, err := stalled.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	readers := []*reading{r.read(t, p, ""), r.read(t, p, ""), r.read(t, p, "")}
	large := strings.Repeat("x", 50_000)
	for n := 0; !strings.Contains(p.log.String(), "does not read"); n++ {
		if n == 1000 {
			t.Fatal("got no end of the stalled reader; want it cut off")
		}
		id := r.publish(t, large)
		if len(id) != 1 {
			t.Fatal("got none published")
		}
		from := time.Now()
		for _, reader := range readers {
			reader.data(t, 1)
		}
		if took := time.Since(from); took > l.StreamWrite {
			t.Errorf("got event %d after %v; want it at once", n, took)
		}
	}
}

func TestAReaderThatIsTooSlowIsToldWhatItMissed(t *testing.T) {
	l := limits.Default
	l.RoomEvents, l.RoomByteRate, l.StreamBuffer = 5, 100<<20, 4<<10
	p := startWith(t, l, time.Now)
	r := makeRoom(t, p)
	conn := p.dial(t)
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", r.path())
	reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	slow := begun(t, reply)
	large := strings.Repeat("x", 50_000)
	const all = 100
	var last string
	for range all {
		last = r.publish(t, large)[0]
	}
	seen, missed := uint64(0), uint64(0)
	for event, err := range new(sse.Decoder).Events(slow.lines) {
		if err != nil {
			t.Fatal(err)
		}
		if event.Type == room.GapType {
			var gap room.Gap
			if err := json.Unmarshal([]byte(event.Data), &gap); err != nil || gap.Why != room.TooSlow {
				t.Fatalf("got %s, %v; want why it is slow", event.Data, err)
			}
			from, to := sequence(gap.From), sequence(gap.To)
			if from != seen {
				t.Errorf("got a gap from %d; want it from %d", from, seen)
			}
			missed += to - from - 1
			seen = to - 1
			continue
		}
		if got := sequence(event.LastEventID); got != seen+1 {
			t.Fatalf("got event %d after %d; want no gap that is not told", got, seen)
		}
		if seen++; event.LastEventID == last {
			break
		}
	}
	if missed == 0 {
		t.Errorf("got no gap in %d events of 50 KB; want the reader to be too slow", all)
	}
}

func sequence(id string) uint64 {
	_, digits, _ := strings.Cut(id, "-")
	n, _ := strconv.ParseUint(digits, 10, 64)
	return n
}

func TestABurstReachesEverybodyInOrder(t *testing.T) {
	const readers, bursts, each = 20, 6, 50
	p := start(t)
	r := makeRoom(t, p)
	results := make(chan string, readers)
	for n := range readers {
		client := p
		if n%5 == 4 {
			client = p.over(t, "HTTP/2.0")
		}
		reader := r.read(t, client, "")
		go func() {
			rest, _ := reader.rest()
			var data []string
			for line := range strings.Lines(rest) {
				if d, ok := strings.CutPrefix(line, "data: "); ok {
					data = append(data, strings.TrimSpace(d))
				}
			}
			results <- strings.Join(data, " ")
		}()
	}
	var want []string
	for b := range bursts {
		var data []string
		for n := range each {
			data = append(data, fmt.Sprint(b*each+n))
		}
		r.publish(t, data...)
		want = append(want, data...)
	}
	r.command(t, "end")
	for range readers {
		if got := <-results; got != strings.Join(want, " ") {
			t.Fatalf("got %s; want each event once and in order, to %d", got, bursts*each-1)
		}
	}
}

func TestAClockThatIsWrongByAnHour(t *testing.T) {
	var jumps atomic.Int64
	now := func() time.Time { // an hour ahead or late, in turns
		return time.Now().Round(0).Add(time.Duration(jumps.Add(1)%3-1) * time.Hour)
	}
	p := startWith(t, limits.Default, now)
	r := makeRoom(t, p)
	reader := r.read(t, p, "")
	var last string
	for n := range 100 {
		id := r.publish(t, strconv.Itoa(n))[0]
		if got := sequence(id); got != uint64(n+1) {
			t.Fatalf("got the id %s for event %d; want them to go on", id, n)
		}
		if last != "" {
			late := r.read(t, p, "", "Last-Event-ID", last)
			if got, want := late.data(t, 1), strconv.Itoa(n); got != want {
				t.Fatalf("got %s; want %s", got, want)
			}
			late.Body.Close()
		}
		last = id
	}
	if got := strings.Count(reader.data(t, 100), "|"); got != 99 {
		t.Errorf("got %d events; want 100", got+1)
	}
}

func TestNothingIsLeftOfReadersWhoLeave(t *testing.T) {
	p := start(t)
	r := makeRoom(t, p)
	r.read(t, p, "").Body.Close()
	waitFor(t, "end of the first", func() bool { return p.rooms.quota.Empty() })
	p.client.CloseIdleConnections()
	before := runtime.NumGoroutine()
	conns := make([]*net.TCPConn, 100)
	for i := range conns {
		conns[i] = p.dial(t)
		fmt.Fprintf(conns[i], "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", r.path())
	}
	for _, conn := range conns {
		reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		begun(t, reply)
	}
	for i, conn := range conns {
		if i%2 == 0 {
			conn.SetLinger(0) // a reset
		}
		conn.Close()
	}
	waitFor(t, "end of all", func() bool {
		return p.rooms.quota.Empty() && runtime.NumGoroutine() <= before
	})
	p.rooms.mutex.Lock()
	defer p.rooms.mutex.Unlock()
	if len(p.rooms.halls) != 0 || len(p.rooms.open) != 0 {
		t.Errorf("got %d halls, %d readers; want none left", len(p.rooms.halls), len(p.rooms.open))
	}
}
