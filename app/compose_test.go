package main

import "testing"

func TestCompose(t *testing.T) {
	for _, test := range []struct {
		name                            string
		event, id, retry, comment, data string
		want                            string // or the error
	}{
		{"data alone", "", "", "", "", "a", "data: a\n\n"},
		{"nothing is an empty event", "", "", "", "", "", "data:\n\n"},
		{"everything", "tick", "7", "500", "hi", "a\nb", ": hi\nretry: 500\nevent: tick\nid: 7\ndata: a\ndata: b\n\n"},
		{"a retry of zero", "", "", "0", "", "a", "retry: 0\ndata: a\n\n"},
		{"a retry that is no number", "", "", "soon", "", "", "retry takes whole milliseconds, such as 3000"},
	} {
		got, err := compose(test.event, test.id, test.retry, test.comment, test.data)
		if err != nil {
			got = []byte(err.Error())
		}
		if string(got) != test.want {
			t.Errorf("%s: got %q; want %q", test.name, got, test.want)
		}
	}
}

func TestUnescape(t *testing.T) {
	for _, test := range []struct{ typed, want string }{
		{`data: a\n\n`, "data: a\n\n"},
		{`\r\0\xFF\uFEFF"'\\`, "\r\x00\xFF\uFEFF\"'\\"},
		{"\U0001F427", "\U0001F427"},
		{`\q`, `in the raw bytes \ begins an escape: write \n, \r, \t, \0, \xFF, \uFEFF, or \\ for itself`},
	} {
		got, err := unescape(test.typed)
		if err != nil {
			got = []byte(err.Error())
		}
		if string(got) != test.want {
			t.Errorf("%q: got %q; want %q", test.typed, got, test.want)
		}
	}
}
