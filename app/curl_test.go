package main

import (
	"slices"
	"testing"
)

func TestWhatACurlCommandSends(t *testing.T) {
	for _, test := range []struct {
		name, command string
		want          curl
		asks          bool
	}{
		{"a GET", "curl -N https://h/s", curl{url: "https://h/s"}, false},
		{
			"a POST of JSON with a token", `curl https://h/s -H "Authorization: Bearer abc" -H 'Content-Type: application/json' -d '{"stream": true}'`,
			curl{
				url: "https://h/s", method: "POST", body: `{"stream": true}`,
				headers: []header{{Name: "Authorization", Value: "Bearer abc"}, {Name: "Content-Type", Value: "application/json"}},
			}, true,
		},
		{"options that hold their value", `curl -XPUT -HX-A:b -dx --url=https://h/s`, curl{url: "https://h/s", method: "PUT", headers: []header{{Name: "X-A", Value: "b"}}, body: "x"}, true},
		{"several pieces of data", `curl https://h/s -d a=1 -d b=2`, curl{url: "https://h/s", method: "POST", body: "a=1&b=2"}, true},
		{"--json", `curl --json '{}' https://h/s`, curl{url: "https://h/s", method: "POST", headers: []header{{Name: "Content-Type", Value: "application/json"}}, body: "{}"}, true},
		{"a user", `curl -u me:pw https://h/s`, curl{url: "https://h/s", headers: []header{{Name: "Authorization", Value: "Basic bWU6cHc="}}}, true},
		{"what no script can do", `curl -k -b a=b -x p:1 https://h/s`, curl{url: "https://h/s", rest: true}, false},
		{"an option at the end", `curl https://h/s -H`, curl{url: "https://h/s", headers: []header{{}}}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := readCurl(test.command)
			if !ok || got.url != test.want.url || got.method != test.want.method || got.body != test.want.body || got.rest != test.want.rest ||
				!slices.Equal(got.headers, test.want.headers) || got.asks() != test.asks {
				t.Errorf("got %+v; want %+v", got, test.want)
			}
		})
	}
}
