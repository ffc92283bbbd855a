package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"eventsource-playground/room"
	"eventsource-playground/server/limits"
	"eventsource-playground/sse"
)

// roomMade is a room, and who may publish in it.
type roomMade struct {
	Room, Key, Stream string
	p                 *program
}

func makeRoom(t *testing.T, p *program) *roomMade {
	t.Helper()
	made := &roomMade{p: p}
	reply := p.send(t, "POST", "/rooms", "")
	if reply.StatusCode != http.StatusCreated {
		t.Fatalf("got %d %s; want a room", reply.StatusCode, text(t, reply))
	}
	if err := json.NewDecoder(reply.Body).Decode(made); err != nil {
		t.Fatal(err)
	}
	return made
}

// send requests a path with a body; headers are names and values in turn.
func (p *program) send(t *testing.T, method, path, body string, headers ...string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, p.url+strings.TrimPrefix(path, "/"), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	reply, err := p.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reply.Body.Close() })
	return reply
}

func (r *roomMade) path() string { return "/rooms/" + r.Room }

// publish publishes an event for each data, and returns their ids.
func (r *roomMade) publish(t *testing.T, data ...string) []string {
	t.Helper()
	body := ""
	for _, d := range data {
		body += "data: " + d + "\n\n"
	}
	reply := r.p.send(t, "POST", r.path(), body, "Authorization", "Bearer "+r.Key, "Content-Type", "text/event-stream")
	if reply.StatusCode != http.StatusOK {
		t.Fatalf("got %d %s; want it published", reply.StatusCode, text(t, reply))
	}
	var published struct{ IDs []string }
	if err := json.NewDecoder(reply.Body).Decode(&published); err != nil || len(published.IDs) != len(data) {
		t.Fatalf("got ids %v, %v; want %d", published.IDs, err, len(data))
	}
	return published.IDs
}

// command is one for all readers, by its path, or "" for the end of the room.
func (r *roomMade) command(t *testing.T, what string) {
	t.Helper()
	method, path := "POST", r.path()+"/"+what
	if what == "" {
		method, path = "DELETE", r.path()
	}
	if reply := r.p.send(t, method, path, "", "Authorization", "Bearer "+r.Key); reply.StatusCode != http.StatusNoContent {
		t.Fatalf("got %d %s; want it done", reply.StatusCode, text(t, reply))
	}
}

// roomReader reads a room's stream.
type roomReader struct {
	*http.Response
	lines *bufio.Reader
}

func (r *roomMade) read(t *testing.T, p *program, query string, headers ...string) *roomReader {
	t.Helper()
	reply := p.get(t, r.path()+query, headers...)
	if reply.StatusCode != http.StatusOK {
		t.Fatalf("got %d %s; want a stream", reply.StatusCode, text(t, reply))
	}
	reader := &roomReader{reply, bufio.NewReader(reply.Body)}
	if _, err := reader.lines.Peek(1); err != nil {
		t.Fatal(err)
	}
	return reader
}

// data are those of the next n events, with the types of others than message.
func (r *roomReader) data(t *testing.T, n int) string {
	t.Helper()
	var all []string
	for len(all) < n {
		line, err := r.lines.ReadString('\n')
		if err != nil {
			t.Fatalf("got %v after %q; want %d events", err, all, n)
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			all = append(all, strings.TrimSpace(data))
		}
	}
	return strings.Join(all, " ")
}

// rest is what comes until the end, and how that is.
func (r *roomReader) rest() (string, error) {
	b, err := io.ReadAll(r.lines)
	return string(b), err
}

