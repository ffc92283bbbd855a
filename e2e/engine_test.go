package e2e

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/e2e/rawserver"
)

func TestTheGoEngineReadsOurStreamsAsAnEventSourceDoes(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en&client=go&connect=1&listen=tick&url="+url.QueryEscape("/sse?scenario=204-second"))
		p.state("closed")
		p.Wait(`$("#client").selectedOptions[0].text == "Go engine (fetch)"`)
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
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
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
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
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
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		response := []rawserver.Step{{Write: rawserver.Head + "data: a\n\n"}, {Wait: true}, {Fin: true}}
		stream := raw.RawURL("secret", response) + "&api_key=" + planted + "-1"
		p := visitQuery(t, b, "lang=en&client=go&method=POST&header=X-Api-Key:&url="+url.QueryEscape(raw.RawURL("secret", response)+"&api_key="))
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

func TestTextInPiecesIsJoinedAndItsTimesAreShown(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		piece := func(text string) rawserver.Step {
			return rawserver.Step{Write: `data: {"model":"m","choices":[{"delta":{"content":"` + text + `"}}]}` + "\n\n"}
		}
		wait := rawserver.Step{Wait: true}
		stream := raw.RawURL("pieces", []rawserver.Step{{Write: rawserver.Head + "retry: 60000\n"}, piece("Hel"), piece("lo, "), wait, piece("<b>world</b>"), {Write: "data: [DONE]\n\n"}, {Fin: true}})
		p := visitQuery(t, b, "lang=en&client=go&url="+url.QueryEscape(stream))
		p.ClickButton("Connect")
		p.table("lo, ")
		p.Click("#tab-text")
		p.ClickButton("choices[0].delta.content")
		p.Wait(`$(".joined .said").textContent == "Hello, "`)
		raw.Continue("pieces")
		p.Wait(`$(".joined .said").textContent == "Hello, <b>world</b>" && $(".joined").innerText.includes("1 event has no text there.")`)
		p.Wait(`new URL(location.href).searchParams.get("text") == "choices[0].delta.content"`)
		p.Click("#tab-requests")
		p.Wait(`$(".times").innerText.includes("headers after") && $(".times").innerText.includes("first byte after") && $(".times").innerText.includes("first event after")`)
		p.Wait(`$(".facts").innerText.includes("The last event looked like the end of the stream: [DONE].")`)
	})
}

func TestWhenCORSStopsTheVisitorThePageSaysWhatToSend(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		refused, err := raw.NewPort()
		if err != nil {
			t.Fatal(err)
		}
		const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
		for _, test := range []struct{ stream, client, said string }{
			{raw.RawURL("cors", []rawserver.Step{{Write: head + "data: a\n\n"}, {Wait: true}}), "go", "Reachable: a response came"},
			{"http://127.0.0.1:" + strconv.Itoa(refused) + "/", "go", "Not reached: the browser got no response."},
			{raw.RawURL("native", []rawserver.Step{{Write: head + "data: a\n\n"}, {Wait: true}}), "", "Reachable: a response came"},
		} {
			p := &page{b.NewPage(t), t} // whose console has the browser's own errors
			p.Open(sharedURL(t) + "/?lang=en&client=" + test.client + "&url=" + url.QueryEscape(test.stream))
			p.ready()
			p.ClickButton("Connect")
			p.Click(".cors summary")
			p.Wait(`$(".cors pre").innerText.startsWith("Access-Control-Allow-Origin: *")`)
			p.ClickButton("Is it reachable?")
			p.Wait(`$(".cors [role=status]").innerText.startsWith(` + quote(test.said) + `)`)
		}
	})
}
