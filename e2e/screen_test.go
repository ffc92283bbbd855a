package e2e

import (
	"strings"
	"testing"

	"eventsource-playground/e2e/browser"
)

// inView is where the bottom of what must be seen without scrolling is, and what is wrong with it.
const inView = `(() => {
	const wrong = [], bottom = el => el.getBoundingClientRect().bottom;
	const seen = ["The page connects", "readyState", "You interfere", "Timeline"].map(name => document.querySelector("[data-panel='" + name + "']"));
	for (const el of [...seen, document.querySelector(".call .primary"), document.querySelector("#scroll")])
		if (bottom(el) > innerHeight) wrong.push((el.dataset.panel ?? el.id ?? el.innerText) + " ends at " + bottom(el));
	if (seen[1].offsetHeight > 170) wrong.push("readyState is " + seen[1].offsetHeight + " high");
	if (new Set([...document.querySelectorAll(".commands button")].map(bottom)).size != 1) wrong.push("the commands are in several rows");
	if (scrollY != 0) wrong.push("it is scrolled");
	return wrong;
})()`

func TestTheFirstScreenOfALaptop(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		for _, lang := range []string{"en", "zh"} {
			p := visitQuery(t, b, "lang="+lang+"&url=/sse?scenario%3Dcut")
			for _, size := range [][2]int{{1366, 650}, {1440, 800}} {
				p.Size(size[0], size[1])
				p.Wait(`innerWidth == ` + itoa(size[0]) + ` && $(".lesson h3") && $(".choice[data-chosen=true]")`)
				p.wantNone(inView)
			}
			p.Eval(`$(".call .primary").click()`, nil)
			p.Wait(`document.querySelectorAll("#track .exchange").length == 2`)
			p.wantNone(inView)
		}
	})
}

// wantNone wants a list of what is wrong to be empty.
func (p *page) wantNone(list string) {
	p.t.Helper()
	var wrong []string
	p.Eval(list, &wrong)
	if len(wrong) > 0 {
		p.t.Errorf("got %s; want nothing wrong", strings.Join(wrong, "; "))
	}
}

func TestNoWidthScrollsSideways(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en&"+streaming)
		p.table("customEvent")
		p.ClickButton("Adjust")
		for _, width := range []int{320, 390, 600, 768, 860, 861, 1024, 1181, 1366, 1440} {
			p.Size(width, 800)
			p.Wait(`innerWidth == ` + itoa(width))
			p.wantNone(`[...document.querySelectorAll("body, body *")].filter(el => el.checkVisibility() && !el.closest("#track, .offscreen, pre, #rows") && el.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
				.map(el => innerWidth + ": " + el.tagName + "." + el.className)
				.concat(document.documentElement.scrollWidth > innerWidth ? [innerWidth + ": the page is " + document.documentElement.scrollWidth + " wide"] : [])`)
		}
	})
}

func TestAPhoneHasTheOrderOfTheNumbers(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en&url=/sse?scenario%3Dcut")
		p.Wait(`$(".lesson h3") && document.querySelectorAll(".choice").length > 80`)
		p.Size(390, 800)
		p.Wait(`innerWidth == 390`)
		p.Wait(`[...document.querySelectorAll("[data-panel]")].map(panel => [panel.getBoundingClientRect().top, panel.dataset.panel]).sort(([a], [b]) => a - b).map(([_, name]) => name).join() ==
			"The server will,The page connects,readyState,You interfere,Timeline,Lesson,What just happened,Events"`)
		const shown = `[...document.querySelectorAll(".choice")].filter(choice => choice.checkVisibility())`
		p.Wait(shown + `.length == 1 && ` + shown + `[0].innerText.includes("Cut the cable")`)
		p.ClickButton("All scenarios")
		p.Wait(shown + `.length > 80`)
		p.Eval(`[...document.querySelectorAll(".choice")].find(c => c.innerText.includes("Half an event")).querySelector("input").click()`, nil)
		p.Wait(shown + `.length == 1 && $("#url").value == "/sse?scenario=half-an-event"`)
	})
}

func TestATabletHasTheLessonBesideWhatJustHappened(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en&url=/sse?scenario%3Dcut")
		p.Size(1024, 768)
		p.Wait(`innerWidth == 1024 && $(".lesson h3")`)
		p.Wait(`(() => {
			const [server, call, lesson, happened] = ["The server will", "The page connects", "Lesson", "What just happened"].map(name => $("[data-panel='" + name + "']").getBoundingClientRect());
			return server.right < call.left && server.top == call.top && lesson.right < happened.left && lesson.top == happened.top;
		})()`)
	})
}

func TestTheListOfScenariosCutsNoWord(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		for _, lang := range []string{"en", "zh"} {
			p := visitQuery(t, b, "lang="+lang)
			p.Wait(`document.querySelectorAll(".choice").length > 86`)
			for _, width := range []int{1366, 1024} {
				p.Size(width, 768)
				p.Wait(`innerWidth == ` + itoa(width))
				p.wantNone(`[...document.querySelectorAll(".choice[data-chosen=false] label > *")].filter(line => line.scrollHeight > line.clientHeight + 1 || line.scrollWidth > line.clientWidth + 1).map(line => line.innerText)`)
			}
		}
	})
}

