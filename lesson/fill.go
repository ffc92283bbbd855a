package lesson

import (
	"strconv"
	"strings"

	"eventsource-playground/trace"
)

// Phrase is a part of a text: words, or code.
type Phrase = trace.Phrase

// Chinese is the second language, English the first.
const Chinese = "zh"

// Fill fills the measures into a text and tells its code from its words. What was measured is filled in once, and last:
// it may hold any mark.
func (l *Lesson) Fill(text string, m *Measures) []Phrase {
	var phrases []Phrase
	for i, part := range strings.Split(text, "`") {
		var b strings.Builder
		for part != "" {
			words, rest, open := strings.Cut(part, "{")
			b.WriteString(words)
			name, after, closed := strings.Cut(rest, "}")
			switch {
			case !open:
			case closed && IsName(name):
				v, _ := m.Value(name)
				b.WriteString(v.in(l.Language))
				rest = after
			default:
				b.WriteByte('{')
			}
			part = rest
		}
		if b.Len() > 0 {
			phrases = append(phrases, Phrase{Text: b.String(), Code: i%2 == 1})
		}
	}
	return phrases
}

// IsName tells whether what stands between braces is meant to be a measure: only letters, digits, dots and hyphens.
func IsName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-' {
			return false
		}
	}
	return s != ""
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
	case Text:
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
