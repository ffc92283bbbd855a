package main

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"eventsource-playground/server/refuse"
)

// hosts are the names of this server. Another name that leads here may be rebound to this address by a stranger, whose page
// would then count as one of this origin: it could open channels. An IP address can't be rebound.
type hosts map[string]bool

// newHosts are localhost, the machine's name, with .local too, and that of the public URL, if that is not nil.
func newHosts(public *url.URL) hosts {
	names := hosts{"localhost": true}
	if machine, err := os.Hostname(); err == nil {
		machine = strings.ToLower(machine)
		first, _, _ := strings.Cut(machine, ".")
		names[machine], names[first], names[first+".local"] = true, true, true
	}
	if public != nil {
		names[strings.ToLower(public.Hostname())] = true
	}
	return names
}

// parsePublic reads what others call this server; nil if that is nothing else.
func parsePublic(public string) (*url.URL, error) {
	if public == "" {
		return nil, nil
	}
	u, err := url.Parse(public)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, fmt.Errorf("-public-url %q is no URL: give one such as https://sse.example.org", public)
	}
	return u, nil
}

// has reports whether a Host header names this server. HTTP/1.0 has none, and no browser speaks it.
func (names hosts) has(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host // without a port
	}
	name = strings.TrimSuffix(strings.ToLower(strings.Trim(name, "[]")), ".")
	_, err = netip.ParseAddr(name)
	return host == "" || err == nil || names[name]
}

// only refuses requests under any other name.
func (names hosts) only(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !names.has(r.Host) {
			w.Header().Set("X-Content-Type-Options", "nosniff")
			refuse.New(http.StatusMisdirectedRequest,
				"This server does not know itself as %s: use localhost, its IP address or the machine's name, or start it with -public-url and this name.", refuse.Quote(r.Host)).Write(w)
			return
		}
		handler.ServeHTTP(w, r)
	})
}
