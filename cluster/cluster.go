// Package cluster is what the servers of one playground share, through NATS: [Values] that one of them changes at a time, a [Log]
// of what they recorded, calls from one to another, and how far apart their clocks are.
//
// A playground that is alone has none: a nil *Cluster.
//
// Nothing here waits for NATS longer than patience, and while that can't be reached nothing waits at all: the error is
// ErrUnreachable, and whoever gets it goes on without the others, or says so.
package cluster

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options are where NATS is, and what this server is called there.
type Options struct {
	URL   string // of a NATS server or cluster with JetStream, or several with commas
	Creds string // the file with the credentials for that; "": none
	Name  string // of this server: letters, digits and hyphens
	Log   *slog.Logger
}

// Cluster is the others, as this server reaches them.
type Cluster struct {
	Self Server

	began   time.Time // Now counts from here, on the monotonic clock
	options Options
	conn    *nats.Conn
	js      jetstream.JetStream
	peers   peers
	stop    chan struct{}
	running sync.WaitGroup
	closing sync.Once

	mutex sync.Mutex
	again map[int]func() // what is called when NATS is there again
	next  int
}

// ErrUnreachable is the error of what needs NATS while that can't be reached. It may have happened, or not.
var ErrUnreachable = errors.New("cluster: NATS can't be reached")

const (
	// patience is for what NATS has to do.
	patience = 2 * time.Second
	// reconnecting is the time between two attempts to reach NATS again.
	reconnecting = 250 * time.Millisecond
	// copies is how many nodes of a cluster have each thing: one may go.
	copies = 3
	// prefix is what all subjects begin with.
	prefix = "playground."
)

// Server is one of the servers, since it was started.
type Server struct {
	Name  string `json:"name"`
	Epoch string `json:"epoch"` // another one after each start
}

// ID is a server's in a subject, and where it is one of several. It has no dot and no blank.
func (s Server) ID() string { return s.Name + "-" + s.Epoch }

// IsName reports whether a server may be called so.
func IsName(name string) bool {
	return name != "" && len(name) <= 32 && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// Join connects, or goes on trying while NATS is not there: a server starts without it. The error is that of options that can't be.
func Join(o Options) (*Cluster, error) {
	b := make([]byte, 5)
	rand.Read(b) // never fails
	c := &Cluster{
		Self:  Server{Name: o.Name, Epoch: base32.StdEncoding.EncodeToString(b)[:6]},
		began: time.Now(), options: o, stop: make(chan struct{}), again: map[int]func(){},
	}
	o.Log = o.Log.With("server", c.Self.ID())
	c.options.Log = o.Log
	c.peers.init(c)
	options := []nats.Option{
		nats.Name("EventSource Playground " + c.Self.ID()),
		nats.RetryOnFailedConnect(true),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnecting),
		nats.ReconnectJitter(reconnecting/5, reconnecting/5),
		nats.ReconnectBufSize(-1), // what can't be sent now is not sent later
		nats.PingInterval(patience),
		nats.MaxPingsOutstanding(1),
		nats.Timeout(patience),
		nats.ConnectHandler(c.connected),
		nats.ReconnectHandler(c.connected),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { o.Log.Warn("NATS", "err", err) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { o.Log.Warn("NATS is gone", "err", err) }),
	}
	if o.Creds != "" {
		options = append(options, nats.UserCredentials(o.Creds))
	}
	var err error
	if c.conn, err = nats.Connect(o.URL, options...); err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	if c.js, err = jetstream.New(c.conn, jetstream.WithDefaultTimeout(patience)); err == nil {
		err = c.peers.start()
	}
	if err != nil {
		c.conn.Close()
		return nil, fmt.Errorf("cluster: %w", err)
	}
	return c, nil
}

// Now is this server's clock, which the others compare with theirs: the time when it joined and what has gone by since. A wall clock that
// is set does not disturb it.
func (c *Cluster) Now() time.Time { return c.began.Round(0).Add(time.Since(c.began)) }

// Close leaves the others. What is under way fails.
func (c *Cluster) Close() {
	c.closing.Do(func() {
		close(c.stop)
		c.running.Wait()
		c.peers.leave()
		c.conn.Close()
	})
}

// Reachable reports whether NATS is there, as far as is known.
func (c *Cluster) Reachable() bool { return c.conn.IsConnected() }

// RoundTrip is how long NATS takes to respond, measured now.
func (c *Cluster) RoundTrip() (time.Duration, error) {
	if !c.Reachable() {
		return 0, ErrUnreachable
	}
	from := time.Now()
	if err := c.conn.FlushTimeout(patience); err != nil {
		return 0, explain(err)
	}
	return time.Since(from), nil
}

// Again has f called, in a goroutine, each time that NATS is there again, until stop is called: something may have been missed.
func (c *Cluster) Again(f func()) (stop func()) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	n := c.next
	c.next++
	c.again[n] = f
	return func() {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		delete(c.again, n)
	}
}

func (c *Cluster) connected(conn *nats.Conn) {
	c.options.Log.Info("NATS is there", "url", conn.ConnectedUrlRedacted(), "cluster", conn.ConnectedClusterName())
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, f := range c.again {
		go f()
	}
}

// replicas is how many nodes are to have each thing.
func (c *Cluster) replicas() int { return Replicas(c.conn) }

// Replicas is how many nodes of what a connection leads to are to have each thing.
func Replicas(conn *nats.Conn) int {
	if conn.ConnectedClusterName() == "" {
		return 1
	}
	return copies
}

// explain is an error of NATS's as one of ours.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}
