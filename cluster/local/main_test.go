package local

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TestMain lets the test binary be a node, and builds the server, once.
func TestMain(m *testing.M) {
	Node()
	folder, err := os.MkdirTemp("", "local-test-")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(folder, "server")
	build := exec.Command("go", "build", "-o", program, "../../server")
	build.Stderr = os.Stderr
	code := 1
	if build.Run() == nil {
		code = m.Run()
	}
	os.RemoveAll(folder)
	os.Exit(code)
}

// program is the server.
var program string

// start starts what ends with the test. If that fails, it says what the servers have logged.
func start(t *testing.T, o Options) *Cluster {
	t.Helper()
	var log buffer
	o.Server, o.Log = program, &log
	o.Args = append([]string{"-max-streams-per-address", "4096"}, o.Args...)
	c, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		if t.Failed() {
			t.Logf("the servers' log:\n%s", log.String())
		}
	})
	return c
}

// eventually waits until something is so.
func eventually(t *testing.T, within time.Duration, what string, is func() bool) (took time.Duration) {
	t.Helper()
	from := time.Now()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		if time.Since(from) > within {
			t.Fatalf("got no %s; want it within %v", what, within)
		}
		<-tick.C
	}
	return time.Since(from)
}

// within is a context for what must not take longer.
func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mutex sync.Mutex
	bytes bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.bytes.Write(p)
}

func (b *buffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.bytes.String()
}
