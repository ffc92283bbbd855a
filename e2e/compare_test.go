package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"eventsource-playground/compare"
	"eventsource-playground/e2e/browser"
	"eventsource-playground/e2e/playground"
	"eventsource-playground/language"
)

// fullComparison is how long all rows may take: under 60 s, and more on a machine that does much else.
const fullComparison = 2 * time.Minute

// visitComparison opens the page on a server of its own, since one row opens as many WebSockets as a browser has room for.
func visitComparison(t *testing.T, b *browser.Browser, scheme, query string) *page {
	t.Helper()
	s := playground.Start(t)
	base := s.URL
	if scheme == "https" {
		base = s.SecureURL
	}
	p := &page{b.NewPage(t), t}
	p.Open(base + "/?view=compare&lang=en" + query)
	p.Wait(`$("#comparison")`)
	p.keepSaved()
	return p
}

// comparison is the file that the page saves.
type comparison struct {
	Format                                  int `json:"eventSourceComparison"`
	Date, Browser, Version, UserAgent, Page string
	Rows                                    map[string]compare.Figures
}

func (p *page) savedComparison() (c comparison) {
	p.t.Helper()
	p.ClickButton("Download JSON")
	var text string
	p.Wait(`saved.length > 0`)
	p.Eval(`saved.pop().text()`, &text)
	if err := json.Unmarshal([]byte(text), &c); err != nil || c.Format != 1 {
		p.t.Fatalf("got format %d and error %v in %.200q; want 1", c.Format, err, text)
	}
	return c
}

// measured is what a figure must be, wide enough for a machine that does much else, and tight enough to tell the columns apart.
type measured struct {
	row, figure string
	low, high   float64
}

var wanted = []measured{
	{"over", "es_status", 200, 200}, {"over", "go_status", 200, 200}, {"over", "ws_status", 101, 101},
	{"speak", "es_noSend", 1, 1}, {"speak", "es_trips", 10, 10}, {"speak", "go_trips", 10, 10}, {"speak", "ws_trips", 10, 10}, {"speak", "ws_tripMs", 0, 1000},
	{"cost", "ws_around10Bytes", 2, 2}, {"cost", "ws_around100Bytes", 2, 2}, {"cost", "ws_around1000Bytes", 4, 4},
	{"cost", "es_packed100Bytes", 10, 40}, {"cost", "go_packed100Bytes", 10, 40},
	{"latency", "es_events", 300, 300}, {"latency", "go_events", 300, 300}, {"latency", "ws_events", 300, 300},
	{"latency", "es_p50Ms", 0, 500}, {"latency", "go_p50Ms", 0, 500}, {"latency", "ws_p50Ms", 0, 500},
	{"cut", "go_backMs", 2900, 5000}, {"cut", "es_endbackMs", 450, 3000}, {"cut", "ws_code", 1006, 1006}, {"cut", "ws_endcode", 1000, 1000}, {"cut", "ws_handbackMs", 400, 3000}, {"cut", "lines", 30, 80},
	{"missed", "es_missed", 0, 0}, {"missed", "go_missed", 0, 0}, {"missed", "ws_missed", 23, 23}, {"missed", "ws_handmissed", 0, 0}, {"missed", "es_twice", 0, 0}, {"missed", "ws_handtwice", 0, 0},
	{"named", "es_came", 3, 3}, {"named", "es_sent", 4, 4}, {"named", "go_told", 4, 4}, {"named", "ws_came", 4, 4}, {"named", "ws_types", 1, 1},
	{"bytes", "es_gotMiB", 1, 1}, {"bytes", "go_gzipgotMiB", 1, 1}, {"bytes", "ws_gotMiB", 1, 1}, {"bytes", "pictures", 1, 1},
	{"bytes", "es_wireMiB", 1.33, 1.4}, {"bytes", "es_gzipwireMiB", 0.9, 1.1}, {"bytes", "go_wireMiB", 1.33, 1.4}, {"bytes", "go_gzipwireMiB", 0.9, 1.1}, {"bytes", "ws_wireMiB", 1, 1.01}, {"bytes", "es_handledMs", 1, 20_000}, {"bytes", "ws_handledMs", 1, 20_000},
	{"streams", "es_waits", 1, 1}, {"streams", "go_waits", 1, 1}, {"streams", "ws_fails", 1, 1},
	{"idle", "es_noticedMs", 9500, 13_000}, {"idle", "go_noticedMs", 9500, 13_000}, {"idle", "ws_noticedMs", 9500, 13_000}, {"idle", "es_backMs", 450, 3000}, {"idle", "ws_code", 1006, 1006},
	{"idle", "es_keptMs", 11_000, 20_000}, {"idle", "go_keptMs", 11_000, 20_000}, {"idle", "ws_keptMs", 11_000, 20_000},
	{"slow", "es_blockedMs", 1000, 4000}, {"slow", "go_blockedMs", 1000, 4000}, {"slow", "ws_blockedMs", 1000, 4000},
}

