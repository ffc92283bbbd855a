package sse

import "unicode/utf8"

// decodeUTF8 decodes as the Encoding standard says: one U+FFFD for each maximal subpart, the longest start of a sequence
// that could have become valid. Go's range counts one for each byte, and strings.ToValidUTF8 one for each run of them.
func decodeUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	b := make([]byte, 0, len(s)+2*utf8.UTFMax)
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			for n < len(s) && !utf8.FullRuneInString(s[:n+1]) {
				n++
			}
		}
		b = utf8.AppendRune(b, r)
		s = s[n:]
	}
	return string(b)
}
