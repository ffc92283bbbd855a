package main

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/protocol"
)

func TestQueryKeepsASetup(t *testing.T) {
	for _, test := range []struct {
		name  string
		setup Setup
	}{
		{"nothing at all", Setup{}},
		{"the first visit", firstSetup()},
		{"an address with a query of its own", Setup{URL: "/sse?a=b&c=d%20e+f&url=x&listen=y&connect=1#part"}},
		{"another server's address", Setup{URL: "https://host:8080/a/b?c", Credentials: true, Connect: true}},
		{"some beside it", Setup{URL: "/sse", Beside: mostBeside(), Connect: true}},
		{"the Go engine", Setup{URL: "/sse", Engine: true, Path: "choices[0].delta.content", End: "[DONE]"}},
		{"the Go engine beside it", Setup{URL: "/sse", Other: true}},
		{"a request of one's own", Setup{URL: "/sse", Engine: true, Method: "POST", Headers: []header{{Name: "X-A", Value: "b: c, d"}, {Name: "X-Empty"}}, Repeat: true}},
		{"a WebSocket", Setup{URL: "/ws?scenario=cut", Socket: true}},
		{"one that is reconnected by hand", Setup{URL: "/ws?scenario=cut", Socket: true, Returns: true}},
		{"several names", Setup{URL: "/sse", Listen: []string{"a", "b", "c"}}},
		{"names with commas", Setup{Listen: []string{"a,b", ",", ",,", "c"}}},
		{"names with percent signs", Setup{Listen: []string{"100%", "%2C", "%252C", "%", "%zz", "%25,%2C"}}},
		{"names with spaces, which count", Setup{Listen: []string{" a", "a ", "a", " ", "a b"}}},
		{"names with signs that mean something in a query", Setup{Listen: []string{"a&b=c", "a+b", "a;b", "a#b", "a?b", "a/b:c", `a"b'c<d>`, "a=b"}}},
		{"names in other alphabets", Setup{Listen: []string{"événement", "事件", "😀", "e\u0301", "\u2028", "\u00a0"}}},
		{"names with control characters", Setup{Listen: []string{"a\x00b", "\t", "a\x7f"}}},
		{"names as the browser's own, but not quite", Setup{Listen: []string{"Open", "error ", "messages"}}},
		{"an address in another alphabet", Setup{URL: "/strøm?q=ü 😀&x=%C3%BC"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			query, err := url.ParseQuery(test.setup.Query())
			if err != nil {
				t.Fatal(err)
			}
			if got := parseSetup(query); !equalSetups(got, test.setup) {
				t.Errorf("got  %+v\nwant %+v\nfrom %s", got, test.setup, test.setup.Query())
			}
			if strings.ContainsAny(test.setup.Query(), " \"'<>#\x00\t") {
				t.Errorf("got %s; want it fit to be pasted anywhere", test.setup.Query())
			}
		})
	}
}

func equalSetups(a, b Setup) bool {
	return a.URL == b.URL && slices.Equal(a.Listen, b.Listen) && a.Credentials == b.Credentials && a.Beside == b.Beside && a.Other == b.Other && a.Connect == b.Connect &&
		a.Engine == b.Engine && a.Socket == b.Socket && a.Returns == b.Returns && a.Path == b.Path && a.End == b.End && a.method() == b.method() && slices.Equal(a.Headers, b.Headers) && a.Repeat == b.Repeat
}

func FuzzQueryKeepsASetup(f *testing.F) {
	f.Add("/sse?x=1", "a,b", "%2C", true)
	f.Add("", "", "error", false)
	f.Fuzz(func(t *testing.T, address, one, two string, credentials bool) {
		want := Setup{URL: withoutSecrets(address, ""), Credentials: credentials}
		want.add(one)
		want.add(two)
		query, err := url.ParseQuery(want.Query())
		if err != nil {
			t.Fatal(err)
		}
		if got := parseSetup(query); !equalSetups(got, want) {
			t.Errorf("got %+v; want %+v", got, want)
		}
	})
}

