// Package natstest starts NATS for tests.
package natstest

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Start starts a server with JetStream and a port, any if that is -1, which ends with the test. It can be shut down, and started again with
// the same port and folder.
func Start(t testing.TB, folder string, port int) *server.Server {
	t.Helper()
	return StartWith(t, &server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: folder})
}

// StartWith is Start with more options.
func StartWith(t testing.TB, o *server.Options) *server.Server {
	t.Helper()
	o.NoLog, o.NoSigs = true, true
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { Stop(s) })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("NATS does not start")
	}
	return s
}

// Stop shuts a server down, and returns when its port is free.
func Stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}
