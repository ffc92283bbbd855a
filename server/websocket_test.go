package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
)

// noHandshake is before what a handshake got instead of 101.
const noHandshake = "no handshake"

func TestAScenarioOverAWebSocket(t *testing.T) {
	p := start(t)
	for _, test := range []struct {
		name, script string
		more         string // of the query
		want         []string
		end          string
	}{
		{"a message for each event, however it is written", "== 200\n:\nid: 1\nevent: tick\ndata: a\n\ndata: b\ndata: c\n\nid: 2\n\nretry: 5\n\nnonsense: x\n\ndata\n\n@end", "",
			[]string{"a", "b\nc", ""}, "close 1000"},
		{"nothing", "== 200\n@end", "", nil, "close 1000"},
		{"half an event", "== 200\ndata: a\n\ndata: never seen\n@end", "", []string{"a"}, "close 1000"},
		{"an event in pieces", "== 200\n@pace byte every 1ms\ndata: abc\n\n@end", "", []string{"abc"}, "close 1000"},
		{"cut", "== 200\ndata: a\n\n@cut", "", []string{"a"}, "reset"},
		{"cut cleanly", "== 200\ndata: a\n\n@cut cleanly", "", []string{"a"}, "end"},
		{"refused", "== refuse", "", nil, noHandshake + " reset"},
		{"a status", "== 401\nnot you\n@end", "", nil, noHandshake + " 401 not you\n"},
		{"no content", "== 204", "", nil, noHandshake + " 204 "},
		{"a redirect", "== 307\n@redirect here", "", nil, noHandshake + " 307 "},
		{"a status that is cut", "== 500\nhalf\n@cut", "", nil, noHandshake + " 500 half\n"},
		{"bytes that are no UTF-8", "== 200\n@raw \"data: \\xFF\\n\\n\"\n@end", "", []string{"\uFFFD"}, "close 1000"},
		{"a large event", "== 200\n@raw \"data: \"\n@raw \"x\" 100000 times\n@raw \"\\n\\n\"\n@end", "", []string{strings.Repeat("x", 100000)}, "close 1000"},
		{"an event that is too large", "== 200\ndata: a\n\n@raw \"data: \"\n@raw \"x\" 300000 times\n@raw \"\\n\\n\"\n@end", "", []string{"a"},
			"close 1011 An event of this scenario is too large for one message: make it smaller."},
		{"compressed, of a wrong type", "== 200\n@gzip\n@header Content-Type: text/plain\ndata: a\n\n@end", "", []string{"a"}, "close 1000"},
		{"with ids", "== 200\nid: 7\nevent: tick\ndata: a \"<b>\"\n\ndata\n\n@end", "&ids=1",
			[]string{`{"id":"7","event":"tick","data":"a \"<b>\""}`, `{"id":"7","event":"message","data":""}`}, "close 1000"},
		{"resumed", "== 200\n@repeat 0 to 4 resume\nid: {n}\ndata: {n}\n\n@again\n@end", "&last-event-id=2", []string{"3", "4"}, "close 1000"},
		{"by the last id", "== 200 when Last-Event-ID is é\ndata: back\n\n@end\n== 200\ndata: new\n\n@end", "&last-event-id=%C3%A9&ids=0", []string{"back"}, "close 1000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, end := p.messages(t, script("title: T\n"+test.script)+test.more)
			if !slices.Equal(got, test.want) {
				t.Errorf("got messages %.300q; want %.300q", got, test.want)
			}
			if end != test.end {
				t.Errorf("got the end %q; want %q", end, test.end)
			}
		})
	}
}

func TestTheClassicStreamOverAWebSocket(t *testing.T) {
	p := start(t)
	got, end := p.messages(t, "interval=10&count=2&ids=1&x=y&last-event-id=0")
	if len(got) != 1 || !strings.HasPrefix(got[0], `{"id":"1","event":"customEvent","data":"{\"id\":1,\"time\":\"`) || end != "close 1000" {
		t.Errorf("got %q, %s; want the event after 0, and close 1000", got, end)
	}
	if !strings.Contains(got[0], `\"params\":\"interval=10&count=2&x=y\"`) {
		t.Errorf("got %s; want the query without what is for the WebSocket", got[0])
	}
	if got, end := p.messages(t, "count=2&last-event-id=1"); len(got) != 0 || end != noHandshake+" 204 " {
		t.Errorf("got %q, %s; want 204 after the last event", got, end)
	}
}

