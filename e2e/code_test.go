package e2e

import (
	"net/url"
	"strings"
	"testing"

	"eventsource-playground/e2e/browser"
)

func TestTheTabCodeShowsAndCopiesEachProgram(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en&client=go&method=POST&header=X-A:b&header=Authorization:&listen=tick&url="+url.QueryEscape("/sse?count=3&token=planted"))
		p.keepCopied()
		p.ClickRole("tab", "Code")
		p.Wait(`$("#program").value == "fetch" && $("[aria-label=Program]")`)
		for _, program := range []struct{ name, contains string }{
			{"JavaScript with EventSource", "new EventSource(\n  \"" + sharedURL(t) + "/sse?count=3&token=SECRET\""},
			{"JavaScript with fetch", `"X-A": "b"`},
			{"Go", `"Authorization": "SECRET"`},
			{"curl", "--request 'POST'"},
			{"a server in Go", "n <= 2"},
			{"a server in Node", "node:http"},
		} {
			p.Select("Which program", program.name)
			p.Wait(`$("[aria-label=Program]").textContent.includes(` + quote(program.contains) + `)`)
			p.ClickButton("Copy the program")
			p.Wait(`copied == $("[aria-label=Program]").textContent && !copied.includes("planted")`)
		}
		p.ClickButton("Show and edit") // of the masked address
		p.Fill("URL", "/sse?scenario=named-events")
		p.Wait(`$("[aria-label=Program]").textContent.includes("event: remove")`)
		p.Fill("URL", "http://127.0.0.1:1/elsewhere")
		p.Wait(`$("[aria-label=Program]").textContent.includes("Another server's stream is set up.")`)
		p.Fill("URL", "/sse?scenario=nope")
		p.Wait(`$(".program").innerText.includes("it refuses this stream")`)
		p.Fill("URL", "http://[")
		p.Wait(`$(".program").innerText.includes("The browser can't read this address")`)
		p.Fill("URL", "/sse?count=7")
		p.Wait(`$("[aria-label=Program]").textContent.includes("n <= 6")`)
		p.ClickButton("Language, 语言: EN · 中文")
		p.Wait(`$("[aria-label=程序]").textContent.includes("只用 node:http")`)
	})
}

// The other programs are run by a test of the server's: this one needs a browser.
func TestTheProgramWithEventSourceSeesTheEvents(t *testing.T) {
	const hostile = "\"'`\\ */ </script> ${x}"
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		script := "# " + t.Name() + "\n== 200\nretry: 10\ndata: a\ndata: b\n\nid: 1é事\nevent: tick\ndata: c\n\nevent: " + hostile + "\ndata: d\n\ndata: unfinished\n@end\n" +
			"== 200\ndata: attempt {attempt} after {last-event-id}\n\n@end\n== 204\n"
		p := visit(t, b, "/sse?script="+url.QueryEscape(script), "tick", hostile)
		p.ClickRole("tab", "Code")
		p.Wait(`$("[aria-label=Program]").textContent.includes("new EventSource")`)
		var program string
		p.Eval(`$("[aria-label=Program]").textContent`, &program)
		p.Eval(`void (window.lines = [], (console => {`+program+`})({ log: line => lines.push(line), info: (...said) => lines.push(said.join(" ")) }))`, nil)
		p.Wait(`lines.at(-1) == "error 2"`)
		var lines []string
		p.Eval(`lines`, &lines)
		got := strings.Join(lines, "\n")
		want := strings.Join([]string{
			"open 1", `["message","","a\nb"]`, `["tick","1é事","c"]`, "[" + strings.ReplaceAll(strings.ReplaceAll(quote(hostile), `\u003c`, "<"), `\u003e`, ">") + `,"1é事","d"]`, "error 0",
			"open 1", `["message","1é事","attempt 2 after 1é事"]`, "error 0", "error 2",
		}, "\n")
		if got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}
