package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"eventsource-playground/cluster/natstest"
)

func joined(t *testing.T, url, name string) *Cluster {
	t.Helper()
	c, err := Join(Options{URL: url, Name: name, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// waitFor waits until something is so.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("got no %s within 20 s", what)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{"a": true, "web-1": true, "": false, "a.b": false, "a b": false, "a*": false, "über": false, "a>": false} {
		if got := IsName(name); got != want {
			t.Errorf("got %t for %q; want %t", got, name, want)
		}
	}
}

func TestAValueIsChangedByOneServerAtATime(t *testing.T) {
	url := natstest.Start(t, t.TempDir(), -1).ClientURL()
	const servers, times = 3, 20
	var all sync.WaitGroup
	for i := range servers {
		values := joined(t, url, fmt.Sprint("s", i)).Values("test", time.Hour, 1<<20)
		all.Go(func() {
			for range times {
				err := values.Change(t.Context(), "n", func(old []byte) []byte {
					n, _ := strconv.Atoi(string(old)) // 0 at first
					return strconv.AppendInt(nil, int64(n+1), 10)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	values := joined(t, url, "reader").Values("test", time.Hour, 1<<20)
	got, err := values.Get(t.Context(), "n")
	if want := fmt.Sprint(servers * times); err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if got, err := values.Get(t.Context(), "unknown"); got != nil || err != nil {
		t.Errorf("got %q, %v; want nothing", got, err)
	}
	if err := values.Change(t.Context(), "none", func([]byte) []byte { return nil }); err != nil {
		t.Error(err)
	}
	if got, err := values.Get(t.Context(), "none"); got != nil || err != nil {
		t.Errorf("got %q, %v; want that it stayed as it was", got, err)
	}
}

func TestALogIsReadAndHeard(t *testing.T) {
	url := natstest.Start(t, t.TempDir(), -1).ClientURL()
	limits := LogLimits{Age: time.Hour, Bytes: 1 << 20, PerKey: 3}
	writer, reader := joined(t, url, "a").Log("test", limits), joined(t, url, "b").Log("test", limits)
	var heard followed
	stop, err := reader.Hear("x", func(entry []byte) { heard.take(Entry{Body: entry}) })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if _, err := reader.cluster.RoundTrip(); err != nil { // NATS may know of it later than of what another connection adds
		t.Fatal(err)
	}
	for i, entry := range []string{"1", "2", "2", "3", "4"} {
		if err := writer.Append(t.Context(), "x", "id-"+entry, []byte(entry)); err != nil {
			t.Fatal(i, err)
		}
	}
	if err := writer.Append(t.Context(), "y", "y", []byte("other")); err != nil {
		t.Fatal(err)
	}
	heard.has(t, "1 2 2 3 4")
	var got []string
	if err := reader.Read(t.Context(), "x", func(entry []byte) { got = append(got, string(entry)) }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"2", "3", "4"}; !slices.Equal(got, want) {
		t.Errorf("got %q; want %q: the newest, each once", got, want)
	}
	if err := reader.Read(t.Context(), "unknown", func([]byte) { t.Error("got an entry; want none") }); err != nil {
		t.Error(err)
	}
}

func TestCalls(t *testing.T) {
	url := natstest.Start(t, t.TempDir(), -1).ClientURL()
	a, b := joined(t, url, "a"), joined(t, url, "b")
	if err := b.Answer("echo", func(body []byte, reply func([]byte)) { go reply(append(body, '!')) }); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "reply", func() bool {
		got, err := a.Call(t.Context(), b.Self.ID(), "echo", []byte("hello"))
		return err == nil && string(got) == "hello!"
	})
	if _, err := a.Call(t.Context(), "b-ABCDEF", "echo", nil); !errors.Is(err, ErrGone) {
		t.Errorf("got %v; want ErrGone", err)
	}
}

func TestAServerIsThereAndGone(t *testing.T) {
	url := natstest.Start(t, t.TempDir(), -1).ClientURL()
	a, b := joined(t, url, "a"), joined(t, url, "b")
	waitFor(t, "measurement", func() bool { return a.Peer(b.Self.ID()).Known })
	if got := a.Peer(b.Self.ID()); got.Offset != 0 || got.Gone {
		t.Errorf("got %+v; want the same clock", got)
	}
	if got := a.Peer(a.Self.ID()); got != (Peer{}) {
		t.Errorf("got %+v; want that a server is no other", got)
	}
	told := make(chan Peer, 10)
	defer a.Watch(func(p Peer) { told <- p })()
	b.Close()
	for p := range told {
		if p.ID() == b.Self.ID() && p.Gone {
			break
		}
	}
}

func TestTheDifferenceOfClocks(t *testing.T) {
	type call struct{ ahead, trip time.Duration }
	for _, test := range []struct {
		name  string
		calls []call
		want  time.Duration
	}{
		{"a slow way there looks like a clock that is ahead, and may be none", []call{{9, 10}}, 0},
		{"a slow way back looks like one that is behind, and may be none", []call{{1, 10}}, 0},
		{"both bounds hold", []call{{9, 10}, {1, 10}}, 0},
		{"a clock that is ahead for certain is so by half-way between the bounds", []call{{110, 20}}, 100},
		{"a clock that is behind", []call{{-90, 20}}, -100},
		{"a second call tells better", []call{{110, 20}, {120, 24}, {104, 100}}, 100},
	} {
		t.Run(test.name, func(t *testing.T) {
			var d difference
			for _, c := range test.calls {
				d.add(c.ahead, c.trip)
			}
			if got := d.offset(); got != test.want {
				t.Errorf("got %d; want %d", got, test.want)
			}
		})
	}
}

// A server whose clock is wrong by an hour, and that says nothing any more.
func TestAnotherClock(t *testing.T) {
	url := natstest.Start(t, t.TempDir(), -1).ClientURL()
	a := joined(t, url, "a")
	wrong := Server{"wrong", "ABCDEF"}
	conn, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Subscribe(prefix+"call.clock."+wrong.ID(), func(m *nats.Msg) {
		b, _ := json.Marshal(time.Now().Add(time.Hour).UnixNano())
		m.Respond(b)
	})
	conn.Flush()
	b, _ := json.Marshal(sign{Server: wrong})
	waitFor(t, "measurement", func() bool {
		conn.Publish(prefix+"server", b)
		return a.Peer(wrong.ID()).Known
	})
	if got := a.Peer(wrong.ID()).Offset; got < time.Hour-time.Second || got > time.Hour+time.Second {
		t.Errorf("got %v; want an hour", got)
	}
	waitFor(t, "silence", func() bool { return a.Peer(wrong.ID()).Gone })
}

func TestWithoutNATSForAWhile(t *testing.T) {
	folder := t.TempDir()
	s := natstest.Start(t, folder, -1)
	a := joined(t, s.ClientURL(), "a")
	values := a.Values("test", time.Hour, 1<<20)
	log := a.Log("test", LogLimits{Age: time.Hour, Bytes: 1 << 20, PerKey: 10})
	set := func([]byte) []byte { return []byte("1") }
	if err := errors.Join(values.Change(t.Context(), "k", set), log.Append(t.Context(), "k", "1", nil)); err != nil {
		t.Fatal(err)
	}
	again := make(chan struct{}, 10)
	defer a.Again(func() { again <- struct{}{} })()
	port := s.Addr().(*net.TCPAddr).Port
	s.Shutdown()
	s.WaitForShutdown()
	waitFor(t, "loss", func() bool { return !a.Reachable() })
	_, getting := values.Get(t.Context(), "k")
	_, calling := a.Call(t.Context(), "b-ABCDEF", "echo", nil)
	_, measuring := a.RoundTrip()
	for what, err := range map[string]error{
		"Change": values.Change(t.Context(), "k", set), "Get": getting, "Append": log.Append(t.Context(), "k", "2", nil),
		"Read": log.Read(t.Context(), "k", func([]byte) {}), "Call": calling, "RoundTrip": measuring,
	} {
		if !errors.Is(err, ErrUnreachable) {
			t.Errorf("got %v of %s; want ErrUnreachable", err, what)
		}
	}
	natstest.Start(t, folder, port)
	<-again
	// It has forgotten what was in memory, and all is made anew.
	waitFor(t, "value", func() bool { return values.Change(t.Context(), "k", set) == nil })
	waitFor(t, "entry", func() bool { return log.Append(t.Context(), "k", "3", []byte("3")) == nil })
	if err := log.Read(t.Context(), "k", func(entry []byte) {
		if string(entry) != "3" {
			t.Errorf("got %q; want 3", entry)
		}
	}); err != nil {
		t.Error(err)
	}
}

func TestAServerStartsWithoutNATS(t *testing.T) {
	folder := t.TempDir()
	s := natstest.Start(t, folder, -1)
	port := s.Addr().(*net.TCPAddr).Port
	s.Shutdown()
	s.WaitForShutdown()
	a := joined(t, fmt.Sprint("nats://127.0.0.1:", port), "a")
	if a.Reachable() {
		t.Error("got that NATS is there; want that it is not")
	}
	natstest.Start(t, folder, port)
	waitFor(t, "NATS", a.Reachable)
}