// wantedIn is what differs between the browsers and the protocols, as facts that were measured before.
func wantedIn(name, scheme string) []measured {
	all := slices.Clone(wanted)
	if scheme == "https" {
		all = append(all, measured{"streams", "es_opened", 100, 100}, measured{"streams", "go_opened", 100, 100}, measured{"cost", "es_around100Bytes", 36, 36})
	} else {
		all = append(all, measured{"streams", "es_opened", 6, 6}, measured{"streams", "go_opened", 6, 6}, measured{"cost", "es_around100Bytes", 33, 33},
			measured{"over", "es_requestBytes", 300, 1500}, measured{"over", "es_responseBytes", 100, 600}, measured{"cut", "es_cleanbackMs", 450, 3000})
	}
	if name == "firefox" {
		return append(all, measured{"cut", "es_backMs", 4900, 8000}, measured{"streams", "ws_opened", 190, 200}, measured{"slow", "es_queuedMiB", 12, 33}, measured{"slow", "ws_queuedMiB", 12, 33})
	}
	return append(all, measured{"cut", "es_backMs", 2900, 4800}, measured{"streams", "ws_opened", 250, 255},
		measured{"slow", "es_queuedMiB", 0, 12}, measured{"slow", "es_heldMs", 250, 4000}, measured{"slow", "ws_queuedMiB", 0, 12}, measured{"slow", "ws_heldMs", 250, 4000})
}

// Every row, in each browser, over http and over https. COMPARE=1 writes the table of all four: make compare.
func TestEveryRowOfTheComparisonIsMeasured(t *testing.T) {
	slow(t)
	var results struct {
		sync.Mutex
		all []comparison
	}
	t.Cleanup(func() {
		if os.Getenv("COMPARE") != "" && !t.Failed() {
			if err := os.WriteFile("../docs/COMPARE.md", []byte(tables(results.all)), 0o644); err != nil {
				t.Error(err)
			}
		}
	})
	for i, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			pairwise(t, "comparison", i, func(t *testing.T, b *browser.Browser) {
				if os.Getenv("COMPARE") == "" { // or times are compared, too
					t.Parallel()
				}
				p := visitComparison(t, b, scheme, "")
				p.ClickButton("Run all · 45 s")
				p.WaitFor(fullComparison, `$(".compare .status").innerText.startsWith("All rows were measured")`)
				got := p.savedComparison()
				for _, w := range wantedIn(b.Name, scheme) {
					value, ok := got.Rows[w.row][w.figure].(float64)
					if !ok || value < w.low || value > w.high {
						t.Errorf("%s: got %s %v; want from %v to %v", w.row, w.figure, got.Rows[w.row][w.figure], w.low, w.high)
					}
				}
				for _, row := range compare.Rows {
					if got.Rows[row.Name]["unseen"] != nil {
						t.Errorf("%s: got nothing of the server's side", row.Name)
					}
				}
				results.Lock()
				defer results.Unlock()
				results.all = append(results.all, got)
			})
		})
	}
}

