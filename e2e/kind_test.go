package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/e2e/browser"
)

// streaming is a set-up with something in every panel: events, a loss, a wait.
const streaming = "url=/sse?count%3D3%26interval%3D50%26retry%3D400%26resume%3Dfalse&listen=customEvent&connect=1"

func TestNamesAndRolesAreThereForWhoCannotSeeThePage(t *testing.T) {
	p := visitQuery(t, chromium(t), streaming)
	p.table("customEvent")
	p.Click("#rows .fold")
	p.Wait(`$(".detail")`)
	nodes := p.AXNodes()
	has := func(role, name string) bool {
		return slices.ContainsFunc(nodes, func(n browser.AXNode) bool { return n.Role == role && n.Name == name })
	}
	for _, want := range [][2]string{
		{"heading", "EventSource Playground"},
		{"button", "Connect"}, {"button", "Close"}, {"button", "Pause"}, {"button", "Clear"}, {"button", "Export"}, {"button", "Share"},
		{"textbox", "URL"}, {"checkbox", "withCredentials"}, {"combobox", "Listener name"}, {"searchbox", "Filter by text"},
		{"region", "readyState"}, {"region", "Timeline"}, {"region", "Events"}, {"region", "What just happened"},
		{"tab", "Code"}, {"table", "Records, newest first"}, {"columnheader", "lastEventId"}, {"button", "Copy row"},
	} {
		if !has(want[0], want[1]) {
			t.Errorf("got no %s named %q; want one", want[0], want[1])
		}
	}
	for _, n := range nodes {
		if slices.Contains([]string{"button", "textbox", "checkbox", "radio", "combobox", "searchbox", "slider", "tab", "link", "region", "table"}, n.Role) && n.Name == "" {
			t.Errorf("got a %s without a name: %+v", n.Role, n)
		}
	}
	if !slices.ContainsFunc(nodes, func(n browser.AXNode) bool {
		return n.Role == "status" && n.Properties["live"] == "polite"
	}) {
		t.Error("got no polite live region; want one that says the readyState")
	}
	var said string
	p.Eval(`role("region", "readyState").querySelector("[role=status]").textContent`, &said)
	if !strings.HasPrefix(said, "readyState ") {
		t.Errorf("got %q announced; want the readyState with number and word", said)
	}
}

// Everything is reached with Tab, in the order in which it is read, and what has the focus shows it.
func TestTheKeyboardAloneIsEnough(t *testing.T) {
	p := visit(t, chromium(t), "/sse?count=100&interval=100", "customEvent")
	var order []string
	for range 70 {
		p.Press("Tab")
		var name string
		p.Eval(`(() => {
			const el = document.activeElement, style = getComputedStyle(el);
			if (el == document.body) return "BODY";
			const outlined = style.outlineStyle != "none" || el.closest("label:has(:focus-visible)") != null;
			return (el.getAttribute("aria-label") || el.labels?.[0]?.innerText || el.innerText || el.id || el.tagName).trim().split("\n")[0] + (outlined ? "" : " (no outline)");
		})()`, &name)
		if name == "BODY" {
			break
		}
		order = append(order, name)
	}
	got := strings.Join(order, " | ")
	at := -1
	for _, want := range []string{"Share", "Theme: system", "Edit", "Copy the call", "URL", "withCredentials", "Connect", "Remove listener customEvent",
		"Listener name", "Add", "Cut", "Next response", "Keys", "Follow", "Width of the timeline", "Scroll back in time", "Filter by text", "Filter by type", "Pause", "Clear"} {
		i := slices.Index(order, want)
		if i <= at {
			t.Errorf("got %q in the order %s; want it after the others before it", want, got)
		}
		at = i
	}
	if strings.Contains(got, "(no outline)") {
		t.Errorf("got a focus that does not show: %s", got)
	}

	p.Eval(`role("textbox", "URL").focus()`, nil)
	p.Press("Enter")
	p.table("customEvent")
	p.Eval(`$("#tab-events").focus()`, nil)
	p.Press("ArrowRight")
	p.Wait(`$("#panel-wire") && document.activeElement.id == "tab-wire"`)
	p.Press("ArrowLeft")
	p.Press("ArrowLeft") // from the first to the last
	p.Wait(`$("[aria-label=Program]") && document.activeElement.id == "tab-code"`)
	p.Eval(`role("button", "Close").focus()`, nil)
	p.Press("Space")
	p.state("closed")
}

// contrasts finds text whose contrast with what is behind it is under WCAG's AA: 4.5, or 3 for large text.
const contrasts = `(() => {
	const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
	const rgba = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
	const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] / 255 + under[i] * (1 - top[3] / 255));
	const luminance = ([r, g, b]) => { const f = c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
	const behind = el => { const layers = []; for (; el; el = el.parentElement) layers.unshift(rgba(getComputedStyle(el).backgroundColor)); return layers.reduce((under, top) => over(top, under), [255, 255, 255]); };
	const bad = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const el = walker.currentNode.parentElement, style = getComputedStyle(el);
		if (!walker.currentNode.data.trim() || !el.checkVisibility() || el.closest(".offscreen, :disabled, svg, option")) continue;
		const under = behind(el), ink = over(rgba(style.color), under);
		const [high, low] = [luminance(ink), luminance(under)].sort((a, b) => b - a);
		const ratio = (high + .05) / (low + .05), size = parseFloat(style.fontSize);
		const enough = size >= 24 || size >= 18.66 && style.fontWeight >= 700 ? 3 : 4.5;
		if (ratio < enough) bad.push(walker.currentNode.data.trim().slice(0, 40) + " " + ratio.toFixed(2));
	}
	return bad;
})()`

func TestThePageHoldsInEveryWidthAndScheme(t *testing.T) {
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int{1440, 1024, 390} {
			t.Run(fmt.Sprintf("%s at %d", scheme, width), func(t *testing.T) {
				t.Parallel()
				b := chromium(t)
				p := &page{b.NewPage(t), t}
				p.Size(width, 900)
				p.Scheme(scheme)
				p.Open(sharedURL(t) + "/?" + streaming)
				p.ready()
				p.table("error")
				var bad []string
				p.Eval(contrasts, &bad)
				for _, text := range bad {
					t.Errorf("got too little contrast: %s", text)
				}
				var overflow []string
				p.Eval(`[...document.querySelectorAll("body *")].filter(el => el.checkVisibility() && !el.closest("#track, .offscreen, pre") && el.getBoundingClientRect().right > innerWidth + 1).map(el => el.tagName + "." + el.className)`, &overflow)
				if len(overflow) > 0 {
					t.Errorf("got %q wider than the page; want all to fit", overflow)
				}
				var top float64
				p.Eval(`role("button", "Connect").getBoundingClientRect().bottom`, &top)
				if top > 900 {
					t.Errorf("got Connect at %v; want it on the first screen", top)
				}
			})
		}
	}
}
