package main

import "testing"

func TestTheCallAsCode(t *testing.T) {
	for _, test := range []struct {
		setup Setup
		want  string
	}{
		{Setup{URL: "/sse"}, "const es = new EventSource(\n  \"/sse\")"},
		{Setup{URL: "/sse", Listen: []string{"a"}, Connect: true}, "const es = new EventSource(\n  \"/sse\")"},
		{Setup{URL: `a"b`, Credentials: true}, "const es = new EventSource(\n  \"a\\\"b\",\n  { withCredentials: true })"},
		{
			Setup{URL: "/a?key=x", Engine: true, Method: "POST", Credentials: true, Headers: []header{{Name: "Authorization", Value: "Bearer x"}, {Name: "X-A", Value: `"`}, {Name: "X-B", Off: true}}},
			"const response = await fetch(\"/a?key=SECRET\", {\n  method: \"POST\",\n  headers: {\n    Accept: \"text/event-stream\",\n    \"Authorization\": \"SECRET\",\n" +
				"    \"X-A\": \"\\\"\",\n  },\n  body: BODY,\n  credentials: \"include\",\n})",
		},
	} {
		if got := callCode(test.setup); got != test.want {
			t.Errorf("got %s; want %s", got, test.want)
		}
	}
}
