package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"eventsource-playground/code"
	"eventsource-playground/eventsource"
	"eventsource-playground/server/limits"
	"eventsource-playground/sse"
)

// A script that has all that a parser can get wrong, in two responses and a 204.
const intricate = `== 200
@raw "\uFEFFretry: 100\r"
@flush
@wait 20ms
@raw "\ndata: a\r"
@flush
@wait 20ms
@raw "\n\r\n: a comment\rdata:b\rdata\rdata:  c\r\r"
@flush
@raw "event: tick\nid: 1é事\ndata: half \xE4\xBA"
@flush
@wait 20ms
@raw "\x8B\n\nid: 9\0\nretry: 1x\nretry:\nnothing\nevent\ndata: \xFF end\n\n"
event: no data

event: "'` + "`" + `\ */ </script> ${x} $(touch pwned)
data: {"quoted":"\"'` + "`" + `\\"}

id: never
data: unfinished
@cut cleanly

== 200
data: attempt {attempt} after {last-event-id}
id

@wait 100ms
@end

== 204
`

var intricateEvents = []string{
	eventLine("message", "", "a"), eventLine("message", "", "b\n\n c"), eventLine("tick", "1é事", "half 事"), eventLine("message", "1é事", "\ufffd end"),
	eventLine("\"'`\\ */ </script> ${x} $(touch pwned)", "1é事", "{\"quoted\":\"\\\"'`\\\\\"}"),
	eventLine("message", "", "attempt 2 after 1é事"),
}

// programAt is the program of a query, from the server.
func programAt(t *testing.T, p *program, query url.Values) string {
	t.Helper()
	reply := p.get(t, "/code?"+query.Encode())
	if program := text(t, reply); reply.StatusCode == http.StatusOK {
		return program
	} else {
		t.Fatalf("got %d, %s; want a program", reply.StatusCode, program)
	}
	return ""
}

// command is how a program is run; what it needs is looked for.
func command(t *testing.T, kind, program string) *exec.Cmd {
	t.Helper()
	folder := t.TempDir()
	save := func(name string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(program), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	look := func(name string) string {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("there is no %s to run this program", name)
		}
		return path
	}
	var c *exec.Cmd
	cancel := func() {}
	command := func(name string, arg ...string) *exec.Cmd { // its time begins when it is built
		var ctx context.Context
		ctx, cancel = context.WithTimeout(context.Background(), 30*time.Second)
		return exec.CommandContext(ctx, name, arg...)
	}
	switch kind {
	case code.Fetch, code.ServerNode:
		c = command(look("node"), save("program.js"))
	case code.Curl:
		look("curl")
		c = command(look("sh"), save("program.sh"))
	default:
		built := filepath.Join(folder, "program")
		if out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", built, save("program.go")).CombinedOutput(); err != nil {
			t.Fatalf("got %v, %s; want it built:\n%s", err, out, program)
		}
		c = command(built)
	}
	c.Dir, c.Env = t.TempDir(), append(os.Environ(), "PORT=0")
	t.Cleanup(func() {
		cancel()
		if made, _ := os.ReadDir(c.Dir); len(made) > 0 {
			t.Errorf("got the file %s; want nothing that a stream says carried out", made[0].Name())
		}
	})
	return c
}

