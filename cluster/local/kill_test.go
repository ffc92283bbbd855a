package local

import (
	"context"
	"os"
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
	c := start(t, Options{})
	js := streams(t, c)
	l := newLoad(t, c.URL(), 10)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	l.read(t, ctx, 30)
	l.publish(ctx, 100*time.Millisecond)
	eventually(t, 10*time.Second, "acknowledgements", func() bool { return l.acknowledged() >= 5 })
	l.silence()
	for round := range rounds {
		node, server := c.Nodes[round%len(c.Nodes)], c.Servers[round%len(c.Servers)]
		eventually(t, 30*time.Second, "replicas", func() bool { return replicated(js, 3) })
		before := l.acknowledged()
		from := time.Now()
		node.Kill()
		server.Kill()
		again := eventually(t, 60*time.Second, "acknowledgements", func() bool { return l.acknowledged() >= before+10 && l.allOpen() })
		caught := eventually(t, 60*time.Second, "readers that have all", l.caughtUp)
		if err := node.Start(within(t, patience)); err != nil {
			t.Fatal(err)
		}
		if err := server.Start(within(t, patience)); err != nil {
			t.Fatal(err)
		}
		back := time.Since(from)
		acknowledged, read, refused := l.silence()
		t.Logf("round %d: ten more acknowledged and all readers back after %v and %v, restarted after %v; longest time without an acknowledgement %v (%d refused), without an event %v",
			round+1, again.Round(time.Millisecond), caught.Round(time.Millisecond), back.Round(time.Millisecond), acknowledged.Round(time.Millisecond), refused, read.Round(time.Millisecond))
	}
	l.quiet()
	eventually(t, 60*time.Second, "readers that have all", l.caughtUp)
	l.check(t)
	stop()
	l.running.Wait()
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
