package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/report"
	"eventsource-playground/report/checks"
	"eventsource-playground/report/results"
)

// fullReport is how long the report may take, of both clients: 120 s, and more on a machine that does much else.
const fullReport = 3 * time.Minute

// visitReport opens the report.
func visitReport(t *testing.T, b *browser.Browser) *page {
	t.Helper()
	return visitReportAt(t, b, sharedURL(t))
}

func visitReportAt(t *testing.T, b *browser.Browser, base string) *page {
	t.Helper()
	p := &page{b.NewPage(t), t}
	p.Open(base + "/?view=report")
	p.ready()
	p.Wait(`!role("button", "Run the report").disabled && $(".results tbody")`)
	return p
}

// runReport runs the report by its button, and reads what the page saves.
func (p *page) runReport() *report.Report {
	p.t.Helper()
	p.ClickButton("Run the report")
	p.Wait(`role("button", "Cancel")`)
	p.WaitFor(fullReport, `$(".report .status").innerText.startsWith("Done in")`)
	return p.savedReport()
}

func (p *page) savedReport() *report.Report {
	p.t.Helper()
	p.ClickButton("Download JSON")
	var text string
	p.Wait(`saved.length > 0`)
	p.Eval(`saved.pop().text()`, &text)
	got, wrong := report.Parse(text)
	if wrong != "" {
		p.t.Fatalf("%s in %q", wrong, text)
	}
	return got
}

// The report of each browser is the one that is kept, check by check. REPORT=1 writes those again: make report.
func TestTheBrowserReport(t *testing.T) {
	slow(t)
	pairwise(t, "report", 0, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		if os.Getenv("PAIRWISE") != "" && b.Name == "chromium" {
			t.Skip("of several servers, where PAIRWISE is set")
		}
		p := visitReport(t, b)
		got := p.runReport()
		if strings.ToLower(got.Browser) != b.Name || got.Version == "" {
			t.Errorf("got the browser %q, version %q; want %s and one", got.Browser, got.Version, b.Name)
		}
		for _, e := range checks.All() {
			if got.Results.Of(e.Name) == nil {
				t.Errorf("got no answer to %s", e.Name)
			}
		}
		if len(got.Results) != len(checks.All()) {
			t.Errorf("got %d results; want %d", len(got.Results), len(checks.All()))
		}
		slices.SortFunc(got.Results, func(a, b report.Result) int { return place(a.Name) - place(b.Name) })
		if os.Getenv("REPORT") != "" {
			keep(t, got)
			return
		}
		all := results.All()
		i := slices.IndexFunc(all, func(r *report.Report) bool { return r.Browser == got.Browser })
		if i < 0 {
			t.Fatalf("got no kept report of %s: make report writes it", got.Browser)
		}
		if kept := all[i]; kept.Version != got.Version {
			t.Logf("%s is compared with the kept report of %s", got.Name(), kept.Name())
		}
		p.wantReport(b, all[i], got)
	})
}

// wantReport compares a report with the kept one, check by check but for some, and has it played again where it differs.
func (p *page) wantReport(b *browser.Browser, kept, got *report.Report, but ...string) {
	p.t.Helper()
	compare := func(got *report.Report) map[string]string {
		differ := unlike(got, kept)
		maps.Copy(differ, engineUnlike(got, b.Name))
		maps.DeleteFunc(differ, func(name, _ string) bool { return slices.Contains(but, name) })
		return differ
	}
	differ := compare(got)
	if len(differ) > 0 { // a busy machine is late now and then, but not twice in the same check
		p.t.Logf("played again, since it differed from the kept report: %v", differ)
		again := compare(p.runReport())
		maps.DeleteFunc(differ, func(name, _ string) bool { return again[name] == "" })
	}
	for name, how := range differ {
		p.t.Errorf("%s: %s", name, how)
	}
}

func place(name string) int {
	return slices.IndexFunc(checks.All(), func(e checks.Entry) bool { return e.Name == name })
}

// unlike is how one report differs from another, by the check.
func unlike(got, kept *report.Report) map[string]string {
	differ := map[string]string{}
	for _, e := range checks.All() {
		a, b := got.Results.Of(e.Name), kept.Results.Of(e.Name)
		switch {
		case a == nil || b == nil:
			differ[e.Name] = "got no result here or in the kept report; want both"
		case !alike(&e.Check, a, b):
			differ[e.Name] = fmt.Sprintf("got %s %s; want %s %s, as in the kept report", a.Verdict, a.Said(&e.Check), b.Verdict, b.Said(&e.Check))
		}
	}
	return differ
}

// alike tells whether two results are the same, but for what a clock measures.
func alike(c *report.Check, a, b *report.Result) bool {
	if a.Verdict != b.Verdict || len(a.Saw) != len(b.Saw) {
		return false
	}
	for i := range a.Saw {
		const slack = 700 // milliseconds, on a busy machine
		if a.Saw[i].What != b.Saw[i].What {
			return false
		}
		from := func(saw []report.Seen) float64 {
			if i == 0 {
				return saw[0].At
			}
			return saw[i].At - saw[i-1].At
		}
		mine, kept := from(a.Saw), from(b.Saw)
		if measured := c.Measure == report.MeasureWait || c.Measure == report.MeasureOpen; measured && (mine < kept*.7-100 || mine > kept+slack) {
			return false
		}
	}
	return true
}