// tables are the comparisons as the page would copy them, in one document.
func tables(all []comparison) string {
	var b strings.Builder
	b.WriteString("# EventSource, fetch and WebSocket, compared\n\nEvery cell was measured by the Compare page on one machine: `make compare` makes this file again. Times depend on the machine.\n")
	for _, c := range all {
		fmt.Fprintf(&b, "\n## %s %s, %s, %s\n\n%s", c.Browser, c.Version, c.Page, c.Date, compare.Markdown(c.Rows, language.Voice{Language: language.English}))
	}
	return b.String()
}

// A newcomer's way: from the navigation to a row, its lanes, and the table as Markdown.
func TestANewcomerComparesAndCopies(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?count=3", "customEvent")
		p.keepCopied()
		p.ClickRole("link", "Compare")
		p.Wait(`$("#comparison") && role("button", "Copy as Markdown").disabled`)
		p.ClickRole("button", "Run: What was missed")
		p.Wait(`$("#row-missed").getAttribute("aria-current") == "true" && document.querySelectorAll("#lanes .labels span").length == 4`)
		p.Wait(`$("#row-missed").innerText.includes("23 of 40 events") && $("#row-missed").innerText.includes("sent Last-Event-ID 17")`)
		p.Wait(`document.querySelectorAll("#lanes svg .span").length > 8 && $("#lanes .notes").innerText.includes("An id is a promise")`)
		p.Wait(`location.search.includes("view=compare") && location.search.includes("row=missed")`)
		p.ClickButton("Copy as Markdown")
		p.Wait(`$("main").innerText.includes("Copied.")`)
		var text string
		p.Eval(`copied`, &text)
		for _, want := range []string{"| **What was missed** | **0 of 40 events**<br>sent Last-Event-ID 17 |", "**23 of 40 events**", ", http, "} {
			if !strings.Contains(text, want) {
				t.Errorf("got no %q in the copied\n%s", want, text)
			}
		}
		if strings.Contains(text, "Latency") {
			t.Error("got a row that was not measured in the copied table")
		}
	})
}

func TestALinkLeadsToARow(t *testing.T) {
	t.Parallel()
	b := chromium(t)
	p := visitComparison(t, b, "http", "&row=named")
	p.Wait(`$("#row-named").getAttribute("aria-current") == "true" && $("#lanes").innerText.includes("Four events")`)
	p.Eval(`$("#row-over th a").click()`, nil)
	p.Wait(`$("#row-over").getAttribute("aria-current") == "true" && location.search.includes("row=over")`)

	p = visitComparison(t, b, "http", "&row=none")
	p.Wait(`!$("#lanes")`)
	p.ClickRole("link", "Playground")
	p.Wait(`$("main").innerText.includes("This link says row=none, which this page does not know.")`)
}

// Cancel closes what is open, and rows that were measured stay. So does leaving the page.
func TestAComparisonCanBeCancelled(t *testing.T) {
	t.Parallel()
	p := visitComparison(t, chromium(t), "http", "")
	p.ClickRole("button", "Run: Named events")
	p.Wait(`$("#row-named").innerText.includes("of 4")`)
	p.ClickRole("button", "Run: An idle proxy")
	p.Wait(`document.querySelectorAll("#lanes .labels span").length == 6 && role("button", "Cancel")`)
	p.ClickButton("Cancel")
	p.Wait(`$("#row-idle").innerText.includes("–") && $("#row-named").innerText.includes("of 4") && !role("button", "Run: Latency").disabled`)
	p.ClickRole("button", "Run: An idle proxy")
	p.Wait(`role("button", "Cancel")`)
	p.ClickRole("link", "Playground")
	p.Wait(`$("#events")`)
	p.ClickRole("link", "Compare")
	p.Wait(`$("#comparison") && !role("button", "Run: An idle proxy").disabled`)
}
