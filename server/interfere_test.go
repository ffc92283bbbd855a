package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"eventsource-playground/protocol"
)

func TestInterference(t *testing.T) {
	const ticking = "/sse?interval=50ms&count=100&"
	script := func(text string) string { return "/sse?script=" + url.QueryEscape("title: T\n"+text) + "&" }
	held := script("== 200\n:\ndata: a\n\n@hold\n")
	for _, test := range []struct {
		name, path string
		play       func(t *testing.T, p *program, c *client, stream *reader)
	}{
		{"cut", ticking, func(t *testing.T, p *program, c *client, s *reader) {
			c.do(t, `"do":"cut"`)
			s.wantEnd(t, syscall.ECONNRESET)
			c.wantSeen(t, "did cut", "end server cut")
		}},
		{"cut what holds", held, func(t *testing.T, p *program, c *client, s *reader) {
			c.do(t, `"do":"cut"`)
			s.wantEnd(t, syscall.ECONNRESET)
			c.wantSeen(t, "did cut", "end server cut")
		}},
		{"end", ticking, func(t *testing.T, p *program, c *client, s *reader) {
			c.do(t, `"do":"end"`)
			s.wantEnd(t, nil)
			c.wantSeen(t, "did end", "end server end")
		}},
		{"pause and resume", ticking, func(t *testing.T, p *program, c *client, s *reader) {
			c.do(t, `"do":"pause"`)
			s.drain()
			s.wantSilence(t, 200*time.Millisecond)
			c.do(t, `"do":"resume"`)
			s.wantText(t, "data: ")
			c.wantSeen(t, "did pause", "did resume", "write")
		}},
		{"step, one line at a time, over waits", script("== 200\nid: 1\ndata: a\n\n@wait 5m\ndata: b\n\n@wait 5m\n@cut cleanly\n"), func(t *testing.T, p *program, c *client, s *reader) {
			s.wantText(t, "data: a\n\n")
			for _, want := range []string{"data: b\n", "\n"} {
				c.do(t, `"do":"step"`)
				s.wantText(t, want)
				s.wantSilence(t, 30*time.Millisecond)
			}
			c.do(t, `"do":"step"`)
			s.wantEnd(t, io.ErrUnexpectedEOF)
			c.wantSeen(t, "did step", "write 8", "did step", "write 1", "did step", "end server cut cleanly")
		}},
		{"step where nothing comes", held, func(t *testing.T, p *program, c *client, s *reader) {
			if got := c.command(t, `"do":"step"`); got != "The scenario sends no more lines: it holds the stream open." {
				t.Errorf("got %q", got)
			}
		}},
		{"send", held, func(t *testing.T, p *program, c *client, s *reader) {
			c.do(t, `"do":"send","bytes":"ZGF0YTogeAoK"`)
			s.wantText(t, "data: x\n\n")
			c.wantSeen(t, "did send", "write 9")
		}},
		{"send in a pause", ticking, func(t *testing.T, p *program, c *client, s *reader) {
			c.do(t, `"do":"pause"`)
			s.drain()
			c.do(t, `"do":"send","bytes":"ZGF0YTogeAoK"`)
			s.wantText(t, "data: x\n\n")
			s.wantSilence(t, 100*time.Millisecond)
		}},
		{"send at the end of a line", script("== 200\n@pace byte every 20ms\ndata: abcdefgh\n@pace off\n\n@hold\n"), func(t *testing.T, p *program, c *client, s *reader) {
			s.wantText(t, "da")
			c.do(t, `"do":"send","bytes":"OiB4Cg=="`)
			s.wantText(t, "ta: abcdefgh\n: x\n\n")
		}},
		{"send in the middle of a line that never ends", script("== 200\n@raw \"data: a\"\n@hold\n"), func(t *testing.T, p *program, c *client, s *reader) {
			s.wantText(t, "data: a")
			c.do(t, `"do":"send","bytes":"YgoK"`)
			s.wantText(t, "b\n\n")
		}},
		{"send nothing", held, func(t *testing.T, p *program, c *client, s *reader) {
			if got := c.command(t, `"do":"send"`); got != "There is nothing to send: give some bytes." {
				t.Errorf("got %q", got)
			}
		}},
		{"before the head", script("== 200 after 10m\ndata: a\n\n@hold\n"), func(t *testing.T, p *program, c *client, s *reader) {
			c.do(t, `"do":"step"`)
			s.wantText(t, "data: a\n")
		}},
		{"cut before the head", script("== silence\n"), func(t *testing.T, p *program, c *client, s *reader) {
			c.do(t, `"do":"cut"`)
			s.wantEnd(t, syscall.ECONNRESET)
		}},
		{"another source", held, func(t *testing.T, p *program, c *client, s *reader) {
			if got := c.command(t, `"do":"cut","source":2`); got != "There is no stream under way: press Connect." {
				t.Errorf("got %q", got)
			}
			c.do(t, `"do":"cut","source":1`)
			s.wantEnd(t, syscall.ECONNRESET)
		}},
		{"what can't be done", held, func(t *testing.T, p *program, c *client, s *reader) {
			for _, test := range [][2]string{
				{`"do":"explode"`, `This server can't do "explode".`},
				{`"do":""`, `This server can't do "".`},
				{`"do":"next"`, "Choose the next reply: a status from 200 to 599, refuse, redirect or wrong type."},
				{`"do":"next","next":{"status":7}`, "Choose the next reply: a status from 200 to 599, refuse, redirect or wrong type."},
			} {
				if got := c.command(t, test[0]); got != test[1] {
					t.Errorf("got %q for %s; want %q", got, test[0], test[1])
				}
			}
		}},
		{"nothing is under way any more", held, func(t *testing.T, p *program, c *client, s *reader) {
			s.Close()
			c.wantSeen(t, "end client left")
			if got := c.command(t, `"do":"cut"`); got != "There is no stream under way: press Connect." {
				t.Errorf("got %q", got)
			}
		}},
		{"the newest stream", held, func(t *testing.T, p *program, c *client, s *reader) {
			newer := &reader{TCPConn: p.request(t, held+"session="+testSession+"&source=2")}
			newer.open(t)
			c.do(t, `"do":"cut"`)
			newer.wantEnd(t, syscall.ECONNRESET)
			s.wantSilence(t, 30*time.Millisecond)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			c := p.channel(t, testSecret)
			stream := &reader{TCPConn: p.request(t, test.path+"session="+testSession)}
			waitFor(t, "the stream", func() bool { c.pingPong(t); return c.saw("head") || c.saw("request") })
			if !strings.Contains(test.name, "the head") {
				stream.open(t)
			}
			test.play(t, p, c, stream)
		})
	}
}

