package e2e

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/scenario"
	"eventsource-playground/scenario/library"
)

// Every scenario of the library, in every browser, does what its file says: what was dispatched, the states, the requests
// with their Last-Event-ID as the server saw them, and the waits.
func TestEveryScenarioIsAsItsFileSays(t *testing.T) {
	// What no EventSource can connect to is played in server's TestEveryScenarioIsForAStreamAsItsFileSays.
	entries := slices.DeleteFunc(slices.Clone(library.All()), func(e library.Entry) bool { return e.Connect.Engine })
	slices.SortStableFunc(entries, func(a, b library.Entry) int { return cmp.Compare(lasts(b), lasts(a)) }) // the longest first
	for _, e := range entries {
		t.Run(e.Name, func(t *testing.T) {
			if !slices.Contains(quickScenarios, e.Name) {
				slow(t)
				halved(t, e.Name, overHTTP1)
			}
			t.Parallel()
			pairwise(t, e.Name, 0, func(t *testing.T, b *browser.Browser) {
				t.Parallel()
				isAsItsFileSays(t, b, e, sharedURL(t), scenario.HTTP1)
			})
		})
	}
}

// isAsItsFileSays plays a scenario at an address of the server, and compares.
func isAsItsFileSays(t *testing.T, b *browser.Browser, e library.Entry, server, protocol string) {
	t.Helper()
	want, _ := e.Expect.Over(protocol, b.Name)
	w := witnessedAt(t, b, e, server)
	got := w.watch(e, want)
	if e.Connect.Times > 1 {
		sortByWords(want)
		slices.SortStableFunc(got, func(a, b *thing) int { return cmp.Compare(a.String(), b.String()) })
	}
	if e.Expect.More {
		got = got[:min(len(got), len(want))]
	}
	if report, same := comparesSeen(want, got); !same {
		t.Fatalf("%s is not as its file says:\n%s", e.Name, report)
	}
	if e.Connect.Times == 1 {
		w.checkWaits(want, got)
	}
	if e.Connect.Times == 1 && !e.Expect.More {
		if state := w.states()[0]; state != lastState(want) {
			t.Errorf("got readyState %d in the end; want %d", state, lastState(want))
		}
	}
}

// quickScenarios are those that make test plays: one of each kind.
var quickScenarios = []string{"named-events", "cut", "half-an-event", "id-reset", "204-second", "redirect-307", "cors-second", "gzip", "burst"}

// lastState is the readyState in which an EventSource is when all that is expected was seen.
func lastState(want []scenario.Seen) (state int) {
	for _, s := range want {
		switch s.Kind {
		case scenario.Opened, scenario.Dispatched:
			state = 1
		case scenario.Failed:
			state = s.ReadyState
		}
	}
	return state
}

// lasts is how long a scenario's longest waits last in all.
func lasts(e library.Entry) (all time.Duration) {
	for _, engine := range []string{scenario.Chromium, scenario.Firefox} {
		var d time.Duration
		want, _ := e.Expect.In(engine)
		for _, s := range want {
			d += s.After
		}
		all = max(all, d)
	}
	return all
}

// late is how much longer than its waits a scenario may take.
const late = 20 * time.Second

// watch returns what happened, in order, once everything that is expected was there, and nothing else for a while; or
// what was there when it was over.
func (w *witness) watch(e library.Entry, want []scenario.Seen) (got []*thing) {
	w.t.Helper()
	over := time.Now().Add(lasts(e) + late)
	for !isThere(want, got) && time.Now().Before(over) {
		w.listen(time.Until(over))
		got = w.inOrder(want)
	}
	if len(got) != len(want) || e.Expect.More {
		return got
	}
	for over = time.Now().Add(w.quiet(e, want)); len(got) == len(want) && time.Now().Before(over); {
		w.listen(time.Until(over))
		got = w.inOrder(want)
	}
	return got
}

// isThere tells whether as much was seen as is expected on either side, since what the server saw comes here later.
func isThere(want []scenario.Seen, got []*thing) bool {
	missing := map[bool]int{} // by whether it is the server's to see
	for _, s := range want {
		missing[s.Kind == scenario.Requested]++
	}
	for _, t := range got {
		missing[t.Kind == scenario.Requested]--
	}
	return missing[true] <= 0 && missing[false] <= 0
}

// quiet is how long to watch that nothing more comes. A stream that is open has sent everything, and what is there comes
// at once. Otherwise the browser must be given the time to try again: as long as it waited in this scenario, or if it did
// not, as it waits by itself.
func (w *witness) quiet(e library.Entry, want []scenario.Seen) time.Duration {
	w.t.Helper()
	const enough = time.Second
	if e.Connect.Times > 1 || w.states()[0] == 1 {
		return enough
	}
	var waits time.Duration
	for _, s := range want {
		if s.Kind == scenario.Requested {
			waits = max(waits, s.After)
		}
	}
	if waits == 0 {
		waits = w.usual
	}
	return waits + enough
}

// inOrder is what happened on both sides by the clock, and where that cannot tell, as it is expected.
//
// When a request is refused, the browser's network stack repeats the request at once, unknown to the EventSource: Firefox nine
// times, Chromium once if the connection was used before. That is one request here.
func (w *witness) inOrder(want []scenario.Seen) (all []*thing) {
	var page, server []*thing
	for _, t := range w.things {
		if t.Kind == scenario.Requested {
			server = append(server, t)
		} else {
			page = append(page, t)
		}
	}
	for len(page)+len(server) > 0 {
		apart := math.Inf(1) // by how much the next request is later than what is next in the page
		switch {
		case len(page) == 0:
			apart = math.Inf(-1)
		case len(server) > 0:
			apart = server[0].at - page[0].at
		}
		n, serverFirst, unsure := len(all), apart < 0, math.Abs(apart) < w.clockError
		if unsure && n < len(want) {
			serverFirst = want[n].Kind == scenario.Requested
		}
		switch {
		case n > 0 && (apart < 0 || unsure) && server[0].asksAgain(all[n-1]):
			server = server[1:]
		case serverFirst:
			all, server = append(all, server[0]), server[1:]
		default:
			all, page = append(all, page[0]), page[1:]
		}
	}
	return all
}

