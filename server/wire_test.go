package main

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"eventsource-playground/protocol"
)

// watched is what the server says that it saw of one request, until the end.
func (c *client) watched(t *testing.T) (all []protocol.Seen) {
	t.Helper()
	for len(all) == 0 || all[len(all)-1].Kind != protocol.SeenEnd {
		all = append(all, c.seen(t))
	}
	return all
}

// wire is how many bytes on the wire those are of the kinds.
func wire(all []protocol.Seen, kinds ...protocol.Kind) (n int) {
	for _, seen := range all {
		for _, kind := range kinds {
			if seen.Kind == kind && !seen.FromPage {
				n += seen.Wire
			}
		}
	}
	return n
}

func TestBytesOnTheWireAreThoseOfTheConnection(t *testing.T) {
	const large = "@raw \"x\" 30000 times\n\n"
	for _, test := range []struct{ name, script string }{
		{"writes and the end", "== 200\ndata: a\n\n@flush\ndata: bb\n\n@wait 20ms\ndata: c\n\n"},
		{"large writes", "== 200\n" + large + large + large},
		{"compressed", "== 200\n@gzip\ndata: a\n\n@flush\ndata: a\n\n"},
		{"compressed, with nothing before the end", "== 200\n@gzip unflushed\ndata: a\n\n@flush\ndata: a\n\n"},
		{"a status with a body", "== 500\nsorry\n"},
		{"a status without", "== 204\n"},
		{"an end without the last chunk", "== 200\ndata: a\n\n@wait 20ms\n@cut cleanly"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := start(t)
			c := p.channel(t, testSecret)
			conn := p.dial(t)
			request := "GET /sse?" + script("title: T\n"+test.script) + "&session=" + testSession + "&source=4 HTTP/1.1\r\n" +
				"Host: " + strings.Trim(p.url, "htp:/") + "\r\nAccept: text/event-stream\r\nCookie: a=b\r\nX-Twice: 1\r\nx-twice: 22\r\n\r\n"
			io.WriteString(conn, request)
			response, err := io.ReadAll(conn)
			if err != nil {
				t.Fatal(err)
			}
			head, body, _ := strings.Cut(string(response), "\r\n\r\n")
			all := c.watched(t)
			for _, of := range []struct {
				what      string
				got, want int
			}{
				{"the request", wire(all, protocol.SeenRequest), len(request)},
				{"the head", wire(all, protocol.SeenHead), len(head) + len("\r\n\r\n")},
				{"writes and the end", wire(all, protocol.SeenWrite, protocol.SeenEnd), len(body)},
			} {
				if of.got != of.want {
					t.Errorf("got %d bytes for %s; want %d, as they came over the connection", of.got, of.what, of.want)
				}
			}
		})
	}
}

func TestBytesOfAWebSocketAreThoseOfTheConnection(t *testing.T) {
	p := start(t)
	c := p.channel(t, testSecret)
	conn := p.dial(t)
	host := strings.Trim(p.url, "htp:/")
	request := "GET /ws?" + script("title: T\n== 200\ndata: a\n\ndata: "+strings.Repeat("b", 200)+"\n\n@raw \"data: \"\n@raw \"c\" 70000 times\n\n\n@cut cleanly") +
		"&session=" + testSession + "&source=4 HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
	io.WriteString(conn, request)
	response, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	head, frames, _ := strings.Cut(string(response), "\r\n\r\n")
	all := c.watched(t)
	got := []int{wire(all, protocol.SeenRequest), wire(all, protocol.SeenHead), wire(all, protocol.SeenFrame)}
	if want := []int{len(request), len(head) + len("\r\n\r\n"), len(frames)}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v bytes for request, head and frames; want %v, as they came over the connection", got, want)
	}
}

func TestBytesOfAStreamOverHTTP2AreThoseOfItsFrames(t *testing.T) {
	const large = "@raw \"x\" 30000 times\n\n"
	for _, test := range []struct{ name, script string }{
		{"writes and the end", "== 200\ndata: a\n\n@flush\ndata: bb\n\n@wait 20ms\ndata: c\n\n"},
		{"nothing but the end", "== 200\n@raw \"x\"\n@end"},
		{"large writes", "== 200\n" + large + large + large},
		{"compressed", "== 200\n@gzip\ndata: a\n\n@wait 20ms\ndata: a\n\n"},
		{"compressed, with nothing before the end", "== 200\n@gzip unflushed\ndata: a\n\n@wait 20ms\ndata: a\n\n"},
		{"a status without a body", "== 204\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := start(t)
			c := p.channel(t, testSecret)
			frames := dialFrames(t, p)
			frames.begin(0)
			// Windows of a megabyte, before the request: one that is too small would split frames.
			frames.frame(frameSettings, 0, 0, []byte{0, 4, 0, 16, 0, 0})
			frames.frame(frameWindow, 0, 0, []byte{0, 16, 0, 0})
			path := "/sse?" + script("title: T\n"+test.script) + "&session=" + testSession + "&source=4"
			frames.frame(frameHeaders, flagEndStream|flagEndHeaders, 1, headersOf("GET", path))
			got := 0
			frames.SetReadDeadline(time.Now().Add(5 * time.Second))
			for ended := false; !ended; {
				head := make([]byte, 9)
				if _, err := io.ReadFull(frames, head); err != nil {
					t.Fatal(err)
				}
				n := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
				io.CopyN(io.Discard, frames, n)
				if head[3] == frameData {
					got += len(head) + int(n)
				}
				ended = head[8] == 1 && (head[3] == frameData || head[3] == frameHeaders) && head[4]&flagEndStream > 0
			}
			all := c.watched(t)
			if said := wire(all, protocol.SeenWrite, protocol.SeenEnd); said != got {
				t.Errorf("got %d bytes; want %d, as they came over the connection", said, got)
			}
			if said := wire(all, protocol.SeenRequest, protocol.SeenHead); said != 0 {
				t.Errorf("got %d bytes for heads, which are compressed for the connection; want none", said)
			}
		})
	}
}
