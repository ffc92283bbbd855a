// Package e2e tests the whole thing: the real server, the real page, real browsers.
package e2e

import (
	"os"
	"testing"

	"eventsource-playground/e2e/process"
)

// slow skips what make test has no time for.
func slow(t *testing.T) {
	t.Helper()
	if os.Getenv("SLOW") == "" {
		t.Skip("slow: make test-all")
	}
}

// whole skips a test of which make test-all plays a sample.
func whole(t *testing.T) {
	t.Helper()
	if os.Getenv("WHOLE") == "" {
		t.Skip("whole: make test-h2")
	}
}

func TestMain(m *testing.M) { os.Exit(process.Main(m)) }