func TestSectionsTakeTurnsOverAWebSocketToo(t *testing.T) {
	p := start(t)
	query := script("title: T\n== 200\ndata: {attempt}\n\n@cut cleanly\n== 503\n@end\n== 200\ndata: {attempt}\n\n@end") + "&session=" + testSession + "&source=3"
	for i, want := range []string{"1 end", noHandshake + " 503 ", "3 close 1000", "4 close 1000"} {
		got, end := p.messages(t, query+"&last-event-id="+fmt.Sprint(i)) // which does not make it another scenario
		if got := strings.TrimSpace(strings.Join(got, " ") + " " + end); got != strings.TrimSpace(want) {
			t.Errorf("got %q for attempt %d; want %q", got, i+1, want)
		}
	}
	if got, _ := p.messages(t, query[:len(query)-1]+"4"); !slices.Equal(got, []string{"1"}) {
		t.Errorf("got %q for another source; want its first attempt", got)
	}
}

func TestWaitsOverAWebSocket(t *testing.T) {
	p := start(t)
	for _, test := range []struct {
		name, script string
		open, first  time.Duration
	}{
		{"before the handshake's response", "== 200 after 1s\ndata: a\n\n@hold", time.Second, time.Second},
		{"before the first message", "== 200\n@wait 1s\ndata: a\n\n@hold", 0, time.Second},
		{"in the middle of an event", "== 200\ndata: a\n@wait 1s\n\n@hold", 0, time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			from := time.Now()
			conn, _, err := p.dialSocket(t, script("title: T\n"+test.script))
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(from); took < test.open || test.open == 0 && took > test.first-50*time.Millisecond {
				t.Errorf("got open after %v; want %v", took, test.open)
			}
			if _, message, err := conn.Read(t.Context()); string(message) != "a" {
				t.Errorf("got %q, %v; want a", message, err)
			}
			if took := time.Since(from); took < test.first {
				t.Errorf("got a message after %v; want %v", took, test.first)
			}
		})
	}
	t.Run("silence", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if _, reply, err := p.dialSocketIn(ctx, script("title: T\n== silence")); reply != nil || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, %v; want nothing", reply, err)
		}
	})
}

func TestWhoGetsAWebSocket(t *testing.T) {
	p := start(t)
	host := strings.Trim(p.url, "htp:/")
	ours := []string{"Origin", "http://" + host}
	upgrade := []string{"Connection", "keep-alive, Upgrade", "Upgrade", "websocket"}
	version := []string{"Sec-WebSocket-Version", "13"}
	key := []string{"Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="}
	all := slices.Concat(ours, upgrade, version, key)
	for _, test := range []struct {
		name, method, query string
		headers             []string
		status              int
		want                string
	}{
		{"our page", "GET", "", all, 101, ""},
		{"another site", "GET", "", slices.Concat([]string{"Origin", "http://example.org"}, upgrade, version, key), 403, "What is at /ws is for this server's own page: Origin must be that of"},
		{"a sandbox", "GET", "", slices.Concat([]string{"Origin", "null"}, upgrade, version, key), 403, "own page"},
		{"no page", "GET", "", slices.Concat(upgrade, version, key), 403, "own page"},
		{"another name of the host", "GET", "", slices.Concat(all, []string{"Host", "rebound.example"}), 421, "does not know itself as"},
		{"no WebSocket", "GET", "", ours, 426, "What is at /ws is a WebSocket: open one."},
		{"no upgrade of the connection", "GET", "", slices.Concat(ours, upgrade[2:], version, key), 426, "This is no WebSocket's handshake"},
		{"an old version", "GET", "", slices.Concat(ours, upgrade, []string{"Sec-WebSocket-Version", "8"}, key), 426, "Sec-WebSocket-Version: 13"},
		{"HEAD", "HEAD", "", all, 426, ""},
		{"POST", "POST", "", all, 405, "use GET"},
		{"no key", "GET", "", slices.Concat(ours, upgrade, version), 400, "give 16 random bytes in base64"},
		{"a short key", "GET", "", slices.Concat(ours, upgrade, version, []string{"Sec-WebSocket-Key", "AAAA"}), 400, `Sec-WebSocket-Key="AAAA" is not possible`},
		{"two keys", "GET", "", slices.Concat(all, key), 400, "once"},
		{"no such scenario", "GET", "?scenario=nope", all, 404, `There is no scenario "nope"`},
		{"a script with a mistake", "GET", "?script=x", all, 400, "can't be played"},
		{"a wrong count", "GET", "?count=x", all, 400, "count="},
		{"ids of what", "GET", "?ids=yes", all, 400, `ids="yes" is not possible: give 1`},
		{"an id on two lines", "GET", "?last-event-id=1%0A2", all, 400, "an id without line breaks"},
		{"two ids", "GET", "?last-event-id=1&last-event-id=2", all, 400, "last-event-id is given twice"},
		{"a long query", "GET", "?x=" + strings.Repeat("x", 3000), all, 414, "2048 is the most"},
	} {
		t.Run(test.name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), test.method, p.url+"ws"+test.query, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(test.headers); i += 2 {
				if test.headers[i] == "Host" {
					request.Host = test.headers[i+1]
				}
				request.Header.Add(test.headers[i], test.headers[i+1])
			}
			reply, err := p.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer reply.Body.Close()
			if reply.StatusCode != test.status {
				t.Fatalf("got status %d; want %d", reply.StatusCode, test.status)
			}
			if reply.StatusCode == 426 && reply.Header.Get("Sec-WebSocket-Version") != "13" {
				t.Errorf("got no Sec-WebSocket-Version; want the one that works")
			}
			if reply.StatusCode != 101 {
				if got := text(t, reply); !strings.Contains(got, test.want) {
					t.Errorf("got %q; want %q in it", got, test.want)
				}
			}
		})
	}
	t.Run("the second origin has none", func(t *testing.T) {
		if reply := p.secondGet(t, "/ws"); reply.StatusCode != http.StatusNotFound {
			t.Errorf("got status %d; want 404", reply.StatusCode)
		}
	})
}

