package library

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"eventsource-playground/lesson"
	"eventsource-playground/lesson/file"
	"eventsource-playground/scenario"
)

func TestEveryLessonIsWellFormed(t *testing.T) {
	names, err := fs.Glob(files, "*.lesson")
	if err != nil || len(names) == 0 {
		t.Fatalf("got %d files and error %v; want some", len(names), err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parse(strings.TrimSuffix(name, ".lesson"), string(text)); err != nil {
			t.Error(err)
		}
	}
}

// Each lesson, played as each engine behaves, is decided, as its file says, soon, and by one choice only.
func TestTheTraceDecidesEveryLessonAsItsFileSays(t *testing.T) {
	for i, f := range All() {
		for _, engine := range []string{scenario.Chromium, scenario.Firefox} {
			t.Run(f.Name+" in "+engine, func(t *testing.T) {
				l := f.In("en", i+1)
				s := playLesson(t, l, engine)
				switch {
				case !s.decided:
					t.Fatalf("got no decision")
				case s.holding != 1:
					t.Errorf("got %d choices that happened; want one", s.holding)
				case s.verdict.Choice != f.Happens[engine]:
					t.Errorf("got choice %d; want %d", s.verdict.Choice+1, f.Happens[engine]+1)
				case s.took > 15*time.Second:
					t.Errorf("got it after %v; want it in 15 s", s.took)
				}
			})
		}
	}
}

// The answer quotes what was measured, and where a browser does not follow the standard it says so.
func TestTheAnswerSaysWhatWasMeasured(t *testing.T) {
	for _, test := range []struct{ name, engine, language, answer, deviates string }{
		{"cut-cleanly", scenario.Firefox, "en", "readyState was 0. 500 ms later", ""},
		{"spot-thirty-seconds", scenario.Chromium, "en", "waited 3.00 s and sent [Last-Event-ID: 4]", ""},
		{"spot-thirty-seconds", scenario.Firefox, "zh", "等了 5.00 秒，发送了 [Last-Event-ID: 4]", ""},
		{"open-before-event", scenario.Chromium, "en", "1.50 s before the first byte and 3.00 s before the first event", ""},
		{"open-before-event", scenario.Firefox, "en", "and 1.50 s before the first event", "This browser waited"},
		{"new-source", scenario.Chromium, "en", "was: none. The server began again, with [event 1]", ""},
		{"ids", scenario.Firefox, "zh", `第一个事件的是 [""]`, ""},
		{"redirect-307", scenario.Chromium, "en", "Your browser remembered: 500 ms after", ""},
		{"redirect-307", scenario.Firefox, "zh", "切断 500 毫秒后，你的浏览器又回到", ""},
		{"gone-for-a-while", scenario.Chromium, "en", "5 attempts failed. The first wait took 1.00 s", ""},
		{"proxy-idle", scenario.Firefox, "en", "lasted 2.00 s, then the proxy closed it: [error], and 500 ms later", ""},
		{"ws-after-a-cut", scenario.Firefox, "zh", "readyState 是 3（CLOSED）", ""},
		{"event-cost", scenario.Chromium, "en", "About 33 bytes for each of 15 events", ""},
		{"picture-base64", scenario.Chromium, "en", "1\u202f398\u202f719 bytes went over the wire", ""},
		{"spot-comparison-table", scenario.Firefox, "en", "the response 101: 600 bytes", ""},
		{"fetch-beside", scenario.Firefox, "en", "2 by the EventSource, 1 by [fetch]", ""},
	} {
		t.Run(test.name+" in "+test.engine, func(t *testing.T) {
			i := slices.IndexFunc(All(), func(f *file.Lesson) bool { return f.Name == test.name })
			v := playLesson(t, All()[i].In(test.language, i+1), test.engine).verdict
			if got := plain(v.Answer); !strings.Contains(got, test.answer) {
				t.Errorf("got %q; want %q in it", got, test.answer)
			}
			if got := plain(v.Deviates); !strings.Contains(got, test.deviates) || (got == "") != v.Follows {
				t.Errorf("got %q; want %q in it", got, test.deviates)
			}
		})
	}
}

// plain is a text with its code in brackets.
func plain(phrases []lesson.Phrase) string {
	var b strings.Builder
	for _, p := range phrases {
		if p.Code {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestEveryBeliefHasItsLesson(t *testing.T) {
	const beliefs, spots = 30, 5
	counts, orders, names := map[string]int{}, map[int]string{}, map[string]bool{}
	for i, f := range All() {
		l := f.In("en", i+1)
		counts[l.Kind]++
		for _, key := range []string{l.Kind + string(rune('0'+f.Belief+f.Spot)), l.Title, f.In("zh", 1).Title} {
			if names[key] {
				t.Errorf("%s: got %q a second time", f.Name, key)
			}
			names[key] = true
		}
		if f.Belief > beliefs || f.Spot > spots {
			t.Errorf("%s: got belief %d and spot %d; want at most %d and %d", f.Name, f.Belief, f.Spot, beliefs, spots)
		}
		if orders[f.Order] != "" {
			t.Errorf("%s: got the place of %s; want another", f.Name, orders[f.Order])
		}
		orders[f.Order] = f.Name
		if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(f.Name) {
			t.Errorf("%s: got a name that needs escaping in a URL", f.Name)
		}
	}
	if counts[lesson.Belief] != beliefs || counts[lesson.Spot] != spots {
		t.Errorf("got %v; want %d beliefs and %d texts to spot an error in", counts, beliefs, spots)
	}
}

// What is measured and what is code is the same in both languages, and what is Chinese is Chinese.
func TestBothLanguagesSayTheSame(t *testing.T) {
	chinese := regexp.MustCompile(`\p{Han}`)
	for _, f := range All() {
		en, zh := f.In("en", 1), f.In("zh", 1)
		title := func(l *lesson.Lesson) lesson.Text { return lesson.Text{{Text: l.Title}} }
		both := [][2]lesson.Text{{title(en), title(zh)}, {en.Question, zh.Question}, {en.Answer, zh.Answer}, {en.Deviates, zh.Deviates}}
		for i := range en.Choices {
			both = append(both, [2]lesson.Text{en.Choices[i].Text, zh.Choices[i].Text}, [2]lesson.Text{en.Choices[i].Answer, zh.Choices[i].Answer})
		}
		if en.More != nil {
			both = append(both, [2]lesson.Text{en.More.Text, zh.More.Text})
		}
		for _, texts := range both {
			en, zh := plain(lesson.Fill(asItIs, texts[0], nil)), plain(lesson.Fill(asItIs, texts[1], nil))
			if chinese.MatchString(en) || chinese.MatchString(zh) != (texts[0] != nil) {
				t.Errorf("%s: got %q and %q; want each in its language", f.Name, en, zh)
			}
			if want, got := exact(texts[0]), exact(texts[1]); !slices.Equal(got, want) {
				t.Errorf("%s: got the code and the measures %q in Chinese; want %q", f.Name, got, want)
			}
		}
	}
}

// exact is what a text has of code and measures, in the order of the alphabet.
func exact(text lesson.Text) (parts []string) {
	for _, p := range text {
		if p.Code || p.Measure != "" {
			parts = append(parts, p.Text+p.Measure)
		}
	}
	slices.Sort(parts)
	return parts
}

func asItIs(text string) string { return text }

func inChinese(text string) string {
	return strings.NewReplacer("{ms} ms", "{ms} 毫秒", "{s} s", "{s} 秒", "none", "无").Replace(text)
}
