package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"eventsource-playground/scenario/library"
	"eventsource-playground/server/limits"
)

// What each scenario is on the wire, byte for byte. $H is the headers that all of them have.
func TestOnTheWire(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	const (
		sandboxed = "Content-Security-Policy: default-src 'none'; sandbox\r\nVary: Accept\r\n"
		any       = "Access-Control-Allow-Origin: *\r\n"
		common    = "Date: (now)\r\n" + any + sandboxed
		tail      = "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
		stream    = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
		text      = "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
		ok        = stream + common + tail
		a         = "9\r\ndata: a\n\n\r\n"
		last      = "0\r\n\r\n"
	)
	for _, test := range []struct {
		name, script string
		headers      string // of the request
		want         string
		err          error // at the end of it
	}{
		{"the end", "== 200\ndata: a\n\n@end", "", ok + a + last, nil},
		{"the end by itself", "== 200\ndata: a\n", "", ok + "8\r\ndata: a\n\r\n" + last, nil},
		{"nothing but a head", "== 200\n@end", "", ok + last, nil},
		{"cut cleanly", "== 200\ndata: a\n\n@cut cleanly", "", ok + a, nil},
		{"cut cleanly before the first byte", "== 200\n@cut cleanly", "", ok, nil},
		{"cut", "== 200\ndata: a\n\n@cut", "", ok + a, syscall.ECONNRESET},
		{"refused", "== refuse", "", "", syscall.ECONNRESET},
		{"refused late", "== refuse after 20ms", "", "", syscall.ECONNRESET},
		{"silence", "== silence", "", "", os.ErrDeadlineExceeded},
		{"held", "== 200\ndata: a\n\n@hold", "", ok + a, os.ErrDeadlineExceeded},
		{"headers held back", "== 200 after 1h\ndata: a\n\n@hold", "", "", nil}, // refused: an hour is too long
		{"a chunk for each write", "== 200\ndata: a\n\n@flush\n@wait 1ms\ndata: b\n\n@end", "", ok + a + "9\r\ndata: b\n\n\r\n" + last, nil},
		{"raw bytes", `== 200` + "\n" + `@raw "\uFEFFdata: \0\xFF\r"` + "\n@end", "", ok + "c\r\n\uFEFFdata: \x00\xff\r\r\n" + last, nil},
		{"byte by byte", "== 200\n@pace byte every 1ms\n@raw \"a\\r\\n\"\n@end", "", ok + "1\r\na\r\n1\r\n\r\r\n1\r\n\n\r\n" + last, nil},
		{"line by line", "== 200\n@pace line every 1ms\nid: 1\ndata: a\n\n@cut cleanly", "", ok + "6\r\nid: 1\n\r\n8\r\ndata: a\n\r\n1\r\n\n\r\n", nil},
		{"a repeat", "== 200\n@repeat 2 every 10ms\ndata: {n}\n\n@again\n@end", "", ok + "9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n" + last, nil},
		{"much at once", "== 200\n@raw \"x\" 100000 times\n@end", "", ok + "8000\r\n" + strings.Repeat("x", 32768) + "\r\n8000\r\n" +
			strings.Repeat("x", 32768) + "\r\n8000\r\n" + strings.Repeat("x", 32768) + "\r\n6a0\r\n" + strings.Repeat("x", 1696) + "\r\n" + last, nil},
		{"a proxy that holds", "== 200\n@proxy holds 8 bytes\ndata: a\n\n@hold", "", ok + "8\r\ndata: a\n\r\n", os.ErrDeadlineExceeded},
		{"a proxy that cuts", "== 200\n@proxy cuts after 10ms\ndata: a\n\n@hold", "", ok + a, nil},

		{"404", "== 404\nnothing\n", "", "HTTP/1.1 404 Not Found\r\n" + text + common + tail + "8\r\nnothing\n\r\n" + last, nil},
		{"204", "== 204", "", "HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n" + common + "Connection: close\r\n\r\n", nil},
		{"205", "== 205", "", "HTTP/1.1 205 Reset Content\r\n" + text + common + "Content-Length: 0\r\nConnection: close\r\n\r\n", nil},
		{"304", "== 304", "", "HTTP/1.1 304 Not Modified\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n" + common + "Connection: close\r\n\r\n", nil},
		{"a status without a name", "== 299", "", "HTTP/1.1 299 \r\n" + text + common + tail + last, nil},
		{"503 and when to try again", "== 503\n@header retry-after: 5", "", "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n" + text + common + tail + last, nil},
		{"no type", "== 200\n@header Content-Type:\n@end", "", "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n" + common + tail + last, nil},
		{"another date", "== 200\n@header Date: yesterday\n@end", "", "HTTP/1.1 200 OK\r\nDate: yesterday\r\n" +
			strings.TrimPrefix(stream, "HTTP/1.1 200 OK\r\n") + any + sandboxed + tail + last, nil},

		{"no CORS", "== 200\n@cors none\n@end", "Origin: https://example.org\r\n", stream + "Date: (now)\r\n" + sandboxed + tail + last, nil},
		{"CORS for all, with credentials", "== 200\n@cors * with credentials\n@end", "Origin: https://example.org\r\n",
			stream + "Date: (now)\r\n" + any + "Access-Control-Allow-Credentials: true\r\n" + sandboxed + tail + last, nil},
		{"CORS for its origin", "== 200\n@cors exact\n@end", "Origin: https://example.org\r\n",
			stream + "Date: (now)\r\nVary: Origin\r\nAccess-Control-Allow-Origin: https://example.org\r\n" + sandboxed + tail + last, nil},
		{"CORS for its origin, with credentials", "== 200\n@cors exact with credentials\n@end", "Origin: null\r\n",
			stream + "Date: (now)\r\nVary: Origin\r\nAccess-Control-Allow-Origin: null\r\nAccess-Control-Allow-Credentials: true\r\n" + sandboxed + tail + last, nil},
		{"CORS for its origin, and nobody does", "== 200\n@cors exact with credentials\n@end", "", stream + "Date: (now)\r\nVary: Origin\r\n" + sandboxed + tail + last, nil},

		{"a redirect to a path", "== 307\n@redirect /nowhere", "", "HTTP/1.1 307 Temporary Redirect\r\n" + text + "Date: (now)\r\nLocation: /nowhere\r\n" + any + sandboxed + tail + last, nil},
		{"a redirect to here", "== 301\n@redirect here", "", "HTTP/1.1 301 Moved Permanently\r\n" + text + "Date: (now)\r\nLocation: (here)&redirected=1\r\n" + any + sandboxed + tail + last, nil},
		{"a redirect to the second origin", "== 302\n@redirect second origin", "", "HTTP/1.1 302 Found\r\n" + text + "Date: (now)\r\nLocation: (second)(here)&redirected=1\r\n" + any + sandboxed + tail + last, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := "/sse?script=" + url.QueryEscape(test.script)
			patience := time.Minute // a busy machine takes its time to begin
			if test.want == "" {
				patience = time.Second
			}
			got, err := p.wireWithin(t, patience, "GET "+path+" HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"+test.headers+"\r\n")
			if test.name == "headers held back" {
				if !strings.HasPrefix(got, "HTTP/1.1 400") || !strings.Contains(got, "1:") {
					t.Errorf("got %q; want it refused", got)
				}
				return
			}
			got = strings.NewReplacer(path, "(here)", p.second(t), "(second)").Replace(got)
			if want := test.want; got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
			if !errors.Is(err, test.err) {
				t.Errorf("got the end %v; want %v", err, test.err)
			}
		})
	}
}

