package e2e

import (
	"testing"

	"eventsource-playground/e2e/browser"
)

// The data of an event stand in the lines that carry it, and beside the one that dispatches it only if asked for. What is
// unfolded stays so, and keeps the focus, while lines come and the oldest leave the list.
func TestTheDataOfAnEventUnfoldOnTheWire(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en&listen=tick&"+scripted("== 200\nevent: tick\nid: 7\ndata: \"one\"\ndata: two\n\n@repeat 1000 every 40ms\ndata: more\n\n@again\n@hold\n"))
		p.ClickButton("Connect")
		p.state("open")
		p.Click("#tab-wire")
		p.Wait(`$("#wire-lines [data-outcome=dispatched]")`)
		var row string
		p.Eval(`$("#wire-lines [data-outcome=dispatched] .outcome").innerText.replace(/\s+/g, " ").trim()`, &row)
		if want := `dispatched tick, lastEventId "7"`; row != want {
			t.Errorf("got %q; want %q", row, want)
		}
		p.Wait(`!$("#wire-lines pre") && $("#line-5").ariaExpanded == "false"`)
		p.Eval(`$("#line-5").focus()`, nil)
		p.Press("Enter")
		p.Wait(`$("#line-5").ariaExpanded == "true" && $("#line-5").closest("li").querySelector("pre").innerText == "\"one\"\ntwo"`)
		const lines = `document.querySelectorAll("#wire-lines li").length`
		p.Wait(`(window.before ??= ` + lines + `) + 20 < ` + lines)
		p.Wait(`document.querySelectorAll("#wire-lines pre").length == 1 && $("#line-5").ariaExpanded == "true" && document.activeElement.id == "line-5"`)

		// A row far down, whose place in the list becomes another when the oldest lines leave.
		p.Wait(`$("#line-151")`)
		p.Eval(`$("#line-151").focus()`, nil)
		p.Press("Enter")
		p.Wait(`$("#line-151").closest("li").querySelector("pre").innerText == "more"`)
		p.Wait(`$("#wire-lines").start > 50`)
		p.Wait(`!$("#line-5") && document.querySelectorAll("#wire-lines pre").length == 1 && $("#line-151").ariaExpanded == "true" && document.activeElement.id == "line-151"`)
		p.Wait(`(list => (r => r.top < list.bottom && r.bottom > list.top)($("#line-151").getBoundingClientRect()))($("#wire-lines").getBoundingClientRect())`)
		p.Press("Enter")
		p.Wait(`!$("#wire-lines pre")`)
		p.ClickButton("Close")
		p.state("closed")
	})
}

// A request is a line, which a laptop shows as one; unfolded it stays so when another request comes in before it.
func TestARequestIsALine(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en&listen=message&"+scripted("== 200\nretry: 1000\ndata: 1\n\n@end\n\n== 200\n@hold\n"))
		p.Size(1366, 650)
		p.ClickButton("Connect")
		p.Click("#tab-requests")
		const line = `(n => (s => s ? s.innerText.replace(/\s+/g, " ") : "")($("#request-1-" + n)))`
		p.Wait(`/^request 1 at [\d.]+ s protocol HTTP\/1\.1 status 200 sent \d+ bytes duration \d+ ms ended end, by the server Last-Event-ID –$/.test(` + line + `(1).trim())`)
		p.Eval(`$("#request-1-1").focus()`, nil)
		p.Press("Enter")
		p.Wait(`$("#request-1-1").parentElement.open && $("#request-1-1").parentElement.querySelector("dl").checkVisibility()`)
		p.Wait(`$("#request-1-2")`)
		p.Wait(`$("#request-1-1").parentElement.open && !$("#request-1-2").parentElement.open && document.activeElement.id == "request-1-1"`)
		var heights []float64
		p.Eval(`[...document.querySelectorAll(".requests summary")].map(s => s.getBoundingClientRect().height)`, &heights)
		for _, h := range heights {
			if h < 24 || h > 44 {
				t.Errorf("got heights %v; want those of one line each", heights)
				break
			}
		}
		p.Press("Enter")
		p.Wait(`!$("#request-1-1").parentElement.open`)
		p.Size(390, 800)
		p.Wait(`innerWidth == 390 && document.documentElement.scrollWidth <= 390 && $("#request-1-1 small").getBoundingClientRect().width > 5`)
	})
}
