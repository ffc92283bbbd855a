package e2e

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// cable is between one page and a server, and can be cut. The browsers' own ways to be offline are something else: Chromium's developer
// tools refuse what is new, but only delay what is open, and a Firefox that knows that it is offline does not try again: its
// EventSource is CLOSED for good.
type cable struct {
	URL string // of the server, at this end

	to      string // the server's host and port
	mutex   sync.Mutex
	isCut   bool
	through []net.Conn
}

// newCable lasts until the end of the test.
func newCable(t testing.TB, to string) *cable {
	t.Helper()
	in, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{URL: "http://" + in.Addr().String(), to: hostOf(to)}
	t.Cleanup(c.cut)
	t.Cleanup(func() { in.Close() })
	go func() {
		for {
			page, err := in.Accept()
			if err != nil {
				return
			}
			go c.carry(page)
		}
	}()
	return c
}

func hostOf(url string) string { return strings.TrimPrefix(url, "http://") }

// cut resets all connections, and new ones. It goes on listening, or another test's connection could get its port.
func (c *cable) cut() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.isCut = true
	for _, conn := range c.through {
		reset(conn)
	}
	c.through = nil
}

// mend has it carry new connections again.
func (c *cable) mend() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.isCut = false
}

// carry carries a connection, until either end closes it.
func (c *cable) carry(page net.Conn) {
	server, err := net.Dial("tcp", c.to)
	if err != nil {
		reset(page)
		return
	}
	defer server.Close()
	c.mutex.Lock()
	if c.isCut {
		c.mutex.Unlock()
		reset(page)
		return
	}
	c.through = append(c.through, page, server)
	c.mutex.Unlock()
	defer page.Close()
	go func() {
		defer page.Close()
		io.Copy(page, server)
	}()
	io.Copy(server, page)
}

func reset(conn net.Conn) {
	conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}
