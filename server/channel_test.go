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
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"eventsource-playground/trace"
)

func TestWhoGetsAChannel(t *testing.T) {
	p := start(t)
	host := strings.Trim(p.url, "htp:/")
	upgrade := []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="}
	for _, test := range []struct {
		name, query, origin string
		status              int
		want                string
	}{
		{"our page", "id=" + testSession, "http://" + host, 101, ""},
		{"our page again", "id=" + testSession + "&after=17", "http://" + host, 101, ""},
		{"no id", "", "http://" + host, 400, `id="" is not possible: give 32 hexadecimal digits.`},
		{"a short id", "id=abc", "http://" + host, 400, `id="abc" is not possible: give 32 hexadecimal digits.`},
		{"an id that is no hexadecimal", "id=" + strings.Repeat("g", 32), "http://" + host, 400, "give 32 hexadecimal digits."},
		{"a long id", "id=" + strings.Repeat("a", 1000), "http://" + host, 400, "give 32 hexadecimal digits."},
		{"after what", "id=" + testSession + "&after=x", "http://" + host, 400, `after="x" is not possible: give the number of the last record that came, or 0.`},
		{"after less than nothing", "id=" + testSession + "&after=-1", "http://" + host, 400, "after="},
		{"after what can't be", "id=" + testSession + "&after=1000000000001", "http://" + host, 400, "after="},
		{"a broken query", "id=%zz", "http://" + host, 400, "The query can't be read"},
		{"another site", "id=" + testSession, "http://example.org", 403, "A session is for this server's own page: Origin must be that of"},
		{"another port", "id=" + testSession, "http://localhost:1", 403, "A session is for this server's own page"},
		{"a sandbox", "id=" + testSession, "null", 403, "A session is for this server's own page"},
		{"no page", "id=" + testSession, "", 403, "A session is for this server's own page"},
	} {
		t.Run(test.name, func(t *testing.T) {
			headers := upgrade
			if test.origin != "" {
				headers = append([]string{"Origin", test.origin}, upgrade...)
			}
			reply := p.get(t, "/session?"+test.query, headers...)
			if reply.StatusCode != test.status {
				t.Fatalf("got status %d; want %d", reply.StatusCode, test.status)
			}
			if reply.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("got CORS headers; want none")
			}
			if test.status == 101 {
				return
			}
			if got := text(t, reply); !strings.Contains(got, test.want) || strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, "\n") {
				t.Errorf("got %q; want one sentence with %q", got, test.want)
			}
		})
	}
	t.Run("no WebSocket", func(t *testing.T) {
		reply := p.get(t, "/session?id="+testSession, "Origin", "http://"+host)
		if got := text(t, reply); reply.StatusCode != http.StatusUpgradeRequired || got != "A session is a WebSocket: ask for one.\n" {
			t.Errorf("got %d %q; want 426 and a sentence", reply.StatusCode, got)
		}
	})
}

func TestTheChannelTellsWhatTheServerSees(t *testing.T) {
	for _, test := range []struct {
		name, path string
		want       []string
	}{
		{
			"the classic stream", "/sse?interval=20ms&count=2&event=e&",
			[]string{
				"request GET HTTP/1.1", "head 200", "write 2", "write *", "write *", "end server end",
			},
		},
		{"nothing left of it", "/sse?count=0&", []string{"request GET HTTP/1.1", "head 204", "end server end"}},
		{"a scenario", "/sse?script=" + url.QueryEscape("title: T\n== 200\n@gzip\ndata: a\n\n@wait 10ms\ndata: b\n\n@cut cleanly\n") + "&", []string{
			"request GET HTTP/1.1", "head 200", "write 9", "write 9", "end server cut cleanly",
		}},
		{"a reset", "/sse?script=" + url.QueryEscape("title: T\n== 200\ndata: a\n\n@cut\n") + "&", []string{
			"request GET HTTP/1.1", "head 200", "write 9", "end server cut",
		}},
		{"a refusal to connect", "/sse?script=" + url.QueryEscape("title: T\n== refuse\n") + "&", []string{"request GET HTTP/1.1", "end server refused"}},
		{"what can't be asked for", "/sse?count=-1&", []string{"request GET HTTP/1.1", "head 400", "write *", "end server end"}},
		{"what isn't there", "/sse?scenario=nope&", []string{"request GET HTTP/1.1", "head 404", "write *", "end server end"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := start(t)
			c := p.channel(t, testSession, 0)
			stream := p.ask(t, test.path+"session="+testSession+"&source=4", "Last-Event-ID: ")
			go io.Copy(io.Discard, stream)
			for i, want := range test.want {
				seen := c.seen(t)
				got := seen.Kind
				switch seen.Kind {
				case "request":
					got += " " + seen.Method + " " + seen.Proto
					if seen.Port != stream.LocalAddr().(*net.TCPAddr).Port {
						t.Errorf("got port %d; want that of the client", seen.Port)
					}
				case "head":
					got += fmt.Sprint(" ", seen.Status)
				case "write":
					got += fmt.Sprint(" ", seen.Size)
					if want == "write *" {
						want = got
					}
				case "end":
					got += " " + seen.By + " " + seen.How
				}
				if got != want || seen.Seq != i+1 || seen.Source != 4 || seen.Attempt != 1 {
					t.Errorf("got %d %s, source %d, attempt %d; want %d %s, source 4, attempt 1", seen.Seq, got, seen.Source, seen.Attempt, i+1, want)
				}
			}
		})
	}
}

