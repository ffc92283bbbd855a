package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"eventsource-playground/sse"
)

func TestTheClassicStream(t *testing.T) {
	p := start(t)
	from := time.Now()
	reply := p.get(t, "/sse?content=xxx")
	for name, want := range map[string]string{
		"Content-Type":      "text/event-stream",
		"Cache-Control":     "no-store",
		"X-Accel-Buffering": "no",
		"Content-Encoding":  "",
	} {
		if got := reply.Header.Get(name); got != want {
			t.Errorf("got %s %q; want %q", name, got, want)
		}
	}
	if took := time.Since(from); took > 500*time.Millisecond {
		t.Errorf("got the headers after %v; want them at once", took)
	}
	first := make([]byte, 2)
	if _, err := io.ReadFull(reply.Body, first); err != nil || string(first) != ":\n" {
		t.Errorf("got %q, %v first; want a colon and a newline", first, err)
	}
	if took := time.Since(from); took > 500*time.Millisecond {
		t.Errorf("got the first byte after %v; want it at once: Firefox fires open then", took)
	}
	event := events(t, reply.Body, 1)[0]
	if took := time.Since(from); took < 900*time.Millisecond || took > 1900*time.Millisecond {
		t.Errorf("got the first event after %v; want it after a second", took)
	}
	if event.Type != "customEvent" || event.LastEventID != "0" {
		t.Errorf("got type %q, id %q; want customEvent, 0", event.Type, event.LastEventID)
	}
	if d := data(t, event); d.ID != 0 || d.Params != "content=xxx" || !strings.HasPrefix(event.Data, `{"id":0,"time":"`) {
		t.Errorf("got data %s; want id, time and the query as it was", event.Data)
	}
}

func TestAStreamGoesFromItsFirstEventToItsLastAndEnds(t *testing.T) {
	p := start(t)
	for _, test := range []struct {
		name, query, lastEventID string
		ids                      string
	}{
		{"ten events unless told otherwise", "interval=10", "", "0 1 2 3 4 5 6 7 8 9"},
		{"three events", "interval=10&count=3", "", "0 1 2"},
		{"on after the last one", "interval=10&count=5", "2", "3 4"},
		{"on after the first one", "interval=10&count=3", "0", "1 2"},
		{"on when asked to, as without asking", "interval=10&count=3&resume=true", "1", "2"},
		{"from the start, as a forgetful server does", "interval=10&count=3&resume=false", "1", "0 1 2"},
		{"from the start though all was sent", "interval=10&count=3&resume=false", "2", "0 1 2"},
		{"from the start after an id that is no number", "interval=10&count=2", "abc", "0 1"},
		{"from the start after an id spelled otherwise", "interval=10&count=2", "01", "0 1"},
		{"from the start after a negative id", "interval=10&count=2", "-1", "0 1"},
		{"from the start after an id beyond all numbers", "interval=10&count=2", "99999999999999999999", "0 1"},
		{"from the start after an empty id", "interval=10&count=2", "", "0 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			headers := []string{}
			if test.lastEventID != "" {
				headers = []string{"Last-Event-ID", test.lastEventID}
			}
			var ids []string
			for _, event := range events(t, p.get(t, "/sse?"+test.query, headers...).Body, 100) {
				if d := data(t, event); strconv.Itoa(d.ID) != event.LastEventID {
					t.Errorf("got id %d in the data of event %s; want the same", d.ID, event.LastEventID)
				}
				ids = append(ids, event.LastEventID)
			}
			if got := strings.Join(ids, " "); got != test.ids {
				t.Errorf("got ids %s; want %s", got, test.ids)
			}
		})
	}
}

func TestNothingIsLeftToSend(t *testing.T) {
	p := start(t)
	for _, test := range []struct{ name, query, lastEventID string }{
		{"the last id", "", "9"},
		{"the last id of three", "?count=3", "2"},
		{"an id after the last", "?count=3", "7"},
		{"an id far after the last", "?count=3", "9223372036854775807"},
		{"no events at all", "?count=0", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			reply := p.get(t, "/sse"+test.query, "Last-Event-ID", test.lastEventID)
			if reply.StatusCode != http.StatusNoContent {
				t.Errorf("got status %d; want 204, which stops an EventSource", reply.StatusCode)
			}
			if got := reply.Header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("got Cache-Control %q; want no-store", got)
			}
		})
	}
}

