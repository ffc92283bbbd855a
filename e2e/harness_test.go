package e2e

import (
	"encoding/json"
	"hash/crc32"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/e2e/playground"
)

// eachBrowser runs a test in each browser. With PAIRWISE set, as in continuous integration, it is one of them for each test, always
// the same, so that all of it stays under half an hour. PAIRWISE=chromium and PAIRWISE=firefox are the two halves, which run at once.
func eachBrowser(t *testing.T, test func(*testing.T, *browser.Browser)) {
	t.Helper()
	pairwise(t, t.Name(), 0, test)
}

// pairwise is eachBrowser for a test that is made so many times with one key: then each time it is another browser's turn.
func pairwise(t *testing.T, key string, times int, test func(*testing.T, *browser.Browser)) {
	t.Helper()
	if os.Getenv("PAIRWISE") == "" {
		browser.Each(t, test)
		return
	}
	name := browser.Names[(int(crc32.ChecksumIEEE([]byte(key)))+times)%len(browser.Names)]
	onlyIn(t, name)
	t.Run(name, func(t *testing.T) { test(t, browser.Shared(t, name)) })
}

// onlyIn skips what is of the other half, where PAIRWISE names one.
func onlyIn(t *testing.T, name string) {
	t.Helper()
	if half := os.Getenv("PAIRWISE"); slices.Contains(browser.Names, half) && half != name {
		t.Skip("in " + name + ", and so of the other half")
	}
}

// chromium is that browser, for what is tested in no other.
func chromium(t *testing.T) *browser.Browser {
	t.Helper()
	onlyIn(t, "chromium")
	return browser.Shared(t, "chromium")
}

// Halves of what is played over both protocols.
const (
	overHTTP1 = iota
	overHTTP2
)

// halved skips, where PAIRWISE is set, what is played over the other protocol: there each key has one of them, always the same.
func halved(t *testing.T, key string, half int) {
	t.Helper()
	if os.Getenv("PAIRWISE") != "" && int(crc32.ChecksumIEEE([]byte(key))>>8)%2 != half {
		t.Skip("over the other protocol only, where PAIRWISE is set")
	}
}

// page is the playground in a browser, as a visitor uses it.
type page struct {
	*browser.Page
	t testing.TB
}

// visit opens the playground with a set-up: the stream's address and the names to listen to.
func visit(t *testing.T, b *browser.Browser, stream string, listen ...string) *page {
	t.Helper()
	return visitQuery(t, b, "url="+url.QueryEscape(stream)+"&listen="+url.QueryEscape(strings.Join(listen, ",")))
}

func visitQuery(t *testing.T, b *browser.Browser, query string) *page {
	t.Helper()
	return visitAt(t, b, sharedURL(t), query)
}

func sharedURL(t *testing.T) string { return playground.Shared(t).URL }

func visitAt(t *testing.T, b *browser.Browser, base, query string) *page {
	t.Helper()
	p := &page{b.NewPage(t), t}
	p.Open(base + "/?" + query)
	p.ready()
	t.Cleanup(func() {
		for _, e := range p.ConsoleErrors() {
			t.Errorf("the console shows an error: %s", e)
		}
	})
	return p
}

// ready waits until the page runs.
func (p *page) ready() {
	p.t.Helper()
	p.Wait(`document.documentElement.dataset.ready == "true" && ($("#events") || $(".report, .compare, .room"))`) // all of it is drawn
	p.keepSaved()
}

// keepSaved keeps what the page saves as a file in saved, instead.
func (p *page) keepSaved() {
	p.t.Helper()
	p.Eval(`(() => {
		const create = URL.createObjectURL;
		window.saved = [];
		URL.createObjectURL = blob => { saved.push(blob); return create.call(URL, new Blob([])); };
	})()`, nil)
}

// keepCopied keeps what the page copies in copied, instead.
func (p *page) keepCopied() {
	p.t.Helper()
	p.Eval(`void (window.copied = "", Object.defineProperty(navigator, "clipboard", {value: {writeText: async text => { copied = text; }}}))`, nil)
}

// state waits for the readyState region to say so: connecting, open, closed or none.
func (p *page) state(want string) {
	p.t.Helper()
	p.Wait(`role("region", "readyState").dataset.state == "` + want + `"`)
}

// record is a line of an export.
type record struct {
	T           float64 `json:"t"`
	Observer    string  `json:"observer"`
	Kind        string  `json:"kind"`
	ReadyState  int     `json:"readyState"`
	Type        string  `json:"type"`
	Data        string  `json:"data"`
	LastEventID string  `json:"lastEventId"`
	TimeStamp   float64 `json:"timeStamp"`
}

// records exports the trace and reads it.
func (p *page) records() []record {
	p.t.Helper()
	p.ClickButton("Export")
	var text string
	p.Wait(`saved.length > 0`)
	p.Eval(`saved.pop().text()`, &text)
	var records []record
	for line := range strings.Lines(text) {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			p.t.Fatalf("export: %v in %q", err, line)
		}
		records = append(records, r)
	}
	return records
}

// story is records without their times, one word or two each: "open 1", "customEvent {…}", "error 0".
func story(records []record) []string {
	var s []string
	for _, r := range records {
		switch r.Kind {
		case "message":
			s = append(s, r.Type+" "+r.Data)
		default:
			s = append(s, r.Kind+" "+string(rune('0'+r.ReadyState)))
		}
	}
	return s
}

func wantStory(t *testing.T, records []record, want ...string) {
	t.Helper()
	if got := story(records); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// table waits until a row of the table, other than the constructor's, contains a text.
func (p *page) table(contains string) {
	p.t.Helper()
	p.Wait(inTable(contains))
}

func inTable(contains string) string {
	return `[...document.querySelectorAll("#rows .row:not(:has(.construct))")].some(row => row.innerText.includes(` + quote(contains) + `))`
}

// typeScript types a text into the editor, in place of that of the selected stream.
func (p *page) typeScript(text string) {
	p.t.Helper()
	p.ClickRole("tab", "Script")
	p.Wait(`$("#script") && $("#script").value != ""`)
	p.Click("#script")
	p.Press("Control+a")
	p.Type(text)
}

// filter types a text into the filter.
func (p *page) filter(text string) {
	p.t.Helper()
	p.ClickRole("searchbox", "Filter by text")
	p.Press("Control+a")
	p.Press("Delete")
	if text != "" {
		p.Type(text)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
