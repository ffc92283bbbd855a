package e2e

import (
	"fmt"

	"eventsource-playground/report"
	"eventsource-playground/report/checks"
	"eventsource-playground/report/engine"
)

// fetchDiffers are the checks in which the Go engine cannot do in a browser what the standard requires, since fetch does not.
var fetchDiffers = map[string]map[string]string{
	"chromium": {
		"constructor-space": "Chromium's URL takes the space for %20, as its own EventSource does",
	},
	"firefox": {
		"lost-headers": "fetch settles when the first byte of the body is there, not at the headers",
		"lost-early":   "for the same reason it rejects where a response is lost before: that was never open",
	},
}

// engineUnlike is where the Go engine in a browser differs from the standard, or no longer where it cannot but, by the check.
func engineUnlike(got *report.Report, browserName string) map[string]string {
	unlike := map[string]string{}
	for _, e := range checks.All() {
		one, cannot := got.Engine.Of(e.Name), fetchDiffers[browserName][e.Name] != ""
		name := "the Go engine, " + e.Name
		switch reason := engine.NotHere(&e.Check, false); {
		case reason != "" && one != nil:
			unlike[name] = "got a result of a check that does not apply: " + reason
		case reason != "":
		case one == nil:
			unlike[name] = "got no result; want one"
		case e.Measure != "" && len(one.Saw) == 0:
			unlike[name] = "got nothing to measure"
		case e.Measure == "" && (one.Verdict == report.Differs) != cannot:
			unlike[name] = fmt.Sprintf("got %s %s; want %s (fetch differs: %v)", one.Verdict, one.Said(&e.Check), e.Expected, cannot)
		}
	}
	return unlike
}
