// Package e2e tests the whole thing: the real server, the real page, real browsers.
package e2e

import (
	"os"
	"testing"

	"eventsource-playground/cluster/local"
	"eventsource-playground/e2e/process"
)

// slow skips what make test has no time for.
func slow(t *testing.T) {
	t.Helper()
	if os.Getenv("SLOW") == "" {
		t.Skip("slow: make test-all")
	}
}

func TestMain(m *testing.M) {
	local.Node()
	os.Exit(process.Main(m))
}
