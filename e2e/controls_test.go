package e2e

import (
	"net/url"
	"strings"
	"testing"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/e2e/rawserver"
)

func TestConnectAgainClosesTheOpenOneFirst(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		p := visit(t, b, raw.RawURL("twice", []rawserver.Step{{Write: rawserver.Head + "id: 5\ndata: x\n\n"}}))
		p.ClickButton("Connect")
		p.table("x")
		p.ClickButton("Connect")
		requests := raw.Requests("twice", 2, 1)
		if got := requests[1].Header["last-event-id"]; got != "" {
			t.Errorf("got Last-Event-ID %q from a new EventSource; want none", got)
		}
		p.Wait(`$(".figures").innerText.includes("1\nevent") && role("region", "readyState").dataset.state == "open"`)
		wantStory(t, p.records(), "construct 0", "open 1", "message x", "close 2", "construct 0", "open 1", "message x")
	})
}

func TestALinkConnectsByItselfToOurServerOnly(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		ours := visitQuery(t, b, "url=%2Fsse%3Fcount%3D50%26event%3Dtick&listen=tick&connect=1")
		ours.state("open")
		ours.table("tick")

		stream := raw.RawURL("foreign", []rawserver.Step{{Write: rawserver.Head}})
		foreign := visitQuery(t, b, "connect=1&credentials=1&url="+url.QueryEscape(stream))
		foreign.Wait(`document.body.innerText.includes("Nothing was sent yet")`)
		foreign.state("none")
		if n := len(raw.Requests("foreign", 0, 0)); n != 0 {
			t.Errorf("got %d requests before Connect; want none", n)
		}
		foreign.Wait(`role("checkbox", "withCredentials").checked`)
		foreign.ClickButton("Connect")
		raw.Requests("foreign", 1, 0)
	})
}

func TestAnAddressThatIsNoStreamIsExplainedAndKept(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "connect=1&url="+url.QueryEscape("javascript:alert(1)"))
		for _, address := range []string{"", "ftp://host/x", "data:text/event-stream,x", "http://["} {
			if address != "" {
				p.Fill("URL", address)
			}
			p.ClickButton("Connect")
			p.Wait(`$("#notice").innerText != ""`)
			p.state("none")
		}
		p.Wait(`role("textbox", "URL").value == "http://["`)
	})
}

// The browser acts on what an address resolves to, so that decides what a link may do.
func TestAScriptInALinkWaitsHoweverItsAddressIsWritten(t *testing.T) {
	const script = "script%253D%253D%253D%2520200%250Adata%253A%2520x%250A%250A%2540hold"
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		for _, address := range []string{"sse%3F", "%2Fss%2565%3F", "%20%2Fsse%3F", ".%2Fsse%3F"} {
			p := visitQuery(t, b, "url="+address+strings.ReplaceAll(script, "%25", "%")+"&connect=1")
			p.Wait(`$("#script") && $("#script").value.includes("@hold")`)
			p.state("none")
		}
	})
}

func TestWhatIsTypedOtherwiseIsTheSameStream(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse", "customEvent")
		for _, address := range []string{"/sse?count=1000&interval=20 ", "sse?count=1000&interval=20"} {
			p.Fill("URL", address)
			p.ClickButton("Connect")
			p.state("open")
			p.table("customEvent")
			p.Eval(`void $("#tab-wire").click()`, nil)
			p.Wait(`$("#wire-lines") && $("#wire-lines").innerText.includes("data:")`)
			p.ClickButton("Close")
			p.Eval(`void $("#tab-events").click()`, nil)
		}
		p.Fill("URL", "127.0.0.1:1/sse")
		p.ClickButton("Use http://127.0.0.1:1/sse")
		p.Wait(`role("textbox", "URL").value == "http://127.0.0.1:1/sse" && $("#notice").innerText == ""`)
		p.Fill("URL", "curl -N 'http://127.0.0.1:1/typed' -H 'X-A: b'")
		p.ClickButton("Use http://127.0.0.1:1/typed")
		p.Wait(`role("textbox", "URL").value == "http://127.0.0.1:1/typed"`)
		p.Eval(`(() => {
			const field = role("textbox", "URL");
			field.value = "curl -N 'http://127.0.0.1:1/a?b=c' -H 'X-A: b'";
			field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
		})()`, nil)
		p.Wait(`role("textbox", "URL").value == "http://127.0.0.1:1/a?b=c" && $("#notice").innerText.includes("curl")`)
	})
}