func TestAWatchedClassicStreamIsTheSame(t *testing.T) {
	for _, query := range []string{
		"count=3&interval=20ms", "count=2&interval=10ms&event=", "count=2&interval=10ms&event=caf%C3%A9%20%7Bn%7D&retry=1s&a={n}&%zz",
		"count=1&interval=10ms&resume=false", "count=3&interval=10ms&resume=true&resume2",
	} {
		for _, id := range []string{"", "0", "7", "07", "x {n}"} {
			t.Run(query+" "+id, func(t *testing.T) {
				p := start(t)
				headers := []string{}
				if id != "" {
					headers = []string{"Last-Event-ID", id}
				}
				reply := p.get(t, "/sse?"+query, headers...)
				watched := p.get(t, "/sse?"+strings.Replace(query, "&", "&source=2&", 1)+"&session="+testSession, headers...)
				if reply.StatusCode != watched.StatusCode {
					t.Fatalf("got status %d; want %d, as without a session", watched.StatusCode, reply.StatusCode)
				}
				if got, want := decoded(t, watched), decoded(t, reply); got != want {
					t.Errorf("got\n%s; want as without a session\n%s", got, want)
				}
				for _, name := range []string{"Content-Type", "Cache-Control", "X-Accel-Buffering", "Access-Control-Allow-Origin"} {
					if got, want := watched.Header.Get(name), reply.Header.Get(name); reply.StatusCode == 200 && got != want {
						t.Errorf("got %s %q; want %q", name, got, want)
					}
				}
			})
		}
	}
	t.Run("heartbeats", func(t *testing.T) {
		p := start(t, "-heartbeat", "20ms")
		reply := p.get(t, "/sse?interval=70ms&count=1&session="+testSession)
		got := text(t, reply)
		if n := strings.Count(got, ":\n"); n < 3 || n > 5 {
			t.Errorf("got %q; want heartbeats", got)
		}
	})
	t.Run("a bad session", func(t *testing.T) {
		p := start(t)
		if got := p.get(t, "/sse?session=x"); got.StatusCode != 400 || text(t, got) != "session=\"x\" is not possible: give 32 hexadecimal digits.\n" {
			t.Errorf("got %d; want 400 and a sentence", got.StatusCode)
		}
	})
}

