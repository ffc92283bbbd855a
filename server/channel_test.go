package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
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
		if got := text(t, reply); reply.StatusCode != http.StatusUpgradeRequired || got != "A session is a WebSocket: open one.\n" {
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
			c := p.channel(t, testSecret)
			stream := p.request(t, test.path+"session="+testSession+"&source=4", "Last-Event-ID: ")
			go io.Copy(io.Discard, stream)
			for i, want := range test.want {
				seen := c.seen(t)
				got := string(seen.Kind)
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
					if zipped := test.name == "a scenario"; zipped != (seen.Packed > 0) {
						t.Errorf("got %d bytes after compression; want some only of what is compressed", seen.Packed)
					}
					if want == "write *" {
						want = got
					}
				case "end":
					got += fmt.Sprint(" ", seen.By, " ", seen.How)
				}
				if got != want || seen.Seq != i+1 || seen.Source != 4 || seen.Attempt != 1 {
					t.Errorf("got %d %s, source %d, attempt %d; want %d %s, source 4, attempt 1", seen.Seq, got, seen.Source, seen.Attempt, i+1, want)
				}
			}
		})
	}
}

func TestAChannelThatReconnectsGetsWhatItMissed(t *testing.T) {
	l := limits.Default
	l.SessionRecords = 10
	p := startMain(t, Main{Files: page, Limits: l})
	play := func(n int) {
		reply := p.get(t, fmt.Sprintf("/sse?interval=10ms&count=%d&session=%s", n, testSession))
		text(t, reply)
	}
	c := p.channel(t, testSecret)
	play(1) // request, head, two writes, end
	for range 5 {
		c.seen(t)
	}
	c.conn.CloseNow()
	play(2) // six more
	back := p.channelAfter(t, testSecret, c.hello.Instance, 5)
	if h := back.hello; h.Dropped != 0 || h.Instance != c.hello.Instance {
		t.Errorf("got %+v; want the same instance, nothing dropped", h)
	}
	for i := range 6 {
		if got := back.seen(t).Seq; got != 6+i {
			t.Errorf("got record %d; want %d", got, 6+i)
		}
	}
	back.conn.CloseNow()
	play(8) // twelve more, of which ten are kept
	again := p.channelAfter(t, testSecret, c.hello.Instance, 11)
	if h := again.hello; h.Dropped != 2 {
		t.Errorf("got %+v; want two dropped", h)
	}
	for i := range 10 {
		if got := again.seen(t).Seq; got != 14+i {
			t.Errorf("got record %d; want %d", got, 14+i)
		}
	}
	t.Run("a newer one takes the place", func(t *testing.T) {
		p.channelAfter(t, testSecret, c.hello.Instance, 23)
		if _, _, err := again.conn.Read(t.Context()); websocket.CloseStatus(err) != 4001 {
			t.Errorf("got %v; want status 4001", err)
		}
	})
	t.Run("after the server was started again", func(t *testing.T) {
		other := start(t)
		text(t, other.get(t, "/sse?interval=10ms&count=1&session="+testSession))
		for _, after := range []int{100, 3} { // more than there are now, or fewer
			c := other.channelAfter(t, testSecret, again.hello.Instance, after)
			if c.hello.Instance == again.hello.Instance || c.hello.Dropped != 0 {
				t.Errorf("got %+v; want another instance, nothing dropped", c.hello)
			}
			for i := range 5 {
				if got := c.seen(t).Seq; got != 1+i {
					t.Errorf("got record %d; want %d", got, 1+i)
				}
			}
		}
	})
}

