package main

import (
	"net/url"
	"strings"
	"testing"
)

// resolveLike is near enough to what a browser does with the addresses of these tests.
func resolveLike(typed string) (href string, ok bool) {
	typed = strings.TrimFunc(strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(typed), func(r rune) bool { return r <= ' ' })
	base, _ := url.Parse("http://localhost:3000/?url=x")
	u, err := base.Parse(strings.ReplaceAll(typed, " ", "%20"))
	if err != nil || u.Host == "" && (u.Scheme == "http" || u.Scheme == "https") {
		return "", false
	}
	return u.String(), true
}

func TestThePagesOwnServerIsOfferedWithThePagesScheme(t *testing.T) {
	for typed, want := range map[string]string{
		"localhost:3443/sse?x=1": "https://localhost:3443/sse?x=1",
		"localhost:3443":         "https://localhost:3443",
		"localhost:34430/sse":    "http://localhost:34430/sse",
		"localhost:3000/sse":     "http://localhost:3000/sse",
	} {
		a := readAddress(typed, func(string) (string, bool) { return "", false }, "https://localhost:3443", "")
		if a.offer != want {
			t.Errorf("%q: got %q offered; want %q", typed, a.offer, want)
		}
	}
}

func TestReadAddress(t *testing.T) {
	for _, test := range []struct {
		name, typed string
		place       place
		scenario    string
		script      string
		wrong       bool
		offer       string
	}{
		{"the classic stream", "/sse", oursHere, "", "", false, ""},
		{"relative", "sse?count=2", oursHere, "", "", false, ""},
		{"with white space around", " /sse?count=2&interval=20 ", oursHere, "", "", false, ""},
		{"with a dot", "./sse", oursHere, "", "", false, ""},
		{"doubled slash, which our server redirects to one", "http://localhost:3000//sse?script=x", oursHere, "", "x", false, ""},
		{"with an escaped letter", "/ss%65?script=x", oursHere, "", "x", false, ""},
		{"with an escaped name", "/sse?scr%69pt=x", oursHere, "", "x", false, ""},
		{"a script without a slash", "sse?script=%3D%3D%20200", oursHere, "", "== 200", false, ""},
		{"a scenario", "/sse?scenario=cut", oursHere, "cut", "", false, ""},
		{"absolute", "http://localhost:3000/sse?scenario=cut", oursHere, "cut", "", false, ""},
		{"the second origin", "http://localhost:4000/sse?scenario=cut", oursThere, "cut", "", false, ""},
		{"another path here", "/events", elsewhere, "", "", false, ""},
		{"longer", "/sse2", elsewhere, "", "", false, ""},
		{"below", "/a/sse?script=x", elsewhere, "", "", false, ""},
		{"another server's", "https://example.com/sse?script=x", elsewhere, "", "", false, ""},
		{"another scheme", "ftp://example.com/sse", elsewhere, "", "", true, ""},
		{"a host without a name", "http://", elsewhere, "", "", true, ""},
		{"an address without its scheme", "127.0.0.1:3322/sse", elsewhere, "", "", true, "http://127.0.0.1:3322/sse"},
		{"the same without a port", "127.0.0.1/sse", elsewhere, "", "", true, "http://127.0.0.1/sse"},
		{"a domain", "example.com/events", elsewhere, "", "", true, "http://example.com/events"},
		{"localhost", "localhost:3000/sse", elsewhere, "", "", true, "http://localhost:3000/sse"},
		{"localhost alone", "localhost", elsewhere, "", "", true, "http://localhost"},
		{"a curl command", "curl -N 'http://localhost:3000/sse?x'", elsewhere, "", "", true, "http://localhost:3000/sse?x"},
		{"a file here", "events.php?x=1", elsewhere, "", "", false, ""},
		{"a file with a dot", "stream.v2", elsewhere, "", "", false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := readHere(test.typed)
			if a.place != test.place || a.scenario != test.scenario || a.script != test.script || (a.wrong != "") != test.wrong || a.offer != test.offer {
				t.Errorf("%q: got %+v", test.typed, a)
			}
		})
	}
}