// decoded is what a classic stream says, without the time.
func decoded(t *testing.T, reply *http.Response) string {
	t.Helper()
	var b strings.Builder
	for _, e := range events(t, reply.Body, 100) {
		d := data(t, e)
		fmt.Fprintf(&b, "%s %s %d %s\n", e.Type, e.LastEventID, d.ID, d.Params)
	}
	return b.String()
}

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
			if got := c.ask(t, `"do":"step"`); got != "The scenario sends no more lines: it holds the stream open." {
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
			if got := c.ask(t, `"do":"send"`); got != "There is nothing to send: give some bytes." {
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
			if got := c.ask(t, `"do":"cut","source":2`); got != "There is no stream under way: press Connect." {
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
				if got := c.ask(t, test[0]); got != test[1] {
					t.Errorf("got %q for %s; want %q", got, test[0], test[1])
				}
			}
		}},
		{"nothing is under way any more", held, func(t *testing.T, p *program, c *client, s *reader) {
			s.Close()
			c.wantSeen(t, "end client left")
			if got := c.ask(t, `"do":"cut"`); got != "There is no stream under way: press Connect." {
				t.Errorf("got %q", got)
			}
		}},
		{"the newest stream", held, func(t *testing.T, p *program, c *client, s *reader) {
			newer := &reader{TCPConn: p.ask(t, held+"session="+testSession+"&source=2")}
			newer.open(t)
			c.do(t, `"do":"cut"`)
			newer.wantEnd(t, syscall.ECONNRESET)
			s.wantSilence(t, 30*time.Millisecond)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			c := p.channel(t, testSession, 0)
			stream := &reader{TCPConn: p.ask(t, test.path+"session="+testSession)}
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
	c := p.channel(t, testSession, 0)
	s := &reader{TCPConn: p.ask(t, "/sse?interval=10m&session="+testSession)}
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
	c := p.channel(t, testSession, 0)
	s := &reader{TCPConn: p.ask(t, "/sse?script="+url.QueryEscape("title: T\n== 200\n@raw \"x\" 4000000 times\n@hold\n")+"&session="+testSession)}
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
				c := p.channel(t, testSession, 0)
				c.do(t, `"do":"next","next":`+test.next)
				for i, want := range []string{test.want, "HTTP/1.1 200"} { // once
					if i == 1 && test.name == "200" && strings.Contains(path, "script") {
						want = "HTTP/1.1 599" // it was what came anyway
					}
					reply, err := http.ReadResponse(bufio.NewReader(p.ask(t, path+"session="+testSession)), nil)
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

func TestAChannelThatComesBackGetsWhatItMissed(t *testing.T) {
	limits := DefaultLimits
	limits.SessionRecords = 10
	p := startMain(t, Main{Files: page, Limits: limits})
	play := func(n int) {
		reply := p.get(t, fmt.Sprintf("/sse?interval=10ms&count=%d&session=%s", n, testSession))
		text(t, reply)
	}
	c := p.channel(t, testSession, 0)
	play(1) // request, head, two writes, end
	for range 5 {
		c.seen(t)
	}
	c.conn.CloseNow()
	play(2) // six more
	back := p.channel(t, testSession, 5)
	if h := back.hello; h.Next != 12 || h.Dropped != 0 || h.Anew || h.Session != testSession {
		t.Errorf("got %+v; want next 12, nothing dropped", h)
	}
	for i := range 6 {
		if got := back.seen(t).Seq; got != 6+i {
			t.Errorf("got record %d; want %d", got, 6+i)
		}
	}
	back.conn.CloseNow()
	play(8) // twelve more, of which ten are kept
	again := p.channel(t, testSession, 11)
	if h := again.hello; h.Next != 24 || h.Dropped != 2 {
		t.Errorf("got %+v; want next 24, two dropped", h)
	}
	for i := range 10 {
		if got := again.seen(t).Seq; got != 14+i {
			t.Errorf("got record %d; want %d", got, 14+i)
		}
	}
	t.Run("a newer one takes the place", func(t *testing.T) {
		p.channel(t, testSession, 23)
		if _, _, err := again.conn.Read(t.Context()); websocket.CloseStatus(err) != 4001 {
			t.Errorf("got %v; want status 4001", err)
		}
	})
	t.Run("after the server was started again", func(t *testing.T) {
		other := start(t)
		text(t, other.get(t, "/sse?interval=10ms&count=1&session="+testSession))
		c := other.channel(t, testSession, 100)
		if !c.hello.Anew || c.hello.Next != 107 || c.hello.Dropped != 0 {
			t.Errorf("got %+v; want it new, next 107", c.hello)
		}
		for i := range 5 {
			if got := c.seen(t).Seq; got != 102+i {
				t.Errorf("got record %d; want %d", got, 102+i)
			}
		}
	})
}

func TestAFirehoseIsToldInFewMessages(t *testing.T) {
	p := start(t)
	c := p.channel(t, testSession, 0)
	go io.Copy(io.Discard, p.ask(t, "/sse?script="+url.QueryEscape("title: T\n== 200\n@repeat 2000\ndata: {n}\n\n@flush\n@again\n@cut cleanly\n")+"&session="+testSession))
	records, messages := 0, 0
	for last := ""; last != "end"; messages++ {
		m := c.read(t)
		records += len(m.Seen) + m.Dropped
		if len(m.Seen) > 0 {
			last = m.Seen[len(m.Seen)-1].Kind
		}
	}
	if records != 2003 || messages > 200 {
		t.Errorf("got %d records in %d messages; want 2003 in few", records, messages)
	}
}

func TestPingsAreAnswered(t *testing.T) {
	c := start(t).channel(t, testSession, 0)
	var last float64
	for _, ms := range []float64{0, 12.5, 1e12 + 0.1} {
		c.write(t, fmt.Sprintf(`{"ping":%v}`, ms))
		m := c.read(t)
		if m.Pong == nil || *m.Pong != ms || m.Now <= last || m.Now < c.hello.Now {
			t.Errorf("got %+v; want pong %v, now later than %v", m, ms, last)
		}
		last = m.Now
	}
}

func TestATextIsCheckedOverTheChannel(t *testing.T) {
	c := start(t).channel(t, testSession, 0)
	c.write(t, `{"id":6,"check":"title: T\n== 200\ndata: a\n\n"}`)
	if m := c.read(t); m.Checked == nil || m.Checked.ID != 6 || m.Checked.Title != "T" || len(m.Checked.Attempts) != 1 {
		t.Errorf("got %+v; want the text checked", m.Checked)
	}
}

func TestAChannelIsClosedOnWhatItDoesNotKnow(t *testing.T) {
	for _, test := range []struct {
		name    string
		kind    websocket.MessageType
		message string
		want    websocket.StatusCode
	}{
		{"no JSON", websocket.MessageText, "x", websocket.StatusUnsupportedData},
		{"a wrong type", websocket.MessageText, `{"id":"x"}`, websocket.StatusUnsupportedData},
		{"bytes", websocket.MessageBinary, "{}", websocket.StatusUnsupportedData},
		{"too much", websocket.MessageText, `{"check":"` + strings.Repeat("x", 64<<10) + `"}`, websocket.StatusMessageTooBig},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t).channel(t, testSession, 0)
			c.conn.Write(t.Context(), test.kind, []byte(test.message))
			if _, _, err := c.conn.Read(t.Context()); websocket.CloseStatus(err) != test.want {
				t.Errorf("got %v; want status %d", err, test.want)
			}
		})
	}
}

