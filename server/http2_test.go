package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"eventsource-playground/e2e/process"
	"eventsource-playground/protocol"
	"eventsource-playground/server/certificate"
	"eventsource-playground/server/limits"
)

// over is the same server, whose pages are requested over https by another client.
func (p *program) over(t *testing.T, proto string) *program {
	t.Helper()
	found := regexp.MustCompile(`(https://[^ ]+/)\n`).FindStringSubmatch(p.stdout.String())
	if found == nil {
		t.Fatalf("got stdout %q; want an address of https in it", p.stdout)
	}
	secure := *p
	secure.url = found[1]
	var protocols http.Protocols
	protocols.SetHTTP1(proto == "HTTP/1.1")
	protocols.SetHTTP2(proto == "HTTP/2.0")
	transport := &http.Transport{
		DisableCompression: true, Protocols: &protocols, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		HTTP2: &http.HTTP2Config{StrictMaxConcurrentRequests: true}, // or it would open another connection, as no browser does
	}
	secure.client = &http.Client{Transport: transport, CheckRedirect: p.client.CheckRedirect}
	t.Cleanup(transport.CloseIdleConnections)
	return &secure
}

// play requests a script. err is why there is no response.
func (p *program) play(ctx context.Context, method, text string, body io.Reader) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, p.url+"sse?"+script("title: T\n"+text), body)
	if err != nil {
		return nil, err
	}
	return p.client.Do(request)
}

// reset reports whether a response was cut off as the protocol does it.
func reset(proto string, err error) bool {
	if proto == "HTTP/1.1" {
		return errors.Is(err, syscall.ECONNRESET)
	}
	return err != nil && strings.Contains(err.Error(), "INTERNAL_ERROR; received from peer")
}

