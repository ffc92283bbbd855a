// Package browser drives two real browsers through one small API, for tests.
//
// A test says what a person does and sees:
//
//	func TestMain(m *testing.M) { os.Exit(process.Main(m)) }
//
//	func TestCounter(t *testing.T) {
//		browser.Each(t, func(t *testing.T, b *browser.Browser) {
//			page := b.NewPage(t)
//			page.Open(url)
//			page.ClickButton("Connect")
//			page.Wait(`role("region", "readyState").textContent.includes("OPEN")`)
//		})
//	}
//
// Whatever goes wrong ends the test, with a screenshot in e2e/failures.
package browser

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"eventsource-playground/e2e/process"
)

// Names are the browsers that Start knows.
var Names = []string{"chromium", "firefox"}

// Bound is how long a page may take to do what a test waits for, unless the test names another bound.
const Bound = 30 * time.Second

// Browser is one running browser with a profile of its own. Its methods may be called from parallel tests.
type Browser struct {
	Name   string
	engine engine
}

// engine is what differs between the browsers. All that a test sees is built on it.
type engine interface {
	newTab(ctx context.Context, console func(ConsoleLine)) (tab, error)
	stop() error
}

// Start starts the browser, headless, with a fresh profile, and ends it with the test.
func Start(t testing.TB, name string) *Browser {
	t.Helper()
	b, err := start(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.engine.stop(); err != nil {
			t.Errorf("browser: stopping %s: %v", name, err)
		}
	})
	return b
}

// Each runs a sub-test for each browser, on shared browsers.
func Each(t *testing.T, test func(t *testing.T, b *Browser)) {
	for _, name := range Names {
		t.Run(name, func(t *testing.T) { test(t, Shared(t, name)) })
	}
}

// Shared is Start for tests that don't mind each other: one browser of each name serves them all, until
// process.Main ends it. Pages share nothing, so most tests don't mind.
func Shared(t testing.TB, name string) *Browser {
	t.Helper()
	one, ok := shared[name]
	if !ok {
		t.Fatal(unknown(name))
	}
	one.Lock()
	defer one.Unlock()
	if one.browser == nil {
		b, err := start(name)
		if err != nil {
			t.Fatal(err)
		}
		process.AtExit(func() {
			if err := b.engine.stop(); err != nil {
				fmt.Printf("browser: stopping %s: %v\n", name, err)
			}
		})
		one.browser = b
	}
	return one.browser
}

var shared = map[string]*struct {
	sync.Mutex
	browser *Browser
}{"chromium": {}, "firefox": {}}

func start(name string) (*Browser, error) {
	var e engine
	var err error
	switch name {
	case "chromium":
		e, err = startChromium()
	case "firefox":
		e, err = startFirefox()
	default:
		err = unknown(name)
	}
	if err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	return &Browser{Name: name, engine: e}, nil
}

func unknown(name string) error {
	return fmt.Errorf("there is no browser %q, only %s", name, strings.Join(Names, " and "))
}

// program finds the first of the names in PATH.
func program(names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed: run e2e/install.sh, or install it so that it is found in PATH as %s",
		names[0], strings.Join(slices.Compact(names), " or "))
}
