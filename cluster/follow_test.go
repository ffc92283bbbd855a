package cluster

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"eventsource-playground/cluster/natstest"
)

// followed is what a follower was called with.
type followed struct {
	mutex sync.Mutex
	all   []string
	last  Entry
}

func (f *followed) take(e Entry) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.all, f.last = append(f.all, string(e.Body)), e
}

func (f *followed) text() string {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return strings.Join(f.all, " ")
}

func follow(t *testing.T, l *Log, key string) *followed {
	t.Helper()
	f := &followed{}
	stop, err := l.Follow(key, f.take)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return f
}

// has waits until a follower has what is wanted, and nothing else.
func (f *followed) has(t *testing.T, want string) {
	t.Helper()
	waitFor(t, fmt.Sprintf("%q", want), func() bool { return len(f.text()) >= len(want) })
	if got := f.text(); got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestALogIsFollowed(t *testing.T) {
	folder := t.TempDir()
	n := natstest.Start(t, folder, -1)
	a, b := joined(t, n.ClientURL(), "a"), joined(t, n.ClientURL(), "b")
	limits := LogLimits{Age: time.Hour, Bytes: 1 << 20, PerKey: 100, Keep: true}
	here, there := a.Log("things", limits), b.Log("things", limits)
	add := func(l *Log, key, entry string) {
		t.Helper()
		if err := l.Append(t.Context(), key, entry, []byte(entry)); err != nil {
			t.Fatal(err)
		}
	}
	add(here, "x", "1")
	add(here, "y", "no")
	one := follow(t, there, "x")
	add(here, "x", "2")
	add(there, "x", "3")
	add(there, "x", "3") // once
	one.has(t, "1 2 3")
	if since := time.Since(one.last.At); one.last.Sequence != 4 || since < 0 || since > time.Minute {
		t.Errorf("got %+v; want the fourth entry, of now", one.last)
	}

	port := n.Addr().(*net.TCPAddr).Port
	natstest.Stop(n)
	waitFor(t, "server that notices", func() bool { return !a.Reachable() && !b.Reachable() })
	if _, err := here.Follow("x", one.take); !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v; want ErrUnreachable", err)
	}
	natstest.Start(t, folder, port)
	waitFor(t, "entry that is added", func() bool { return here.Append(t.Context(), "x", "4", []byte("4")) == nil })
	one.has(t, "1 2 3 4")

	// Those before one, and all.
	if err := here.Purge(t.Context(), "x", one.last.Sequence); err != nil {
		t.Fatal(err)
	}
	follow(t, here, "x").has(t, "4")
	if err := there.PurgeAll(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	two := follow(t, here, "x")
	add(here, "x", "5")
	two.has(t, "5")
	one.has(t, "1 2 3 4 5")
	follow(t, here, "y").has(t, "no")
}

func TestALogThatTheNodesForgot(t *testing.T) {
	n := natstest.Start(t, t.TempDir(), -1)
	c := joined(t, n.ClientURL(), "a")
	l := c.Log("things", LogLimits{Age: time.Hour, Bytes: 1 << 20, PerKey: 100, Keep: true})
	for i := range 3 {
		if err := l.Append(t.Context(), "x", fmt.Sprint(i), fmt.Append(nil, i)); err != nil {
			t.Fatal(err)
		}
	}
	f := follow(t, l, "x")
	f.has(t, "0 1 2")
	port := n.Addr().(*net.TCPAddr).Port
	natstest.Stop(n)
	natstest.Start(t, t.TempDir(), port)
	waitFor(t, "entry that is added", func() bool { return l.Append(t.Context(), "x", "new", []byte("new")) == nil })
	f.has(t, "0 1 2 new")
}

func TestALogThatIsFull(t *testing.T) {
	c := joined(t, natstest.Start(t, t.TempDir(), -1).ClientURL(), "a")
	for name, limits := range map[string]LogLimits{
		"entries": {Age: time.Hour, Bytes: 1 << 20, PerKey: 3, Keep: true},
		"bytes":   {Age: time.Hour, Bytes: 500, PerKey: 100, Keep: true},
	} {
		l := c.Log(name, limits)
		var err error
		for n := 0; n < 10 && err == nil; n++ {
			err = l.Append(t.Context(), "x", fmt.Sprint(n), make([]byte, 50))
		}
		if !errors.Is(err, ErrFull) {
			t.Errorf("%s: got %v; want ErrFull", name, err)
		}
	}
}

func TestAnEntryAfterTheNewest(t *testing.T) {
	c := joined(t, natstest.Start(t, t.TempDir(), -1).ClientURL(), "a")
	l := c.Log("things", LogLimits{Age: time.Hour, Bytes: 1 << 20, PerKey: 100, Keep: true})
	first, err := l.AppendAfter(t.Context(), "x", 0, []byte("1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, last := range []uint64{0, first + 1} {
		if _, err := l.AppendAfter(t.Context(), "x", last, []byte("2")); !errors.Is(err, ErrBehind) {
			t.Errorf("got %v after %d; want ErrBehind", err, last)
		}
	}
	if err := l.Append(t.Context(), "y", "y", []byte("other")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.AppendAfter(t.Context(), "x", first, []byte("2")); err != nil {
		t.Errorf("got %v; want it added", err)
	}
	follow(t, l, "x").has(t, "1 2")
}