func TestListenersComeAndGoWhileConnected(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		tick := rawserver.Step{Write: "event: tick\ndata: T\n\ndata: M\n\n"}
		p := visit(t, b, raw.RawURL("live", []rawserver.Step{{Write: rawserver.Head}, tick, {Wait: true}, tick, {Wait: true}, tick}))
		p.ClickButton("Connect")
		p.table("M")
		p.Fill("Listener name", "tick")
		p.ClickButton("Add")
		p.Wait(`role("button", "Remove listener tick")`)
		raw.Continue("live")
		p.table("T")
		p.ClickButton("Remove listener tick")
		p.Wait(`document.activeElement == $("#listener")`)
		raw.Continue("live")
		p.Wait(`$(".figures").innerText.includes("4\nevents")`)
		wantStory(t, p.records(), "construct 0", "open 1", "message M", "tick T", "message M", "message M")
	})
}

func TestChoosingAnotherStreamKeepsTheListenersTrueWhileConnected(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?event=tick&count=60", "mine")
		p.Size(1366, 800) // a narrow window folds the list
		p.ClickButton("Connect")
		p.state("open")
		p.Click(".choices label") // the first: ten ticks
		const said = `role("region", "What just happened").innerText`
		p.Wait(said + `.includes("Listening to customEvent from now on") && ` + said + `.includes("No longer listening to mine")`)
		p.Wait(`$("#url").value == "/sse"`)
		p.state("open")
	})
}

func TestTheTableFiltersPausesUnfoldsAndClears(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		p := visit(t, b, raw.RawURL("table", []rawserver.Step{
			{Write: rawserver.Head + "data: {\"penguin\":[1,2]}\n\nevent: other\ndata: two\n\n"}, {Wait: true}, {Write: "data: later\n\n"}, {Wait: true}, {Write: "data: last\n\n"},
		}), "other")
		p.ClickButton("Connect")
		p.table("two")

		p.filter("PENGUIN")
		p.Wait(inTable("penguin") + ` && !` + inTable("two"))
		p.Click("#rows .fold")
		p.Wait(`$(".detail pre").innerText == '{\n  "penguin": [\n    1,\n    2\n  ]\n}'`)
		p.filter("")
		p.table("two")

		p.ClickButton("Pause")
		p.Wait(`role("button", "Pause").ariaPressed == "true"`)
		raw.Continue("table")
		p.Wait(`role("region", "Events").innerText.includes("1 newer record waits")`)
		p.Wait(`!` + inTable("later"))
		p.ClickButton("Pause")
		p.table("later")

		p.ClickButton("Clear")
		p.Wait(`$("#rows").innerText == ""`)
		p.state("open")
		raw.Continue("table")
		p.table("last")
		wantStory(t, p.records(), "message last")
	})
}

