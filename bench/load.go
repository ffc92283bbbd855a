//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"syscall"
	"time"
)

// load is many clients of one server, in one goroutine: raw connections and epoll, so that what is measured is the
// server. Its clients are bounded in number, and everything that it does is bounded in time.
type load struct {
	server  netip.AddrPort
	request func(last int) string // last is -1 for an EventSource that has seen nothing
	again   bool                  // a client at the end of a stream connects again, from the start

	room *roomEvents // what its clients read; nil: streams of their own

	epoll   int
	clients []*client
	waiting int // clients whose first event has not come
	events  int // that came, in all
	buf     []byte
	ready   []syscall.EpollEvent
}

type client struct {
	wire
	index int
	fd    int // -1: none
}

const (
	// inFlight is how many clients may be on their way in. More than the server's queue takes would have to wait for
	// TCP's second try, a second later.
	inFlight = 256
	// patience is for whatever must happen.
	patience = 30 * time.Second
)

var errPatience = fmt.Errorf("this took longer than %v", patience)

func newLoad(server netip.AddrPort, request func(last int) string) (*load, error) {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return &load{
		server: server, request: request, epoll: epoll,
		buf: make([]byte, 256<<10), ready: make([]syscall.EpollEvent, 1024),
	}, nil
}

// close lets all go.
func (l *load) close() {
	l.cut()
	syscall.Close(l.epoll)
}

// open adds n clients, evenly over a time, and returns when each has its first event.
func (l *load) open(n int, over time.Duration, keepsAt bool) error {
	for range n {
		c := &client{index: len(l.clients), fd: -1}
		c.last, c.keepsAt, c.room = -1, keepsAt, l.room
		l.clients = append(l.clients, c)
	}
	return l.connect(l.clients[len(l.clients)-n:], over)
}

// cut resets all connections.
func (l *load) cut() {
	for _, c := range l.clients {
		l.drop(c)
	}
	l.waiting = 0
}

// back has every client reconnect with its Last-Event-ID, and returns when each has its next event.
func (l *load) back() error { return l.connect(l.clients, 0) }

// run lets time pass.
func (l *load) run(d time.Duration) error {
	for until := time.Now().Add(d); ; {
		left := time.Until(until)
		if left <= 0 {
			return nil
		}
		if err := l.poll(left); err != nil {
			return err
		}
	}
}

// connect brings clients in, some at a time, evenly over a time, and returns when each has an event.
func (l *load) connect(clients []*client, over time.Duration) error {
	from := time.Now()
	until := from.Add(patience)
	for next := 0; l.waiting > 0 || next < len(clients); {
		wait := time.Until(until)
		for next < len(clients) && l.waiting < inFlight {
			if early := over*time.Duration(next)/time.Duration(len(clients)) - time.Since(from); early > 0 {
				wait = min(wait, max(early, time.Millisecond)) // epoll counts in these
				break
			}
			if err := l.dial(clients[next]); err != nil {
				return err
			}
			next++
		}
		if err := l.poll(wait); err != nil {
			return err
		}
		if !time.Now().Before(until) {
			return errPatience
		}
	}
	return nil
}

// dial connects and asks. Each 250 clients have an address of their own: ports are few, and so are the WebSockets that one gets.
func (l *load) dial(c *client) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return explain(err)
	}
	c.fd = fd
	c.begin()
	l.waiting++
	from := syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, byte(2 + c.index/250)}}
	const bindAddressNoPort = 24 // the port is chosen in connect, when the other end is known
	syscall.SetsockoptInt(fd, syscall.IPPROTO_IP, bindAddressNoPort, 1)
	if err := syscall.Bind(fd, &from); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	if err := syscall.Connect(fd, &syscall.SockaddrInet4{Addr: l.server.Addr().As4(), Port: int(l.server.Port())}); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if _, err := syscall.Write(fd, []byte(l.request(c.last))); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	syscall.SetNonblock(fd, true)
	return syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(c.index)})
}

// drop closes with a reset: it leaves no port behind that rests for a minute.
func (l *load) drop(c *client) {
	if c.fd < 0 {
		return
	}
	syscall.SetsockoptLinger(c.fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
	syscall.Close(c.fd)
	c.fd = -1
}

// poll takes what has come, or waits for it.
func (l *load) poll(most time.Duration) error {
	n, err := syscall.EpollWait(l.epoll, l.ready, int(max(0, most.Milliseconds())))
	if err == syscall.EINTR {
		return nil
	}
	if err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	for _, e := range l.ready[:n] {
		if err := l.read(l.clients[e.Fd]); err != nil {
			return fmt.Errorf("client %d: %w", e.Fd, err)
		}
	}
	return nil
}

func (l *load) read(c *client) error {
	n, err := syscall.Read(c.fd, l.buf)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return nil
	case err != nil:
		return err
	case n == 0:
		return io.ErrUnexpectedEOF
	}
	had, answered := c.events, c.first >= 0
	err = c.take(l.buf[:n], time.Now())
	l.events += c.events - had
	if !answered && c.first >= 0 {
		l.waiting--
	}
	if errors.Is(err, errEnd) && l.again {
		l.drop(c)
		c.last = -1
		return l.dial(c)
	}
	return err
}

func explain(err error) error {
	if err == syscall.EMFILE {
		return errors.New("too many open files: raise the limit (ulimit -n)")
	}
	return err
}
