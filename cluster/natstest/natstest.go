// Package natstest starts NATS for tests.
package natstest

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Start starts a server with JetStream and a port, any if that is -1, which ends with the test. It can be stopped, and started again with
// the same port and folder.
func Start(t testing.TB, folder string, port int) *server.Server {
	t.Helper()
	return StartWith(t, options(folder, port))
}

// StartWith is Start with options.
func StartWith(t testing.TB, o *server.Options) *server.Server {
	t.Helper()
	s, err := run(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { Stop(s) })
	return s
}

// StartNodes starts three servers that are one cluster.
func StartNodes(t testing.TB) (nodes []*server.Server) {
	t.Helper()
	const count = 3
	ports := freePorts(t, 2*count)
	var routes []*url.URL
	for _, port := range ports[count:] {
		routes = append(routes, &url.URL{Scheme: "nats", Host: fmt.Sprint("127.0.0.1:", port)})
	}
	nodes = make([]*server.Server, count)
	failed := make([]error, count)
	var all sync.WaitGroup
	for n := range count {
		o := options(t.TempDir(), ports[n])
		o.ServerName, o.Routes = fmt.Sprint("node-", n), routes
		o.Cluster = server.ClusterOpts{Name: "nodes", Host: "127.0.0.1", Port: ports[count+n]}
		all.Go(func() { nodes[n], failed[n] = run(o) }) // none is ready before the others
	}
	all.Wait()
	for n, s := range nodes {
		if failed[n] != nil {
			t.Fatal(failed[n])
		}
		t.Cleanup(func() { Stop(s) })
	}
	leads := func(s *server.Server) bool { return s.JetStreamIsLeader() && len(s.JetStreamClusterPeers()) == count }
	for end := time.Now().Add(20 * time.Second); !slices.ContainsFunc(nodes, leads); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("NATS has no leader that knows all nodes")
		}
	}
	return nodes
}

// freePorts are some that nobody has just now.
func freePorts(t testing.TB, count int) (ports []int) {
	t.Helper()
	for range count {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

// URLs are where they all are.
func URLs(nodes []*server.Server) string {
	urls := make([]string, len(nodes))
	for i, s := range nodes {
		urls[i] = s.ClientURL()
	}
	return strings.Join(urls, ",")
}

// Run is Start at any port for all tests of a package, until Stop.
func Run(folder string) (*server.Server, error) { return run(options(folder, -1)) }

func options(folder string, port int) *server.Options {
	return &server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: folder, NoLog: true, NoSigs: true}
}

func run(o *server.Options) (*server.Server, error) {
	if o.Port > 0 {
		if err := awaitPort(o.Host, o.Port); err != nil {
			return nil, err
		}
	}
	s, err := server.NewServer(o)
	if err != nil {
		return nil, err
	}
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		Stop(s)
		return nil, errors.New("NATS does not start")
	}
	return s, nil
}

// awaitPort waits until a port is free, which may be that of another test's connection just now.
func awaitPort(host string, port int) error {
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil {
			return l.Close()
		}
		if time.Now().After(end) {
			return err
		}
	}
}

// Stop stops a server, and returns when its port is free.
func Stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}
