package checks

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"eventsource-playground/language"

	"eventsource-playground/scenario"
)

func TestEveryFileIsWellFormed(t *testing.T) {
	names, err := fs.Glob(files, "*.txt")
	if err != nil || len(names) < 70 {
		t.Fatalf("got %d files and error %v; want 70 or more", len(names), err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parse(strings.TrimSuffix(name, ".txt"), string(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryHeadingIsFitToShow(t *testing.T) {
	goodName := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	titles := map[string]string{}
	places := map[[2]string]string{}
	for _, e := range All() {
		for _, l := range language.All {
			title := e.Title[l.Code]
			if title == "" || utf8.RuneCountInString(title) > 60 || strings.HasSuffix(title, ".") {
				t.Errorf("%s: got title %q; want one of at most 60 characters", e.Name, title)
			}
			if titles[title] != "" {
				t.Errorf("%s: got the title of %s; want another", e.Name, titles[title])
			}
			titles[title] = e.Name
		}
		if !goodName.MatchString(e.Name) {
			t.Errorf("%s: got a name that needs escaping in a URL", e.Name)
		}
		place := [2]string{e.Group, string(rune(e.Scenario.Order))}
		if places[place] != "" {
			t.Errorf("%s: got the place of %s; want another", e.Name, places[place])
		}
		places[place] = e.Name
		if (e.Group == "Measured") != (e.Measure != "") {
			t.Errorf("%s: got measure %q in %s; want figures there, and only there", e.Name, e.Measure, e.Group)
		}
		if len(e.Want) == 0 && e.Measure == "" {
			t.Errorf("%s: got nothing that is wanted; want something, or it passes by doing nothing", e.Name)
		}
		if slices.Contains(e.Listen, "open") || slices.Contains(e.Listen, "error") {
			t.Errorf("%s: got open or error in listen; want only others, since those are always listened to", e.Name)
		}
	}
	for _, g := range Groups {
		if !slices.ContainsFunc(All(), func(e Entry) bool { return e.Group == g }) {
			t.Errorf("got group %q without a check; want one", g)
		}
	}
}

// What the standard wants, and which of the headings make sense together, is what the browsers' own reports show.
func TestMistakesAreReportedWithTheirLines(t *testing.T) {
	const good = "title: A\nzh: B\ngroup: Ids\nsection: HTML 9.2.6\n"
	const body = "== 200\ndata: x\n\n@hold\n\n== expect\n"
	for _, test := range []struct{ name, text, want string }{
		{"nothing is wrong", good + body + "open\n", ""},
		{"the title is missing", "zh: B\ngroup: Ids\nsection: HTML 9.2.6\n" + body + "open\n", "line 1, column 1: title: is missing"},
		{"an unknown heading", good + "coulour: red\n" + body + "open\n", "line 5, column 1: coulour is not a heading"},
		{"an unknown section", "title: A\nzh: B\ngroup: Ids\nsection: HTML 1.1\n" + body + "open\n", "line 4, column 1: this section has no link"},
		{"an unknown group", "title: A\nzh: B\ngroup: Odds\nsection: HTML 9.2.6\n" + body + "open\n", "this group is not one"},
		{"a URL without quotes", good + "construct: http://[\n" + body + "open\n", "line 5, column 1: write the URL in quotes"},
		{"nothing to do", good + "do: jump on message\n" + body + "open\n", "line 5, column 1: this is not something to do"},
		{"no event to do it on", good + "do: close message\n" + body + "open\n", "line 5, column 1: this is not something to do"},
		{"a number that counts nothing", good + "do: close on message 0\n" + body + "open\n", "line 5, column 1: this is not something to do"},
		{"no time", good + "quiet: long\n" + body + "open\n", "line 5, column 1: this is not a duration"},
		{"a time that is too long", good + "limit: 1m\n" + body + "open\n", "line 5, column 1: this is not a duration"},
		{"nothing to measure", good + "measure: weight\n" + body + "open\n", "line 5, column 1: this is not something to measure"},
		{"what a browser may do", good + "may: explode\n" + body + "open\n", "line 5, column 1: a browser may only give up"},
		{"other handlers", good + "handlers: onclose\n" + body + "open\n", "line 5, column 1: write handlers"},
		{"a mistake in the scenario, on its own line", good + "quiet: 1s\n\n== 200\n@jump\n== expect\nopen\n", "line 8, column 1"},
		{"no expectation", good + "== 200\n", "== expect is missing"},
		{"what only the server sees", good + body + "request\nopen\n", "remove request"},
		{"what one engine does", good + body + "chromium: open\n", "remove chromium: and firefox:"},
		{"an open end", good + body + "open\n...\n", "... is not enough"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := parse("x", test.text)
			if test.want == "" {
				if err != nil {
					t.Errorf("got %v; want no mistake", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v; want %q", err, test.want)
			}
		})
	}
}

func TestAMistakeIsOfTheScenariosType(t *testing.T) {
	_, err := parse("x", "nonsense")
	if _, ok := err.(scenario.Errors); !ok {
		t.Errorf("got %T; want scenario.Errors", err)
	}
	if _, ok := Find("none-such"); ok {
		t.Error("got a check that does not exist")
	}
}