func TestAddressesAsPeopleWriteThem(t *testing.T) {
	first := firstSetup()
	for _, test := range []struct {
		query string
		want  Setup
	}{
		{"", first},
		{"listen=a", Setup{URL: first.URL, Listen: []string{"a"}}},
		{"connect=1", Setup{URL: first.URL, Listen: first.Listen, Connect: true}},
		{"url=", Setup{}},
		{"url=/other", Setup{URL: "/other"}},
		{"url=/other&listen=a,b&credentials=1&connect=1", Setup{URL: "/other", Listen: []string{"a", "b"}, Credentials: true, Connect: true}},
		{"url=/other&listen=a%2Cb", Setup{URL: "/other", Listen: []string{"a", "b"}}},
		{"url=/other&listen=,a,,a,open,message,error,", Setup{URL: "/other", Listen: []string{"a"}}},
		{"url=/other&listen=100%25", Setup{URL: "/other", Listen: []string{"100%"}}},
		{"url=/other&credentials=true&connect=true", Setup{URL: "/other", Credentials: true, Connect: true}},
		{"url=/other&credentials=0&connect=no", Setup{URL: "/other"}},
		{"url=/other&credentials&connect=", Setup{URL: "/other"}},
		{"url=/other&beside=1", Setup{URL: "/other", Beside: 1}},
		{"url=/other&beside=0", Setup{URL: "/other"}},
		{"url=/other&beside=12", Setup{URL: "/other"}},
		{"url=/other&beside=-1", Setup{URL: "/other"}},
	} {
		query, err := url.ParseQuery(test.query)
		if err != nil {
			t.Fatal(err)
		}
		if got := parseSetup(query); !equalSetups(got, test.want) {
			t.Errorf("%s: got %+v; want %+v", test.query, got, test.want)
		}
	}
}

func TestQueryCanBeRead(t *testing.T) {
	got := Setup{URL: "http://localhost:8080/sse?count=4", Listen: []string{"a", "b c"}, Credentials: true, Connect: true}.Query()
	if want := "url=http://localhost:8080/sse?count%3D4&listen=a,b+c&credentials=1&connect=1"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestOurServerIsToldNoSecretsForAProgram(t *testing.T) {
	s := Setup{Engine: true, Method: "post", Body: "planted", Headers: []header{
		{Name: "Authorization", Value: "Bearer planted"}, {Name: "X-Api-Key", Value: "planted"}, {Name: "X-Token"}, {Name: "Authorization", Value: "planted planted"},
		{Name: "X-A", Value: "b"}, {Name: "X-Off", Value: "c", Off: true},
	}}
	const want = "&client=go&method=post&header=Authorization:+Bearer+SECRET&header=X-Api-Key:+SECRET&header=X-Token:+SECRET&header=Authorization:+SECRET&header=X-A:+b"
	if got := s.requestQuery(protocol.Placeholder); got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestAddingAListenerLeavesTheOldSetupAlone(t *testing.T) {
	names := make([]string, 1, 4)
	names[0] = "a"
	before := Setup{Listen: names}
	one, other := before, before
	for _, added := range []bool{one.add("b"), other.add("c")} {
		if !added {
			t.Error("got nothing added; want a name that is new")
		}
	}
	if one.Listen[1] != "b" || other.Listen[1] != "c" || len(before.Listen) != 1 {
		t.Errorf("got %q, %q and %q; want them apart", before.Listen, one.Listen, other.Listen)
	}
}

func TestCheckListener(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{"tick", ""},
		{" tick", ""}, // a space counts: HTML 9.2.6 takes one away, and no more
		{"Message", ""},
		{"", "Type the event's name first, as the server writes it after event:"},
		{"a\nb", "An event's name is one line: remove the line break."},
		{"a\r", "An event's name is one line: remove the line break."},
		{"open", "open is listened to already, always."},
		{"error", "error is listened to already, always."},
		{"message", "message is listened to already, always."},
		{"update", "update is listened to already."},
	} {
		if got := checkListener(test.name, []string{"update"}); got != test.want {
			t.Errorf("%q: got %q; want %q", test.name, got, test.want)
		}
	}
}
