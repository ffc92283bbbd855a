package main

import (
	"bytes"
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
	var b bytes.Buffer
	if json.Indent(&b, []byte(trimmed), "", "  ") != nil {
		return "", false
	}
	return b.String(), true
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
