package e2e

import (
	"testing"

	"eventsource-playground/e2e/browser"
)

// A type with a right-to-left override, as a link brings it, turns no text of the page around: the override is shown instead.
func TestATypeThatTurnsTheDirectionIsShown(t *testing.T) {
	browser.Each(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?event=%E2%80%AEkcit&count=60&interval=500", "kcit")
		p.ClickButton("Connect")
		p.state("open")
		const whole = `document.documentElement.innerHTML`
		p.Wait(`$(".unheard code").innerText == "[RLO]kcit"`)
		p.Wait(`$(".unheard .hint").innerText.includes("a type must match exactly")`)
		p.Wait(`$(".facts").innerText.includes("[RLO]kcit")`)
		p.ClickButton("Listen to [RLO]kcit")
		p.table("[RLO]kcit")
		p.Wait(`[...$("[aria-label='Filter by type']").options].filter(o => o.text == "[RLO]kcit").length == 1`)
		p.Wait(`document.querySelector("#moving title") && role("button", "Remove listener [RLO]kcit")`)
		p.Click("#tab-wire")
		p.Wait(`$("#wire-lines").innerText.includes("event: [RLO]kcit") && $("#wire-lines .end").innerText == "LF"`)
		p.Click("#tab-requests")
		p.Click("#tab-code")
		p.Wait("!" + whole + `.includes("\u202E")`)

		// A call of the page is no event of the stream.
		p.ClickButton("Close")
		p.state("closed")
		p.Click("#tab-events")
		p.Select("Filter by type", "es.close()")
		p.Wait(`document.querySelectorAll("#rows .entry").length == 1 && $("#rows .type").innerText == "close"`)
	})
}
