package e2e

import (
	"slices"
	"testing"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/lesson/file"
	"eventsource-playground/lesson/library"
)

func TestTheTeachersViewShowsTheLessonOnly(t *testing.T) {
	f := byName(t, "end")
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitLesson(t, b, "lang=en&view=lesson&lesson=end")
		p.lessonIs(f.In("en", 1))
		for _, width := range []int{1440, 390} {
			p.Size(width, 900)
			p.Wait(`innerWidth == ` + itoa(width))
			var got struct {
				Panels []string
				Others []string
				Size   float64
				Wide   bool
			}
			p.Eval(`({
				panels: [...document.querySelectorAll("[data-panel]")].filter(e => e.checkVisibility({visibilityProperty: true})).map(e => e.dataset.panel).sort(),
				others: [...document.querySelectorAll("button, input, select, a, h1, h2")].filter(e => e.checkVisibility() && !e.closest("[data-panel]")).map(e => e.textContent),
				size: parseFloat(getComputedStyle($(".lesson > p")).fontSize),
				wide: document.documentElement.scrollWidth > innerWidth,
			})`, &got)
			if want := []string{"Lesson", "Timeline", "readyState"}; !slices.Equal(got.Panels, want) {
				t.Errorf("%d px wide: got panels %q; want %q", width, got.Panels, want)
			}
			if len(got.Others) > 0 {
				t.Errorf("%d px wide: got %q beside the panels; want nothing", width, got.Others)
			}
			if got.Size < 22 {
				t.Errorf("%d px wide: got a question of %v px; want 22 at least", width, got.Size)
			}
			if got.Wide {
				t.Errorf("%d px wide: the page is wider than the window", width)
			}
		}
	})
}

func TestALessonIsTaughtByArrowKeys(t *testing.T) {
	all := library.All()
	n := slices.IndexFunc(all, func(f *file.Lesson) bool { return f.Name == "end" })
	l, next := all[n].In("en", n+1), all[n+1].In("en", n+2)
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		happens := all[n].Happens[b.Name]
		p := visitLesson(t, b, "lang=en&view=lesson&lesson=end")
		p.lessonIs(l)
		p.countSources()
		// What is shown: the choices, the button or what came of it, the verdict, one more thing.
		shows := func(step int, want string) {
			t.Helper()
			p.Wait(`$(".lesson").dataset.step == "` + itoa(step) + `" && [[".pick", "choices"], [".pick :checked", "predicted"], [".verdict", "verdict"], [".more", "more"]]
				.filter(([selector]) => $(selector)).map(([_, name]) => name).join(" ") == "` + want + `"`)
		}
		made := func(want int) { t.Helper(); p.Wait(`sources.length == ` + itoa(want)) }
		shows(0, "")
		p.Press("2") // no choice is shown yet
		p.Press("ArrowRight")
		shows(1, "choices")
		p.Press("3")
		p.Wait(`document.querySelectorAll(".pick input")[2].checked`)
		p.Press(itoa(happens + 1))
		p.Wait(`document.querySelectorAll(".pick input")[` + itoa(happens) + `].checked`)
		made(0)
		p.Press("ArrowRight")
		shows(2, "choices predicted")
		made(1)
		p.Press("1") // too late
		p.WaitFor(decides, `$(".lesson [role=status]").innerText.includes("→")`)
		p.Press("ArrowRight")
		shows(3, "choices predicted verdict")
		p.verdict(l, happens, happens)
		p.Press("ArrowRight")
		shows(4, "choices predicted verdict more")
		made(2) // one more thing
		p.Press("ArrowLeft")
		shows(3, "choices predicted verdict")
		p.Press("ArrowLeft")
		shows(2, "choices predicted")
		p.Press("ArrowLeft")
		shows(1, "choices predicted")
		p.Press("1") // the class thinks again
		p.Wait(`document.querySelectorAll(".pick input")[0].checked`)
		p.Press("ArrowRight")
		shows(2, "choices predicted")
		made(3)
		p.WaitFor(decides, `$(".lesson [role=status]").innerText.includes("→")`)
		p.Press("PageDown")
		shows(3, "choices predicted verdict")
		p.Press("PageDown")
		shows(4, "choices predicted verdict more")
		p.Press("ArrowRight")
		p.lessonIs(next)
		shows(0, "")
		p.Press("ArrowLeft")
		p.lessonIs(l)
		shows(0, "")
		p.Press("Escape")
		p.Wait(`!$(".page").dataset.page && role("region", "The page connects") && !location.search.includes("view=")`)
	})
}