// keep writes a report to report/results, in place of those of other versions.
func keep(t *testing.T, r *report.Report) {
	t.Helper()
	const folder = "../report/results/"
	browserName := strings.ToLower(r.Browser)
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), browserName+"-") {
			if err := os.Remove(folder + f.Name()); err != nil {
				t.Fatal(err)
			}
		}
	}
	kept := *r
	kept.Engine = nil // which is ours, and the same in every browser but for what fetch does
	text, err := json.Marshal(kept)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.ReplaceAll(text, []byte(`{"name":`), []byte("\n  "+`{"name":`)) // a result a line, for who compares
	if err := os.WriteFile(folder+browserName+"-"+r.Version+".json", append(lines, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// broken replaces EventSource by one with which everything goes wrong: the server answers something else, what is closed
// stays open, and where the check is about the object itself that is another.
const broken = `(() => {
	const real = EventSource, objects = new Set(OBJECTS), closed = new Set(CLOSED);
	const fake = () => ({ url: "broken", readyState: 7, withCredentials: "broken", CONNECTING: 7, OPEN: 7, CLOSED: 7, onopen: 7, onmessage: 7, onerror: 7, addEventListener() {}, close() {} });
	const stream = location.origin + "/sse?script=" + encodeURIComponent("== 200\ndata: broken\n\ndata: broken\n\ndata: broken\n\n@hold\n");
	window.EventSource = function(url) {
		const name = /check-([a-z0-9-]+)/.exec(url)?.[1];
		if (!name || objects.has(name)) return fake();
		const source = new real(stream);
		if (closed.has(name)) source.close = () => { delete source.close; }; // the next one does
		return source;
	};
})()`

// A check that passes whatever the server does would be worth nothing.
func TestNoCheckPassesByDoingNothing(t *testing.T) {
	slow(t)
	t.Parallel()
	objects, closed := []string{}, []string{}
	for _, e := range checks.All() {
		if e.See != nil {
			objects = append(objects, quote(e.Name))
		}
		if e.Do != nil {
			closed = append(closed, quote(e.Name))
		}
	}
	list := func(names []string) string { return "[" + strings.Join(names, ",") + "]" }
	script := strings.NewReplacer("OBJECTS)", list(objects)+")", "CLOSED)", list(closed)+")").Replace(broken)
	p := visitReport(t, chromium(t))
	p.Eval(script, nil)
	p.ClickButton("Run the report")
	p.WaitFor(fullReport, fmt.Sprintf(`role("progressbar", "Checks that were played")?.value >= %d`, len(checks.All())))
	p.ClickButton("Cancel") // what follows is the Go engine's, which is not broken
	got := p.savedReport()
	for _, e := range checks.All() {
		one := got.Results.Of(e.Name)
		switch {
		case one == nil:
			t.Errorf("got no answer to %s", e.Name)
		case e.Measure == "" && one.Verdict != report.Differs:
			t.Errorf("%s: got %s when everything is broken; want it to differ", e.Name, one.Verdict)
		}
	}
}

func TestTheReportCanBeCancelledAndReadSideBySide(t *testing.T) {
	p := visitReport(t, chromium(t))
	p.ClickButton("Run the report")
	p.Wait(`role("progressbar", "Checks that were played").value > 5`)
	p.ClickButton("Cancel")
	p.Wait(`$(".report .status").innerText.startsWith("Cancelled: ")`)
	part := p.savedReport()
	if n := len(part.Results); n == 0 || n >= len(checks.All()) {
		t.Errorf("got %d results; want some of %d", n, len(checks.All()))
	}

	p.Wait(`[...document.querySelectorAll(".results thead th")].some(th => th.innerText.startsWith("Go engine in this browser"))`)
	p.Wait(`[...document.querySelectorAll(".results td")].some(td => td.innerText.includes("not here: the states are constants of the Go package"))`)

	// What was opened before is closed: six streams of the same origin open at once.
	p.Eval(`Promise.all([1, 2, 3, 4, 5, 6].map(() => new Promise(done => {
		const source = new EventSource("/sse?count=100");
		source.onopen = () => done(source);
	}))).then(all => all.forEach(source => source.close()))`, nil)

	open := func(text string) {
		t.Helper()
		p.Eval(`(() => {
			const files = new DataTransfer();
			files.items.add(new File([`+quote(text)+`], "report.json"));
			const input = $(".file input");
			input.files = files.files;
			input.dispatchEvent(new Event("change", { bubbles: true }));
		})()`, nil)
	}
	open(`{"some": "other JSON"}`)
	p.Wait(`$(".report [role=alert]").innerText == "This file is not a browser report: eventSourceReport is missing."`)
	part.Browser = "Elsewhere"
	text, err := json.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	open(string(text))
	p.Wait(`[...document.querySelectorAll(".results thead th")].some(th => th.innerText.startsWith("Elsewhere")) && $(".report [role=alert]").innerText == ""`)

	p.ClickRole("checkbox", "only differences")
	p.Wait(`[...document.querySelectorAll(".results tbody tr:not(.group)")].every(tr => tr.querySelector("[data-verdict=differs]"))`)

	p.Eval(`(() => { navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }; })()`, nil)
	p.ClickButton("Copy as Markdown")
	var copied string
	p.Wait(`window.copied`)
	p.Eval(`copied`, &copied)
	lines := strings.Split(strings.TrimSpace(copied), "\n")
	if !strings.HasPrefix(copied, "| Check | Standard | Expected | Chromium ") || !strings.HasPrefix(lines[1], "| --- | --- |") ||
		!strings.Contains(copied, "\n| An empty retry is ignored | HTML 9.2.6 | open, ") {
		t.Errorf("got %q… copied; want a table of what is shown", copied[:min(len(copied), 400)])
	}
	for _, line := range lines {
		if got, want := strings.Count(line, "|"), strings.Count(lines[0], "|"); got != want {
			t.Errorf("got %d bars in %q; want %d", got, line, want)
		}
	}
}

// The report has the playground's stream closed, and the playground is as it was when one returns to it.
func TestTheReportAndThePlaygroundAreTwoViews(t *testing.T) {
	p := visitQuery(t, chromium(t), "url=/sse?count%3D100&listen=customEvent&connect=1")
	p.state("open")
	p.ClickRole("link", "Browser report")
	p.Wait(`role("region", "Browser report") && role("link", "Browser report").getAttribute("aria-current") == "page"`)
	p.Wait(`!role("button", "Run the report").disabled`)
	p.ClickButton("Run the report")
	p.ClickButton("Cancel")
	p.ClickRole("link", "Playground")
	p.state("closed")
	var url string
	p.Eval(`role("textbox", "URL").value`, &url)
	if url != "/sse?count=100" {
		t.Errorf("got the URL %q; want it as it was", url)
	}
}

// What the page fetches may come in any order.
func TestTheReportCanRunWhenTheListOfStreamsComesLast(t *testing.T) {
	base, release := held(t, sharedURL(t), "/scenarios")
	p := &page{chromium(t).NewPage(t), t}
	p.Open(base + "/?view=report")
	p.Wait(`$(".results tbody")`)
	release()
	p.Wait(`!role("button", "Run the report").disabled`)
}

func TestTheReportHoldsInEveryWidthAndScheme(t *testing.T) {
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int{1440, 390} {
			t.Run(fmt.Sprintf("%s at %d", scheme, width), func(t *testing.T) {
				t.Parallel()
				p := visitReport(t, chromium(t))
				p.Size(width, 900)
				p.Scheme(scheme)
				var bad, wide []string
				p.Eval(contrasts, &bad)
				for _, text := range bad {
					t.Errorf("got too little contrast: %s", text)
				}
				p.Eval(`[...document.querySelectorAll("body *")].filter(el => el.checkVisibility() && !el.closest("thead") && el.getBoundingClientRect().right > innerWidth + 1).map(el => el.tagName + "." + el.className)`, &wide)
				if len(wide) > 0 {
					t.Errorf("got %q wider than the page; want all to fit", wide)
				}
				nodes := p.AXNodes()
				for _, want := range [][2]string{
					{"link", "Browser report"}, {"button", "Run the report"}, {"checkbox", "only differences"}, {"table", "Checks"},
					{"columnheader", "Expected"}, {"rowheader", "LF ends a line"}, {"link", "HTML 9.2.5"}, {"region", "Results"},
				} {
					if !slices.ContainsFunc(nodes, func(n browser.AXNode) bool { return n.Role == want[0] && n.Name == want[1] }) {
						t.Errorf("got no %s named %q; want one", want[0], want[1])
					}
				}
			})
		}
	}
}

// The keyboard alone is enough, and what has the focus keeps it.
func TestTheReportRunsFromTheKeyboard(t *testing.T) {
	p := visitReport(t, chromium(t))
	var at string
	for range 10 {
		p.Press("Tab")
		if p.Eval(`document.activeElement.innerText || document.activeElement.type`, &at); at == "Run the report" {
			break
		}
	}
	p.Press("Enter")
	p.Wait(`document.activeElement == role("button", "Cancel")`)
	p.Press("Enter")
	p.Wait(`document.activeElement == role("button", "Run the report")`)
	for _, want := range []string{"Download JSON", "Copy as Markdown", "file", "checkbox"} {
		p.Press("Tab")
		if p.Eval(`document.activeElement.innerText || document.activeElement.type`, &at); at != want {
			t.Errorf("got the focus on %q; want %q", at, want)
		}
	}
}
