package e2e

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/e2e/browser"
)

// The page's language is decided before its first drawing, so a page is there in one language only.
func TestTheLanguage(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		for _, test := range []struct{ name, preferred, query, want string }{
			{"is the browser's", `["zh-Hans-CN", "en"]`, "", "zh-Hans"},
			{"is the first of the browser's that there is", `["fr", "zh", "en"]`, "", "zh-Hans"},
			{"is the link's before the browser's", `["zh"]`, "?lang=en", "en"},
		} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				p := &page{b.NewPage(t), t}
				p.Open(sharedURL(t) + "/scenarios/ten-ticks.txt")
				// The page, written into a window whose navigator prefers something.
				p.Eval(`(async () => {
					Object.defineProperty(navigator, "languages", {value: `+test.preferred+`});
					const html = await (await fetch("/")).text();
					history.replaceState(null, "", "/`+test.query+`");
					document.open();
					document.write(html);
					document.close();
				})()`, nil)
				p.ready()
				p.wantLanguage(test.want)
			})
		}
	})
}

// wantLanguage waits for the page to be in a language: en or zh-Hans.
func (p *page) wantLanguage(want string) {
	p.t.Helper()
	title, connect, group := "EventSource Playground", "Connect", "Basics"
	if want != "en" {
		title, connect, group = "EventSource 演练场", "连接", "基础"
	}
	p.Wait(`document.documentElement.lang == "` + want + `" && document.title == "` + title + `" && role("button", "` + connect + `") &&
		$(".choices").textContent.includes("` + group + `")`)
}

const languageSwitch = "Language, 语言: EN · 中文"

func TestSwitchingTheLanguageKeepsWhatRuns(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?interval=50&count=100000", "customEvent")
		p.Wait(`!location.search.includes("lang")`)
		p.ClickButton("Connect")
		p.state("open")
		p.Wait(`$(".figures").innerText.includes("events") && document.querySelectorAll("#rows .entry").length > 5`)
		p.Fill("Listener name", "half typed")
		p.Eval(`void (window.sources = 0, window.EventSource = class extends EventSource { constructor(...a) { super(...a); sources++; } })`, nil)
		before := p.seen()

		p.ClickButton(languageSwitch)
		p.wantLanguage("zh-Hans")
		p.Wait(`role("region", "时间线") && role("button", "分享") && new URLSearchParams(location.search).get("lang") == "zh"`)
		p.Wait(`new URLSearchParams(location.search).get("listen") == "customEvent" && $("#listener").value == "half typed"`)
		p.state("open")
		if after := p.seen(); after < before {
			t.Errorf("got %d events after switching; want at least the %d before", after, before)
		}

		p.ClickButton(languageSwitch)
		p.wantLanguage("en")
		p.Wait(`role("region", "Timeline") && new URLSearchParams(location.search).get("lang") == "en"`)
		p.ClickButton("Close")
		p.state("closed")
		var opened int
		p.Eval(`sources`, &opened)
		if opened > 0 {
			t.Errorf("got %d more EventSources; want the one that was there", opened)
		}
		// One source, opened once, with each event in turn.
		for i, r := range p.records() {
			switch {
			case i == 0 && r.Kind != "construct", i == 1 && r.Kind != "open", i > 1 && r.Kind != "message" && r.Kind != "close":
				t.Errorf("record %d: got %s; want one source, opened once", i, r.Kind)
			}
		}
	})
}

// seen is how many events the log shows.
func (p *page) seen() (n int) {
	p.t.Helper()
	p.Eval(`Number($(".figures li:nth-child(2) b").innerText.replace(/\D/g, ""))`, &n)
	return n
}

func TestTheChosenLanguageStays(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?count=3")
		p.ClickButton(languageSwitch)
		p.wantLanguage("zh-Hans")
		p.Reload() // by the link
		p.ready()
		p.wantLanguage("zh-Hans")
		p.Open(sharedURL(t) + "/?url=/sse") // by what was chosen
		p.ready()
		p.wantLanguage("zh-Hans")
		p.keepCopied()
		p.ClickButton("分享")
		p.Wait(`new URL(copied).searchParams.get("lang") == "zh" && $(".toolbar").innerText.includes("链接已复制")`)
	})
}

