package local

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"sync/atomic"
)

// proxy is one that listens.
type proxy struct {
	listener net.Listener
	server   *http.Server
}

var errNone = errors.New("no server runs")

// Proxy sends each request to the next of the servers that run now, as host:port, and else changes as little as a proxy can.
func Proxy(backends func() []string) http.Handler {
	var turn atomic.Uint64
	var dialer net.Dialer
	transport := &http.Transport{
		// Whoever does not listen is skipped: nothing has been sent yet.
		DialContext: func(ctx context.Context, network, _ string) (conn net.Conn, err error) {
			all := backends()
			err = errNone
			for first, i := turn.Add(1), 0; i < len(all); i++ {
				if conn, err = dialer.DialContext(ctx, network, all[(first+uint64(i))%uint64(len(all))]); err == nil {
					return conn, nil
				}
			}
			return nil, err
		},
		MaxIdleConnsPerHost: -1, // a connection for each request: none that a server has just closed, for which it would be sent twice
		DisableCompression:  true,
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "server"
			r.Out.URL.RawQuery = r.In.URL.RawQuery // as it came, even what can't be parsed
			r.Out.Host = r.In.Host
		},
		Transport:     transport,
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0),
		// A connection that is lost before the head is lost to the client, too.
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
}

// newProxy listens. backends are those that run now, as host:port.
func newProxy(addr string, backends func() []string) (*proxy, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: l, server: &http.Server{Handler: Proxy(backends), ErrorLog: log.New(io.Discard, "", 0)}}
	go p.server.Serve(l)
	return p, nil
}

func (p *proxy) at() string { return p.listener.Addr().String() }

func (p *proxy) close() { p.server.Close() }
