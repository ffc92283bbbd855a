package main

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"eventsource-playground/cluster/natstest"
	"eventsource-playground/sse"
)

// Which attempt a request is. A request is "session source", or "-" without them; "!" leaves before the end.
func TestAttempts(t *testing.T) {
	testAttempts(t, func(streams string) []*program {
		return []*program{start(t, "-addr", "127.0.0.1:0", "-max-streams", streams)}
	})
}

// The same, where each request goes to another server.
func TestAttemptsOnSeveralServers(t *testing.T) {
	nats := natstest.Start(t, t.TempDir(), -1)
	testAttempts(t, func(streams string) (servers []*program) {
		for _, name := range []string{"a", "b", "c"} {
			servers = append(servers, start(t, "-addr", "127.0.0.1:0", "-max-streams", streams, "-nats", nats.ClientURL(), "-name", name))
		}
		return servers
	})
}

// testAttempts tries them on servers that have room for so many streams.
func testAttempts(t *testing.T, start func(streams string) []*program) {
	servers := map[string][]*program{"20": start("20"), "1": start("1")}
	const (
		a = "0123456789abcdef0123456789abcdef"
		b = "fedcba9876543210fedcba9876543210"

		ends      = "== 200\ndata: {attempt}\n\n@end"
		cuts      = "== 200\ndata: {attempt}\n\n@cut"
		truncates = "== 200\ndata: {attempt}\n\n@cut cleanly"
		holds     = "== 200\ndata: {attempt}\n\n@hold"
	)
	for _, test := range []struct {
		name, script string
		requests     []string
		want         string // the attempts
	}{
		{"curl again after the end", ends, []string{"-", "-", "-"}, "1 2 3"},
		{"after a cut", cuts, []string{"-", "-"}, "1 2"},
		{"after a clean cut", truncates, []string{"-", "-"}, "1 2"},
		{"with Last-Event-ID", ends, []string{"-", "- id"}, "1 2"},
		{"a client that leaves by itself starts from the first section", holds, []string{"-!", "-!", "-"}, "1 1 1"},
		{"another is open, so this is a new one", holds, []string{"-", "-"}, "1 1"},
		{"after an error, the last response repeats", ends + "\n== 500\n{attempt}\n", []string{"-", "-", "-", "-"}, "1 2 3 4"},
		{"after a 204 that has none after it", ends + "\n== 204\n", []string{"-", "-", "-", "-"}, "1  1 "},
		{"after a 503 with another response after it", "== 503\n{attempt}\n== 200\n{attempt}\n", []string{"-", "-", "-"}, "1 2 3"},
		{"after an error out of turn", "== 404 when Last-Event-ID is 7\n{attempt}\n\n" + ends, []string{"-", "- id", "-"}, "1 2 3"},
		{"a 204 out of turn is final", "== 204 when Last-Event-ID is 7\n\n" + ends, []string{"-", "- id", "-"}, "1  1"},
		{"another address of the same scenario is another", ends, []string{"-", "- &x=1", "-", "- &x=1"}, "1 1 2 2"},

		{"one session", ends, []string{a + " 1", a + " 1"}, "1 2"},
		{"in capitals", ends, []string{a + " 1", strings.ToUpper(a) + " 1"}, "1 2"},
		{"parameters in another order", ends, []string{a + " 1", "first " + a + " 1"}, "1 2"},
		{"no source is the first", ends, []string{a, a + " 1"}, "1 2"},
		{"two EventSources of one session", ends, []string{a + " 1", a + " 2", a + " 1", a + " 2"}, "1 1 2 2"},
		{"two sessions", ends, []string{a + " 1", b + " 1", "-", a + " 1"}, "1 1 1 2"},
		{"a session goes on however it ended", holds, []string{a + " 1!", a + " 1!", a + " 1"}, "1 2 3"},
		{"a session goes on while the last response does", holds, []string{a + " 1", a + " 1"}, "1 2"},
		{"a session goes on after a final response", "== 404\n{attempt}\n", []string{a + " 1", a + " 1"}, "1 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			streams := "20"
			if strings.Contains(strings.Join(test.requests, " "), "!") {
				streams = "1" // so it is seen when the server noticed that the one before left
			}
			all := servers[streams]
			script := test.script + "\n# " + rand.Text() // of this test alone
			var got []string
			for i, request := range test.requests {
				p := all[i%len(all)]
				request, leaves := strings.CutSuffix(request, "!")
				query := "script=" + url.QueryEscape(script)
				who, first := strings.CutPrefix(request, "first ")
				who, more, _ := strings.Cut(who, " ")
				headers := ""
				if who == "-" {
					if more == "id" {
						headers = "Last-Event-ID: 7\r\n"
					} else {
						query += more
					}
				} else {
					names := "session=" + who
					if more != "" {
						names += "&source=" + more
					}
					if first {
						query = names + "&" + query
					} else {
						query += "&" + names
					}
				}
				conn := p.dial(t)
				var reply *http.Response
				waitFor(t, "a place", func() (ok bool) {
					var err error
					fmt.Fprintf(conn, "GET /sse?%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", query, headers)
					if reply, err = http.ReadResponse(bufio.NewReader(conn), nil); err != nil {
						t.Fatal(err)
					}
					if ok = reply.Header.Get("Content-Length") == ""; !ok {
						io.Copy(io.Discard, reply.Body) // the server is full
					}
					return ok
				})
				line := make([]byte, 7)
				n, _ := io.ReadFull(reply.Body, line)
				got = append(got, strings.Trim(string(line[:n]), "dat: \n"))
				if leaves {
					conn.Close()
				} else if !strings.Contains(test.script, "@hold") {
					io.Copy(io.Discard, conn)
				}
			}
			if got := strings.Join(got, " "); got != test.want {
				t.Errorf("got attempts %s; want %s", got, test.want)
			}
		})
	}
}