func TestARoomFromItsMakingToItsEnd(t *testing.T) {
	p := start(t)
	r := makeRoom(t, p)
	if !regexp.MustCompile(`^[a-z]+-[a-z]+$`).MatchString(r.Room) || !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(r.Key) || !strings.HasSuffix(r.Stream, r.path()) {
		t.Errorf("got %+v; want two short words, 128 bits and the stream's address", r)
	}
	readers := []*roomReader{r.read(t, p, ""), r.read(t, p, "")}
	for name, want := range map[string]string{
		"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no",
		"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
		"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "",
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
		got, err := reader.rest()
		want, got := strings.ReplaceAll(want, "retry: 0\nevent: news\n", ""), strings.NewReplacer("retry: 0\n", "", "event: news\n", "").Replace(got)
		if err != nil || got != want {
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
	p := startMain(t, Main{Files: page, Limits: l})
	r := makeRoom(t, p)
	ids := r.publish(t, "1", "2", "3", "4", "5") // of which three are kept
	gap := func(from, why string) string {
		return fmt.Sprintf(`{"from":%q,"to":%q,"why":%q}`, from, ids[2], why)
	}
	for _, test := range []struct {
		name, query, header string
		want                string // data, and then what is published afterwards
	}{
		{"for the first time: the newest only", "", "", ""},
		{"with all", "?from=all", "", "3 4 5"},
		{"after an event", "", ids[3], "5"},
		{"after an event, by the address", "?last-event-id=" + ids[3], "", "5"},
		{"after the newest", "", ids[4], ""},
		{"after the last one that is gone", "", ids[1], "3 4 5"},
		{"with the header, which is newer than the address", "?last-event-id=" + ids[1], ids[3], "5"},
		{"with the header, though the address wants all", "?from=all", ids[3], "5"},
		{"after one that is too old", "", ids[0], gap(ids[0], "too old") + " 3 4 5"},
		{"after one that has not been", "", ids[0] + "0", gap(ids[0]+"0", "unknown") + " 3 4 5"},
		{"after a text", "", `<">`, gap(`<">`, "unknown") + " 3 4 5"},
		{"after a long text", "", strings.Repeat("x", 1000), gap(strings.Repeat("x", 64), "unknown") + " 3 4 5"},
		{"after one of an earlier room", "", "ABCDEF-4", gap("ABCDEF-4", "an earlier room") + " 3 4 5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var headers []string
			if test.header != "" {
				headers = []string{"Last-Event-ID", test.header}
			}
			reader := r.read(t, p, test.query, headers...)
			if got := reader.data(t, len(strings.Fields(test.want))-strings.Count(test.want, "an earlier room")*2-strings.Count(test.want, "too old")); !sameJSON(got, test.want) {
				t.Errorf("got %s; want %s", got, test.want)
			}
		})
	}
}

// sameJSON compares texts in which < is written in two ways.
func sameJSON(a, b string) bool {
	plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">")
	return plain.Replace(a) == plain.Replace(b)
}