func TestOtherRequestsOnTheWire(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0", "-public-url", "http://playground.example")
	script := url.QueryEscape("== 200\ndata: {attempt}\n\n@end\n== 204")
	for _, test := range []struct {
		name, request string
		want          []string // in this order
		not           string
	}{
		{"HTTP/1.0 ends with the connection", "GET /sse?script=" + script + " HTTP/1.0\r\n\r\n",
			[]string{"HTTP/1.0 200 OK\r\n", "Connection: close\r\n\r\ndata: 1\n\n"}, "chunked"},
		{"HEAD has no body", "HEAD /sse?script=" + script + "&source=2 HTTP/1.1\r\nHost: localhost\r\n\r\n",
			[]string{"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n", "Connection: close\r\n\r\n"}, "data"},
		{"HEAD counts no attempt", "HEAD /sse?script=" + script + "&source=2 HTTP/1.1\r\nHost: localhost\r\n\r\n",
			[]string{"HTTP/1.1 200 OK\r\n"}, "204"},
		{"HEAD of a redirect", "HEAD /sse?scenario=redirect-307 HTTP/1.1\r\nHost: localhost\r\n\r\n",
			[]string{"HTTP/1.1 307 Temporary Redirect\r\n", "Location: /sse?scenario=redirect-307&redirected=1\r\n"}, "0\r\n\r\n"},
		{"PUT", "PUT /sse?scenario=end HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", []string{"405 Method Not Allowed"}, "event-stream"},
		{"a body", "GET /sse?scenario=end HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", []string{"400 Bad Request"}, "event-stream"},
		{"whoever is no EventSource takes the type as it is", "GET /sse?scenario=no-type HTTP/1.1\r\nHost: localhost\r\nAccept: text/html,*/*\r\n\r\n",
			[]string{"Content-Security-Policy: default-src 'none'; sandbox\r\n", "X-Content-Type-Options: nosniff\r\n"}, "Content-Type:"},
		{"a query that a Location cannot hold", "GET /sse?scenario=redirect-307&x=\xe9\"< HTTP/1.1\r\nHost: localhost\r\n\r\n",
			[]string{"Location: /sse?scenario=redirect-307&x=%E9\"<&redirected=1\r\n"}, "\xe9"},
		{"a redirect leads to the second origin by the browser's name for it", "GET /sse?scenario=redirect-cross-origin HTTP/1.1\r\nHost: playground.example:3000\r\n\r\n",
			[]string{"Location: http://playground.example:"}, ""},
		{"a Host that no Location can hold", "GET /sse?scenario=redirect-cross-origin HTTP/1.1\r\nHost: [fe80::1%a%b!c]\r\n\r\n", []string{"Location: http://localhost:"}, "b!c"},
		{"a Host that is an IPv6 address", "GET /sse?scenario=redirect-cross-origin HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", []string{"Location: http://[::1]:"}, ""},
		{"only sections that wait for another request", "GET /sse?script=" + url.QueryEscape("== 200 when Last-Event-ID is 7\n") + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
			[]string{"404 Not Found", "no response to this request"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := p.wire(t, test.request)
			if err != nil {
				t.Errorf("got %v; want the end", err)
			}
			rest := got
			for _, want := range test.want {
				var ok bool
				if _, rest, ok = strings.Cut(rest, want); !ok {
					t.Errorf("got %q; want %q in it", got, want)
				}
			}
			if test.not != "" && strings.Contains(got, test.not) {
				t.Errorf("got %q; want no %q", got, test.not)
			}
		})
	}
}

