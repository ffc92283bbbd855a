package e2e

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/e2e/browser"
)

// lane is the label of a source's lane, as it is announced.
func lane(source string) string { return `role("radio", ` + quote(source) + `)` }

// lanes is how many labels match.
func lanes(expression string) string {
	return `[...document.querySelectorAll(".sources [role=radio]")].filter(label => ` + expression + `.test(label.ariaLabel)).length`
}

func TestSevenStreamsHaveALaneEachAndAKeySelectsIt(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?scenario=seven-streams")
		p.Wait(`$("#beside").value == "6"`) // the list is there
		p.ClickButton("Connect")
		p.Wait(lanes(`/^EventSource \d: 1 OPEN, 1 event$/`) + ` == 6`)
		p.Wait(`document.querySelectorAll("#moving .span[data-state=open] rect").length == 6`)
		p.Wait(lane("EventSource 7: 0 CONNECTING, 0 events") + `.ariaChecked == "true"`)
		p.Wait(`role("region", "Timeline").innerText.includes("EventSource 7 waits until another is closed.")`)
		p.state("connecting")
		p.Eval(`$("[role=radio][aria-checked=true]").focus()`, nil)
		p.Press("ArrowUp")
		p.Wait(lane("EventSource 6: 1 OPEN, 1 event") + `.ariaChecked == "true" && document.activeElement.ariaLabel.startsWith("EventSource 6")`)
		p.state("open")
		p.Wait(`$(".figures .spent").innerText.includes("EventSource 6")`)
		p.table("one of the six")
		p.Wait(`$(".facts").innerText.includes("open") && role("tab", "Requests 1")`)
		p.Press("Home")
		p.Wait(lane("EventSource 1: 1 OPEN, 1 event") + `.ariaChecked == "true"`)
		p.ClickRole("radio", "EventSource 7: 0 CONNECTING, 0 events")
		p.state("connecting")
		p.ClickButton("Close one")
		p.Wait(lane("EventSource 7: 1 OPEN, 1 event"))
		p.Wait(`!role("region", "Timeline").innerText.includes("waits until")`)
		p.state("open")
		p.ClickButton("Close")
		p.state("closed")
	})
}

func TestTwoSourcesBesideEachOtherAreCompared(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en&connect=1&beside=1&url="+url.QueryEscape("/sse?scenario=cut"))
		p.Wait(`$("#beside").value == "1"`)
		p.Click("#tab-differences")
		p.Wait(lanes(`/1 OPEN, 8 events$/`) + ` == 2`)
		says := func(texts ...string) {
			t.Helper()
			for _, text := range texts {
				p.Wait(`$(".differences").innerText.includes(` + quote(text) + `)`)
			}
		}
		says("0 differences", "8 events and 3 changes of readyState were seen alike by EventSource 2 and EventSource 1")

		// What is sent, and cut, is the selected one's.
		p.ClickRole("radio", "EventSource 1: 1 OPEN, 8 events")
		p.ClickButton("Send…")
		p.Click("#send-data")
		p.Type("to one only")
		p.ClickButton("Send")
		p.Wait(lanes(`/^EventSource 1: 1 OPEN, 9 events$/`) + ` == 1`)
		p.Wait(lanes(`/^EventSource 2: 1 OPEN, 8 events$/`) + ` == 1`)
		says("1 difference", "message 8", "did not see it", "the server sent different data")
		p.ClickButton("Cut")
		says("2 differences", "error 0 CONNECTING", "the server's responses differ")
	})
}

func TestWhatStandsBesideIsInTheLinkAndInTheExport(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?event=message&count=2&interval=20&retry=100000")
		p.Select("beside it", "2 more")
		p.Wait(`new URLSearchParams(location.search).get("beside") == "2"`)
		p.ClickButton("Connect")
		p.Wait(lanes(`/: 0 CONNECTING, 2 events$/`) + ` == 3`)
		p.ClickButton("Export")
		var text string
		p.Wait(`saved.length > 0`)
		p.Eval(`saved.pop().text()`, &text)
		times := map[int]int{}
		for line := range strings.Lines(text) {
			var r struct {
				Client string
				Source int
			}
			if err := json.Unmarshal([]byte(line), &r); err != nil || r.Client != "EventSource" {
				t.Errorf("got %s; want the client's kind in it", line)
			}
			times[r.Source]++
		}
		if got := []int{times[1], times[2], times[3]}; !slices.Equal(got, []int{5, 5, 5}) || len(times) != 3 { // construct, open, two events, error
			t.Errorf("got the lines %v of sources; want 5 of each of 3", times)
		}
		p.Reload()
		p.ready()
		p.Wait(`$("#beside").value == "2"`)
	})
}