func TestAReaderMissesNothingBetweenItsConnections(t *testing.T) {
	p := start(t)
	r := makeRoom(t, p)
	last := ""
	for n := 0; n < 10; n++ {
		reader := r.read(t, p, "", "Last-Event-ID", last)
		if n > 0 {
			if got, want := reader.data(t, 1), strconv.Itoa(n-1); got != want {
				t.Fatalf("got %s; want %s, which was published while it was away", got, want)
			}
			reader.Body.Close()
			last = r.publish(t, strconv.Itoa(n))[0]
			last = strings.Split(last, "-")[0] + "-" + strconv.Itoa(n)
			continue
		}
		line, _ := reader.lines.ReadString('\n') // an id without an event: a connection that is lost before the first one misses none
		last = strings.TrimSpace(strings.TrimPrefix(line, "id: "))
		reader.Body.Close()
		r.publish(t, "0")
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
		do     func(t *testing.T, p *program, r *roomMade) *http.Response
		status int
		want   string
	}{
		{"rooms in all", func(l *limits.Limits) { l.Rooms = 1 },
			func(t *testing.T, p *program, r *roomMade) *http.Response { return p.send(t, "POST", "/rooms", "") },
			503, "there are 1 rooms"},
		{"rooms of an address", func(l *limits.Limits) { l.RoomsPerAddress = 1 },
			func(t *testing.T, p *program, r *roomMade) *http.Response { return p.send(t, "POST", "/rooms", "") },
			503, "your address has made 1 rooms"},
		{"readers", func(l *limits.Limits) { l.Streams = 2 },
			func(t *testing.T, p *program, r *roomMade) *http.Response {
				r.read(t, p, "")
				r.read(t, p, "")
				return p.get(t, r.path())
			}, 503, "this server has 2 streams of rooms open"},
		{"readers of an address", func(l *limits.Limits) { l.StreamsPerAddress = 2 },
			func(t *testing.T, p *program, r *roomMade) *http.Response {
				r.read(t, p, "")
				r.read(t, p, "")
				return p.get(t, r.path())
			}, 503, "your address has 2 streams of rooms open"},
		{"joins", func(l *limits.Limits) { l.RoomJoins = 3 },
			func(t *testing.T, p *program, r *roomMade) *http.Response {
				for range 3 {
					r.read(t, p, "").Body.Close()
				}
				return p.get(t, r.path())
			}, 429, "your address has had 3 streams of rooms within a minute"},
		{"names that are none", func(l *limits.Limits) { l.RoomGuesses = 3 },
			func(t *testing.T, p *program, r *roomMade) *http.Response {
				for range 3 {
					p.get(t, "/rooms/calm-nowhere")
				}
				return p.get(t, r.path())
			}, 429, "your address has given 3 within a minute that are none"},
		{"keys that are none", func(l *limits.Limits) { l.RoomGuesses = 3 },
			func(t *testing.T, p *program, r *roomMade) *http.Response {
				for range 3 {
					p.send(t, "POST", r.path()+"/cut", "", "Authorization", "Bearer 1234")
				}
				return p.send(t, "POST", r.path()+"/cut", "", "Authorization", "Bearer 5678")
			}, 429, "your address has given 3 within a minute that are none"},
		{"bytes a second", func(l *limits.Limits) { l.RoomByteRate = 1000 },
			func(t *testing.T, p *program, r *roomMade) *http.Response {
				return p.send(t, "POST", r.path(), "data: "+strings.Repeat("x", 1000)+"\n\n", "Authorization", "Bearer "+r.Key, "Content-Type", "text/event-stream")
			}, 429, "a room gets 1000 events and 1000 bytes a second"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := limits.Default
			test.change(&l)
			p := startMain(t, Main{Files: page, Limits: l}, "-addr", "127.0.0.1:0")
			r := makeRoom(t, p)
			reply := test.do(t, p, r)
			if got := text(t, reply); reply.StatusCode != test.status || !strings.Contains(got, test.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("got %d %q; want %d and a sentence with %q", reply.StatusCode, got, test.status, test.want)
			}
		})
	}
}

