package language

import "strings"

// Text is a text in several languages, by their codes.
type Text map[string]string

// In returns the text in a language, in English where it has none.
func (t Text) In(code string) string {
	if said, ok := t[code]; ok {
		return said
	}
	return t[English.Code]
}

// Add puts a sentence after the text in a language.
func (t *Text) Add(l *Language, sentence string) {
	if *t == nil {
		*t = Text{}
	}
	(*t)[l.Code] = l.Join((*t)[l.Code], sentence)
}

// Voice says texts in a language.
type Voice struct {
	*Language
	Words map[string]string // English to the language; none for English
}

// Say is a text in the language. What has no translation stays as it is.
func (v Voice) Say(text string) string {
	if said, ok := v.Words[text]; ok {
		return said
	}
	return text
}

// Count says how many there are: one if it is English and there is one, otherwise many, with the number in place of {n}.
// The translation of many has all forms of the language in the order of Form, with | between them.
func (v Voice) Count(n int, one, many string) string {
	form := one + "|" + many
	if said, ok := v.Words[many]; ok {
		form = said
	}
	for range v.Form(n) {
		if _, rest, more := strings.Cut(form, "|"); more {
			form = rest
		}
	}
	form, _, _ = strings.Cut(form, "|")
	return Fill(form, "{n}", v.Number(n))
}

// Fill puts values into a text, each in place of its name: Fill("{n} of {all}", "{n}", "1", "{all}", "2"). What a value
// holds is left alone.
func Fill(text string, values ...string) string {
	filled := ""
	for text != "" {
		end := 1
		for i := 0; i < len(values); i += 2 {
			if strings.HasPrefix(text, values[i]) {
				filled, text, end = filled+values[i+1], text[len(values[i]):], 0
			}
		}
		filled, text = filled+text[:end], text[end:]
	}
	return filled
}