func TestWhoHasScrolledDownKeepsWhatHeReads(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		p := visit(t, b, raw.RawURL("scroll", []rawserver.Step{
			{Write: rawserver.Head + strings.Repeat("data: old\n\n", 100)}, {Wait: true}, {Write: strings.Repeat("data: new\n\n", 50)},
		}))
		p.ClickButton("Connect")
		p.table("old")
		p.Wait(`$("#rows").scrollHeight >= 44 * 102`) // all of them, open and construct
		p.Eval(`$("#rows").scrollIntoView({ behavior: "instant" })`, nil)
		p.Eval(`$("#rows").scrollTop = 44 * 40`, nil)
		const topRow = `document.elementFromPoint($("#rows").getBoundingClientRect().x + 30, $("#rows").getBoundingClientRect().y + 20).closest(".row")`
		p.Wait(topRow + `?.ariaRowIndex == 42`)
		raw.Continue("scroll")
		p.Wait(topRow + `?.ariaRowIndex == 92`)
		p.Wait(`!` + inTable("new"))
		p.Eval(`$("#rows").scrollTop = 0`, nil)
		p.table("new")
	})
}

// The cap is 200,000 records; what is dropped and what is kept are all that came.
func TestPastTheCapTheOldestGoAndTheirCountIsShown(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		p := visit(t, b, raw.RawURL("flood", []rawserver.Step{
			{Write: rawserver.Head}, {Write: strings.Repeat("data: flood\n\n", 1000), Times: 210}, {Write: "data: the end\n\n"},
		}))
		p.ClickButton("Connect")
		p.WaitFor(2*browser.Bound, inTable("the end"))
		p.Wait(`role("region", "Events").innerText.includes("10\u202F003 older records were dropped")`)
		p.Wait(`$(".figures").innerText.includes("210\u202F001\nevents")`)
		var rows int
		p.Eval(`document.querySelectorAll("#rows .entry").length`, &rows)
		if rows > 60 {
			t.Errorf("got %d rows in the page; want only those that can be seen", rows)
		}
		p.ClickButton("Export")
		p.WaitFor(4*browser.Bound, `saved.length > 0`)
		var n int // counted there: 30 MB would take longer to get here than the rest of this test
		p.Eval(`saved.pop().text().then(text => text.split("\n").length - 1)`, &n)
		if n != 200_000 {
			t.Errorf("got %d records exported; want the 200000 that are kept", n)
		}
	})
}

func TestWithoutAnEventSourceThePageSaysSoAndConnectsWithTheGoEngine(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse", "customEvent")
		p.Eval(`delete window.EventSource`, nil)
		p.ClickButton("Connect")
		p.Wait(`document.body.innerText.includes("This browser has no EventSource")`)
		p.table("customEvent")
		p.Wait(`$(".facts").innerText.includes("The Go engine was started.") && $("#client").selectedOptions[0].text == "Go engine (fetch)"`)
		p.Fill("URL", "/sse?count=3")
		p.ClickRole("tab", "Code")
		p.Wait(`$("[aria-label=Program]").innerText.includes("/sse?count=3")`)
		p.ClickRole("link", "Compare")
		for _, row := range []string{"Named events", "Who may speak"} {
			p.ClickRole("button", "Run: "+row)
			p.Wait(`role("button", "Again: ` + row + `") && !role("button", "Again: ` + row + `").disabled`)
		}
		p.Wait(`$("#row-named").innerText.includes("not possible here: this browser has no EventSource") && $("#row-named").innerText.includes("no: one message event")`)
		p.Wait(`$("#row-speak").innerText.includes("there and back in")`)
	})
}

func TestTheCallAndTheLinkFollowTheFields(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse", "customEvent")
		p.Fill("URL", `/sse?x="y"`)
		p.ClickRole("checkbox", "withCredentials")
		p.keepCopied()
		p.ClickButton("Copy the call")
		p.Wait(`copied == 'const es = new EventSource(\n  "/sse?x=\\"y\\"",\n  { withCredentials: true })'`)
		p.ClickRole("tab", "Code")
		p.Wait(`$("[aria-label=Program]").innerText.includes('addEventListener("customEvent"')`)
		var query string
		p.Eval(`location.search`, &query)
		again := visitQuery(t, b, query[1:])
		again.Wait(`role("textbox", "URL").value == '/sse?x="y"' && role("checkbox", "withCredentials").checked && role("button", "Remove listener customEvent")`)
		again.state("none")
	})
}
