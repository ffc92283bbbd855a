package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"
)

// streams are the open ones, counted in all and by address so that one visitor leaves room for others.
type streams struct {
	limits Limits
	log    *slog.Logger

	mutex     sync.Mutex
	all       int
	from      map[netip.Prefix]int
	most      int // open at once, since memory was given back
	shrinking bool
}

func newStreams(limits Limits, log *slog.Logger) *streams {
	return &streams{limits: limits, log: log, from: map[netip.Prefix]int{}}
}

// enter counts a stream in, or refuses it. Whoever enters must leave.
//
// 503 closes an EventSource for good: no browser asks again, whatever Retry-After says. That is right where the server
// is full, and the sentence says so; the header is for clients that heed it.
func (s *streams) enter(w http.ResponseWriter, r *http.Request) (leave func(), refused *refusal) {
	address := addressOf(r)
	if err := s.add(address); err != nil {
		s.log.Warn("refused", "from", r.RemoteAddr, "err", err)
		w.Header().Set("Retry-After", "5")
		return nil, newRefusal(http.StatusServiceUnavailable,
			"Close one, or try again in 5 seconds with a new EventSource, since this one stays closed: %v.", err)
	}
	return func() { s.remove(address) }, nil
}

func (s *streams) add(address netip.Prefix) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch {
	case s.all >= s.limits.Streams:
		return fmt.Errorf("this server has %d streams open and takes no more", s.all)
	case s.from[address] >= s.limits.StreamsPerAddress:
		return fmt.Errorf("your address has %d streams open and gets no more", s.from[address])
	}
	s.all++
	s.most = max(s.most, s.all)
	s.from[address]++
	return nil
}

func (s *streams) remove(address netip.Prefix) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.all--
	if s.from[address]--; s.from[address] == 0 {
		delete(s.from, address)
	}
	if s.mostLeft() && !s.shrinking {
		s.shrinking = true
		time.AfterFunc(comeBack, s.shrink)
	}
}

const (
	many     = 1000
	comeBack = 10 * time.Second // for those who were cut off
)

func (s *streams) mostLeft() bool { return s.most >= many && s.all <= s.most/4 }

// shrink gives back to the system what those held who left. Go would keep most of it for many minutes.
func (s *streams) shrink() {
	s.mutex.Lock()
	left := s.mostLeft()
	if left {
		s.most = s.all
	}
	s.shrinking = false
	s.mutex.Unlock()
	if left {
		debug.FreeOSMemory()
	}
}

// addressOf is who asks: an IPv4 address, or the /64 that one IPv6 customer gets.
func addressOf(r *http.Request) netip.Prefix {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{} // they share one place
	}
	address := remote.Addr().Unmap().WithZone("")
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	prefix, _ := address.Prefix(bits)
	return prefix
}