func TestScenariosOverTLS(t *testing.T) {
	p := start(t, "-heartbeat", "30ms")
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		secure := p.over(t, proto)
		for _, test := range []struct {
			name, method, script, post string
			status                     int // 0: no response
			want                       string
			end                        string
		}{
			{"ends by itself", "GET", "== 200\ndata: a\n\n", "", 200, "data: a\n\n", "end"},
			{"ends after a wait", "GET", "== 200\n@wait 1ms\ndata: a\n\n@wait 1ms\n@end", "", 200, "data: a\n\n", "end"},
			{"sends nothing", "GET", "== 200\n@end", "", 200, "", "end"},
			{"an error with a text", "GET", "== 503\n@header Retry-After: 5\nbusy\n", "", 503, "busy\n", "end"},
			{"no content", "GET", "== 204\n", "", 204, "", "end"},
			{"no content, later", "GET", "== 204 after 10ms\n", "", 204, "", "end"},
			{"reset content", "GET", "== 205\n", "", 205, "", "end"},
			{"no type", "GET", "== 200\n@header Content-Type:\n<html>\n", "", 200, "<html>\n", "end"},
			{"a request for the head", "HEAD", "== 200\ndata: a\n\n@hold", "", 200, "", "end"},
			{"a request with a body", "POST", "== 200\ndata: {method} {body}\n\n", "b", 200, "data: POST b\n\n", "end"},
			{"cut", "GET", "== 200\ndata: a\n\n@cut", "", 200, "data: a\n\n", "reset"},
			{"cut with the connection", "GET", "== 200\ndata: a\n\n@cut connection", "", 200, "data: a\n\n", "connection"},
			{"cut after the head", "GET", "== 200\n@wait 1ms\n@cut", "", 200, "", "reset"},
			{"refused", "GET", "== refuse\n", "", 0, "", "reset"},
			{"more than any window", "GET", "== 200\n@raw \"0123456789abcdef\" 131072 times\n", "", 200, strings.Repeat("0123456789abcdef", 131072), "end"},
			{"compressed", "GET", "== 200\n@gzip\ndata: a\n\n@wait 1ms\ndata: b\n\n", "", 200, "data: a\n\ndata: b\n\n", "end"},
			{"compressed without a flush", "GET", "== 200\n@gzip unflushed\ndata: a\n\n@wait 1ms\ndata: b\n\n", "", 200, "data: a\n\ndata: b\n\n", "end"},
			{"cut cleanly", "GET", "== 200\ndata: a\n\n@cut cleanly", "", map[string]int{"HTTP/1.1": 200, "HTTP/2.0": 505}[proto], "", "cleanly"},
			{"a proxy that cuts", "GET", "== 200\n@proxy cuts after 50ms\ndata: a\n\n@hold", "", 200, "data: a\n\n", "proxy"},
		} {
			t.Run(proto+" "+test.name, func(t *testing.T) {
				var body io.Reader
				if test.post != "" {
					body = strings.NewReader(test.post)
				}
				reply, err := secure.play(t.Context(), test.method, test.script, body)
				if test.status == 0 {
					if !reset(proto, err) {
						t.Errorf("got %v, %v; want a reset", reply, err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				defer reply.Body.Close()
				if reply.StatusCode != test.status || reply.Proto != proto {
					t.Fatalf("got status %d over %s; want %d over %s", reply.StatusCode, reply.Proto, test.status, proto)
				}
				var content io.Reader = reply.Body
				if reply.Header.Get("Content-Encoding") == "gzip" {
					if content, err = gzip.NewReader(reply.Body); err != nil {
						t.Fatal(err)
					}
				}
				b, err := io.ReadAll(content)
				got := string(b)
				if test.end == "cleanly" && proto == "HTTP/2.0" {
					if !strings.Contains(got, "Over HTTP/2") || strings.Count(got, "\n") != 1 || err != nil {
						t.Errorf("got %q, %v; want a sentence that says why", got, err)
					}
					return
				}
				if test.end == "cleanly" {
					test.want = "data: a\n\n"
				}
				if got != test.want {
					t.Errorf("got %d bytes, %.40q; want %d, %.40q", len(got), got, len(test.want), test.want)
				}
				switch test.end {
				case "end":
					if err != nil {
						t.Errorf("got %v; want the end", err)
					}
				case "reset":
					if !reset(proto, err) {
						t.Errorf("got %v; want a reset", err)
					}
				case "connection":
					if !errors.Is(err, syscall.ECONNRESET) {
						t.Errorf("got %v; want a reset of the connection", err)
					}
				case "cleanly":
					if !errors.Is(err, io.ErrUnexpectedEOF) {
						t.Errorf("got %v; want an end without the last chunk", err)
					}
				case "proxy": // which has the same choice as a server
					if proto == "HTTP/1.1" && !errors.Is(err, io.ErrUnexpectedEOF) || proto == "HTTP/2.0" && !reset(proto, err) {
						t.Errorf("got %v; want a connection that a proxy closed", err)
					}
				}
			})
		}
		t.Run(proto+" silence", func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			if reply, err := secure.play(ctx, "GET", "== silence\n", nil); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, %v; want nothing", reply, err)
			}
		})
		t.Run(proto+" heartbeats", func(t *testing.T) {
			reply := secure.get(t, "sse?interval=10m&count=2")
			got := make([]byte, 0, 1000)
			for !bytes.HasSuffix(got, []byte(":\n:\n:\n")) {
				n, err := reply.Body.Read(got[len(got):cap(got)])
				if err != nil {
					t.Fatalf("got %v after %q; want heartbeats", err, got)
				}
				got = got[:len(got)+n]
			}
		})
		t.Run(proto+" head", func(t *testing.T) {
			reply := secure.get(t, "sse?"+script("== 200\n@cors exact\n@header Date: a day\n@header Via: 1.1 a\ndata: a\n\n"), "Origin", "https://example.org")
			var got []string
			for _, name := range []string{"Date", "Via", "Cache-Control", "Content-Type", "Access-Control-Allow-Origin", "Content-Security-Policy", "X-Frame-Options", "Content-Length"} {
				got = append(got, strings.Join(reply.Header[name], ", "))
			}
			want := "a day|1.1 a|no-store|text/event-stream|https://example.org|default-src 'none'; sandbox||"
			if got := strings.Join(got, "|"); got != want || strings.Join(reply.Header["Vary"], ", ") != "Origin, Accept" {
				t.Errorf("got %s, vary %s; want %s", got, reply.Header["Vary"], want)
			}
		})
	}
}

