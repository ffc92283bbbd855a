package main

import (
	"encoding/json"
	"strings"
)

// What is deeper or longer than these stays as it came: indented, it could be thousands of times as long.
const (
	maxJSONDepth = 64
	maxJSONSize  = 1 << 20
)

// prettyJSON unfolds an object or an array over several lines; ok is false for anything else.
func prettyJSON(s string) (pretty string, ok bool) {
	trimmed := strings.Trim(s, " \t\r\n") // JSON's white space; no other
	if !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") || len(trimmed) > maxJSONSize || depth(trimmed) > maxJSONDepth {
		return "", false
	}
	if !json.Valid([]byte(trimmed)) {
		return "", false
	}
	return indent(trimmed), true
}

// indent puts each member of valid JSON on a line of its own. (json.Indent would cost 2 kB of what a visitor loads.)
func indent(s string) string {
	var b strings.Builder
	inString, empty, level := false, false, 0 // empty: nothing yet behind an opening bracket
	line := func() {
		b.WriteByte('\n')
		for range level {
			b.WriteString("  ")
		}
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		closes := c == '}' || c == ']'
		if inString {
			b.WriteByte(c)
			switch c {
			case '\\':
				i++
				b.WriteByte(s[i])
			case '"':
				inString = false
			}
			continue
		}
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			continue
		}
		if closes {
			level--
		}
		if empty != closes {
			line()
		}
		empty = c == '{' || c == '['
		if closes {
			empty = false
		}
		b.WriteByte(c)
		switch c {
		case '"':
			inString = true
		case '{', '[':
			level++
		case ':':
			b.WriteByte(' ')
		case ',':
			line()
		}
	}
	return b.String()
}

// depth is how deep brackets are nested; those in strings count too, which only matters for a text full of them.
func depth(s string) (deepest int) {
	now := 0
	for i := range len(s) {
		switch s[i] {
		case '{', '[':
			now++
			deepest = max(deepest, now)
		case '}', ']':
			now--
		}
	}
	return deepest
}