// asksAgain tells whether t is the same request as the one before, which was refused.
func (t *thing) asksAgain(before *thing) bool {
	return before.Kind == scenario.Requested && before.ended && !before.answered && before.source == t.source && before.Matches(t.Seen)
}

// checkWaits checks that each wait was at least as long as expected, counted from its cause.
//
// Before a request the browser waits: from the end of the answer before, and if not for as long as it does by itself, then
// for less. Before anything in the page the server does: from the request on, since a page that is busy sees something
// late and the next thing in time.
func (w *witness) checkWaits(want []scenario.Seen, got []*thing) {
	w.t.Helper()
	slack := ms(w.clockError)
	var asked, before *thing // the last request, and what is before that
	var since time.Duration  // of waits since the last request
	for i, s := range want {
		since += s.After
		if s.Kind == scenario.Requested {
			if s.After > 0 {
				from := before.at
				if asked.ended {
					from = asked.endedAt
				}
				waited := ms(got[i].at - from)
				if waited < s.After-slack || s.After < w.usual && waited > w.usual {
					w.t.Errorf("line %d, %s: got it after %v", i+1, brief(s), waited)
				}
			}
			asked, since = got[i], 0
		} else if waited := ms(got[i].at - asked.at); waited < since-slack {
			w.t.Errorf("line %d, %s: got it %v after the request; want %v, as the waits since add up", i+1, brief(s), waited, since)
		}
		before = got[i]
	}
}

func ms(f float64) time.Duration {
	return (time.Duration(f * float64(time.Millisecond))).Round(time.Millisecond)
}

// compare tells whether what is expected was seen, and shows both side by side from where they begin to differ.
func comparesSeen(want []scenario.Seen, got []*thing) (report string, same bool) {
	differ := 0
	for differ < len(want) && differ < len(got) && want[differ].Matches(got[differ].Seen) {
		differ++
	}
	if differ == len(want) && differ == len(got) {
		return "", true
	}
	const before, behind = 5, 20
	var b strings.Builder
	line := func(mark string, n any, want, got, at string) {
		fmt.Fprintf(&b, "%s %5v  %-50s  %-50s %s\n", mark, n, want, got, at)
	}
	line(" ", "", "expected", "seen", "")
	for i := max(0, differ-before); i < min(differ+behind, max(len(want), len(got))); i++ {
		mark, expected, seen, at := " ", "nothing more", "nothing more", ""
		if i < len(want) {
			expected = brief(want[i])
		}
		if i < len(got) {
			seen, at = brief(got[i].Seen), fmt.Sprintf("%8.1f ms", got[i].at-got[0].at)
		}
		if i >= len(want) || i >= len(got) || !want[i].Matches(got[i].Seen) {
			mark = "!"
		}
		line(mark, i+1, expected, seen, at)
	}
	fmt.Fprintf(&b, "%d expected, %d seen", len(want), len(got))
	return b.String(), false
}

// brief is a thing in the notation's words, if those are not too many.
func brief(s scenario.Seen) string {
	text := s.String()
	if len(text) > 100 {
		return strings.ToValidUTF8(text[:97], "") + "…"
	}
	return text
}

func sortByWords(s []scenario.Seen) {
	slices.SortStableFunc(s, func(a, b scenario.Seen) int { return cmp.Compare(a.String(), b.String()) })
}

// Over HTTP/1.1 a browser has six connections for a server. The seventh stream waits for one, the WebSocket does not.
func TestTheSeventhStreamWaitsUntilAnotherIsClosed(t *testing.T) {
	e, _ := library.Find("seven-streams")
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		w := witnessed(t, b, e)
		want, _ := e.Expect.In(b.Name)
		got := w.watch(e, want)
		if len(got) != len(want) {
			t.Fatalf("got %d things to see; want the %d of six streams", len(got), len(want))
		}
		if i := slices.IndexFunc(got, func(t *thing) bool { return t.source == 7 }); i >= 0 {
			t.Fatalf("got %s of the seventh stream; want nothing yet", got[i])
		}
		if states := w.states(); !slices.Equal(states, []int{1, 1, 1, 1, 1, 1, 0}) {
			t.Fatalf("got readyStates %v; want six OPEN and the seventh CONNECTING", states)
		}
		w.Eval("witness.ping()", nil) // fails if it is not answered
		w.Eval("witness.sources[2].close()", nil)
		next := []scenario.Seen{{Kind: scenario.Requested}, {Kind: scenario.Opened}, want[len(want)-1]}
		want = append(want, next...)
		for over := time.Now().Add(late); !isThere(want, got) && time.Now().Before(over); {
			w.listen(time.Until(over))
			got = w.inOrder(want)
		}
		if report, same := comparesSeen(next, got[len(want)-len(next):]); !same {
			t.Errorf("once another was closed, the seventh is not as expected:\n%s", report)
		}
		if states := w.states(); !slices.Equal(states, []int{1, 1, 2, 1, 1, 1, 1}) {
			t.Errorf("got readyStates %v; want the third CLOSED and the others OPEN", states)
		}
	})
}
