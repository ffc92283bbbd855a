// Package natstest starts NATS for tests.
package natstest

import (
	"errors"
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

// Run is Start at any port for all tests of a package, until Stop.
func Run(folder string) (*server.Server, error) { return run(options(folder, -1)) }

func options(folder string, port int) *server.Options {
	return &server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: folder, NoLog: true, NoSigs: true}
}

func run(o *server.Options) (*server.Server, error) {
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

// Stop stops a server, and returns when its port is free.
func Stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}