// latin are words that stay: names of the standard and the notation, products, and what streams carry.
var latin = strings.Fields(`EventSource readyState CONNECTING OPEN CLOSED lastEventId Last-Event-ID withCredentials close const es new addEventListener console log
	open error message event events data id retry count interval comment tick customEvent time timeStamp origin url URL session source sse
	HTTP HTML CORS JSON UTF-8 GET Chromium Firefox No Content Not Found EN ms s n scenario cut true
	Content-Type Cache-Control text event-stream no-store keep-alive X-Accel-Buffering Connection Host Accept Origin Referer User-Agent Access-Control-Allow-Origin
	xFF uFEFF LF CR CRLF r no-cache Server-Sent status none h Pragma charset utf-8 Access-Control-Expose-Headers construct Vary JSON Lines http https localhost mailto cookie Accept-Encoding gzip identity ev half an
	Markdown fetch Go engine WebSocket MiB CLOSING`)

func TestNoEnglishIsLeftOnTheChinesePage(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=zh&url="+url.QueryEscape("/sse?scenario=cut"))
		p.wantLanguage("zh-Hans")
		p.noEnglish("before the first stream")
		p.ClickButton("连接")
		p.state("open")
		p.Wait(`document.querySelectorAll("#track .exchange").length == 2`)
		p.noEnglish("the events")
		p.ClickButton("切断")
		p.Wait(`document.querySelectorAll("#track .exchange").length == 3`)
		p.Press("?")
		for _, tab := range []string{"线路", "请求", "脚本", "代码"} {
			p.Eval(`void [...document.querySelectorAll("[role=tab]")].find(t => t.innerText.startsWith("`+tab+`")).click()`, nil)
			p.Wait(`$("[role=tab][aria-selected=true]").innerText.startsWith("` + tab + `")`)
			p.Eval(`void document.querySelectorAll("details").forEach(d => d.open = true)`, nil)
			p.noEnglish("the tab " + tab)
		}
		p.ClickRole("link", "比较")
		p.Wait(`$("#comparison")`)
		p.ClickRole("button", "运行：错过了什么")
		p.Wait(`$("#lanes .notes p")`)
		p.noEnglish("the comparison")
		p.ClickRole("link", "房间")
		p.Wait(`$(".room.start")`)
		p.noEnglish("a room, before it is made")
		p.ClickRole("link", "演练场")
		p.Wait(`$("#url")`)
		p.Fill("URL", "localhost:3000/sse")
		p.Wait(`$("#notice").innerText.includes("http://")`)
		p.noEnglish("a wrong address")
	})
}

// noEnglish reports the Latin words that a visitor sees or hears, but for those that stay.
func (p *page) noEnglish(when string) {
	p.t.Helper()
	var texts []string
	p.Eval(`(() => {
		const texts = new Set();
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (walk.nextNode()) {
			const in_ = walk.currentNode.parentElement;
			// What a stream or a request carries, code, the scenarios, whose Chinese the library's test demands, and what the shell
			// says in both languages should the program end.
			if (in_.closest("#ended, #rows :is(.data, .id, .type), .choice > label, #track .exchange, .requests :is(dl, .mono), .facts, code, pre, textarea, option")) continue;
			texts.add(walk.currentNode.nodeValue);
		}
		for (const e of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
			if (e.closest(".toolbar .languages")) continue;
			for (const name of ["aria-label", "title", "placeholder"]) if (e.getAttribute(name)) texts.add(e.getAttribute(name));
		}
		return [...texts];
	})()`, &texts)
	for _, text := range texts {
		words := strings.FieldsFunc(text, func(r rune) bool { return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '-') })
		for _, word := range words {
			if !slices.Contains(latin, strings.Trim(word, "-")) && len(strings.Trim(word, "-")) > 1 {
				p.t.Errorf("%s: got %q in %q; want it in Chinese", when, word, text)
			}
		}
	}
}
