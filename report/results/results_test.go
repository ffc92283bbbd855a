package results

import (
	"testing"

	"eventsource-playground/report"
	"eventsource-playground/report/checks"
)

// A check that was changed makes the kept reports stale.
func TestTheKeptReportsAreOfTheseChecks(t *testing.T) {
	all := All()
	if len(all) != 2 || all[0].Browser != "Chromium" || all[1].Browser != "Firefox" {
		t.Fatalf("got %d reports; want those of Chromium and Firefox: make report writes them", len(all))
	}
	for _, r := range all {
		if len(r.Results) != len(checks.All()) || r.Version == "" || r.Date == "" {
			t.Errorf("%s: got %d results of %q; want %d: make report writes them", r.Browser, len(r.Results), r.Date, len(checks.All()))
		}
		for _, e := range checks.All() {
			one := r.Results.Of(e.Name)
			if one == nil {
				t.Errorf("%s: got no result of %s: make report writes it", r.Browser, e.Name)
				continue
			}
			want := report.NewResult(&e.Check, one.Saw)
			if one.Verdict != want.Verdict {
				t.Errorf("%s: got %s for %s; want %s, as what was seen says", r.Browser, one.Verdict, e.Name, want.Verdict)
			}
		}
	}
}
