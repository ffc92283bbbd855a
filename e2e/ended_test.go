package e2e

import (
	"testing"

	"eventsource-playground/e2e/browser"
)

func TestAProgramThatEndsSaysSoAndOffersToReload(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := &page{b.NewPage(t), t} // its console shows the panic
		p.Open(sharedURL(t) + "/")
		p.ready()
		p.Eval(`(() => { window.scrollTo = () => { throw new Error("made to fail"); }; role("link", "Browser report").click(); })()`, nil)
		p.Wait(`!$("#ended").hidden && $("#ended[role=alert]").innerText.includes("has ended") && document.body.firstElementChild.inert`)
		p.ClickButton("Reload · 重新加载")
		p.Wait(`$("#ended").hidden && role("button", "Run the report")`)
	})
}