// A redirect keeps the EventSource, whichever of the two addresses it reconnects to.
func TestARedirectIsTheSameEventSource(t *testing.T) {
	p := start(t, "-addr", "localhost:0")
	const session = "&session=0123456789abcdef0123456789abcdef&source=3"
	for _, test := range []struct{ name, script, more string }{
		{"here", "== 307\n@redirect here\n== 200 when redirected\ndata: {attempt}\n\n", ""},
		{"here, in a session", "== 307\n@redirect here\n== 200 when redirected\ndata: {attempt}\n\n", session},
		{"the second origin", "== 307\n@redirect second origin\n== 200 when redirected\ndata: {attempt}\n\n", ""},
		{"the second origin, in a session", "== 307\n@redirect second origin\n== 200 when redirected\ndata: {attempt}\n\n", session},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := "/sse?script=" + url.QueryEscape(test.script) + test.more
			for _, want := range []string{"2", "4"} {
				reply := p.get(t, path)
				if got := events(t, reply.Body, 1); len(got) != 1 || got[0].Data != want {
					t.Errorf("got %v; want attempt %s", got, want)
				}
				if moved := reply.Request.URL.Host != strings.Trim(p.url, "htp:/"); moved != strings.Contains(test.script, "second") {
					t.Errorf("got the response from %s; want it where the redirect led", reply.Request.URL)
				}
			}
			p.client.CloseIdleConnections()
		})
	}
	t.Run("the address that was led to", func(t *testing.T) {
		path := "/sse?script=" + url.QueryEscape("== 307\n@redirect here\n== 200 when redirected\ndata: {attempt}\n\n") + "&source=9"
		led := p.get(t, path).Request.URL.RequestURI()
		if got := events(t, p.get(t, led).Body, 1)[0].Data; got != "3" {
			t.Errorf("got attempt %s at %s; want 3", got, led)
		}
	})
	t.Run("a loop", func(t *testing.T) {
		p.client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
			if len(via) == 3 {
				return http.ErrUseLastResponse
			}
			return nil
		}
		if got := p.get(t, "/sse?scenario=redirect-loop").Header.Get("Location"); got != "/sse?scenario=redirect-loop&redirected=1" {
			t.Errorf("got Location %s after some rounds; want it as at first", got)
		}
	})
}

func TestAClassicReconnection(t *testing.T) {
	p := start(t)
	reply := p.get(t, "/sse?scenario=ten-ticks", "Last-Event-ID", "8")
	var got []sse.Event
	for event, err := range new(sse.Decoder).Events(reply.Body) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, event)
	}
	if len(got) != 1 || got[0].LastEventID != "9" {
		t.Errorf("got %v; want the last event only", got)
	}
	if got := p.get(t, "/sse?scenario=ten-ticks", "Last-Event-ID", "9").StatusCode; got != http.StatusNoContent {
		t.Errorf("got status %d when all was sent; want 204", got)
	}
}
