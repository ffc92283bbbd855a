package local

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// A node is cut off from the others and from its clients, without a word to anybody. It may have thought that it leads; what it would
// acknowledge then nobody else would have.
func TestANodeIsCutOff(t *testing.T) {
	if os.Getenv("SLOW") == "" {
		t.Skip("slow: make test-all")
	}
	c := start(t, Options{Near: true})
	js := streams(t, c)
	l := newLoad(t, c.URL(), 6)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	l.read(t, ctx, 9)
	l.publish(ctx, 100*time.Millisecond)
	eventually(t, 10*time.Second, "acknowledgements", func() bool { return l.acknowledged() >= 5 })
	eventually(t, 30*time.Second, "replicas", func() bool { return replicated(js, 3) })
	for _, node := range c.Nodes {
		l.worst()
		before := l.acknowledged()
		node.Block(true)
		again := eventually(t, 60*time.Second, "acknowledgements while it is cut off", func() bool { return l.acknowledged() >= before+10 })
		caught := eventually(t, 60*time.Second, "readers that have all while it is cut off", l.caughtUp)
		w := l.worst()
		node.Block(false)
		eventually(t, 60*time.Second, "replicas", func() bool { return replicated(js, 3) })
		t.Logf("%s cut off: ten more acknowledged after %v, and all readers had them %v later; %s",
			node.Name, again.Round(time.Millisecond), caught.Round(time.Millisecond), w)
	}
	before := l.acknowledged()
	eventually(t, 20*time.Second, "acknowledgements when it is back", func() bool { return l.acknowledged() >= before+10 })
	l.quiet()
	eventually(t, 60*time.Second, "readers that have all", l.caughtUp)
	l.check(t)
	stop()
	l.running.Wait()
}

func TestARoomIsOnThreeNodesAndOutlivesOne(t *testing.T) {
	c := start(t, Options{Servers: 1})
	js := streams(t, c)
	l := newLoad(t, c.URL(), 1)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	l.read(t, ctx, 1)
	l.publish(ctx, 50*time.Millisecond)
	eventually(t, 10*time.Second, "acknowledgements", func() bool { return l.acknowledged() >= 5 })
	eventually(t, 30*time.Second, "replicas", func() bool { return replicated(js, 3) })
	stream, err := js.Stream(t.Context(), "playground-room-"+l.rooms[0].Room)
	if err != nil {
		t.Fatal(err)
	}
	if got := stream.CachedInfo().Config; got.Replicas != 3 || got.Storage != jetstream.FileStorage {
		t.Errorf("got %d replicas in %v; want 3 on disk", got.Replicas, got.Storage)
	}
	leader := stream.CachedInfo().Cluster.Leader
	var killed *NATS
	for _, n := range c.Nodes {
		if n.Name == leader {
			killed = n
		}
	}
	from := time.Now()
	killed.Kill()
	elected := eventually(t, 30*time.Second, "another leader", func() bool {
		attempt, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		info, err := stream.Info(attempt)
		return err == nil && info.Cluster.Leader != "" && info.Cluster.Leader != leader
	})
	before := l.acknowledged()
	eventually(t, 30*time.Second, "acknowledgements", func() bool { return l.acknowledged() >= before+5 })
	t.Logf("the room had another leader after %v, and five more events were acknowledged after %v; %s",
		elected.Round(time.Millisecond), time.Since(from).Round(time.Millisecond), l.worst())
	l.quiet()
	eventually(t, 30*time.Second, "readers that have all", l.caughtUp)
	l.check(t)
	stop()
	l.running.Wait()
}
