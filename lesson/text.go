package lesson

import (
	"strconv"

	"eventsource-playground/language"
	"eventsource-playground/trace/words"
)

// A Text is words, code, and measures to fill in.
type Text []Part

// A Part is a part of a Text.
type Part struct {
	Text    string `json:"text,omitempty"`
	Measure string `json:"measure,omitempty"` // instead of Text
	Code    bool   `json:"code,omitempty"`
}

// Phrase is a part of a text that is filled in: words, or code.
type Phrase = words.Phrase

// Fill fills the measures into a text. One that has none needs no measures. say translates the unit of a measure, such
// as "{s} s".
func Fill(say func(string) string, text Text, m Measures) (phrases []Phrase) {
	for _, part := range text {
		s := part.Text
		if part.Measure != "" {
			s = m.Of(part.Measure).in(say)
		}
		if last := len(phrases) - 1; last >= 0 && phrases[last].Code == part.Code {
			phrases[last].Text += s
		} else {
			phrases = append(phrases, Phrase{Text: s, Code: part.Code})
		}
	}
	return phrases
}

// in says a value as people read it.
func (v Value) in(say func(string) string) string {
	switch v.Kind {
	case Number:
		if n := int(v.Number); float64(n) == v.Number && n >= 1000 {
			return language.English.Number(n) // whose thousands are apart as in all that there are
		}
		return strconv.FormatFloat(v.Number, 'f', -1, 64)
	case Milliseconds:
		return words.Duration(say, v.Number)
	case String:
		if v.Text == "" {
			return `""`
		}
		const limit = 200
		if runes := []rune(v.Text); len(runes) > limit {
			return string(runes[:limit]) + "…"
		}
		return v.Text
	}
	return say("none")
}
