package scenario

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"eventsource-playground/language"
)

// parse wants a text without a mistake.
func parse(t *testing.T, text string) *Scenario {
	t.Helper()
	s, err := Parse(text, DefaultLimits)
	if err != nil {
		t.Fatalf("got %v; want no error", err)
	}
	return s
}

func TestTheNotationsExamplesAreGood(t *testing.T) {
	text, err := os.ReadFile("NOTATION.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "```\n")
	if len(parts) != 7 {
		t.Fatalf("got %d examples; want 3", len(parts)/2)
	}
	for i := 1; i < len(parts); i += 2 {
		if s := parse(t, parts[i]); s.Title["en"] == "" {
			t.Errorf("got no title for\n%s", parts[i])
		}
	}
	for _, d := range directives {
		if d.name != "again" && !strings.Contains(string(text), "`@"+d.name) {
			t.Errorf("@%s is not in NOTATION.md", d.name)
		}
	}
}

func TestHeadings(t *testing.T) {
	s := parse(t, "\uFEFF# a comment\r\ntitle: A: title \r\n\r\ngroup: Basics\norder: 7\nabout: One\nabout: two.\n"+
		"title.zh: 甲：标题\nabout.zh: 一。\nabout.zh: 二。\n"+
		"listen: message, \"x \", 'a,b',tick tock\nconnect: 7 times, with credentials, second origin\n== 200\n")
	want := &Scenario{
		Title: language.Text{"en": "A: title", "zh": "甲：标题"}, Group: "Basics", Order: 7,
		About:   language.Text{"en": "One two.", "zh": "一。二。"},
		Listen:  []string{"message", "x ", "a,b", "tick tock"},
		Connect: Connect{SecondOrigin: true, Credentials: true, Times: 7},
	}
	s.Sections = nil
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got %+v; want %+v", s, want)
	}
}

func TestSections(t *testing.T) {
	type want struct {
		line        int
		reply       Reply
		status      int
		after, for_ time.Duration
		when        Condition
	}
	s := parse(t, `== 200
== 503 after 1.5s for 10s
== refuse for 1m
== silence
== 404 when redirected
== 404 when Last-Event-ID is none
== 404 when Last-Event-ID is "none"
== 404 when Last-Event-ID is a%20b after 1s
== 404 when Last-Event-ID is "a b" after 1s
== 404 when Last-Event-ID is not a number
==204 when redirected and Last-Event-ID is 9 or more
`)
	for i, w := range []want{
		{1, Response, 200, 0, 0, Condition{}},
		{2, Response, 503, 1500 * time.Millisecond, 10 * time.Second, Condition{}},
		{3, Refuse, 0, 0, time.Minute, Condition{}},
		{4, Silence, 0, 0, 0, Condition{}},
		{5, Response, 404, 0, 0, Condition{Redirected: true}},
		{6, Response, 404, 0, 0, Condition{ID: IDNone}},
		{7, Response, 404, 0, 0, Condition{ID: IDIs, Value: "none"}},
		{8, Response, 404, time.Second, 0, Condition{ID: IDIs, Value: "a%20b"}},
		{9, Response, 404, time.Second, 0, Condition{ID: IDIs, Value: "a b"}},
		{10, Response, 404, 0, 0, Condition{ID: IDNotNumber}},
		{11, Response, 204, 0, 0, Condition{Redirected: true, ID: IDAtLeast, N: 9}},
	} {
		g := s.Sections[i]
		if got := (want{g.Line, g.Reply, g.Head.Status, g.After, g.For, g.When}); got != w {
			t.Errorf("section %d: got %+v; want %+v", i+1, got, w)
		}
	}
}