// Each chunk is one on the wire, but what nothing has to wait for arrives together.
func TestWhatIsReadyGoesOutInOneWrite(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	for _, test := range []struct{ name, script, want string }{
		{"head and body", "== 200\ndata: a\n\n@hold", "9\r\ndata: a\n\n\r\n"},
		{"chunks of their own", "== 200\n@repeat 1000\nx\n@flush\n@again\n@hold", strings.Repeat("2\r\nx\n\r\n", 1000)},
		{"up to a wait", "== 200\na\n@flush\nb\n@wait 9m\nc\n", "2\r\na\n\r\n2\r\nb\n\r\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := p.dial(t)
			defer conn.Close()
			io.WriteString(conn, "GET /sse?script="+url.QueryEscape(test.script)+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
			conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			b := make([]byte, 64<<10)
			n, err := conn.Read(b)
			if _, body, ok := strings.Cut(string(b[:n]), "\r\n\r\n"); err != nil || !ok || body != test.want {
				t.Errorf("got %q, %v in the first read; want the head and %q", b[:n], err, test.want)
			}
		})
	}
}

func TestWaitsAreKept(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	for _, test := range []struct {
		name, script string
		want         []time.Duration // between the reads
	}{
		{"before the head", "== 200 after 150ms\n@end", []time.Duration{150 * time.Millisecond}},
		{"before the first byte", "== 200\n@wait 150ms\nx\n@hold", []time.Duration{0, 150 * time.Millisecond}},
		{"between writes, without drifting", "== 200\n@repeat 5 every 60ms\nx\n@again\n@hold", []time.Duration{0, 0, 60 * time.Millisecond, 60 * time.Millisecond, 60 * time.Millisecond, 60 * time.Millisecond}},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := p.dial(t)
			conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			from := time.Now()
			io.WriteString(conn, "GET /sse?script="+url.QueryEscape(test.script)+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
			due := time.Duration(0)
			r := bufio.NewReader(conn)
			for i, wait := range test.want {
				due += wait
				if i == 0 {
					http.ReadResponse(r, nil)
				} else {
					for range 3 {
						r.ReadString('\n')
					}
				}
				if got := time.Since(from); got < due-5*time.Millisecond || got > due+500*time.Millisecond {
					t.Errorf("got read %d after %v; want it after %v", i, got, due)
				}
			}
		})
	}
}

