package e2e

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// held is a server behind a proxy that keeps back what is asked for at a path until it is released.
func held(t testing.TB, base, path string) (through string, release func()) {
	t.Helper()
	server, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	pass, until := httputil.NewSingleHostReverseProxy(server), make(chan struct{})
	pass.ErrorLog = log.New(io.Discard, "", 0) // of streams that are cut
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == path {
			<-until
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	release = sync.OnceFunc(func() { close(until) })
	t.Cleanup(release)
	return proxy.URL, release
}