// printed are the lines that a client prints: an event each.
func printed(t *testing.T, kind, program string) []string {
	t.Helper()
	c := command(t, kind, program)
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	const partial = 18 // curl's word for a response that was cut
	if err != nil && !(kind == code.Curl && c.ProcessState.ExitCode() == partial) {
		t.Fatalf("got %v, %s; want it to end by itself:\n%s", err, &stderr, program)
	}
	if kind == code.Curl { // which shows bytes
		var lines []byte
		sse.NewDecoder("", sse.Limits{}).Feed(out, func(l sse.Line) {
			if e := l.Event; e != nil {
				lines = append(append(lines, eventLine(e.Type, e.LastEventID, e.Data)...), '\n')
			}
		})
		out = lines
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	for i, line := range lines {
		var fields []string
		if err := json.Unmarshal([]byte(line), &fields); err != nil || len(fields) != 3 {
			t.Fatalf("got %q; want an event as JSON", line)
		}
		lines[i] = eventLine(fields[0], fields[1], fields[2])
	}
	return lines
}

// eventLine is an event in one form, since each language escapes otherwise.
func eventLine(typ, id, data string) string {
	line, err := json.Marshal([]string{typ, id, data})
	if err != nil {
		panic(err)
	}
	return string(line)
}

// TestEachClientSeesTheEventsOfTheStream leaves out EventSource, which browsers have: e2e runs that one.
func TestEachClientSeesTheEventsOfTheStream(t *testing.T) {
	p := start(t)
	for i, kind := range []string{code.Fetch, code.Go, code.Curl} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			want := intricateEvents
			if kind == code.Curl { // which does not reconnect
				want = want[:len(want)-1]
			}
			stream := fmt.Sprintf("%ssse?source=%d&script=%s", p.url, i+1, url.QueryEscape(intricate)) // each with attempts of its own
			program := programAt(t, p, url.Values{"program": {kind}, "url": {stream}})
			wantLines(t, printed(t, kind, program), want)
		})
	}
}

func wantLines(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestEachClientSendsWhatIsSetUp(t *testing.T) {
	p := start(t)
	const hostile = "\"'`\\ ${x} $(touch pwned) %41 */ </script> \\'' ; touch pwned #"
	for _, kind := range []string{code.Fetch, code.Go, code.Curl} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			seen := make(chan *http.Request, 9)
			bodies := make(chan string, 9)
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				seen <- r
				bodies <- string(body)
				w.Header().Set("Content-Type", "Text/Event-Stream ; charset=x")
				io.WriteString(w, "data: seen\n\ndata: unfinished\n")
			}))
			defer other.Close()
			address := other.URL + "/'$(touch%20pwned)'`x`?a[1-3]={b,c}&${x}&token=SECRET"
			program := programAt(t, p, url.Values{
				"program": {kind}, "url": {address}, "method": {"post"}, "credentials": {"1"},
				"header": {"X-Hostile: " + hostile, "x-empty:", "Authorization: Bearer SECRET"},
			})
			wantLines(t, printed(t, kind, program), []string{`["message","","seen"]`})
			r := <-seen
			_, empty := r.Header["X-Empty"]
			for _, same := range []struct{ what, got, want string }{
				{"method", r.Method, "POST"}, {"target", other.URL + r.RequestURI, address}, {"body", <-bodies, "BODY"},
				{"X-Hostile", r.Header.Get("X-Hostile"), hostile}, {"Authorization", r.Header.Get("Authorization"), "Bearer SECRET"},
				{"Accept", strings.Join(r.Header["Accept"], "|"), "text/event-stream"}, {"X-Empty is sent", fmt.Sprint(empty), "true"},
				{"Content-Type", r.Header.Get("Content-Type"), ""}, {"further requests", fmt.Sprint(len(seen)), "0"},
			} {
				if unescaped := strings.NewReplacer("%60", "`", "%27", "'", "%28", "(", "%29", ")").Replace(same.got); unescaped != same.want {
					t.Errorf("%s: got %q; want %q", same.what, same.got, same.want)
				}
			}
		})
	}
}

