package main

import (
	"fmt"
	"math"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"eventsource-playground/server/quota"
)

// connections counts those that net/http serves. It lets go of those of streams and channels, which have limits of their own.
type connections struct {
	quota *quota.Quota
	mutex sync.Mutex
	open  map[net.Conn]netip.Prefix
}

func newConnections(perAddress int) *connections {
	return &connections{quota: quota.New("connections", math.MaxInt, perAddress), open: map[net.Conn]netip.Prefix{}}
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
