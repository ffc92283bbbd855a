package room

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"eventsource-playground/cluster/natstest"
	"eventsource-playground/sse"
)

// startNATS starts a server of somebody's, with a port. It can be stopped, and started again with the same port and folder.
func startNATS(t testing.TB, dir string, port int) (url string, s *server.Server) {
	t.Helper()
	s = natstest.Start(t, dir, port)
	return s.ClientURL(), s
}

func external(url string) Options {
	o := options()
	o.URL, o.Events = url, 1000
	return o
}

func TestNATSIsGoneForAWhile(t *testing.T) {
	dir := t.TempDir()
	url, nats := startNATS(t, dir, -1)
	h := open(t, external(url))
	r, _ := made(t, h)
	publish(t, r, "a", "b")
	read(t, r, 1, 2)
	port := nats.Addr().(*net.TCPAddr).Port
	nats.Shutdown()
	nats.WaitForShutdown()

	refused := 0
	for range 20 {
		if ids, err := r.Publish(t.Context(), []sse.Message{{Data: "never"}}); errors.Is(err, ErrUnreachable) && len(ids) == 0 {
			refused++
		} else if !errors.Is(err, ErrUnacknowledged) {
			t.Errorf("got ids %v, %v; want ErrUnreachable", ids, err)
		}
	}
	if refused < 19 { // the first may have been under way
		t.Errorf("got %d of 20 refused; want them to be", refused)
	}
	if err := r.Command(t.Context(), Command{Do: DoCut}); !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v for a command; want ErrUnreachable", err)
	}
	if view := r.View(); view.Over || view.Shown != 3 {
		t.Errorf("got %+v; want readers to stay, with what there is", view)
	}
	if cursor, why := r.Resume(t.Context(), r.ID(1)); cursor != 2 || why != "" {
		t.Errorf("got %d, %q for one that reconnects meanwhile; want what it has missed", cursor, why)
	}

	startNATS(t, dir, port)
	var acknowledged []string
	waitFor(t, "event that is accepted", func() bool {
		ids, err := r.Publish(t.Context(), []sse.Message{{Data: "c"}})
		acknowledged = ids
		return err == nil
	})
	publish(t, r, "d", "e")
	first := strings.TrimPrefix(acknowledged[0], r.ID(0)[:7])
	if got, want := read(t, r, 1, 5), "1=a 2=b 3=c 4=d 5=e"; got != want || first != "3" {
		t.Errorf("got %s, c being %s; want %s", got, first, want)
	}
}

func TestNATSThatIsNotThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	h := open(t, external("nats://"+l.Addr().String()))
	if _, _, err := h.Make(t.Context()); !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v; want ErrUnreachable", err)
	}
	if _, err := h.Room(t.Context(), "calm-river"); !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v; want ErrUnreachable", err)
	}
}