func TestInterferenceTakesLessThan50Milliseconds(t *testing.T) {
	p := start(t)
	c := p.channel(t, testSecret)
	s := &reader{TCPConn: p.request(t, "/sse?interval=10m&session="+testSession)}
	s.wantText(t, ":\n")
	var took []time.Duration
	for range 21 {
		from := time.Now()
		c.do(t, `"do":"send","bytes":"ZGF0YTogeAoK"`)
		s.wantText(t, "data: x\n\n")
		took = append(took, time.Since(from))
	}
	slices.Sort(took)
	if took[10] > 50*time.Millisecond {
		t.Errorf("got %v in the middle of %v; want less than 50ms", took[10], took)
	}
}

func TestACutDoesNotWaitForAReaderThatDoesNotRead(t *testing.T) {
	p := start(t)
	c := p.channel(t, testSecret)
	s := &reader{TCPConn: p.request(t, "/sse?script="+url.QueryEscape("title: T\n== 200\n@raw \"x\" 4000000 times\n@hold\n")+"&session="+testSession)}
	last, same := 0, 0
	waitFor(t, "the write to be stuck", func() bool {
		c.pingPong(t) // what the server told before it is here then
		if n := c.count(); n == last {
			same++
		} else {
			last, same = n, 0
		}
		return last > 3 && same > 20
	})
	from := time.Now()
	c.do(t, `"do":"cut"`)
	if took := time.Since(from); took > time.Second {
		t.Errorf("got it done after %v; want it at once", took)
	}
	s.wantEnd(t, syscall.ECONNRESET)
	c.wantSeen(t, "did cut", "end server cut")
}

