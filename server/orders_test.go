package main

import (
	"bufio"
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

	"eventsource-playground/protocol"
)

func TestOrders(t *testing.T) {
	const stream = "== 200\n:\n@flush\n@repeat 1000 every 10ms\ndata: {n}\n\n@again"
	for _, test := range []struct {
		name, script string
		do           func(t *testing.T, s *stage)
	}{
		{"cut", "== 200\n:\n@hold", func(t *testing.T, s *stage) {
			s.give(order{to: protocol.DoCut})
			s.wantEnd("", syscall.ECONNRESET)
		}},
		{"cut before the head", "== silence", func(t *testing.T, s *stage) {
			s.give(order{to: protocol.DoCut})
			s.wantEnd("", syscall.ECONNRESET)
		}},
		{"end", "== 200\n:\n@hold", func(t *testing.T, s *stage) {
			s.give(order{to: protocol.DoEnd})
			s.wantEnd("0\r\n\r\n", io.EOF)
		}},
		{"end in a pause", stream, func(t *testing.T, s *stage) {
			s.give(order{to: protocol.DoPause})
			s.give(order{to: protocol.DoEnd})
			s.wantEnd("0\r\n\r\n", io.EOF)
		}},
		{"send", "== 200\n:\n@hold", func(t *testing.T, s *stage) {
			s.give(order{to: protocol.DoSend, bytes: []byte("data: mine\n\n")})
			s.want("c\r\ndata: mine\n\n\r\n")
		}},
		{"a pause, steps and on", stream, func(t *testing.T, s *stage) {
			s.wantData()
			s.give(order{to: protocol.DoPause})
			s.quiet()
			s.give(order{to: protocol.DoStep})
			s.wantData()
			s.quiet()
			s.give(order{to: protocol.DoStep})
			s.want("1\r\n\n\r\n")
			s.quiet()
			s.give(order{to: protocol.DoStep})
			s.give(order{to: protocol.DoStep})
			s.wantData()
			s.want("1\r\n\n\r\n")
			s.quiet()
			s.give(order{to: protocol.DoResume})
			s.wantData()
		}},
		{"a pause keeps what was left of a wait", "== 200\n:\n@wait 200ms\ndata: late\n@hold", func(t *testing.T, s *stage) {
			s.give(order{to: protocol.DoPause})
			s.quiet()
			from := time.Now()
			s.give(order{to: protocol.DoResume})
			s.want("b\r\ndata: late\n\r\n")
			if took := time.Since(from); took < 100*time.Millisecond {
				t.Errorf("got the rest of the wait over after %v; want most of 200ms", took)
			}
		}},
		{"the client leaves in a pause", stream, func(t *testing.T, s *stage) {
			s.give(order{to: protocol.DoPause})
			s.quiet()
			s.conn.Close()
			waitFor(t, "it to be noticed", func() bool { return s.play() == nil })
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, test.script)
			if !strings.Contains(test.script, "silence") {
				for line := ""; line != "\r\n"; line, _ = s.r.ReadString('\n') {
				}
				s.want("2\r\n:\n\r\n")
			}
			test.do(t, s)
		})
	}
}

// stage is a play and its audience.
type stage struct {
	t     *testing.T
	plays *plays
	conn  *net.TCPConn
	r     *bufio.Reader
}

func newStage(t *testing.T, script string) *stage {
	t.Helper()
	log := newLog(&buffer{})
	s := &stage{t: t, plays: newPlays(newStreams(DefaultLimits, log), func(*http.Request) string { return "" })}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(s.plays, DefaultLimits, log)
	go server.Serve(l)
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		s.plays.end()
		server.Close()
		s.plays.drain(t.Context())
	})
	s.conn, s.r = conn.(*net.TCPConn), bufio.NewReader(conn)
	fmt.Fprintf(conn, "GET /sse?session=0123456789abcdef0123456789abcdef&script=%s HTTP/1.1\r\nHost: x\r\n\r\n", url.QueryEscape(script))
	waitFor(t, "the play", func() bool { return s.play() != nil })
	return s
}

// play is the one under way, if there is one.
func (s *stage) play() *play {
	s.plays.mutex.Lock()
	defer s.plays.mutex.Unlock()
	for p := range s.plays.open {
		if p.conn != nil {
			return p
		}
	}
	return nil
}

func (s *stage) give(o order) {
	s.t.Helper()
	if !s.play().give(o) {
		s.t.Fatal("got no room for an order")
	}
}

func (s *stage) want(want string) {
	s.t.Helper()
	s.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	got := make([]byte, len(want))
	if n, err := io.ReadFull(s.r, got); err != nil || string(got) != want {
		s.t.Fatalf("got %q, %v; want %q", got[:n], err, want)
	}
}

// wantData wants a chunk that begins with a line of data.
func (s *stage) wantData() {
	s.t.Helper()
	s.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	s.r.ReadString('\n')
	if line, err := s.r.ReadString('\n'); err != nil || !strings.HasPrefix(line, "data: ") {
		s.t.Fatalf("got %q, %v; want data", line, err)
	}
	s.r.ReadString('\n')
}

// quiet wants nothing to come any more, whatever came until now.
func (s *stage) quiet() {
	s.t.Helper()
	s.conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	io.Copy(io.Discard, s.r)
	s.conn.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
	if b, err := s.r.ReadByte(); !errors.Is(err, os.ErrDeadlineExceeded) {
		s.t.Fatalf("got %q, %v; want nothing", b, err)
	}
}

func (s *stage) wantEnd(want string, end error) {
	s.t.Helper()
	s.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	rest, err := io.ReadAll(s.r)
	if err == nil {
		err = io.EOF
	}
	if !strings.HasSuffix(string(rest), want) || !errors.Is(err, end) {
		s.t.Errorf("got %q, %v; want %q, %v", rest, err, want, end)
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
				fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", test.path)
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
