// Package local is a playground of several servers and a NATS cluster on loopback, behind a proxy that sends each request to the
// next server: for a look, and for tests, which can kill any of it and cut a node off.
//
// Each node and each server is a process. A node is this program again, so that whoever calls [Start] calls [Node] first of all.
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options are what is started. The zero Options, but for Server, are three nodes and three servers.
type Options struct {
	Server  string   // the program: bin/server
	Args    []string // of each server, beside its addresses and its name
	Servers int      // 0: three
	Nodes   int      // 0: three
	Addr    string   // of the proxy; "": any free port of 127.0.0.1
	Metrics bool     // each server has some

	// Near has each server be told of one node only, the first of the first and so on, and learn of the others from that. So it is
	// connected to that one until something happens.
	Near bool

	Log io.Writer // gets what the servers log, each line after the server's name; nil: nobody does
}

// Cluster is one that runs.
type Cluster struct {
	Nodes   []*NATS
	Servers []*Server

	options Options
	folder  string
	proxy   *proxy
	second  *proxy // of the second origin
	log     *lines
}

// patience is for a process to start, and for JetStream to have a leader.
const patience = 30 * time.Second

// Start starts all of it, and returns when the servers can be requested. Close ends it, and what was started is ended too when there
// is an error, or when this process ends in any other way.
func Start(ctx context.Context, o Options) (c *Cluster, err error) {
	if o.Servers == 0 {
		o.Servers = 3
	}
	if o.Nodes == 0 {
		o.Nodes = 3
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	c = &Cluster{options: o, log: &lines{to: o.Log}}
	defer func() {
		if err != nil {
			c.Close()
			err = fmt.Errorf("local: %w", err)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if c.folder, err = os.MkdirTemp("", "playground-cluster-"); err != nil {
		return c, err
	}
	if err := c.startNodes(ctx); err != nil {
		return c, err
	}
	if c.second, err = newProxy("", func() []string { return c.running((*Server).secondAt) }); err != nil {
		return c, err
	}
	for i := range o.Servers {
		s := &Server{Name: string(rune('a' + i)), cluster: c, index: i}
		c.Servers = append(c.Servers, s)
		if err := s.Start(ctx); err != nil {
			return c, err
		}
	}
	c.proxy, err = newProxy(o.Addr, func() []string { return c.running((*Server).at) })
	return c, err
}

// URL is the one address of all servers, such as http://127.0.0.1:3000/.
func (c *Cluster) URL() string { return "http://" + c.proxy.at() + "/" }

// NATS are the addresses of the nodes, with commas, as those know them who join.
func (c *Cluster) NATS() string {
	var all []string
	for _, n := range c.Nodes {
		all = append(all, n.URL())
	}
	return strings.Join(all, ",")
}

// Close ends all of it, and removes its folder.
func (c *Cluster) Close() {
	for _, p := range []*proxy{c.proxy, c.second} {
		if p != nil {
			p.close()
		}
	}
	for _, s := range c.Servers {
		s.stop()
	}
	for _, n := range c.Nodes {
		n.stop()
		n.close()
	}
	if c.folder != "" {
		os.RemoveAll(c.folder)
	}
}

// startNodes starts all nodes at once, since each waits for the others.
func (c *Cluster) startNodes(ctx context.Context) error {
	for i := range c.options.Nodes {
		n := &NATS{Name: fmt.Sprintf("nats-%d", i+1), cluster: c, folder: filepath.Join(c.folder, fmt.Sprintf("nats-%d", i+1))}
		c.Nodes = append(c.Nodes, n)
		if err := n.open(c.options.Nodes, i); err != nil {
			return err
		}
	}
	for _, n := range c.Nodes {
		if err := n.Start(ctx); err != nil {
			return err
		}
	}
	return c.Ready(ctx)
}

// Ready waits until JetStream works.
func (c *Cluster) Ready(ctx context.Context) error {
	conn, err := nats.Connect(c.NATS(), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	for {
		attempt, cancel := context.WithTimeout(ctx, time.Second) // what nobody leads, nobody responds to
		_, err := js.AccountInfo(attempt)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(errors.New("JetStream does not start"), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// running are the servers that run, as host:port.
func (c *Cluster) running(at func(*Server) string) (all []string) {
	for _, s := range c.Servers {
		if at := at(s); at != "" {
			all = append(all, at)
		}
	}
	return all
}
