package trace

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

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
	var by [lanes]bool
	for name, text := range texts {
		by[text.by] = true
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
		if text.section != noSection && sections[text.section].url == "" {
			t.Errorf("%q: no address of section %d", text.title, text.section)
		}
	}
	for lane, said := range seenBy {
		translated(said)
		if !by[lane] {
			t.Errorf("no fact is %s", said)
		}
		check(t, "seen", observers[lane].Seen(same), said)
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
		s := f.Sentence(say)
		whole := s.Title
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
func allFacts(said string) []Fact {
	var all []Fact
	for name := range numFacts {
		for _, count := range []int{1, 2} {
			f := Fact{Name: name, Type: said, ID: said, Count: count, Attempt: 2, Status: 500}
			all = append(all, f)
			f.Milliseconds, f.waited, f.Was = 5, 3010, opened
			all = append(all, f)
			f.known, f.ID, f.unheard = true, "", true
			all = append(all, f)
			f.retry, f.retrySet, f.ID, f.Type, f.Was = 500, true, said, "", connecting
			all = append(all, f)
			f.unheard, f.cause = false, FactCut
			all = append(all, f)
			f.sent, f.cause, f.Type = 1, FactRedirected, "redirect"
			all = append(all, f)
			f.Type = "refuse"
			all = append(all, f)
			f.Type = "wrong type"
			all = append(all, f)
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
