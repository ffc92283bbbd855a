package report

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// Format is the version of a Report's JSON.
const Format = 1

// A Report is what came of the checks in one browser.
type Report struct {
	Format    int      `json:"eventSourceReport"` // Format; also what tells it from any other JSON
	Browser   string   `json:"browser"`
	Version   string   `json:"version"`
	Date      string   `json:"date"` // as in 2026-11-22
	UserAgent string   `json:"userAgent"`
	Results   []Result `json:"results"`
}

// A Result is what came of one check.
type Result struct {
	Name    string    `json:"name"`
	Verdict Verdict   `json:"verdict"`
	Saw     []Seen    `json:"saw"`
	Figures []float64 `json:"figures,omitempty"`
}

// A Verdict is what is to be said of a Result.
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
		r.Verdict, r.Figures = Measured, c.Figures(saw)
	case c.Passes(saw):
		r.Verdict = Pass
	}
	return r
}

// Parse reads a Report. The error is one sentence for a reader.
func Parse(text string) (*Report, error) {
	var r Report
	err := json.Unmarshal([]byte(text), &r)
	switch {
	case err != nil && r.Format == 0:
		return nil, errors.New("This file is no browser report: it is not the JSON that this page saves.")
	case r.Format == 0:
		return nil, errors.New("This file is no browser report: eventSourceReport is missing.")
	case r.Format != Format:
		return nil, errors.New("This report has another format than this page reads: it is of another version.")
	case err != nil || r.Browser == "" || len(r.Results) == 0:
		return nil, errors.New("This report is damaged: its browser or its results can't be read.")
	}
	for _, one := range r.Results {
		switch one.Verdict {
		case Pass, Differs, Measured:
		default:
			return nil, errors.New("This report is damaged: a result is neither pass, differs nor measured.")
		}
	}
	return &r, nil
}

// Of is the result of one check, or nil.
func (r *Report) Of(name string) *Result {
	for i := range r.Results {
		if r.Results[i].Name == name {
			return &r.Results[i]
		}
	}
	return nil
}

// Count is how many results have that verdict, as text.
func (r *Report) Count(verdict Verdict) string {
	n := 0
	for _, one := range r.Results {
		if one.Verdict == verdict {
			n++
		}
	}
	return strconv.Itoa(n)
}

// Text is the Report as it is saved: a result a line.
func (r *Report) Text() string {
	head := *r
	head.Results = nil
	text, err := json.Marshal(head)
	if err != nil {
		panic(err) // strings and numbers
	}
	b := []byte(strings.TrimSuffix(string(text), "null}") + "[")
	for i, result := range r.Results {
		line, err := json.Marshal(result)
		if err != nil {
			panic(err)
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, "\n  "...), line...)
	}
	return string(b) + "\n]}\n"
}

// Name is the browser's, with its version.
func (r *Report) Name() string { return strings.TrimSpace(r.Browser + " " + r.Version) }

// Said is what there is to say beside the Verdict: what was seen where that differs, and what was measured.
func (r *Result) Said(c *Check) string {
	words := []string{}
	switch {
	case r.Verdict == Differs:
		if words = c.Words(r.Saw); len(words) == 0 {
			words = []string{"nothing"}
		}
	case c.Measure == MeasureStory && len(r.Saw) > 0:
		words = []string{r.Saw[len(r.Saw)-1].What}
	case c.Measure == MeasureCount:
		for _, n := range r.Figures {
			words = append(words, strconv.Itoa(int(n)))
		}
	case r.Verdict == Measured:
		for _, ms := range r.Figures {
			words = append(words, seconds(ms))
		}
	}
	return strings.Join(words, ", ")
}

// Markdown is a table of reports side by side. A title is that of a check, for its reader.
func Markdown(checks []Check, reports []*Report, title func(*Check) string) string {
	var b strings.Builder
	line := func(cells ...string) {
		for _, cell := range cells {
			b.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
		}
		b.WriteString("|\n")
	}
	head, rule := []string{"Check", "Standard", "Expected"}, []string{"---", "---", "---"}
	for _, r := range reports {
		head, rule = append(head, r.Name()+", "+r.Date), append(rule, "---")
	}
	line(head...)
	line(rule...)
	for i := range checks {
		c := &checks[i]
		expected := strings.Join(c.Wanted(), ", ")
		if c.Measure != "" {
			expected = ""
		}
		cells := []string{title(c), c.Section, expected}
		for _, r := range reports {
			cell := ""
			if one := r.Of(c.Name); one != nil {
				cell = string(one.Verdict)
				if said := one.Said(c); said != "" {
					cell += ": " + said
				}
			}
			cells = append(cells, cell)
		}
		line(cells...)
	}
	return b.String()
}