func TestTheNextReply(t *testing.T) {
	for _, test := range []struct {
		name, next string
		want       string // the status line, "" for none
	}{
		{"204", `{"status":204}`, "HTTP/1.1 204"},
		{"404", `{"status":404}`, "HTTP/1.1 404"},
		{"500", `{"status":500}`, "HTTP/1.1 500"},
		{"503", `{"status":503}`, "HTTP/1.1 503"},
		{"200", `{"status":200}`, "HTTP/1.1 200"},
		{"wrong type", `{"do":"wrong type"}`, "HTTP/1.1 200"},
		{"redirect", `{"do":"redirect"}`, "HTTP/1.1 307"},
		{"refuse", `{"do":"refuse"}`, ""},
	} {
		for _, path := range []string{"/sse?interval=10ms&count=2&", "/sse?script=" + url.QueryEscape("title: T\n== 200\ndata: {attempt}\n\n== 599\n") + "&"} {
			t.Run(test.name+" "+path[:8], func(t *testing.T) {
				t.Parallel()
				p := start(t)
				c := p.channel(t, testSecret)
				c.do(t, `"do":"next","next":`+test.next)
				for i, want := range []string{test.want, "HTTP/1.1 200"} { // once
					if i == 1 && test.name == "200" && strings.Contains(path, "script") {
						want = "HTTP/1.1 599" // it was what came anyway
					}
					reply, err := http.ReadResponse(bufio.NewReader(p.request(t, path+"session="+testSession)), nil)
					switch {
					case want == "" && !errors.Is(err, syscall.ECONNRESET):
						t.Errorf("got %v; want a reset", err)
					case want == "":
					case err != nil:
						t.Error(err)
					case !strings.HasPrefix(reply.Proto+" "+reply.Status, want):
						t.Errorf("got %s %s; want %s", reply.Proto, reply.Status, want)
					case i == 0 && test.name == "redirect":
						if got := reply.Header.Get("Location"); got != path+"session="+testSession+"&redirected=1" {
							t.Errorf("got Location %s", got)
						}
					case i == 0 && test.name == "wrong type":
						if got := reply.Header.Get("Content-Type"); got != "application/json" {
							t.Errorf("got Content-Type %s", got)
						}
					}
				}
				c.wantSeen(t, "did next: "+test.name, "request")
			})
		}
	}
}

// client is a page's end of a channel.
type client struct {
	conn  *websocket.Conn
	hello protocol.Hello
	queue []protocol.Seen
	past  []protocol.Seen
	id    int

	servers []protocol.Server // as they were told, one after the other
}

// dialWebSocket opens the channel that a secret opens.
func (p *program) dialWebSocket(ctx context.Context, secret, instance string, after int) (*websocket.Conn, *http.Response, error) {
	conn, reply, err := p.dialID(ctx, protocol.SessionID(secret), instance, map[string]int{"": after})
	if err != nil {
		return nil, reply, err
	}
	return conn, reply, conn.Write(ctx, websocket.MessageText, []byte(`{"secret":"`+secret+`"}`))
}

// dialID opens a channel, and says nothing yet.
func (p *program) dialID(ctx context.Context, id, instance string, after map[string]int) (*websocket.Conn, *http.Response, error) {
	address := strings.TrimPrefix(p.url, "http://")
	address = strings.TrimSuffix(address, "/")
	return websocket.Dial(ctx, "ws://"+address+protocol.Address(id, instance, after), &websocket.DialOptions{
		HTTPHeader: http.Header{"Origin": {"http://" + address}},
	})
}

func (p *program) dialChannel(t *testing.T, secret string) (*http.Response, error) {
	t.Helper()
	conn, reply, err := p.dialWebSocket(t.Context(), secret, "", 0)
	if err == nil {
		t.Cleanup(func() { conn.CloseNow() })
	}
	return reply, err
}

// channel opens one, and reads its hello.
func (p *program) channel(t *testing.T, secret string) *client {
	t.Helper()
	return p.channelAfter(t, secret, "", 0)
}

func (p *program) channelAfter(t *testing.T, secret, instance string, after int) *client {
	t.Helper()
	return p.channelAfterAll(t, secret, instance, map[string]int{"": after})
}

// channelAfterAll is channelAfter, where several servers have recorded something.
func (p *program) channelAfterAll(t *testing.T, secret, instance string, after map[string]int) *client {
	t.Helper()
	conn, _, err := p.dialID(t.Context(), protocol.SessionID(secret), instance, after)
	if err == nil {
		err = conn.Write(t.Context(), websocket.MessageText, []byte(`{"secret":"`+secret+`"}`))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	conn.SetReadLimit(16 << 20)
	c := &client{conn: conn}
	m := c.read(t)
	if m.Hello == nil {
		t.Fatalf("got %+v; want hello first", m)
	}
	c.hello = *m.Hello
	return c
}

func (c *client) read(t *testing.T) protocol.ToPage {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	kind, text, err := c.conn.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var m protocol.ToPage
	if err := json.Unmarshal(text, &m); err != nil || kind != websocket.MessageText {
		t.Fatalf("got %v %s: %v; want JSON as text", kind, text, err)
	}
	c.servers = append(c.servers, m.Servers...)
	return m
}

func (c *client) write(t *testing.T, message string) {
	t.Helper()
	if err := c.conn.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
		t.Fatal(err)
	}
}

// seen is the next record.
func (c *client) seen(t *testing.T) protocol.Seen {
	t.Helper()
	for len(c.queue) == 0 {
		c.queue = append(c.queue, c.read(t).Seen...)
	}
	first := c.queue[0]
	c.queue = c.queue[1:]
	c.past = append(c.past, first)
	return first
}

