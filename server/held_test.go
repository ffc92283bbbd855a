package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"eventsource-playground/server/limits"
)

func TestWhatStreamsHoldIsLimited(t *testing.T) {
	script := func(n int) string {
		return "/sse?script=" + url.QueryEscape(fmt.Sprintf("#%d\n== 200\n@proxy holds 65536 bytes\n:%s\n@hold", n, strings.Repeat("\n", 1000)))
	}
	for _, test := range []struct {
		name   string
		change func(*limits.Limits)
		want   string
	}{
		{"in all", func(l *limits.Limits) { l.Held = 200 << 10 }, "this server has"},
		{"of one address", func(l *limits.Limits) { l.HeldPerAddress = 200 << 10 }, "your address has"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := limits.Default
			test.change(&l)
			p := startMain(t, Main{Files: page, Limits: l}, "-addr", "127.0.0.1:0")
			first := p.get(t, script(1))
			p.get(t, script(2))
			reply := p.get(t, script(3))
			if got := text(t, reply); reply.StatusCode != http.StatusServiceUnavailable || !strings.Contains(got, test.want) || !strings.Contains(got, "bytes of scripts and buffers") {
				t.Fatalf("got %d %q; want 503 and %q", reply.StatusCode, got, test.want)
			}
			if reply := p.get(t, "/sse?interval=10ms&count=1"); reply.StatusCode != http.StatusOK {
				t.Errorf("got %d for a small stream; want 200", reply.StatusCode)
			}
			first.Body.Close()
			waitFor(t, "its bytes to be free", func() bool { return p.get(t, script(3)).StatusCode == http.StatusOK })
		})
	}
}
