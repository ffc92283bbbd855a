// Package language is what the playground speaks: which languages there are, and what differs between them beside words.
//
// English stands in the code, and first in each data file. Another language is one entry of [All], and data: its texts by
// the English ones in files such as app/zh.json, and its part of each scenario, lesson and check.
package language

import (
	"slices"
	"strconv"
	"strings"
)

// Language is one, without its words.
type Language struct {
	Code      string          // in addresses and data: ?lang=zh, zh.json, title.zh
	Tag       string          // of the document (BCP 47)
	Name      string          // as its readers call it, short enough for a button
	Choose    string          // the word language in it, for the name of the button that switches languages
	Form      func(n int) int // which form of a text is said of n things, from 0; see Voice.Count
	Space     string          // between two sentences
	Thousands string          // between groups of three digits
	Decimal   string          // before the fraction of a number
}

// English is the first language: all others are translations of it.
var English = &Language{
	Code: "en", Tag: "en", Name: "EN", Choose: "Language",
	Form: func(n int) int {
		if n == 1 {
			return 0
		}
		return 1
	},
	Space: " ", Thousands: "\u202F", Decimal: ".",
}

// All are the languages that there are, English first.
var All = []*Language{
	English,
	{
		Code: "zh", Tag: "zh-Hans", Name: "中文", Choose: "语言",
		Form:  func(int) int { return 0 },
		Space: "", Thousands: "\u202F", Decimal: ".",
	},
}

// Match returns the language that a tag such as zh-Hans-CN names, as the lookup of RFC 4647 finds it, or nil.
func Match(tag string) *Language {
	tag = strings.ToLower(tag)
	for tag != "" {
		for _, l := range All {
			if strings.ToLower(l.Code) == tag {
				return l
			}
		}
		tag = tag[:max(0, strings.LastIndexByte(tag, '-'))]
	}
	return nil
}

// Of returns the language with a code, and English where there is none.
func Of(code string) *Language {
	for _, l := range All {
		if l.Code == code {
			return l
		}
	}
	return English
}

// After is the language after this one, and after the last the first.
func (l *Language) After() *Language { return All[(slices.Index(All, l)+1)%len(All)] }

// Join puts a sentence after others.
func (l *Language) Join(before, sentence string) string {
	if before == "" || sentence == "" {
		return before + sentence
	}
	return before + l.Space + sentence
}

// Number writes a whole number, with its thousands apart.
func (l *Language) Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + l.Thousands + s[i:]
	}
	return s
}

// Fraction writes a number with so many decimal places.
func (l *Language) Fraction(n float64, places int) string {
	return strings.Replace(strconv.FormatFloat(n, 'f', places, 64), ".", l.Decimal, 1)
}