func (c *client) saw(kind protocol.Kind) bool {
	for _, seen := range append(c.past, c.queue...) {
		if seen.Kind == kind {
			return true
		}
	}
	return false
}

func (c *client) count() int { return len(c.past) + len(c.queue) }

// pingPong takes in what came.
func (c *client) pingPong(t *testing.T) {
	t.Helper()
	c.write(t, `{"ping":1}`)
	for {
		m := c.read(t)
		c.queue = append(c.queue, m.Seen...)
		if m.Pong != nil {
			return
		}
	}
}

// command gives one, and returns what the server says.
func (c *client) command(t *testing.T, command string) string {
	t.Helper()
	c.id++
	c.write(t, fmt.Sprintf(`{"id":%d,%s}`, c.id, command))
	for {
		m := c.read(t)
		c.queue = append(c.queue, m.Seen...)
		if m.Did != nil {
			if m.Did.ID != c.id {
				t.Errorf("got a reply to %d; want one to %d", m.Did.ID, c.id)
			}
			return m.Did.Error
		}
	}
}

// do has a command carried out. A request is recorded a moment before its play is under way: a command in between comes too early.
func (c *client) do(t *testing.T, command string) {
	t.Helper()
	var got string
	waitFor(t, "a stream for "+command, func() bool {
		got = c.command(t, command)
		return got != "There is no stream under way: press Connect."
	})
	if got != "" {
		t.Fatalf("got %q for %s; want it done", got, command)
	}
}

// wantSeen looks for records in this order, whatever is between them.
func (c *client) wantSeen(t *testing.T, wants ...string) {
	t.Helper()
	for _, want := range wants {
		for {
			seen := c.seen(t)
			got := string(seen.Kind)
			switch seen.Kind {
			case "did":
				got += " " + string(seen.Do)
				if seen.Next != nil {
					got += ": " + seen.Next.String()
				}
			case "write":
				got += fmt.Sprint(" ", seen.Size)
			case "head":
				got += fmt.Sprint(" ", seen.Status)
			case "end":
				got += fmt.Sprint(" ", seen.By, " ", seen.How)
			}
			if got == want || string(seen.Kind) == want {
				break
			}
			if seen.Kind == "end" {
				t.Fatalf("got %s; want %s before that, of %+v", got, want, c.past)
			}
		}
	}
}

// request opens a bare connection and sends a request for a stream.
func (p *program) request(t *testing.T, path string, headers ...string) *net.TCPConn {
	t.Helper()
	conn := p.dial(t)
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n%s\r\n", path, strings.Join(append(headers, ""), "\r\n"))
	return conn
}

// reader is the client's end of a stream, de-chunked.
type reader struct {
	*net.TCPConn
	body io.ReadCloser
}

func (s *reader) open(t *testing.T) {
	t.Helper()
	s.SetReadDeadline(time.Now().Add(10 * time.Second))
	reply, err := http.ReadResponse(bufio.NewReader(s.TCPConn), nil)
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		return
	}
	s.body = reply.Body
}

// wantText reads until that was sent.
func (s *reader) wantText(t *testing.T, want string) {
	t.Helper()
	if s.body == nil {
		s.open(t)
	}
	s.SetReadDeadline(time.Now().Add(10 * time.Second))
	var got []byte
	for b := make([]byte, 1); !strings.HasSuffix(string(got), want); {
		if _, err := s.body.Read(b); err != nil {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
		got = append(got, b[0])
	}
}

// drain reads what was sent before now.
func (s *reader) drain() {
	s.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	b := make([]byte, 1<<10)
	for {
		if n, err := s.TCPConn.Read(b); err != nil || n == 0 {
			return
		}
	}
}

func (s *reader) wantSilence(t *testing.T, d time.Duration) {
	t.Helper()
	s.SetReadDeadline(time.Now().Add(d))
	b := make([]byte, 100)
	if n, err := s.TCPConn.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("got %q, %v; want silence", b[:n], err)
	}
	s.SetReadDeadline(time.Time{})
}

// wantEnd reads to the end, which is in time and as it should be; nil is the proper one.
func (s *reader) wantEnd(t *testing.T, want error) {
	t.Helper()
	s.SetReadDeadline(time.Now().Add(10 * time.Second))
	var err error
	if s.body != nil {
		_, err = io.Copy(io.Discard, s.body)
	} else {
		_, err = io.Copy(io.Discard, s.TCPConn)
	}
	if !errors.Is(err, want) {
		t.Errorf("got %v; want %v", err, want)
	}
}

const testSecret = "0123456789abcdef0123456789abcdef"

var testSession = protocol.SessionID(testSecret)