func TestOneStreamOfAConnectionIsCutAndTheOthersGoOn(t *testing.T) {
	p := start(t)
	secure := p.over(t, "HTTP/2.0")
	held := secure.get(t, "sse?"+script("== 200\ndata: held\n\n@wait 1s\ndata: still\n\n@end"))
	cut := secure.get(t, "sse?"+script("== 200\ndata: a\n\n@cut"))
	if got, err := io.ReadAll(cut.Body); string(got) != "data: a\n\n" || !reset("HTTP/2.0", err) {
		t.Errorf("got %q, %v; want an event and a reset", got, err)
	}
	if got, err := io.ReadAll(held.Body); string(got) != "data: held\n\ndata: still\n\n" || err != nil {
		t.Errorf("got %q, %v; want all of the other stream", got, err)
	}
}

func TestACutConnectionCutsAllItsStreams(t *testing.T) {
	p := start(t)
	c := p.channel(t, testSecret)
	secure := p.over(t, "HTTP/2.0")
	watched := func(source int, text string) string {
		return fmt.Sprintf("sse?%s&session=%s&source=%d", script(text), testSession, source)
	}
	held := secure.get(t, watched(1, "== 200\ndata: a\n\n@hold"))
	cut := secure.get(t, watched(2, "== 200\ndata: b\n\n@wait 300ms\n@cut connection"))
	for _, reply := range []*http.Response{held, cut} {
		if got, err := io.ReadAll(reply.Body); len(got) != len("data: a\n\n") || !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %q, %v; want an event and a reset of the connection", got, err)
		}
	}
	ports, streams, ends := map[int]int{}, []int{}, []string{}
	for len(ends) < 2 {
		switch seen := c.seen(t); seen.Kind {
		case protocol.SeenRequest:
			ports[seen.Port]++
			streams = append(streams, seen.Stream)
			if seen.Proto != "HTTP/2" {
				t.Errorf("got protocol %s; want HTTP/2", seen.Proto)
			}
		case protocol.SeenEnd:
			ends = append(ends, fmt.Sprint(seen.By, " ", seen.How))
		}
	}
	if len(ports) != 1 || fmt.Sprint(streams) != "[1 3]" || fmt.Sprint(ends) != "[server cut server cut]" {
		t.Errorf("got ports %v, streams %v, ends %v; want one connection, streams 1 and 3, both cut by the server", ports, streams, ends)
	}
}

func TestInterferenceOverTLS(t *testing.T) {
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		p := start(t)
		secure := p.over(t, proto)
		c := secure.secureChannel(t)
		open := func(text string) (*http.Response, func(want string)) {
			reply := secure.get(t, "sse?"+script(text)+"&session="+testSession+"&source=1")
			return reply, func(want string) {
				t.Helper()
				got := make([]byte, len(want))
				if n, err := io.ReadFull(reply.Body, got); string(got) != want {
					t.Fatalf("%s: got %q, %v; want %q", proto, got[:n], err, want)
				}
			}
		}
		held := "== 200\ndata: a\n\n@hold"
		reply, wantText := open(held)
		wantText("data: a\n\n")
		c.do(t, `"do":"send","bytes":"ZGF0YTogeAoK"`)
		wantText("data: x\n\n")
		c.do(t, `"do":"cut"`)
		if got, err := io.ReadAll(reply.Body); len(got) > 0 || !reset(proto, err) {
			t.Errorf("%s: got %q, %v; want a reset", proto, got, err)
		}
		c.wantSeen(t, "request", "head 200", "write", "did send", "write 9", "did cut", "end server cut")

		reply, wantText = open(held)
		wantText("data: a\n\n")
		c.do(t, `"do":"end"`)
		if got, err := io.ReadAll(reply.Body); len(got) > 0 || err != nil {
			t.Errorf("%s: got %q, %v; want the end", proto, got, err)
		}
		c.wantSeen(t, "did end", "end server end")

		reply, wantText = open("== 200\ndata: a\n\n@wait 5m\ndata: b\n\n@wait 5m\ndata: c\n\n@hold")
		wantText("data: a\n\n")
		c.do(t, `"do":"step"`)
		wantText("data: b\n")
		c.do(t, `"do":"step"`)
		wantText("\n")
		reply.Body.Close()
		c.wantSeen(t, "did step", "did step", "end client left")
	}
}