func TestGzip(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	long := strings.Repeat("0123456789", 5000)
	for _, test := range []struct {
		name, script, want string
		early              bool // the first bytes can be read before the rest is sent
	}{
		{"flushed", "== 200\n@gzip\ndata: a\n\n@wait 500ms\ndata: b\n\n@end", "data: a\n\ndata: b\n\n", true},
		{"unflushed", "== 200\n@gzip unflushed\ndata: a\n\n@wait 500ms\ndata: b\n\n@end", "data: a\n\ndata: b\n\n", false},
		{"nothing in it", "== 200\n@gzip\n@end", "", false},
		{"much, flushed", "== 200\n@gzip\n@raw \"0123456789\" 5000 times\n@end", long, false},
		{"much, unflushed", "== 200\n@gzip unflushed\n@raw \"0123456789\" 5000 times\n@end", long, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			reply := p.get(t, "/sse?script="+url.QueryEscape(test.script), "Accept-Encoding", "gzip")
			if got := reply.Header.Get("Content-Encoding"); got != "gzip" {
				t.Errorf("got Content-Encoding %q; want gzip", got)
			}
			from := time.Now()
			unpacked, err := gzip.NewReader(reply.Body)
			if err != nil {
				t.Fatal(err)
			}
			first := make([]byte, min(9, len(test.want)))
			io.ReadFull(unpacked, first)
			if early := time.Since(from) < 250*time.Millisecond; test.want == "data: a\n\ndata: b\n\n" && early != test.early {
				t.Errorf("got the first bytes after %v; want them early: %v", time.Since(from), test.early)
			}
			rest, err := io.ReadAll(unpacked) // checks length and sum
			if got := string(first) + string(rest); err != nil || got != test.want {
				t.Errorf("got %d bytes, %v; want %d", len(got), err, len(test.want))
			}
		})
	}
	t.Run("what a cut leaves", func(t *testing.T) {
		for script, want := range map[string]string{
			"== 200\n@gzip\ndata: a\n\n@cut cleanly":           "data: a\n\n",
			"== 200\n@gzip unflushed\ndata: a\n\n@cut cleanly": "",
		} {
			got, _ := p.wire(t, "GET /sse?script="+url.QueryEscape(script)+" HTTP/1.0\r\n\r\n")
			_, body, _ := strings.Cut(got, "\r\n\r\n")
			unpacked := []byte{}
			if r, err := gzip.NewReader(strings.NewReader(body)); err == nil {
				unpacked, _ = io.ReadAll(r)
			}
			if string(unpacked) != want {
				t.Errorf("got %q of %q; want %q", unpacked, script, want)
			}
		}
	})
}

// The whole library, for a moment: nothing panics, and what comes is a reply or a broken connection.
func TestEveryScenarioIsServed(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	for _, entry := range library.All() {
		conn := p.dial(t)
		fmt.Fprintf(conn, "GET /sse?scenario=%s HTTP/1.1\r\nHost: localhost\r\n\r\n", entry.Name)
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		first := entry.Sections[0]
		if first.Reply == 2 || first.After > 0 { // silence
			conn.Close()
			continue
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		conn.Close()
		if !strings.HasPrefix(line, "HTTP/1.1 ") && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %q, %v for %s; want a reply or a reset", line, err, entry.Name)
		}
	}
	if got := p.stderr.String(); strings.Contains(got, "level=ERROR") {
		t.Errorf("got log %s; want no error", got)
	}
}

