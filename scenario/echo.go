package scenario

import (
	"strings"

	"eventsource-playground/protocol"
)

// What a request sends comes back as text of the line that it was put in: nothing in it begins a field of its own.

// cut is at the end of what is too long.
const cut = "…"

// continueLines says how the lines of a body go on that is filled into a line of the stream: those of data and of a comment
// each as one of their own, as an encoder writes them. Elsewhere a body is one line.
func (t template) continueLines(line string) {
	begin := ""
	switch {
	case strings.HasPrefix(line, "data:"):
		begin = "data: "
	case strings.HasPrefix(line, ":"):
		begin = ": "
	}
	for i := range t {
		if t[i].kind == body {
			t[i].text = begin
		}
	}
}

// appendLines appends a body, with begin at the start of each line after its first; with a space instead of each line break
// if that is "", and then for U+0000 as well, which no id may hold. It appends at most maxEcho bytes, and cut.
func appendLines(b, text []byte, begin string) []byte {
	limit := len(b) + maxEcho
	for i, c := range text {
		if len(b)+1+len(begin) > limit {
			return append(b, cut...)
		}
		switch {
		case c == '\n' && i > 0 && text[i-1] == '\r': // of one line break
		case c == '\n', c == '\r':
			if begin == "" {
				b = append(b, ' ')
			} else {
				b = append(append(b, '\n'), begin...)
			}
		case c == 0 && begin == "":
			b = append(b, ' ')
		default:
			b = append(b, c)
		}
	}
	return b
}

// echoed is a header's value, as it may be shown.
func echoed(name, value string) string {
	switch {
	case value != "" && protocol.LooksSecret(name):
		return protocol.Mask
	case len(value) > maxHeader:
		return value[:maxHeader] + cut
	}
	return value
}
