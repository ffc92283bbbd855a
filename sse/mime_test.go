package sse

import "testing"

func TestMIMETypes(t *testing.T) {
	for _, test := range []struct{ header, essence, charset string }{
		{"text/event-stream", "text/event-stream", ""},
		{" Text/Event-Stream ; x", "text/event-stream", ""},
		{"text/event-stream;", "text/event-stream", ""},
		{"text/event-stream; charset", "text/event-stream", ""},
		{"text/event-stream;charset=UTF-8", "text/event-stream", "UTF-8"},
		{`text/event-stream; CHARSET="utf-8"; x=y`, "text/event-stream", "utf-8"},
		{"text/event-stream; charset=utf8 ", "text/event-stream", "utf8"},
		{`text/event-stream; a="charset=latin1"`, "text/event-stream", ""},
		{`text/event-stream; a="\";charset=latin1;"; charset=utf-8`, "text/event-stream", "utf-8"},
		{`text/event-stream; a="not closed; charset=latin1`, "text/event-stream", ""},
		{"text/event-stream; xcharset=latin1; charset=utf-8", "text/event-stream", "utf-8"},
		{"text/event-stream; charset=; charset=utf-8", "text/event-stream", "utf-8"},
		{`text/event-stream; charset=""; charset=latin1`, "text/event-stream", ""},
		{"text/event-stream; charset=utf-8; charset=latin1", "text/event-stream", "utf-8"},
		{"text/event-stream; charset=latin1; charset=utf-8", "text/event-stream", "latin1"},
		{`text/event-stream; charset="ut\f-8" ignored; x`, "text/event-stream", "utf-8"},
		{"text/event-stream; charset=a\x7f; charset=b", "text/event-stream", "b"},
		{"text/event-stream x", "", ""},
		{"text/event-stream/x", "", ""},
		{"text", "", ""},
		{"/event-stream", "", ""},
		{"text/", "", ""},
		{"", "", ""},
		{"text/plain, text/event-stream", "text/event-stream", ""},
		{"text/event-stream, text/plain", "text/plain", ""},
		{"text/event-stream;charset=latin1, text/event-stream", "text/event-stream", "latin1"},
		{"text/plain;charset=latin1, text/event-stream", "text/event-stream", ""},
		{"text/event-stream, */*, nonsense", "text/event-stream", ""},
		{`text/plain; a=",text/event-stream"`, "text/plain", ""},
	} {
		if essence, charset := MIMEType(test.header); essence != test.essence || charset != test.charset {
			t.Errorf("%s: got %q, charset %q; want %q, %q", test.header, essence, charset, test.essence, test.charset)
		}
	}
}