func TestAFirehoseIsToldInFewMessages(t *testing.T) {
	p := start(t)
	c := p.channel(t, testSecret)
	go io.Copy(io.Discard, p.request(t, "/sse?script="+url.QueryEscape("title: T\n== 200\n@repeat 2000\ndata: {n}\n\n@flush\n@again\n@cut cleanly\n")+"&session="+testSession))
	records, messages := 0, 0
	for last := protocol.Kind(""); last != protocol.SeenEnd; messages++ {
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

func TestPingsGetPongs(t *testing.T) {
	c := start(t).channel(t, testSecret)
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
	c := start(t).channel(t, testSecret)
	c.write(t, `{"id":6,"check":"title: T\n== 200\ndata: a\n\n"}`)
	if m := c.read(t); m.Checked == nil || m.Checked.ID != 6 || len(m.Checked.Errors) != 0 || len(m.Checked.Attempts) != 1 {
		t.Errorf("got %+v; want the text checked", m.Checked)
	}
}

func TestTheLongestTextsAreCheckedWhateverJSONMakesOfThem(t *testing.T) {
	c := start(t).channel(t, testSecret)
	for i, test := range []struct {
		text   string
		errors int
	}{
		{"== 200\n:" + strings.Repeat("<", protocol.MaxText-8), 0},
		{"== 200\n:" + strings.Repeat("\n", protocol.MaxText-8), 0},
		{"== 200\n:" + strings.Repeat("\x01", protocol.MaxText-7), 1},
	} {
		message, err := json.Marshal(protocol.FromPage{ID: i + 1, Check: &test.text})
		if err != nil {
			t.Fatal(err)
		}
		c.write(t, string(message))
		if m := c.read(t); m.Checked == nil || m.Checked.ID != i+1 || len(m.Checked.Errors) != test.errors {
			t.Errorf("got %+v; want the text checked, with %d mistakes", m.Checked, test.errors)
		}
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
		{"too much", websocket.MessageText, `{"check":"` + strings.Repeat("x", protocol.MaxMessage) + `"}`, websocket.StatusMessageTooBig},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t).channel(t, testSecret)
			c.conn.Write(t.Context(), test.kind, []byte(test.message))
			if _, _, err := c.conn.Read(t.Context()); websocket.CloseStatus(err) != test.want {
				t.Errorf("got %v; want status %d", err, test.want)
			}
		})
	}
}

func TestAPageThatSaysTooMuchIsReadLater(t *testing.T) {
	l := limits.Default
	l.ChannelRate = 10
	c := startMain(t, Main{Files: page, Limits: l}).channel(t, testSecret)
	from := time.Now()
	for range 15 {
		c.write(t, `{"ping":1}`)
	}
	for range 15 {
		c.read(t)
	}
	if took := time.Since(from); took < 400*time.Millisecond || took > 3*time.Second {
		t.Errorf("got 15 replies in %v; want ten at once and then ten a second", took)
	}
}

func TestAPageThatSendsNoPongsIsLeft(t *testing.T) {
	l := limits.Default
	l.ChannelPing, l.ChannelWrite = 50*time.Millisecond, 50*time.Millisecond
	l.ChannelsPerAddress = 1
	p := startMain(t, Main{Files: page, Limits: l})
	c := p.channel(t, testSecret) // who does not read replies to no pings
	waitFor(t, "its place to be free", func() bool {
		_, err := p.dialChannel(t, strings.Repeat("1", 32))
		return err == nil
	})
	if _, _, err := c.conn.Read(t.Context()); err == nil {
		t.Errorf("got a message; want the end")
	}
}

func TestChannelsAreLimited(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*limits.Limits)
		want   string
	}{
		{"in all", func(l *limits.Limits) { l.Channels = 2 }, "this server has 2 sessions open and accepts no more.\n"},
		{"of one address", func(l *limits.Limits) { l.ChannelsPerAddress = 2 }, "your address has 2 sessions open and gets no more.\n"},
		{"as sessions are in all", func(l *limits.Limits) { l.Sessions = 2 }, "this server has 2 pages open and accepts no more.\n"},
		{"as sessions of one address are", func(l *limits.Limits) { l.SessionsPerAddress = 2 }, "your address has 2 pages open and gets no more.\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := limits.Default
			test.change(&l)
			p := startMain(t, Main{Files: page, Limits: l}, "-addr", "127.0.0.1:0")
			secret := func(n int) string { return fmt.Sprintf("%032x", n) }
			first := p.channel(t, secret(1))
			p.channel(t, secret(2))
			reply, err := p.dialChannel(t, secret(3))
			if err == nil || reply == nil || reply.StatusCode != http.StatusServiceUnavailable || !strings.HasSuffix(text(t, reply), test.want) {
				t.Fatalf("got %v, %v; want 503", reply, err)
			}
			if got := p.get(t, "/sse?interval=10ms&count=1&session="+protocol.SessionID(secret(3))); got.StatusCode != 200 || len(events(t, got.Body, 9)) != 1 {
				t.Errorf("got status %d; want the stream, even though nobody watches", got.StatusCode)
			}
			first.conn.Close(websocket.StatusNormalClosure, "")
			waitFor(t, "a place", func() bool {
				_, err := p.dialChannel(t, secret(3))
				return err == nil
			})
		})
	}
}

