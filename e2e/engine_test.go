package e2e

import (
	"net/url"
	"strings"
	"testing"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/e2e/rawserver"
)

func TestTheGoEngineReadsOurStreamsAsAnEventSourceDoes(t *testing.T) {
	browser.Each(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en&client=go&connect=1&listen=tick&url="+url.QueryEscape("/sse?scenario=204-second"))
		p.state("closed")
		p.Wait(`$("#client").selectedOptions[0].text.startsWith("fetch")`)
		p.Wait(`$(".facts").innerText.includes("The Go engine gave up. readyState is 2, CLOSED.") && $(".facts").innerText.includes("The response had the status 204")`)
		p.Wait(`$(".facts").innerText.includes("The response ended as HTTP prescribes.")`)
		p.Wait(`role("tab", "Requests 2")`) // which our server tells
		engine := p.records()
		p.Click("#client") // back to the other client
		p.Eval(`(() => { const select = $("#client"); select.value = "0"; select.dispatchEvent(new Event("change", {bubbles: true})); })()`, nil)
		p.Wait(`!$("#method")`)
		p.ClickButton("Clear")
		p.ClickButton("Connect")
		p.state("closed")
		p.Wait(`$(".facts").innerText.includes("The browser gave up. readyState is 2, CLOSED.")`)
		wantStory(t, engine, story(p.records())...)
	})
}

func TestAnotherServersStreamIsSeenByTheGoEngine(t *testing.T) {
	browser.Each(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		stream := raw.RawURL("foreign", []rawserver.Step{{Write: rawserver.Head + ": hello\nretry: 60000\nid: 7\nevent: add\ndata: unheard\n\ndata: a\n\n"}, {Wait: true}, {Fin: true}})
		p := visitQuery(t, b, "lang=en&client=go&url="+url.QueryEscape(stream))
		p.ClickButton("Connect")
		p.table("a")
		p.Wait(`$(".unheard").innerText.includes("add")`)
		p.Wait(`[...document.querySelectorAll(".fact .observer")].some(o => o.innerText == "seen by the Go engine")`)
		p.Click("#tab-wire")
		p.Wait(`$("#wire-lines").innerText.includes(": hello") && $("#wire-lines").innerText.includes("retry: 60000")`)
		p.Click("#tab-requests")
		p.Wait(`$("#requests").innerText.includes("200")`)
		raw.Continue("foreign")
		p.state("connecting")
		p.Wait(`$("#requests").innerText.includes("end, by the server")`)
	})
}

func TestTheGoEngineBesideAnEventSource(t *testing.T) {
	browser.Each(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en&connect=1&beside=other&url="+url.QueryEscape("/sse?scenario=cut"))
		p.Wait(`$("#beside").value == "other"`)
		p.Wait(lane("EventSource 2: 1 OPEN, 8 events") + ` && ` + lane("Go engine 1: 1 OPEN, 8 events"))
		p.Click("#tab-differences")
		p.Wait(`$("#panel-differences").innerText.includes("0 differences")`)
	})
}

// Secrets are in none of what is drawn, exported, linked or stored, nor in the page's address.
func TestSecretsLeaveThePageWithTheRequestOnly(t *testing.T) {
	const planted = "pl4nt3d"
	browser.Each(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		answer := []rawserver.Step{{Write: rawserver.Head + "data: a\n\n"}, {Wait: true}, {Fin: true}}
		stream := raw.RawURL("secret", answer) + "&api_key=" + planted + "-1"
		p := visitQuery(t, b, "lang=en&client=go&method=POST&header=X-Api-Key:&url="+url.QueryEscape(raw.RawURL("secret", answer)+"&api_key="))
		p.Size(1366, 800)
		p.Wait(`$("#notice").innerText.includes("A link holds no secrets: fill in api_key, X-Api-Key.")`)
		p.ClickButton("Show and edit")
		p.Wait(`document.activeElement.id == "url"`)
		p.Press("Control+a")
		p.Type(stream)
		p.Click("#header-value-1")
		p.Type(planted + "-2")
		p.Click("#body")
		p.Type(`{"prompt": "` + planted + `-3"}`)
		p.ClickButton("Hide secrets")
		p.ClickButton("Connect")
		p.table("a")
		if seen := raw.Requests("secret", 1, 0); !strings.Contains(seen[len(seen)-1].Target, planted+"-1") || seen[len(seen)-1].Header["x-api-key"] != planted+"-2" || seen[len(seen)-1].Method != "POST" {
			t.Errorf("got the request %+v; want the secrets in it", seen)
		}
		nowhere := func(where, expression string) {
			t.Helper()
			var text string
			if p.Eval(expression, &text); strings.Contains(text, planted) {
				t.Errorf("got a secret in %s: %s", where, text)
			}
		}
		const drawn = `document.documentElement.outerHTML + location.href + [...document.querySelectorAll("input:not(.masked), textarea")].map(e => e.value).join("\n")`
		for _, tab := range []string{"Events", "Wire", "Requests", "Differences", "Script", "Code"} {
			p.Click("#tab-" + strings.ToLower(tab))
			p.Wait(`$("#tab-` + strings.ToLower(tab) + `").ariaSelected == "true"`)
			p.Eval(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil)
			nowhere(tab, drawn)
		}
		p.Click("#tab-events")
		p.Click("#rows .entry:last-child .fold")
		p.Wait(`$(".detail dl")`)
		nowhere("a row", drawn)
		p.ClickButton("Export")
		p.Wait(`saved.length > 0`)
		nowhere("the export", `saved.pop().text()`)
		nowhere("storage", `JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + JSON.stringify(history.state)`)
		p.Eval(`(() => { window.copied = ""; navigator.clipboard.writeText = async text => { copied = text; }; })()`, nil)
		p.ClickButton("Share")
		p.Wait(`copied != ""`)
		nowhere("the link", `copied`)
	})
}