func TestAPageThatAsksTooOftenIsHeardLater(t *testing.T) {
	limits := DefaultLimits
	limits.ChannelRate = 10
	c := startMain(t, Main{Files: page, Limits: limits}).channel(t, testSession, 0)
	from := time.Now()
	for range 15 {
		c.write(t, `{"ping":1}`)
	}
	for range 15 {
		c.read(t)
	}
	if took := time.Since(from); took < 400*time.Millisecond || took > 3*time.Second {
		t.Errorf("got 15 answers in %v; want ten at once and then ten a second", took)
	}
}

func TestAPageThatDoesNotAnswerPingsIsLeft(t *testing.T) {
	limits := DefaultLimits
	limits.ChannelPing, limits.ChannelWrite = 50*time.Millisecond, 50*time.Millisecond
	p := startMain(t, Main{Files: page, Limits: limits})
	c := p.channel(t, testSession, 0) // who does not read answers no pings
	time.Sleep(300 * time.Millisecond)
	if _, _, err := c.conn.Read(t.Context()); err == nil {
		t.Errorf("got a message; want the end")
	}
}

func TestChannelsAreBounded(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Limits)
		want   string
	}{
		{"in all", func(l *Limits) { l.Channels = 2 }, "this server has 2 sessions open and takes no more.\n"},
		{"of one address", func(l *Limits) { l.ChannelsPerAddress = 2 }, "your address has 2 sessions open and gets no more.\n"},
		{"as sessions are in all", func(l *Limits) { l.Sessions = 2 }, "this server has 2 pages open and takes no more.\n"},
		{"as sessions of one address are", func(l *Limits) { l.SessionsPerAddress = 2 }, "your address has 2 pages open and gets no more.\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			limits := DefaultLimits
			test.change(&limits)
			p := startMain(t, Main{Files: page, Limits: limits}, "-addr", "127.0.0.1:0")
			id := func(n int) string { return fmt.Sprintf("%032x", n) }
			first := p.channel(t, id(1), 0)
			p.channel(t, id(2), 0)
			reply, err := p.dialChannel(t, id(3), 0)
			if err == nil || reply == nil || reply.StatusCode != http.StatusServiceUnavailable || !strings.HasSuffix(text(t, reply), test.want) {
				t.Fatalf("got %v, %v; want 503", reply, err)
			}
			if got := p.get(t, "/sse?interval=10ms&count=1&session="+id(3)); got.StatusCode != 200 || len(events(t, got.Body, 9)) != 1 {
				t.Errorf("got status %d; want the stream, even though nobody watches", got.StatusCode)
			}
			first.conn.Close(websocket.StatusNormalClosure, "")
			waitFor(t, "a place", func() bool {
				_, err := p.dialChannel(t, id(3), 0)
				return err == nil
			})
		})
	}
}