// secureChannel opens a session's channel over TLS, which is HTTP/1.1 on a connection of its own.
func (p *program) secureChannel(t *testing.T) *client {
	t.Helper()
	address := strings.TrimSuffix(strings.TrimPrefix(p.url, "https://"), "/")
	dial := func(origin string) (*websocket.Conn, error) {
		conn, _, err := websocket.Dial(t.Context(), "wss://"+address+protocol.Address(testSession, "", nil), &websocket.DialOptions{
			HTTPHeader: http.Header{"Origin": {origin}},
			HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}},
		})
		return conn, err
	}
	if conn, err := dial("http://" + address); err == nil {
		conn.CloseNow()
		t.Error("got a channel for a page that came without TLS; want none")
	}
	conn, err := dial("https://" + address)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20) // the list of scenarios
	t.Cleanup(func() { conn.CloseNow() })
	conn.SetReadLimit(1 << 20) // the list of scenarios comes over it
	c := &client{conn: conn}
	c.write(t, `{"secret":"`+testSecret+`"}`)
	if m := c.read(t); m.Hello == nil {
		t.Fatalf("got %+v; want hello first", m)
	}
	return c
}

func TestTheHundredAndFirstRequestWaitsForAnother(t *testing.T) {
	p := start(t)
	secure := p.over(t, "HTTP/2.0")
	ctx, leave := context.WithCancel(t.Context())
	open := func() error {
		reply, err := secure.play(ctx, "GET", "== 200\n:\n@hold", nil)
		if err == nil {
			context.AfterFunc(ctx, func() { reply.Body.Close() })
		}
		return err
	}
	for n := range limits.Default.StreamsPerConnection {
		if err := open(); err != nil {
			t.Fatalf("got %v for stream %d", err, n+1)
		}
	}
	next := make(chan error, 1)
	other := p.over(t, "HTTP/2.0") // of which only the context is another
	other.client = secure.client
	go func() {
		reply, err := other.play(t.Context(), "GET", "== 200\n:\n@end", nil)
		if err == nil {
			reply.Body.Close()
		}
		next <- err
	}()
	select {
	case err := <-next:
		t.Errorf("got %v; want it to wait", err)
	case <-time.After(200 * time.Millisecond):
	}
	leave()
	if err := <-next; err != nil {
		t.Errorf("got %v; want it to go on when there is room", err)
	}
}

func TestStoppingEndsStreamsOverHTTP2CleanlyAndSoon(t *testing.T) {
	p := start(t)
	secure := p.over(t, "HTTP/2.0")
	var replies []*http.Response
	for range 20 {
		replies = append(replies, secure.get(t, "sse?"+script("== 200\n:\n@hold")))
	}
	silent := make(chan error, 1)
	go func() {
		_, err := secure.play(t.Context(), "GET", "== silence\n", nil)
		silent <- err
	}()
	waitFor(t, "the silent one to be there", func() bool { return runtime.NumGoroutine() > 0 })
	from := time.Now()
	if got := p.stop(t); got != 0 {
		t.Errorf("got exit status %d; want 0", got)
	}
	if took := time.Since(from); took > time.Second {
		t.Errorf("got %v until the end; want at most a second", took)
	}
	for _, reply := range replies {
		if got, err := io.ReadAll(reply.Body); string(got) != ":\n" || err != nil {
			t.Errorf("got %q, %v; want a proper end", got, err)
			break
		}
	}
	if err := <-silent; err == nil {
		t.Error("got a response where the scenario is silent; want none")
	}
}

