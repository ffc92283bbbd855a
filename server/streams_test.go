package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestAFullServerSaysSo(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"in all", []string{"-max-streams", "2"}, "this server has 2 streams open and accepts no more.\n"},
		{"from one address", []string{"-max-streams-per-address", "2"}, "your address has 2 streams open and gets no more.\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := start(t, append(test.args, "-addr", "127.0.0.1:0")...)
			first := p.get(t, "/sse")
			p.get(t, "/sse")
			third := p.get(t, "/sse")
			if third.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("got status %d; want 503", third.StatusCode)
			}
			if got := third.Header.Get("Retry-After"); got != "5" {
				t.Errorf("got Retry-After %q; want 5", got)
			}
			if got := third.Header.Get("Access-Control-Allow-Origin"); got != "*" {
				t.Errorf("got Access-Control-Allow-Origin %q; want *, so that fetch can read the sentence", got)
			}
			if got := text(t, third); !strings.HasSuffix(got, test.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("got %q; want one sentence that ends %q", got, test.want)
			}
			if got := p.stderr.String(); !strings.Contains(got, "msg=refused") {
				t.Errorf("got log %q; want the refusal in it", got)
			}
			for _, path := range []string{"/", "/sse?count=0", "/sse?count=-1"} {
				if got := p.get(t, path).StatusCode; got == http.StatusServiceUnavailable {
					t.Errorf("got status 503 for %s; want a response, since it is no stream", path)
				}
			}
			first.Body.Close()
			waitFor(t, "its place to be free", func() bool { return p.get(t, "/sse").StatusCode == http.StatusOK })
		})
	}
}