func TestTheListFoldsFindsAndUnfoldsTheChosenOne(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitQuery(t, b, "lang=en")
		p.Size(1366, 768)
		p.Wait(`document.querySelectorAll(".choice").length > 86`)
		p.Wait(`[...document.querySelectorAll(".choice b")].filter(b => b.innerText.startsWith("Ten ticks")).length == 1`)
		p.Wait(`[...document.querySelectorAll(".choice b")].pop().innerText == "A URL of your own"`)
		const cut = `[...document.querySelectorAll(".choice")].find(c => c.querySelector("b").textContent == "Cut the cable")`
		p.Eval(`[...document.querySelectorAll("summary")].find(s => s.innerText == "Reconnection").click()`, nil)
		p.Wait(`!` + cut + `.checkVisibility()`)
		p.Fill("Find a stream", "cable reset")
		p.Wait(cut + `.checkVisibility() && document.querySelectorAll(".choice").length < 6`) // what is found is unfolded
		p.Eval(cut+`.querySelector("input").click()`, nil)
		p.Wait(cut + `.innerText.includes("continues after it") && $("#url").value == "/sse?scenario=cut"`)

		p.ClickButton("Edit")
		p.Wait(`$("#script").value.startsWith("title: Cut the cable")`)
		p.Fill("Find a stream", "")
		p.Wait(`document.querySelectorAll(".choice").length > 86`)
		p.Eval(`[...document.querySelectorAll(".choice input")].pop().click()`, nil)
		p.Wait(`document.activeElement == $("#url") && $(".choice[data-chosen=true]").innerText.includes("A URL of your own")`)
	})
}

func TestTheEditorShowsTheSelectedStreamUntilItHasATextOfItsOwn(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?count=3&interval=50", "customEvent")
		p.ClickRole("tab", "Script")
		p.Wait(`$("#script").value.startsWith("title: The classic stream") && $("#script").value.includes("@repeat 0 to 2 every 50ms resume")`)
		p.Wait(`$(".previews")?.innerText.includes("customEvent")`)
		p.Fill("URL", "/sse?scenario=cut")
		p.Wait(`$("#script").value.startsWith("title: Cut the cable")`)
		p.ClickButton("Play")
		p.state("open")
		p.Wait(`$("#url").value.startsWith("/sse?script=") && $("#script").value.startsWith("title: Cut the cable")`)
		p.Fill("URL", "/sse?scenario=end")
		p.Wait(`$("#script").value.startsWith("title: The end of the response")`)
		p.typeScript("== 204\n# mine")
		p.Fill("URL", "/sse")
		p.ClickRole("tab", "Code")
		p.ClickRole("tab", "Script")
		p.Wait(`$("#script").value == "== 204\n# mine"`)
	})
}

// From the first screen on, with a keyboard only. What can't be done yet is reached, and says why.
func TestFromTheFirstScreenToConnectAndCutByKeyboard(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?count=1000&interval=50&retry=300", "customEvent")
		p.Wait(`role("button", "Cut").ariaDisabled == "true" && role("button", "Cut").title.startsWith("Connect first")`)
		p.tabTo(`role("button", "Connect")`, 60)
		p.Press("Enter")
		p.state("open")
		p.Wait(`role("button", "Cut").ariaDisabled == "false"`)
		p.tabTo(`role("button", "Cut")`, 8)
		p.Press("Space")
		p.Wait(`document.querySelectorAll(".mark.error").length == 1`)
		p.Press("m")
		p.Wait(`document.activeElement.id == "send-data"`)
		p.Press("Escape")
		p.Wait(`!$("#send").matches(":popover-open")`)
	})
}

func TestNothingMovesWhileAStreamRuns(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		for _, width := range []int{1366, 390} {
			p := visitQuery(t, b, "lang=en&url=/sse?scenario%3Dcut")
			p.Size(width, 650)
			p.Wait(`innerWidth == ` + itoa(width) + ` && $(".lesson h3") && document.querySelectorAll(".choice").length > 86`)
			p.ClickButton("Connect")
			p.state("open")
			p.Eval(`(() => {
				const all = [...document.querySelectorAll(".call *, .commands button, .moves > *, .pick, [role=tab]")];
				const places = () => all.map(el => { const box = el.getBoundingClientRect(); return box.left + " " + (box.top + scrollY); });
				const before = places();
				window.moved = new Set();
				const look = () => {
					places().forEach((place, i) => place == before[i] || moved.add(all[i].outerHTML.slice(0, 80) + " from " + before[i] + " to " + place));
					requestAnimationFrame(look);
				};
				look();
			})()`, nil)
			p.Wait(`document.querySelectorAll("#track .exchange").length == 2 && $(".figures").innerText.includes("8\nevents")`)
			p.wantNone(`[...moved]`)
		}
	})
}