func TestEachClientGivesUpWhereAnEventSourceDoes(t *testing.T) {
	p := start(t)
	for _, kind := range []string{code.Fetch, code.Go} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch requests.Add(1) {
				case 1: // nothing to repeat: the connection is lost
					panic(http.ErrAbortHandler)
				case 2:
					w.Header().Set("Content-Type", "text/event-stream")
					io.WriteString(w, "id: 7\nretry: 10\ndata: a\n\n")
				default:
					w.Header().Set("Content-Type", "text/event-streams")
					io.WriteString(w, "data: "+r.Header.Get("Last-Event-ID")+" is not to be seen\n\n")
				}
			}))
			defer other.Close()
			other.Config.ErrorLog = log.New(io.Discard, "", 0)
			program := programAt(t, p, url.Values{"program": {kind}, "url": {other.URL}})
			program = regexp.MustCompile(`retry: 3000|StreamOptions{`).ReplaceAllStringFunc(program, func(found string) string {
				if found == "retry: 3000" {
					return "retry: 10" // not to wait for so long
				}
				return found + "ReconnectionTime: 10e6"
			})
			wantLines(t, printed(t, kind, program), []string{`["message","7","a"]`})
			if n := requests.Load(); n != 3 {
				t.Errorf("got %d requests; want 3, with none after a wrong type", n)
			}
		})
	}
}

// posted is what is sent to streams that are not requested with GET.
var posted = map[string]eventsource.StreamOptions{"a request that is looked at": {
	Method: "POST", Header: map[string]string{"X-A": "b", "Authorization": "Bearer  word", "X-Key": "planted"}, Body: []byte("é\r\nb\x00\rc\n"),
}}

// sent are the queries of streams that a server's program sends; each comes to an end.
var sent = map[string]string{
	"the classic stream":  "count=4&interval=50&retry=20&event=tick",
	"a library's":         "scenario=204-second",
	"an intricate stream": "script=" + url.QueryEscape(intricate),
	"a request that is looked at": "script=" + url.QueryEscape(`== 401 when method is GET
== 402 when header X-A is none
== 403 when authorized is other
== 200 when method is POST and header X-A is b and authorized is word
id: {body}
data: {method} {header X-A} {header X-Key}
data: {body}

@end
== 404
`),
	"responses in turn": "script=" + url.QueryEscape(`title: */ ${x} "
== 307
@redirect here
== 200 when redirected and Last-Event-ID is none
retry: 50
id: "'`+"`"+`\
data: {last-event-id}{attempt}
@raw "\r\n\r\ndata: "
@raw "x" 5000 times
@raw "\n\ndata: \xE2\x82\xAC\xFF"
@raw "\xFF" 3 times
@raw "\n\n"
@wait 100ms
@cut
== refuse for 120ms
== 200 after 100ms
@repeat 1 to 3 every 30ms resume
id: {n}
data: {n} of 3, {random 5-5}

@again
@cut cleanly
== 200 when Last-Event-ID is 3 or more
@repeat 1 to 5 resume
id: {n}
data: {n} of 5

@again
id: end
data

== 404 when Last-Event-ID is end
`),
}

func TestEachServerSendsWhatTheScenarioSays(t *testing.T) {
	p := start(t)
	for name, query := range sent {
		want, _ := watched(t, p.url+"sse?"+query, posted[name])
		for _, kind := range []string{code.ServerGo, code.ServerNode} {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				c := command(t, kind, programAt(t, p, url.Values{"program": {kind}, "stream": {query}}))
				got, took := watched(t, started(t, c), posted[name])
				wantLines(t, got, want)
				if least := map[string]time.Duration{"the classic stream": 220 * time.Millisecond, "responses in turn": 480 * time.Millisecond}[name]; took < least || took > 10*time.Second {
					t.Errorf("got %v for all of it; want at least %v", took, least)
				}
			})
		}
	}
}

// started starts a server, and returns the address that it prints.
func started(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	c.Stdout, c.Stderr = write, write
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
		read.Close()
	})
	line, err := bufio.NewReader(read).ReadString('\n')
	_, address, found := strings.Cut(strings.TrimSpace(line), "http://")
	if !found {
		t.Fatalf("got %q, %v; want an address", line, err)
	}
	return "http://" + address
}

