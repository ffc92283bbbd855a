package main

import (
	"net/http"
	"testing"
)

func TestTheFormIsTheClientsChoice(t *testing.T) {
	const raw = "the app.wasm, which is long enough"
	p := start(t)
	for _, test := range []struct {
		name, accept   string
		encoding, body string
	}{
		{"all that browsers send", "gzip, deflate, br, zstd", "br", "app.wasm brotlied"},
		{"gzip only, as browsers do without TLS", "gzip, deflate", "gzip", "app.wasm gzipped"},
		{"brotli only", "br", "br", "app.wasm brotlied"},
		{"nothing", "", "", raw},
		{"something that we don't have", "zstd", "", raw},
		{"anything", "*", "br", "app.wasm brotlied"},
		{"no brotli", "br;q=0, gzip", "gzip", "app.wasm gzipped"},
		{"no brotli, however it is written", "gzip , BR ; q=0.000", "gzip", "app.wasm gzipped"},
		{"anything but brotli and gzip", "*, br;q=0, gzip;q=0", "", raw},
		{"nothing compressed", "identity, *;q=0", "", raw},
		{"gzip rather than brotli", "br;q=0.5, gzip;q=0.8", "gzip", "app.wasm gzipped"},
		{"plain rather than gzip", "gzip;q=0.5, identity", "", raw},
		{"compressed at any price", "gzip;q=0.001, identity;q=0", "gzip", "app.wasm gzipped"},
		{"gzip by its old name", "x-gzip", "gzip", "app.wasm gzipped"},
		{"a weight that is none", "br;q=much, gzip", "gzip", "app.wasm gzipped"},
	} {
		t.Run(test.name, func(t *testing.T) {
			reply := p.get(t, "/web/app.wasm", "Accept-Encoding", test.accept)
			if got := reply.Header.Get("Content-Encoding"); got != test.encoding {
				t.Errorf("got Content-Encoding %q; want %q", got, test.encoding)
			}
			if got := reply.Header.Get("Vary"); got != "Accept-Encoding" {
				t.Errorf("got Vary %q; want Accept-Encoding", got)
			}
			if got := reply.ContentLength; got != int64(len(test.body)) {
				t.Errorf("got Content-Length %d; want %d", got, len(test.body))
			}
			if got := text(t, reply); got != test.body {
				t.Errorf("got %q; want %q", got, test.body)
			}
		})
	}
	if got := p.get(t, "/web/app.wasm", "Accept-Encoding", "*;q=0").StatusCode; got != http.StatusNotAcceptable {
		t.Errorf("got status %d where everything is refused; want 406", got)
	}
	if got := p.get(t, "/web/app.wasm", "Accept-Encoding", "br;q=0", "Accept-Encoding", "gzip").Header.Get("Content-Encoding"); got != "gzip" {
		t.Errorf("got Content-Encoding %q for two headers; want gzip", got)
	}
}

func TestAFileIsSentOnce(t *testing.T) {
	p := start(t)
	tags := map[string]bool{}
	for _, accept := range []string{"br", "gzip", "identity"} {
		first := p.get(t, "/web/app.wasm", "Accept-Encoding", accept)
		tag := first.Header.Get("ETag")
		if tag == "" || tags[tag] {
			t.Errorf("got ETag %q for %s; want one of its own", tag, accept)
		}
		tags[tag] = true
		if got := first.Header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("got Cache-Control %q; want no-cache", got)
		}
		for _, test := range []struct {
			name, ifNoneMatch string
			status            int
		}{
			{"the same", tag, 304},
			{"one of several", `"other", ` + tag, 304},
			{"weak, as a proxy makes it", "W/" + tag, 304},
			{"any", "*", 304},
			{"another", `"other"`, 200},
			{"none", "", 200},
		} {
			for _, method := range []string{"GET", "HEAD"} {
				reply := p.do(t, method, "/web/app.wasm", "Accept-Encoding", accept, "If-None-Match", test.ifNoneMatch)
				if reply.StatusCode != test.status {
					t.Errorf("got status %d for %s of %s, If-None-Match %s; want %d", reply.StatusCode, method, accept, test.name, test.status)
				}
				if got := reply.Header.Get("ETag"); got != tag {
					t.Errorf("got ETag %q for %s of %s; want %q as before", got, method, accept, tag)
				}
				if got := text(t, reply); test.status == 304 && got != "" {
					t.Errorf("got body %q with the 304; want none", got)
				}
			}
		}
	}
	brotli := p.get(t, "/web/app.wasm", "Accept-Encoding", "br").Header.Get("ETag")
	if got := p.get(t, "/web/app.wasm", "Accept-Encoding", "gzip", "If-None-Match", brotli).StatusCode; got != 200 {
		t.Errorf("got status %d for gzip with the brotli's ETag; want 200", got)
	}
}

func TestHEADSaysWhatGETWouldSend(t *testing.T) {
	p := start(t)
	for _, accept := range []string{"br", "identity"} {
		head := p.do(t, "HEAD", "/web/app.wasm", "Accept-Encoding", accept)
		get := p.get(t, "/web/app.wasm", "Accept-Encoding", accept)
		for _, name := range []string{"Content-Length", "Content-Type", "Content-Encoding", "ETag", "Vary", "Cache-Control"} {
			if got, want := head.Header.Get(name), get.Header.Get(name); got != want {
				t.Errorf("got %s %q; want %q as for GET", name, got, want)
			}
		}
	}
}