func TestTheSecondOriginHasTheSameScheme(t *testing.T) {
	p := start(t, "-public-url", "https://sse.example.org")
	for _, test := range []struct {
		name  string
		p     *program
		host  string
		begin string
	}{
		{"over http", p, "", "http://localhost:"},
		{"over https", p.over(t, "HTTP/2.0"), "", "https://localhost:"},
		{"over https, by an address", p.over(t, "HTTP/1.1"), "127.0.0.1", "https://127.0.0.1:"},
		{"by a proxy that ends TLS", p, "sse.example.org", "https://sse.example.org:"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), "GET", test.p.url+"scenarios", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = test.host
		reply, err := test.p.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if got := text(t, reply); !strings.HasPrefix(got, `{"secondOrigin":"`+test.begin) {
			t.Errorf("%s: got %.60q; want a second origin at %s", test.name, got, test.begin)
		}
		reply.Body.Close()
	}

	secure := p.over(t, "HTTP/2.0")
	c := secure.secureChannel(t)
	c.write(t, `{"id":7,"get":"/scenarios?lang=en"}`)
	got := c.read(t).Got
	if got == nil || !strings.HasPrefix(got.Text, `{"secondOrigin":"https://localhost:`) {
		t.Fatalf("got %.60v over the channel; want a second origin over https", got)
	}
	_, second, _ := strings.Cut(got.Text, `"secondOrigin":"`)
	second, _, _ = strings.Cut(second, `"`)
	other := *secure
	other.url = second + "/"
	if reply := other.get(t, "sse?scenario=second-origin", "Origin", "https://localhost:1"); reply.StatusCode != 200 || reply.ProtoMajor != 2 {
		t.Errorf("got status %d over %s; want 200 over HTTP/2", reply.StatusCode, reply.Proto)
	}
	secure.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if reply := secure.get(t, "sse?"+script("== 307\n@redirect second origin\n")); !strings.HasPrefix(reply.Header.Get("Location"), second+"/sse?") {
		t.Errorf("got Location %s; want one at %s", reply.Header.Get("Location"), second)
	}
}

