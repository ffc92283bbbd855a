package main

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFullServerSaysSo(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"in all", []string{"-max-streams", "2"}, "this server has 2 streams open and takes no more.\n"},
		{"from one address", []string{"-max-streams-per-address", "2"}, "your address has 2 streams open and gets no more.\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := start(t, append(test.args, "-addr", "127.0.0.1:0")...)
			first := p.get(t, "/sse")
			p.get(t, "/sse")
			third := p.get(t, "/sse")
			if third.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("got status %d; want 503", third.StatusCode)
			}
			if got := third.Header.Get("Retry-After"); got != "5" {
				t.Errorf("got Retry-After %q; want 5", got)
			}
			if got := third.Header.Get("Access-Control-Allow-Origin"); got != "*" {
				t.Errorf("got Access-Control-Allow-Origin %q; want *, so that fetch can read the sentence", got)
			}
			if got := text(t, third); !strings.HasSuffix(got, test.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("got %q; want one sentence that ends %q", got, test.want)
			}
			if got := p.stderr.String(); !strings.Contains(got, "msg=refused") {
				t.Errorf("got log %q; want the refusal in it", got)
			}
			for _, path := range []string{"/", "/sse?count=0", "/sse?count=-1"} {
				if got := p.get(t, path).StatusCode; got == http.StatusServiceUnavailable {
					t.Errorf("got status 503 for %s; want it answered, since it is no stream", path)
				}
			}
			first.Body.Close()
			waitFor(t, "its place to be free", func() bool { return p.get(t, "/sse").StatusCode == http.StatusOK })
		})
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
			if got := addressOf(r).String(); got != test.want {
				t.Errorf("got %s; want %s", got, test.want)
			}
		})
	}
}

func TestPlacesAreGivenBack(t *testing.T) {
	limits := DefaultLimits
	limits.Streams = 3
	s := newStreams(limits, newLog(&buffer{}))
	var wait sync.WaitGroup
	for range 100 {
		wait.Go(func() {
			w := httptest.NewRecorder()
			if leave, refused := s.enter(w, httptest.NewRequest("GET", "/sse", nil)); refused == nil {
				leave()
			}
		})
	}
	wait.Wait()
	if s.all != 0 || len(s.from) != 0 {
		t.Errorf("got %d streams of %d addresses; want none left", s.all, len(s.from))
	}
}

func TestMemoryIsGivenBackWhenMostHaveLeft(t *testing.T) {
	for _, test := range []struct {
		name              string
		come, leave, back int
		want              bool
	}{
		{"all of a class", many, many, 0, true},
		{"three quarters", many, many * 3 / 4, 0, true},
		{"half", many, many / 2, 0, false},
		{"all of a few", many - 1, many - 1, 0, false},
		{"all, who come back at once", many, many, many, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limits := DefaultLimits
				limits.StreamsPerAddress = many
				s := newStreams(limits, nil)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for range test.come {
					s.add(netip.Prefix{})
				}
				for range test.leave {
					s.remove(netip.Prefix{})
				}
				for range test.back {
					s.add(netip.Prefix{})
				}
				time.Sleep(2 * comeBack) // on the bubble's clock
				synctest.Wait()
				runtime.ReadMemStats(&after)
				if got := after.NumForcedGC > before.NumForcedGC; got != test.want {
					t.Errorf("got memory given back: %v; want %v", got, test.want)
				}
			})
		})
	}
}
