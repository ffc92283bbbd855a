// Package quote writes texts as literals of programming languages, so that nothing in them can end the literal, or make the
// code read as what it is not: what can't be seen is escaped.
package quote

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// JS is a string literal of JavaScript that is safe in a script element too.
func JS(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r > 0xFFFF && (IsUnseen(r) || !strconv.IsPrint(r)):
			fmt.Fprintf(&b, `\u{%x}`, r)
		case !strconv.IsPrint(r) || IsUnseen(r) || r == '<' || r == utf8.RuneError:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// JSBytes is a string literal of JavaScript with a character up to U+00FF for each byte.
func JSBytes(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		if c < utf8.RuneSelf {
			quoted := JS(string(rune(c)))
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Go is a string literal of Go. Bytes that are no UTF-8 stay what they are.
func Go(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		switch quoted := strconv.Quote(s[:size]); {
		case !IsUnseen(r) || !strconv.IsPrint(r):
			b.WriteString(quoted[1 : len(quoted)-1])
		case r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		s = s[size:]
	}
	b.WriteByte('"')
	return b.String()
}

// Shell is one word of a POSIX shell. It can hold any byte but U+0000, which is left out: no argument can hold it. There is no
// escape for what can't be seen.
func Shell(s string) string {
	return "'" + strings.NewReplacer("'", `'\''`, "\x00", "").Replace(s) + "'"
}

// IsUnseen reports whether a character beyond ASCII can't be seen, or is white space. Not all of them are so to Unicode's
// general categories.
func IsUnseen(r rune) bool {
	switch {
	case r < 0x7F:
		return false
	case r == 0x034F, // combining grapheme joiner
		r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, // fillers of Hangul
		r == 0x17B4, r == 0x17B5, 0x180B <= r && r <= 0x180F,
		r == 0x2800,                                              // Braille without a dot
		0xFE00 <= r && r <= 0xFE0F, 0xE0100 <= r && r <= 0xE01EF: // variation selectors
		return true
	case 0x1F000 <= r && r <= 0x1FBFF: // pictures, of which browsers know more than Go
		return false
	}
	return !strconv.IsPrint(r)
}