func TestWhatAPageSendsComesBack(t *testing.T) {
	p := start(t)
	conn, _, err := p.dialSocket(t, script("title: T\n== 200\ndata: first\n\n@hold"))
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	want := func(kind websocket.MessageType, message string) {
		t.Helper()
		if gotKind, got, err := conn.Read(t.Context()); err != nil || gotKind != kind || string(got) != message {
			t.Errorf("got %v %.20q of %d bytes, %v; want %v %.20q", gotKind, got, len(got), err, kind, message)
		}
	}
	want(websocket.MessageText, "first")
	for _, test := range []struct {
		kind    websocket.MessageType
		message string
	}{
		{websocket.MessageText, "hello"},
		{websocket.MessageText, ""},
		{websocket.MessageBinary, "\x00\xFF"},
		{websocket.MessageText, strings.Repeat("é", 63)},
		{websocket.MessageBinary, strings.Repeat("x", protocol.MaxEcho)},
	} {
		if err := conn.Write(t.Context(), test.kind, []byte(test.message)); err != nil {
			t.Fatal(err)
		}
		want(test.kind, test.message)
	}
	fragments, err := conn.Writer(t.Context(), websocket.MessageText)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"in", " several ", "fragments"} {
		io.WriteString(fragments, part)
	}
	fragments.Close()
	want(websocket.MessageText, "in several fragments")
	pinging := make(chan error, 1)
	go func() { pinging <- conn.Ping(t.Context()) }()
	conn.Write(t.Context(), websocket.MessageText, []byte("after the ping"))
	want(websocket.MessageText, "after the ping")
	go conn.Read(t.Context()) // who reads gets the pong
	if err := <-pinging; err != nil {
		t.Errorf("got %v; want a pong", err)
	}
}

// frame is one with a mask of zeros, which changes nothing.
func frame(first byte, payload string) string {
	b := []byte{first}
	switch n := len(payload); {
	case n > 0xffff:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	case n > 125:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = append(b, 0x80|byte(n))
	}
	return string(b) + "\x00\x00\x00\x00" + payload
}

const (
	fin          = 0x80
	continuation = 0
	textFrame    = 1
	binaryFrame  = 2
	closeFrame   = 8
	pingFrame    = 9
	pongFrame    = 10
)

