package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"eventsource-playground/e2e/browser"
)

// TestShot makes the README's screenshots: make shot.
func TestShot(t *testing.T) {
	if os.Getenv("SHOT") == "" {
		t.Skip("not a test: make shot runs it")
	}
	base := os.Getenv("BASE")
	out := os.Getenv("SHOT_DIR")
	query := os.Getenv("SHOT_QUERY")
	if query == "" {
		query = "/?url=/sse?count%3D4%26interval%3D300%26retry%3D1500%26resume%3Dfalse&listen=customEvent&connect=1"
	}
	wait := os.Getenv("SHOT_WAIT")
	if wait == "" {
		wait = `document.querySelectorAll(".mark.error").length >= 3`
	}
	for _, v := range []struct {
		name, scheme  string
		width, height int
	}{
		{"light", "light", 1440, 1040},
		{"dark", "dark", 1440, 1040},
		{"phone", "light", 390, 2200},
		{"tablet", "light", 1024, 1400},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			page := browser.Shared(t, "chromium").NewPage(t)
			page.Size(v.width, v.height)
			page.Scheme(v.scheme)
			page.Open(base + query)
			page.WaitFor(60*time.Second, wait)
			page.Screenshot(filepath.Join(out, v.name+".png"))
			for _, e := range page.ConsoleErrors() {
				t.Error(e)
			}
		})
	}
}