func TestHostileClientsOverHTTP2(t *testing.T) {
	l := limits.Default
	l.ReadHeader, l.Read, l.Idle, l.StreamWrite, l.Ping, l.ConnectionsPerAddress = 300*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond, 20
	p := startMain(t, Main{Files: page, Limits: l})
	p.over(t, "HTTP/2.0").get(t, "sse?count=0").Body.Close()
	slow := dialFrames(t, p)
	io.WriteString(slow, preface[:10]) // for which net/http has a time of its own, ten seconds
	before := runtime.NumGoroutine()
	hold := "/sse?" + script("== 200\n:\n@hold")
	flood := "/sse?" + script("== 200\n@repeat 1000\n@raw \"0123456789abcdef\" 64 times\n@again\n@hold")
	for _, test := range []struct {
		name string
		do   func(t *testing.T, c *frames)
	}{
		{"slow headers", func(t *testing.T, c *frames) {
			c.begin(0)
			c.frame(frameHeaders, 0, 1, headersOf("GET", hold)[:4])
			c.wantEnd(t, 5*time.Second)
		}},
		{"slow headers beside a stream", func(t *testing.T, c *frames) {
			c.begin(0)
			c.frame(frameHeaders, flagEndHeaders|flagEndStream, 1, headersOf("GET", hold))
			c.frame(frameHeaders, 0, 3, headersOf("GET", hold)[:4])
			c.wantEnd(t, 5*time.Second)
		}},
		{"a client that is gone without a word", func(t *testing.T, c *frames) {
			c.begin(0)
			c.frame(frameHeaders, flagEndHeaders|flagEndStream, 1, headersOf("GET", hold))
			c.wantEnd(t, 5*time.Second) // it does not respond to pings
		}},
		{"window updates that never come", func(t *testing.T, c *frames) {
			c.begin(16)
			c.frame(frameHeaders, flagEndHeaders|flagEndStream, 1, headersOf("GET", flood))
			if got := c.until(t, frameReset); got != 1 {
				t.Errorf("got a reset of stream %d; want one of stream 1", got)
			}
		}},
		{"rapid reset", func(t *testing.T, c *frames) {
			c.begin(0)
			for n := range 20_000 {
				id := uint32(2*n + 1)
				if c.frame(frameHeaders, flagEndHeaders|flagEndStream, id, headersOf("GET", hold)) != nil ||
					c.frame(frameReset, 0, id, []byte{0, 0, 0, 8}) != nil {
					break
				}
			}
			if got := p.get(t, "/sse?count=0").StatusCode; got != http.StatusNoContent {
				t.Errorf("got status %d for somebody else; want 204", got)
			}
		}},
		{"a body that nobody wants", func(t *testing.T, c *frames) {
			c.begin(0)
			c.frame(frameHeaders, flagEndHeaders, 1, headersOf("POST", "/scenarios"))
			for range 100 {
				if c.frame(frameData, 0, 1, make([]byte, 16<<10)) != nil {
					break
				}
			}
			c.wantEnd(t, 5*time.Second)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := dialFrames(t, p)
			test.do(t, c)
			c.Close()
			waitFor(t, "the streams to end", func() bool { return runtime.NumGoroutine() <= before+5 })
		})
	}

	t.Run("as many connections one after the other", func(t *testing.T) {
		for range 2 * l.ConnectionsPerAddress {
			c := dialFrames(t, p)
			c.begin(0)
			c.Close()
		}
		waitFor(t, "the last one to be gone", func() bool { return runtime.NumGoroutine() <= before+5 })
		if got := p.over(t, "HTTP/2.0").get(t, "sse?count=0").StatusCode; got != http.StatusNoContent {
			t.Errorf("got status %d; want 204", got)
		}
	})

	t.Run("more connections than one address may have", func(t *testing.T) {
		patient := limits.Default // with those that say nothing
		patient.ConnectionsPerAddress = l.ConnectionsPerAddress
		p := startMain(t, Main{Files: page, Limits: patient})
		address := strings.TrimSuffix(strings.TrimPrefix(p.over(t, "HTTP/2.0").url, "https://"), "/")
		var conns []net.Conn
		for range patient.ConnectionsPerAddress + 5 {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conns = append(conns, conn)
		}
		ends := func(conn net.Conn, within time.Duration) bool {
			conn.SetReadDeadline(time.Now().Add(within))
			_, err := conn.Read(make([]byte, 1))
			return !isTimeout(err)
		}
		for i, conn := range conns[patient.ConnectionsPerAddress:] {
			if !ends(conn, 5*time.Second) {
				t.Errorf("connection %d is not refused", patient.ConnectionsPerAddress+i+1)
			}
		}
		if ends(conns[patient.ConnectionsPerAddress-1], 10*time.Millisecond) {
			t.Errorf("connection %d is refused", patient.ConnectionsPerAddress)
		}
	})

	t.Run("a slow preface", func(t *testing.T) { slow.wantEnd(t, 15*time.Second) })
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// frames is a client of HTTP/2 that may do everything wrong.
type frames struct{ *tls.Conn }

const (
	preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

	frameData     = 0
	frameHeaders  = 1
	frameReset    = 3
	frameSettings = 4
	frameWindow   = 8

	flagEndStream  = 1
	flagEndHeaders = 4
)

func dialFrames(t *testing.T, p *program) *frames {
	t.Helper()
	address := strings.TrimSuffix(strings.TrimPrefix(p.over(t, "HTTP/2.0").url, "https://"), "/")
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &frames{conn}
}

// begin sends the preface, and the window of each stream in bytes; 0 is the usual one.
func (c *frames) begin(window byte) {
	io.WriteString(c, preface)
	var settings []byte
	if window > 0 {
		settings = []byte{0, 4, 0, 0, 0, window}
	}
	c.frame(frameSettings, 0, 0, settings)
}

func (c *frames) frame(kind, flags byte, stream uint32, payload []byte) error {
	n := len(payload)
	head := []byte{byte(n >> 16), byte(n >> 8), byte(n), kind, flags, byte(stream >> 24), byte(stream >> 16), byte(stream >> 8), byte(stream)}
	_, err := c.Write(append(head, payload...))
	return err
}

// headersOf is a request, in literals without an index (RFC 7541, 6.2.2).
func headersOf(method, path string) (b []byte) {
	for _, field := range [][2]string{{":method", method}, {":scheme", "https"}, {":authority", "localhost"}, {":path", path}} {
		b = append(b, 0, byte(len(field[0])))
		b = append(b, field[0]...)
		if n := len(field[1]); n < 127 {
			b = append(b, byte(n))
		} else if n < 127+128 {
			b = append(b, 127, byte(n-127))
		}
		b = append(b, field[1]...)
	}
	return b
}

// until reads until a frame of that kind comes, and returns its stream.
func (c *frames) until(t *testing.T, kind byte) uint32 {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(c, head); err != nil {
			t.Fatalf("got %v; want a frame of kind %d", err, kind)
		}
		if _, err := io.CopyN(io.Discard, c, int64(head[0])<<16|int64(head[1])<<8|int64(head[2])); err != nil {
			t.Fatal(err)
		}
		if head[3] == kind {
			return uint32(head[5])<<24 | uint32(head[6])<<16 | uint32(head[7])<<8 | uint32(head[8])
		}
	}
}

