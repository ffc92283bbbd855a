package language

import "testing"

func TestMatch(t *testing.T) {
	for tag, want := range map[string]string{
		"zh": "zh", "zh-CN": "zh", "ZH-Hans-CN": "zh", "zh-TW": "zh", "en": "en", "en-GB": "en", "fr": "", "zha": "", "": "", "-": "",
	} {
		got := ""
		if l := Match(tag); l != nil {
			got = l.Code
		}
		if got != want {
			t.Errorf("%q: got %q; want %q", tag, got, want)
		}
	}
}

func TestWhatNoLanguageHasIsEnglish(t *testing.T) {
	if got := Of("fr"); got != English {
		t.Errorf("got %s; want English", got.Code)
	}
	text := Text{"en": "one", "zh": "一"}
	if got := text.In("zh") + text.In("fr") + Text(nil).In("en"); got != "一one" {
		t.Errorf("got %q; want the language's text, or else English", got)
	}
}

func TestAfterTheLastLanguageComesTheFirst(t *testing.T) {
	l := English
	for range All {
		l = l.After()
	}
	if l != English {
		t.Errorf("got %s; want en", l.Code)
	}
}

func TestCount(t *testing.T) {
	chinese := Voice{Of("zh"), map[string]string{"{n} events": "{n} 个事件"}}
	// Polish has three forms: one, few and many.
	polish := Voice{&Language{Thousands: ".", Form: func(n int) int {
		switch {
		case n == 1:
			return 0
		case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
			return 1
		}
		return 2
	}}, map[string]string{"{n} events": "jedno zdarzenie|{n} zdarzenia|{n} zdarzeń"}}
	for _, test := range []struct {
		name  string
		voice Voice
		n     int
		want  string
	}{
		{"English of one", Voice{Language: English}, 1, "1 event"},
		{"English of none", Voice{Language: English}, 0, "0 events"},
		{"English of many", Voice{Language: English}, 12345, "12\u202F345 events"},
		{"Chinese has one form", chinese, 1, "1 个事件"},
		{"the first of three forms", polish, 1, "jedno zdarzenie"},
		{"the second", polish, 22, "22 zdarzenia"},
		{"the third", polish, 1012, "1.012 zdarzeń"},
		{"without a translation, the last that there is", Voice{Language: polish.Language}, 5, "5 events"},
	} {
		if got := test.voice.Count(test.n, "1 event", "{n} events"); got != test.want {
			t.Errorf("%s: got %q; want %q", test.name, got, test.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	german := &Language{Thousands: ".", Decimal: ","}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1.000", -1000: "-1.000", -100: "-100", 1234567: "1.234.567"} {
		if got := german.Number(n); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	if got := german.Fraction(3.14159, 2); got != "3,14" {
		t.Errorf("got %q; want 3,14", got)
	}
}

func TestSentencesAreJoinedAsTheLanguageDoes(t *testing.T) {
	var text Text
	for _, l := range All {
		text.Add(l, "A.")
		text.Add(l, "B.")
	}
	if text["en"] != "A. B." || text["zh"] != "A.B." {
		t.Errorf("got %v; want a space between sentences in English, none in Chinese", text)
	}
}

func TestFill(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"each in its place", "{a} of {b}", "1 of {a}"},
		{"in any order, and twice", "{b}{a}{a}", "{a}11"},
		{"none", "nothing, 什么也没有", "nothing, 什么也没有"},
		{"an unknown one stays", "{c} {a", "{c} {a"},
	} {
		if got := Fill(test.text, "{a}", "1", "{b}", "{a}"); got != test.want {
			t.Errorf("%s: got %q; want %q", test.name, got, test.want)
		}
	}
}
