package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"eventsource-playground/code/quote"
	"eventsource-playground/trace/words"
)

// seconds is a time to the millisecond, and duration a shorter one.
func seconds(ms float64) string     { return fill(say("{n} s"), "{n}", thousandths(ms)) }
func thousandths(ms float64) string { return voice.Fraction(ms/1000, 3) }
func duration(ms float64) string    { return words.Duration(say, ms) }

// clock is a running time: tenths at first, whole seconds later, from a minute on as the timeline's clock.
func clock(ms float64) string {
	if ms < 10_000 {
		return fill(say("{n} s"), "{n}", voice.Fraction(max(0, ms)/1000, 1))
	}
	if ms < 60_000 {
		return fill(say("{n} s"), "{n}", strconv.Itoa(int(ms/1000)))
	}
	s := int(ms / 1000)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

func roundTime(ms float64) string {
	s := int(math.Round(ms / 1000))
	switch {
	case s < 60:
		return fill(say("{n} s"), "{n}", strconv.Itoa(s))
	case s%60 == 0:
		return fill(say("{n} min"), "{n}", strconv.Itoa(s/60))
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// shorten cuts what would take too much room to at most so many characters. It looks at no more of a long text.
func shorten(s string, most int) string {
	n, cut := 0, 0
	for i := range s {
		if n++; n == most {
			cut = i
		} else if n > most {
			return s[:cut] + "…"
		}
	}
	return s
}

// gist is as much of a text as fits into so many letters' width: its first sentences, or else whole words of the first one. A
// Chinese character is as wide as two letters, and a line may end after it.
func gist(s string, most int) string {
	width, words, sentences := 0, 0, 0 // the last two are where they end
	for i, r := range s {
		wide := r > 0x2E80
		if r == ' ' || wide {
			words = i
		}
		if before := s[:i]; strings.HasSuffix(before, "。") || r == ' ' && strings.HasSuffix(before, ".") {
			sentences = i
		}
		width++
		if wide {
			width++
		}
		switch {
		case width <= most:
		case sentences > 0:
			return s[:sentences]
		default:
			return strings.TrimRight(s[:words], ",;:，；：、") + "…"
		}
	}
	return s
}

func lastRunes(s string, n int) string {
	end := len(s)
	for range n {
		_, size := utf8.DecodeLastRuneInString(s[:end])
		end -= size
	}
	return s[end:]
}

// visible shows what would not be seen, or would make something else of what is seen: control characters, those without
// width, those that turn the direction of the text, and white space that only looks like a space.
func visible(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	before := rune(0)
	for _, r := range s {
		switch {
		case r < 0x20:
			b.WriteRune(0x2400 + r) // the picture of that control character
		case r == 0x7F:
			b.WriteRune(0x2421)
		case quote.IsUnseen(r) && !(joins(r) && isPictorial(before)):
			b.WriteString("[" + nameOf(r) + "]")
		default:
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

// visibleLines is visible for a text of several lines, with the spaces at the end of each.
func visibleLines(text string) string {
	each := strings.Split(text, "\n")
	for i, line := range each {
		each[i] = visibleEnd(line)
	}
	return strings.Join(each, "\n")
}

// exact is visible for what must match exactly: the spaces around it can be seen too.
func exact(s string) string {
	inner := strings.TrimLeft(s, " ")
	return strings.Repeat(space, len(s)-len(inner)) + visibleEnd(inner)
}

// space is the picture of one.
const space = "\u2420"

// visibleEnd is visible with the spaces at the end.
func visibleEnd(s string) string {
	inner := strings.TrimRight(s, " ")
	return visible(inner) + strings.Repeat(space, len(s)-len(inner))
}

// brief is exact, cut to at most so many characters.
func brief(s string, most int) string { return shorten(exact(shorten(s, most)), most) }

// isolated is brief, for a sentence that can hold no element, such as a title: what is written from right to left must
// not turn the sentence around.
func isolated(s string, most int) string {
	const hebrew = 0x0590 // the first letters that are written so
	s = brief(s, most)
	if strings.IndexFunc(s, func(r rune) bool { return r >= hebrew }) < 0 {
		return s
	}
	return "\u2068" + s + "\u2069"
}

// isPlain reports whether there is nothing to make visible, as is the rule.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7F {
			return false
		}
	}
	return true
}

// joins and isPictorial leave pictures whole that are several characters, such as a family's.
func joins(r rune) bool { return r == 0x200D || r == 0xFE0F }
func isPictorial(r rune) bool {
	return 0x2190 <= r && r <= 0x2BFF && r != 0x2800 || 0x1F000 <= r && r <= 0x1FBFF || r == 0xFE0F || r == 0x20E3
}

// unseenNames are the usual abbreviations of characters, each after its code.
var unseenNames = map[rune]string{
	0x85: "NEL", 0xA0: "NBSP", 0xAD: "SHY", 0x034F: "CGJ", 0x061C: "ALM", 0x1680: "OSPM", 0x180E: "MVS",
	0x2000: "NQSP", 0x2001: "MQSP", 0x2002: "ENSP", 0x2003: "EMSP", 0x2004: "3/MSP", 0x2005: "4/MSP", 0x2006: "6/MSP",
	0x2007: "FSP", 0x2008: "PSP", 0x2009: "THSP", 0x200A: "HSP", 0x200B: "ZWSP", 0x200C: "ZWNJ", 0x200D: "ZWJ",
	0x200E: "LRM", 0x200F: "RLM", 0x2028: "LSEP", 0x2029: "PSEP", 0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF",
	0x202D: "LRO", 0x202E: "RLO", 0x202F: "NNBSP", 0x205F: "MMSP", 0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI",
	0x2068: "FSI", 0x2069: "PDI", 0x3000: "IDSP", 0x3164: "HF", 0xFEFF: "BOM", 0xFFA0: "HWHF",
}

func nameOf(r rune) string {
	if name := unseenNames[r]; name != "" {
		return name
	}
	return fmt.Sprintf("U+%04X", r)
}

// meant is the listener that a type differs from only in what is hardly seen: white space around it or of another kind,
// characters that can't be seen, capital letters. "" if there is none.
func meant(typ string, listeners []string) string {
	if slices.Contains(listeners, typ) {
		return ""
	}
	for _, l := range listeners {
		if strings.EqualFold(seen(l), seen(typ)) {
			return l
		}
	}
	return ""
}

// seen is what is seen of a name.
func seen(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == 0x2800, r == 0x3164, r == 0xFFA0, r == 0x115F, r == 0x1160:
			return ' '
		case r < 0x20, r == 0x7F, quote.IsUnseen(r):
			return -1
		}
		return r
	}, name))
}

// mistaken says which listener a type was meant for, or nothing.
func mistaken(typ string, listeners []string) string {
	l := meant(typ, listeners)
	if l == "" {
		return ""
	}
	return fill(say("{name} is not {meant}: a type must match exactly"), "{name}", quote.JS(typ), "{meant}", quote.JS(l))
}
