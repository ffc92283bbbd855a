package scenario

import (
	"strings"
	"testing"
	"unicode/utf8"

	"eventsource-playground/protocol"
	"eventsource-playground/sse"
)

// sent is a request with headers, names and values in turn.
func sent(method, body string, headers ...string) Request {
	r := Request{Method: method, Body: []byte(body)}
	for i := 0; i < len(headers); i += 2 {
		r.SetHeader(headers[i], headers[i+1])
	}
	return r
}

func TestConditionsOnWhatARequestSends(t *testing.T) {
	for _, test := range []struct {
		when    string
		request Request
		want    bool
	}{
		{"method is POST", sent("POST", ""), true},
		{"method is POST", sent("GET", ""), false},
		{"method is POST", sent("", ""), false},
		{"method is GET", sent("", ""), true},
		{"header X-Name is Ada", sent("", "", "X-Name", "Ada"), true},
		{"header x-NAME is Ada", sent("", "", "X-Name", "Ada"), true},
		{"header X-Name is Ada", sent("", "", "X-Name", "ada"), false},
		{"header X-Name is Ada", sent("", ""), false},
		{`header X-Name is "Ada L."`, sent("", "", "X-Name", "Ada L."), true},
		{"header X-Name is none", sent("", ""), true},
		{"header X-Name is none", sent("", "", "X-Name", "none"), false},
		{`header X-Name is "none"`, sent("", "", "X-Name", "none"), true},
		{"authorized", sent("", "", "Authorization", "Basic x"), true},
		{"authorized", sent("", ""), false},
		{"authorized is t-1", sent("", "", "Authorization", "Bearer t-1"), true},
		{"authorized is t-1", sent("", "", "authorization", "bearer  t-1 "), true},
		{"authorized is t-1", sent("", "", "Authorization", "Bearer t-2"), false},
		{"authorized is t-1", sent("", "", "Authorization", "t-1"), false},
		{"authorized is t-1", sent("", "", "Authorization", "Bearer t-1 t-1"), false},
		{"authorized is t-1", sent("", ""), false},
		{"method is POST and header X-Name is Ada and authorized", sent("POST", "", "X-Name", "Ada", "Authorization", "Bearer x"), true},
		{"method is POST and header X-Name is Ada and authorized", sent("POST", "", "X-Name", "Ada"), false},
		{"authorized and Last-Event-ID is none", sent("", "", "Authorization", "Bearer x"), true},
		{"Last-Event-ID is 7 and redirected", Request{LastEventID: "7", Redirected: true}, true},
		{"Last-Event-ID is 7 and redirected", Request{LastEventID: "7"}, false},

		// A preflight names the headers, and not their values.
		{"header X-Name is Ada", Request{Announced: []string{"x-name"}}, true},
		{"header X-Name is none", Request{Announced: []string{"x-name"}}, false},
		{"header X-Name is Ada", Request{Announced: []string{"x-other"}}, false},
		{"authorized is t-1", Request{Announced: []string{"authorization"}}, true},
		{"Last-Event-ID is 7", Request{Announced: []string{"last-event-id"}}, true},
		{"Last-Event-ID is none", Request{Announced: []string{"last-event-id"}}, false},
		{"method is POST and authorized", Request{Method: "GET", Announced: []string{"authorization"}}, false},
	} {
		s := parse(t, "== 200 when "+test.when+"\n")
		section, _ := new(Run).Section(s, test.request, now)
		if got := section != nil; got != test.want {
			t.Errorf("%s: got %v for %+v; want %v", test.when, got, test.request, test.want)
		}
	}
}

func TestAnExampleMeetsItsCondition(t *testing.T) {
	for _, when := range []string{"redirected", "method is POST", "header X-Name is Ada", "header X-Name is none", "Last-Event-ID is 7", "Last-Event-ID is 7 or more", "Last-Event-ID is none"} {
		condition := parse(t, "== 200 when "+when+"\n").Sections[0].When
		other := sent("GET", "", "X-Other", "a")
		if r := condition.Example(other); !condition.met(&r) || r.header["x-other"] != "a" || len(other.header) != 1 {
			t.Errorf("%s: got %+v of %+v; want what meets it, and the other as it was", when, r, other)
		}
	}
}

