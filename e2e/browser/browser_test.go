package browser

import (
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"eventsource-playground/e2e/process"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m)) }

// each runs the test in both browsers, on the page of testdata.
func each(t *testing.T, test func(t *testing.T, p *Page)) {
	t.Parallel()
	srv := httptest.NewServer(http.FileServer(http.Dir("testdata")))
	t.Cleanup(srv.Close)
	for _, name := range Names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := Shared(t, name).NewPage(t)
			p.Open(srv.URL + "/page.html")
			test(t, p)
		})
	}
}

func eval[T any](p *Page, js string) T {
	p.t.Helper()
	var v T
	p.Eval(js, &v)
	return v
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v; want %v", what, got, want)
	}
}

func TestEvalReturnsTheJSONOfAnExpressionOrOfItsPromise(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		equal(t, "number", eval[int](p, "1 + 2"), 3)
		equal(t, "object", eval[map[string]string](p, `({a: "ü\u2028"})`)["a"], "ü\u2028")
		equal(t, "promise", eval[string](p, `new Promise(done => setTimeout(done, 20, "late"))`), "late")
		equal(t, "undefined", eval[any](p, "undefined"), nil)
		p.Eval("window.kept = 7", nil)
		equal(t, "kept", eval[int](p, "kept"), 7)
	})
}

func TestAProgramRunsInThePage(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		p.Run("/* a library */ const version = 7; window.library = { version }; // the end")
		equal(t, "window", eval[int](p, "library.version"), 7)
		equal(t, "const", eval[string](p, "typeof version"), "undefined")
	})
}

func TestWaitSeesWhatAClickDid(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		p.ClickButton("Connect")
		p.Wait(`role("region", "readyState").textContent == "1 OPEN"`)
		p.Wait(`roles("button", "Twice").length == 2 && !roles("button", "Thrice").length`)
	})
}

func TestClicksAreRealAndScrollToTheirTarget(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		p.Click("#far")
		p.ClickRole("checkbox", "withCredentials")
		p.ClickButton("Close")
		equal(t, "events", eval[[]string](p, "seen"), []string{"click BUTTON", "click INPUT", "input INPUT", "change INPUT", "click BUTTON"})
	})
}

func TestAClickThatWouldReachAnotherElementIsRepeated(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		// The mouse comes, and everything moves away below it.
		p.Eval(`addEventListener("mousemove", () => document.body.style.paddingTop = "100px", { once: true })`, nil)
		p.ClickButton("Close")
		equal(t, "events", eval[[]string](p, "seen"), []string{"click BUTTON"})
		equal(t, "what is left of the guard", eval[string](p, "typeof aimed"), "undefined")
	})
}

func TestDragsAndTheWheelAreReal(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		p.Eval(`(() => {
			const from = $("h1").getBoundingClientRect();
			for (const type of ["pointerdown", "pointermove", "pointerup"])
				$("h1").addEventListener(type, e => e.isTrusted && e.buttons + (type == "pointerup") && seen.push(type + " " + Math.round(100 * (e.clientX - from.left) / from.width)));
			$("h1").addEventListener("wheel", e => { seen.push("wheel " + Math.sign(e.deltaY) + " " + e.ctrlKey); e.ctrlKey && e.preventDefault(); }, { passive: false });
		})()`, nil)
		p.Drag("h1", 0.25, 0.75)
		p.Wait(`seen.at(-1) == "click H1"`)
		equal(t, "events", eval[[]string](p, "seen"), []string{"pointerdown 25", "pointermove 50", "pointermove 75", "pointerup 75", "click H1"})
		p.Eval("seen.length = 0", nil)
		p.Wheel("h1", -100, "Control")
		p.Wheel("h1", 100)
		p.Wait(`scrollY > 0`)
		equal(t, "events", eval[[]string](p, `seen.filter(s => s.startsWith("wheel"))`), []string{"wheel -1 true", "wheel 1 false"})
	})
}

