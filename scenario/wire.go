package scenario

import (
	"strings"
	"unicode/utf8"
)

// Wire is the notation for bytes as they are: lines where that is possible, @raw where it is not. Parsed, they send the
// same again. A recorded stream becomes a scenario like this.
func Wire(b []byte) string {
	var text strings.Builder
	blank := strings.Trim(string(b), "\n") == "" // blank lines alone are not sent
	for rest := string(b); rest != ""; {
		line, after, ended := strings.Cut(rest, "\n")
		rest = after
		if ended && !blank && stands(line) {
			text.WriteString(line)
		} else {
			if ended {
				line += "\n"
			}
			text.WriteString("@raw " + quote(line))
		}
		text.WriteByte('\n')
	}
	return text.String()
}

// stands reports whether a line means itself in a section, and shows all that it holds.
func stands(line string) bool {
	if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "@") || strings.HasPrefix(line, "==") ||
		misread(line) != "" || !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || hidden(r) }) {
		return false
	}
	t, bad := parseTemplate(line)
	return bad < 0 && (t == nil || len(t) == 1 && t[0].kind == plain)
}
