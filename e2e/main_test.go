// Package e2e tests the whole thing: the real server, the real page, real browsers.
package e2e

import (
	"os"
	"testing"

	"eventsource-playground/e2e/process"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m)) }
