package e2e

import (
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/e2e/playground"
)

// screens are what a visitor can have in view, with the way there.
var screens = []struct {
	name, query string
	arrive      func(p *page)
}{
	{"the first screen, all unfolded", "lang=en", func(p *page) {
		p.ClickRole("button", "Keys")
		p.ClickButton("Adjust")
		p.ClickButton("all lessons")
		p.Wait(`$(".keys") && $(".lessons") && $("#resume")`)
	}},
	{"Events, one unfolded", twoEvents, func(p *page) {
		p.state("closed")
		p.table(`"id":1`)
		p.Click("#rows .entry:not(:has(.construct, .open, .error)) .fold")
		p.Wait(`$(".detail")`)
	}},
	{"Wire, of an open stream, an event unfolded", "lang=en&" + scripted("== 200\nevnt: x\ndata: 1\n\n@hold\n"), func(p *page) {
		p.ClickButton("Connect")
		p.state("open")
		p.Click("#tab-wire")
		p.WaitFor(decides, `$(".lines .fold")`)
		p.Click(".lines .fold")
		p.Wait(`$(".lines pre")`)
	}},
	{"Requests, one unfolded", twoEvents, func(p *page) {
		p.state("closed")
		p.Click("#tab-requests")
		p.Click(".requests summary")
		p.Wait(`$(".requests dl").checkVisibility()`)
	}},
	{"Script, with mistakes", "lang=en", func(p *page) {
		p.typeScript("== 2000\n@nonsense\n")
		p.WaitFor(decides, `$(".problems li")`)
	}},
	{"Send…, of an open stream", "lang=en&listen=customEvent&connect=1&url=" + url.QueryEscape("/sse?count=1000"), func(p *page) {
		p.state("open")
		p.Wait(`role("button", "Send…").ariaDisabled == "false"`)
		p.openSend()
	}},
	{"Code, in Chinese", "lang=zh", func(p *page) {
		p.Click("#tab-code")
		p.Wait(`$(".program")`)
	}},
	{"seven lanes, and what differs", "lang=en&connect=1&beside=6&listen=customEvent&url=" + url.QueryEscape("/sse?interval=500&count=1000"), func(p *page) {
		p.Click("#tab-differences")
		p.Select("compared with", "EventSource 2")
		p.WaitFor(decides, `document.querySelectorAll(".differences li").length > 2`)
	}},
	{"a WebSocket that is reconnected by hand, and its frames", "lang=en&client=ws&return=1&connect=1&url=" + url.QueryEscape("/sse?scenario=ids"), func(p *page) {
		p.state("open")
		p.Click(".by-hand summary")
		p.Click("#tab-wire")
		p.WaitFor(decides, `$(".wire .lines li")`)
	}},
	{"the comparison, a row measured", "lang=en&view=compare&row=named", func(p *page) {
		p.ClickRole("button", "Run: Named events")
		p.WaitFor(decides, `$("#lanes .notes p")`)
	}},
	{"a room, before it is made", "lang=en&view=room", func(p *page) { p.WaitFor(decides, `$(".room.start")`) }},
	{"a room, its maker's page", "lang=en&view=room", func(p *page) {
		p.ClickButton("Make a room")
		p.WaitFor(decides, `$(".room p.name")`)
		joinRoom(p.t, playground.Shared(p.t).URL, p.roomName(), 901)
		joinRoom(p.t, playground.Shared(p.t).URL, p.roomName(), 902)
		p.WaitFor(decides, `$("[data-panel=Room]").innerText.includes("2 here")`)
		p.lesson("end")
		p.ClickButton("Ask the room")
		p.WaitFor(decides, `document.querySelectorAll(".bar-of").length > 0`)
	}},
	{"the report", "lang=en&view=report", func(p *page) { p.WaitFor(decides, `$("#checks")`) }},
	{"the teacher's view", "lang=en&view=lesson&lesson=end", func(p *page) {
		p.Wait(`$(".lesson")`)
		p.Press("ArrowRight")
		p.Wait(`$(".pick")`)
	}},
}

