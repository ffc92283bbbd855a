package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium is a running browser. e2e/browser drives one for tests; this one measures, and needs other commands.
type chromium struct{ ctx context.Context }

// startChromium starts a browser that ends with ctx.
func startChromium(ctx context.Context) (*chromium, error) {
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && program == "" {
			program = found
		}
	}
	if program == "" {
		return nil, errors.New("chromium is not installed: run e2e/install.sh")
	}
	allocator, _ := chromedp.NewExecAllocator(ctx, append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(program),
		chromedp.NoSandbox, // root can't have it
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)...)
	browser, _ := chromedp.NewContext(allocator)
	return &chromium{browser}, chromedp.Do(browser)
}

func (c *chromium) stop() error { return chromedp.Cancel(c.ctx) }

// privateMemory is what the processes of the browser's pages have for themselves, in bytes: JavaScript's heap,
// WebAssembly's memory and all else.
func (c *chromium) privateMemory() (float64, error) {
	all, err := chromedp.CallBrowser(c.ctx, systeminfo.GetProcessInfo, cdp.Empty{})
	if err != nil {
		return 0, err
	}
	sum := 0
	for _, p := range all.ProcessInfo {
		if p.Type != "renderer" {
			continue
		}
		rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p.ID))
		if err != nil {
			return 0, err
		}
		for line := range strings.Lines(string(rollup)) {
			if words := strings.Fields(line); strings.HasPrefix(line, "Private_") || words[0] == "Swap:" {
				kB, err := strconv.Atoi(words[1])
				if err != nil {
					return 0, err
				}
				sum += kB << 10
			}
		}
	}
	return float64(sum), nil
}

// tab is a tab with a profile of its own, so nothing is in its cache at first. Its renderer is a process of its own.
type tab struct {
	ctx context.Context

	mu       sync.Mutex
	received float64 // bytes, of all that was loaded
	loading  map[network.RequestID]bool
	last     time.Time // when one began or ended
}

//go:embed pages/measure.js
var measureJS string

// pagePatience is how long anything may take in a page.
const pagePatience = 90 * time.Second

func (c *chromium) newTab() (*tab, error) {
	ctx, _ := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext())
	t := &tab{ctx: ctx, loading: map[network.RequestID]bool{}}
	if err := chromedp.Do(ctx); err != nil {
		return nil, err
	}
	_, err := chromedp.Call(ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: measureJS})
	if err != nil {
		return nil, err
	}
	if _, err := chromedp.Call(ctx, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}); err != nil { // for busy
		return nil, err
	}
	_, err = chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return t, err
}

func (t *tab) close() error { return chromedp.Cancel(t.ctx) }

// countBytes counts what is loaded from now on; it slows down a tab that takes many events.
func (t *tab) countBytes() error {
	return chromedp.Listen(t.ctx, func(ev any) {
		t.mu.Lock()
		defer t.mu.Unlock()
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			t.loading[ev.RequestID] = true
		case *network.EventLoadingFinished:
			t.received += ev.EncodedDataLength
			delete(t.loading, ev.RequestID)
		case *network.EventLoadingFailed:
			delete(t.loading, ev.RequestID)
		default:
			return
		}
		t.last = time.Now()
	})
}

// unwatched ends what chromedp watches by itself: it would cost the page more than its own work under a firehose.
func (t *tab) unwatched() error {
	_, err := chromedp.Call(t.ctx, network.Disable, cdp.Empty{})
	return err
}

// throttle makes the processor slower by a factor, and the line 10 Mbit/s with 40 ms there and back.
func (t *tab) throttle(factor float64) error {
	if _, err := chromedp.Call(t.ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: factor}); err != nil {
		return err
	}
	const line = 10e6 / 8
	_, err := chromedp.Call(t.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Latency: 40, DownloadThroughput: line, UploadThroughput: line}},
	})
	return err
}

func (t *tab) open(url string) error {
	result, err := chromedp.Call(t.ctx, cdppage.Navigate, cdppage.NavigateParams{URL: url})
	if err == nil && result.ErrorText != "" {
		err = errors.New(result.ErrorText)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	return nil
}

// eval evaluates JavaScript, waits for what it promises, and reads that into result unless it is nil.
func (t *tab) eval(js string, result any) error {
	ctx, cancel := context.WithTimeout(t.ctx, pagePatience)
	defer cancel()
	yes := true
	got, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: js, AwaitPromise: &yes, ReturnByValue: &yes})
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", js, err)
	case got.ExceptionDetails != nil:
		return fmt.Errorf("%s: %+v", js, got.ExceptionDetails)
	case result == nil:
		return nil
	}
	return json.Unmarshal(got.Result.Value, result)
}

// press presses a key.
func (t *tab) press(key rune) error {
	for _, event := range kb.Encode(key) {
		if _, err := chromedp.Call(t.ctx, input.DispatchKeyEvent, *event); err != nil {
			return err
		}
	}
	return nil
}

func (t *tab) collectGarbage() error {
	_, err := chromedp.Call(t.ctx, heapprofiler.CollectGarbage, cdp.Empty{})
	return err
}

// busy is for how many seconds the page's main thread has been at work, in the processor's time: that of a machine which
// has other work to do counts no more.
func (t *tab) busy() (float64, error) {
	result, err := chromedp.Call(t.ctx, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		return 0, err
	}
	for _, m := range result.Metrics {
		if m.Name == "TaskDuration" {
			return m.Value, nil
		}
	}
	return 0, errors.New("the browser tells no TaskDuration")
}
