package e2e

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// cable is between one page and a server, and can be cut. The browsers' own ways to be offline are something else: Chromium's developer
// tools refuse what is new, but only delay what is open, and a Firefox that knows that it is offline does not try again: its
// EventSource is CLOSED for good.
type cable struct {
	URL string // of the server, at this end

	t       testing.TB
	to      string // the server's host and port
	mutex   sync.Mutex
	in      net.Listener // nil: it is cut
	through []net.Conn
}

// newCable lasts until the end of the test.
func newCable(t testing.TB, to string) *cable {
	t.Helper()
	c := &cable{URL: "http://127.0.0.1:0", t: t, to: hostOf(to)}
	c.mend()
	c.URL = "http://" + c.in.Addr().String()
	t.Cleanup(c.cut)
	return c
}

func hostOf(url string) string { return strings.TrimPrefix(url, "http://") }

// cut resets all connections, and has new ones refused.
func (c *cable) cut() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.in == nil {
		return
	}
	c.in.Close()
	for _, conn := range c.through {
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
	c.in, c.through = nil, nil
}

// mend has it carry new connections again.
func (c *cable) mend() {
	c.t.Helper()
	in, err := net.Listen("tcp", hostOf(c.URL))
	for end := time.Now().Add(20 * time.Second); err != nil; in, err = net.Listen("tcp", hostOf(c.URL)) {
		if time.Now().After(end) { // until then the port may be that of another test's connection
			c.t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.in = in
	go func() {
		for {
			page, err := in.Accept()
			if err != nil {
				return
			}
			go c.carry(in, page)
		}
	}()
}

// carry carries a connection, until either end closes it.
func (c *cable) carry(in net.Listener, page net.Conn) {
	defer page.Close()
	server, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer server.Close()
	c.mutex.Lock()
	up := c.in == in
	if up {
		c.through = append(c.through, page, server)
	}
	c.mutex.Unlock()
	if up {
		go func() {
			defer page.Close()
			io.Copy(page, server)
		}()
		io.Copy(server, page)
	}
}
