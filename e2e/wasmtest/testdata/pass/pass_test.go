package pass

import (
	"fmt"
	"os"
	"syscall/js"
	"testing"
	"time"
)

func TestEnvironment(t *testing.T) {
	if got := os.Getenv("GREETING"); got != "grüß dich" {
		t.Errorf("got %q", got)
	}
}

func TestThereIsABrowser(t *testing.T) {
	time.Sleep(20 * time.Millisecond)
	fmt.Println("in", js.Global().Get("navigator").Get("userAgent"))
}
