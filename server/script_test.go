package main

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"io"
	"net/url"
	"strings"
	"testing"

	"eventsource-playground/protocol"
)

func TestBadScenarioRequestsSayWhatToChange(t *testing.T) {
	p := start(t)
	for _, test := range []struct {
		query  string
		status int
		want   string
	}{
		{"scenario=nope", 404, "All that there are is at /scenarios."},
		{"scenario=../secret", 404, `There is no scenario "../secret"`},
		{"scenario=end&script=x", 400, "scenario and script exclude each other"},
		{"scenario=end&scenario=end", 400, "scenario is given twice"},
		{"scenario=end&interval=10", 400, "interval is for the classic stream only"},
		{"scenario=end&count=3", 400, "count is for the classic stream only"},
		{"script=" + url.QueryEscape("== 200") + "&retry=3", 400, "retry is for the classic stream only"},
		{"scenario=end&session=1", 400, `session="1" is not possible: give 32 hexadecimal digits.`},
		{"scenario=end&session=" + strings.Repeat("g", 32), 400, "32 hexadecimal digits"},
		{"scenario=end&session=" + strings.Repeat("a", 33), 400, "32 hexadecimal digits"},
		{"scenario=end&session=", 400, "32 hexadecimal digits"},
		{"scenario=end&source=0", 400, `source="0" is not possible: give a whole number from 1 to 1000000.`},
		{"scenario=end&source=x", 400, "a whole number"},
		{"scenario=end&redirected=2", 400, `redirected="2" is not possible`},
		{"scenario=%zz", 400, "hexadecimal digits"},
		{"script=", 400, "1:1: there is no response"},
		{"script=%3D%3D%20200%0A@cutt", 400, "2:1: @cutt is not a directive: did you mean @cut?"},
		{"script=~", 400, "script=~… can't be unpacked, since"},
		{"script=~!!", 400, "illegal base64"},
		{"script=~AAAA", 400, "can't be unpacked"},
		{"script=~" + packed(strings.Repeat("#\n", 20000)), 400, "the text is longer than 32768 bytes"},
		{"script=" + strings.Repeat("x", protocol.MaxQuery), 414, "The query is 44721 bytes long: 44714 is the most."},
		{"scenario=end&x=" + strings.Repeat("x", 2<<10), 414, "2048 is the most"},
	} {
		t.Run(test.query[:min(40, len(test.query))], func(t *testing.T) {
			reply := p.get(t, "/sse?"+test.query)
			got := text(t, reply)
			if reply.StatusCode != test.status || !strings.Contains(got, test.want) {
				t.Errorf("got %d %q; want %d and %q in it", reply.StatusCode, got, test.status, test.want)
			}
			if got := reply.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
				t.Errorf("got Content-Type %q; want text that a person can read", got)
			}
		})
	}
	t.Run("many mistakes", func(t *testing.T) {
		got := text(t, p.get(t, "/sse?script="+url.QueryEscape("== 200\n"+strings.Repeat("@nope\n", 100))))
		if lines := strings.Split(strings.TrimSpace(got), "\n"); len(lines) != 12 || lines[11] != "and 90 more" || len(got) > 3000 {
			t.Errorf("got %q; want ten of them and how many more", got)
		}
	})
	t.Run("a short bomb", func(t *testing.T) {
		bomb := packed(strings.Repeat("x", 10<<20))
		got := text(t, p.get(t, "/sse?script=~"+bomb))
		if !strings.Contains(got, "the text is longer than 32768 bytes") {
			t.Errorf("got %q for %d bytes that become 10 MB; want it refused", got, len(bomb))
		}
	})
}

func TestAScriptInEitherForm(t *testing.T) {
	p := start(t)
	const script = "title: é & + = %\n== 200\ndata: é & + = %\n\n@end"
	for name, query := range map[string]string{
		"as a form":     "script=" + url.QueryEscape(script),
		"as a URI":      "script=" + strings.ReplaceAll(url.QueryEscape(script), "+", "%20"),
		"compressed":    "script=~" + packed(script),
		"padded":        "script=~" + packed(script) + "==",
		"tilde escaped": "script=%7E" + packed(script),
	} {
		t.Run(name, func(t *testing.T) {
			got := events(t, p.get(t, "/sse?"+query).Body, 2)
			if len(got) != 1 || got[0].Data != "é & + = %" {
				t.Errorf("got %v of %s; want the data", got, query)
			}
		})
	}
}