func TestWhatIsFilledInOfARequest(t *testing.T) {
	long := strings.Repeat("x", maxHeader)
	for _, test := range []struct {
		name, line string
		request    Request
		want       string
	}{
		{"the method", "data: {method}", sent("POST", ""), "data: POST\n"},
		{"GET, if nobody says", "data: {method}", Request{}, "data: GET\n"},
		{"a header, in any case", "data: {header x-NAME}", sent("", "", "X-Name", "Ada"), "data: Ada\n"},
		{"a header that is missing", "data: {header X-Name}.", Request{}, "data: .\n"},
		{"a header that looks secret", "data: {header X-Api-Key} {header X-Auth-Token}", sent("", "", "X-Api-Key", "s3", "X-Auth-Token", "s3"), "data: ••• •••\n"},
		{"a long header", "data: {header X-Name}", sent("", "", "X-Name", long+"y"), "data: " + long + "…\n"},
		{"a body", "data: {body}", sent("POST", "hello"), "data: hello\n"},
		{"no body", "data: {body}", Request{}, "data: \n"},
		{"lines of data", "data: {body}", sent("POST", "a\nb\r\nc\rd\n"), "data: a\ndata: b\ndata: c\ndata: d\ndata: \n"},
		{"text around it", "data: <{body}>", sent("POST", "a\n\nb"), "data: <a\ndata: \ndata: b>\n"},
		{"an indented line", "data:{body}", sent("POST", "a\n b"), "data:a\ndata:  b\n"},
		{"lines of a comment", ":{body}", sent("POST", "a\ndata: b\n\nc"), ":a\n: data: b\n: \n: c\n"},
		{"an id", "id: {body}", sent("POST", "a\ndata: b\x00c\r\nd"), "id: a data: b c d\n"},
		{"a type", "event: {body}", sent("POST", "a\rb"), "event: a b\n"},
		{"a line of its own", "{body}", sent("POST", "data: a\n\n"), "data: a  \n"},
		{"U+0000 in data", "data: {body}", sent("POST", "a\x00b"), "data: a\x00b\n"},
		{"another brace", "data: {Body} {header} {body }", sent("POST", "a"), "data: {Body} {header} {body }\n"},
	} {
		s := parse(t, "== 200\n"+test.line+"\n")
		if got, want := steps(s.Sections[0], test.request), "respond 200\nwrite "+quote(test.want)+"\nend"; got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, want)
		}
	}
}

// Whatever is posted, its lines are the data of one event, and all around it is as the scenario says.
func TestABodyStaysInItsField(t *testing.T) {
	s := parse(t, "== 200\nid: 1\n:{body}\nevent: e{body}\ndata: {body}\n\nid: {body}\ndata: next\n\n")
	for _, body := range []string{"", "a", "\n", "\r", "\r\n\r\n", "\n\ndata: forged\n\nid: 9\n", "\x00", "\xFF\xFEa\xE2\x82", "\uFEFF", "retry: 1\n", " a\n  b",
		strings.Repeat("a\n", 100), strings.Repeat("\n", protocol.MaxBody), strings.Repeat("x", protocol.MaxBody)} {
		var sentBytes []byte
		for p := s.Sections[0].Play(sent("POST", body)); ; {
			step, ok := p.Next()
			if !ok {
				break
			}
			if step.Do == Write {
				sentBytes = append(sentBytes, step.Bytes...)
			}
		}
		var got []sse.Event
		var decoder sse.Decoder
		decoder.Feed(sentBytes, func(l sse.Line) {
			if l.Event != nil {
				got = append(got, *l.Event)
			}
			if l.Outcome == sse.Field && l.Field == "retry" {
				t.Errorf("%.20q: got a retry; want none", body)
			}
		})
		lines := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(body)
		if len(got) != 2 || got[0].LastEventID != "1" || got[1].Data != "next" {
			t.Errorf("%.20q: got %.200q; want two events, the first with the id 1", body, got)
		} else if data, short := strings.CutSuffix(got[0].Data, cut); utf8.ValidString(body) && data != lines && (!short || !strings.HasPrefix(lines, data)) {
			t.Errorf("%.20q: got data %.50q; want %.50q", body, data, lines)
		}
	}
}

func TestWhatIsFilledInIsLimited(t *testing.T) {
	breaks := sent("POST", strings.Repeat("\n", protocol.MaxBody))
	s := parse(t, "== 200\ndata: {body}\n\n")
	size := 0
	for p := s.Sections[0].Play(breaks); ; {
		step, ok := p.Next()
		if !ok {
			break
		}
		size += len(step.Bytes)
	}
	if most := costOf(s.Sections[0].body, nil).bytes; size > most || size < maxEcho {
		t.Errorf("got %d bytes; want at most the %d that were counted before", size, most)
	}
	for _, test := range []struct{ name, text, want string }{
		{"many bodies", "== 200\n" + strings.Repeat("{body}\n", 32), "1:1 this section can send 4194432 bytes: the limit is 4194304"},
		{"a slow one", "== 200\n@pace line every 1s\ndata: {body}\n\n", "1:1 this section can last 5h12m6s: the limit is 10m0s, not counting @hold"},
	} {
		if _, err := Parse(test.text, DefaultLimits); mistakes(err) != test.want {
			t.Errorf("%s: got %s; want %s", test.name, mistakes(err), test.want)
		}
	}
}

