package main

import (
	"net/http"
	"strings"

	"eventsource-playground/report"
	"eventsource-playground/report/checks"
	"eventsource-playground/report/results"
	"eventsource-playground/scenario"
	"eventsource-playground/scenario/library"
)

// serveChecks is GET /report/checks: what the page plays to its browser.
func serveChecks() http.Handler {
	list := struct {
		Groups []string       `json:"groups"` // in the order of the report
		Checks []report.Check `json:"checks"` // the same
	}{Groups: checks.Groups}
	for _, e := range checks.All() {
		list.Checks = append(list.Checks, e.Check)
	}
	return serveJSON(list)
}

// serveResults is GET /report/results: what came of them in browsers that were at hand.
func serveResults() http.Handler { return serveJSON(results.All()) }

// serveJSON serves what strings and numbers are in v.
func serveJSON(v any) http.Handler {
	document := newJSON(v)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { document.serve(w, r, nil) })
}

// findScenario returns the scenario of that name. Those of the checks have names of their own, and are on no list.
func findScenario(name string) (*scenario.Scenario, bool) {
	if name, isCheck := strings.CutPrefix(name, "check-"); isCheck {
		e, ok := checks.Find(name)
		return e.Scenario, ok
	}
	e, ok := library.Find(name)
	return e.Scenario, ok
}