func TestAnIDOfAnotherStreamIsNotIgnoredSilently(t *testing.T) {
	p := start(t)
	got := text(t, p.get(t, "/sse?interval=10&count=1", "Last-Event-ID", "caf\xc3\xa9"))
	want := ":\n: Last-Event-ID \"café\" is not one of this stream's: starting again at 0\n"
	if !strings.HasPrefix(got, want) {
		t.Errorf("got %q; want it to begin %q", got, want)
	}
}

func TestWhatARequestForAStreamCanSay(t *testing.T) {
	p := start(t)
	for _, test := range []struct{ name, query, want string }{
		{"a name for the events", "event=tick", "event: tick\nid: 0\ndata: {"},
		{"a name with all but a line break", "event=%C3%A9:%20+x", "event: é:  x\nid: 0\ndata: {"},
		{"no name, so they are messages", "event=", ":\nid: 0\ndata: {"},
		{"a reconnection time in milliseconds", "retry=1500", ":\nretry: 1500\nevent: customEvent\n"},
		{"a reconnection time as a duration", "retry=2s", ":\nretry: 2000\nevent: customEvent\n"},
		{"no reconnection time", "retry=0", ":\nretry: 0\nevent: customEvent\n"},
		{"an interval as a duration", "interval=10ms", "event: customEvent\n"},
		{"an interval in fractions", "interval=10.5ms", "event: customEvent\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			query := "count=1&" + test.query
			if !strings.Contains(query, "interval") {
				query += "&interval=10"
			}
			if got := text(t, p.get(t, "/sse?"+query)); !strings.Contains(got, test.want) {
				t.Errorf("got %q; want %q in it", got, test.want)
			}
		})
	}
}

func TestTheQueryComesBackAsItWas(t *testing.T) {
	p := start(t)
	for _, test := range []struct{ name, query, want string }{
		{"as it is", "a=1&b=2&a=3", "a=1&b=2&a=3"},
		{"escaped as it is", "a=%20+%2B", "a=%20+%2B"},
		{"with what is no escape", "content=100%", "content=100%"},
		{"with what is no name", "%zz=1", "%zz=1"},
		{"with semicolons", "a;b;c", "a;b;c"},
		{"with quotes and tags", `q="'</script>\`, `q="'</script>\`},
		{"with a line break, which stays escaped", "a=%0A%0Ddata:x", "a=%0A%0Ddata:x"},
		{"in another script", "名=值", "名=值"},
		{"without what is no UTF-8", "a=\xff", "a=\uFFFD"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := p.dial(t)
			io.WriteString(conn, "GET /sse?interval=10&count=1&"+test.query+" HTTP/1.0\r\n\r\n")
			_, stream, _ := strings.Cut(readAll(t, conn), "\r\n\r\n")
			got := events(t, strings.NewReader(stream), 2)
			if len(got) != 1 {
				t.Fatalf("got %d events in %q; want 1", len(got), stream)
			}
			if got, want := data(t, got[0]).Params, "interval=10&count=1&"+test.want; got != want {
				t.Errorf("got params %q; want %q", got, want)
			}
			if strings.Contains(got[0].Data, `\u0026`) {
				t.Errorf("got %s; want & as it is", got[0].Data)
			}
		})
	}
}

