package browser

import (
	"context"
	"encoding/json"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
)

// LongestTask is the most that a task of the page's thread took meanwhile, in time of a processor: to wait for one makes a task no longer,
// but to share its cores and caches does. Only Chromium tells, and of one page at a time.
func (p *Page) LongestTask(meanwhile func()) (longest time.Duration) {
	p.t.Helper()
	t, ok := p.tab.(*chromiumTab)
	if !ok {
		p.t.Fatalf("browser: %s doesn't tell its tasks, only chromium does", p.b.Name)
	}
	parts, stopParts := t.target.Subscribe(tracing.DataCollected.Method)
	defer stopParts()
	complete, stopComplete := t.target.Subscribe(tracing.TracingComplete.Method)
	defer stopComplete()
	config := tracing.TraceConfig{IncludedCategories: []string{"disabled-by-default-devtools.timeline", "blink.user_timing"}, ExcludedCategories: []string{"*"}}
	p.do("tracing", func(ctx context.Context) error {
		_, err := cdp.Call(ctx, t.target, tracing.Start, tracing.StartParams{TraceConfig: &config})
		return err
	})
	const mark = "the thread that is measured"
	p.Eval("void performance.mark("+quote(mark)+")", nil)
	meanwhile()
	all := map[thread]time.Duration{}
	var page thread
	p.do("tracing", func(ctx context.Context) error {
		if _, err := cdp.Call(ctx, t.target, tracing.End, cdp.Empty{}); err != nil {
			return err
		}
		for complete := complete; complete != nil || len(parts) > 0; {
			select {
			case part := <-parts:
				var traced struct {
					Value []struct {
						thread
						Name string
						Took float64 `json:"tdur"` // of the processor's time, in microseconds
					}
				}
				if err := json.Unmarshal(part, &traced); err != nil {
					return err
				}
				for _, event := range traced.Value {
					switch event.Name {
					case "RunTask":
						all[event.thread] = max(all[event.thread], time.Duration(event.Took*float64(time.Microsecond)))
					case mark:
						page = event.thread
					}
				}
			case <-complete: // all parts are there
				complete = nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	if all[page] == 0 {
		p.fatalf("the trace knows no task of the page")
	}
	return all[page]
}

// thread is one of a browser's, as its trace tells it.
type thread struct{ Pid, Tid int }