func TestHeads(t *testing.T) {
	plain := []Header{{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}}
	stream := []Header{{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}}
	for _, test := range []struct {
		name, text string
		want       Head
	}{
		{"a stream", "== 200", Head{Status: 200, Header: stream}},
		{"an error", "== 500", Head{Status: 500, Header: plain}},
		{"a 204 has no type", "== 204", Head{Status: 204, Header: plain[1:]}},
		{"a header of one's own", "== 503\n@header retry-after:5", Head{Status: 503, Header: slices.Concat([]Header{{"Retry-After", "5"}}, plain)}},
		{"another type", "== 200\n@header content-TYPE: Text/Event-Stream; charset=x", Head{Status: 200, Header: slices.Concat([]Header{{"Content-Type", "Text/Event-Stream; charset=x"}}, stream[1:])}},
		{"no type", "== 200\n@header Content-Type:", Head{Status: 200, Header: stream[1:]}},
		{"CORS for all", "== 200\n@cors *", Head{Status: 200, Header: stream, CORS: CORSAny}},
		{"CORS for one", "== 200\n@cors exact with credentials", Head{Status: 200, Header: stream, CORS: CORSExact, Credentials: true}},
		{"CORS for none", "== 200\n@cors none", Head{Status: 200, Header: stream, CORS: CORSNone}},
		{"gzip", "== 200\n@gzip", Head{Status: 200, Header: stream, Gzip: GzipFlushed}},
		{"gzip without flush", "== 200\n@gzip unflushed", Head{Status: 200, Header: stream, Gzip: GzipUnflushed}},
		{"a redirect to itself", "== 301\n@redirect here", Head{Status: 301, Header: plain, Redirect: RedirectHere}},
		{"a redirect away", "== 308\n@redirect second origin", Head{Status: 308, Header: plain, Redirect: RedirectSecond}},
		{"a redirect to a path", "== 302\n@redirect /a?b=//c", Head{Status: 302, Header: plain, Redirect: RedirectPath, Path: "/a?b=//c"}},
	} {
		if got := parse(t, test.text).Sections[0].Head; !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v; want %+v", test.name, got, test.want)
		}
	}
}

