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
		{"a retry that is no number", "", "", "soon", "", "", "retry accepts whole milliseconds, such as 3000"},
		{"a negative retry", "", "", "-1", "", "", "retry accepts whole milliseconds, such as 3000"},
		{"the longest retry", "", "", "2147483647", "", "a", "retry: 2147483647\ndata: a\n\n"},
		{"a longer one", "", "", "2147483648", "", "", "retry is at most 2147483647 here, some 25 days: write fewer milliseconds, or more of them as raw bytes"},
		{"one that fits into no number", "", "", "99999999999999999999999", "", "", "retry is at most 2147483647 here, some 25 days: write fewer milliseconds, or more of them as raw bytes"},
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
		{`\uD83D\uDE00!`, "\U0001F600!"},
		{`\uD83D`, `in the raw bytes \ begins an escape: write \n, \r, \t, \0, \xFF, \uFEFF, or \\ for itself`},
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