func TestAClassmateWhoGuessesShutsNobodyOut(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
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

func TestSixtyBrowsersWithEightStreamsAreLetIn(t *testing.T) {
	if l := limits.Default; l.StreamsPerAddress < 60*8 || l.ConnectionsPerAddress < 60*8 || l.RoomJoins < 60*5 || l.SessionsPerAddress < 60 || l.ChannelsPerAddress < 60 {
		t.Errorf("got %+v; want the limits of an address to let in a class", l)
	}
}

func TestCommandsForAllReaders(t *testing.T) {
	p := start(t)
	for _, proto := range []string{"plain", "HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			reading := p
			if proto != "plain" {
				reading = p.over(t, proto)
			}
			r := makeRoom(t, p)
			t.Run("hold and release", func(t *testing.T) {
				reader := r.read(t, reading, "")
				r.command(t, "hold")
				r.publish(t, "held")
				late := r.read(t, reading, "")
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
				var readers []*roomReader
				for range 8 {
					readers = append(readers, r.read(t, reading, ""))
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
				reader := r.read(t, reading, "")
				r.command(t, "cut")
				if rest, err := reader.rest(); err == nil || proto == "plain" && !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("got %q and the end %v; want a reset", rest, err)
				}
				if got := r.read(t, reading, "?from=all").data(t, 1); got != "held" {
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
		if got := reader.data(t, 2); got != "a b" || reader.Proto != proto {
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
	old := &roomReader{reply, bufio.NewReader(reply.Body)}
	if got := old.data(t, 2); got != "a b" || reply.Proto != "HTTP/1.0" || len(reply.TransferEncoding) > 0 {
		t.Errorf("got %s over %s with %v; want a b over HTTP/1.0, without chunks", got, reply.Proto, reply.TransferEncoding)
	}
	r.publish(t, "c")
	if got := old.data(t, 1); got != "c" {
		t.Errorf("got %s; want c", got)
	}
	head := p.do(t, "HEAD", r.path())
	if head.StatusCode != 200 || head.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("got %d, %s for HEAD; want 200, text/event-stream", head.StatusCode, head.Header.Get("Content-Type"))
	}
	preflight := p.do(t, "OPTIONS", r.path(), "Origin", "https://example.org", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization")
	if got := preflight.Header.Get("Access-Control-Allow-Headers"); preflight.StatusCode != 204 || got != "Last-Event-ID, Cache-Control" {
		t.Errorf("got %d, %q; want another origin's page not to send a key", preflight.StatusCode, got)
	}
}

func TestASilentRoomHasHeartbeats(t *testing.T) {
	p := start(t, "-heartbeat", "20ms")
	r := makeRoom(t, p)
	for _, reading := range []*program{p, p.over(t, "HTTP/2.0")} {
		reader := r.read(t, reading, "")
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
	p := startMain(t, Main{Files: page, Limits: l})
	r := makeRoom(t, p)
	for _, reading := range []*program{p, p.over(t, "HTTP/2.0")} {
		if _, err := r.read(t, reading, "").rest(); err != nil {
			t.Errorf("got %v; want a clean end", err)
		}
	}
}

func TestAStalledReaderCostsNobodyAnything(t *testing.T) {
	l := limits.Default
	l.StreamWrite, l.RoomByteRate = 300*time.Millisecond, 100<<20
	p := startMain(t, Main{Files: page, Limits: l}, "-addr", "127.0.0.1:0")
	r := makeRoom(t, p)
	stalled := p.dial(t)
	stalled.SetReadBuffer(4 << 10)
	fmt.Fprintf(stalled, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", r.path())
	if _, err := stalled.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	readers := []*roomReader{r.read(t, p, ""), r.read(t, p, ""), r.read(t, p, "")}
	large := strings.Repeat("x", 50_000)
	for n := 0; !strings.Contains(p.stderr.String(), "does not read"); n++ {
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
	p := startMain(t, Main{Files: page, Limits: l}, "-addr", "127.0.0.1:0")
	r := makeRoom(t, p)
	conn := p.dial(t)
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", r.path())
	reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	slow := &roomReader{reply, bufio.NewReader(reply.Body)}
	if _, err := slow.lines.Peek(1); err != nil {
		t.Fatal(err)
	}
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
	const readers, bursts, each = 50, 10, 50
	p := start(t, "-addr", "127.0.0.1:0")
	r := makeRoom(t, p)
	results := make(chan string, readers)
	for n := range readers {
		reading := p
		if n%5 == 4 {
			reading = p.over(t, "HTTP/2.0")
		}
		reader := r.read(t, reading, "")
		go func() {
			rest, _ := reader.rest()
			results <- strings.Join(strings.Fields(regexp.MustCompile(`(?m)^(data: |id:.*$)`).ReplaceAllString(rest, "")), " ")
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

func TestStoppingEndsRoomsCleanlyAndSoon(t *testing.T) {
	before := runtime.NumGoroutine()
	p := start(t)
	r := makeRoom(t, p)
	ended := make(chan error)
	const readers = 20
	for n := range readers {
		reading := p
		if n%4 == 3 {
			reading = p.over(t, "HTTP/2.0")
		}
		reader := r.read(t, reading, "")
		go func() { _, err := reader.rest(); ended <- err }()
	}
	r.publish(t, "a")
	from := time.Now()
	if got := p.stop(t); got != 0 {
		t.Errorf("got exit status %d; want 0", got)
	}
	if took := time.Since(from); took > 2*time.Second {
		t.Errorf("got %v until the end; want it soon", took)
	}
	for range readers {
		if err := <-ended; err != nil {
			t.Errorf("got %v; want the clean end of a stream", err)
		}
	}
	p.client.CloseIdleConnections()
	waitFor(t, "the end of all goroutines", func() bool { return runtime.NumGoroutine() <= before+5 }) // those of the clients' connections
}

func TestRoomsOnDiskOutliveTheServer(t *testing.T) {
	dir := t.TempDir()
	p := start(t, "-data", dir)
	r := makeRoom(t, p)
	ids := r.publish(t, "a", "b")
	p.stop(t)
	r.p = start(t, "-data", dir)
	reader := r.read(t, r.p, "", "Last-Event-ID", ids[0])
	next := r.publish(t, "c")
	if got := reader.data(t, 2); got != "b c" || sequence(next[0]) != 3 {
		t.Errorf("got %s, the last with id %s; want b c, and ids that go on", got, next[0])
	}
}

func TestRoomsOfSomebodysNATS(t *testing.T) {
	folder := t.TempDir()
	startNATS := func(port int) *server.Server {
		s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: folder, NoLog: true, NoSigs: true})
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
		if !s.ReadyForConnections(10 * time.Second) {
			t.Fatal("NATS does not start")
		}
		return s
	}
	nats := startNATS(-1)
	p, q := start(t, "-nats", nats.ClientURL()), start(t, "-nats", nats.ClientURL())
	r := makeRoom(t, p)
	readers := []*roomReader{r.read(t, p, ""), r.read(t, q, "")}
	r.publish(t, "a")
	port := nats.Addr().(*net.TCPAddr).Port
	nats.Shutdown()
	nats.WaitForShutdown()
	var reply *http.Response
	publish := func(data string) int {
		reply = p.send(t, "POST", r.path(), `{"data":"`+data+`"}`, "Authorization", "Bearer "+r.Key, "Content-Type", "application/json")
		return reply.StatusCode
	}
	waitFor(t, "the refusal", func() bool {
		return publish("never") == http.StatusServiceUnavailable && strings.Contains(text(t, reply), "NATS, which has the rooms, can't be reached")
	})
	if got := p.send(t, "POST", "/rooms", ""); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %d for a new room; want 503", got.StatusCode)
	}
	startNATS(port)
	waitFor(t, "NATS", func() bool { return publish("b") == http.StatusOK })
	r.publish(t, "c")
	for i, reader := range readers {
		if got := reader.data(t, 3); got != "a b c" {
			t.Errorf("got %s at server %d; want a b c", got, i)
		}
	}
}

func TestWhatCantBeOfRooms(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"rooms in two places", []string{"-data", "x", "-nats", "nats://localhost"}, "give one of them"},
		{"credentials for nothing", []string{"-nats-creds", "x"}, "-nats-creds is for -nats"},
		{"credentials that are not there", []string{"-nats", "nats://localhost", "-nats-creds", "/nowhere/x"}, "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr buffer
			m := Main{Files: page, Limits: limits.Default, Stdout: io.Discard, Stderr: &stderr}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if code := m.Run(ctx, append([]string{"-addr", "localhost:0"}, test.args...)); code != 1 || !strings.Contains(stderr.String(), test.want) {
				t.Errorf("got %d, %s; want 1 and %q", code, stderr.String(), test.want)
			}
		})
	}
}