// Each text has one mistake, or more: all are reported, with line and column.
func TestMistakes(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", "1:1 there is no response: add a section, which begins with a line such as == 200"},
		{"only a heading", "title: a\n", "1:1 there is no response: add a section, which begins with a line such as == 200"},
		{"no heading", "hello\n== 200", "1:1 this is not a heading: write one such as title: Half an event, or begin a section with == 200"},
		{"an unknown heading", "colour: red\n== 200", "1:1 colour is not a heading: use title, title.zh, group, order, about, about.zh, listen, connect, method, header or body"},
		{"a misspelt heading", "titel: a\n== 200", "1:1 titel is not a heading: did you mean title?"},
		{"a heading twice", "title: a\ntitle: b\n== 200", "2:1 title is here twice: keep one"},
		{"a long heading", "title: " + strings.Repeat("ä", 501) + "\n== 200", "1:8 this is 501 characters long: the limit is 500"},
		{"a place that is no number", "order: first\n== 200", "1:8 first is not a whole number: give the place in the group"},
		{"nothing to listen for", "listen: a,, b\n== 200", "1:11 an event type is missing: write the types to listen for, such as message, tick"},
		{"no comma", "listen: 'a' 'b'\n== 200", "1:13 'b' is not expected here: put a comma between two types"},
		{"a type twice", "listen: a, b, a\n== 200", "1:15 a is here twice: keep one"},
		{"a comma of another keyboard", "listen: a，b\n== 200", "1:10 ， does not separate anything here: write a comma, or put what contains it in quotes"},
		{"an enumeration comma", "listen: tick、tock\n== 200", "1:13 、 does not separate anything here: write a comma, or put what contains it in quotes"},
		{"a semicolon", "listen: a; b\n== 200", "1:10 ; does not separate anything here: write a comma, or put what contains it in quotes"},
		{"quotes of another keyboard", "listen: a, “b”\n== 200", "1:12 “ is not a quote here: write \"…\", or '…' without escapes"},
		{"a space that cannot be seen", "listen: a\u200Bb\n== 200", "1:10 a character here cannot be seen: remove it, or write it in quotes as \\u200B"},
		{"a colon of another keyboard", "title：a\n== 200", "1:6 ： does not end a heading's name: write : instead"},
		{"a long about", strings.Repeat("about: "+strings.Repeat("x", 500)+"\n", 8) + "== 200", "8:8 all lines of about are 4007 bytes long: the limit is 4000"},
		{"two numbers of connections", "connect: 2 times, 3 times\n== 200", "1:19 the number is here twice: keep one"},
		{"a way to connect twice", "connect: second origin, second origin\n== 200", "1:25 second origin is here twice: keep one"},
		{"no comma between two ways", "connect: second origin with credentials\n== 200", "1:24 with credentials is not expected here: put a comma between two ways to connect"},
		{"a way to connect that is missing", "connect: second origin, , 2 times\n== 200", "1:25 this is not a way to connect: use second origin, with credentials, or a number such as 7 times"},
		{"another comma between two ways", "connect: second origin，2 times\n== 200", "1:23 ， does not separate anything here: write a comma, or put what contains it in quotes"},
		{"another comma before a comma", "connect: 2 times；, with credentials\n== 200", "1:17 ； does not separate anything here: write a comma, or put what contains it in quotes"},
		{"another way to connect", "connect: quickly\n== 200", "1:10 this is not a way to connect: use second origin, with credentials, or a number such as 7 times"},
		{"too many connections", "connect: 9 times\n== 200", "1:10 9 is out of range: give how many EventSources to open, from 1 to 8"},
		{"a number of nothing", "connect: 3\n== 200", "1:11 times is missing: write it after the number"},
		{"a directive in the heading", "@wait 1s\n== 200", "1:1 @wait belongs to a response: begin a section with == 200 above it"},

		{"no status", "==", "1:3 a status is missing: write a status such as == 200, or == refuse, == silence or == expect"},
		{"a word as status", "== OK", "1:4 OK is not a status: write a status such as == 200, or == refuse, == silence or == expect"},
		{"a status out of range", "== 101", "1:4 101 is not the status of a final response: give one from 200 to 599"},
		{"more after the status", "== 200 OK", "1:8 OK is not expected here: a status can be followed by after 2s, for 10s, or when and a condition"},
		{"a time without a unit", "== 200 after 2", "1:14 2 is not a duration: give one such as 500ms, 2s or 1.5s"},
		{"no time", "== 200 after", "1:13 a duration is missing: give one such as 500ms or 2s"},
		{"no time at all", "== 200 after 0s", "1:14 0s is too short: give 1ms or more"},
		{"a negative time", "== 200 after -1s", "1:14 -1s is too short: give 1ms or more"},
		{"a fine time", "== 200 after 1500us", "1:14 1500us is too fine: give whole milliseconds"},
		{"an eternity", "== 200 after 25h", "1:14 25h is too long: give 24h0m0s or less"},
		{"another condition", "== 200 when hungry", "1:13 this is not a condition: write redirected, method is POST, header X-Name is value, authorized, Last-Event-ID is 7, is 7 or more, is none or is not a number"},
		{"no id", "== 200 when Last-Event-ID is", "1:29 the id is missing: write it here, in quotes if it contains a space"},
		{"more than a word", "== 200 when Last-Event-ID is a or more", "1:30 a is not a whole number: or more needs one"},
		{"a time and a condition", "== 200 for 1s when redirected", "1:15 for and when exclude each other: a section with a condition is for every request that meets it"},
		{"a time twice", "== 200 after 1ms after 2ms", "1:18 after is here twice: keep one"},
		{"another time twice", "== 503 for 1s after 1s for 2s", "1:24 for is here twice: keep one"},
		{"two conditions", "== 200 when redirected when Last-Event-ID is 7", "1:24 when is here twice: keep one"},
		{"an id in other quotes", "== 200 when Last-Event-ID is “7”", "1:30 “ is not a quote here: write \"…\", or '…' without escapes"},
		{"a section after expect", "== 200\n== expect\n== 200", "3:1 == expect is the last section: move this one above it"},

		{"a misspelt directive", "== 200\n@wiat 1s", "2:1 @wiat is not a directive: did you mean @wait?"},
		{"an unknown directive", "== 200\n@somebody", "2:1 @somebody is not a directive: use header, cors, redirect, gzip, proxy, wait, flush, raw, bytes, pace, repeat, again, end, cut or hold, or @raw \"@\" for the character itself"},
		{"a wait for nothing", "== 200\n@wait", "2:6 a duration is missing: give one such as 500ms or 2s"},
		{"a wait and more", "== 200\n@wait 1s please", "2:10 please is not expected here: @wait accepts one duration"},
		{"a word after flush", "== 200\n@flush now", "2:8 now is not expected here: @flush stands alone"},
		{"nothing to flush", "== 200\na\n@flush\n@flush", "4:1 there is nothing to flush since the last @flush: remove this"},
		{"nothing to send", "== 200\n@raw ''", "2:6 there is nothing to send: write it between the quotes"},
		{"bytes without a number", "== 200\n@bytes", "2:7 a number is missing: give how many bytes"},
		{"no bytes", "== 200\n@bytes 0 binary", "2:8 0 is out of range: give how many bytes, from 1 to 131072"},
		{"too many bytes", "== 200\n@bytes 131073 binary", "2:8 131073 is out of range: give how many bytes, from 1 to 131072"},
		{"bytes that are not said how", "== 200\n@bytes 9", "2:9 this is not how bytes are sent: write base64 or binary"},
		{"bytes and more", "== 200\n@bytes 9 base64 twice", "2:17 twice is not expected here: @bytes ends here"},
		{"bytes without a body", "== 204\n@bytes 9 base64", "2:1 a 204 has no body: remove this"},
		{"binary bytes in pieces", "== 200\n@pace byte every 1s\n@bytes 9 binary", "3:10 binary is sent at once, since it is one message over a WebSocket: remove the @pace or @proxy holds above, or write base64"},
		{"binary bytes in a buffer", "== 200\n@proxy holds 9 bytes\n@bytes 9 binary", "3:10 binary is sent at once, since it is one message over a WebSocket: remove the @pace or @proxy holds above, or write base64"},
		{"bytes in a line", "== 200\ndata: {bytes 9}", "2:7 generated bytes are a placeholder in == expect only: write @bytes 65536 base64, which sends an event of them"},
		{"no quotes", "== 200\n@raw hello", "2:6 what is sent must be in quotes: write it as \"…\", or as '…' without escapes"},
		{"an open quote", "== 200\n@raw \"hello", "2:6 the quote is not closed: add a \" in this line"},
		{"an unknown escape", "== 200\n@raw \"ä\\q\"", "2:8 this escape does not exist: use \\r \\n \\t \\0 \\\\ \\\" \\xFF or \\uFEFF"},
		{"half a byte", "== 200\n@raw \"\\xF\"", "2:7 \\x needs two hexadecimal digits: write a byte such as \\xFF"},
		{"half a character code", "== 200\n@raw \"\\uFE\"", "2:7 \\u needs four hexadecimal digits: write a character such as \\uFEFF"},
		{"a surrogate", "== 200\n@raw \"\\uD800\"", "2:7 this is half of a surrogate pair: write both halves, such as \\uD83D\\uDE00"},
		{"the second half alone", "== 200\n@raw \"\\uDE00\\uD83D\"", "2:7 this is half of a surrogate pair: write both halves, such as \\uD83D\\uDE00"},
		{"a pair whose second half is another character", "== 200\n@raw \"\\uD83D\\uFEFF\"", "2:7 this is half of a surrogate pair: write both halves, such as \\uD83D\\uDE00"},
		{"a backslash at the end", "== 200\n@raw \"\\", "2:7 this escape does not exist: use \\r \\n \\t \\0 \\\\ \\\" \\xFF or \\uFEFF"},
		{"no space after the quote", "== 200\n@raw \"a\"b", "2:9 a space is missing after the quote: add one"},
		{"a number of nothing", "== 200\n@raw \"a\" 3", "2:11 times is missing: write it after the number"},
		{"another pace", "== 200\n@pace word every 1s", "2:7 this is not a pace: write byte every 20ms, line every 1s or off"},
		{"a pace in a repeat", "== 200\n@repeat 2\n@pace off\na\n@again", "3:1 the pace cannot change inside a repeat: move this above the @repeat"},
		{"a repeat without number", "== 200\n@repeat\na\n@again", "2:8 a number is missing: give how many rounds"},
		{"no rounds", "== 200\n@repeat 0\na\n@again", "2:9 0 rounds repeat nothing: give 1 or more, or the first and the last number, such as 0 to 9"},
		{"backwards", "== 200\n@repeat 3 to 1\na\n@again", "2:14 1 is out of range: give the last number, from 3 to 1000000000"},
		{"more than a repeat accepts", "== 200\n@repeat 3 resume every 1s\na\n@again", "2:18 every 1s is not expected here: a number of rounds can be followed by every 1s, and then by resume"},
		{"a repeat in a repeat", "== 200\n@repeat 3\na\n@repeat 2\n@again", "4:1 a repeat cannot contain another: add @again above this"},
		{"a repeat of nothing", "== 200\n@repeat 3\n@again", "3:1 there is nothing to repeat: write it between @repeat and @again"},
		{"a repeat without end", "== 200\n@repeat 3\na\n\n== 200", "2:1 this @repeat has no end: add @again after what repeats"},
		{"an end without repeat", "== 200\n@again", "2:1 @again ends a repeat, and none is open: add @repeat above what repeats"},
		{"a counter of nothing", "== 200\ndata: ä {n}", "2:9 {n} counts the rounds of a repeat: put this line between @repeat and @again, or into @raw"},
		{"no random number", "== 200\ndata: {random 6-1}", "2:7 this random number is not possible: write two whole numbers, the lower one first, such as {random 1-6}"},
		{"a directive after a space", "== 200\n @wait 1s", "2:1 this line would be sent as it is: begin it with @wait for the directive, or send it with @raw"},
		{"a directive of another keyboard", "== 200\n＠hold", "2:1 this line would be sent as it is: begin it with @hold for the directive, or send it with @raw"},
		{"a section after a space", "== 200\na\n\t== 200", "3:1 this line would be sent as it is: begin it with == for a new section, or send it with @raw"},
		{"a section of another keyboard", "== 200\na\n＝＝ 200", "3:1 this line would be sent as it is: begin it with == for a new section, or send it with @raw"},
		{"a comment after a space", "== 200\n # a", "2:1 this line would be sent as it is: begin it with # for a comment, or send it with @raw"},
		{"a cut in a repeat", "== 200\n@repeat 3\na\n@cut\n@again", "4:1 @cut cannot be inside a repeat: add @again above it"},
		{"another cut", "== 200\n@cut short", "2:6 short is not expected here: write @cut, @cut connection or @cut cleanly"},
		{"a line after the end", "== 200\n@cut cleanly\n\ndata: a", "4:1 nothing is sent after @cut cleanly: move this above it, or begin a section with =="},
		{"a directive after the end", "== 200\n@hold\n@cut", "3:1 nothing is sent after @hold: move this above it, or begin a section with =="},
		{"a body for nobody", "== refuse\ndata: a", "2:1 == refuse sends nothing: remove this line, or give a status such as == 200"},
		{"a directive for nobody", "== silence\n@hold", "2:1 == silence sends nothing: remove @hold, or give a status such as == 200"},
		{"a body of a 204", "== 204\n\ndata: a", "3:1 a 204 has no body: remove this"},
		{"a 204 that stays", "== 204\n@hold", "2:1 a 204 has no body, so it ends at once: remove @hold"},

		{"a header too late", "== 200\ndata: a\n@header Server: x", "3:1 @header belongs above the first byte of the body: move it up"},
		{"a header without colon", "== 200\n@header Server", "2:9 a colon is missing: write a header such as @header Retry-After: 5"},
		{"a header twice", "== 200\n@header Server: a\n@header server: b", "3:1 @header Server is here twice: keep one"},
		{"a misspelt header", "== 200\n@header Retry-Afer: 5", "2:9 Retry-Afer is not a header for a scenario: did you mean Retry-After?"},
		{"a header that is not allowed", "== 200\n@header X-Mine: 5", "2:9 X-Mine is not a header for a scenario: use Age, Cache-Control, Content-Language, Content-Type, Date, ETag, Expires, Last-Modified, Pragma, Retry-After, Server, Vary, Via or X-Accel-Buffering"},
		{"a cookie", "== 200\n@header Set-Cookie: a=b", "2:9 a scenario cannot set cookies: remove this"},
		{"CORS by hand", "== 200\n@header access-control-allow-origin: *", "2:9 access-control-allow-origin is not set by hand: use @cors"},
		{"a redirect by hand", "== 302\n@header Location: //example.org", "2:9 Location is not set by hand: use @redirect"},
		{"an encoding by hand", "== 200\n@header Content-Encoding: br", "2:9 Content-Encoding is not set by hand: use @gzip"},
		{"framing", "== 200\n@header Transfer-Encoding: x", "2:9 Transfer-Encoding belongs to the connection, which the server frames by itself: use @end, @cut, @cut cleanly and @flush"},
		{"a header with a tab", "== 200\n@header Server: a\tb", "2:18 this character is not allowed in a header: use printable ASCII"},
		{"a long header", "== 200\n@header Server: " + strings.Repeat("x", 201), "2:17 this header is 201 bytes long: the limit is 200"},
		{"a type that runs", "== 200\n@header Content-Type: text/html", "2:23 text/html is not allowed, since browsers execute some types: use text/event-stream, text/event-streamx, application/x-dom-event-stream, text/plain, application/json, application/x-ndjson or application/octet-stream, optionally with a parameter, or nothing"},
		{"two types", "== 200\n@header Content-Type: text/plain, text/html", "2:23 text/plain, text/html is not allowed, since browsers execute some types: use text/event-stream, text/event-streamx, application/x-dom-event-stream, text/plain, application/json, application/x-ndjson or application/octet-stream, optionally with a parameter, or nothing"},
		{"another CORS", "== 200\n@cors https://example.org", "2:7 this says nothing about other origins: write *, exact or none"},
		{"CORS for none with credentials", "== 200\n@cors none with credentials", "2:12 with credentials is not expected here: @cors accepts *, exact or none; the first two optionally with credentials"},
		{"a redirect of a 200", "== 200\n@redirect here", "2:1 @redirect needs one of the statuses 301, 302, 303, 307 or 308: change the section's line"},
		{"a redirect to another host", "== 302\n@redirect https://example.org/", "2:11 a redirect stays on this server: write here, second origin, or a path such as /nowhere"},
		{"a redirect to another host, hidden", "== 302\n@redirect //example.org/", "2:11 a redirect stays on this server: write here, second origin, or a path such as /nowhere"},
		{"a redirect to another host, well hidden", "== 302\n@redirect /\\example.org/", "2:11 a redirect stays on this server: write here, second origin, or a path such as /nowhere"},
		{"a redirect to another host, after a tab", "== 302\n@redirect /\t/example.org/", "2:13 /example.org/ is not expected here: @redirect accepts one target"},
		{"another gzip", "== 200\n@gzip -9", "2:7 -9 is not expected here: write @gzip or @gzip unflushed"},
		{"another proxy", "== 200\n@proxy sleeps", "2:8 this is not what a proxy does: write holds 8192 bytes, or cuts after 30s, or cuts after 30s of silence"},
		{"a proxy that holds too much", "== 200\n@proxy holds 2000000 bytes", "2:14 2000000 is out of range: give how many bytes, from 1 to 65536"},
		{"a proxy twice", "== 200\n@proxy cuts after 1s\n@proxy cuts after 2s", "3:1 @proxy cuts is here twice: keep one"},

		{"a lone CR", "== 200\ndata: a\rb", "2:8 a text cannot contain this byte: write it in @raw, such as @raw \"\\r\", \"\\0\" or \"\\xFF\""},
		{"NUL", "== 200\ndata: ä\x00", "2:8 a text cannot contain this byte: write it in @raw, such as @raw \"\\r\", \"\\0\" or \"\\xFF\""},
		{"no UTF-8", "== 200\ndata: \xE2\x82", "2:7 a text cannot contain this byte: write it in @raw, such as @raw \"\\r\", \"\\0\" or \"\\xFF\""},

		{"something else is expected", "== 200\n== expect\nhappiness", "3:1 this is not something to expect: " + expectExample},
		{"a backslash at the end in expect", "== 200\n== expect\n\"\\", "3:2 this escape does not exist: use \\r \\n \\t \\0 \\\\ \\\" \\xFF or \\uFEFF"},
		{"data without quotes", "== 200\n== expect\nmessage hello", "3:9 the data must be in quotes: write it as \"…\", or as '…' without escapes"},
		{"an error without state", "== 200\n== expect\nerror", "3:6 the readyState is missing: write error 0 if the browser tries again, error 2 if it has given up"},
		{"an error in another state", "== 200\n== expect\nerror 1", "3:7 the readyState is missing: write error 0 if the browser tries again, error 2 if it has given up"},
		{"another engine", "== 200\n== expect\nsafari: open", "3:9 the data must be in quotes: write it as \"…\", or as '…' without escapes"},
		{"two engines", "== 200\n== expect\nchromium: firefox: open", "3:11 a line is for one engine and one protocol: write another line"},
		{"two protocols", "== 200\n== expect\nover HTTP/2: over HTTP/1.1: open", "3:14 a line is for one engine and one protocol: write another line"},
		{"a protocol that is none", "== 200\n== expect\nover HTTP/3: open", "3:6 the data must be in quotes: write it as \"…\", or as '…' without escapes"},
		{"a type in other quotes", "== 200\n== expect\n“a” 'b'", "3:1 “ is not a quote here: write \"…\", or '…' without escapes"},
		{"more after an event", "== 200\n== expect\nopen wide", "3:6 wide is not expected here: " + expectExample},
		{"more after the dots", "== 200\n== expect\n...\nopen", "4:1 nothing follows ... : move this above it"},
		{"a wait in expect", "== 200\n== expect\n@wait 1s", "3:1 @wait has no meaning in == expect: write what must be seen, such as open"},
		{"a pause in expect", "== 200\n== expect\n@repeat 2 every 1s\nopen\n@again", "3:1 a repeat in == expect has numbers only: remove every and resume"},
		{"a repeat without end in expect", "== 200\n== expect\n@repeat 2\nopen", "3:1 this @repeat has no end: add @again after what repeats"},
		{"a counter of nothing in expect", "== 200\n== expect\nmessage '{n}'", "3:9 {n} counts the rounds of a repeat: put this line between @repeat and @again"},

		{"three in one", "titel: a\n== 20\n@wiat 1s\n@wait 1\n", "1:1 titel is not a heading: did you mean title?\n" +
			"2:4 20 is not the status of a final response: give one from 200 to 599\n" +
			"3:1 @wiat is not a directive: did you mean @wait?\n" +
			"4:7 1 is not a duration: give one such as 500ms, 2s or 1.5s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Parse(test.text, DefaultLimits)
			if s == nil {
				t.Error("got no scenario; want what was understood")
			}
			if got := mistakes(err); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func mistakes(err error) string {
	if err == nil {
		return "none"
	}
	got := strings.ReplaceAll(err.Error(), "scenario: line ", "")
	got = strings.ReplaceAll(got, ", column ", ":")
	lines := strings.Split(got, "\n")
	for i, line := range lines {
		lines[i] = strings.Replace(line, ": ", " ", 1)
	}
	return strings.Join(lines, "\n")
}

func TestReadingStopsAfterManyMistakes(t *testing.T) {
	for _, test := range []struct {
		name  string
		wrong int // lines
		want  int // mistakes
		last  string
	}{
		{"as many as are told", maxMistakes, maxMistakes, "@x is not a directive"},
		{"one more", maxMistakes + 1, maxMistakes + 1, "and more"},
		{"a text full of them", 10 * maxMistakes, maxMistakes + 1, "and more"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("== 200\n"+strings.Repeat("@x\n", test.wrong), Limits{})
			got, _ := errors.AsType[Errors](err)
			if len(got) != test.want {
				t.Fatalf("got %d mistakes; want %d", len(got), test.want)
			}
			if last := got[len(got)-1]; last.Line != test.want+1 || !strings.Contains(last.What, test.last) {
				t.Errorf("got %v last; want %q in line %d", last, test.last, test.want+1)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	for _, test := range []struct {
		name, text string
		limits     Limits
		want       string
	}{
		{"the text", "== 200\n", Limits{Text: 6}, "1:1 the text is 7 bytes long: the limit is 6"},
		{"the sections", "== 200\n== 200\n== 200\n== expect", Limits{Sections: 1}, "2:1 this is section 2: the limit is 1"},
		{"the directives", "== 200\n@wait 1s\n@wait 1s\n@wait 1s", Limits{Directives: 1}, "3:1 this is directive 2: the limit is 1"},
		{"the rounds", "== 200\n@repeat 0 to 9\na\n@again", Limits{Repeat: 9}, "2:9 10 rounds are too many: the limit is 9"},
		{"the rounds to expect", "== 200\n== expect\n@repeat 0 to 9\nopen\n@again", Limits{Repeat: 9}, "2:1 this expects 10 things: the limit is 9\n3:9 10 rounds are too many: the limit is 9"},
		{"what to expect", "== 200\n== expect\nopen\n@repeat 0 to 8\nopen\n@again", Limits{Repeat: 9}, "2:1 this expects 10 things: the limit is 9"},
		{"the bytes to expect", "== 200\n== expect\n@repeat 5\nmessage 'ab' 4 times\n@again", Limits{Bytes: 39}, "2:1 this expects 40 bytes of data: the limit is 39"},
		{"the bytes", "\n== 200\nabc\n@repeat 10\n@raw \"abc\"\n@again\n@raw \"xy\" 10 times", Limits{Bytes: 53}, "2:1 this section can send 54 bytes: the limit is 53"},
		{"the bytes of placeholders", "== 200\n{time}{attempt}{last-event-id}{random 1-2}", Limits{Bytes: 244}, "1:1 this section can send 245 bytes: the limit is 244"},
		{"bytes beyond counting", "== 200\n@repeat 1000000000\n@raw \"xxxx\" 1000000000 times\n@again", Limits{Bytes: 1}, "1:1 this section can send 1125899906842624 bytes: the limit is 1"},
		{"the chunks", "== 200\n@repeat 3\na\n@flush\nb\n@wait 1ms\n@again", Limits{Chunks: 5}, "1:1 this section can send 6 chunks: the limit is 5, so remove a @flush or @wait"},
		{"the generated bytes", "== 200\n@repeat 10\n@bytes 4 base64\n@bytes 5 binary\n@again", Limits{Bytes: 1, Generated: 209}, "1:1 this section can send 210 generated bytes: the limit is 209"},
		{"generated bytes beyond counting", "== 200\n@repeat 1000000000\n@bytes 131072 base64\n@bytes 131072 base64\n@bytes 131072 base64\n@bytes 131072 base64\n@bytes 131072 base64\n@bytes 131072 base64\n@bytes 131072 base64\n@again", Limits{Generated: 1}, "1:1 this section can send 1125899906842624 generated bytes: the limit is 1"},
		{"the chunks of binary bytes", "== 200\n@repeat 6\n@bytes 4 base64\n@bytes 5 binary\n@again", Limits{Chunks: 5}, "1:1 this section can send 6 chunks: the limit is 5, so remove a @flush, @wait or @bytes"},
		{"the time of generated bytes in pieces", "== 200\n@pace byte every 1s\n@bytes 3 base64\n@pace line every 10s\n@bytes 3 base64\n", Limits{Time: 31 * time.Second}, "1:1 this section can last 32s: the limit is 31s, not counting @hold"},
		{"the time", "== 200 after 1s\n@wait 1s\n@repeat 3 every 1s\n@wait 1s\n@again", Limits{Time: 6 * time.Second}, "1:1 this section can last 7s: the limit is 6s, not counting @hold"},
		{"the time of a pace", "== 200\n@pace byte every 1s\nabc\n@pace line every 10s\na\nb\n@pace off\na\nb\n", Limits{Time: 23 * time.Second}, "1:1 this section can last 24s: the limit is 23s, not counting @hold"},
		{"time beyond counting", "== 200\n@repeat 1000000000 every 24h\na\n@again", Limits{Time: 1}, "1:1 this section can last 1281023h53m38.427387904s: the limit is 1ns, not counting @hold"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Parse(test.text, test.limits); mistakes(err) != test.want {
				t.Errorf("got\n%s\nwant\n%s", mistakes(err), test.want)
			}
			if _, err := Parse(test.text, Limits{}); err != nil {
				t.Errorf("got %v without limits; want no error", err)
			}
		})
	}
}
