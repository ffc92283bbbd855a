package main

import (
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
)

// Who has read a session's id, in an address that was shown, copied or logged, can neither read nor command.
func TestAnIDAloneOpensNothing(t *testing.T) {
	for _, test := range []struct {
		name  string
		first string // message; "": none
	}{
		{"no message", ""},
		{"no secret", `{}`},
		{"a ping", `{"ping":1}`},
		{"a command", `{"id":1,"do":"send","bytes":"ZGF0YTogeAoK"}`},
		{"the id for a secret", `{"secret":"` + testSession + `"}`},
		{"another secret", `{"secret":"` + strings.Repeat("0", 32) + `","id":1,"do":"cut"}`},
		{"no JSON", `x`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := limits.Default
			if test.first == "" {
				l.ChannelSecret = 2 * time.Second // in which the owner brings it
			}
			p := startMain(t, Main{Files: page, Limits: l})
			owner := p.channel(t, testSecret)
			stream := &reader{TCPConn: p.request(t, "/sse?interval=10m&session="+testSession)}
			stream.open(t)
			owner.wantSeen(t, "request", "head 200", "write 2")

			stranger, _, err := p.dialID(t.Context(), testSession, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			if test.first != "" {
				stranger.Write(t.Context(), websocket.MessageText, []byte(test.first))
			}
			_, told, err := stranger.Read(t.Context())
			if len(told) > 0 || websocket.CloseStatus(err) != websocket.StatusPolicyViolation || !strings.Contains(err.Error(), "must bring the secret") {
				t.Errorf("got %q, %v; want status 1008 with a sentence, and nothing told", told, err)
			}
			owner.pingPong(t) // its channel is not replaced
			if len(owner.queue) > 0 {
				t.Errorf("got %+v; want nothing done to the stream", owner.queue)
			}
		})
	}
}

func TestNoIDIsRecorded(t *testing.T) {
	for _, path := range []string{
		"/sse?count=0&session=%&source=1",
		"/sse?session=%&count=x",
		"/sse?source=2&session=%&scenario=nope",
		"/sse?s%65ssion=%&interval=1",
		"/sse?script=" + url.QueryEscape("title: T\n== 307\n@redirect here\n") + "&session=%&source=1",
		"/sse?script=" + url.QueryEscape("title: T\n== 307\n@redirect second origin\n") + "&session=%&source=1",
	} {
		t.Run(path, func(t *testing.T) {
			p := start(t)
			c := p.channel(t, testSecret)
			io.Copy(io.Discard, p.request(t, strings.ReplaceAll(path, "%&", testSession+"&"), "Connection: close"))
			for seen := (protocol.Seen{}); seen.Kind != protocol.SeenEnd; {
				seen = c.seen(t)
				text, err := json.Marshal(seen)
				if err != nil {
					t.Fatal(err)
				}
				if got := string(text) + string(seen.Bytes); strings.Contains(got, testSession) || strings.Contains(got, "source=") {
					t.Errorf("got the id recorded: %s", got)
				}
			}
		})
	}
}
