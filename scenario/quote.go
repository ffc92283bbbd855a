package scenario

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string: '…' as it is written, or "…" with escapes.
func (c *cursor) str(what string) string {
	start := c.start()
	if !c.quoted() {
		c.fail(start, what+` must be in quotes: write it as "…", or as '…' without escapes`)
		return ""
	}
	quote := c.text[start]
	var b []byte
	for c.pos = start + 1; c.pos < len(c.text); {
		switch ch := c.text[c.pos]; {
		case ch == quote:
			c.pos++
			if c.pos < len(c.text) && c.text[c.pos] != ' ' && c.text[c.pos] != '\t' && c.text[c.pos] != ',' {
				c.fail(c.pos, "a space is missing after the quote: add one")
			}
			return string(b)
		case ch == '\\' && quote == '"':
			b = c.escape(b)
			if c.failed {
				return ""
			}
		default:
			b = append(b, ch)
			c.pos++
		}
	}
	c.fail(start, "the quote is not closed: add a "+string(quote)+" in this line")
	return ""
}

// escape reads what a backslash begins.
func (c *cursor) escape(b []byte) []byte {
	start := c.pos
	rest := c.text[start+1:]
	c.pos += 2
	if rest != "" {
		switch rest[0] {
		case 'r':
			return append(b, '\r')
		case 'n':
			return append(b, '\n')
		case 't':
			return append(b, '\t')
		case '0':
			return append(b, 0)
		case '\\', '"':
			return append(b, rest[0])
		case 'x':
			if n, ok := hex(rest[1:], 2); ok {
				c.pos += 2
				return append(b, byte(n))
			}
			c.fail(start, `\x needs two hexadecimal digits: write a byte such as \xFF`)
			return b
		case 'u':
			if r, _, ok := SurrogatePair(c.text[start:]); ok {
				c.pos = start + len(`\uD83D\uDE00`)
				return utf8.AppendRune(b, r)
			}
			switch n, ok := hex(rest[1:], 4); {
			case !ok:
				c.fail(start, `\u needs four hexadecimal digits: write a character such as \uFEFF`)
			case utf16.IsSurrogate(n):
				c.fail(start, `this is half of a surrogate pair: write both halves, such as \uD83D\uDE00`)
			default:
				c.pos += 4
				return utf8.AppendRune(b, n)
			}
			return b
		}
	}
	c.fail(start, `this escape does not exist: use \r \n \t \0 \\ \" \xFF or \uFEFF`)
	return b
}

// SurrogatePair reads a character that UTF-16 writes as two escapes, as JSON and JavaScript do: \uD83D\uDE00.
func SurrogatePair(s string) (r rune, rest string, ok bool) {
	const one = len(`\uD83D`)
	if len(s) < 2*one || s[:2] != `\u` || s[one:one+2] != `\u` {
		return 0, s, false
	}
	high, ok1 := hex(s[2:], 4)
	low, ok2 := hex(s[one+2:], 4)
	r = utf16.DecodeRune(high, low)
	if !ok1 || !ok2 || r == utf8.RuneError {
		return 0, s, false
	}
	return r, s[2*one:], true
}

func hex(s string, digits int) (n rune, ok bool) {
	if len(s) < digits {
		return 0, false
	}
	for _, c := range []byte(s[:digits]) {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 || c < '0' {
			return 0, false
		}
		n = n<<4 | rune(digit)
	}
	return n, true
}

// quote writes what str reads, in ASCII where a character is hard to see.
func quote(s string) string {
	const digits = "0123456789ABCDEF"
	b := []byte{'"'}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1, r < ' ' || r == 0x7F:
			switch c := s[i]; c {
			case '\r':
				b = append(b, `\r`...)
			case '\n':
				b = append(b, `\n`...)
			case '\t':
				b = append(b, `\t`...)
			case 0:
				b = append(b, `\0`...)
			default:
				b = append(b, '\\', 'x', digits[c>>4], digits[c&15])
			}
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case hidden(r):
			b = append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return string(append(b, '"'))
}

// hidden are the characters that look like nothing, or change how the others look.
func hidden(r rune) bool {
	return r >= 0x80 && r < 0xA1 || r == 0xAD || r >= 0x2000 && r <= 0x200F || r >= 0x2028 && r <= 0x202F ||
		r >= 0x205F && r <= 0x206F || r == 0x3000 || r == 0xFEFF
}