func TestTheClientsLeavingIsNoticedInEveryState(t *testing.T) {
	for _, test := range []struct{ name, script string }{
		{"held", "== 200\n@hold"},
		{"silent", "== silence"},
		{"before the head", "== 200 after 9m\n@end"},
		{"in a wait", "== 200\n@wait 9m\n@end"},
	} {
		for _, leave := range []struct {
			name string
			how  func(*net.TCPConn)
		}{
			{"closed", func(c *net.TCPConn) { c.Close() }},
			{"reset", func(c *net.TCPConn) { c.SetLinger(0); c.Close() }},
		} {
			t.Run(test.name+" "+leave.name, func(t *testing.T) {
				p := start(t, "-max-streams", "1")
				before := runtime.NumGoroutine()
				for range 3 {
					conn := p.dial(t)
					from := time.Now()
					waitFor(t, "a place to be free", func() bool {
						io.WriteString(conn, "GET /sse?script="+url.QueryEscape(test.script)+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
						conn.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
						reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
						if err == nil && reply.StatusCode == http.StatusServiceUnavailable {
							io.Copy(io.Discard, reply.Body)
							return false
						}
						return true
					})
					if took := time.Since(from); took > time.Second {
						t.Errorf("got a place after %v; want it at once when the one before left", took)
					}
					leave.how(conn)
				}
				waitFor(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
			})
		}
	}
}

func TestAPlaysReaderThatDoesNotReadIsCutOff(t *testing.T) {
	l := limits.Default
	l.StreamWrite = 100 * time.Millisecond
	l.StreamBuffer = 4 << 10
	p := startMain(t, Main{Files: page, Limits: l}, "-addr", "127.0.0.1:0", "-max-streams", "1")
	dialer := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 2048) })
	}}
	conn, err := dialer.Dial("tcp", strings.Trim(p.url, "htp:/"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET /sse?scenario=long-line HTTP/1.1\r\nHost: localhost\r\n\r\n")
	waitFor(t, "the log to say so", func() bool { return strings.Contains(p.stderr.String(), "does not read") })
	waitFor(t, "its place to be free", func() bool { return p.get(t, "/sse?scenario=end").StatusCode == 200 })
	if _, err := io.Copy(io.Discard, conn); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v at the end of what was buffered; want a reset connection", err)
	}
}

func TestAClientThatTalksTooMuchIsCutOff(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	conn := p.dial(t)
	io.WriteString(conn, "GET /sse?scenario=mute HTTP/1.1\r\nHost: localhost\r\n\r\n")
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	io.ReadFull(conn, make([]byte, 100))
	io.WriteString(conn, "GET /sse?scenario=mute HTTP/1.1\r\nHost: localhost\r\n\r\n") // as a pipelining client does: it is not heard
	go func() {
		for {
			if _, err := conn.Write(make([]byte, 1024)); err != nil {
				return
			}
		}
	}()
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("got an open connection; want it closed")
	}
}

func TestAPlayEndsWithItsLifetime(t *testing.T) {
	l := limits.Default
	l.Lifetime = 50 * time.Millisecond
	p := startMain(t, Main{Files: page, Limits: l}, "-addr", "127.0.0.1:0")
	for _, test := range []struct{ script, want string }{
		{"== 200\n@raw \"x\"\n@hold", "\r\n\r\n1\r\nx\r\n0\r\n\r\n"},
		{"== 200\n@raw \"x\"\n@wait 9m\n@raw \"y\"\n", "\r\n\r\n1\r\nx\r\n0\r\n\r\n"},
		{"== silence", ""},
		{"== 200 after 9m", ""},
	} {
		got, err := p.wire(t, "GET /sse?script="+url.QueryEscape(test.script)+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if err != nil || !strings.HasSuffix(got, test.want) || test.want == "" && got != "" {
			t.Errorf("got %q, %v for %q; want the end %q", got, err, test.script, test.want)
		}
	}
}

func TestPlaysAreStreamsThatAreLimited(t *testing.T) {
	for _, args := range [][]string{{"-max-streams", "2"}, {"-max-streams-per-address", "2"}} {
		p := start(t, append(args, "-addr", "127.0.0.1:0")...)
		first := p.get(t, "/sse?scenario=mute")
		p.get(t, "/sse") // both kinds count
		third := p.get(t, "/sse?scenario=mute", "Origin", "https://example.org")
		if got := text(t, third); third.StatusCode != 503 || !strings.Contains(got, "2 streams open") || third.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("got %d %q; want 503 and why, for everybody to read", third.StatusCode, got)
		}
		if got := p.secondGet(t, "/sse?scenario=mute").StatusCode; got != 503 {
			t.Errorf("got status %d at the second origin; want 503: it has no places of its own", got)
		}
		first.Body.Close()
		waitFor(t, "its place to be free", func() bool { return p.get(t, "/sse?scenario=mute").StatusCode == 200 })
	}
}

