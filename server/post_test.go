package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
)

// post sends a POST to an origin's stream, with headers in turn, and returns status and text.
func post(t *testing.T, origin, query, body string, headers ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, strings.TrimSuffix(origin, "/")+"/sse?"+query, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	return reply.StatusCode, text(t, reply)
}

func script(text string) string { return "script=" + url.QueryEscape(text) }

func TestAScenarioSeesWhatIsPosted(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	second := p.second(t)
	for _, test := range []struct {
		name, script, body string
		headers            []string
		status             int
		want               string
	}{
		{"the method", "== 405\n== 200 when method is POST\ndata: {method}\n\n", "", nil, 200, "data: POST\n\n"},
		{"the body, line by line", "== 200\ndata: {body}\n\n", "a\r\nb", nil, 200, "data: a\ndata: b\n\n"},
		{"the longest body", "== 200\ndata: {body}\n\n", strings.Repeat("x", 64<<10), nil, 200, "data: " + strings.Repeat("x", 64<<10) + "\n\n"},
		{"a header", "== 401\n== 200 when header X-Name is Ada\ndata: {header X-Name}\n\n", "", []string{"X-Name", "Ada"}, 200, "data: Ada\n\n"},
		{"another header", "== 401\nno\n== 200 when header X-Name is Ada\n", "", []string{"X-Name", "Bob"}, 401, "no\n"},
		{"a word", "== 401\n== 200 when authorized is w\ndata: in\n\n", "", []string{"Authorization", "Bearer w"}, 200, "data: in\n\n"},
		{"another word", "== 401\nno\n== 200 when authorized is w\n", "", []string{"Authorization", "Bearer v"}, 401, "no\n"},
		{"a secret, not what it is", "== 200\ndata: {header X-Api-Key}\n\n", "", []string{"X-Api-Key", "planted"}, 200, "data: •••\n\n"},
		{"a header that it cannot ask for", "== 200\ndata: {header Cookie}\n\n", "", []string{"Cookie", "planted=1"}, 400, "The script can't be played. Line:column: what is wrong.\n2:7: Cookie cannot be looked at"},
	} {
		for name, origin := range map[string]string{"": p.url, ", on the second origin": second} {
			t.Run(test.name+name, func(t *testing.T) {
				status, got := post(t, origin, script(test.script), test.body, test.headers...)
				if status != test.status || !strings.HasPrefix(got, test.want) {
					t.Errorf("got %d %.200q; want %d %.200q", status, got, test.status, test.want)
				}
			})
		}
	}
}

func TestPostToTheClassicStream(t *testing.T) {
	p := start(t)
	if status, got := post(t, p.url, "interval=10&count=1", "ignored"); status != 200 || !strings.Contains(got, "event: customEvent\nid: 0\n") {
		t.Errorf("got %d %q; want the stream as GET gets it", status, got)
	}
}

func TestARedirectedPost(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	text := "== %d\n@redirect here\n== 200 when redirected\ndata: {method} {body}\n\n"
	for status, want := range map[int]string{303: "data: GET \n\n", 307: "data: POST a\n\n"} {
		if _, got := post(t, p.url, script(fmt.Sprintf(text, status)), "a"); got != want {
			t.Errorf("got %q after a %d; want %q", got, status, want)
		}
	}
}

func TestBodiesAreLimited(t *testing.T) {
	l := limits.Default
	l.BodyRead = 100 * time.Millisecond
	p := startMain(t, Main{Files: page, Limits: l}, "-addr", "127.0.0.1:0")
	const request = "POST /sse?scenario=json-pieces HTTP/1.1\r\nHost: localhost\r\n"
	for _, test := range []struct {
		name, request string
		status        int
		want          string
	}{
		{"one byte more", request + "Content-Length: 65537\r\n\r\n" + strings.Repeat("x", 65537), 413, "The body is longer than 65536 bytes, which is the limit: send less.\n"},
		{"what says so before", request + "Content-Length: 9999999999\r\n\r\n", 413, "The body is longer than 65536 bytes, which is the limit: send less.\n"},
		{"in chunks", request + "Transfer-Encoding: chunked\r\n\r\n10001\r\n" + strings.Repeat("x", 65537) + "\r\n0\r\n\r\n", 413, "The body is longer than 65536 bytes, which is the limit: send less.\n"},
		{"too slow", request + "Content-Length: 9\r\n\r\nhalf", 408, "The body did not come within 100ms: send it at once.\n"},
		{"too slow in chunks", request + "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", 408, "The body did not come within 100ms: send it at once.\n"},
		{"no chunk", request + "Transfer-Encoding: chunked\r\n\r\nx\r\n", 400, "The body ended too early: send as much as Content-Length says.\n"},
		{"a GET with one", "GET /sse?scenario=end HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", 400, "A request for a stream has no body: leave it out, or send it with POST.\n"},
		{"a DELETE", "DELETE /sse?scenario=end HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 405, "\"DELETE\" is not possible here: use GET or POST.\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := p.dial(t)
			defer conn.Close()
			go io.WriteString(conn, test.request) // the server may stop reading before the end
			conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := text(t, reply); reply.StatusCode != test.status || got != test.want || !reply.Close {
				t.Errorf("got %d %q, close %v; want %d %q and the end of the connection", reply.StatusCode, got, reply.Close, test.status, test.want)
			}
		})
	}
}

