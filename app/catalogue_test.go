package main

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"eventsource-playground/scenario"
)

func TestWithParameter(t *testing.T) {
	for _, test := range []struct{ name, address, parameter, value, want string }{
		{"the first one", "/sse", "count", "4", "/sse?count=4"},
		{"a question mark without a query", "/sse?", "count", "4", "/sse?count=4"},
		{"one more goes to the end", "/sse?b=1&a=2", "count", "4", "/sse?b=1&a=2&count=4"},
		{"a change stays in its place", "/sse?b=1&count=3&a=2", "count", "4", "/sse?b=1&count=4&a=2"},
		{"one without a value", "/sse?count&a=2", "count", "4", "/sse?count=4&a=2"},
		{"given twice, once is left", "/sse?count=1&a=2&count=3", "count", "4", "/sse?count=4&a=2"},
		{"written with an escape it is the same", "/sse?c%6Funt=1&a=2", "count", "4", "/sse?count=4&a=2"},
		{"no value takes it away", "/sse?b=1&count=3&a=2", "count", "", "/sse?b=1&a=2"},
		{"no value takes it away each time", "/sse?count=1&a=2&count=3", "count", "", "/sse?a=2"},
		{"the last one takes the question mark along", "/sse?count=3", "count", "", "/sse"},
		{"what is not there can be taken away", "/sse?a=2", "count", "", "/sse?a=2"},
		{"a name that only begins alike is another", "/sse?counter=1&coun=2", "count", "4", "/sse?counter=1&coun=2&count=4"},
		{"what is unknown stays as it was written", "/sse?x=%20+y&&z&%zz=%&=5", "count", "4", "/sse?x=%20+y&z&%zz=%&=5&count=4"},
		{"a value is escaped", "/sse", "event", "a&b=c d+é%,/:?#", "/sse?event=a%26b%3Dc+d%2B%C3%A9%25,/:?%23"},
		{"a fragment stays at the end", "/sse?a=2#part?x", "count", "4", "/sse?a=2&count=4#part?x"},
		{"a fragment stays when the query goes", "/sse?count=2#part", "count", "", "/sse#part"},
		{"any address will do", "https://host:8080/a", "count", "4", "https://host:8080/a?count=4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := withParameter(test.address, test.parameter, test.value); got != test.want {
				t.Errorf("got %s; want %s", got, test.want)
			}
		})
	}
}

func TestWithParameterIsReadBack(t *testing.T) {
	for _, value := range []string{"1", "a b", "a&b", "100%", "é,😀", "+", "#", "a\x00\n"} {
		query := url.Values{}
		_, raw, _ := cutAddress(withParameter("/sse?a=1&event=x&b=2", "event", value))
		for name, value := range pairs(raw) {
			query.Add(name, value)
		}
		want := url.Values{"a": {"1"}, "b": {"2"}, "event": {value}}
		if query.Encode() != want.Encode() {
			t.Errorf("%q: got %v; want %v", value, query, want)
		}
	}
}

func TestTheClassicStreamsAddress(t *testing.T) {
	for _, test := range []struct {
		address string
		ok      bool
	}{
		{"/sse", true}, {"/sse?", true}, {"/sse?count=4&other=5", true}, {"/sse?count=4#part", true}, {"/sse#part?count=4", true},
		{"/sse?scenario=x", false}, {"/sse?count=4&script=x", false}, {"/sse?count=%zz", true}, {"/sse2", false}, {"/", false},
		{"sse", true}, {"http://localhost:3000/sse", true},
	} {
		if got := readHere(test.address).isClassic(); got != test.ok {
			t.Errorf("%q: got %v; want %v", test.address, got, test.ok)
		}
	}
}

func TestPresets(t *testing.T) {
	titles := map[string]bool{}
	groups := []string{}
	for _, p := range presets {
		if p.title == "" || p.about == "" || p.group == "" || titles[p.title] {
			t.Errorf("%+v: want a title that no other has, a line about it and a group", p)
		}
		titles[p.title] = true
		if n := len(groups); n == 0 || groups[n-1] != p.group {
			if slices.Contains(groups, p.group) {
				t.Errorf("%s: got the group %s again; want it in one place", p.title, p.group)
			}
			groups = append(groups, p.group)
		}
		s := p.setup()
		if wrong := readHere(s.URL).wrong; wrong != "" {
			t.Errorf("%s: %s", p.title, wrong)
		}
		for _, name := range s.Listen {
			if wrong := checkListener(name, nil); wrong != "" {
				t.Errorf("%s: %s", p.title, wrong)
			}
		}
		if s.Connect || s.Credentials {
			t.Errorf("%s: got %+v; want it to do nothing but set the address and the listeners", p.title, s)
		}
		s.add("new")
		if len(p.listen) > 0 && &s.Listen[0] == &p.listen[0] {
			t.Errorf("%s: got the preset's own list; want a copy", p.title)
		}
	}
}

// The page's hints and the README's table say what the server does without a parameter.
func TestTheClassicStreamsDefaultsAreTheServers(t *testing.T) {
	c := scenario.DefaultClassic
	want := map[string]string{
		"interval": strconv.FormatInt(c.Interval.Milliseconds(), 10), "count": strconv.Itoa(c.Count), "event": c.Event, "retry": "not sent",
	}
	if c.Retry != nil {
		want["retry"] = strconv.FormatInt(c.Retry.Milliseconds(), 10)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parameters {
		if p.usual != want[p.name] {
			t.Errorf("got the hint %q for %s; want %q", p.usual, p.name, want[p.name])
		}
		inTable := want[p.name]
		switch p.name {
		case "interval":
			inTable = fmt.Sprintf("%g s", c.Interval.Seconds())
		case "event":
			inTable = "`" + inTable + "`"
		}
		_, row, _ := strings.Cut(string(readme), "\n| `"+p.name+"` |")
		row, _, _ = strings.Cut(row, "\n")
		if !strings.HasSuffix(row, "| "+inTable+" |") {
			t.Errorf("got %q in README.md for %s; want %q at its end", row, p.name, inTable)
		}
	}
}
