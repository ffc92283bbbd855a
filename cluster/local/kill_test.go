package local

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A node and a server are killed under load, in turn: nothing that was acknowledged is lost or comes twice.
func TestANodeAndAServerAreKilledUnderLoad(t *testing.T) {
	rounds := 2
	if os.Getenv("SLOW") != "" {
		rounds = 10
	}
	c := start(t, Options{Metrics: true})
	js := streams(t, c)
	l := newLoad(t, c.URL(), 10)
	before := l.openAll(t, c)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	l.read(t, ctx, 30)
	l.publish(ctx, 100*time.Millisecond)
	eventually(t, 10*time.Second, "acknowledgements", func() bool { return l.acknowledged() >= 5 })
	l.worst()
	for round := range rounds {
		node, server := c.Nodes[round%len(c.Nodes)], c.Servers[round%len(c.Servers)]
		eventually(t, 30*time.Second, "replicas", func() bool { return replicated(js, 3) })
		so := l.acknowledged()
		node.Kill()
		server.Kill()
		again := eventually(t, 60*time.Second, "acknowledgements", func() bool { return l.acknowledged() >= so+10 && l.allOpen() })
		caught := eventually(t, 60*time.Second, "readers that have all", l.caughtUp)
		if err := node.Start(within(t, patience)); err != nil {
			t.Fatal(err)
		}
		if err := server.Start(within(t, patience)); err != nil {
			t.Fatal(err)
		}
		t.Logf("round %d: ten more were acknowledged after %v, and all readers had them %v later; %s",
			round+1, again.Round(time.Millisecond), caught.Round(time.Millisecond), l.worst())
	}
	l.quiet()
	eventually(t, 60*time.Second, "readers that have all", l.caughtUp)
	l.check(t)
	stop()
	l.running.Wait()
	for _, s := range c.Servers {
		eventually(t, 20*time.Second, "server without what its readers had", func() bool {
			now := usedBy(t, s)
			return now.goroutines <= before.goroutines+10 && now.files <= before.files+10
		})
		t.Logf("server %s has %+v; before the load it was %+v at most", s.Name, usedBy(t, s), before)
	}
}

// used is what a server uses.
type used struct{ goroutines, files int }

// openAll has each server have all rooms open, and returns what that uses at most.
func (l *load) openAll(t *testing.T, c *Cluster) (most used) {
	t.Helper()
	for _, s := range c.Servers {
		for _, room := range l.rooms {
			reply, err := http.Head(s.URL() + "rooms/" + room.Room)
			if err != nil {
				t.Fatal(err)
			}
			reply.Body.Close()
		}
	}
	http.DefaultClient.CloseIdleConnections()
	for _, s := range c.Servers {
		u := usedBy(t, s)
		most = used{max(most.goroutines, u.goroutines), max(most.files, u.files)}
	}
	return most
}

// usedBy is what a server says that it uses.
func usedBy(t *testing.T, s *Server) (u used) {
	t.Helper()
	reply, err := http.Get(s.Metrics())
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	for lines := bufio.NewScanner(reply.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		n, _ := strconv.ParseFloat(value, 64)
		switch name {
		case "go_goroutines":
			u.goroutines = int(n)
		case "process_open_fds":
			u.files = int(n)
		}
	}
	return u
}

// streams is JetStream, past all servers.
func streams(t *testing.T, c *Cluster) jetstream.JetStream {
	t.Helper()
	conn, err := nats.Connect(c.NATS(), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn, jetstream.WithDefaultTimeout(2*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// replicated reports whether all streams are on so many nodes, which have all of it.
func replicated(js jetstream.JetStream, nodes int) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	all := js.ListStreams(ctx)
	n := 0
	for info := range all.Info() {
		n++
		if info.Cluster == nil || info.Cluster.Leader == "" {
			return false
		}
		current := 1
		for _, r := range info.Cluster.Replicas {
			if r.Current && !r.Offline {
				current++
			}
		}
		if current < nodes {
			return false
		}
	}
	return all.Err() == nil && n > 0
}
