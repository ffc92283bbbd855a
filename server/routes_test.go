package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"eventsource-playground/server/limits"
)

func TestRoutes(t *testing.T) {
	p := start(t)
	for _, test := range []struct {
		name, method, path string
		status             int
		contentType, body  string
	}{
		{"the page", "GET", "/", 200, "text/html; charset=utf-8", "<!doctype html>"},
		{"the page with a set-up in its URL", "GET", "/?url=/sse&connect=1", 200, "text/html; charset=utf-8", "<!doctype html>"},
		{"a script", "GET", "/app.js", 200, "text/javascript; charset=utf-8", "the app.js"},
		{"the program", "GET", "/web/app.wasm", 200, "application/wasm", "the app.wasm"},
		{"the style", "GET", "/web/style.css", 200, "text/css; charset=utf-8", "main {}"},
		{"the icon", "GET", "/web/icon.svg", 200, "image/svg+xml", "<svg/>"},
		{"the icon that browsers guess", "GET", "/favicon.ico", 200, "image/png", "PNG"},
		{"the manifest", "GET", "/manifest.webmanifest", 200, "application/manifest+json", "{}"},
		{"HEAD of the page", "HEAD", "/", 200, "text/html; charset=utf-8", ""},
		{"HEAD of the stream, which ends at once", "HEAD", "/sse", 200, "text/event-stream", ""},
		{"HEAD of a stream that can't be", "HEAD", "/sse?count=-1", 400, "text/plain; charset=utf-8", ""},
		{"no such page", "GET", "/nope", 404, "text/plain; charset=utf-8", `There is nothing at "/nope": the page is at / and the stream at /sse.`},
		{"no such file", "GET", "/web/nope.css", 404, "text/plain; charset=utf-8", "There is nothing at"},
		{"a compressed form is no file", "GET", "/web/app.wasm.br", 404, "text/plain; charset=utf-8", "There is nothing at"},
		{"a folder is no file", "GET", "/web/", 404, "text/plain; charset=utf-8", "There is nothing at"},
		{"what git keeps is no file", "GET", "/.gitignore", 404, "text/plain; charset=utf-8", "There is nothing at"},
		{"something after the stream", "GET", "/sse/more", 404, "text/plain; charset=utf-8", "There is nothing at"},
		{"POST to the page", "POST", "/", 405, "text/plain; charset=utf-8", `"POST" is not possible here: use GET.`},
		{"POST to a file", "POST", "/web/app.wasm", 405, "text/plain; charset=utf-8", `"POST" is not possible here: use GET.`},
		{"PUT to the stream", "PUT", "/sse", 405, "text/plain; charset=utf-8", `"PUT" is not possible here: use GET or POST.`},
		{"DELETE of nothing", "DELETE", "/nope", 404, "text/plain; charset=utf-8", "There is nothing at"},
		{"OPTIONS", "OPTIONS", "/sse", 204, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			reply := p.do(t, test.method, test.path)
			if reply.StatusCode != test.status {
				t.Errorf("got status %d; want %d", reply.StatusCode, test.status)
			}
			if got := reply.Header.Get("Content-Type"); got != test.contentType {
				t.Errorf("got Content-Type %q; want %q", got, test.contentType)
			}
			if got := text(t, reply); !strings.HasPrefix(got, test.body) || (test.body == "" && got != "") {
				t.Errorf("got %q; want %q", got, test.body)
			}
			wantAllow := ""
			if test.status == 405 || test.method == "OPTIONS" {
				wantAllow = "GET, HEAD, OPTIONS"
				if test.path == "/sse" {
					wantAllow = "GET, HEAD, POST, OPTIONS"
				}
			}
			if got := reply.Header.Get("Allow"); got != wantAllow {
				t.Errorf("got Allow %q; want %q", got, wantAllow)
			}
		})
	}
}

// What a client library would not send.
func TestBareRequests(t *testing.T) {
	p := start(t)
	for _, test := range []struct {
		name, request string
		statuses      string
	}{
		{"a path that climbs", "GET /web/../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "301 307 404"},
		{"a path that climbs, escaped", "GET /web/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "301 307 404"},
		{"a path that climbs, with its slashes escaped", "GET /web/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: localhost\r\n\r\n", "301 307 404"},
		{"a path with NUL", "GET /web/app.wasm%00.css HTTP/1.1\r\nHost: localhost\r\n\r\n", "404"},
		{"a path that looks like another host", "GET //example.org/ HTTP/1.1\r\nHost: localhost\r\n\r\n", "301 307 404"},
		{"a query that is too long", "GET /sse?" + strings.Repeat("x", 2049) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", "414"},
		{"a header that is too long", "GET /sse HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", "431"},
		{"a Last-Event-ID with a control byte, which net/http refuses by itself", "GET /sse HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: \x01\r\n\r\n", "400"},
		{"a stream asked for with a body", "GET /sse HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", "400"},
		{"a stream asked for with a body that never comes", "GET /sse HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := p.dial(t)
			go io.WriteString(conn, test.request) // the server may stop reading before the end
			reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(reply.StatusCode); !strings.Contains(test.statuses, got) {
				t.Errorf("got status %s; want %s", got, test.statuses)
			}
			if location := reply.Header.Get("Location"); strings.HasPrefix(location, "//") || strings.Contains(location, ":") {
				t.Errorf("got a redirect to %q; want none away from here", location)
			}
		})
	}
}

func TestConnectionsThatDontGoOnAreClosed(t *testing.T) {
	l := limits.Default
	l.ReadHeader, l.Read, l.Idle = 50*time.Millisecond, 50*time.Millisecond, 50*time.Millisecond
	p := startMain(t, Main{Files: page, Limits: l})
	for _, test := range []struct{ name, sent string }{
		{"nothing sent", ""},
		{"half a request", "GET / HTTP/1.1\r\nHo"},
		{"a whole one, and no other", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		{"half a body", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhal"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := p.dial(t)
			io.WriteString(conn, test.sent)
			conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("got an open connection after 5s; want it closed after 50ms")
			}
		})
	}
	t.Run("a stream is no such connection", func(t *testing.T) {
		if got := len(events(t, p.get(t, "/sse?interval=60&count=3").Body, 9)); got != 3 {
			t.Errorf("got %d events over 180ms; want 3", got)
		}
	})
}

func TestWithoutThePage(t *testing.T) {
	p := startMain(t, Main{Files: fstest.MapFS{".gitignore": {}}, Limits: limits.Default})
	if got := p.stderr.String(); !strings.Contains(got, notBuilt) {
		t.Errorf("got log %q; want %q in it", got, notBuilt)
	}
	for _, path := range []string{"/", "/web/app.wasm"} {
		reply := p.get(t, path)
		if got := reply.StatusCode; got != http.StatusServiceUnavailable {
			t.Errorf("got status %d for %s; want 503", got, path)
		}
		if got := text(t, reply); !strings.Contains(got, notBuilt) {
			t.Errorf("got %q for %s; want %q in it", got, path, notBuilt)
		}
	}
	if got := p.get(t, "/").Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("got Content-Type %q; want HTML, since a person reads it", got)
	}
	if got := text(t, p.get(t, "/sse?interval=10&count=1")); !strings.Contains(got, "event: customEvent") {
		t.Errorf("got stream %q; want an event", got)
	}
}
