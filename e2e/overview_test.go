package e2e

import (
	"testing"

	"eventsource-playground/e2e/browser"
)

const (
	scrolled  = `role("slider", "Scroll back in time")`
	following = `role("button", "Follow").ariaPressed == "true"`
)

// frame is a side of the frame in the overview, from 0 to 1.
func frame(side string) string {
	return `(() => { const all = $("#scroll").getBoundingClientRect(); return ($("#scroll .frame").getBoundingClientRect().` + side + ` - all.left) / all.width; })()`
}

// longPast lets the clock jump on by as many milliseconds as later is set to, so that a recording becomes a long one.
const longPast = `(() => {
	const now = performance.now.bind(performance);
	window.later = 0;
	performance.now = () => now() + later;
})()`

func TestTheOverviewMovesTheVisiblePart(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?count=100000&interval=200", "customEvent")
		p.Size(1366, 650)
		p.Eval(longPast, nil)
		p.Wait(following + ` && ` + scrolled + `.ariaValueText == "now" && ` + scrolled + `.ariaValueNow == "0.0"`)
		p.ClickButton("Connect")
		p.table("customEvent")
		p.Eval(`later = 100000`, nil)
		p.Wait(scrolled + `.ariaValueMax > 100 && ` + scrolled + `.ariaValueNow == ` + scrolled + `.ariaValueMax && $("#scroll [data-state=open]") && $("#scroll .events").getAttribute("d")`)

		p.Drag("#scroll", 0.9, 0.5) // in the frame
		p.Wait(`!(` + following + `) && Math.abs(` + frame("right") + ` - 0.6) < 0.03 && Math.abs(` + frame("left") + ` - 0.4) < 0.03`)
		p.Wait(scrolled + `.ariaValueText.endsWith("after the start") && Math.abs(` + scrolled + `.ariaValueNow - 61) < 4 && $(".track .now").hidden`)
		p.Drag("#scroll", 0.05, 0.05) // a click beside it: the frame's middle comes there, and it goes no further than it can
		p.Wait(`Math.abs(` + frame("left") + `) < 0.02 && ` + scrolled + `.ariaValueNow == "20.0"`)

		p.Eval(scrolled+`.focus()`, nil)
		p.Press("ArrowRight")
		p.Wait(scrolled + `.ariaValueNow == "22.0"`)
		p.Press("Home")
		p.Wait(scrolled + `.ariaValueNow == "20.0"`)
		p.Press("End")
		p.Wait(following + ` && ` + scrolled + `.ariaValueText == "now"`)
		p.Press("ArrowLeft")
		p.Wait(`!(` + following + `)`)
		p.Drag("#scroll", 0.9, 1) // to the end
		p.Wait(following)
	})
}

func TestKeysTheWheelAndTwoFingersZoomTheTimeline(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?count=100000&interval=200", "customEvent")
		p.Size(1366, 650)
		p.Eval(longPast, nil)
		width := func(want string) {
			t.Helper()
			p.Wait(`$("#window").selectedOptions[0].text == "` + want + `"`)
		}
		p.ClickButton("Connect")
		p.table("customEvent")
		p.Eval(`later = 100000`, nil)
		p.Wait(scrolled + `.ariaValueMax > 100`)

		p.Press("+")
		width("10 s")
		p.Press("-")
		p.Press("-")
		width("30 s")
		p.Wait(following + ` && Math.abs(` + frame("right") + ` - ` + frame("left") + ` - 0.3) < 0.02`)
		p.Select("Width of the timeline", "20 s")
		width("20 s")
		p.Press("-")
		width("30 s")

		p.Wheel("#track", -100, "Control") // in its middle, which stays
		width("20 s")
		p.Wait(`!(` + following + `) && Math.abs(` + scrolled + `.ariaValueNow - ` + scrolled + `.ariaValueMax) < 60`)
		p.Wheel("#track", 100, "Control")
		width("30 s")
		p.Wait(`scrollY == 0 && Math.abs(devicePixelRatio - 1) < 0.01`)
		for moved, steps := false, 0; !moved; steps++ { // Firefox lets go of a wheel's step while its page is busy
			if steps == 20 {
				t.Fatal("got a page that twenty steps of the wheel do not scroll")
			}
			p.Wheel("#track", 100)
			p.Eval(`new Promise(done => setTimeout(() => done(scrollY > 0), 500))`, &moved)
		}
		width("30 s")

		p.Eval(`(() => {
			const box = $("#track").getBoundingClientRect(), middle = box.left + box.width / 2;
			const touch = (type, id, x) => $("#moving").dispatchEvent(new PointerEvent(type,
				{ bubbles: true, pointerId: id, pointerType: "touch", isPrimary: id == 71, clientX: middle + x, clientY: box.top + 20 }));
			touch("pointerdown", 71, -30);
			touch("pointerdown", 72, 30);
			touch("pointermove", 72, 40);
			touch("pointermove", 72, 70);
			touch("pointerup", 72, 70);
			touch("pointermove", 71, 60);
			touch("pointerup", 71, 60);
		})()`, nil)
		width("20 s")
	})
}
