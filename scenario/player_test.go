package scenario

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// now is when a test's requests come.
var now = time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)

// steps plays a section, one step a line; bytes as quote writes them.
func steps(s *Section, r Request) string {
	var lines []string
	for p := s.Play(r); ; {
		step, ok := p.Next()
		if !ok {
			return strings.Join(lines, "\n")
		}
		line := step.Do.String()
		switch step.Do {
		case Respond:
			line += fmt.Sprint(" ", step.Head.Status)
		case Write:
			line += " " + quote(string(step.Bytes))
		case Wait:
			line += " " + step.For.String()
		}
		lines = append(lines, line)
	}
}

func TestSteps(t *testing.T) {
	for _, test := range []struct {
		name, text string
		request    Request
		want       string
	}{
		{"nothing", "== 200", Request{}, "respond 200; end"},
		{"blank lines keep sections apart", "== 200\n\n\n== 200", Request{}, "respond 200; end"},
		{"a line is sent with a line feed, a blank line too", "== 200\ndata: a\n\n# no comment\ndata: b\n\n== 200", Request{}, `respond 200; write "data: a\n\ndata: b\n\n"; end`},
		{"a wait parts two writes", "== 200\ndata: a\n@wait 1s\n\n", Request{}, `respond 200; write "data: a\n"; wait 1s; write "\n"; end`},
		{"so does a flush", "== 200\n@flush\n@raw \"a\"\n@flush\n@raw \"b\"", Request{}, `respond 200; write "a"; write "b"; end`},
		{"the headers late", "== 503 after 2s\nsorry", Request{}, `wait 2s; respond 503; write "sorry\n"; end`},
		{"the first byte late", "== 200\n@wait 2s\n@hold", Request{}, `respond 200; wait 2s; hold`},
		{"no response", "== refuse", Request{}, "reset"},
		{"no response, late", "== refuse after 1s", Request{}, "wait 1s; reset"},
		{"silence", "== silence", Request{}, "hold"},
		{"a cut lets the last bytes arrive", "== 200\na\n@cut", Request{}, `respond 200; write "a\n"; wait 100ms; reset`},
		{"a cut of the connection too", "== 200\na\n@cut connection", Request{}, `respond 200; write "a\n"; wait 100ms; reset all`},
		{"and the headers", "== 200\n@cut", Request{}, `respond 200; wait 100ms; reset`},
		{"a cut after a wait comes at once", "== 200\na\n@wait 100ms\n@cut", Request{}, `respond 200; write "a\n"; wait 100ms; reset`},
		{"a clean cut", "== 200\na\n@cut cleanly", Request{}, `respond 200; write "a\n"; truncate`},
		{"raw bytes", `== 200` + "\n" + `@raw "\xFF\r\n\0{n}\uFEFF"`, Request{}, `respond 200; write "\xFF\r\n\0{n}\uFEFF"; end`},
		{"raw bytes as they stand", "== 200\n@raw '\\n\"'", Request{}, `respond 200; write "\\n\""; end`},
		{"bytes several times", "== 200\n@raw 'ab' 3 times\nc", Request{}, `respond 200; write "abababc\n"; end`},

		{"a repeat at full speed", "== 200\n@repeat 3\n{n}\n@again\nend", Request{}, `respond 200; write "1\n2\n3\nend\n"; end`},
		{"a repeat with pauses between the rounds", "== 200\n@repeat 0 to 2 every 1s\n{n}\n@again\nend", Request{}, `respond 200; write "0\n"; wait 1s; write "1\n"; wait 1s; write "2\nend\n"; end`},
		{"short pauses are collected", "== 200\n@repeat 7 every 4ms\n{n}\n@again", Request{}, `respond 200; write "1\n2\n3\n"; wait 12ms; write "4\n5\n6\n"; wait 12ms; write "7\n"; end`},
		{"a wait in a repeat", "== 200\n@repeat 2\n{n}\n@wait 1s\n@again", Request{}, `respond 200; write "1\n"; wait 1s; write "2\n"; wait 1s; end`},
		{"a repeat resumes", "== 200\n@repeat 0 to 3 resume\n{n}\n@again", Request{LastEventID: "1"}, `respond 200; write "2\n3\n"; end`},
		{"a repeat resumes at its end", "== 200\n@repeat 0 to 3 resume\n{n}\n@again\nend", Request{LastEventID: "3"}, `respond 200; write "end\n"; end`},
		{"an id beyond its end is its end", "== 200\n@repeat 0 to 3 resume\n{n}\n@again", Request{LastEventID: "9223372036854775807"}, `respond 200; end`},
		{"an id that it never wrote", "== 200\n@repeat 2 to 3 resume\n{n}\n@again", Request{LastEventID: "1"}, `respond 200; write "2\n3\n"; end`},
		{"an id that no number is", "== 200\n@repeat 2 resume\n{n}\n@again", Request{LastEventID: "01"}, `respond 200; write "1\n2\n"; end`},
		{"a repeat does not resume by itself", "== 200\n@repeat 2\n{n}\n@again", Request{LastEventID: "1"}, `respond 200; write "1\n2\n"; end`},

		{"what is filled in", "== 200\n{time} {attempt} {last-event-id} {random 3-5} {N} {nn} {}", Request{LastEventID: "x", Attempt: 4, Now: func() time.Time { return now }, Random: func(n int) int { return n - 1 }}, `respond 200; write "2026-01-02T03:04:05.006Z 4 x 5 {N} {nn} {}\n"; end`},
		{"without a clock it is 1970", "== 200\n{time}", Request{}, `respond 200; write "1970-01-01T00:00:00.000Z\n"; end`},
		{"a long Last-Event-ID is cut", "== 200\n{last-event-id}", Request{LastEventID: strings.Repeat("x", 500)}, `respond 200; write "` + strings.Repeat("x", maxID) + `\n"; end`},

		{"byte by byte", "== 200\n@pace byte every 20ms\nab\n@pace off\ncd", Request{}, `respond 200; write "a"; wait 20ms; write "b"; wait 20ms; write "\n"; write "cd\n"; end`},
		{"line by line", "== 200\n@pace line every 1s\na\n@raw \"b\\r\\nc\\rd\"\n@cut", Request{}, `respond 200; write "a\n"; wait 1s; write "b\r\n"; wait 1s; write "c\r"; wait 1s; write "d"; wait 100ms; reset`},
		{"a wait replaces the pause", "== 200\n@pace line every 1s\na\n@wait 5s\nb", Request{}, `respond 200; write "a\n"; wait 5s; write "b\n"; end`},

		{"a proxy that holds", "== 200\n@proxy holds 3 bytes\n@raw 'ab'\n@wait 1s\n@raw 'cdefgh'\n@wait 1s\n@end", Request{}, `respond 200; wait 1s; write "abcdef"; wait 1s; write "gh"; end`},
		{"a proxy that holds and is reset", "== 200\n@proxy holds 3 bytes\n@raw 'ab'\n@cut", Request{}, `respond 200; wait 100ms; reset`},
		{"a proxy that holds for ever", "== 200\n@proxy holds 3 bytes\n@raw 'ab'\n@hold", Request{}, `respond 200; hold`},
		{"a proxy that cuts", "== 200 after 9s\n@proxy cuts after 3s\na\n@wait 2s\nb\n@wait 2s\nc", Request{}, `wait 9s; respond 200; write "a\n"; wait 2s; write "b\n"; wait 1s; truncate`},
		{"a proxy that cuts what is held", "== 200\n@proxy cuts after 3s\n@hold", Request{}, `respond 200; wait 3s; truncate`},
		{"a proxy comes too late", "== 200\n@proxy cuts after 3s\n@wait 2s\n@end", Request{}, `respond 200; wait 2s; end`},
		{"a proxy that minds silence", "== 200\n@proxy cuts after 3s of silence\na\n@wait 2s\nb\n@wait 2s\nc\n@hold", Request{}, `respond 200; write "a\n"; wait 2s; write "b\n"; wait 2s; write "c\n"; wait 3s; truncate`},
		{"a proxy that holds and cuts", "== 200\n@proxy holds 3 bytes\n@proxy cuts after 1s\n@raw 'abcd'\n@hold", Request{}, `respond 200; write "abc"; wait 1s; write "d"; truncate`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := steps(parse(t, test.text).Sections[0], test.request)
			if want := strings.ReplaceAll(test.want, "; ", "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestWhoWaitsKeepsNoLargeBuffer(t *testing.T) {
	for _, text := range []string{
		"== 200\n@raw \"x\" 1000000 times\n@hold",
		"== 200\n@repeat 1000\nevent {n}\n@again\n@wait 1s\n@hold",
		"== 200\nsmall\n@hold",
	} {
		for p := parse(t, text).Sections[0].Play(Request{}); ; {
			step, ok := p.Next()
			if !ok {
				break
			}
			kept := cap(p.steps.(*settling).from.(*source).buf)
			if (step.Do == Wait || step.Do == Hold) && kept > smallWrite {
				t.Errorf("got %d bytes kept while it should %v; want at most %d", kept, step.Do, smallWrite)
			}
		}
	}
}

func TestABurstIsAFewWrites(t *testing.T) {
	s := parse(t, "== 200\n@repeat 10000\nid: {n}\ndata: event {n}\n\n@again\n@raw \"x\" 1000000 times")
	var all []byte
	var sizes []int
	for p := s.Sections[0].Play(Request{}); ; {
		step, ok := p.Next()
		if !ok {
			break
		}
		if step.Do == Write {
			sizes = append(sizes, len(step.Bytes))
			all = append(all, step.Bytes...)
		}
	}
	if len(sizes) > 45 || slices.Max(sizes) > largeWrite+100 {
		t.Errorf("got writes of %v bytes; want a few of about %d", sizes, largeWrite)
	}
	var want []byte
	for n := range 10_000 {
		want = fmt.Appendf(want, "id: %d\ndata: event %d\n\n", n+1, n+1)
	}
	want = append(want, bytes.Repeat([]byte("x"), 1_000_000)...)
	if !bytes.Equal(all, want) {
		t.Errorf("got %d bytes; want these %d", len(all), len(want))
	}
}

func TestAStepCostsNoMemory(t *testing.T) {
	s := parse(t, "== 200\n@repeat 10000 every 10ms\nid: {n}\ndata: {time}\n\n@again")
	p := s.Sections[0].Play(Request{})
	for range 10 {
		p.Next()
	}
	if n := testing.AllocsPerRun(1000, func() { p.Next() }); n > 0.5 {
		t.Errorf("got %v allocations a step; want none", n)
	}
}

func BenchmarkBurst(b *testing.B) {
	s, err := Parse("== 200\n@repeat 100000\nid: {n}\ndata: event {n}\n\n@again", Limits{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for p := s.Sections[0].Play(Request{}); ; {
			if _, ok := p.Next(); !ok {
				break
			}
		}
	}
}

func TestCutLine(t *testing.T) {
	for _, test := range []struct{ in, line, rest string }{
		{"a\nb", "a\n", "b"}, {"a\rb", "a\r", "b"}, {"a\r\nb", "a\r\n", "b"}, {"a\n\r", "a\n", "\r"}, {"\n", "\n", ""}, {"a", "a", ""}, {"", "", ""},
	} {
		line, rest := CutLine([]byte(test.in))
		if string(line) != test.line || string(rest) != test.rest {
			t.Errorf("got %q and %q of %q; want %q and %q", line, rest, test.in, test.line, test.rest)
		}
	}
}

func TestRun(t *testing.T) {
	s := parse(t, `== 200

== 503 for 2s
== refuse for 3s

== 200 when redirected

== 204 when Last-Event-ID is 9 or more

== 200
`)
	var run Run
	at := now
	for i, test := range []struct {
		after   time.Duration
		request Request
		line    int
	}{
		{0, Request{}, 1},
		{time.Second, Request{Redirected: true}, 6}, // out of turn
		{0, Request{}, 3},
		{1999 * time.Millisecond, Request{}, 3},
		{0, Request{LastEventID: "10"}, 8},
		{time.Millisecond, Request{LastEventID: "8"}, 4},
		{2 * time.Second, Request{LastEventID: "x"}, 4},
		{time.Hour, Request{LastEventID: "09"}, 10},
		{0, Request{}, 10}, // the last repeats
		{0, Request{Redirected: true, LastEventID: "9"}, 6},
	} {
		at = at.Add(test.after)
		section, attempt := run.Section(s, test.request, at)
		if section.Line != test.line || attempt != i+1 {
			t.Errorf("request %d: got attempt %d, the section of line %d; want line %d", i+1, attempt, section.Line, test.line)
		}
	}
}

func TestARunWithoutASection(t *testing.T) {
	s := parse(t, "== 200 when redirected\n== 200 when Last-Event-ID is a\n== 200 when Last-Event-ID is none\n")
	var run Run
	for i, test := range []struct {
		request Request
		line    int
	}{
		{Request{LastEventID: "a"}, 2}, {Request{}, 3}, {Request{LastEventID: "b"}, 0},
	} {
		section, attempt := run.Section(s, test.request, now)
		if got := lineOf(section); got != test.line || attempt != i+1 {
			t.Errorf("got attempt %d, line %d; want %d, line %d", attempt, got, i+1, test.line)
		}
	}
}

func lineOf(s *Section) int {
	if s == nil {
		return 0
	}
	return s.Line
}

func TestPreview(t *testing.T) {
	s := parse(t, "== 200\n@repeat 3 every 1m\n{n}\n@again\n@hold").Sections[0]
	for _, test := range []struct {
		most int
		want Preview
	}{
		{100, Preview{[]byte("1\n2\n3\n"), false, Hold}},
		{6, Preview{[]byte("1\n2\n3\n"), false, Hold}},
		{3, Preview{[]byte("1\n2"), true, End}},
	} {
		got := new(Work).Preview(s, Request{}, test.most)
		if string(got.Bytes) != string(test.want.Bytes) || got.More != test.want.More || !got.More && got.End != test.want.End {
			t.Errorf("got %q, more %v, end %v; want %q, %v, %v", got.Bytes, got.More, got.End, test.want.Bytes, test.want.More, test.want.End)
		}
	}
}
