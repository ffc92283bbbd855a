package main

import (
	"cmp"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
)

// reach is how others get to this server, for what they are to type or to scan.
type reach struct {
	public *url.URL // nil: nothing else than its addresses
	others []string // host:port for other machines; none if only this one reaches it, or if at is for all
	at     string   // host:port
}

// reachOf is that of a site.
func reachOf(s site, public *url.URL) reach {
	r := reach{public: public, at: s.at}
	if bound := s.plain[0].Addr().(*net.TCPAddr); bound.IP.IsUnspecified() {
		addresses, _ := net.InterfaceAddrs() // without any, there are no other machines
		for _, host := range reachable(addresses, outward()) {
			r.others = append(r.others, net.JoinHostPort(host, portOf(s.at)))
		}
	}
	return r
}

// reachable are a machine's addresses that others can have a use for, those of IPv4 if there are some, as they are typed. The
// first is the one that leads outward.
func reachable(addresses []net.Addr, outward netip.Addr) []string {
	var found []netip.Addr
	for _, a := range addresses {
		prefix, err := netip.ParsePrefix(a.String())
		if ip := prefix.Addr().Unmap(); err == nil && ip.IsGlobalUnicast() {
			found = append(found, ip)
		}
	}
	rank := func(ip netip.Addr) int {
		switch {
		case ip == outward:
			return 0
		case ip.Is4():
			return 1
		}
		return 2
	}
	slices.SortStableFunc(found, func(a, b netip.Addr) int { return cmp.Compare(rank(a), rank(b)) })
	if slices.ContainsFunc(found, netip.Addr.Is4) {
		found = slices.DeleteFunc(found, netip.Addr.Is6)
	}
	var hosts []string
	for _, ip := range found {
		hosts = append(hosts, ip.String())
	}
	return hosts
}

// outward is the address from which this machine would send to the world. Nothing is sent.
func outward() netip.Addr {
	conn, err := net.Dial("udp4", "192.0.2.1:9")
	if err != nil {
		return netip.Addr{}
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
}

// of is the address for those who get it from the client of a request: never localhost, if there is another.
func (s reach) of(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	switch {
	case s.public != nil:
		return s.public.Scheme + "://" + s.public.Host
	case host != "" && !loopback(host):
		if r.TLS != nil {
			return "https://" + r.Host
		}
		return "http://" + r.Host
	case len(s.others) > 0:
		return "http://" + s.others[0]
	}
	return "http://" + s.at
}

// page is of, with the page in a room.
func (s reach) page(r *http.Request, room string) string {
	return s.of(r) + "/?room=" + url.QueryEscape(room)
}
