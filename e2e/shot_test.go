package e2e

import (
	"os"
	"testing"
)

// TestShot makes the README's screenshots: make shot.
func TestShot(t *testing.T) {
	if os.Getenv("SHOT") == "" {
		t.Skip("not a test: make shot runs it")
	}
	if err := os.MkdirAll("../docs", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			p := &page{chromium(t).NewPage(t), t}
			p.Size(1440, 1040)
			p.Scheme(scheme)
			p.Open(sharedURL(t) + "/?url=/sse?scenario%3Dcut&connect=1")
			p.ready()
			p.Select("Width of the timeline", "10 s")
			p.Wait(`$(".figures").innerText.includes("8\nevents") && document.querySelectorAll("#track .exchange").length == 2`)
			p.Screenshot("../docs/playground-" + scheme + ".png")
		})
	}
}
