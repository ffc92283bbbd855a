package main

import (
	"crypto/tls"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/netip"
	"path"
	"sync"
	"time"

	"eventsource-playground/server/quota"
	"eventsource-playground/server/refuse"
)

// connections counts those that net/http serves. It lets go of those of streams and channels, which have limits of their own.
type connections struct {
	quota    *quota.Quota
	requests *quota.Quota // over HTTP/2
	mutex    sync.Mutex
	open     map[net.Conn]netip.Prefix
}

func newConnections(perAddress int) *connections {
	return &connections{
		quota:    quota.New("connections", math.MaxInt, perAddress),
		requests: quota.New("requests", math.MaxInt, perAddress),
		open:     map[net.Conn]netip.Prefix{},
	}
}

// limited is a handler that one address can't keep busy with a hundred requests on each of its connections, as HTTP/2 lets it.
// Streams have a limit of their own.
func (c *connections) limited(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor >= 2 && r.URL.Path != "/sse" && !(r.Method == http.MethodGet && path.Dir(r.URL.Path) == "/rooms") {
			from := quota.AddressOf(r)
			if err := c.requests.Enter(from); err != nil {
				refuse.Full("Wait for some, or try again in 5 seconds: %v.", err).Write(w)
				return
			}
			defer c.requests.Leave(from)
		}
		handler.ServeHTTP(w, r)
	})
}

// changed is an http.Server's ConnState.
func (c *connections) changed(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.opened(conn)
	case http.StateHijacked, http.StateClosed:
		c.closed(conn)
	}
}

// opened counts a connection in, or closes it with a word.
func (c *connections) opened(conn net.Conn) {
	var from netip.Prefix
	if addr, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		from = quota.Of(addr.AddrPort().Addr())
	}
	if err := c.quota.Enter(from); err != nil {
		if secure, ok := conn.(*tls.Conn); ok { // for a word there would have to be a handshake first, for which others would wait
			secure.NetConn().Close()
			return
		}
		refuse.Count(http.StatusServiceUnavailable)
		sentence := fmt.Sprintf("Close some, or try again in 5 seconds: %v.\n", err)
		conn.SetWriteDeadline(time.Now().Add(time.Second)) // so few bytes wait for nobody
		fmt.Fprintf(conn, "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 5\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(sentence), sentence)
		conn.Close()
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.open[conn] = from
}

func (c *connections) closed(conn net.Conn) {
	c.mutex.Lock()
	from, ok := c.open[conn]
	delete(c.open, conn)
	c.mutex.Unlock()
	if ok { // or it was closed at once
		c.quota.Leave(from)
	}
}