func TestStoppingClosesChannels(t *testing.T) {
	p := start(t)
	c := p.channel(t, testSecret)
	p.channel(t, strings.Repeat("0", 32)) // who does not read does not close either
	stream := p.request(t, "/sse?interval=20&session="+testSession)
	go io.Copy(io.Discard, stream)
	c.wantSeen(t, "request", "head 200", "write 2")
	from := time.Now()
	if got := p.stop(t); got != 0 {
		t.Errorf("got exit status %d; want 0", got)
	}
	if took := time.Since(from); took > time.Second {
		t.Errorf("got %v until the end; want at most a second", took)
	}
	var last string
	for {
		_, text, err := c.conn.Read(t.Context())
		if err != nil {
			if websocket.CloseStatus(err) != websocket.StatusGoingAway {
				t.Errorf("got %v; want status 1001", err)
			}
			break
		}
		last = string(text)
	}
	if want := `:"` + string(protocol.EndStopping) + `"`; !strings.Contains(last, want) {
		t.Errorf("got %s as the last message; want one with %s", last, want)
	}
}

// A thousand pages, each with a stream and a channel, come and go. Their ends of the connections are here too, so what
// is measured is that everything is let go.
func TestNothingIsLeftOfAThousandSessions(t *testing.T) {
	const all = 1000
	l := limits.Default
	l.ChannelsPerAddress, l.StreamsPerAddress, l.SessionsPerAddress = all, all, all
	l.SessionIdle = 500 * time.Millisecond
	p := startMain(t, Main{Files: page, Limits: l}, "-addr", "127.0.0.1:0")
	come := func(n int) (leave func(), instances []string) {
		places := make(chan struct{}, 50)
		clients, streams := make([]*client, n), make([]*net.TCPConn, n)
		instances = make([]string, n)
		var wait sync.WaitGroup
		for i := range n {
			wait.Go(func() {
				places <- struct{}{}
				defer func() { <-places }()
				secret := fmt.Sprintf("%032x", i)
				conn, _, err := p.dialWebSocket(context.Background(), secret, "", 0)
				if err != nil {
					t.Error(err)
					return
				}
				clients[i] = &client{conn: conn}
				path := "/sse?interval=10m&session=" + protocol.SessionID(secret)
				if i%2 == 1 {
					path = "/sse?script=" + url.QueryEscape("title: T\n== 200\n:\n@hold\n") + "&session=" + protocol.SessionID(secret)
				}
				stream, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(p.url, "http://"), "/"))
				if err != nil {
					t.Error(err)
					return
				}
				streams[i] = stream.(*net.TCPConn)
				fmt.Fprintf(stream, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)
				var m protocol.ToPage
				for range 2 { // hello, and what happened
					_, text, err := conn.Read(context.Background())
					if err != nil || json.Unmarshal(text, &m) != nil {
						t.Error(err)
						return
					}
				}
				instances[i] = m.Hello.Instance
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
		}, instances
	}
	settled := func(goroutines int) bool {
		runtime.GC()
		return runtime.NumGoroutine() <= goroutines
	}
	goroutines := runtime.NumGoroutine()
	leave, _ := come(50) // what is made once is there
	leave()
	waitFor(t, "the goroutines of the first few to end", func() bool { return settled(goroutines + 5) })
	goroutines, memory := runtime.NumGoroutine(), heap()
	leave, instances := come(all)
	if got := runtime.NumGoroutine(); got < goroutines+all {
		t.Errorf("got %d goroutines; want more for %d sessions than before, %d", got, all, goroutines)
	}
	t.Logf("%d goroutines, %d bytes of heap a session, both ends", (runtime.NumGoroutine()-goroutines)/all, (int(heap())-int(memory))/all)
	leave()
	waitFor(t, "the goroutines to end", func() bool { return settled(goroutines + 5) })
	waitFor(t, "the memory to be as before", func() bool { return heap() <= memory+2<<20 })
	asked := 0
	waitFor(t, "the sessions to be forgotten", func() bool {
		asked++ // for another each time: asking keeps it
		return p.channel(t, fmt.Sprintf("%032x", asked)).hello.Instance != instances[asked]
	})
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
