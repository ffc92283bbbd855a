package quote

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestJS(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"nothing", "", `""`},
		{"plain", "/sse?a=b", `"/sse?a=b"`},
		{"quotes and backslashes", `a"b'c\d`, `"a\"b'c\\d"`},
		{"line ends", "a\r\n\tb", `"a\r\n\tb"`},
		{"line ends that only JavaScript knew", "a\u2028b\u2029c", `"a\u2028b\u2029c"`},
		{"NUL before a digit", "\x000", `"\u00000"`},
		{"the end of a script element", "</script><!--", `"\u003c/script>\u003c!--"`},
		{"letters and emoji stay", "é 事件 😀", `"é 事件 😀"`},
		{"what would turn the text around is seen", "a\u202eb", `"a\u202eb"`},
		{"what has no width is seen", "a\u200bb\ufeff", `"a\u200bb\ufeff"`},
		{"and beyond 16 bits", "a\U000e0041b", `"a\u{e0041}b"`},
		{"a no-break space is seen", "a\u00a0b", `"a\u00a0b"`},
		{"bytes that are no text", "a\xff", `"a\ufffd"`},
		{"the replacement character", "a\ufffd", `"a\ufffd"`},
		{"a template is a plain text", "${x}`", "\"${x}`\""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := JS(test.in); got != test.want {
				t.Errorf("got %s; want %s", got, test.want)
			}
		})
	}
}

func FuzzJS(f *testing.F) {
	for r := rune(0); r < 0x300; r++ {
		f.Add(string(r) + "0a{}")
	}
	f.Add("\u2028\u202e\U000e0041\U0010ffff😀</script>\\u0041\\")
	f.Fuzz(func(t *testing.T, s string) {
		quoted := JS(s)
		if got, want := unquoteJS(t, quoted), strings.ToValidUTF8(s, "\ufffd"); utf8.ValidString(s) && got != want {
			t.Errorf("%s: got %q; want %q", quoted, got, want)
		}
		if strings.ContainsAny(quoted, "<\u2028\u2029\r\n") {
			t.Errorf("got %s; want it safe in a script element", quoted)
		}
	})
}

// unquoteJS reads a string literal as ECMAScript 12.9.4 does, as far as JS writes such.
func unquoteJS(t *testing.T, literal string) string {
	t.Helper()
	inner, ok := strings.CutPrefix(literal, `"`)
	inner, ok2 := strings.CutSuffix(inner, `"`)
	if !ok || !ok2 {
		t.Fatalf("got %s; want it between quotes", literal)
	}
	var b strings.Builder
	for len(inner) > 0 {
		r, size := utf8.DecodeRuneInString(inner)
		inner = inner[size:]
		if r == '"' || r == '\n' || r == '\r' {
			t.Fatalf("got %s; want one string", literal)
		}
		if r != '\\' {
			b.WriteRune(r)
			continue
		}
		if inner == "" {
			t.Fatalf("got %s; want its last quote not escaped", literal)
		}
		escape := inner[0]
		inner = inner[1:]
		switch escape {
		case '"', '\\':
			b.WriteByte(escape)
		case 'n', 'r', 't':
			b.WriteByte(map[byte]byte{'n': '\n', 'r': '\r', 't': '\t'}[escape])
		case 'u':
			hex := ""
			if braced, ok := strings.CutPrefix(inner, "{"); ok {
				hex, inner, _ = strings.Cut(braced, "}")
			} else {
				hex, inner = inner[:4], inner[4:]
			}
			code, err := strconv.ParseUint(hex, 16, 21)
			if err != nil {
				t.Fatalf("%s: %v", literal, err)
			}
			b.WriteRune(rune(code))
		default:
			t.Fatalf(`got \%c in %s; want an escape of JavaScript's`, escape, literal)
		}
	}
	return b.String()
}
