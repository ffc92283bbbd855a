package local

import (
	"io"
	"net"
	"sync"
)

// gate is a port that leads to another one, and can be blocked: then what was sent waits, as when a cable is unplugged, and neither
// end is told.
type gate struct {
	listener net.Listener

	mutex   sync.Mutex
	to      string    // host:port; "": nobody is there, and whoever comes is refused
	blocked bool      //
	changed sync.Cond // of blocked
	open    map[net.Conn]struct{}
	closed  bool
}

func newGate() (*gate, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	g := &gate{listener: l, open: map[net.Conn]struct{}{}}
	g.changed.L = &g.mutex
	go g.accept()
	return g, nil
}

func (g *gate) at() string { return g.listener.Addr().String() }

// lead says where it leads to.
func (g *gate) lead(to string) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.to = to
}

// block blocks it, or opens it again.
func (g *gate) block(blocked bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.blocked = blocked
	g.changed.Broadcast()
}

// pass waits while it is blocked.
func (g *gate) pass() (to string) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	for g.blocked && !g.closed {
		g.changed.Wait()
	}
	return g.to
}

func (g *gate) accept() {
	for {
		from, err := g.listener.Accept()
		if err != nil {
			return
		}
		go g.join(from)
	}
}

// join joins a connection to one to where the gate leads.
func (g *gate) join(from net.Conn) {
	defer g.drop(from)
	if !g.keep(from) {
		return
	}
	to, err := net.Dial("tcp", g.pass())
	if err != nil {
		return
	}
	defer g.drop(to)
	if !g.keep(to) {
		return
	}
	both := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
		go func() {
			io.Copy(gated{g, way[1]}, way[0])
			both <- struct{}{}
		}()
	}
	<-both // when one end has gone, so must the other
}

// gated is a connection that is written through a gate.
type gated struct {
	gate *gate
	to   net.Conn
}

func (w gated) Write(b []byte) (int, error) {
	w.gate.pass()
	return w.to.Write(b)
}

func (g *gate) keep(c net.Conn) bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if !g.closed {
		g.open[c] = struct{}{}
	}
	return !g.closed
}

func (g *gate) drop(c net.Conn) {
	c.Close()
	g.mutex.Lock()
	defer g.mutex.Unlock()
	delete(g.open, c)
}

func (g *gate) close() {
	g.listener.Close()
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.closed = true
	g.changed.Broadcast()
	for c := range g.open {
		c.Close()
	}
}
