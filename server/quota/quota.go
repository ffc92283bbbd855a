// Package quota counts what is open, in all and by address, so that one visitor leaves room for others.
package quota

import (
	"fmt"
	"net/http"
	"net/netip"
	"sync"
)

// Quota is one of them.
type Quota struct {
	what       string
	all        int
	perAddress int

	mutex sync.Mutex
	open  int
	from  map[netip.Prefix]int
}

// New is a quota of so many in all, and of one address. what says of what, as in "3 streams open".
func New(what string, all, perAddress int) *Quota {
	return &Quota{what: what, all: all, perAddress: perAddress, from: map[netip.Prefix]int{}}
}

// Enter counts one in, or returns a *FullError. Whoever enters must leave.
func (q *Quota) Enter(from netip.Prefix) error { return q.Add(from, 1) }

// Leave counts one out.
func (q *Quota) Leave(from netip.Prefix) { q.Remove(from, 1) }

// Add counts n in, or returns a *FullError. What is added must be removed.
func (q *Quota) Add(from netip.Prefix, n int) error {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	switch {
	case q.from[from]+n > q.perAddress:
		return &FullError{What: q.what, Open: q.from[from], OfAddress: true}
	case q.open+n > q.all:
		return &FullError{What: q.what, Open: q.open}
	}
	q.open += n
	q.from[from] += n
	return nil
}

// Remove counts n out.
func (q *Quota) Remove(from netip.Prefix, n int) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.open -= n
	if q.from[from] -= n; q.from[from] == 0 {
		delete(q.from, from)
	}
}

// Open is how many there are.
func (q *Quota) Open() int {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	return q.open
}

// Empty reports whether none is open.
func (q *Quota) Empty() bool {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	return q.open == 0 && len(q.from) == 0
}

// FullError says which limit was met.
type FullError struct {
	What      string
	Open      int
	OfAddress bool // the limit is that of one address
}

func (e *FullError) Error() string {
	if e.OfAddress {
		return fmt.Sprintf("your address has %d %s open and gets no more", e.Open, e.What)
	}
	return fmt.Sprintf("this server has %d %s open and accepts no more", e.Open, e.What)
}

// AddressOf is who sent a request: an IPv4 address, or the /64 that one IPv6 customer gets.
func AddressOf(r *http.Request) netip.Prefix {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{} // they share one place
	}
	return Of(remote.Addr())
}

// Of is whose an address is, as AddressOf is for a request.
func Of(address netip.Addr) netip.Prefix {
	address = address.Unmap().WithZone("")
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	prefix, _ := address.Prefix(bits)
	return prefix
}
