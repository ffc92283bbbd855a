package main

import (
	"strings"
	"testing"
)

func TestWhatAnotherServerMustSend(t *testing.T) {
	for _, test := range []struct {
		name  string
		setup Setup
		asks  string
		want  string
	}{
		{"an EventSource", Setup{}, "", "Access-Control-Allow-Origin: *"},
		{
			"an EventSource with credentials", Setup{Credentials: true}, "",
			"Access-Control-Allow-Origin: https://page\nAccess-Control-Allow-Credentials: true\nVary: Origin",
		},
		{"the Go engine", Setup{Engine: true}, "", "Access-Control-Allow-Origin: *\nAccess-Control-Allow-Headers: Last-Event-ID"},
		{
			"a POST of JSON with a token",
			Setup{Engine: true, Method: "POST", Headers: []header{{Name: "Authorization", Value: "x"}, {Name: "Content-Type", Value: "application/json"}, {Name: "X-Off", Off: true}}},
			"Authorization Content-Type", "Access-Control-Allow-Origin: *\nAccess-Control-Allow-Headers: Authorization, Content-Type, Last-Event-ID",
		},
		{"a POST of text", Setup{Engine: true, Method: "POST", Headers: []header{{Name: "Content-Type", Value: "text/plain; charset=utf-8"}}}, "", "Access-Control-Allow-Origin: *\nAccess-Control-Allow-Headers: Last-Event-ID"},
		{"a PUT", Setup{Engine: true, Method: "put"}, "PUT", "Access-Control-Allow-Origin: *\nAccess-Control-Allow-Headers: Last-Event-ID\nAccess-Control-Allow-Methods: PUT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			asks := preflighted(test.setup)
			if got := strings.Join(asks, " "); got != test.asks {
				t.Errorf("got asked for %q; want %q", got, test.asks)
			}
			if got := corsHeaders(test.setup, asks, "https://page"); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}