func TestHowAClientOfOnesOwnConnects(t *testing.T) {
	s := parse(t, "connect: second origin\nmethod: POST\nheader: X-Name:Ada: L.\nheader: authorization: Bearer x\nbody: {\"a\": 1}\n== 200\n")
	c := s.Connect
	if !c.Engine || !c.SecondOrigin || c.Times != 1 || c.Method != "POST" || c.Body != `{"a": 1}` ||
		len(c.Headers) != 2 || c.Headers[0] != (protocol.Header{Name: "X-Name", Value: "Ada: L."}) || c.Headers[1] != (protocol.Header{Name: "authorization", Value: "Bearer x"}) {
		t.Errorf("got %+v; want what the headings say", c)
	}
	if r := c.Request(); r.Method != "POST" || string(r.Body) != c.Body || r.header["x-name"] != "Ada: L." || r.authorization != "Bearer x" {
		t.Errorf("got %+v; want the same as a request", r)
	}
	if c := parse(t, "connect: 2 times\n== 200\n").Connect; c.Engine {
		t.Errorf("got %+v; want an EventSource", c)
	}
}

func TestMistakesAboutWhatARequestSends(t *testing.T) {
	const (
		unseenX = " cannot be looked at: name a header that begins with X-, such as X-Name, of at most 64 characters"
		unsent  = " is not sent with a scenario: use Authorization, Content-Type, or a name that begins with X-, of at most 64 characters"
	)
	for _, test := range []struct{ name, text, want string }{
		{"another method", "method: PUT\n== 200", "1:9 a stream is requested with GET or POST: write method: POST"},
		{"a method twice", "method: GET\nmethod: GET\n== 200", "2:1 method is here twice: keep one"},
		{"a body of a GET", "body: a\n== 200", "1:1 only a POST has a body: add method: POST"},
		{"a header without a colon", "header: X-Name\n== 200", "1:9 a colon is missing: write a header such as header: X-Name: value"},
		{"a header without a value", "header: X-Name:\n== 200", "1:9 a header's value is printable ASCII: write one such as header: X-Name: value"},
		{"a header in another script", "header: X-Name: ä\n== 200", "1:9 a header's value is printable ASCII: write one such as header: X-Name: value"},
		{"a header twice", "header: X-Name: a\nheader: x-name: b\n== 200", "2:9 x-name is here twice: keep one"},
		{"a cookie", "header: Cookie: a\n== 200", "1:9 Cookie" + unsent},
		{"a name with a space", "header: X-A B: a\n== 200", "1:9 X-A B" + unsent},
		{"a long header", "header: X-Name: " + strings.Repeat("x", 201) + "\n== 200", "1:9 this header is 201 bytes long: the limit is 200"},
		{"many headers", strings.Join(strings.Split("header: X-1: a,header: X-2: a,header: X-3: a,header: X-4: a,header: X-5: a,header: X-6: a,header: X-7: a,header: X-8: a,header: X-9: a", ","), "\n") + "\n== 200",
			"9:9 this is header 9: the limit is 8"},

		{"a condition on another method", "== 200 when method is PUT", "1:23 a stream is requested with GET or POST: write method is POST"},
		{"a condition on no value", "== 200 when header X-Name", "1:26 the value is missing: write header X-Name is value, or is none"},
		{"a condition on a cookie", "== 200 when header Cookie is a", "1:20 Cookie" + unseenX},
		{"a condition on Authorization", "== 200 when header Authorization is a", "1:20 Authorization is never shown: compare it with a word, as in when authorized is word"},
		{"a condition on a long name", "== 200 when header X-" + strings.Repeat("a", 63) + " is a", "1:20 X-" + strings.Repeat("a", 28) + "…" + unseenX},
		{"a scheme with the word", `== 200 when authorized is "Bearer a"`, "1:27 the word is what follows Bearer, or another scheme: write it alone"},
		{"a condition twice", "== 200 when authorized and authorized", "1:28 authorized is here twice: keep one"},
		{"nothing after and", "== 200 when authorized and", "1:27 this is not a condition: write redirected, method is POST, header X-Name is value, authorized, Last-Event-ID is 7, is 7 or more, is none or is not a number"},

		{"an echo of a cookie", "== 200\ndata: ä {header Cookie}", "2:9 Cookie" + unseenX},
		{"an echo of Authorization", "== 200\ndata: {header authorization}", "2:7 Authorization is never shown: compare it with a word, as in when authorized is word"},
		{"an echo of nothing", "== 200\ndata: {header X-Name", "2:7 this header is not possible: write one such as {header X-Name}"},
		{"an echo that is expected", "== 200\n== expect\nmessage '{header Cookie}'", "3:9 Cookie" + unseenX},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Parse(test.text, DefaultLimits); mistakes(err) != test.want {
				t.Errorf("got\n%s\nwant\n%s", mistakes(err), test.want)
			}
		})
	}
}
