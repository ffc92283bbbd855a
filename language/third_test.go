package language_test

import (
	"os"
	"strings"
	"testing"

	"eventsource-playground/language"
	"eventsource-playground/lesson"
	"eventsource-playground/lesson/file"
	"eventsource-playground/scenario"
)

// accented is English as people without another language see what is translated: [Çöññéçţ].
func accented(text string) string {
	return "[" + strings.NewReplacer("a", "á", "c", "ç", "e", "é", "i", "í", "n", "ñ", "o", "ö", "s", "š", "t", "ţ", "u", "ú").Replace(text) + "]"
}

// A third language is an entry of All, and data:
//
//	language/language.go               its entry
//	app/en-XA.json, app/*.en-XA.json   what the page says
//	trace/words/en-XA.json             the sentences about what happened
//	scenario/library/*.txt             title.en-XA: and about.en-XA:
//	lesson/library/*.lesson            == en-XA
//	report/checks/*.txt                en-XA:
//	web/index.html                     a paragraph for who waits for the page
//
// What is missing there is said by a test; until then the page says it in English.
func TestAThirdLanguageIsAnEntryAndData(t *testing.T) {
	pseudo := &language.Language{
		Code: "en-XA", Tag: "en-XA", Name: "Éñ", Choose: "[Láñgúágé]", Form: language.English.Form, Space: " ", Thousands: "'", Decimal: ",",
	}
	all := language.All
	t.Cleanup(func() { language.All = all })
	language.All = append(all[:len(all):len(all)], pseudo)

	t.Run("is found by its tag, and English still is", func(t *testing.T) {
		if got := language.Match("en-XA"); got != pseudo {
			t.Errorf("got %v; want en-XA", got)
		}
		if got := language.Match("en-GB"); got != language.English {
			t.Errorf("got %v; want en", got)
		}
	})
	t.Run("is spoken", func(t *testing.T) {
		voice := language.Voice{Language: language.Of("en-XA"), Words: map[string]string{"{n} events": "[1 éváñţ]|[{n} éváñţš]"}}
		if got := voice.Count(1, "1 event", "{n} events") + voice.Count(1234, "1 event", "{n} events") + voice.Say("Close"); got != "[1 éváñţ][1'234 éváñţš]Close" {
			t.Errorf("got %q; want its forms, and English where it has no word", got)
		}
	})
	t.Run("is read in a scenario", func(t *testing.T) {
		s, err := scenario.Parse("title: Cut\ntitle.en-XA: "+accented("Cut")+"\nabout.en-XA: A.\nabout.en-XA: B.\n== 200\n", scenario.DefaultLimits)
		if err != nil || s.Title.In("en-XA") != "[Cúţ]" || s.Title.In("zh") != "Cut" || s.About.In("en-XA") != "A. B." {
			t.Errorf("got %v and %v, %v; want what its headings say", s.Title, s.About, err)
		}
	})
	t.Run("is read in a lesson", func(t *testing.T) {
		text, err := os.ReadFile("../lesson/library/end.lesson")
		if err != nil {
			t.Fatal(err)
		}
		_, words, _ := strings.Cut(string(text), "\n== en\n")
		words, _, _ = strings.Cut(words, "\n== ")
		translated := "\n== en-XA\n"
		for line := range strings.Lines(words) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && name == "title" {
				line = name + ": " + accented(strings.TrimSpace(value)) + "\n"
			}
			translated += line
		}
		known := func(string) ([]string, bool) { return []string{"message"}, true }
		l, err := file.Parse("end", string(text)+translated, known)
		if err != nil {
			t.Fatal(err)
		}
		in, en := l.In("en-XA", 1), l.In("en", 1)
		if in.Language != "en-XA" || in.Title != accented(en.Title) || len(in.Choices) != len(en.Choices) ||
			lesson.Fill(strings.ToUpper, in.Question, nil) == nil {
			t.Errorf("got %+v; want the lesson in en-XA", in)
		}
		if _, err := file.Parse("end", string(text), known); err == nil || !strings.Contains(err.Error(), "== en-XA is missing") {
			t.Errorf("got %v; want which language is missing", err)
		}
	})
}