var twoEvents = "lang=en&listen=customEvent&connect=1&url=" + url.QueryEscape("/sse?count=2&interval=20&retry=20")

func scripted(script string) string {
	return "url=" + url.QueryEscape("/sse?script="+url.QueryEscape(script))
}

// axe-core looks at each screen in each width and in both themes, at half of these in each browser.
func TestAxeFindsNothingOnAnyScreen(t *testing.T) {
	sizes, themes := [][2]int{{1440, 900}, {1366, 650}, {390, 844}}, []string{"light", "dark"}
	for i, screen := range screens {
		for j, name := range browser.Names {
			t.Run(screen.name+"/"+name, func(t *testing.T) {
				if i > 1 {
					slow(t)
				}
				if os.Getenv("PAIRWISE") != "" && i%2 != j {
					t.Skip("in the other browser, where PAIRWISE is set")
				}
				t.Parallel()
				onlyIn(t, name)
				p := visitQuery(t, browser.Shared(t, name), screen.query)
				screen.arrive(p)
				p.loadAxe()
				for k, size := range sizes {
					theme := themes[(i+j+k)%2]
					// Firefox leaves an open popover that has a position-try-fallback the background of the theme before.
					open := p.closePopover()
					p.Size(size[0], size[1])
					p.Scheme(theme)
					p.Wait(`innerWidth == ` + itoa(size[0]) + ` && matchMedia("(prefers-color-scheme: ` + theme + `)").matches`)
					if open {
						p.openSend()
					}
					if found := p.axe(); len(found) > 0 {
						t.Errorf("%d × %d, %s: axe found\n%s", size[0], size[1], theme, strings.Join(found, "\n"))
					}
				}
			})
		}
	}
}

func TestAxeFindsAFault(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en&view=lesson")
		p.loadAxe()
		p.Eval(`$("main").append(document.createElement("button"), Object.assign(document.createElement("button"), {innerText: "One", ariaLabel: "Two"}))`, nil)
		found := strings.Join(p.axe(), "\n")
		for _, rule := range []string{"button-name", "label-content-name-mismatch"} {
			if !strings.Contains(found, rule) {
				t.Errorf("got %q; want %s among it", found, rule)
			}
		}
	})
}

func (p *page) openSend() {
	p.t.Helper()
	p.ClickButton("Send…")
	p.Wait(`$("#send").matches(":popover-open")`)
}

func (p *page) closePopover() (open bool) {
	p.t.Helper()
	if p.Eval(`!!$(":popover-open")`, &open); open {
		p.Press("Escape")
		p.Wait(`!$(":popover-open")`)
	}
	return open
}

// loadAxe makes axe-core known to the page; e2e/install.sh gets it.
func (p *page) loadAxe() {
	p.t.Helper()
	axe, err := os.ReadFile("../bin/axe.js")
	if err != nil {
		p.t.Fatalf("%v: run e2e/install.sh, which gets axe-core", err)
	}
	p.Run(string(axe))
}

// axe is what axe-core finds, with its rules that are on by default, and that a control's name holds its text.
func (p *page) axe() (found []string) {
	p.t.Helper()
	// In a task of its own: the report's 150 rows may take longer than an expression is waited for.
	p.Eval(`(window.found = null, setTimeout(() => axe.run({rules: {"label-content-name-mismatch": {enabled: true}}, resultTypes: ["violations"]})
		.then(({violations}) => found = violations.flatMap(({id, nodes}) => nodes.map(n => id + " at " + n.target + ": " + n.failureSummary + "\n" + n.html)))
		.catch(e => found = [String(e)])), null)`, nil)
	p.WaitFor(2*time.Minute, `found`)
	p.Eval(`found`, &found)
	return found
}