func TestKeysAreReal(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		p.Press("Tab")
		equal(t, "focus", eval[string](p, "document.activeElement.id"), "connect")
		p.Press("Enter")
		p.Wait(`seen.includes("click BUTTON")`)
		p.Press("Tab")
		p.Press("Shift+Tab")
		equal(t, "focus", eval[string](p, "document.activeElement.id"), "connect")
		p.Eval("seen.length = 0", nil)
		p.Press("Space")
		equal(t, "events", eval[[]string](p, "seen"), []string{"keydown  ", "click BUTTON"})

		p.Eval("seen.length = 0", nil)
		for _, key := range []string{"Escape", "ArrowLeft", "F", "?", "+", "Control+ArrowRight"} {
			p.Press(key)
		}
		equal(t, "keys", eval[[]string](p, `seen.filter(s => !/Shift|Control/.test(s))`),
			[]string{"keydown Escape", "keydown ArrowLeft", "keydown F", "keydown ?", "keydown +", "keydown ArrowRight"})
	})
}

func TestFillReplacesWhatAFieldHolds(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		p.Fill("URL", "/sse?count=3&ä€😀")
		equal(t, "input", eval[string](p, `role("textbox", "URL").value`), "/sse?count=3&ä€😀")
		p.Fill("URL", "")
		equal(t, "emptied", eval[string](p, `role("textbox", "URL").value`), "")
		p.Fill("Script", "== 200\nretry: 5\n")
		equal(t, "textarea", eval[string](p, `role("textbox", "Script").value`), "== 200\nretry: 5\n")
		p.Fill("Filter", "x")
		equal(t, "search field", eval[string](p, `role("searchbox", "Filter").value`), "x")
		p.Fill("Listener", "y")
		equal(t, "field with suggestions", eval[string](p, `role("combobox", "Listener").value`), "y")
	})
}

func TestSelectChoosesAnOption(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		p.Eval(`document.addEventListener("change", e => window.chosen = e.target.value), 0`, nil)
		p.Select("Width", "10 s")
		equal(t, "chosen", eval[string](p, "chosen"), "10 s")
	})
}

func TestABrowserThatIsNotInstalledIsNamed(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, name := range Names {
		if _, err := start(name); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "e2e/install.sh") {
			t.Errorf("got %v; want an error that names %s and e2e/install.sh", err, name)
		}
	}
}

func TestSizeAndMedia(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		p.Size(390, 844)
		equal(t, "size", eval[[]int](p, "[innerWidth, innerHeight]"), []int{390, 844})
		matches := func(query string) bool { return eval[bool](p, fmt.Sprintf("matchMedia(%q).matches", query)) }
		for _, scheme := range []string{"dark", "light"} {
			p.Scheme(scheme)
			equal(t, scheme, matches("(prefers-color-scheme: "+scheme+")"), true)
		}
		equal(t, "motion", matches("(prefers-reduced-motion: reduce)"), false)
		p.ReducedMotion(true)
		equal(t, "reduced motion", matches("(prefers-reduced-motion: reduce)"), true)
		equal(t, "still light", matches("(prefers-color-scheme: light)"), true)
		p.ReducedMotion(false)
		p.Scheme("dark")
		p.Reload()
		equal(t, "dark after a reload", matches("(prefers-color-scheme: dark) and (prefers-reduced-motion: no-preference)"), true)
	})
}

func TestScreenshotIsTheViewport(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		p.Size(500, 400)
		p.Scheme("dark")
		file := filepath.Join(t.TempDir(), "page.png")
		p.Screenshot(file)
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		img, err := png.Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "size", img.Bounds().String(), "(0,0)-(500,400)")
		r, g, b, _ := img.At(495, 395).RGBA()
		equal(t, "background", []uint32{r >> 8, g >> 8, b >> 8}, []uint32{0x11, 0x11, 0x11})
	})
}

