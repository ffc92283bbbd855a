package main

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// contentSecurityPolicy lets the page load its own files, and only those: 'wasm-unsafe-eval' is compiling WebAssembly,
// connect-src is open because opening any stream on the web is what this tool is for.
const contentSecurityPolicy = "default-src 'none'; " +
	"script-src 'self' 'wasm-unsafe-eval' '" + shellScript + "'; " +
	"style-src 'self' '" + shellStyle + "'; " +
	"img-src 'self'; " +
	"manifest-src 'self'; " +
	"worker-src 'self'; " +
	"connect-src 'self' http: https:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// The hashes of the elements in web/index.html that paint the page before anything else is loaded, and then load it.
const (
	shellStyle  = "sha256-hUjFA01vdPGRp7BZ6f7MBWQlVYPUCCq/tQoHkFdSR7M="
	shellScript = "sha256-gb1/KtHUcMXTkwKpechrmJW3yqdQuVGZkSBtAwjHTw8="
)

// safety are the headers that keep others off the page.
var safety = http.Header{
	"Content-Security-Policy":    {contentSecurityPolicy},
	"Cross-Origin-Opener-Policy": {"same-origin"},
	"Referrer-Policy":            {"no-referrer"},
	"X-Content-Type-Options":     {"nosniff"},
}

// secure gives them to every reply.
func secure(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), safety)
		handler.ServeHTTP(w, r)
	})
}

// origin is whose pages may read a reply beside our own: nobody's (""), everybody's ("*") or one origin's.
type origin string

func parseOrigin(s string) (origin, error) {
	if s == "" || s == "*" {
		return origin(s), nil
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || s != u.Scheme+"://"+strings.ToLower(u.Host) {
		return "", fmt.Errorf("-cors %q is no origin: give one such as https://example.org, * or nothing", s)
	}
	return origin(s), nil
}

// allow adds the CORS headers. Credentials are for one named origin only: browsers refuse them beside "*", and here
// they would open nothing, since no reply depends on a cookie.
//
// EventSource never asks beforehand, not even for Last-Event-ID. fetch does, for that header and for Cache-Control: a
// polyfill that is not answered breaks on its first reconnect.
func (o origin) allow(handler http.Handler) http.Handler {
	if o == "" {
		return handler
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", string(o))
		if o != "*" {
			header.Set("Access-Control-Allow-Credentials", "true")
		}
		if r.Method == http.MethodOptions {
			header.Set("Access-Control-Allow-Methods", "GET, HEAD")
			header.Set("Access-Control-Allow-Headers", "Last-Event-ID, Cache-Control")
			header.Set("Access-Control-Max-Age", "600")
		}
		handler.ServeHTTP(w, r)
	})
}

// preflight lets in whoever asks whether they may ask for a scenario. The answer itself says whether they may read it:
// EventSource never asks beforehand, so a polyfill sees the same.
func preflight(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); r.Method == http.MethodOptions && origin != "" && isAsk(r.URL.RawQuery) {
			header := w.Header()
			header.Add("Vary", "Origin")
			header.Set("Access-Control-Allow-Origin", origin)
			header.Set("Access-Control-Allow-Credentials", "true")
			header.Set("Access-Control-Allow-Methods", "GET, HEAD")
			header.Set("Access-Control-Allow-Headers", "Last-Event-ID, Cache-Control")
			header.Set("Access-Control-Max-Age", "600")
		}
		handler.ServeHTTP(w, r)
	})
}
