package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"eventsource-playground/trace/words"
)

// seconds is a time to the millisecond, and duration a shorter one.
func seconds(ms float64) string     { return fill(say("{n} s"), "{n}", thousandths(ms)) }
func thousandths(ms float64) string { return voice.Fraction(ms/1000, 3) }
func duration(ms float64) string    { return words.Duration(say, ms) }

// clock is a running time: tenths at first, whole seconds later.
func clock(ms float64) string {
	if ms < 10_000 {
		return fill(say("{n} s"), "{n}", voice.Fraction(max(0, ms)/1000, 1))
	}
	if ms < 60_000 {
		return fill(say("{n} s"), "{n}", strconv.Itoa(int(ms/1000)))
	}
	return duration(ms)
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

func lastRunes(s string, n int) string {
	end := len(s)
	for range n {
		_, size := utf8.DecodeLastRuneInString(s[:end])
		end -= size
	}
	return s[end:]
}

// visible shows control characters, which a browser would not.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x20:
			b.WriteRune(0x2400 + r) // the picture of that control character
		case r == 0x7F:
			b.WriteRune(0x2421)
		case r == 0xFEFF:
			b.WriteString("[BOM]")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
