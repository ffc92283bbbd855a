package play

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
)

func TestCommands(t *testing.T) {
	const stream = "== 200\n:\n@flush\n@repeat 1000 every 10ms\ndata: {n}\n\n@again"
	for _, test := range []struct {
		name, script string
		do           func(t *testing.T, s *stage)
	}{
		{"cut", "== 200\n:\n@hold", func(t *testing.T, s *stage) {
			s.give(Command{Do: protocol.DoCut})
			s.wantEnd("", syscall.ECONNRESET)
		}},
		{"cut before the head", "== silence", func(t *testing.T, s *stage) {
			s.give(Command{Do: protocol.DoCut})
			s.wantEnd("", syscall.ECONNRESET)
		}},
		{"end", "== 200\n:\n@hold", func(t *testing.T, s *stage) {
			s.give(Command{Do: protocol.DoEnd})
			s.wantEnd("0\r\n\r\n", io.EOF)
		}},
		{"end in a pause", stream, func(t *testing.T, s *stage) {
			s.give(Command{Do: protocol.DoPause})
			s.give(Command{Do: protocol.DoEnd})
			s.wantEnd("0\r\n\r\n", io.EOF)
		}},
		{"send", "== 200\n:\n@hold", func(t *testing.T, s *stage) {
			s.give(Command{Do: protocol.DoSend, Bytes: []byte("data: mine\n\n")})
			s.want("c\r\ndata: mine\n\n\r\n")
		}},
		{"a pause, steps and on", stream, func(t *testing.T, s *stage) {
			s.wantData()
			s.give(Command{Do: protocol.DoPause})
			s.quiet()
			s.give(Command{Do: protocol.DoStep})
			s.wantData()
			s.quiet()
			s.give(Command{Do: protocol.DoStep})
			s.want("1\r\n\n\r\n")
			s.quiet()
			s.give(Command{Do: protocol.DoStep})
			s.give(Command{Do: protocol.DoStep})
			s.wantData()
			s.want("1\r\n\n\r\n")
			s.quiet()
			s.give(Command{Do: protocol.DoResume})
			s.wantData()
		}},
		{"a pause keeps what was left of a wait", "== 200\n:\n@wait 200ms\ndata: late\n@hold", func(t *testing.T, s *stage) {
			s.give(Command{Do: protocol.DoPause})
			s.quiet()
			from := time.Now()
			s.give(Command{Do: protocol.DoResume})
			s.want("b\r\ndata: late\n\r\n")
			if took := time.Since(from); took < 100*time.Millisecond {
				t.Errorf("got the rest of the wait over after %v; want most of 200ms", took)
			}
		}},
		{"the client leaves in a pause", stream, func(t *testing.T, s *stage) {
			s.give(Command{Do: protocol.DoPause})
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
	t       *testing.T
	streams *Streams
	conn    *net.TCPConn
	r       *bufio.Reader
}

// visitor only looks.
type visitor struct{ nobody }

func newStage(t *testing.T, script string) *stage {
	t.Helper()
	s := &stage{t: t, streams: New(limits.Default, nil, func(*http.Request) string { return "" }, slog.New(slog.DiscardHandler))}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.streams.Serve(w, r, visitor{}) })}
	go server.Serve(l)
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		s.streams.End()
		server.Close()
		s.streams.Drain(t.Context())
	})
	s.conn, s.r = conn.(*net.TCPConn), bufio.NewReader(conn)
	fmt.Fprintf(conn, "GET /sse?script=%s HTTP/1.1\r\nHost: localhost\r\n\r\n", url.QueryEscape(script))
	waitFor(t, "the play", func() bool { return s.play() != nil })
	return s
}

// play is the one under way, if there is one.
func (s *stage) play() *Play {
	s.streams.mutex.Lock()
	defer s.streams.mutex.Unlock()
	for p := range s.streams.open {
		if p.conn != nil {
			return p
		}
	}
	return nil
}

func (s *stage) give(c Command) {
	s.t.Helper()
	if !s.play().Give(c) {
		s.t.Fatal("got no room for a command")
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
