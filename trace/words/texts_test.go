package words

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"eventsource-playground/eventsource"
	"eventsource-playground/report/checks"
	"eventsource-playground/sse"
	"eventsource-playground/standard"
	"eventsource-playground/trace"
)

func check[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v; want %v", what, got, want)
	}
}

func same(text string) string { return text }

func chinese(t testing.TB) map[string]string {
	t.Helper()
	file, err := os.ReadFile("zh.json")
	if err != nil {
		t.Fatal(err)
	}
	var zh map[string]string
	if err := json.Unmarshal(file, &zh); err != nil {
		t.Fatal(err)
	}
	return zh
}

func TestEveryTextIsInBothLanguages(t *testing.T) {
	zh := chinese(t)
	placeholder := regexp.MustCompile(`\{\w+\}`)
	used := map[string]bool{}
	translated := func(text string) {
		used[text] = true
		said, ok := zh[text]
		if !ok {
			t.Errorf("%q: no Chinese", text)
			return
		}
		want, got := placeholder.FindAllString(text, -1), placeholder.FindAllString(said, -1)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%q: got placeholders %v; want %v", said, got, want)
		}
		check(t, said+": marks of code", strings.Count(said, "`"), strings.Count(text, "`"))
		outside := ""
		for i, part := range strings.Split(said, "`") {
			if i%2 == 0 {
				outside += placeholder.ReplaceAllString(part, "")
			}
		}
		if strings.ContainsAny(outside, ",;?!") || strings.ContainsAny(strings.ReplaceAll(outside, "window.stop()", "close()"), ".") {
			t.Errorf("%q: want full-width punctuation", said)
		}
		if !strings.ContainsFunc(said, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%q: want Chinese", said)
		}
	}
	for name, text := range texts {
		if text.title == "" {
			t.Errorf("fact %d has no title", name)
			continue
		}
		if strings.Contains(text.title+text.titles, "`") {
			t.Errorf("%q: want no code in a title", text.title)
		}
		for _, s := range []string{text.title, text.titles, text.body} {
			if s != "" {
				translated(s)
			}
		}
	}
	for observer, said := range seenBy {
		translated(said)
		check(t, "seen", SeenBy(observer, same), said)
	}
	for _, part := range parts {
		translated(part)
	}
	for text := range zh {
		if !used[text] {
			t.Errorf("%q is in zh.json, but nobody says it", text)
		}
	}
}

// Of each fact, in whatever it may know, all is said in Chinese: no word of English is put in, and nothing is left open.
func TestSentencesInChineseHoldNoEnglish(t *testing.T) {
	zh := chinese(t)
	say := func(text string) string {
		said, ok := zh[text]
		if !ok {
			t.Errorf("%q: no Chinese", text)
		}
		return said
	}
	for _, f := range allFacts("x") {
		s := Of(f, say)
		whole := joined(s.Title)
		for _, p := range s.Body {
			if !p.Code {
				whole += p.Text
			}
		}
		for _, word := range []string{"the ", " is ", " was ", "and ", "{", "}"} {
			if strings.Contains(whole, word) {
				t.Errorf("%s: got %q in it", whole, word)
			}
		}
	}
}

// allFacts are facts of every name, with all that may be known and without.
func allFacts(said string) []trace.Fact {
	var all []trace.Fact
	for name := range numKeys {
		for _, count := range []int{1, 2} {
			f := trace.Fact{Name: name, Type: said, ID: said, Count: count, Attempt: 2, Status: 500}
			all = append(all, f)
			f.Milliseconds, f.Before, f.Was = 5, 3010, eventsource.Open
			all = append(all, f)
			f.Known, f.ID, f.Unheard = true, "", true
			all = append(all, f)
			f.Retry, f.RetrySet, f.ID, f.Type, f.Was = 500, true, said, "", eventsource.Connecting
			all = append(all, f)
			f.Unheard, f.Cause = false, trace.FactCut
			all = append(all, f)
			f.Sent, f.Cause, f.Type = 1, trace.FactRedirected, "redirect"
			all = append(all, f)
			f.Type = "refuse"
			all = append(all, f)
			f.Type = "wrong type"
			all = append(all, f)
			for _, err := range []error{
				&eventsource.Lost{During: "end"}, &eventsource.Lost{During: "read", Err: &eventsource.Exception{Name: said, Message: said}},
				&eventsource.Lost{During: "request", Err: &eventsource.Exception{Name: said, Message: said}}, eventsource.ErrSilent, eventsource.ErrFrozen,
				eventsource.ErrNotRepeated, &eventsource.Refusal{Status: 204}, &eventsource.Refusal{Status: 503, Body: said}, &eventsource.Refusal{Status: 200, ContentType: said},
				&sse.LimitError{What: "line", Limit: 5}, &sse.LimitError{What: "event", Limit: 5}, &eventsource.GaveUp{Attempts: 3, Last: &eventsource.Lost{During: "end"}},
			} {
				f.Client, f.Err = trace.Engine, err
				all = append(all, f)
			}
		}
	}
	return all
}

func TestDurationInChinese(t *testing.T) {
	zh := chinese(t)
	say := func(text string) string { return zh[text] }
	for _, test := range []struct {
		ms   float64
		want string
	}{{250, "250 毫秒"}, {3006, "3.01 秒"}, {125_000, "2 分 5 秒"}, {93_780_000, "26 小时 3 分"}} {
		check(t, "duration", Duration(say, test.ms), test.want)
	}
}

func TestEverySectionIsQuotedSomewhere(t *testing.T) {
	quoted := map[string]bool{}
	for _, e := range checks.All() {
		quoted[e.Section] = true
	}
	for _, text := range texts {
		quoted[text.section.Name()] = true
	}
	lessons, _ := filepath.Glob("../../scenario/library/*.lesson")
	more, _ := filepath.Glob("../../lesson/library/*.lesson")
	for _, file := range append(lessons, more...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if value, ok := strings.CutPrefix(strings.TrimSpace(line), "section: "); ok {
				quoted[value], quoted["HTML "+value] = true, true
			}
		}
	}
	for _, name := range standard.Names() {
		if !quoted[name] {
			t.Errorf("%s is quoted nowhere: leave it out", name)
		}
	}
}
