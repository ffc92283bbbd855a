package e2e

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"eventsource-playground/cluster/local"
	"eventsource-playground/e2e/playground"
	"eventsource-playground/lesson/library"
	"eventsource-playground/report"
	"eventsource-playground/report/results"
	"eventsource-playground/scenario"
	scenarios "eventsource-playground/scenario/library"
)

// startSeveral starts three servers on three NATS nodes, behind a proxy that sends each request to the next server.
func startSeveral(t *testing.T) (c *local.Cluster, base string) {
	t.Helper()
	var log struct {
		sync.Mutex
		bytes.Buffer
	}
	c, err := local.Start(t.Context(), local.Options{
		Server: playground.Program(t), Log: writer(func(b []byte) (int, error) {
			log.Lock()
			defer log.Unlock()
			return log.Write(b)
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		if t.Failed() {
			log.Lock()
			defer log.Unlock()
			t.Logf("the servers' log:\n%s", log.String())
		}
	})
	return c, strings.TrimSuffix(c.URL(), "/")
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

// The page does on several servers what it does on one, whichever of them each of its requests and its channel come to.
func TestThePageIsTheSameOnSeveralServers(t *testing.T) {
	b := chromium(t)
	c, base := startSeveral(t)
	t.Run("a server stops, and another one goes on", func(t *testing.T) {
		script := "title: T\n== 200\nretry: 300\nid: {attempt}\ndata: {attempt}\n\n@hold"
		p := visitAt(t, b, base, "lang=en&url="+url.QueryEscape("/sse?script="+url.QueryEscape(script)))
		p.ClickButton("Connect")
		p.state("open")
		p.ClickRole("tab", "Requests 1")
		p.Click("#request-1-1")
		p.Wait(`$("#requests").innerText.includes("received by server ")`)
		var name string
		p.Eval(`$("#requests").innerText.match(/received by server ([a-c])-/)[1]`, &name)
		i := slices.IndexFunc(c.Servers, func(s *local.Server) bool { return s.Name == name })
		c.Servers[i].Stop()
		p.Wait(`document.body.innerText.includes("received this attempt; another one had received the one before.")`)
		p.state("open")
		p.Wait(`role("tab", "Requests 2")`)
		if err := c.Servers[i].Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	for _, e := range scenarios.All() {
		if !slices.Contains(quickScenarios, e.Name) {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			if e.Name != "cut" {
				slow(t)
			}
			t.Parallel()
			isAsItsFileSays(t, b, e, base, scenario.HTTP1)
		})
	}
	for i, f := range library.All() {
		if f.Name != "close-in-the-gap" {
			continue
		}
		t.Run("lesson "+f.Name, func(t *testing.T) {
			t.Parallel()
			l, happens := f.In("en", i+1), f.Happens[b.Name]
			p := visitLessonAt(t, b, base, "lang=en&lesson="+f.Name)
			p.lessonIs(l)
			p.predict(l, happens)
			p.verdict(l, happens, happens)
		})
	}
}

// The browser report on several servers is the one that is kept.
func TestTheBrowserReportOnSeveralServers(t *testing.T) {
	slow(t)
	t.Parallel()
	b := chromium(t)
	_, base := startSeveral(t)
	all := results.All()
	kept := all[slices.IndexFunc(all, func(r *report.Report) bool { return strings.EqualFold(r.Browser, b.Name) })]
	p := visitReportAt(t, b, base)
	// What the proxy passes on and the end without the last chunk come at one moment, and a fetch whose body fails drops what was not read yet.
	p.wantReport(b, kept, p.runReport(), "the Go engine, lost-truncated")
}
