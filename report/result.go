package report

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Format is the version of a Report's JSON.
const Format = 1

// A Report is what came of the checks in one browser.
type Report struct {
	Format    int     `json:"eventSourceReport"` // Format; its presence distinguishes a report from any other JSON
	Browser   string  `json:"browser"`
	Version   string  `json:"version"`
	Date      string  `json:"date"` // as in 2026-11-22
	UserAgent string  `json:"userAgent"`
	Results   Results `json:"results"`
	Engine    Results `json:"engine,omitempty"` // of the Go engine in the same browser
}

// Results are what came of several checks.
type Results []Result

// A Result is what came of one check.
type Result struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Saw     []Seen  `json:"saw"`
}

// A Verdict is the outcome of one check.
type Verdict string

const (
	Pass     Verdict = "pass"
	Differs  Verdict = "differs"
	Measured Verdict = "measured"
)

// NewResult judges what was seen.
func NewResult(c *Check, saw []Seen) Result {
	r := Result{Name: c.Name, Verdict: Differs, Saw: saw}
	switch {
	case c.Measure != "":
		r.Verdict = Measured
	case c.Passes(saw):
		r.Verdict = Pass
	}
	return r
}

// Parse reads a Report. What is wrong with the text is one sentence for a reader, or "".
func Parse(text string) (r *Report, wrong string) {
	r = &Report{}
	err := json.Unmarshal([]byte(text), r)
	switch {
	case err != nil && r.Format == 0:
		return nil, "This file is not a browser report: it is not the JSON that this page saves."
	case r.Format == 0:
		return nil, "This file is not a browser report: eventSourceReport is missing."
	case r.Format != Format:
		return nil, "This report is in a format that this page cannot read: it comes from another version."
	case err != nil || r.Browser == "" || len(r.Results) == 0:
		return nil, "This report is damaged: its browser or its results can't be read."
	}
	for _, one := range slices.Concat(r.Results, r.Engine) {
		switch one.Verdict {
		case Pass, Differs, Measured:
		default:
			return nil, "This report is damaged: a result is none of pass, differs and measured."
		}
	}
	return r, ""
}

// Unknown are the names of those that none of the checks has.
func (all Results) Unknown(checks []Check) (names []string) {
	for _, one := range all {
		if !slices.ContainsFunc(checks, func(c Check) bool { return c.Name == one.Name }) {
			names = append(names, one.Name)
		}
	}
	return names
}

// Of is the result of one check, or nil.
func (all Results) Of(name string) *Result {
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	return nil
}

// Count is how many results have that verdict, as text.
func (all Results) Count(verdict Verdict) string {
	n := 0
	for _, one := range all {
		if one.Verdict == verdict {
			n++
		}
	}
	return strconv.Itoa(n)
}

// Name is the browser's, with its version.
func (r *Report) Name() string { return strings.TrimSpace(r.Browser + " " + r.Version) }

// Said is what there is to say in addition to the Verdict: what was seen where that differs, and what was measured.
func (r *Result) Said(c *Check) (said string) {
	opened := 0
	for i, seen := range r.Saw {
		one := seen.What
		switch {
		case r.Verdict == Pass:
			return ""
		case c.Measure == MeasureStory:
			said = ""
		case c.Measure == MeasureWait:
			if i == 0 || r.Saw[i-1].What != "error 0" {
				continue
			}
			one = seconds(wait(r.Saw, i))
		case c.Measure != "" && one != "open":
			continue
		case c.Measure == MeasureOpen:
			return seconds(seen.At)
		case c.Measure == MeasureCount:
			opened++
			said, one = "", strconv.Itoa(opened)
		case i < len(c.Want) && c.Want[i].After > 0:
			one += " after " + seconds(wait(r.Saw, i))
		}
		if said != "" {
			said += ", "
		}
		said += one
	}
	if said == "" {
		return "nothing"
	}
	return said
}
