package sse

import "unicode/utf8"

// decodeUTF8 decodes as the Encoding standard says: one U+FFFD for each maximal subpart, the longest start of a sequence
// that could have become valid. Go's range counts one for each byte, and strings.ToValidUTF8 one for each run of them.
func decodeUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string(appendUTF8(nil, []byte(s)))
}

// appendUTF8 appends what p is decoded to, by the same rule.
func appendUTF8(b, p []byte) []byte {
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if r == utf8.RuneError && n == 1 {
			for n < len(p) && !utf8.FullRune(p[:n+1]) {
				n++
			}
		}
		b = utf8.AppendRune(b, r)
		p = p[n:]
	}
	return b
}
