package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"eventsource-playground/sse"
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

func TestSilenceIsFilledWithComments(t *testing.T) {
	for _, test := range []struct {
		name      string
		heartbeat time.Duration
		waits     []time.Duration
		want      string // a dot for a heartbeat, an e for an event, each with the second it came at
	}{
		{"a long wait", 15 * time.Second, []time.Duration{40 * time.Second}, ".15 .30 e40"},
		{"short waits", 15 * time.Second, []time.Duration{10 * time.Second, 10 * time.Second}, "e10 e20"},
		{"counted from the event before", 15 * time.Second, []time.Duration{10 * time.Second, 20 * time.Second}, "e10 .25 e30"},
		{"an event just then", 15 * time.Second, []time.Duration{15 * time.Second, time.Second}, "e15 e16"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limits := DefaultLimits
				limits.Heartbeat = test.heartbeat
				start := time.Now()
				var got []string
				w := recorder{httptest.NewRecorder(), func(b []byte) {
					kind := "e"
					if string(b) == ":\n" {
						kind = "."
					}
					got = append(got, fmt.Sprintf("%s%.0f", kind, time.Since(start).Seconds()))
				}}
				out := newStreams(limits, newLog(io.Discard)).open(w, httptest.NewRequest("GET", "/sse", nil))
				defer out.close()
				out.spoke = start
				for _, wait := range test.waits {
					if !out.wait(wait) || !out.send(sse.Message{}) {
						t.Fatal("the stream is over; want it to go on")
					}
				}
				if got := strings.Join(got, " "); got != test.want {
					t.Errorf("got %s; want %s", got, test.want)
				}
			})
		})
	}
}

func TestAStreamThatIsLateDoesNotHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := newStreams(DefaultLimits, newLog(io.Discard)).open(httptest.NewRecorder(), httptest.NewRequest("GET", "/sse", nil))
		defer out.close()
		out.spoke = time.Now()
		start := time.Now()
		out.wait(time.Second)
		<-time.After(5 * time.Second) // a write that took long
		for _, want := range []time.Duration{6, 7, 8} {
			out.wait(time.Second)
			if got := time.Since(start); got != want*time.Second {
				t.Errorf("got the wait's end at %v; want %ds", got, want)
			}
		}
	})
}

func TestAStreamEndsWithItsLifetime(t *testing.T) {
	limits := DefaultLimits
	limits.Lifetime = 100 * time.Millisecond
	p := startMain(t, Main{Files: page, Limits: limits})
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
	limits := DefaultLimits
	limits.Streams = 2
	limits.StreamWrite = 100 * time.Millisecond
	limits.StreamBuffer = 4 << 10
	p := startMain(t, Main{Files: page, Limits: limits})

	other := p.get(t, "/sse?interval=10&count=100000")
	dialer := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 2048) })
	}}
	conn, err := dialer.Dial("tcp", strings.Trim(p.url, "htp:/"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /sse?interval=10&count=100000&x=%s HTTP/1.1\r\nHost: x\r\n\r\n", strings.Repeat("x", 1900))

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

func BenchmarkAnEvent(b *testing.B) {
	s := newStreams(DefaultLimits, newLog(io.Discard))
	r := httptest.NewRequest("GET", "/sse", nil)
	b.ReportAllocs()
	out := s.open(discard{http.Header{}}, r)
	defer out.close()
	for b.Loop() {
		out.send(sse.Message{Event: "customEvent", ID: "7", Data: `{"id":7,"time":"2026-11-22T05:42:11.207Z","params":"content=xxx"}`})
	}
}

// openStream asks for one that says nothing for ten minutes, and tells whether it was granted.
func (p *program) openStream(t *testing.T, conn *net.TCPConn) bool {
	t.Helper()
	io.WriteString(conn, "GET /sse?interval=10m HTTP/1.1\r\nHost: x\r\n\r\n")
	reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if reply.StatusCode != http.StatusOK {
		io.Copy(io.Discard, reply.Body)
	}
	return reply.StatusCode == http.StatusOK
}

// waitFor asks until it is so, and gives up after some seconds.
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

// recorder tells of each write.
type recorder struct {
	*httptest.ResponseRecorder
	wrote func([]byte)
}

func (r recorder) Write(b []byte) (int, error) {
	r.wrote(b)
	return len(b), nil
}

type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) {
	f(b)
	return len(b), nil
}

// discard is a reader who is never slow.
type discard struct{ header http.Header }

func (d discard) Header() http.Header              { return d.header }
func (d discard) WriteHeader(int)                  {}
func (d discard) Write(b []byte) (int, error)      { return len(b), nil }
func (d discard) Flush()                           {}
func (d discard) SetWriteDeadline(time.Time) error { return nil }