// A body that does not come counts as a stream meanwhile, and no longer than that.
func TestASlowBodyHasItsPlaceInTheQuota(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0", "-max-streams-per-address", "1")
	const path = "/sse?scenario=post-echo"
	slow := p.dial(t)
	fmt.Fprintf(slow, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbo", path)
	waitFor(t, "the slow one to count", func() bool { return p.get(t, path).StatusCode == http.StatusServiceUnavailable })
	io.WriteString(slow, "dy")
	reply, err := http.ReadResponse(bufio.NewReader(slow), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := text(t, reply); reply.StatusCode != 200 || !strings.Contains(got, "event: body\ndata: body\n") {
		t.Errorf("got %d %q; want what was posted", reply.StatusCode, got)
	}
	waitFor(t, "its place", func() bool { return p.get(t, path).StatusCode == http.StatusOK })

	leaves := p.dial(t)
	fmt.Fprintf(leaves, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbo", path)
	waitFor(t, "the second slow one to count", func() bool { return p.get(t, path).StatusCode == http.StatusServiceUnavailable })
	leaves.Close()
	waitFor(t, "its place too", func() bool { return p.get(t, path).StatusCode == http.StatusOK })
}

func TestBodiesCountAsWhatIsHeld(t *testing.T) {
	l := limits.Default
	l.HeldPerAddress = 200 << 10 // three while they are read
	p := startMain(t, Main{Files: page, Limits: l}, "-addr", "127.0.0.1:0")
	query := script("== 200\n:\n@hold")
	for range 20 {
		conn := p.dial(t)
		defer conn.Close()
		fmt.Fprintf(conn, "POST /sse?%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx", query)
		if reply, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || reply.StatusCode != 200 {
			t.Fatalf("got %v, %v; want a short body to take little", reply, err)
		}
	}
	long := strings.Repeat("x", 64<<10)
	refused := 0
	for range 3 {
		conn := p.dial(t)
		defer conn.Close()
		go fmt.Fprintf(conn, "POST /sse?%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", query, len(long), long)
		if reply, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil && reply.StatusCode == 503 {
			refused++
		}
	}
	if refused == 0 {
		t.Error("got all long bodies in; want one refused")
	}
}

func TestPreflights(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	const origin = "https://example.org"
	for _, test := range []struct {
		name, script, method, headers   string
		allowed, credentials, mayHeader string
	}{
		{"nothing said", "== 200\n", "POST", "content-type, x-api-key", "*", "", "Last-Event-ID, Cache-Control, content-type, x-api-key"},
		{"none", "== 200\n@cors none\n", "POST", "content-type", "", "", ""},
		{"all", "== 200\n@cors *\n", "POST", "authorization", "*", "", "Last-Event-ID, Cache-Control, authorization"},
		{"its origin", "== 200\n@cors exact\n", "GET", "x-a", origin, "", "Last-Event-ID, Cache-Control, x-a"},
		{"its origin, with credentials", "== 200\n@cors exact with credentials\n", "GET", "", origin, "true", "Last-Event-ID, Cache-Control"},
		{"the section for the method", "== 405\n@cors none\n== 200 when method is POST\n@cors exact\n", "POST", "", origin, "", "Last-Event-ID, Cache-Control"},
		{"the section for another", "== 405\n@cors none\n== 200 when method is POST\n@cors exact\n", "GET", "", "", "", ""},
		{"the section for a header that will come", "== 401\n@cors none\n== 200 when authorized is w\n@cors exact\n", "GET", "authorization", origin, "", "Last-Event-ID, Cache-Control, authorization"},
		{"what is no header", "== 200\n@cors *\n", "GET", "x-a, x b, \"x\"", "*", "", "Last-Event-ID, Cache-Control, x-a"},
	} {
		for name, at := range map[string]string{"": strings.TrimSuffix(p.url, "/"), ", on the second origin": p.second(t)} {
			t.Run(test.name+name, func(t *testing.T) {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, at+"/sse?"+script(test.script), nil)
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Origin", origin)
				request.Header.Set("Access-Control-Request-Method", test.method)
				if test.headers != "" {
					request.Header.Set("Access-Control-Request-Headers", test.headers)
				}
				reply, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				reply.Body.Close()
				methods := "GET, HEAD, POST"
				if test.allowed == "" {
					methods = ""
				}
				for name, want := range map[string]string{
					"Access-Control-Allow-Origin": test.allowed, "Access-Control-Allow-Credentials": test.credentials,
					"Access-Control-Allow-Headers": test.mayHeader, "Access-Control-Allow-Methods": methods,
				} {
					if got := strings.Join(reply.Header.Values(name), " and "); got != want {
						t.Errorf("got %s %q; want %q", name, got, want)
					}
				}
				if reply.StatusCode != 204 {
					t.Errorf("got status %d; want 204", reply.StatusCode)
				}
			})
		}
	}
}

// A preflight is no attempt, and says what the next one gets.
func TestAPreflightTakesNoTurn(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	path := "/sse?session=" + testSession + "&source=1&" + script("== 200\n@cors *\n{attempt}\n@end\n== 200\n@cors none\n{attempt}\n")
	for _, want := range []string{"*", "", ""} {
		for range 2 {
			reply := p.do(t, "OPTIONS", path, "Origin", "https://example.org", "Access-Control-Request-Method", "GET")
			if got := reply.Header.Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("got Access-Control-Allow-Origin %q; want %q", got, want)
			}
		}
		text(t, p.get(t, path))
	}
}

// What is secret is neither sent back, nor recorded, nor logged, whatever the scenario wants to show.
func TestNoSecretIsEchoedOrRecorded(t *testing.T) {
	p := start(t)
	c := p.channel(t, testSecret)
	query := script("== 401\n== 200 when authorized\n:{body}\ndata: {header X-Api-Key} {header X-Auth-Token} {header X-Session} {header X-Name}\n\n@end") + "&session=" + testSession + "&source=3"
	status, all := post(t, p.url, query, "the body",
		"Authorization", "Bearer planted", "Cookie", "a=planted", "Proxy-Authorization", "planted",
		"X-Api-Key", "planted", "X-Auth-Token", "planted", "X-Session", "planted", "X-Hub-Signature", "planted", "X-Name", "Ada")
	if want := ":the body\ndata: ••• ••• ••• Ada\n\n"; status != 200 || all != want {
		t.Errorf("got %d %q; want %q", status, all, want)
	}
	var request protocol.Seen
	for seen := (protocol.Seen{}); seen.Kind != protocol.SeenEnd; {
		seen = c.seen(t)
		record, err := json.Marshal(seen)
		if err != nil {
			t.Fatal(err)
		}
		all += string(record) + string(seen.Bytes)
		if seen.Kind == protocol.SeenRequest {
			request = seen
		}
	}
	all += p.stderr.String()
	if strings.Contains(all, "planted") {
		t.Errorf("got the secret in %s", all)
	}
	if request.Method != "POST" || !request.Authorization || !request.Cookie {
		t.Errorf("got %+v; want a POST with Authorization and a cookie", request)
	}
	for name, want := range map[string]string{"X-Api-Key": "•••", "X-Hub-Signature": "•••", "X-Name": "Ada"} {
		if got, ok := protocol.HeaderOf(request.Header, name); !ok || got != want {
			t.Errorf("got %s %q; want %q", name, got, want)
		}
	}
	for _, name := range []string{"Authorization", "Cookie", "Proxy-Authorization"} {
		if got, ok := protocol.HeaderOf(request.Header, name); ok {
			t.Errorf("got %s %q recorded; want it left out", name, got)
		}
	}
}

func TestAPostIsRecordedLikeAGet(t *testing.T) {
	p := start(t)
	c := p.channel(t, testSecret)
	long := strings.Repeat("x", 64<<10+1)
	for _, test := range []struct {
		body string
		want []string
	}{
		{"a", []string{"request", "head 200", "write 18", "end server end"}},
		{long, []string{"request", "head 413", "write 68", "end server end"}},
	} {
		conn := p.dial(t)
		go fmt.Fprintf(conn, "POST /sse?%s&session=%s&source=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", script("== 200\n:\ndata: {method} {attempt} {body}\n\n@end"), testSession, len(test.body), test.body)
		go io.Copy(io.Discard, net.Conn(conn))
		c.wantSeen(t, test.want...)
	}
}