func TestFramesThatAreTooMuch(t *testing.T) {
	l := limits.Default
	l.EchoMessage, l.EchoRate, l.EchoBytes = 10_000, 20, 200_000
	l.SocketClose = 500 * time.Millisecond
	tooLarge := "close 1009 Messages of at most 10000 bytes come back: send less at once."
	tooMany := "close 1008 At most 20 messages a second come back: send more slowly."
	tooFast := "close 1008 At most 200000 bytes a second are read here: send more slowly."
	p := startMain(t, Main{Files: page, Limits: l})
	for i, test := range []struct{ name, frames, want string }{
		{"a large one", frame(fin|textFrame, strings.Repeat("x", 10_001)), tooLarge},
		{"the head of a very large one", "\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00\x00\x00\x00" + strings.Repeat("x", 20_000), tooLarge},
		{"many fragments", frame(binaryFrame, "") + strings.Repeat(frame(continuation, strings.Repeat("x", 100)), 101), tooLarge},
		{"fragments of nothing", frame(binaryFrame, "") + strings.Repeat(frame(continuation, ""), 50_000), tooFast},
		{"many small ones", strings.Repeat(frame(fin|textFrame, "x"), 30), tooMany},
		{"many pings", strings.Repeat(frame(fin|pingFrame, "x"), 30), tooMany},
		{"pings in the middle of a message", frame(textFrame, "a") + strings.Repeat(frame(fin|pingFrame, ""), 30), tooMany},
		{"many pongs", strings.Repeat(frame(fin|pongFrame, "x"), 30), tooMany},
		{"one without a mask", "\x81\x01x", "close 1002 received unmasked frame from client"},
		{"a size that is no size", "\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "close 1002 received negative payload length"},
		{"an unknown kind", frame(fin|3, ""), "close 1002 received unknown opcode"},
		{"reserved bits", frame(fin|0x40|textFrame, "x"), "close 1002 received header with unexpected rsv bits set"},
		{"a continuation of nothing", frame(fin|continuation, "x"), "close 1002 received continuation frame without"},
		{"a message within a message", frame(textFrame, "x") + frame(fin|textFrame, "x"), "close 1002 received new data message without finishing"},
		{"a long ping", frame(fin|pingFrame, strings.Repeat("x", 126)), "close 1002 received control frame payload with invalid length"},
		{"a ping in fragments", frame(pingFrame, "x"), "close 1002 received fragmented control frame"},
		{"text that is none", frame(fin|textFrame, "\xFF"), "close 1007 A text message is UTF-8"},
		{"a close code that is none", frame(fin|closeFrame, "\x00\x01"), "close 1002 received invalid close payload"},
		{"half a frame", "\x81", "end"},
		{"half a message", frame(textFrame, "x"), "end"},
		{"a close", frame(fin|closeFrame, "\x0F\xA0bye"), "close 4000 bye"},
		{"a close without a code", frame(fin|closeFrame, ""), "close 1005"},
	} {
		t.Run(test.name, func(t *testing.T) {
			secret := fmt.Sprintf("%032x", i)
			c := p.channel(t, secret)
			conn, replies := p.shake(t, script("title: T\n== 200\n@hold")+"&session="+protocol.SessionID(secret))
			go func() {
				io.WriteString(conn, test.frames)
				if test.want == "end" {
					conn.CloseWrite()
				}
			}()
			got := lastFrame(replies)
			if !strings.HasPrefix(got, test.want) {
				t.Errorf("got %q; want %q", got, test.want)
			}
			conn.Close()
			for {
				seen := c.seen(t)
				if seen.Kind != protocol.SeenEnd {
					continue
				}
				want := protocol.EndRejected
				if strings.HasPrefix(test.name, "half") || strings.HasPrefix(test.name, "a close with") || test.name == "a close" {
					want = protocol.EndLeft
				}
				if seen.How != want {
					t.Errorf("got the end %q; want %q", seen.How, want)
				}
				break
			}
		})
	}
}

func TestAWebSocketsReaderThatDoesNotReadIsCutOff(t *testing.T) {
	l := limits.Default
	l.StreamWrite, l.StreamBuffer = 100*time.Millisecond, 4<<10
	l.EchoBytes, l.EchoRate = 1<<30, 1<<20
	for _, test := range []struct{ name, script, send string }{
		{"of messages", "== 200\n@repeat 100000\ndata: " + strings.Repeat("x", 1000) + "\n\n@again\n@hold", ""},
		{"of its own messages", "== 200\n@hold", frame(fin|binaryFrame, strings.Repeat("x", 60_000))},
		{"of pongs", "== 200\n@hold", strings.Repeat(frame(fin|pingFrame, strings.Repeat("x", 125)), 1000)},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := l
			l.SocketsPerAddress = 1
			p := startMain(t, Main{Files: page, Limits: l})
			conn, _ := p.shake(t, script("title: T\n"+test.script))
			conn.SetReadBuffer(2048)
			for test.send != "" {
				conn.SetWriteDeadline(time.Now().Add(8 * time.Second))
				if _, err := io.WriteString(conn, test.send); err != nil {
					break
				}
			}
			waitFor(t, "its place to be free", func() bool {
				other, _, err := p.dialSocket(t, "interval=10ms&count=1")
				if err == nil {
					other.CloseNow()
				}
				return err == nil
			})
		})
	}
}

