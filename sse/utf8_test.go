package sse

import "testing"

func TestOneReplacementForEachMaximalSubpart(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"valid text is as it was", "aß€😀\uFFFD", "aß€😀\uFFFD"},
		{"lone continuation bytes are one each", "\x80\xBF", "\uFFFD\uFFFD"},
		{"bytes that never occur are one each", "\xC0\xC1\xF5\xFE\xFF", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
		{"the start of a sequence is one", "\xE2\x82x", "\uFFFDx"},
		{"three of four bytes are one", "\xF0\x9F\x98x", "\uFFFDx"},
		{"the start of a sequence at the end is one", "x\xF0\x9F\x98", "x\uFFFD"},
		{"two starts are two", "\xE2\x82\xE2\x82\xAC", "\uFFFD€"},
		{"a surrogate is three", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
		{"an overlong slash is two", "\xC0\xAF", "\uFFFD\uFFFD"},
		{"an overlong sequence of three is three", "\xE0\x9F\xBF", "\uFFFD\uFFFD\uFFFD"},
		{"above U+10FFFF is four", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
		{"the table of Unicode 3.9", "\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64", "a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := decodeUTF8(test.in); got != test.want {
				t.Errorf("got %+q; want %+q", got, test.want)
			}
			if got := string(oracleUTF8([]byte(test.in))); got != test.want {
				t.Errorf("the oracle: got %+q; want %+q", got, test.want)
			}
		})
	}
}