func TestCredentials(t *testing.T) {
	pair := func(create func() (nkeys.KeyPair, error)) (nkeys.KeyPair, string) {
		k, err := create()
		if err != nil {
			t.Fatal(err)
		}
		public, err := k.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		return k, public
	}
	operator, operatorKey := pair(nkeys.CreateOperator)
	account, accountKey := pair(nkeys.CreateAccount)
	_, systemKey := pair(nkeys.CreateAccount)
	user, userKey := pair(nkeys.CreateUser)
	encode := func(c jwt.Claims, by nkeys.KeyPair) string {
		token, err := c.Encode(by)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	resolver := &server.MemAccResolver{}
	claims := jwt.NewAccountClaims(accountKey)
	claims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
	resolver.Store(accountKey, encode(claims, operator))
	resolver.Store(systemKey, encode(jwt.NewAccountClaims(systemKey), operator))
	s := natstest.StartWith(t, &server.Options{
		Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true,
		TrustedOperators: []*jwt.OperatorClaims{jwt.NewOperatorClaims(operatorKey)}, AccountResolver: resolver, SystemAccount: systemKey,
	})
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	creds, err := jwt.FormatUserConfig(encode(jwt.NewUserClaims(userKey), account), seed)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "user.creds")
	if err := os.WriteFile(file, creds, 0o600); err != nil {
		t.Fatal(err)
	}
	o := external(s.ClientURL())
	if _, _, err := open(t, o).Make(t.Context()); !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v without credentials; want ErrUnreachable", err)
	}
	o.Creds = file
	r, _ := made(t, open(t, o))
	publish(t, r, "a")
	if got, want := read(t, r, 1, 1), "1=a"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestTwoServersHaveTheSameRooms(t *testing.T) {
	url, _ := startNATS(t, t.TempDir(), -1)
	a, b := open(t, external(url)), open(t, external(url))
	here, key := made(t, a)
	publish(t, here, "1", "2")
	there := opened(t, b, here.Name)
	if !there.Opens(key) {
		t.Error("got a key that does not open the room on another server; want it to")
	}
	publish(t, there, "3")
	for name, r := range map[string]*Room{"one": here, "the other": there} {
		if got, want := read(t, r, 1, 3), "1=1 2=2 3=3"; got != want {
			t.Errorf("got %s on %s; want %s", got, name, want)
		}
	}
	for _, c := range []struct {
		do   Do
		seen func(Commands) uint32
	}{
		{DoCut, func(c Commands) uint32 { return c.Cuts }},
		{DoEnd, func(c Commands) uint32 { return c.Ends }},
		{DoRetry, func(c Commands) uint32 { return c.Retries }},
	} {
		if err := here.Command(t.Context(), Command{Do: c.do, Min: 1, Max: 2}); err != nil {
			t.Fatal(err)
		}
		waitFor(t, string(c.do)+" on both", func() bool {
			return c.seen(here.View().Commands) == 1 && c.seen(there.View().Commands) == 1
		})
	}
	if err := there.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "end on both", func() bool { return here.View().Over && there.View().Over })
}

func TestAReaderMovesToAServerThatIsABitLate(t *testing.T) {
	url, _ := startNATS(t, t.TempDir(), -1)
	a, b := open(t, external(url)), open(t, external(url))
	here, _ := made(t, a)
	there := opened(t, b, here.Name)
	for n := 1; n <= 100; n++ {
		id := publish(t, here, fmt.Sprint(n))[0]
		if cursor, why := there.Resume(t.Context(), id); cursor != uint64(n+1) || why != "" {
			t.Fatalf("got %d, %q for %s; want %d and no gap", cursor, why, id, n+1)
		}
	}
}

func TestARoomThatIsGoneWhileNATSWas(t *testing.T) {
	url, nats := startNATS(t, t.TempDir(), -1)
	h := open(t, external(url))
	r, _ := made(t, h)
	port := nats.Addr().(*net.TCPAddr).Port
	nats.Shutdown()
	nats.WaitForShutdown()
	startNATS(t, t.TempDir(), port) // another one, which knows nothing
	waitFor(t, "end for the readers", func() bool { return r.View().Over })
}

func TestAConsumerThatIsGoneIsFollowedByAnother(t *testing.T) {
	h := open(t, external(natstest.Start(t, t.TempDir(), -1).ClientURL()))
	r, _ := made(t, h)
	publish(t, r, "a")
	read(t, r, 1, 1)
	stream, err := h.engine.js.Stream(t.Context(), r.config.Name)
	if err != nil {
		t.Fatal(err)
	}
	for info := range stream.ListConsumers(t.Context()).Info() {
		if err := stream.DeleteConsumer(t.Context(), info.Name); err != nil {
			t.Fatal(err)
		}
	}
	publish(t, r, "b", "c")
	if got, want := read(t, r, 1, 3), "1=a 2=b 3=c"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestWithoutNATSAReaderOfAnotherServerIsRightAndAllEndsSoon(t *testing.T) {
	nats := natstest.Start(t, t.TempDir(), -1)
	h := open(t, external(nats.ClientURL()))
	r, _ := made(t, h)
	publish(t, r, "a")
	if cursor, why := r.Resume(t.Context(), r.ID(5)); cursor != 1 || why != Unknown {
		t.Errorf("got %d, %q for an id that is none; want all again, and why", cursor, why)
	}
	nats.Shutdown()
	nats.WaitForShutdown()
	if cursor, why := r.Resume(t.Context(), r.ID(5)); cursor != 6 || why != "" {
		t.Errorf("got %d, %q for an event that only another server may know; want what comes after it", cursor, why)
	}
	closed := make(chan struct{})
	go func() { h.Close(); close(closed) }()
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		t.Error("got no end within 5 s; want it although NATS is gone")
	}
}