func TestWebSocketsAreLimited(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*limits.Limits)
		want   string
	}{
		{"in all", func(l *limits.Limits) { l.Sockets = 2 }, "this server has 2 WebSockets open and accepts no more.\n"},
		{"of one address", func(l *limits.Limits) { l.SocketsPerAddress = 2 }, "your address has 2 WebSockets open and gets no more.\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := limits.Default
			l.Streams, l.StreamsPerAddress = 1, 1 // which have nothing to do with it
			test.change(&l)
			p := startMain(t, Main{Files: page, Limits: l})
			idle := script("title: T\n== 200\n@hold")
			first, _, err := p.dialSocket(t, idle)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := p.dialSocket(t, idle); err != nil {
				t.Fatal(err)
			}
			c := p.channel(t, testSecret)
			_, reply, err := p.dialSocket(t, idle+"&session="+testSession)
			if err == nil || reply.StatusCode != http.StatusServiceUnavailable {
				t.Fatalf("got %v; want 503", err)
			}
			if got := text(t, reply); !strings.HasPrefix(got, "Close one, or try again in 5 seconds with a new WebSocket") || !strings.HasSuffix(got, test.want) {
				t.Errorf("got %q; want a sentence with %q", got, test.want)
			}
			c.wantSeen(t, "request", "head 503", "write", "end server quota")
			first.Close(websocket.StatusNormalClosure, "")
			waitFor(t, "a place", func() bool {
				_, _, err := p.dialSocket(t, idle)
				return err == nil
			})
		})
	}
}

func TestWhatIsLargeCountsAsHeldBytes(t *testing.T) {
	l := limits.Default
	l.HeldPerAddress = 32 << 10
	p := startMain(t, Main{Files: page, Limits: l})
	got, end := p.messages(t, script("title: T\n== 200\ndata: a\n\n@raw \"data: \"\n@raw \"x\" 10000 times\n@wait 10m\n@end"))
	if !slices.Equal(got, []string{"a"}) || end != "close 1013 The server has no room for so large an event: make it smaller." {
		t.Errorf("got %q, %q; want a, and no more", got, end)
	}
	conn, replies := p.shake(t, script("title: T\n== 200\n@hold"))
	io.WriteString(conn, frame(fin|binaryFrame, strings.Repeat("x", 10_000)))
	if got, want := lastFrame(replies), "close 1013 The server has no room for so large a message: send at most 4095 bytes."; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	conn, replies = p.shake(t, script("title: T\n== 200\n@hold"))
	io.WriteString(conn, frame(fin|binaryFrame, strings.Repeat("x", 4095))+frame(fin|closeFrame, ""))
	if got := lastFrame(replies); got != "close 1005" {
		t.Errorf("got %q; want a small one back, and its close", got)
	}
}

