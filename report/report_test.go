package report

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
)

// check wants some things, each after so many milliseconds if a number follows it.
func check(c Check, wants ...Want) *Check {
	c.Name, c.Want = "x", wants
	return &c
}

func TestWhatPasses(t *testing.T) {
	lost := check(Check{}, Want{"open", 0}, Want{"error 0", 0}, Want{"open", 900})
	refused := check(Check{MayGiveUp: true}, Want{"error 0", 0}, Want{"error 0", 0})
	for _, test := range []struct {
		name         string
		check        *Check
		saw          []Seen
		fits, passes bool
	}{
		{"all that is wanted", lost, []Seen{{"open", 1}, {"error 0", 2}, {"open", 950}}, true, true},
		{"not all of it yet", lost, []Seen{{"open", 1}}, true, false},
		{"nothing", lost, nil, true, false},
		{"something else", lost, []Seen{{"open", 1}, {"error 2", 2}}, false, false},
		{"more than that", lost, []Seen{{"open", 1}, {"error 0", 2}, {"open", 950}, {"error 0", 960}}, false, false},
		{"too early", lost, []Seen{{"open", 1}, {"error 0", 2}, {"open", 510}}, false, false},
		{"somewhat late, which the standard allows", lost, []Seen{{"open", 1}, {"error 0", 2}, {"open", 2400}}, true, true},
		{"much too late", lost, []Seen{{"open", 1}, {"error 0", 2}, {"open", 3002}}, false, false},
		{"given up where that is allowed", refused, []Seen{{"error 0", 1}, {"error 2", 2}}, true, true},
		{"given up before that", refused, []Seen{{"error 2", 1}, {"error 0", 2}}, false, false},
		{"whatever is measured", check(Check{Measure: MeasureStory}, Want{"open", 0}), []Seen{{"error 2", 1}}, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.check.Fits(test.saw); got != test.fits {
				t.Errorf("got fits %v; want %v", got, test.fits)
			}
			if got := test.check.Passes(test.saw); got != test.passes {
				t.Errorf("got passes %v; want %v", got, test.passes)
			}
		})
	}
}

func TestWhatIsSaidOfAResult(t *testing.T) {
	opens := []Seen{{"open", 12}, {`message "a"`, 13}, {"error 0", 100}, {"error 0", 3104.6}, {"open", 6108}}
	for _, test := range []struct {
		name    string
		check   *Check
		saw     []Seen
		verdict Verdict
		said    string
	}{
		{"a check that passes", check(Check{}, Want{"open", 0}), opens[:1], Pass, ""},
		{"what was seen instead", check(Check{}, Want{"error 2", 0}), opens[:2], Differs, `open, message "a"`},
		{"the wait where one was wanted", check(Check{}, Want{"open", 0}, Want{"x", 0}, Want{"error 0", 5}), opens[:3], Differs, `open, message "a", error 0 after 0.09 s`},
		{"nothing was seen", check(Check{}, Want{"error 2", 0}), nil, Differs, "nothing"},
		{"waits after errors", check(Check{Measure: MeasureWait}), opens, Measured, "3.00 s, 3.00 s"},
		{"the time to open", check(Check{Measure: MeasureOpen}), opens, Measured, "0.01 s"},
		{"how many opened", check(Check{Measure: MeasureCount}), opens, Measured, "2"},
		{"what came in the end", check(Check{Measure: MeasureStory}), opens[:2], Measured, `message "a"`},
		{"nothing to measure", check(Check{Measure: MeasureStory}), nil, Measured, "nothing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := NewResult(test.check, test.saw)
			if r.Verdict != test.verdict || r.Said(test.check) != test.said {
				t.Errorf("got %s %q; want %s %q", r.Verdict, r.Said(test.check), test.verdict, test.said)
			}
		})
	}
}

func TestAReportIsReadAsItWasSaved(t *testing.T) {
	r := &Report{Format: Format, Browser: "Firefox", Version: "153", Date: "2026-11-22", UserAgent: "a b", Results: []Result{
		{"one", Pass, []Seen{{`message "<\n"`, 1.5}}}, {"two", Measured, []Seen{}},
	}, Engine: Results{{"one", Differs, []Seen{}}}}
	saved, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	got, wrong := Parse(string(saved))
	if wrong != "" {
		t.Fatal(wrong)
	}
	if !reflect.DeepEqual(got, r) || got.Name() != "Firefox 153" || got.Results.Of("two").Verdict != Measured || got.Results.Of("three") != nil || got.Results.Count(Pass) != "1" {
		t.Errorf("got %+v; want %+v", got, r)
	}
}

func TestAFileThatIsNoReportIsRefusedInASentence(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"no JSON", "hello", "This file is not a browser report: it is not the JSON that this page saves."},
		{"nothing", "", "This file is not a browser report: it is not the JSON that this page saves."},
		{"other JSON", `{"a": 1}`, "This file is not a browser report: eventSourceReport is missing."},
		{"a later format", `{"eventSourceReport": 2}`, "This report is in a format that this page cannot read: it comes from another version."},
		{"no results", `{"eventSourceReport": 1, "browser": "x"}`, "This report is damaged: its browser or its results can't be read."},
		{"results that are none", `{"eventSourceReport": 1, "browser": "x", "results": 7}`, "This report is damaged: its browser or its results can't be read."},
		{"a verdict that is none", `{"eventSourceReport": 1, "browser": "x", "results": [{"name": "a", "verdict": "great"}]}`, "This report is damaged: a result is none of pass, differs and measured."},
		{"a verdict of the Go engine that is none", `{"eventSourceReport": 1, "browser": "x", "results": [{"name": "a", "verdict": "pass"}], "engine": [{"name": "a", "verdict": "great"}]}`, "This report is damaged: a result is none of pass, differs and measured."},
		{"half a file", `{"eventSourceReport": 1, "browser": "x", "results": [{"na`, "This file is not a browser report: it is not the JSON that this page saves."},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, wrong := Parse(test.text); wrong != test.want {
				t.Errorf("got %q; want %q", wrong, test.want)
			}
		})
	}
}

func TestAnEventIsShownInTheNotationsWords(t *testing.T) {
	for _, test := range []struct{ name, typ, data, id, want string }{
		{"without an id", "message", "a", "", `message "a"`},
		{"with one", "tick", "a\nb", "7", `tick "a\nb" id 7`},
		{"a type and an id with spaces", "a b", "", "c d", `"a b" "" id "c d"`},
		{"what can't be seen", "a\x00", "\u2028\ufeff", "", `"a\x00" "\u2028\ufeff"`},
		{"other alphabets", "事件", "€ 😀", "…", `事件 "€ 😀" id …`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Word(test.typ, test.data, test.id); got != test.want {
				t.Errorf("got %s; want %s", got, test.want)
			}
		})
	}
}

func TestWhatIsWantedIsShown(t *testing.T) {
	c := check(Check{MayGiveUp: true}, Want{"open", 0}, Want{"error 0", 900}, Want{"error 0", 0})
	if got, want := c.Wanted(), "open, error 0 after 0.90 s, error 0 or 2"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestResultsOfUnknownChecks(t *testing.T) {
	checks := []Check{{Name: "a"}, {Name: "b"}}
	r := Report{Results: []Result{{Name: "b"}, {Name: "x"}, {Name: "a"}, {Name: ""}}}
	if got, want := r.Results.Unknown(checks), []string{"x", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q; want %q", got, want)
	}
}
