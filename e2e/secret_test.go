package e2e

import (
	"strings"
	"testing"

	"eventsource-playground/e2e/browser"
)

// The session's id is in the stream's address, and nowhere that somebody looks at, copies or exports.
func TestTheSessionsIDIsNotShown(t *testing.T) {
	const everything = `document.documentElement.outerHTML + location.href + [...document.querySelectorAll("input, textarea")].map(e => e.value).join("\n")`
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?scenario=redirect-307")
		p.Eval(`(() => { const E = EventSource; window.EventSource = class extends E { constructor(...a) { super(...a); window.opened = this.url; } }; })()`, nil)
		p.ClickButton("Connect")
		p.table("at the new address")
		var id string
		p.Eval(`new URL(opened).searchParams.get("session")`, &id)
		if len(id) != 32 {
			t.Fatalf("got the session %q in the address; want an id", id)
		}
		p.Wait(`role("region", "What just happened").innerText.includes("/sse?scenario=redirect-307")`)
		p.Click("#rows .entry:last-child .fold")
		p.Wait(`$(".detail dl")`)
		shown := func(where string) {
			t.Helper()
			var all string
			if p.Eval(everything, &all); strings.Contains(all, id) || strings.Contains(all, "source=1") {
				t.Errorf("got the session's id in %s", where)
			}
		}
		shown("Events")
		for _, tab := range []string{"Requests", "Wire"} {
			p.Click("#tab-" + strings.ToLower(tab))
			p.Wait(`$("#tab-` + strings.ToLower(tab) + `").ariaSelected == "true"`)
			p.Eval(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil)
			shown(tab)
		}
		p.ClickButton("Export")
		p.Wait(`saved.length > 0`)
		var text string
		p.Eval(`saved.pop().text()`, &text)
		if strings.Contains(text, id) || strings.Contains(text, "source=1") || !strings.Contains(text, "at the new address") {
			t.Errorf("got the session's id exported: %s", text)
		}
	})
}
