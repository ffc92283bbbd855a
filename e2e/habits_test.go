package e2e

import (
	"testing"

	"eventsource-playground/e2e/browser"
)

func TestPagesAreEntriesOfTheHistoryAndTheLogSurvives(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
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
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "url=/sse%3Fcount%3D2%26interval%3D20%26event%3Dcafe%25CC%2581&listen=cafe%CC%81&connect=1")
		p.state("closed")
		p.Eval(`(() => { const box = role("searchbox|textbox", "Filter by text"); box.value = "CAFÉ"; box.dispatchEvent(new Event("input", {bubbles: true})); })()`, nil)
		p.Wait(`[...document.querySelectorAll(".entry")].filter(row => row.innerText.includes("cafe\u0301")).length >= 2`)
	})
}

func TestAPageThatMayKeepNothingWorksAndForgets(t *testing.T) {
	for name, storage := range map[string]string{
		"site data is blocked": `throw new DOMException("blocked", "SecurityError")`,
		"storage is off":       `return null`,
	} {
		t.Run(name, func(t *testing.T) {
			eachBrowser(t, func(t *testing.T, b *browser.Browser) {
				t.Parallel()
				p := &page{b.NewPage(t), t}
				p.Before(`for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { configurable: true, get() { ` + storage + ` } });`)
				p.Open(sharedURL(t) + "/?url=/sse%3Fcount%3D2%26interval%3D20&listen=customEvent&lang=en")
				p.ready()
				p.ClickButton("Connect")
				p.table("customEvent")
				p.ClickButton("Close")
				p.state("closed")
				p.ClickButton(languageSwitch)
				p.Wait(`document.documentElement.lang.startsWith("zh")`)
			})
		})
	}
}

func TestAFileThatCannotBeLoadedIsSaid(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := &page{b.NewPage(t), t}
		p.Before(`const append = Element.prototype.append;
			Element.prototype.append = function (el) { if (el.src?.endsWith("/app.js")) el.src = "/web/no.js"; return append.apply(this, arguments); };`)
		p.Open(sharedURL(t) + "/")
		p.Wait(`$("#app-wasm-loader-label").checkVisibility() && $("#app-wasm-loader-label").innerText.includes("Not loaded: reload the page.")`)
	})
}
