package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"eventsource-playground/server/limits"
)

func TestWritesAreActuallyIncremental(t *testing.T) {
	p := start(t)
	reply := p.get(t, "/sse?interval=300ms&count=3")
	var at []time.Time
	for range events(t, io.TeeReader(reply.Body, writerFunc(func([]byte) { at = append(at, time.Now()) })), 3) {
	}
	// A busy machine may read two writes at once, but not what was written 600 ms apart.
	if took := at[len(at)-1].Sub(at[0]); len(at) < 2 || took < 290*time.Millisecond {
		t.Errorf("got everything in %d reads within %v; want an opening and three events 300ms apart", len(at), took)
	}
}

func TestAStreamEndsWithItsLifetime(t *testing.T) {
	l := limits.Default
	l.Lifetime = 100 * time.Millisecond
	p := startMain(t, Main{Files: page, Limits: l})
	got := events(t, p.get(t, "/sse?interval=10ms&count=100000").Body, 1000)
	if len(got) == 0 || len(got) > 20 { // ten fit; a busy machine may be late to end it
		t.Errorf("got %d events, 10ms apart; want about 10 in the 100ms of a lifetime", len(got))
	}
}

func TestAHeartbeatKeepsARealStreamAlive(t *testing.T) {
	p := start(t, "-heartbeat", "20ms")
	lines := bufio.NewScanner(p.get(t, "/sse?interval=10m").Body)
	for range 4 {
		if !lines.Scan() || lines.Text() != ":" {
			t.Fatalf("got %q, %v; want a comment", lines.Text(), lines.Err())
		}
	}
}

// Without heartbeats and events to fail on: it is noticed because the connection says so.
func TestTheClientsLeavingIsNoticedAtOnce(t *testing.T) {
	for _, test := range []struct {
		name  string
		leave func(*net.TCPConn)
	}{
		{"closed", func(c *net.TCPConn) { c.Close() }},
		{"reset", func(c *net.TCPConn) { c.SetLinger(0); c.Close() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := start(t, "-max-streams", "1")
			before := runtime.NumGoroutine()
			for range 5 {
				conn := p.dial(t)
				from := time.Now()
				waitFor(t, "a place to be free", func() bool { return p.openStream(t, conn) })
				if took := time.Since(from); took > time.Second {
					t.Errorf("got a place after %v; want it at once when the one before left", took)
				}
				test.leave(conn)
			}
			waitFor(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
		})
	}
}

func TestAReaderThatDoesNotReadIsCutOff(t *testing.T) {
	l := limits.Default
	l.Streams = 2
	l.StreamWrite = 100 * time.Millisecond
	l.StreamBuffer = 4 << 10
	p := startMain(t, Main{Files: page, Limits: l})

	other := p.get(t, "/sse?interval=10&count=100000")
	dialer := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 2048) })
	}}
	conn, err := dialer.Dial("tcp", strings.Trim(p.url, "htp:/"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /sse?interval=10&count=100000&x=%s HTTP/1.1\r\nHost: localhost\r\n\r\n", strings.Repeat("x", 1900))

	waitFor(t, "the log to say so", func() bool { return strings.Contains(p.stderr.String(), "does not read") })
	waitFor(t, "its place to be free", func() bool {
		third := p.dial(t)
		defer third.Close()
		return p.openStream(t, third)
	})
	if _, err := io.Copy(io.Discard, conn); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v at the end of what was buffered; want a reset connection", err)
	}
	if got := len(events(t, other.Body, 5)); got != 5 {
		t.Errorf("got %d events for another reader; want 5: it has nothing to do with this", got)
	}
}

// BenchmarkAStreamsMemory is what the server's process grows by, for each stream that waits.
func BenchmarkAStreamsMemory(b *testing.B) {
	const streams = 2000
	if runtime.GOOS != "linux" {
		b.Skip("reads /proc")
	}
	for _, test := range []struct{ name, path string }{
		{"classic", "/sse?interval=10m"},
		{"scenario", "/sse?script=" + url.QueryEscape("== 200\n:\n@hold")},
		{"wait", "/sse?script=" + url.QueryEscape("== 200\n:\n@wait 9m\n@end")},
	} {
		b.Run(test.name, func(b *testing.B) {
			process, address := startProcess(b, "-max-streams-per-address", "4096")
			before := resident(b, process.Process.Pid)
			for range streams {
				conn, err := net.Dial("tcp", strings.Trim(address, "htp:/"))
				if err != nil {
					b.Fatal(err)
				}
				defer conn.Close()
				fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", test.path)
				if _, err := io.ReadFull(conn, make([]byte, 300)); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
			}
			b.ReportMetric(float64(resident(b, process.Process.Pid)-before)/streams, "B/stream")
		})
	}
}

// resident is how much of a process is in memory.
func resident(b *testing.B, pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kilobytes := 0
	fmt.Sscan(rest, &kilobytes)
	return kilobytes << 10
}

// openStream requests one that says nothing for ten minutes, and reports whether it was granted.
func (p *program) openStream(t *testing.T, conn *net.TCPConn) bool {
	t.Helper()
	io.WriteString(conn, "GET /sse?interval=10m HTTP/1.1\r\nHost: localhost\r\n\r\n")
	reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if reply.StatusCode != http.StatusOK {
		io.Copy(io.Discard, reply.Body)
	}
	return reply.StatusCode == http.StatusOK
}

// waitFor looks until it is so, and gives up after some seconds.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-ctx.Done():
			t.Fatalf("got nothing after 10s of waiting for %s", what)
		case <-tick.C:
		}
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) {
	f(b)
	return len(b), nil
}
