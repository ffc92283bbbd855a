package scenario

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"eventsource-playground/scenario/picture"
	"eventsource-playground/sse"
)

func TestExpect(t *testing.T) {
	s := parse(t, `== 200
== expect
# what is seen
request

open after 1.5s
@repeat 2 to 3
tick '{"n":{n}}' id {n}
chromium: "x y" "a\nb" id "1 2"
@again
firefox: error 2
chromium: error 0
request redirected Last-Event-ID 3 after 3s
message "ab" 3 times
open ""
...
`)
	if !s.Expect.More {
		t.Error("got an end; want dots")
	}
	common := []string{"request", "open after 1.5s", `tick "{\"n\":2}" id 2`, `tick "{\"n\":3}" id 3`}
	rest := []string{"request redirected Last-Event-ID 3 after 3s", `message "ababab"`, `open ""`}
	for _, test := range []struct {
		engine string
		want   []string
		sure   bool
	}{
		{Chromium, join(common[:3], []string{`"x y" "a\nb" id "1 2"`}, common[3:], []string{`"x y" "a\nb" id "1 2"`, "error 0"}, rest), true},
		{Firefox, join(common, []string{"error 2"}, rest), true},
		{"safari", join(common, rest), false},
	} {
		seen, sure := s.Expect.In(test.engine)
		var got []string
		for _, one := range seen {
			got = append(got, one.String())
		}
		if strings.Join(got, "\n") != strings.Join(test.want, "\n") || sure != test.sure {
			t.Errorf("got in %s, sure %v,\n%s\nwant\n%s", test.engine, sure, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
	}
}

func TestWhatIsExpectedOverAProtocol(t *testing.T) {
	e := parse(t, `== 200
== expect
request
over HTTP/1.1: open
over HTTP/2: error 2
firefox over HTTP/2: "firefox" "2"
chromium: "chromium" "both"
`).Expect
	for _, test := range []struct{ protocol, engine, want string }{
		{HTTP1, Chromium, `request; open; chromium "both"`},
		{HTTP1, Firefox, `request; open`},
		{HTTP2, Chromium, `request; error 2; chromium "both"`},
		{HTTP2, Firefox, `request; error 2; firefox "2"`},
	} {
		seen, sure := e.Over(test.protocol, test.engine)
		var got []string
		for _, one := range seen {
			got = append(got, one.String())
		}
		if got := strings.Join(got, "; "); got != test.want || !sure {
			t.Errorf("got %s over %s in %s, sure %v; want %s", got, test.protocol, test.engine, sure, test.want)
		}
	}
}

func join(parts ...[]string) (all []string) {
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

func TestMatches(t *testing.T) {
	message := func(data string) Seen {
		return Seen{Kind: Dispatched, Event: sse.Event{Type: "message", Data: data}}
	}
	for _, test := range []struct {
		want string
		got  Seen
		ok   bool
	}{
		{"open", Seen{Kind: Opened, After: time.Hour}, true},
		{"open", Seen{Kind: Failed}, false},
		{"error 2", Seen{Kind: Failed}, false},
		{"request Last-Event-ID 1", Seen{LastEventID: "1"}, true},
		{"request Last-Event-ID 1", Seen{}, false},
		{"request redirected", Seen{}, false},
		{"message 'a'", message("a"), true},
		{"message 'a' id 1", message("a"), false},
		{"message 'a' 3 times", message("aaa"), true},
		{"message '<{time}>'", message("<2026-01-02T03:04:05.678Z>"), true},
		{"message '<{time}>'", message("<2026-13-02T03:04:05.678Z>"), false},
		{"message '{time}'", message("now"), false},
		{"message '{random 3-12}.'", message("12."), true},
		{"message '{random 3-12}.'", message("13."), false},
		{"message '{random 3-12}.'", message("05."), false},
		{"message '{attempt} {last-event-id}'", message("7 anything"), true},
		{"message '{attempt}'", message("0"), false},
		{"message '{bytes 100}'", message(pictured64(0, 100)), true},
		{"message '<{bytes 100}>'", message("<" + pictured64(12345, 100) + ">"), true},
		{"message '{bytes 100}'", message(pictured64(0, 99)), false},
		{"message '{bytes 99}'", message(pictured64(0, 100)), false},
		{"message '{bytes 9}'", message("AAAAAAAAAAAA"), false},
		{"message '{bytes 9}'", message("no Base64..."), false},
		{"message '{attempt}'", message("{attempt}"), false},
	} {
		want, _ := parse(t, "== 200\n== expect\n"+test.want).Expect.In(Chromium)
		if got := want[0].Matches(test.got); got != test.ok {
			t.Errorf("got %v for %q and %+v; want %v", got, test.want, test.got, test.ok)
		}
	}
}

// pictured64 is Base64 of bytes of the picture.
func pictured64(from, n int) string {
	return base64.StdEncoding.EncodeToString(picture.Append(nil, from, n))
}
