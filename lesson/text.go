package lesson

import (
	"strconv"
	"strings"

	"eventsource-playground/trace"
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
type Phrase = trace.Phrase

// Chinese is the second language, English the first.
const Chinese = "zh"

// Fill fills the measures into one of the lesson's texts. One that has none needs no measures.
func (l *Lesson) Fill(text Text, m Measures) (phrases []Phrase) {
	for _, part := range text {
		s := part.Text
		if part.Measure != "" {
			s = m.Of(part.Measure).in(l.Language)
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
func (v Value) in(language string) string {
	switch v.Kind {
	case Number:
		return strconv.FormatFloat(v.Number, 'f', -1, 64)
	case Milliseconds:
		text := trace.Duration(v.Number)
		if language == Chinese {
			text = strings.NewReplacer("ms", "毫秒", "min", "分", "s", "秒", "h", "小时").Replace(text)
		}
		return text
	case String:
		if v.Text == "" {
			return `""`
		}
		const most = 200
		if runes := []rune(v.Text); len(runes) > most {
			return string(runes[:most]) + "…"
		}
		return v.Text
	}
	if language == Chinese {
		return "无"
	}
	return "none"
}
