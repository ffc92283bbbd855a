package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// policyFor lets the page load its own files, and only those: 'wasm-unsafe-eval' is compiling WebAssembly, the hashes are of
// the elements in index.html that paint the page before anything else is loaded, and then load it. connect-src is open
// because opening any stream on the web is what this tool is for.
func policyFor(index string) string {
	return "default-src 'none'; " +
		"script-src 'self' 'wasm-unsafe-eval'" + hashesOf(index, "script") + "; " +
		"style-src 'self'" + hashesOf(index, "style") + "; " +
		"img-src 'self'; " +
		"manifest-src 'self'; " +
		"worker-src 'self'; " +
		"connect-src 'self' http: https:; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// hashesOf are the hashes of what stands in a page's elements of that name, as a source list wants them.
func hashesOf(page, element string) string {
	var hashes strings.Builder
	for {
		_, rest, found := strings.Cut(page, "<"+element)
		_, rest, opened := strings.Cut(rest, ">")
		content, rest, closed := strings.Cut(rest, "</"+element+">")
		if !found || !opened || !closed {
			return hashes.String()
		}
		if content != "" { // or it is one with src
			hash := sha256.Sum256([]byte(content))
			hashes.WriteString(" 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'")
		}
		page = rest
	}
}

// secure gives every response the headers that keep others off the page.
func (a *assets) secure(handler http.Handler) http.Handler {
	safety := http.Header{
		"Content-Security-Policy":    {a.policy},
		"Cross-Origin-Opener-Policy": {"same-origin"},
		"Referrer-Policy":            {"no-referrer"},
		"X-Content-Type-Options":     {"nosniff"},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), safety)
		handler.ServeHTTP(w, r)
	})
}

// origin is whose pages may read a response beside our own: nobody's (""), everybody's ("*") or one origin's.
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
// they would open nothing, since no response depends on a cookie.
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
		handler.ServeHTTP(w, r)
	})
}
