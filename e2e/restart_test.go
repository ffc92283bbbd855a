package e2e

import (
	"strings"
	"testing"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/e2e/playground"
)

// The server is stopped and started again where it was. What was recorded stays as it was; what is new goes on.
func TestTheServerIsStartedAgain(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		for _, query := range []string{"interval=500&count=100", "interval=20&count=5000"} {
			t.Run(query[:strings.Index(query, "&")], func(t *testing.T) { restart(t, b, query) })
		}
	})
}

func restart(t *testing.T, b *browser.Browser, query string) {
	server := playground.Start(t)
	p := visitAt(t, b, server.URL, "url="+strings.ReplaceAll("/sse?"+query, "&", "%26")+"&listen=customEvent")
	p.ClickButton("Connect")
	p.table("customEvent")
	p.Wait(`document.querySelectorAll("#rows .row").length > 4`)
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	const (
		facts = `[...role("region", "What just happened").querySelectorAll(".fact")].map(f => f.innerText)`
		old   = `(all => all.filter(f => /\nThe server is stopping|\nRequest 1 got|\nThe connection was lost|\nThe first event:/.test(f)))(` + facts + `)`
	)
	p.Wait(facts + `.some(f => f.includes("The server is stopping, and ended its response.") && f.includes("seen by the server"))`)
	p.Wait(facts + `.some(f => f.includes("onnection lost") || f.includes("onnection was lost"))`)
	var before, after []string
	p.Eval(old, &before)
	if len(before) < 3 {
		t.Fatalf("got %q before the restart; want the response, the first event and the end", before)
	}

	playground.Start(t, "-addr", strings.TrimPrefix(server.URL, "http://"))
	p.state("open")
	p.Wait(facts + `.some(f => f.includes("The server is another one now."))`)
	p.Wait(facts + `.some(f => f.includes("Request 2 got"))`)
	p.Eval(old, &after)
	if strings.Join(after, "\n\n") != strings.Join(before, "\n\n") {
		t.Errorf("got what was before at another place:\n%q; want\n%q", after, before)
	}
	p.Wait(facts + `.some(f => /lost/.test(f) && f.includes("The server is stopping, and ended its response."))`)

	p.Click("#tab-requests")
	var requests []string
	p.Wait(`document.querySelectorAll(".requests summary").length == 2`)
	p.Eval(`[...document.querySelectorAll(".requests summary b")].map(b => b.innerText)`, &requests)
	if got := strings.Join(requests, ", "); got != "request 2, request 1" {
		t.Errorf("got %s; want request 2, request 1", got)
	}
	p.Wait(`/200.*\d/.test(document.querySelector(".requests summary").innerText.replace(/\s+/g, " "))`)
	p.Click("#tab-events")
	const figures = `role("region", "Events").innerText.match(/Predicted from the wire: ([\d,]+) events?. Seen by the page: ([\d,]+)/)`
	p.Wait(`(() => { const m = ` + figures + `; return m && m[1] == m[2]; })()`)
	p.ClickButton("Close")
	p.state("closed")
}

// What the server says of a request that it refuses is shown: a script gets to see nothing of it.
func TestWhatARefusalSaysIsShown(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?interval=5")
		p.ClickButton("Connect")
		p.state("closed")
		const sentence = `interval="5" is not possible: give milliseconds or a duration`
		p.Wait(`role("region", "What just happened").innerText.includes(` + quote(sentence) + `)`)
		p.Click("#tab-requests")
		p.Click(".requests summary")
		p.Wait(`$(".requests .said").checkVisibility() && $(".requests .said").innerText.startsWith(` + quote(sentence) + `)`)
	})
}
