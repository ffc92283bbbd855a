package e2e

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/e2e/playground"
	"eventsource-playground/report"
	"eventsource-playground/report/results"
	"eventsource-playground/scenario"
	"eventsource-playground/scenario/library"
)

// secureURL is where the shared server speaks HTTP/2.
func secureURL(t *testing.T) string {
	t.Helper()
	return playground.Shared(t).SecureURL
}

// Over HTTP/2 each scenario does what its file says of it there.
func TestEveryScenarioOverHTTP2IsAsItsFileSays(t *testing.T) {
	for _, e := range library.All() {
		if e.Connect.Engine {
			continue // which TestEveryScenarioIsAsItsFileSays leaves to the server's tests, too
		}
		t.Run(e.Name, func(t *testing.T) {
			if !slices.Contains(quickOverHTTP2, e.Name) {
				slow(t)
				halved(t, e.Name, overHTTP2)
			}
			t.Parallel()
			pairwise(t, e.Name, 1, func(t *testing.T, b *browser.Browser) {
				t.Parallel()
				isAsItsFileSays(t, b, e, secureURL(t), scenario.HTTP2)
			})
		})
	}
}

// quickOverHTTP2 are those that make test plays.
var quickOverHTTP2 = []string{"cut", "named-events", "cut-cleanly"}

func TestSevenEventSourcesOverHTTP2AreAllOpen(t *testing.T) {
	e, _ := library.Find("seven-streams")
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		isAsItsFileSays(t, b, e, secureURL(t), scenario.HTTP2)
		p := visitAt(t, b, secureURL(t), "lang=en&url=/sse?scenario=seven-streams&listen=")
		p.Wait(`$("#beside").value == "6"`)
		p.ClickButton("Connect")
		p.Wait(`$("main").innerText.includes("6 more are open")`)
		p.ClickRole("tab", "Requests 1")
		p.Wait(`$("#requests").innerText.includes("HTTP/2")`)
		p.Click("#requests summary")
		p.Wait(`/Request, as stream \d+ of the connection/.test($("#requests").innerText)`)
		p.Wait(`$("#requests").innerText.includes("The connection was shared with: EventSource 1, stream ")`)
	})
}

// The server offers 100 streams for a connection. The next one waits, without an event, until there is room.
func TestTheHundredAndFirstEventSourceOverHTTP2WaitsUntilAnotherIsClosed(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		p := b.NewPage(t)
		p.Open(secureURL(t) + "/scenarios/cut.txt")
		const offered = 100
		p.Eval(fmt.Sprintf(`(() => {
			window.all = [];
			for (let n = 0; n < %d; n++) all.push(new EventSource("/sse?scenario=mute"));
		})()`, offered), nil)
		states := `all.map(es => es.readyState)`
		p.Wait(states + `.every(state => state == 1)`)
		p.Eval(`(() => {
			window.next = new EventSource("/sse?scenario=mute");
			window.waited = fetch("/lessons").then(() => "there");
		})()`, nil)
		var got string
		p.Eval(`Promise.race([waited, new Promise(done => setTimeout(done, 500, "waits"))])`, &got)
		if got != "waits" {
			t.Errorf("got a response %q; want a request that waits, as all do when the connection is full", got)
		}
		var state int
		p.Eval(`next.readyState`, &state)
		if state != 0 {
			t.Errorf("got readyState %d of the one too many; want 0", state)
		}
		p.Eval(`all[7].close()`, nil)
		p.Wait(`next.readyState == 1`)
		p.Eval(`all[8].close()`, nil)
		p.Eval(`waited`, &got)
		p.Eval(`[...all, next].forEach(es => es.close())`, nil)
	})
}

// A full connection is full for the page, too. What it needs from its server comes over its channel, and it says what waits.
func TestThePageGoesOnWhenItsConnectionIsFull(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		p := visitAt(t, b, secureURL(t), "lang=en&connect=1&beside=101&listen=&url=/sse?scenario=mute")
		said := func(text string) string { return `$("main").innerText.includes(` + quote(text) + `)` }
		p.Wait(said("Over HTTP/2 all tabs share one connection"))
		p.Wait(said("wait until others are closed"))
		p.ClickRole("tab", "Script")
		p.Wait(`$("#script") && $("#script").value.includes("the last thing you hear")`)
		p.ClickButton("Close one")
		p.Wait(said("waits until another is closed"))
		p.ClickButton("Close")
	})
}

// Lessons in which the protocol could make a difference are decided over HTTP/2 as their files say.
func TestEveryLessonAboutConnectionsIsDecidedOverHTTP2(t *testing.T) {
	slow(t)
	for _, name := range []string{"seven-streams", "seven-streams-http2", "cut-cleanly", "close-in-the-gap", "ws-after-a-cut", "picture-base64"} {
		f := byName(t, name)
		eachBrowser(t, func(t *testing.T, b *browser.Browser) {
			t.Parallel()
			l := f.In("en", 1)
			p := visitLessonAt(t, b, secureURL(t), "lang=en&lesson="+f.Name)
			p.lessonIs(l)
			happens := f.HappensOverHTTP2(b.Name)
			p.predict(l, happens)
			p.verdict(l, happens, happens)
		})
	}
}

// differsOverHTTP2 are the checks of the report that come out otherwise there.
var differsOverHTTP2 = []string{
	"connections",       // streams share one
	"constructor-space", // Chromium takes it for an address, which begins with http: a page over https may not connect to any
}

func TestTheBrowserReportOverHTTP2(t *testing.T) {
	slow(t)
	pairwise(t, "report", 1, func(t *testing.T, b *browser.Browser) {
		p := visitReportAt(t, b, secureURL(t))
		all := results.All()
		differ := map[string]string{}
		for round := range 2 { // a busy machine is late now and then, but not twice in the same check
			got := p.runReport()
			i := slices.IndexFunc(all, func(r *report.Report) bool { return r.Browser == got.Browser })
			if i < 0 {
				t.Fatalf("got no kept report of %s", got.Browser)
			}
			now := unlike(got, all[i])
			if round == 0 {
				differ = now
			}
			maps.DeleteFunc(differ, func(name, _ string) bool { return now[name] == "" || slices.Contains(differsOverHTTP2, name) })
			if len(differ) == 0 {
				break
			}
		}
		for name, how := range differ {
			t.Errorf("%s: %s", name, how)
		}
	})
}