// The browser resolves an address, and so says what its scheme is, however it is written.
func TestOtherSchemesAreRefused(t *testing.T) {
	for _, test := range []struct{ typed, scheme string }{
		{"javascript:alert(1)", "javascript"}, {"JavaScript:alert(1)", "javascript"}, {" java\nscript:alert(1)", "javascript"},
		{"\x00\x1f\tj\ra\tv\nascript:alert(1)", "javascript"}, {"ftp://host/x", "ftp"}, {"data:text/event-stream,data:x", "data"},
		{"blob:http://localhost:3000/x", "blob"}, {"file:///etc/passwd", "file"}, {"foo:bar", "foo"},
		{"a+b-c.d1:x", "a+b-c.d1"}, {`C:\stream`, "c"}, {"host:99999/x", "host"}, {"host:80x", "host"}, {"mailto:1@host", "mailto"},
	} {
		want := test.scheme + ": is not a scheme for a stream from a server: start with http:// or https://, or with / for this server."
		if got := readHere(test.typed); got.wrong != want || got.resolved != "" {
			t.Errorf("%q: got %q; want %q", test.typed, got.wrong, want)
		}
	}
	for _, typed := range []string{"", "/sse", "sse?x=1", "?scenario=x", "//host/x", "//host:8080/x", "/sse?x=http:", "sse?x=javascript:y", "#a:b", "a/b:c", "HTTPS://host/x", " http://host ", "ht\ntp://host", "ws://host/x", "wss://host"} {
		if got := readHere(typed); got.wrong != "" || got.resolved == "" {
			t.Errorf("%q: got %q; want it accepted", typed, got.wrong)
		}
	}
	for typed, offer := range map[string]string{
		" localhost:3000 ": "http://localhost:3000", "localhost:3000?x": "http://localhost:3000?x", "localhost:3000#x": "http://localhost:3000#x",
		"Example.com:443": "http://Example.com:443", "192.168.1.1": "http://192.168.1.1",
	} {
		if got := readHere(typed); got.offer != offer || got.wrong == "" {
			t.Errorf("%q: got %q offered; want %q", typed, got.offer, offer)
		}
	}
}

func TestWhatIsWatchedIsWhatIsResolved(t *testing.T) {
	for _, test := range []struct{ typed, want string }{
		{"/sse?count=2&interval=20 ", "http://localhost:3000/sse?count=2&interval=20&session=s&source=7"},
		{"sse", "http://localhost:3000/sse?session=s&source=7"},
		{"/sse?session=mine", "http://localhost:3000/sse?session=s&source=7"},
		{"/sse#x", "http://localhost:3000/sse?session=s&source=7#x"},
	} {
		if got := readHere(test.typed).watched("s", 7); got != test.want {
			t.Errorf("%q: got %s; want %s", test.typed, got, test.want)
		}
	}
}

func TestAPastedCurlCommand(t *testing.T) {
	for _, test := range []struct {
		typed, want string
		ok          bool
	}{
		{"curl -N http://localhost:3000/sse", "http://localhost:3000/sse", true},
		{`curl 'https://example.com/a?b=c&d=e' \` + "\n  -H 'Accept: text/event-stream' --compressed", "https://example.com/a?b=c&d=e", true},
		{`curl -H "Referer: http://x/" -e http://y/ "https://z/s"`, "https://z/s", true},
		{"curl -N localhost:3000/sse", "http://localhost:3000/sse", true},
		{"curl -x proxy:8080 -u me:80 https://z/s", "https://z/s", true},
		{"curl --version", "", false},
		{"curler http://x/", "", false},
		{"http://x/curl", "", false},
		{"", "", false},
	} {
		if command, ok := readCurl(test.typed); command.url != test.want || ok != test.ok {
			t.Errorf("%q: got %q, %v; want %q, %v", test.typed, command.url, ok, test.want, test.ok)
		}
	}
}

func TestWhatIsShownOfAnAddressIsNotWhatWatchesIt(t *testing.T) {
	for _, address := range []string{
		"http://localhost:3000/sse", "http://localhost:3000/sse?count=2", "http://localhost:3000/sse?script=a%26b&x#y",
	} {
		watched := readHere(address).watched("0123", 7)
		if got := unwatched(watched); got != address {
			t.Errorf("got %s of %s; want %s", got, watched, address)
		}
	}
}

func TestTheSameStreamForAnotherClient(t *testing.T) {
	for _, test := range []struct {
		name, typed       string
		socket, ours      bool
		forSocket, forSSE string
	}{
		{"the classic stream", "/sse", false, true, "/ws", "/sse"},
		{"a scenario", "/sse?scenario=ten-ticks&x=%2F", false, true, "/ws?scenario=ten-ticks&x=%2F", "/sse?scenario=ten-ticks&x=%2F"},
		{"a scenario over WebSocket", "/ws?scenario=ten-ticks", true, true, "/ws?scenario=ten-ticks", "/sse?scenario=ten-ticks"},
		{"the same, absolute", "ws://localhost:3000/ws?a=b", true, true, "ws://localhost:3000/ws?a=b", "/sse?a=b"},
		{"on the second origin, which has no WebSockets", "http://localhost:4000/sse?scenario=x", false, true, "/ws?scenario=x", "http://localhost:4000/sse?scenario=x"},
		{"another server's", "https://example.org/feed?x=http:", false, false, "wss://example.org/feed?x=http:", "https://example.org/feed?x=http:"},
		{"another server's WebSocket", "wss://example.org/feed", true, false, "wss://example.org/feed", "https://example.org/feed"},
		{"what is no address stays", "javascript:x", false, false, "javascript:x", "javascript:x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := readHere(test.typed)
			if a.socket != test.socket || a.ours() != test.ours {
				t.Errorf("got socket %v, ours %v; want %v, %v", a.socket, a.ours(), test.socket, test.ours)
			}
			if got := a.as(true); got != test.forSocket {
				t.Errorf("got %q for a WebSocket; want %q", got, test.forSocket)
			}
			if got := a.as(false); got != test.forSSE {
				t.Errorf("got %q for an EventSource; want %q", got, test.forSSE)
			}
		})
	}
}
