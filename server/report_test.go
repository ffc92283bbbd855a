package main

import (
	"encoding/json"
	"strings"
	"testing"

	"eventsource-playground/report"
	"eventsource-playground/report/checks"
	"eventsource-playground/scenario/library"
)

func TestTheReportsChecksAreServed(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	var got struct {
		Groups []string       `json:"groups"`
		Checks []report.Check `json:"checks"`
	}
	if err := json.Unmarshal([]byte(text(t, p.get(t, "/report/checks"))), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Checks) != len(checks.All()) || len(got.Groups) != len(checks.Groups) {
		t.Errorf("got %d checks in %d groups; want %d in %d", len(got.Checks), len(got.Groups), len(checks.All()), len(checks.Groups))
	}
	var reports []report.Report
	if err := json.Unmarshal([]byte(text(t, p.get(t, "/report/results"))), &reports); err != nil {
		t.Fatal(err)
	}
	for _, r := range reports {
		for _, c := range got.Checks {
			if r.Results.Of(c.Name) == nil {
				t.Errorf("got no result of %s in %s; want one: run make report", c.Name, r.Browser)
			}
		}
	}
	if len(reports) != 2 {
		t.Errorf("got %d results; want those of two browsers", len(reports))
	}
}

func TestAChecksScenarioIsPlayedAndNotListed(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	if got := text(t, p.get(t, "/sse?scenario=check-wire-unfinished")); got != "retry: 300\ndata: whole\n\ndata: half\n" {
		t.Errorf("got %q; want what the check's file says", got)
	}
	for _, path := range []string{"/sse?scenario=check-none-such", "/sse?scenario=wire-unfinished"} {
		if got := p.get(t, path).StatusCode; got != 404 {
			t.Errorf("got status %d at %s; want 404", got, path)
		}
	}
	if strings.Contains(text(t, p.get(t, "/scenarios")), "check-") {
		t.Error("got a check among the scenarios; want none")
	}
	for _, e := range library.All() {
		if strings.HasPrefix(e.Name, "check-") {
			t.Errorf("got %s in the library; want no name that is a check's", e.Name)
		}
	}
}
