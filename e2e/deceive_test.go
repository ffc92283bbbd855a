package e2e

import (
	"testing"

	"eventsource-playground/e2e/browser"
)

// A type with a right-to-left override, as a link brings it, turns no text of the page around: the override is shown instead.
func TestATypeThatTurnsTheDirectionIsShown(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
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

// What the fields show is the address, and a text plays as its head says, though it was changed a moment ago.
func TestTheFieldsShowWhatIsPlayed(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse", "customEvent")
		choose := func(title string) {
			p.Eval(`[...document.querySelectorAll(".choice")].find(l => l.innerText.includes(`+quote(title)+`)).querySelector("input").click()`, nil)
		}
		p.ClickButton("Adjust")
		choose("Events without a name")
		p.Wait(`$("#parameter-event").value == "message" && $("#parameter-interval").value == "500" && $("#url").value.includes("event=message")`)
		choose("Ten ticks, then end")
		p.Wait(`$("#parameter-event").value == "" && $("#parameter-interval").value == "" && $("#url").value == "/sse"`)

		p.typeScript("title: mine\n== 200\ndata: a\n\n@hold")
		p.Wait(`$(".previews")`)
		p.Eval(`(() => {
			const script = $("#script");
			script.value = "title: mine\nlisten: tock\nconnect: second origin, 2 times\n== 200\n@cors *\nevent: tock\ndata: clock\n\n@hold";
			script.dispatchEvent(new Event("input"));
			role("button", "Play").click();
		})()`, nil)
		p.state("open")
		p.Wait(`role("button", "Remove listener tock") && $("#url").value.startsWith("http://") && role("button", "Close one")`)
		p.Click("#tab-events")
		p.table("clock")
	})
}
