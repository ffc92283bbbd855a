package e2e

import (
	"testing"

	"eventsource-playground/e2e/browser"
)

func TestPagesAreEntriesOfTheHistoryAndTheLogSurvives(t *testing.T) {
	browser.Each(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "url=/sse%3Fcount%3D2%26interval%3D20%26event%3Dmessage&connect=1")
		p.state("closed")
		p.Wait(`$("#rows").innerText.includes("construct") || document.querySelectorAll(".entry").length > 3`)
		p.Eval(`role("link", "Browser report").click()`, nil)
		p.Wait(`$(".report")`)
		p.Eval(`history.back()`, nil)
		p.Wait(`$("#events") && document.querySelectorAll(".entry").length > 3 && !location.search.includes("report")`)
		p.state("closed") // it did not connect again
		p.Eval(`history.forward()`, nil)
		p.Wait(`$(".report") && location.search.includes("view=report")`)
	})
}

func TestTheFilterFindsALetterInAnyOfItsForms(t *testing.T) {
	browser.Each(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "url=/sse%3Fcount%3D2%26interval%3D20%26event%3Dcafe%25CC%2581&listen=cafe%CC%81&connect=1")
		p.state("closed")
		p.Eval(`(() => { const box = role("searchbox|textbox", "Filter by text"); box.value = "CAFÉ"; box.dispatchEvent(new Event("input", {bubbles: true})); })()`, nil)
		p.Wait(`[...document.querySelectorAll(".entry")].filter(row => row.innerText.includes("cafe\u0301")).length >= 2`)
	})
}