func TestStoppingEndsPlaysSoon(t *testing.T) {
	const readers = 200
	before := runtime.NumGoroutine()
	p := start(t, "-addr", "127.0.0.1:0")
	conns := make([]*net.TCPConn, readers)
	for i := range conns {
		conns[i] = p.dial(t)
		script := []string{"== 200\n@raw \"x\"\n@hold", "== silence", "== 200\n@repeat 1000 every 10ms\n@raw \"x\"\n@again", "== 200 after 9m"}[i%4]
		io.WriteString(conns[i], "GET /sse?script="+url.QueryEscape(script)+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if i%2 == 0 {
			conns[i].SetReadDeadline(time.Now().Add(5 * time.Second))
			if _, err := io.ReadFull(conns[i], make([]byte, 100)); err != nil {
				t.Fatal(err)
			}
		}
	}
	full := p.dial(t) // never reads
	io.WriteString(full, "GET /sse?script="+url.QueryEscape("== 200\n@raw \"x\" 4000000 times")+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
	io.ReadFull(full, make([]byte, 100))

	from := time.Now()
	if got := p.stop(t); got != 0 {
		t.Errorf("got exit status %d; want 0", got)
	}
	if took := time.Since(from); took > time.Second {
		t.Errorf("got %v until the end; want at most a second", took)
	}
	for i, conn := range conns {
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		rest, err := io.ReadAll(conn)
		if want := "0\r\n\r\n"; err != nil || i%2 == 0 && !bytes.HasSuffix(rest, []byte(want)) || i%2 == 1 && len(rest) > 0 {
			t.Fatalf("got %q, %v at the end of stream %d; want a clean one", rest[max(0, len(rest)-20):], err, i)
		}
		conn.Close()
	}
	full.Close()
	waitFor(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}

// wire sends a request as it is, and returns all of the response until its end, or until nothing more arrives.
func (p *program) wire(t *testing.T, request string) (string, error) {
	t.Helper()
	return p.wireWithin(t, time.Minute, request)
}

// wireWithin is wire that waits so long for the first byte.
func (p *program) wireWithin(t *testing.T, patience time.Duration, request string) (string, error) {
	t.Helper()
	conn := p.dial(t)
	defer conn.Close()
	io.WriteString(conn, request)
	var got []byte
	b := make([]byte, 64<<10)
	for {
		quiet := time.Second
		if len(got) == 0 {
			quiet = patience
		}
		conn.SetReadDeadline(time.Now().Add(quiet))
		n, err := conn.Read(b)
		got = append(got, b[:n]...)
		if err == io.EOF {
			err = nil
		} else if err == nil {
			continue
		}
		return regexp.MustCompile(`Date: \w{3}, [^\r]* GMT`).ReplaceAllString(string(got), "Date: (now)"), err
	}
}

// second is the second origin.
func (p *program) second(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`second=(http://[^ ]+)/ `).FindStringSubmatch(p.stderr.String())
	if found == nil {
		t.Fatalf("got log %q; want the second origin in it", p.stderr)
	}
	return found[1]
}

func (p *program) secondGet(t *testing.T, path string, headers ...string) *http.Response {
	t.Helper()
	other := *p
	other.url = p.second(t) + "/"
	return other.get(t, path, headers...)
}