func TestStoppingClosesChannels(t *testing.T) {
	p := start(t)
	c := p.channel(t, testSession, 0)
	p.channel(t, strings.Repeat("0", 32), 0) // who does not read does not close either
	stream := p.ask(t, "/sse?session="+testSession)
	go io.Copy(io.Discard, stream)
	c.wantSeen(t, "request", "head 200", "write 2")
	from := time.Now()
	if got := p.stop(t); got != 0 {
		t.Errorf("got exit status %d; want 0", got)
	}
	if took := time.Since(from); took > time.Second {
		t.Errorf("got %v until the end; want at most a second", took)
	}
	for {
		if _, _, err := c.conn.Read(t.Context()); err != nil {
			if websocket.CloseStatus(err) != websocket.StatusGoingAway {
				t.Errorf("got %v; want status 1001", err)
			}
			return
		}
	}
}

// A thousand pages, each with a stream and a channel, come and go. Their ends of the connections are here too, so what
// is measured is that everything is let go.
func TestNothingIsLeftOfAThousandSessions(t *testing.T) {
	const all = 1000
	limits := DefaultLimits
	limits.ChannelsPerAddress, limits.StreamsPerAddress, limits.SessionsPerAddress = all, all, all
	limits.SessionIdle = 500 * time.Millisecond
	p := startMain(t, Main{Files: page, Limits: limits}, "-addr", "127.0.0.1:0")
	come := func(n int) (leave func()) {
		places := make(chan struct{}, 50)
		clients, streams := make([]*client, n), make([]*net.TCPConn, n)
		var wait sync.WaitGroup
		for i := range n {
			wait.Go(func() {
				places <- struct{}{}
				defer func() { <-places }()
				id := fmt.Sprintf("%032x", i)
				conn, _, err := p.dialWebSocket(context.Background(), id, 0)
				if err != nil {
					t.Error(err)
					return
				}
				clients[i] = &client{conn: conn}
				path := "/sse?interval=10m&session=" + id
				if i%2 == 1 {
					path = "/sse?script=" + url.QueryEscape("title: T\n== 200\n:\n@hold\n") + "&session=" + id
				}
				stream, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(p.url, "http://"), "/"))
				if err != nil {
					t.Error(err)
					return
				}
				streams[i] = stream.(*net.TCPConn)
				fmt.Fprintf(stream, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
				for range 2 { // hello, and what happened
					if _, _, err := conn.Read(context.Background()); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wait.Wait()
		return func() {
			for i := range n {
				if clients[i] != nil {
					clients[i].conn.CloseNow()
				}
				if streams[i] != nil {
					streams[i].Close()
				}
			}
		}
	}
	settled := func(goroutines int) bool {
		runtime.GC()
		return runtime.NumGoroutine() <= goroutines
	}
	come(50)() // what is made once is there
	time.Sleep(time.Second)
	runtime.GC()
	goroutines, memory := runtime.NumGoroutine(), heap()
	leave := come(all)
	if got := runtime.NumGoroutine(); got < goroutines+all {
		t.Errorf("got %d goroutines; want more for %d sessions than before, %d", got, all, goroutines)
	}
	t.Logf("%d goroutines, %d bytes of heap a session, both ends", (runtime.NumGoroutine()-goroutines)/all, (int(heap())-int(memory))/all)
	leave()
	waitFor(t, "the goroutines to end", func() bool { return settled(goroutines + 5) })
	time.Sleep(2 * limits.SessionIdle) // a channel that asked whether they are forgotten would keep one
	waitFor(t, "the memory to be as before", func() bool { return heap() <= memory+2<<20 })
	if again := p.channel(t, fmt.Sprintf("%032x", 7), 3); !again.hello.Anew {
		t.Errorf("got a session that was remembered; want it forgotten")
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// client is a page's end of a channel.
type client struct {
	conn  *websocket.Conn
	hello hello
	queue []trace.Seen
	past  []trace.Seen
	id    int
}

func (p *program) dialWebSocket(ctx context.Context, id string, after int) (*websocket.Conn, *http.Response, error) {
	address := strings.TrimPrefix(p.url, "http://")
	return websocket.Dial(ctx, fmt.Sprintf("ws://%ssession?id=%s&after=%d", address, id, after), &websocket.DialOptions{
		HTTPHeader: http.Header{"Origin": {"http://" + strings.TrimSuffix(address, "/")}},
	})
}

func (p *program) dialChannel(t *testing.T, id string, after int) (*http.Response, error) {
	t.Helper()
	conn, reply, err := p.dialWebSocket(t.Context(), id, after)
	if err == nil {
		t.Cleanup(func() { conn.CloseNow() })
	}
	return reply, err
}

// channel opens one, and reads its hello.
func (p *program) channel(t *testing.T, id string, after int) *client {
	t.Helper()
	conn, _, err := p.dialWebSocket(t.Context(), id, after)
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

func (c *client) read(t *testing.T) toPage {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	kind, text, err := c.conn.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var m toPage
	if err := json.Unmarshal(text, &m); err != nil || kind != websocket.MessageText {
		t.Fatalf("got %v %s: %v; want JSON as text", kind, text, err)
	}
	return m
}

func (c *client) write(t *testing.T, message string) {
	t.Helper()
	if err := c.conn.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
		t.Fatal(err)
	}
}

// seen is the next record.
func (c *client) seen(t *testing.T) trace.Seen {
	t.Helper()
	for len(c.queue) == 0 {
		c.queue = append(c.queue, c.read(t).Seen...)
	}
	first := c.queue[0]
	c.queue = c.queue[1:]
	c.past = append(c.past, first)
	return first
}

func (c *client) saw(kind string) bool {
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

// ask gives a command, and returns what the server says.
func (c *client) ask(t *testing.T, command string) string {
	t.Helper()
	c.id++
	c.write(t, fmt.Sprintf(`{"id":%d,%s}`, c.id, command))
	for {
		m := c.read(t)
		c.queue = append(c.queue, m.Seen...)
		if m.Did != nil {
			if m.Did.ID != c.id {
				t.Errorf("got an answer to %d; want one to %d", m.Did.ID, c.id)
			}
			return m.Did.Error
		}
	}
}

func (c *client) do(t *testing.T, command string) {
	t.Helper()
	if got := c.ask(t, command); got != "" {
		t.Fatalf("got %q for %s; want it done", got, command)
	}
}

// wantSeen looks for records in this order, whatever is between them.
func (c *client) wantSeen(t *testing.T, wants ...string) {
	t.Helper()
	for _, want := range wants {
		for {
			seen := c.seen(t)
			got := seen.Kind
			switch seen.Kind {
			case "did":
				got += " " + seen.How
			case "write":
				got += fmt.Sprint(" ", seen.Size)
			case "head":
				got += fmt.Sprint(" ", seen.Status)
			case "end":
				got += " " + seen.By + " " + seen.How
			}
			if got == want || seen.Kind == want {
				break
			}
			if seen.Kind == "end" {
				t.Fatalf("got %s; want %s before that", got, want)
			}
		}
	}
}

// ask opens a bare connection and asks for a stream.
func (p *program) ask(t *testing.T, path string, headers ...string) *net.TCPConn {
	t.Helper()
	conn := p.dial(t)
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n%s\r\n", path, strings.Join(append(headers, ""), "\r\n"))
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