// watched is what a Stream sees of a stream until it gives up: each event, and how each connection was lost, but not how often
// in a row.
func watched(t *testing.T, address string, o eventsource.StreamOptions) (seen []string, took time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var statuses []int
	o.ReconnectionTime = 20 * time.Millisecond
	o.Response = func(r eventsource.Response) { statuses = append(statuses, r.Status) }
	stream, err := eventsource.NewStream(ctx, address, o)
	if err != nil {
		t.Fatal(err)
	}
	from := time.Now()
	for e := range stream.All() {
		var what string
		switch e.Kind {
		case eventsource.Opened:
			what = "open"
		case eventsource.Failed:
			what = lostBy(e.Err)
		default:
			data := regexp.MustCompile(`"(time|params)":"[^"]*"`).ReplaceAllString(e.Data, "")
			what = eventLine(e.Type, e.LastEventID, data)
		}
		if len(seen) == 0 || seen[len(seen)-1] != what || e.Kind != eventsource.Failed {
			seen = append(seen, what)
		}
	}
	if ctx.Err() != nil {
		t.Errorf("got no end of %s, but %v", address, seen)
	}
	return append(seen, fmt.Sprint(statuses)), time.Since(from)
}

// lostBy is how a connection was lost, without the addresses.
func lostBy(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNRESET):
		return "reset"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "cut"
	}
	return err.Error()
}

func TestTheServerOfAnothersStreamSaysThatItIsNot(t *testing.T) {
	p := start(t)
	for _, kind := range []string{code.ServerGo, code.ServerNode} {
		program := programAt(t, p, url.Values{"program": {kind}})
		if !strings.HasPrefix(program, "// Another server's stream is set up.") || !strings.Contains(program, "customEvent") {
			t.Errorf("got %.200s; want the classic stream, and that it is not the other server's", program)
		}
		if program := programAt(t, p, url.Values{"program": {kind}, "stream": {""}}); strings.Contains(program, "Another") {
			t.Errorf("got %.200s; want nothing of another server", program)
		}
		if program := programAt(t, p, url.Values{"program": {kind}, "lang": {"zh"}}); !strings.HasPrefix(program, "// 当前") {
			t.Errorf("got %.200s; want its comments in Chinese", program)
		}
	}
}

func TestWhatIsNoProgramIsRefused(t *testing.T) {
	p := start(t)
	for query, want := range map[string]string{
		"":              "400 No program can be written of this: there is no program of this name.",
		"program=fetch": "400 No program can be written of this: the address must begin with http:// or https://.",
		"program=server-go&stream=scenario%3Dnope":                      "404 There is no scenario",
		"program=server-go&stream=script%3Dx":                           "400 The script can't be played.",
		"program=server-go&stream=count%3D-1":                           "400 count=",
		"program=fetch&url=" + strings.Repeat("x", limits.Default.Code): "414 The query is",
	} {
		reply := p.get(t, "/code?"+query)
		if got := fmt.Sprint(reply.StatusCode, " ", text(t, reply)); !strings.HasPrefix(got, want) {
			t.Errorf("%.60s: got %.200s; want %s", query, got, want)
		}
	}
}

// A script of the longest is written in time that nobody notices, and not much longer than it is.
func TestALongScriptBecomesAProgramOfBoundedLength(t *testing.T) {
	p := start(t)
	for name, line := range map[string]string{"zeros": `@raw "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"`, "placeholders": "{time}{time}{time}{time}{time}{time}", "blank lines": "x\n\n\n\n\n\n\n"} {
		script := "== 200\n"
		for range 499 {
			if len(script)+len(line) < 32<<10 {
				script += line + "\n"
			}
		}
		from := time.Now()
		for _, kind := range []string{code.ServerGo, code.ServerNode} {
			query := url.Values{"program": {kind}, "stream": {"script=~" + packed(script)}}
			if n := len(programAt(t, p, query)); n < len(script) || n > 1<<20 {
				t.Errorf("%s: got %d bytes; want more than the %d of the script, and at most a megabyte", name, n, len(script))
			}
		}
		if took := time.Since(from); took > time.Second {
			t.Errorf("%s: got it after %v; want it within a second", name, took)
		}
	}
}