// It is 300 that an address gets, and a thousand connections that say nothing get no more than any others.
func TestHundredsOfIdleWebSockets(t *testing.T) {
	l := limits.Default
	l.ReadHeader = 2 * time.Second
	p := startMain(t, Main{Files: page, Limits: l}, "-addr", "127.0.0.1:0")
	before := runtime.NumGoroutine()
	var wait sync.WaitGroup
	var mutex sync.Mutex
	var open []*websocket.Conn
	refused := 0
	places := make(chan struct{}, 20)
	for range 310 {
		wait.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			conn, reply, err := p.dialSocketIn(context.Background(), script("title: T\n== 200\n@hold"))
			mutex.Lock()
			defer mutex.Unlock()
			switch {
			case err == nil:
				open = append(open, conn)
			case reply != nil && reply.StatusCode == http.StatusServiceUnavailable:
				refused++
			default:
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if len(open) != 300 || refused != 10 {
		t.Errorf("got %d open, %d refused; want 300 and 10", len(open), refused)
	}

	var half []net.Conn
	full := 0
	for range 1000 {
		conn := p.dial(t)
		io.WriteString(conn, "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n")
		half = append(half, conn)
	}
	for _, conn := range half {
		conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		status, err := bufio.NewReader(conn).ReadString('\n')
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
			continue // its time was over
		}
		if !strings.HasPrefix(status, "HTTP/1.1 503 ") && !strings.HasPrefix(status, "HTTP/1.1 408 ") {
			t.Errorf("got %q, %v; want 503, or the end", status, err)
		}
		if strings.HasPrefix(status, "HTTP/1.1 503 ") {
			full++
		}
	}
	if full < 1000-l.ConnectionsPerAddress {
		t.Errorf("got %d refused; want all but %d", full, l.ConnectionsPerAddress)
	}
	if err := open[0].Write(t.Context(), websocket.MessageText, []byte("still here")); err != nil {
		t.Error(err)
	}
	if _, got, err := open[0].Read(t.Context()); string(got) != "still here" {
		t.Errorf("got %q, %v; want an open one to work on", got, err)
	}
	for _, conn := range open {
		conn.CloseNow()
	}
	p.client.CloseIdleConnections()
	waitFor(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= before+5 })
}

func TestAWebSocketIsRecorded(t *testing.T) {
	p := start(t)
	for i, test := range []struct {
		name, script string
		talk         func(t *testing.T, conn *websocket.Conn)
		want         []string
	}{
		{
			"messages and the end", "== 200\n@gzip\n@cors none\nretry: 5\nid: 1\nevent: e\ndata: é\n\nnonsense\nid: 2\ndata: b\n@wait 1ms\n\n@end", nil,
			[]string{
				"request GET", "not here gzip", "not here cors", "head 101", "not here retry", "not here id", "not here event",
				`frame text "é" 4`, "not here unknown fields", "not here chunks", `frame text "b" 3`, "frame close 1000 2+2", "end server end",
			},
		},
		{
			"an echo, and the page's close", "== 200\n@hold", func(t *testing.T, conn *websocket.Conn) {
				conn.Write(t.Context(), websocket.MessageBinary, []byte{7})
				conn.Read(t.Context())
				fragments, _ := conn.Writer(t.Context(), websocket.MessageText)
				io.WriteString(fragments, "ab")
				io.WriteString(fragments, "c")
				fragments.Close()
				conn.Read(t.Context())
				conn.Close(4001, "bye")
			},
			[]string{
				"request GET", "head 101", `page frame binary "\a" 7`, `frame binary "\a" 3`, `page frame text "abc" 21`, `frame text "abc" 5`,
				"page frame close 4001 bye 11", "frame close 4001 bye 7", "end client left",
			},
		},
		{"a status", "== 307\n@redirect here\nno\n@end", nil, []string{"request GET", "not here redirect", "head 307", "write", "end server end"}},
		{"a refusal", "== refuse", nil, []string{"request GET", "end server refused"}},
		{"a cut", "== 200\ndata: a\n\n@cut", nil, []string{"request GET", "head 101", `frame text "a" 3`, "end server cut"}},
		{"a cut without a close", "== 200\ndata: a\n\n@cut cleanly", nil, []string{"request GET", "head 101", `frame text "a" 3`, "end server cut cleanly"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			secret := fmt.Sprintf("%032x", i)
			c := p.channel(t, secret)
			conn, _, err := p.dialSocket(t, script("title: T\n"+test.script)+"&session="+protocol.SessionID(secret)+"&source=4")
			if err == nil && test.talk != nil {
				test.talk(t, conn)
			} else if err == nil {
				go conn.Read(t.Context())
			}
			for _, want := range test.want {
				seen := c.seen(t)
				got := ""
				if seen.FromPage {
					got = "page "
				}
				switch got += string(seen.Kind); seen.Kind {
				case protocol.SeenRequest:
					got += " " + seen.Method
					if value, _ := protocol.HeaderOf(seen.Header, "Sec-WebSocket-Key"); len(value) != 24 {
						t.Errorf("got the key %q; want it as it came", value)
					}
				case protocol.SeenHead:
					got += fmt.Sprint(" ", seen.Status)
					if value, _ := protocol.HeaderOf(seen.Header, "Sec-WebSocket-Accept"); seen.Status == 101 && len(value) != 28 {
						t.Errorf("got Sec-WebSocket-Accept %q; want the response to the key", value)
					}
				case protocol.SeenNotHere:
					got += " " + string(seen.NotHere[0])
				case protocol.SeenFrame:
					got += " " + string(seen.Frame)
					switch {
					case seen.Frame != protocol.FrameClose:
						got += fmt.Sprintf(" %q %d", seen.Bytes, seen.Wire)
					case seen.Reason == "":
						got += fmt.Sprintf(" %d 2+%d", seen.Code, seen.Wire-2)
					default:
						got += fmt.Sprintf(" %d %s %d", seen.Code, seen.Reason, seen.Wire)
					}
				case protocol.SeenEnd:
					got += fmt.Sprint(" ", seen.By, " ", seen.How)
				}
				if got != want || seen.Source != 4 || seen.Attempt != 1 {
					t.Errorf("got %s, source %d, attempt %d; want %s, source 4, attempt 1", got, seen.Source, seen.Attempt, want)
				}
			}
		})
	}
}