func TestBadRequestsSayWhatToChange(t *testing.T) {
	p := start(t)
	for _, test := range []struct {
		query  string
		status int
		want   string
	}{
		{"count=-1", 400, `count="-1" is not possible: give a whole number from 0 to 100000.`},
		{"count=abc", 400, `count="abc" is not possible: give a whole number from 0 to 100000.`},
		{"count=1.5", 400, `count="1.5" is not possible`},
		{"count=", 400, `count="" is not possible`},
		{"count", 400, `count="" is not possible`},
		{"count=100001", 400, `count="100001" is not possible`},
		{"count=99999999999999999999", 400, `count="99999999999999999999" is not possible`},
		{"count=5;interval=3", 400, `count="5;interval=3" is not possible`},
		{"count=1&count=2", 400, `count is given twice: give it once.`},
		{"co%75nt=x", 400, `count="x" is not possible`},
		{"count=%zz", 400, `count="%zz" is not possible: give % only before two hexadecimal digits.`},
		{"interval=1ns", 400, `interval="1ns" is not possible: give milliseconds or a duration, such as 500, 500ms or 2s, from 10ms to 10m0s.`},
		{"interval=0", 400, `interval="0" is not possible`},
		{"interval=9", 400, `interval="9" is not possible`},
		{"interval=-1s", 400, `interval="-1s" is not possible`},
		{"interval=11m", 400, `interval="11m" is not possible`},
		{"interval=soon", 400, `interval="soon" is not possible`},
		{"interval=9223372036854775807", 400, `interval="9223372036854775807" is not possible`},
		{"interval=18446744073710", 400, `interval="18446744073710" is not possible`},
		{"retry=-5", 400, `retry="-5" is not possible: give whole milliseconds or a duration, such as 3000 or 3s, from 0 to 24h0m0s.`},
		{"retry=25h", 400, `retry="25h" is not possible`},
		{"retry=1ns", 400, `retry="1ns" is not possible`},
		{"event=a%0Ab", 400, `event="a\nb" is not possible: give a name of at most 100 bytes in UTF-8, without line breaks and U+0000.`},
		{"event=a%0Db", 400, `event="a\rb" is not possible`},
		{"event=a%00b", 400, `event="a\x00b" is not possible`},
		{"event=%ff", 400, `event="\xff" is not possible`},
		{"event=x%0A%0Adata:%20forged%0A%0A", 400, `is not possible`},
		{"event=" + strings.Repeat("x", 101), 400, `"… is not possible`},
		{"resume=maybe", 400, `resume="maybe" is not possible: give true or false.`},
		{"session=x", 400, `session="x" is not possible: give 32 hexadecimal digits.`},
		{"scenario=nope", 404, `There is no scenario "nope": leave scenario out for the classic stream.`},
		{"scenario=", 404, `There is no scenario ""`},
		{"script=%3D%3D+200&scenario=end", 400, "scenario and script exclude each other: give one of them."},
		{"x=" + strings.Repeat("x", 2047), 414, "The query is 2049 bytes long: 2048 is the most."},
	} {
		t.Run(test.query[:min(40, len(test.query))], func(t *testing.T) {
			reply := p.get(t, "/sse?"+test.query)
			if reply.StatusCode != test.status {
				t.Errorf("got status %d; want %d", reply.StatusCode, test.status)
			}
			if got := reply.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
				t.Errorf("got Content-Type %q; want text that a person can read", got)
			}
			got := text(t, reply)
			if !strings.Contains(got, test.want) {
				t.Errorf("got %q; want %q in it", got, test.want)
			}
			if strings.Count(got, "\n") != 1 || len(got) > 300 {
				t.Errorf("got %q; want one sentence on one line", got)
			}
		})
	}
}

func TestNoQueryBreaksOutOfItsField(t *testing.T) {
	p := start(t)
	for _, value := range []string{"x\ndata: forged\n\n", "x\r\nSet-Cookie: a=b\r\n", "x\x00y", "\u2028\u2029\u0085", "</script>"} {
		for _, name := range []string{"event", "x", "retry", "scenario"} {
			reply := p.get(t, "/sse?interval=10&count=1&"+name+"="+url.QueryEscape(value))
			if got := reply.Header.Get("Set-Cookie"); got != "" {
				t.Errorf("got Set-Cookie %q from %s=%q; want none", got, name, value)
			}
			if body := text(t, reply); strings.Contains(body, "\ndata: forged") {
				t.Errorf("got %q from %s=%q; want nothing forged", body, name, value)
			}
		}
	}
}

type classicData struct {
	ID     int
	Time   time.Time
	Params string
}

// data reads what a classic event carries.
func data(t *testing.T, event sse.Event) classicData {
	t.Helper()
	var d classicData
	if err := json.Unmarshal([]byte(event.Data), &d); err != nil {
		t.Fatalf("got data %q: %v", event.Data, err)
	}
	if age := time.Since(d.Time); age < -time.Second || age > 10*time.Second {
		t.Errorf("got time %v; want now", d.Time)
	}
	if !strings.Contains(event.Data, `Z","params":`) || d.Time.Nanosecond()%1e6 != 0 {
		t.Errorf("got %s; want the time in UTC, with milliseconds", event.Data)
	}
	return d
}

// events reads at most n of them.
func events(t *testing.T, stream io.Reader, n int) []sse.Event {
	t.Helper()
	var got []sse.Event
	for event, err := range new(sse.Decoder).Events(stream) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, event); len(got) == n {
			break
		}
	}
	return got
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return string(b)
}
