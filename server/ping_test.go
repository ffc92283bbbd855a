package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"eventsource-playground/protocol"
)

// pinged plays a scenario over a WebSocket, and returns its messages and, in brackets, its pings, and how it ended.
func (p *program) pinged(t *testing.T, query string) (all []string, end string) {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), strings.Replace(p.url, "http", "ws", 1)+"ws?"+query, &websocket.DialOptions{
		HTTPHeader: map[string][]string{"Origin": {strings.TrimSuffix(p.url, "/")}},
		OnPingReceived: func(_ context.Context, payload []byte) bool {
			all = append(all, "["+string(payload)+"]")
			return true
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	for {
		_, message, err := conn.Read(t.Context())
		if err != nil {
			return all, socketEnd(err)
		}
		all = append(all, string(message))
	}
}

func TestCommentsOverAWebSocketArePings(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"its text", ": hello\ndata: a\n\n:there\n:\n", "[hello] a [there] []"},
		{"in an event", "data: a\n: between\ndata: b\n\n", "[between] a\nb"},
		{"in pieces", "@raw \": hel\"\n@flush\n@raw \"lo\"\n@wait 10ms\n@raw \"\\ndata: a\\n\\n\"\n", "[hello] a"},
		{"after a CR", "@raw \"data: a\\r: hello\\r\\r:\\r\\n\"\n", "[hello] a []"},
		{"a long one, as far as a ping can say it", ": " + strings.Repeat("x", 200) + "\n", "[" + strings.Repeat("x", 125) + "]"},
	} {
		for _, watched := range []string{"", "&session=" + testSession} {
			t.Run(test.name+watched, func(t *testing.T) {
				p := start(t)
				got, end := p.pinged(t, script("title: T\n== 200\n"+test.text+"@end")+watched)
				if strings.Join(got, " ") != test.want || end != "close 1000" {
					t.Errorf("got %q, %s; want %q, and a proper end", got, end, test.want)
				}
			})
		}
	}
}

// The browser responds to each ping, and what it sends is limited.
func TestManyCommentsDoNotMakeAPageSendTooMuch(t *testing.T) {
	p := start(t)
	c := p.channel(t, testSecret)
	got, end := p.pinged(t, script("title: T\n== 200\n@repeat 1000\n: {n}\n@again\ndata: a\n\n@wait 300ms\n@end")+"&session="+testSession)
	if end != "close 1000" || len(got) < 51 || len(got) > 60 || got[0] != "[1]" || got[49] != "[50]" || !slices.Contains(got, "a") {
		t.Errorf("got %q, %s; want 50 pings, the message, and a proper end", got, end)
	}
	pongs, left := 0, false
	for _, seen := range c.watched(t) {
		if seen.Frame == protocol.FramePong && seen.FromPage {
			pongs++
		}
		left = left || len(seen.NotHere) > 0 && seen.NotHere[0] == protocol.NoComments
	}
	if pongs < 50 || !left {
		t.Errorf("got %d pongs recorded, and the other comments not here %v; want 50 and true", pongs, left)
	}
}

func TestTheHeartbeatOverAWebSocketIsAPing(t *testing.T) {
	p := start(t, "-heartbeat", "20ms")
	got, _ := p.pinged(t, "interval=100ms&count=2&event=")
	if !slices.Contains(got, "[]") {
		t.Errorf("got %q; want pings in the silence", got)
	}
}

func TestAProxyCutsASilentWebSocket(t *testing.T) {
	p := start(t)
	for _, test := range []struct {
		name, text string
		want       string
		least      time.Duration
	}{
		{"without a byte", "data: a\n\n@hold\n", "a", 300 * time.Millisecond},
		{"with pings", "data: a\n\n@repeat 3 every 200ms\n:\n@again\n@hold\n", "a [] [] []", 700 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			from := time.Now()
			got, end := p.pinged(t, script("title: T\n== 200\n@proxy cuts after 300ms of silence\n"+test.text))
			if took := time.Since(from); strings.Join(got, " ") != test.want || end != "end" || took < test.least || took > test.least+2*time.Second {
				t.Errorf("got %q, %s after %v; want %q, and then a close without a frame, after %v", got, end, took, test.want, test.least)
			}
		})
	}
	t.Run("as the server sees it", func(t *testing.T) {
		for _, path := range []string{"ws", "sse"} {
			c := p.channel(t, fmt.Sprintf("%032x", len(path)))
			query := script("title: T\n== 200\n@proxy cuts after 100ms of silence\n@hold\n") + "&session=" + protocol.SessionID(fmt.Sprintf("%032x", len(path)))
			if path == "ws" {
				p.pinged(t, query)
			} else {
				reply := p.get(t, "/sse?"+query)
				reply.Body.Read(make([]byte, 1))
			}
			all := c.watched(t)
			if end := all[len(all)-1]; end.By != protocol.ByServer || end.How != protocol.EndCutCleanly {
				t.Errorf("got %s by the %s of /%s; want it cut cleanly by the server", end.How, end.By, path)
			}
		}
	})
}
