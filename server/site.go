package main

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"slices"
)

// site is where one origin of this server listens.
type site struct {
	plain, secure []net.Listener // over http, and over https
	at, secureAt  string         // host:port to type into a browser; secureAt is "" without https
	config        *tls.Config    // nil without https
}

// listen opens all sockets: those of the page, and those of the second origin.
func (o options) listen(log *slog.Logger) (first, second site, err error) {
	defer func() {
		if err != nil {
			first.close()
			second.close()
		}
	}()
	if first.plain, first.at, err = listen("-addr", o.addr); err != nil {
		return first, second, err
	}
	if second.plain, second.at, err = listenSecond(o.second, o.addr); err != nil {
		return first, second, err
	}
	if first.secure, first.secureAt, err = o.tls.listen(o.addr); err != nil || first.secure == nil {
		return first, second, err
	}
	if first.config, err = o.tls.config(log); err != nil {
		return first, second, err
	}
	second.config = first.config
	beside := first.secureAt
	if bound := first.secure[0].Addr().(*net.TCPAddr); bound.IP.IsUnspecified() {
		beside = bound.String() // all of the machine's addresses
	}
	second.secure, second.secureAt, err = listenSecond("", beside)
	return first, second, err
}

func (s site) close() {
	for _, l := range slices.Concat(s.plain, s.secure) {
		l.Close()
	}
}

// serve has a server serve all of it, and sends why it stopped, once for each listener.
func (s site) serve(server *http.Server, failed chan<- error) {
	server.TLSConfig = s.config.Clone() // net/http changes it
	for _, l := range s.plain {
		go func() { failed <- server.Serve(l) }()
	}
	for _, l := range s.secure {
		go func() { failed <- server.ServeTLS(l, "", "") }()
	}
}
