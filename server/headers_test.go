package main

import (
	"crypto/sha256"
	"encoding/base64"
	"os"
	"strings"
	"testing"
)

func TestEveryReplyKeepsOthersOffThePage(t *testing.T) {
	p := start(t)
	index, _ := page.ReadFile("index.html")
	for _, path := range []string{"/", "/app.js", "/web/app.wasm", "/sse?count=0", "/sse?count=-1", "/nope"} {
		header := p.get(t, path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy":    policyFor(string(index)),
			"Cross-Origin-Opener-Policy": "same-origin",
			"Referrer-Policy":            "no-referrer",
			"X-Content-Type-Options":     "nosniff",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("got %s %q for %s; want %q", name, got, path, want)
			}
		}
	}
}

func TestAStreamIsNoPage(t *testing.T) {
	header := start(t).get(t, "/sse?interval=10&count=1").Header
	if got, want := header.Get("Content-Security-Policy"), "default-src 'none'; sandbox"; got != want {
		t.Errorf("got Content-Security-Policy %q; want %q", got, want)
	}
	if got := header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("got X-Content-Type-Options %q; want nosniff", got)
	}
}

func TestThePolicyIsStrict(t *testing.T) {
	index, err := os.ReadFile("../web/index.html")
	if err != nil {
		t.Fatal(err)
	}
	policy := policyFor(string(index))
	hash := func(begin, end string) string {
		_, rest, _ := strings.Cut(string(index), begin)
		content, _, _ := strings.Cut(rest, end)
		hash := sha256.Sum256([]byte(content))
		return " 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
	}
	for _, want := range []string{
		"default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'" + hash(`<script type="module">`, "</script>"),
		"style-src 'self'" + hash("<style>", "</style>"), "connect-src 'self' http: https:",
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "worker-src 'self'", "manifest-src 'self'",
	} {
		if !strings.Contains(policy+";", want+";") {
			t.Errorf("got %s; want %s in it", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe-inline") {
		t.Errorf("got %s; want no unsafe-inline", policy)
	}
}

func TestThePolicyNamesEachElementThatIsNoFile(t *testing.T) {
	const a = " 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='" // of the letter a
	for page, want := range map[string]string{
		"":                                 "",
		"<script>a</script>":               a,
		`<script type="module">a</script>`: a,
		`<script src="x"></script><script>a</script>`: a,
		"<script>a</script><script>a</script>":        a + a,
		"<script>a":                                   "",
	} {
		if got := hashesOf(page, "script"); got != want {
			t.Errorf("got %q for %s; want %q", got, page, want)
		}
	}
}

func TestWhoMayReadTheStreams(t *testing.T) {
	for _, test := range []struct {
		name, cors, origin, credentials string
	}{
		{"everybody, without credentials", "*", "*", ""},
		{"one origin, with credentials", "https://example.org", "https://example.org", "true"},
		{"one origin with a port", "http://localhost:8080", "http://localhost:8080", "true"},
		{"nobody", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := start(t, "-cors", test.cors)
			for _, path := range []string{"/sse?interval=10&count=1", "/sse?count=0", "/sse?count=-1"} {
				header := p.get(t, path, "Origin", "https://example.org").Header
				if got := header.Get("Access-Control-Allow-Origin"); got != test.origin {
					t.Errorf("got Access-Control-Allow-Origin %q for %s; want %q", got, path, test.origin)
				}
				if got := header.Get("Access-Control-Allow-Credentials"); got != test.credentials {
					t.Errorf("got Access-Control-Allow-Credentials %q for %s; want %q", got, path, test.credentials)
				}
			}
			for _, path := range []string{"/", "/app.js", "/nope"} {
				if got := p.get(t, path).Header.Get("Access-Control-Allow-Origin"); got != "" {
					t.Errorf("got Access-Control-Allow-Origin %q for %s; want none: only streams are for others", got, path)
				}
			}
		})
	}
}

func TestFetchMayComeBackWithALastEventID(t *testing.T) {
	p := start(t)
	preflight := p.do(t, "OPTIONS", "/sse", "Origin", "https://example.org",
		"Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "cache-control,last-event-id")
	if preflight.StatusCode != 204 {
		t.Errorf("got status %d; want 204", preflight.StatusCode)
	}
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin":  "*",
		"Access-Control-Allow-Methods": "GET, HEAD, POST",
		"Access-Control-Allow-Headers": "Last-Event-ID, Cache-Control",
	} {
		if got := preflight.Header.Get(name); got != want {
			t.Errorf("got %s %q; want %q", name, got, want)
		}
	}
}
