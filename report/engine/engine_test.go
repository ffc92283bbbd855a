//go:build !js

package engine

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"

	"eventsource-playground/e2e/playground"
	"eventsource-playground/e2e/process"
	"eventsource-playground/protocol"
	"eventsource-playground/report"
	"eventsource-playground/report/checks"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m)) }

// The real server plays all checks that apply, and the Stream passes each as a browser would.
func TestTheGoEngineNatively(t *testing.T) {
	page := playground.Shared(t).URL
	second := secondOrigin(t, page)
	play := func(list []checks.Entry) (failed []checks.Entry, how []string) {
		saw := make([][]report.Seen, len(list))
		const together = 16 // they wait for the most part
		turns := make(chan struct{}, together)
		var all sync.WaitGroup
		for i, e := range list {
			turns <- struct{}{}
			all.Go(func() {
				place := &report.Place{Page: page, Second: second, Session: protocol.SessionID(rand.Text())}
				saw[i] = Play(t.Context(), &e.Check, place)
				<-turns
			})
		}
		all.Wait()
		for i, e := range list {
			r := report.NewResult(&e.Check, saw[i])
			if r.Verdict == report.Differs || len(saw[i]) == 0 {
				failed, how = append(failed, e), append(how, fmt.Sprintf("%s: got %s; want %s", e.Name, r.Said(&e.Check), e.Expected))
			}
		}
		return failed, how
	}
	failed, how := play(slices.DeleteFunc(slices.Clone(checks.All()), func(e checks.Entry) bool { return NotHere(&e.Check, true) != "" }))
	if len(failed) > 0 { // a busy machine is late now and then, but not twice in the same check
		t.Logf("played again: %q", how)
		_, how = play(failed)
	}
	for _, one := range how {
		t.Error(one)
	}
}

func secondOrigin(t *testing.T, page string) string {
	t.Helper()
	response, err := http.Get(page + "/scenarios")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var catalogue protocol.Catalogue
	if err := json.NewDecoder(response.Body).Decode(&catalogue); err != nil {
		t.Fatal(err)
	}
	return catalogue.SecondOrigin
}

func TestWhichChecksDoNotApply(t *testing.T) {
	anywhere := []string{
		"constructor-constants", "constructor-handlers", "constructor-no-arguments", "constructor-no-new", "constructor-scheme",
		"event-bubbles", "event-cancelable", "event-handlers", "event-source", "event-trusted",
	}
	natively := []string{
		"connections", "constructor-empty", "constructor-resolves",
		"cors-any", "cors-credentials", "cors-credentials-any", "cors-credentials-missing", "cors-exact", "cors-none", "cors-second", "redirect-origin-refused",
	}
	for _, name := range slices.Concat(anywhere, natively) {
		if _, exists := checks.Find(name); !exists {
			t.Errorf("got no check %s; want one, or a shorter list", name)
		}
	}
	for _, e := range checks.All() {
		if got, want := NotHere(&e.Check, false) != "", slices.Contains(anywhere, e.Name); got != want {
			t.Errorf("%s in the page: got %v, that it does not apply; want %v", e.Name, got, want)
		}
		if got, want := NotHere(&e.Check, true) != "", slices.Contains(anywhere, e.Name) || slices.Contains(natively, e.Name); got != want {
			t.Errorf("%s natively: got %v, that it does not apply; want %v", e.Name, got, want)
		}
	}
}