func TestConsoleErrorsAreThoseOfThePagesCode(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		p.Eval(`(console.log("fine"), console.error("said", 1), setTimeout(() => { throw Error("thrown") }),
			Promise.reject(Error("rejected")), window.sources = ["/none", "/page.html", "http://127.0.0.1:9/"].map(url => new EventSource(url)))`, nil)
		p.Wait("sources.slice(0, 2).every(es => es.readyState == 2)")
		said := func(want string) bool {
			return slices.ContainsFunc(p.ConsoleErrors(), func(s string) bool { return strings.Contains(s, want) })
		}
		deadline := time.Now().Add(Bound)
		for !(said("said 1") && said("thrown") && said("rejected")) && time.Now().Before(deadline) {
			time.Sleep(10 * time.Millisecond)
		}
		if errs := p.ConsoleErrors(); len(errs) != 3 || !said("said 1") || !said("thrown") || !said("rejected") {
			t.Errorf("got %q; want three: said 1, thrown and rejected", errs)
		}
	})
}

func TestPagesInParallelAreAllVisible(t *testing.T) {
	each(t, func(t *testing.T, first *Page) {
		pages := []*Page{first, first.b.NewPage(t), first.b.NewPage(t)}
		for _, p := range pages[1:] {
			p.Open(eval[string](first, "location.href"))
		}
		for i, p := range pages {
			equal(t, fmt.Sprint("page ", i), eval[string](p, "document.visibilityState"), "visible")
		}
		var wg sync.WaitGroup
		for i, p := range pages {
			wg.Go(func() {
				// A hidden page gets no frames, and its timers fire once a second.
				ms := eval[float64](p, `new Promise(done => {
					const start = performance.now();
					let frames = 0, ticks = 0;
					const check = () => frames >= 20 && ticks >= 20 && done(performance.now() - start);
					const frame = () => { frames++; requestAnimationFrame(frame); check() };
					frame();
					setInterval(() => { ticks++; check() }, 10);
				})`)
				if ms > 10_000 {
					t.Errorf("page %d: 20 animation frames and 20 ticks of a 10 ms timer took %.0f ms; want less than 10 s", i, ms)
				}
			})
		}
		wg.Wait()
		for _, p := range slices.Backward(pages) {
			p.Eval(`document.addEventListener("click", () => window.focused = document.hasFocus())`, nil)
			p.ClickButton("Connect")
			equal(t, "had the focus when clicked", eval[bool](p, "focused"), true)
		}
		for _, p := range pages {
			p.Wait(`role("region", "readyState").textContent == "1 OPEN"`)
		}
	})
}

func TestAHiddenPageIsHiddenUntilItIsShown(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		equal(t, "at first", eval[string](p, "document.visibilityState"), "visible")
		show := p.Hide()
		p.Wait(`document.visibilityState == "hidden"`)
		show()
		p.Wait(`document.visibilityState == "visible"`)
		p.ClickButton("Connect")
		p.Wait(`role("region", "readyState").textContent == "1 OPEN"`)
		p.Hide() // until the end
	})
}

func TestPagesShareNothing(t *testing.T) {
	hold := http.NewServeMux()
	hold.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, ":\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	hold.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<!doctype html>") })
	srv := httptest.NewServer(hold)
	t.Cleanup(srv.Close)
	for _, name := range Names {
		t.Run(name, func(t *testing.T) {
			b := Shared(t, name)
			one, two := b.NewPage(t), b.NewPage(t)
			for _, p := range []*Page{one, two} {
				p.Open(srv.URL)
				equal(t, "storage", eval[any](p, `localStorage.getItem("x")`), nil)
				p.Eval(`localStorage.setItem("x", "1"), window.all = Array.from({length: 6}, () => new EventSource("/stream"))`, nil)
				p.Wait("all.every(es => es.readyState == 1)")
			}
		})
	}
}

