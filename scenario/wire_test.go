package scenario

import "testing"

func TestWire(t *testing.T) {
	for _, test := range []struct{ name, wire, want string }{
		{"an event", "id: 1\ndata: a\n\n", "id: 1\ndata: a\n\n"},
		{"no line end", "data: a", `@raw "data: a"` + "\n"},
		{"other line ends", "data: a\r\n\r\ndata: b\r\r", `@raw "data: a\r\n"` + "\n" + `@raw "\r\n"` + "\n" + `@raw "data: b\r\r"` + "\n"},
		{"what means something in a text", "#\n@end\n== 200\ndata: {n} {time}\n{N}\n", `@raw "#\n"` + "\n" + `@raw "@end\n"` + "\n" + `@raw "== 200\n"` + "\n" + `@raw "data: {n} {time}\n"` + "\n{N}\n"},
		{"what cannot be seen", "\uFEFFa\u202Eb\x00\xFF\n", `@raw "\uFEFFa\u202Eb\0\xFF\n"` + "\n"},
		{"blank lines alone", "\n\n", `@raw "\n"` + "\n" + `@raw "\n"` + "\n"},
	} {
		got := Wire([]byte(test.wire))
		if got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, test.want)
		}
		sends(t, "== 200\n"+got, test.wire)
	}
}

// sends wants the first section to send just that.
func sends(t *testing.T, text, want string) {
	t.Helper()
	s, err := Parse(text, Limits{})
	if err != nil {
		t.Fatalf("got %v; want no error in\n%s", err, text)
	}
	if got := string(new(Work).Preview(s.Sections[0], Request{}, 1<<20).Bytes); got != want {
		t.Errorf("got %q; want %q from\n%s", got, want, text)
	}
}

func TestQuotesRoundTrip(t *testing.T) {
	for _, s := range []string{"", "a", "a b", `"\`, "\r\n\t\x00\x01\x7F\x80\xFF", "ä€😀", "\u00A0\u00AD\u200B\u2028\uFEFF", "\uFFFD"} {
		c := &cursor{report: func(err *Error) { t.Errorf("got %v; want no error", err) }, text: quote(s)}
		if got := c.str("s"); got != s {
			t.Errorf("got %q from %s; want %q", got, quote(s), s)
		}
	}
}

func TestACharacterAsASurrogatePair(t *testing.T) {
	sends(t, "== 200\n"+`@raw "\uD83D\uDE00 \ud83d\ude00!"`+"\n@end", "😀 😀!")
}
