package sse

import "strings"

// MIMEType extracts from a Content-Type, which may be a list, what a browser reads in it: the type without parameters in
// lower case, "" if there is none, and the charset. This is "extract a MIME type" of the Fetch standard (3.3), by means of
// "parse a MIME type" of the MIME Sniffing standard (4.4).
func MIMEType(contentType string) (essence, charset string) {
	for contentType != "" {
		var one string
		one, contentType = cutUnquoted(contentType)
		e, c, ok := parseMIME(one)
		if !ok || e == "*/*" {
			continue
		}
		if e != essence || c != "" {
			charset = c
		}
		essence = e
	}
	return essence, charset
}

const httpSpace = " \t\r\n"

// parseMIME parses one type. Of parameters with the same name the first counts.
func parseMIME(s string) (essence, charset string, ok bool) {
	essence, rest, _ := strings.Cut(s, ";")
	essence = strings.ToLower(strings.Trim(essence, httpSpace))
	typ, subtype, _ := strings.Cut(essence, "/")
	if !IsToken(typ) || !IsToken(subtype) {
		return "", "", false
	}
	for known := false; !known; {
		end := strings.IndexAny(rest, ";=")
		if end < 0 {
			break
		}
		name, hasValue := strings.TrimLeft(rest[:end], httpSpace), rest[end] == '='
		if rest = rest[end+1:]; !hasValue {
			continue
		}
		quoted := strings.HasPrefix(rest, `"`)
		var value string
		if quoted {
			value, rest = quotedString(rest)
			_, rest, _ = strings.Cut(rest, ";")
		} else {
			value, rest, _ = strings.Cut(rest, ";")
			value = strings.TrimRight(value, httpSpace)
		}
		if strings.EqualFold(name, "charset") && (quoted || value != "") && !strings.ContainsFunc(value, isControl) {
			charset, known = value, true
		}
	}
	return essence, charset, true
}

// cutUnquoted cuts a list at its first comma that is not in a quoted string.
func cutUnquoted(s string) (first, rest string) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ',':
			return s[:i], s[i+1:]
		case '"':
			_, rest := quotedString(s[i:])
			i = len(s) - len(rest) - 1
		}
	}
	return s, ""
}

// quotedString reads a string that begins with a quote. One that is not closed ends with s.
func quotedString(s string) (value, rest string) {
	var b []byte
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return string(b), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b = append(b, s[i])
	}
	return string(b), ""
}

// IsToken reports whether s is what RFC 9110 (5.6.2) calls a token, as the name of a header must be.
func IsToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7F }
