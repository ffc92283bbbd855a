package quota

import (
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
)

func TestWhoIsLetIn(t *testing.T) {
	q := New("streams", 3, 2)
	a, b := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
	for i, test := range []struct {
		from  netip.Prefix
		leave bool
		want  string // why not
	}{
		{a, false, ""},
		{a, false, ""},
		{a, false, "your address has 2 streams open and gets no more"},
		{b, false, ""},
		{b, false, "this server has 3 streams open and accepts no more"},
		{a, true, ""},
		{b, false, ""},
	} {
		got := ""
		if test.leave {
			q.Leave(test.from)
		} else if err := q.Enter(test.from); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%d: got %q; want %q", i, got, test.want)
		}
	}
}

func TestPlacesAreGivenBack(t *testing.T) {
	q := New("streams", 3, 3)
	var wait sync.WaitGroup
	for range 100 {
		wait.Go(func() {
			if q.Enter(netip.Prefix{}) == nil {
				q.Leave(netip.Prefix{})
			}
		})
	}
	wait.Wait()
	if q.open != 0 || len(q.from) != 0 {
		t.Errorf("got %d streams of %d addresses; want none left", q.open, len(q.from))
	}
}

func TestWhatOneAddressIs(t *testing.T) {
	for _, test := range []struct{ name, remote, want string }{
		{"an IPv4 address", "192.0.2.1:1234", "192.0.2.1/32"},
		{"the same written as IPv6", "[::ffff:192.0.2.1]:1234", "192.0.2.1/32"},
		{"an IPv6 customer", "[2001:db8:1:2:3:4:5:6]:1234", "2001:db8:1:2::/64"},
		{"a neighbour on the line", "[fe80::1%eth0]:1234", "fe80::/64"},
		{"no address", "@", "invalid Prefix"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/sse", nil)
			r.RemoteAddr = test.remote
			if got := AddressOf(r).String(); got != test.want {
				t.Errorf("got %s; want %s", got, test.want)
			}
		})
	}
}
