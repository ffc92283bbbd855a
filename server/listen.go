package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
)

// listen opens the sockets for addr, which the named flag gave, and returns the host and port to type into a browser.
//
// A browser takes localhost to be [::1] as well as 127.0.0.1, and tries both: whoever holds the port on the other one
// would get our page's requests. So localhost is both, wherever the machine has both.
func listen(name, addr string) ([]net.Listener, string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, "", fmt.Errorf("%s %q: give host:port, such as localhost:3000", name, addr)
	}
	var listeners []net.Listener
	if host == "localhost" {
		listeners, err = listenLocalhost(port)
	} else {
		var one net.Listener
		one, err = listening.Listen(context.Background(), "tcp", addr)
		listeners = []net.Listener{one}
	}
	if err != nil {
		return nil, "", err
	}
	bound := listeners[0].Addr().(*net.TCPAddr)
	if host == "" || bound.IP.IsUnspecified() {
		host = "localhost"
	}
	return listeners, net.JoinHostPort(host, strconv.Itoa(bound.Port)), nil
}

// listenSecond opens the sockets of the second origin: for addr, or if that is "" at any free port of the first one's
// host.
func listenSecond(addr, first string) ([]net.Listener, string, error) {
	if addr == "" {
		host, _, err := net.SplitHostPort(first)
		if err != nil {
			return nil, "", err
		}
		addr = net.JoinHostPort(host, "0")
	}
	return listen("-second-addr", addr)
}

// secondOrigin is where a client finds the second origin: under the same name as the first, with the same scheme.
type secondOrigin struct {
	port, securePort string
	page             string   // the port of the first origin over https; "": there is none
	public           *url.URL // what others call this server; nil: nothing else
}

// secure is the page's origin over https as the client of a request calls it; "" if there is none.
func (s secondOrigin) secure(r *http.Request) string {
	if s.page == "" {
		return ""
	}
	return "https://" + net.JoinHostPort(hostOf(r), s.page)
}

// hostOf is the name by which a client calls this server.
func hostOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host // without a port
	}
	if host = strings.Trim(host, "[]"); !named(host) {
		return "localhost"
	}
	return host
}

// of is the origin as the client of a request calls it.
func (s secondOrigin) of(r *http.Request) string {
	host := hostOf(r)
	switch {
	case r.TLS != nil:
		return "https://" + net.JoinHostPort(host, s.securePort)
	case s.public != nil && s.public.Scheme == "https" && strings.EqualFold(s.public.Hostname(), host):
		return "https://" + net.JoinHostPort(host, s.port) // a proxy ends TLS
	}
	return "http://" + net.JoinHostPort(host, s.port)
}

// portOf is that of host:port.
func portOf(at string) string { return at[strings.LastIndexByte(at, ':')+1:] }

// named reports whether a host is a name or an address, so that nothing else gets into a Location.
func named(host string) bool {
	return host != "" && strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789.-_:") == ""
}

func listenLocalhost(port string) ([]net.Listener, error) {
	for try := 1; ; try++ {
		four, err := listening.Listen(context.Background(), "tcp4", net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			return nil, err
		}
		_, bound, _ := net.SplitHostPort(four.Addr().String())
		six, err := listening.Listen(context.Background(), "tcp6", net.JoinHostPort("::1", bound))
		switch {
		case err == nil:
			return []net.Listener{four, six}, nil
		case !errors.Is(err, syscall.EADDRINUSE):
			return []net.Listener{four}, nil // no IPv6 here
		}
		four.Close()
		if port != "0" || try == 10 {
			return nil, err
		}
	}
}
