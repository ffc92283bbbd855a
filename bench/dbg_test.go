package main

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

func TestDebug(t *testing.T) {
	os.Chdir("..")
	_, err := withSite(context.Background(), func(s *site) ([]row, error) {
		for _, slow := range []bool{false, true} {
			for _, p := range [][2]string{{s.ours, oursReady}, {s.pages, helloReady}} {
				v, err := s.firstVisit(p[0], p[1], slow, func(t *tab) error {
					var r string
					err := t.eval(`performance.getEntriesByType("resource").map(e => [e.name.replace(/.*:\d+/,""), e.transferSize, Math.round(e.startTime), Math.round(e.responseEnd)].join(" ")).join("\n") + "\n" + JSON.stringify(window.marks||"") + document.fonts.size`, &r)
					fmt.Println(r)
					return err
				})
				fmt.Println(v, err)
			}
		}
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRates(t *testing.T) {
	os.Chdir("..")
	rows, err := withSite(context.Background(), (*site).rates)
	printTable(os.Stdout, rows)
	if err != nil {
		t.Fatal(err)
	}
}

func TestOthers(t *testing.T) {
	os.Chdir("..")
	for _, f := range []func(*site) ([]row, error){(*site).timestamps, (*site).memory, (*site).silence, (*site).frames} {
		rows, err := withSite(context.Background(), f)
		printTable(os.Stdout, rows)
		if err != nil {
			t.Error(err)
		}
	}
}

func TestMetrics(t *testing.T) {
	os.Chdir("..")
	_, err := withSite(context.Background(), func(s *site) ([]row, error) {
		const n = 100_000
		for i, p := range []subject{s.observing(s.firehose(n)), s.bare(s.firehose(n)), s.observing(s.firehose(n)), s.bare(s.firehose(n))} {
			tab, err := s.chromium.newTab()
			if err != nil {
				return nil, err
			}
			if err := tab.prepare(p); err != nil {
				return nil, err
			}
			before := tab.metrics()
			r, err := tab.take(p, n)
			after := tab.metrics()
			fmt.Println(i, r, err)
			for k, v := range after {
				switch k {
				case "TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "LayoutCount", "V8CompileDuration", "TaskOtherDuration","JSHeapUsedSize":
					fmt.Printf("   %s %.3f\n", k, v-before[k])
				}
			}
			tab.close()
		}
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (t *tab) metrics() map[string]float64 {
	m := map[string]float64{}
	result, _ := chromedp.Call(t.ctx, performance.GetMetrics, cdp.Empty{})
	for _, r := range result.Metrics {
		m[r.Name] = r.Value
	}
	return m
}
