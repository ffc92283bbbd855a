package main

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"eventsource-playground/e2e/process"
	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/scenario/library"
	"eventsource-playground/server/limits"
)

func TestTheCatalogueIsTheLibrary(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	reply := p.get(t, "/scenarios")
	if got := reply.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("got Content-Type %q; want JSON", got)
	}
	var got protocol.Catalogue
	if err := json.Unmarshal([]byte(text(t, reply)), &got); err != nil {
		t.Fatal(err)
	}
	entries := library.All()
	if len(got.Scenarios) != len(entries) {
		t.Fatalf("got %d scenarios; want %d", len(got.Scenarios), len(entries))
	}
	for i, e := range entries {
		s := got.Scenarios[i]
		if s.Name != e.Name || s.Title != e.Title["en"] || s.Group != e.Group || s.About != e.About["en"] ||
			strings.Join(s.Listen, " ") != strings.Join(e.Listen, " ") || !reflect.DeepEqual(s.Connect, protocol.Connect(e.Connect)) {
			t.Errorf("got %+v; want %s as it is in the library", s, e.Name)
		}
		if i%10 > 0 {
			continue
		}
		file := p.get(t, "/scenarios/"+e.Name+".txt")
		if got := file.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
			t.Errorf("got Content-Type %q; want text", got)
		}
		if got := text(t, file); got != e.Text {
			t.Errorf("got %q; want the text of %s", got, e.Name)
		}
	}
	if got.SecondOrigin != p.second(t) {
		t.Errorf("got second origin %q; want %q", got.SecondOrigin, p.second(t))
	}
}

func TestTheCatalogueInChinese(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	english := text(t, p.get(t, "/scenarios"))
	for _, language := range []string{"zh", "en", "", "fr", "zh"} { // the last one is kept from the first
		body := text(t, p.get(t, "/scenarios?lang="+language))
		if language != "zh" {
			if body != english {
				t.Errorf("got another list for lang=%s; want the English one", language)
			}
			continue
		}
		var got protocol.Catalogue
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		for i, e := range library.All() {
			if s := got.Scenarios[i]; s.Name != e.Name || s.Title != e.Title["zh"] || s.About != e.About["zh"] || s.Group != e.Group {
				t.Errorf("got %+v; want %s in Chinese", s, e.Name)
			}
		}
	}
}

func TestTheCatalogueIsSentOnceAndCompressed(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	for _, path := range []string{"/scenarios", "/scenarios/ten-ticks.txt"} {
		plain := p.get(t, path)
		zipped := p.get(t, path, "Accept-Encoding", "gzip, br")
		if got := zipped.Header.Get("Content-Encoding"); got != "gzip" {
			t.Errorf("got Content-Encoding %q for %s; want gzip", got, path)
		}
		if zipped.ContentLength >= plain.ContentLength {
			t.Errorf("got %d bytes for %s compressed; want fewer than %d", zipped.ContentLength, path, plain.ContentLength)
		}
		tag := zipped.Header.Get("ETag")
		if tag == "" || tag == plain.Header.Get("ETag") {
			t.Errorf("got ETag %q for %s compressed; want one of its own", tag, path)
		}
		if got := p.get(t, path, "Accept-Encoding", "gzip", "If-None-Match", tag).StatusCode; got != http.StatusNotModified {
			t.Errorf("got status %d for %s that the client has; want 304", got, path)
		}
	}
	if got := p.get(t, "/scenarios/nope.txt"); got.StatusCode != 404 || !strings.Contains(text(t, got), `no scenario "nope"`) {
		t.Errorf("got status %d for a scenario that there is not; want 404 and which", got.StatusCode)
	}
	for _, path := range []string{"/scenarios/ten-ticks", "/scenarios/ten-ticks.txt/x", "/scenarios/"} {
		if got := p.get(t, path).StatusCode; got != 404 {
			t.Errorf("got status %d for %s; want 404", got, path)
		}
	}
}

func TestTheClassicStreamIsAScenarioToo(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	for query, want := range map[string]string{
		"":                                   "@wait 1s\n@repeat 0 to 9 every 1s resume\nevent: customEvent\nid: {n}\n",
		"?count=3&interval=50&retry=7":       "retry: 7\n@wait 50ms\n@repeat 0 to 2 every 50ms resume\n",
		"?event=message&resume=false&other=": `"params":"event=message&resume=false&other="`,
	} {
		got := text(t, p.get(t, "/scenarios/classic.txt"+query))
		if _, err := scenario.Parse(got, scenario.Limits{}); err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, %v; want a scenario with %q", query, got, err, want)
		}
	}
	if got := p.get(t, "/scenarios/classic.txt?interval=5"); got.StatusCode != 400 || !strings.Contains(text(t, got), "give milliseconds or a duration") {
		t.Errorf("got status %d for an interval that is too short; want 400 and what to change", got.StatusCode)
	}
}

func TestTheSecondOriginHasTheNameThatTheBrowserUses(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0", "-public-url", "http://playground.example")
	_, port, _ := strings.Cut(strings.TrimPrefix(p.second(t), "http://"), ":")
	for host, want := range map[string]string{
		"playground.example":      "http://playground.example:" + port,
		"playground.example:3000": "http://playground.example:" + port,
		"localhost:3000":          "http://localhost:" + port,
		"[::1]:3000":              "http://[::1]:" + port,
		"[::1]":                   "http://[::1]:" + port,
		"[fe80::1%a]":             "http://localhost:" + port,
	} {
		got, err := p.wire(t, "GET /scenarios HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		if err != nil || !strings.Contains(got, `{"secondOrigin":"`+want+`"`) {
			t.Errorf("got %.80q, %v for the Host %s; want %s in it", got[strings.Index(got, "\r\n\r\n")+4:], err, host, want)
		}
	}
}

func TestTheSecondOriginHasScenariosOnly(t *testing.T) {
	p := start(t)
	for _, test := range []struct {
		path   string
		status int
	}{
		{"/sse?scenario=second-origin", 200},
		{"/sse?script=%3D%3D%20200", 200},
		{"/sse?scenario=nope", 404},
		{"/sse", 404},
		{"/sse?count=1", 404},
		{"/", 404},
		{"/scenarios", 404},
		{"/web/app.wasm", 404},
	} {
		if got := p.secondGet(t, test.path).StatusCode; got != test.status {
			t.Errorf("got status %d for %s; want %d", got, test.path, test.status)
		}
	}
	if got := p.secondGet(t, "/sse?scenario=second-origin", "Origin", "http://localhost:1").Header.Get("Access-Control-Allow-Origin"); got != "http://localhost:1" {
		t.Errorf("got Access-Control-Allow-Origin %q; want that origin", got)
	}
}

func TestTheSecondAddress(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0", "-second-addr", "localhost:0")
	if got := p.second(t); !strings.HasPrefix(got, "http://localhost:") {
		t.Errorf("got %s; want it where the flag says", got)
	}
	m := Main{Files: page, Limits: limits.Default, Stdout: &process.Buffer{}, Stderr: &process.Buffer{}}
	if got := m.Run(t.Context(), []string{"-addr", "127.0.0.1:0", "-second-addr", "nope"}); got != 1 {
		t.Errorf("got exit status %d; want 1", got)
	}
	if got := m.Stderr.(*process.Buffer).String(); !strings.Contains(got, `-second-addr \"nope\": give host:port`) {
		t.Errorf("got stderr %q; want which flag", got)
	}
}