func TestInterferenceWithAWebSocket(t *testing.T) {
	const ticking = "interval=50ms&count=100&event=&"
	held := script("title: T\n== 200\ndata: a\n\n@hold\n") + "&"
	for _, test := range []struct {
		name, query string
		play        func(t *testing.T, c *client, conn *websocket.Conn)
	}{
		{"cut", ticking, func(t *testing.T, c *client, conn *websocket.Conn) {
			c.do(t, `"do":"cut"`)
			wantSocketEnd(t, conn, "reset")
			c.wantSeen(t, "did cut", "end server cut")
		}},
		{"end", held, func(t *testing.T, c *client, conn *websocket.Conn) {
			c.do(t, `"do":"end"`)
			wantSocketEnd(t, conn, "close 1000")
			c.wantSeen(t, "did end", "frame", "end server end")
		}},
		{"pause, step and resume", ticking, func(t *testing.T, c *client, conn *websocket.Conn) {
			c.do(t, `"do":"pause"`)
			for range 4 { // event's, id's, data's and the blank line
				c.do(t, `"do":"step"`)
			}
			c.do(t, `"do":"resume"`)
			if _, _, err := conn.Read(t.Context()); err != nil {
				t.Error(err)
			}
			c.wantSeen(t, "did pause", "did step", "did step", "did resume", "frame")
		}},
		{"send", held, func(t *testing.T, c *client, conn *websocket.Conn) {
			conn.Read(t.Context())
			c.do(t, `"do":"send","bytes":"ZGF0YTogeAoK"`)
			if _, got, err := conn.Read(t.Context()); string(got) != "x" {
				t.Errorf("got %q, %v; want x", got, err)
			}
		}},
		{"cut before the handshake", script("title: T\n== silence\n") + "&", func(t *testing.T, c *client, _ *websocket.Conn) {
			c.do(t, `"do":"cut"`)
			c.wantSeen(t, "did cut", "end server cut")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := start(t)
			c := p.channel(t, testSecret)
			dialed := make(chan *websocket.Conn, 1)
			go func() {
				conn, _, _ := p.dialSocketIn(context.Background(), test.query+"session="+testSession)
				dialed <- conn
			}()
			var conn *websocket.Conn
			c.wantSeen(t, "request")
			if !strings.Contains(test.query, "silence") {
				conn = <-dialed
				defer conn.CloseNow()
			}
			test.play(t, c, conn)
		})
	}
	t.Run("the next response", func(t *testing.T) {
		p := start(t)
		c := p.channel(t, testSecret)
		c.do(t, `"do":"next","next":{"status":503}`)
		if got, end := p.messages(t, held+"session="+testSession); len(got) != 0 || !strings.HasPrefix(end, noHandshake+" 503 ") {
			t.Errorf("got %q, %q; want 503", got, end)
		}
	})
}

func TestStoppingClosesWebSockets(t *testing.T) {
	p := start(t)
	conn, _, err := p.dialSocket(t, script("title: T\n== 200\n@hold"))
	if err != nil {
		t.Fatal(err)
	}
	p.shake(t, "") // who does not read does not close either
	ended := make(chan error, 1)
	go func() {
		_, _, err := conn.Read(context.Background())
		ended <- err
	}()
	from := time.Now()
	if got := p.stop(t); got != 0 {
		t.Errorf("got exit status %d; want 0", got)
	}
	if took := time.Since(from); took > time.Second {
		t.Errorf("got %v until the end; want at most a second", took)
	}
	if got := socketEnd(<-ended); got != "close 1001 the server stops" {
		t.Errorf("got %q; want 1001 with the reason", got)
	}
}

