package e2e

import (
	"testing"

	"eventsource-playground/e2e/browser"
)

func TestTheServersSideStandsBesideThePages(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?scenario=half-an-event")
		p.ClickButton("Connect")
		p.table("sent again")
		p.Click("#tab-requests")
		p.Wait(`[...document.querySelectorAll(".requests summary")].some(s => s.innerText.includes("request 2") && s.innerText.replace(/\s+/g, " ").includes("Last-Event-ID 1") && s.innerText.includes("200"))`)
		p.Wait(`[...document.querySelectorAll(".requests summary")].some(s => s.innerText.includes("request 1") && s.innerText.includes("by the server"))`)
		p.Click(".requests li:last-child summary")
		p.Wait(`$(".requests li:last-child dl").checkVisibility() && /text\/event-stream/.test($(".requests li:last-child").innerText)`)
		p.ClickRole("tab", "Wire")
		p.Wait(`$(".wire select")`)
		p.Eval(`(() => { const s = $(".wire select"); s.value = "0"; s.dispatchEvent(new Event("change", { bubbles: true })); })()`, nil)
		p.Wait(`$("#wire-lines").innerText.includes("never seen") && $("#wire-lines [data-outcome=discarded]") && $("#wire-lines [data-outcome=dispatched]")`)
		p.Wait(`document.querySelectorAll("#track .exchange").length == 2 && document.querySelectorAll("#track .wire").length > 0`)
		p.ClickButton("Close")
		p.state("closed")
	})
}

func TestTheVisitorInterferes(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?count=1000&interval=50&retry=300", "customEvent", "mine")
		p.ClickButton("Connect")
		p.table("customEvent")

		p.ClickButton("Hold")
		p.Wait(`role("button", "Hold").ariaPressed == "true"`)
		var before, after int
		const events = `parseInt([...document.querySelectorAll(".figures li")].find(li => li.innerText.includes("events")).innerText.replace(/\D/g, ""))`
		p.Wait(`window.still == (window.still = ` + events + `) && (window.calm = (window.calm ?? 0) + 1) > 20`)
		p.Eval(events, &before)
		for range 4 { // event, id, data and the blank line
			p.ClickButton("Step")
		}
		p.Wait(events + ` == ` + itoa(before+1))
		p.ClickButton("Hold")
		p.Wait(events + ` > ` + itoa(before+2))

		p.ClickButton("Send…")
		p.Fill("event", "mine")
		p.Eval(`$("#send-data").value = "two\nlines"`, nil)
		p.ClickButton("Send")
		p.table("mine")

		p.Press("Escape")
		p.Eval(`document.activeElement.blur()`, nil)
		p.Press("m")
		p.Wait(`document.activeElement.id == "send-data"`)
		p.Eval(`$("#send-raw").value = "event: mine\\ndata: raw \\uFEFF\\n\\n"`, nil)
		p.ClickButton("Send")
		p.table("raw [BOM]") // which the page makes visible

		p.Eval(events, &after)
		p.Eval(`document.activeElement.blur()`, nil)
		p.Press("c")
		p.Wait(`document.querySelectorAll(".mark.error").length == 1`)
		p.Wait(`document.querySelectorAll("#track .exchange").length == 2`)
		p.state("open")
		p.Wait(events + ` > ` + itoa(after+2))
		p.Wait(`[...document.querySelectorAll("#track .did text")].some(t => t.textContent == "cut")`)

		p.Press("n")
		p.Wait(`$("#next").contains(document.activeElement)`)
		p.ClickButton("503")
		p.Wait(`!$("#next").matches(":popover-open")`)
		p.ClickButton("End")
		p.state("closed")
	})
}

// The channel is not the stream: when it drops, the stream goes on, and what the server saw meanwhile is fetched.
func TestAChannelThatDropsComesBack(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?count=1000&interval=100", "customEvent")
		p.ClickButton("Connect")
		p.table("customEvent")
		p.Eval(`(() => {
			const send = WebSocket.prototype.send;
			WebSocket.prototype.send = function (data) { window.channel = this; return send.call(this, data); };
		})()`, nil)
		p.ClickButton("Hold")
		p.Wait(`role("button", "Hold").ariaPressed == "true"`)
		p.ClickButton("Hold")
		p.Wait(`role("button", "Hold").ariaPressed == "false"`)
		p.Eval(`channel.close()`, nil)
		p.Wait(`document.body.innerText.includes("The channel to the server is down")`)
		p.Wait(`!document.body.innerText.includes("The channel to the server is down")`)
		const figures = `role("region", "Events").innerText.match(/Predicted from the wire: (\d+) events. Seen by the page: (\d+)/)`
		p.Wait(`(() => { const m = ` + figures + `; return m && m[1] > 5 && m[1] == m[2]; })()`)
		p.state("open")
		p.ClickButton("Close")
	})
}

func TestTheSeventhStreamWaitsAndTheControlsDoNot(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?scenario=seven-streams")
		p.Wait(`role("region", "The server will").querySelector(":checked")?.closest(".choice").innerText.includes("even")`) // the list is there
		p.ClickButton("Connect")
		p.Wait(`document.body.innerText.includes("6 more are open.")`)
		p.state("connecting")
		// What the page needs from its server it gets without a seventh connection: a scenario's text, another language, lessons.
		p.ClickButton("Edit")
		p.Wait(`$("#script").value.includes("== 200")`)
		p.ClickButton(languageSwitch)
		p.Wait(`document.documentElement.lang.startsWith("zh") && $(".lesson h3").innerText.match(/[\u4e00-\u9fff]/)`)
		p.ClickButton(languageSwitch)
		p.Wait(`document.documentElement.lang == "en" && $(".lesson h3").innerText.match(/^[ -~]+$/)`)
		p.typeScript("== 200\n@wiat")
		p.Wait(`$(".problems")?.innerText.includes("line 2")`) // the server answers, over the channel
		p.state("connecting")
		p.ClickButton("Close one")
		p.state("open")
		p.ClickButton("Close")
	})
}

func TestWhatArrivesWithoutAListenerIsShown(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?event=tick&interval=100&count=500")
		p.ClickButton("Connect")
		p.ClickButton("Listen to tick")
		p.table("tick")
		p.Wait(`role("button", "Remove listener tick")`)
	})
}

func TestAScriptIsCheckedWhileTypedPlayedAndShared(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse", "customEvent")
		p.typeScript("title: mine\nlisten: tock\n== 200\nevent: tock\ndata: clock\n\n@wiat")
		p.Wait(`$(".problems")?.innerText.includes("line 7")`)
		p.Wait(`role("button", "Play").disabled`)
		for range len("@wiat") {
			p.Press("Backspace")
		}
		p.Type("@hold")
		p.Wait(`!$(".problems") && $(".previews")?.innerText.includes("clock")`)
		p.ClickButton("Play")
		p.state("open")
		p.Click("#tab-events")
		p.table("clock")

		// The link shows the text, and plays nothing until Play is pressed.
		var query string
		p.Eval(`location.search`, &query)
		again := visitQuery(t, b, query[1:]+"&connect=1")
		again.Wait(`$("#script").value.includes("data: clock")`)
		again.state("none")
		again.ClickButton("Play")
		again.state("open")
	})
}
