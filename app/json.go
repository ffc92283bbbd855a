package main

import (
	"bytes"
	"encoding/json"
	"strings"
)

// prettyJSON unfolds an object or an array over several lines; ok is false for anything else.
func prettyJSON(s string) (pretty string, ok bool) {
	trimmed := strings.TrimSpace(s)
	if !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		return "", false
	}
	var b bytes.Buffer
	if json.Indent(&b, []byte(trimmed), "", "  ") != nil {
		return "", false
	}
	return b.String(), true
}