func TestAWebSocketEndsWithItsLifetime(t *testing.T) {
	l := limits.Default
	l.Lifetime = 100 * time.Millisecond
	p := startMain(t, Main{Files: page, Limits: l})
	if _, end := p.messages(t, script("title: T\n== 200\n@hold")); end != "close 1001 A stream's longest time is over: open another one." {
		t.Errorf("got %q; want 1001 with the reason", end)
	}
}

// dialSocket opens a WebSocket as the server's own page does.
func (p *program) dialSocket(t *testing.T, query string) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	conn, reply, err := p.dialSocketIn(t.Context(), query)
	if conn != nil {
		t.Cleanup(func() { conn.CloseNow() })
	}
	return conn, reply, err
}

func (p *program) dialSocketIn(ctx context.Context, query string) (*websocket.Conn, *http.Response, error) {
	origin := strings.TrimSuffix(p.url, "/")
	return websocket.Dial(ctx, strings.Replace(p.url, "http", "ws", 1)+"ws?"+query, &websocket.DialOptions{
		HTTPClient: &http.Client{ // as a browser, it follows no redirect
			Transport:     p.client.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		HTTPHeader: http.Header{"Origin": {origin}},
	})
}

// messages are all that come, and how it ends.
func (p *program) messages(t *testing.T, query string) (all []string, end string) {
	t.Helper()
	conn, reply, err := p.dialSocket(t, query)
	if err != nil && reply == nil {
		return nil, noHandshake + " " + socketEnd(err)
	}
	if err != nil {
		body, err := io.ReadAll(reply.Body)
		end := fmt.Sprint(noHandshake, " ", reply.StatusCode, " ", string(body))
		if err != nil {
			end += socketEnd(err)
		}
		return nil, end
	}
	conn.SetReadLimit(1 << 20)
	for {
		_, message, err := conn.Read(t.Context())
		if err != nil {
			return all, socketEnd(err)
		}
		all = append(all, string(message))
	}
}

// socketEnd says how a WebSocket ended.
func socketEnd(err error) string {
	var closed websocket.CloseError
	switch {
	case errors.As(err, &closed):
		return strings.TrimSpace(fmt.Sprintf("close %d %s", closed.Code, closed.Reason))
	case errors.Is(err, syscall.ECONNRESET):
		return "reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "end"
	}
	return err.Error()
}

func wantSocketEnd(t *testing.T, conn *websocket.Conn, want string) {
	t.Helper()
	for {
		if _, _, err := conn.Read(t.Context()); err != nil {
			if got := socketEnd(err); got != want {
				t.Errorf("got the end %q; want %q", got, want)
			}
			return
		}
	}
}

// shake opens a WebSocket on a bare connection.
func (p *program) shake(t *testing.T, query string) (*net.TCPConn, *bufio.Reader) {
	t.Helper()
	conn := p.dial(t)
	fmt.Fprintf(conn, "GET /ws?%s HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", query)
	replies := bufio.NewReader(conn)
	conn.SetReadDeadline(time.Now().Add(15 * time.Second))
	for line := ""; line != "\r\n"; {
		var err error
		if line, err = replies.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	return conn, replies
}

// lastFrame is the close frame that comes, or how the connection ends without one.
func lastFrame(replies *bufio.Reader) string {
	for {
		var head [2]byte
		if _, err := io.ReadFull(replies, head[:]); err != nil {
			return socketEnd(err)
		}
		payload := make([]byte, head[1])
		if head[1] == 126 {
			var size [2]byte
			io.ReadFull(replies, size[:])
			payload = make([]byte, binary.BigEndian.Uint16(size[:]))
		}
		if _, err := io.ReadFull(replies, payload); err != nil {
			return socketEnd(err)
		}
		switch {
		case head[0] != fin|closeFrame:
		case len(payload) == 0:
			return "close 1005"
		default:
			return strings.TrimSpace(fmt.Sprintf("close %d %s", binary.BigEndian.Uint16(payload), payload[2:]))
		}
	}
}