// What a link from a stranger could be meant to do.
func TestAScriptCanDoNoHarm(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	for _, test := range []struct{ name, script, want string }{
		{"reach another host", "== 307\n@redirect https://evil.example/", "2:11: a redirect stays on this server"},
		{"reach another host without its scheme", "== 307\n@redirect //evil.example/", "a redirect stays on this server"},
		{"reach another host with a backslash", `== 307` + "\n" + `@redirect /\evil.example/`, "a redirect stays on this server"},
		{"reach another host with a tab", "== 307\n@redirect /\t/evil.example/", "not expected here"},
		{"reach another host with Location", "== 307\n@header Location: https://evil.example/", "Location is not set by hand"},
		{"reach another host with Refresh", "== 200\n@header Refresh: 0; url=https://evil.example/", "Refresh is not a header for a scenario"},
		{"set a cookie", "== 200\n@header Set-Cookie: a=b", "a scenario cannot set cookies"},
		{"set a cookie in other letters", "== 200\n@header sEt-cOOkie: a=b", "a scenario cannot set cookies"},
		{"forget what a site keeps", "== 200\n@header Clear-Site-Data: \"*\"", "is not a header for a scenario"},
		{"forge CORS", "== 200\n@header Access-Control-Allow-Origin: *", "use @cors"},
		{"forge the framing", "== 200\n@header Content-Length: 5", "belongs to the connection"},
		{"allow a service worker", "== 200\n@header Service-Worker-Allowed: /", "is not a header for a scenario"},
		{"take the policy away", "== 200\n@header Content-Security-Policy: x", "is not a header for a scenario"},
		{"be a page", "== 200\n@header Content-Type: text/html", "text/html is not allowed"},
		{"be a script", "== 200\n@header Content-Type: text/javascript", "is not allowed"},
		{"begin another header", "== 200\n@header Server: a\rSet-Cookie: a=b", "a text cannot contain this byte"},
		{"last for ever", "== 200\n@wait 11m", "can last 11m0s: the limit is 10m0s"},
		{"last for ever in a repeat", "== 200\n@repeat 1000 every 1s\nx\n@again", "the limit is 10m0s"},
		{"send for ever", "== 200\n@raw \"x\" 5000000 times", "can send 5000000 bytes: the limit is 4194304"},
		{"open many connections", "connect: 100 times\n== 200", "out of range"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := p.wire(t, "GET /sse?script="+url.QueryEscape(test.script)+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
			if err != nil || !strings.HasPrefix(got, "HTTP/1.1 400 ") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, %v; want it refused with %q", got, err, test.want)
			}
			if head, _, _ := strings.Cut(got, "\r\n\r\n"); strings.Contains(head, "evil") || strings.Contains(head, "Cookie") {
				t.Errorf("got %q; want nothing of the script in it", head)
			}
		})
	}
	// What it may say stays in the body, and the browser runs none of it.
	got, _ := p.wire(t, "GET /sse?script="+url.QueryEscape("== 404\n@header Content-Type:\n<script>alert(1)</script>\n")+" HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n")
	for _, want := range []string{"Content-Security-Policy: default-src 'none'; sandbox\r\n", "X-Content-Type-Options: nosniff\r\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q; want %q in it", got, want)
		}
	}
	// Last-Event-ID and the query come from the visitor: they stay in their places.
	got, _ = p.wire(t, "GET /sse?script="+url.QueryEscape("== 307\n@redirect here\n")+"&x=%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: a\tSet-Cookie\r\nOrigin: x\tSet-Cookie: y\r\n\r\n")
	if strings.Contains(got, "\nSet-Cookie") {
		t.Errorf("got %q; want no cookie", got)
	}
}

// packed is a text as the page puts it into a link.
func packed(text string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	io.WriteString(w, text)
	w.Close()
	return base64.RawURLEncoding.EncodeToString(b.Bytes())
}
