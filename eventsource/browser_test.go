//go:build !js

package eventsource_test

import (
	"flag"
	"os"
	"testing"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/e2e/playground"
	"eventsource-playground/e2e/process"
	"eventsource-playground/e2e/rawserver"
	"eventsource-playground/e2e/wasmtest"
	"eventsource-playground/eventsource"
)

var jsRun = flag.String("js.run", "", "in the browsers, run only the tests that match this `regexp`")

func TestMain(m *testing.M) { os.Exit(process.Main(m)) }

// TestInBrowsers runs the tests of the files *_js_test.go in real browsers, against real servers.
func TestInBrowsers(t *testing.T) {
	tests := wasmtest.Build(t, ".")
	for _, name := range browser.Names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := rawserver.Start(t)
			env := map[string]string{
				"SSE_BASE":     playground.Start(t).URL,
				"RAW_BASE":     raw.URL,
				"CONTROL_BASE": raw.Control,
				"BROWSER":      name,
			}
			// A browser has six connections for an origin: four cases at a time.
			wasmtest.Run(t, browser.Shared(t, name), tests, env, eventsource.ServeCases(t, env), "-test.run="+*jsRun, "-test.parallel=4")
		})
	}
}
