package main

import "testing"

func TestConstructorCode(t *testing.T) {
	for _, test := range []struct {
		setup Setup
		want  string
	}{
		{Setup{URL: "/sse"}, "const es = new EventSource(\n  \"/sse\")"},
		{Setup{URL: "/sse", Listen: []string{"a"}, Connect: true}, "const es = new EventSource(\n  \"/sse\")"},
		{Setup{URL: `a"b`, Credentials: true}, "const es = new EventSource(\n  \"a\\\"b\",\n  { withCredentials: true })"},
	} {
		if got := constructorCode(test.setup); got != test.want {
			t.Errorf("got %s; want %s", got, test.want)
		}
	}
}