func TestWaitGoesOnWhenThePageNavigates(t *testing.T) {
	each(t, func(t *testing.T, p *Page) {
		p.Eval(`setTimeout(() => location.search = "?again", 100)`, nil)
		p.Wait(`location.search == "?again" && role("button", "Connect")`)
	})
}

func TestTheLongestTaskIsWhatThePageItselfDid(t *testing.T) {
	p := Shared(t, "chromium").NewPage(t)
	waits := p.LongestTask(func() { p.Eval(`new Promise(done => setTimeout(done, 300))`, nil) })
	works := p.LongestTask(func() {
		p.Eval(`(() => { for (const end = performance.now() + 300; performance.now() < end;); })()`, nil)
	})
	if waits > 50*time.Millisecond || works < 2*waits {
		t.Errorf("got %v of a page that waits, %v of one that works for 300ms", waits, works)
	}
}

func TestAXNodes(t *testing.T) {
	srv := httptest.NewServer(http.FileServer(http.Dir("testdata")))
	t.Cleanup(srv.Close)
	p := Shared(t, "chromium").NewPage(t)
	p.Open(srv.URL + "/page.html")
	p.Press("Tab")
	var got []string
	for _, n := range p.AXNodes() {
		switch n.Role {
		case "heading":
			got = append(got, fmt.Sprintf("heading %d %s", n.Level, n.Name))
		case "button":
			got = append(got, fmt.Sprintf("button %s %v %v", n.Name, n.Focused, n.Properties["disabled"]))
		case "region", "checkbox", "textbox":
			got = append(got, n.Role+" "+n.Name)
		}
	}
	equal(t, "nodes", strings.Join(got, "\n"), strings.Join([]string{
		"heading 1 Driver", "region readyState", "region Events", "heading 2 Events", "button Connect true <nil>",
		"button Close false <nil>", "button Pause false true", "button Twice false <nil>", "button Twice false <nil>",
		"textbox URL", "textbox Script", "checkbox withCredentials", "button Far away false <nil>"}, "\n"))
}

// fatal is a test that notes how it failed instead of failing.
type fatal struct {
	testing.TB
	message string
}

func (f *fatal) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
	panic(f)
}

func TestFailuresSayWhatWasWrong(t *testing.T) {
	each(t, func(t *testing.T, good *Page) {
		fails := func(want string, do func(p *Page)) {
			t.Helper()
			f := &fatal{TB: t}
			p := &Page{t: f, b: good.b, tab: good.tab, captured: true}
			func() {
				defer func() {
					if r := recover(); r != nil && r != any(f) {
						panic(r)
					}
				}()
				do(p)
			}()
			if !strings.Contains(f.message, want) {
				t.Errorf("got %q; want %q in it", f.message, want)
			}
		}
		fails("TypeError", func(p *Page) { p.Eval("null.x", nil) })
		fails("SyntaxError", func(p *Page) { p.Eval("1 +", nil) })
		fails("boom", func(p *Page) { p.Eval(`Promise.reject(Error("boom"))`, nil) })
		fails("waited 50ms for 1 > 2; last saw false", func(p *Page) { p.WaitFor(50*time.Millisecond, "1 > 2") })
		fails(`no button "Conect", only: "Connect", "Close"`, func(p *Page) { p.WaitFor(0, `role("button", "Conect")`) })
		fails(`2 elements are button "Twice"`, func(p *Page) { p.WaitFor(0, `role("button", "Twice")`) })
		fails("it is disabled", func(p *Page) { p.clickWithin(50*time.Millisecond, "it", `role("button", "Pause")`) })
		good.Eval(`document.querySelector("#cover").style.display = "block"`, nil)
		fails(`covered by <div id="cover">`, func(p *Page) { p.clickWithin(50*time.Millisecond, "it", `$("#connect")`) })
		fails("no key", func(p *Page) { p.Press("Spce") })
		fails("no modifier", func(p *Page) { p.Press("Shft+Tab") })
		fails("127.0.0.1:1", func(p *Page) { p.Open("http://127.0.0.1:1/") })
	})
}
