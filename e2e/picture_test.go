package e2e

import (
	"net/url"
	"testing"

	"eventsource-playground/e2e/browser"
)

// Nothing was recorded yet: the picture says so, and the page goes on.
func TestAPictureCanBeHadBeforeTheFirstStream(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en")
		p.Wait(`$("#moving svg")`)
		p.savePicture()
		p.Wait(`picture.documentElement.nodeName == "svg" && picture.documentElement.textContent.includes("Nothing happened yet")`)
		p.ClickButton("Connect")
		p.state("open")
	})
}

// savePicture leaves what is saved in saved, and as a document in picture.
func (p *page) savePicture() {
	p.t.Helper()
	p.Eval(`(URL.createObjectURL = blob => (blob.text().then(text => window.saved = text), "data:,"), null)`, nil)
	p.ClickButton("Picture")
	p.Wait(`window.saved`)
	p.Eval(`(window.picture = new DOMParser().parseFromString(saved, "image/svg+xml"), null)`, nil)
}

// A picture is a document of its own: what the page's style sheet says must stand in it.
func TestAPictureOfTheTimelineIsAFileOfItsOwn(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en&connect=1&beside=1&listen=customEvent&url="+url.QueryEscape("/sse?count=3&interval=50&retry=60000"))
		p.Wait(`document.querySelectorAll("#moving .span[data-state=open]").length == 2`)
		p.savePicture()
		for what, js := range map[string]string{
			"it is XML":                   `picture.documentElement.nodeName == "svg" && !picture.querySelector("parsererror")`,
			"its colours are the page's":  `picture.querySelector(".span[data-state=open] rect").getAttribute("fill") == getComputedStyle($("#moving .span[data-state=open] rect")).fill`,
			"both sources are named":      `["EventSource 1", "EventSource 2"].every(name => [...picture.querySelectorAll("text")].some(t => t.textContent == name))`,
			"the caption says which":      `picture.documentElement.textContent.includes("/sse?count=3&interval=50&retry=60000")`,
			"and in which browser":        `picture.documentElement.textContent.includes(navigator.userAgent)`,
			"nothing of the session":      `!saved.includes("session=")`,
			"nothing is left in the page": `document.querySelectorAll(".track").length == 1`,
			"it is copied where it can":   `[...document.querySelectorAll("button")].some(b => b.ariaLabel == "Copy the picture") == !!globalThis.ClipboardItem?.supports?.("image/svg+xml")`,
		} {
			var holds bool
			if p.Eval(js, &holds); !holds {
				t.Errorf("not so: %s", what)
			}
		}
	})
}