// wantEnd reads until the server closes the connection.
func (c *frames) wantEnd(t *testing.T, within time.Duration) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(within))
	if _, err := io.Copy(io.Discard, c); isTimeout(err) {
		t.Errorf("got a connection that is open after %v; want it closed", within)
	}
}

func TestWhatIsSaidAboutHTTPS(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"a key is missing", []string{"-tls-cert", "cert.pem"}, "belong together"},
		{"a certificate that is none", []string{"-tls-cert", "main.go", "-tls-key", "main.go"}, "-tls-cert"},
		{"an address that others reach, without a certificate", []string{"-tls-addr", "0.0.0.0:0"}, "whose browsers trust no certificate"},
		{"no port", []string{"-tls-addr", "localhost"}, "give host:port"},
	} {
		m := Main{Files: page, Limits: limits.Default, Stdout: io.Discard, Stderr: &process.Buffer{}}
		if got := m.Run(t.Context(), append([]string{"-addr", "localhost:0"}, test.args...)); got != 1 {
			t.Errorf("%s: got exit status %d; want 1", test.name, got)
		}
		if got := m.Stderr.(*process.Buffer).String(); !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q; want %q in it", test.name, got, test.want)
		}
	}
	p := start(t, "-tls-addr", "")
	if got := p.stdout.String(); strings.Contains(got, "https") {
		t.Errorf("got %q; want no https", got)
	}
}

func TestHTTPSBesideAnAddress(t *testing.T) {
	for _, test := range []struct {
		name string
		of   encryption
		addr string
		want string // a pattern of the address to type
	}{
		{"localhost", encryption{}, "localhost:3000", `^localhost:34(4[3-9]|5[0-2])$`},
		{"the next one", encryption{}, "localhost:3000", `^localhost:34(4[4-9]|5[0-2])$`},
		{"an address of this machine's", encryption{}, "127.0.0.1:0", `^127\.0\.0\.1:\d+$`},
		{"all of the machine's addresses", encryption{}, ":0", `^$`},
		{"with a certificate", encryption{cert: "c", key: "k"}, ":0", `^localhost:\d+$`},
		{"none", encryption{given: true}, "localhost:3000", `^$`},
		{"another port", encryption{given: true, addr: "[::1]:0"}, "localhost:3000", `^\[::1\]:\d+$`},
	} {
		listeners, at, err := test.of.listen(test.addr)
		if err != nil {
			t.Errorf("%s: got %v", test.name, err)
			continue
		}
		for _, l := range listeners {
			defer l.Close()
		}
		if !regexp.MustCompile(test.want).MatchString(at) {
			t.Errorf("%s: got %q; want %s", test.name, at, test.want)
		}
	}
}

func TestACertificateOfOnesOwnIsShown(t *testing.T) {
	folder := t.TempDir()
	want, err := certificate.Own(folder, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "localhost.pem") // with the key in it
	p := start(t, "-addr", "127.0.0.1:0", "-tls-addr", ":0", "-tls-cert", file, "-tls-key", file)
	if got := p.stdout.String(); strings.Contains(got, "warns") {
		t.Errorf("got %q; want no word of a warning: whether there is one depends on the certificate", got)
	}
	u, err := url.Parse(p.over(t, "HTTP/2.0").url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := tls.Dial("tcp", u.Host, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got := conn.ConnectionState().PeerCertificates[0]; !got.Equal(want.Leaf) {
		t.Errorf("got a certificate for %s; want the one that was given", got.DNSNames)
	}
	if old, err := tls.Dial("tcp", u.Host, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
		old.Close()
		t.Error("got a connection with TLS 1.1; want none below 1.2")
	}
}
