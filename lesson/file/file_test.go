package file

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/eventsource"
	"eventsource-playground/lesson"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

func scenarios(name string) ([]string, bool) {
	types, ok := map[string][]string{"end": {"message"}, "named-events": {"message", "add"}}[name]
	return types, ok
}

// lines are those of a good file; each test changes some.
var lines = []string{
	1: "order: 30",
	2: "belief: 3",
	3: "section: 9.2.3",
	4: `until: reopened >= 1 and event1.data = "a b" or age > 8000`,
	5: "choice: gaveup >= 1",
	6: "choice: request2.id is none",
	7: "standard: 2",
	8: "more: named-events listen add, remove",

	10: "== en",
	11: "title: Is the end the end?",
	12: "question: The server ends",
	13: "question: its `answer`.",
	14: "choice: yes",
	15: "choice: no",
	16: "answer: It waited {wait1}.",
	17: "more: Try this.",

	20: "== zh",
	21: "title: 结束了吗？",
	22: "question: 服务器结束",
	23: "question: `answer`。",
	24: "choice: 是",
	25: "choice: 不是",
	26: "answer: 等了 {wait1}。",
	27: "more: 试试这个。",
	28: "",
}

// with is the file with other lines, by their number.
func with(changes map[int]string) string {
	changed := slices.Clone(lines)
	for n, line := range changes {
		changed[n] = line
	}
	return strings.Join(changed[1:], "\n")
}

func TestParse(t *testing.T) {
	f, err := Parse("end", with(map[int]string{
		9:  "then: close another when lost >= 1 and errors = 2\nfirefox: 1\nover HTTP/2: 2\nfirefox over HTTP/2: 1\ncookie: a=b\nclient: ws\ninit: {\"method\": \"POST\"}",
		18: "answer 1: Here {errors}.\ndeviates: Not so.", 28: "answer 1: 这里 {errors}。\ndeviates: 不是。",
	}), scenarios)
	if err != nil {
		t.Fatal(err)
	}
	if f.Name != "end" || f.Order != 30 || f.Belief != 3 || f.Spot != 0 || f.Happens["chromium"] != 1 || f.Happens["firefox"] != 0 ||
		f.HappensOverHTTP2("chromium") != 1 || f.HappensOverHTTP2("firefox") != 0 {
		t.Errorf("got %+v", f)
	}
	test := func(measure, is string, n float64) lesson.Test {
		return lesson.Test{Measure: measure, Is: is, Number: n}
	}
	say := func(s string) lesson.Text { return lesson.Text{{Text: s}} }
	want := &lesson.Lesson{
		Listed:   lesson.Listed{Name: "end", Number: 7, Kind: lesson.Belief, Title: "Is the end the end?"},
		Language: "en", Section: "HTML 9.2.3", Link: "https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model",
		Question: lesson.Text{{Text: "The server ends"}, {Text: " "}, {Text: "its "}, {Text: "answer", Code: true}, {Text: "."}}, Scenario: "end", Listen: []string{"message"}, Cookie: "a=b", Client: "ws", Init: `{"method": "POST"}`,
		Choices: []lesson.Choice{
			{Text: say("yes"), When: lesson.Condition{{test("gaveup", ">=", 1)}}, Answer: lesson.Text{{Text: "Here "}, {Measure: "errors"}, {Text: "."}}},
			{Text: say("no"), When: lesson.Condition{{{Measure: "request2.id", Is: "none"}}}},
		},
		Steps: []lesson.Step{{Do: lesson.CloseAnother, When: lesson.Condition{{test("lost", ">=", 1), test("errors", "=", 2)}}}},
		Until: lesson.Condition{
			{test("reopened", ">=", 1), {Measure: "event1.data", Is: "=", Text: "a b"}}, {test("age", ">", 8000)},
		},
		Standard: []int{1}, Answer: lesson.Text{{Text: "It waited "}, {Measure: "wait1"}, {Text: "."}}, Deviates: say("Not so."),
		More: &lesson.More{Text: say("Try this."), Scenario: "named-events", Listen: []string{"add", "remove"}},
	}
	if got := f.In("en", 7); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := f.In("fr", 7); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v in a language that there is not; want English", got)
	}
	zh := f.In("zh", 7)
	if zh.Language != "zh" || !reflect.DeepEqual(zh.Question, lesson.Text{{Text: "服务器结束"}, {Text: "answer", Code: true}, {Text: "。"}}) ||
		!reflect.DeepEqual(zh.Choices[1].Text, say("不是")) || !reflect.DeepEqual(zh.More.Text, say("试试这个。")) {
		t.Errorf("got %+v; want Chinese, joined without spaces", zh)
	}
}

func TestTexts(t *testing.T) {
	for _, test := range []struct {
		name, line string
		want       lesson.Text
	}{
		{"a measure in code", "`id: {request1.id}`", lesson.Text{{Text: "id: ", Code: true}, {Measure: "request1.id", Code: true}}},
		{"two measures", "{lost}{failed}", lesson.Text{{Measure: "lost"}, {Measure: "failed"}}},
		{"braces that are no measure", `{ {a: "b"} {} {lost}`, lesson.Text{{Text: `{ {a: "b"} {} `}, {Measure: "lost"}}},
		{"a type with a hyphen", "{events.a-b}", lesson.Text{{Measure: "events.a-b"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := &parser{lesson: &Lesson{}}
			if got := p.text(test.line); !reflect.DeepEqual(got, test.want) || p.errors != nil {
				t.Errorf("got %+v, %v; want %+v", got, p.errors, test.want)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	for _, test := range []struct {
		name    string
		changes map[int]string
		want    string
	}{
		{"no colon", map[int]string{9: "hello"}, "line 9: a colon is missing"},
		{"nothing after the colon", map[int]string{7: "standard:"}, "line 7: standard says nothing"},
		{"an unknown heading", map[int]string{9: "colour: red"}, "line 9: colour is not a heading"},
		{"a heading twice", map[int]string{9: "order: 31"}, "line 9: order is here twice"},
		{"no number", map[int]string{1: "order: first"}, "line 1: first is not a number here"},
		{"no place", map[int]string{1: ""}, "line 1: order is missing in the heading"},
		{"neither a belief nor a text", map[int]string{2: ""}, "line 1: belief, or spot the error, is missing"},
		{"no section", map[int]string{3: ""}, "line 1: section is missing"},
		{"a section elsewhere", map[int]string{3: "section: 4.1"}, "line 3: 4.1 is not a section here"},
		{"no end", map[int]string{4: ""}, "line 1: until is missing"},
		{"one choice", map[int]string{6: ""}, "line 1: choice, at least twice, is missing"},
		{"no such scenario", map[int]string{9: "scenario: nope"}, "there is no scenario nope"},
		{"no such scenario to try", map[int]string{8: "more: nope"}, "line 8: there is no scenario nope"},
		{"no such step", map[int]string{9: "then: sleep when lost >= 1"}, "line 9: this is not a step"},
		{"a step without condition", map[int]string{9: "then: close"}, "line 9: this is not a step"},
		{"half a test", map[int]string{4: "until: lost >="}, "line 4: a test is missing"},
		{"half a condition", map[int]string{4: "until: lost >= 1 and"}, "line 4: a test is missing"},
		{"no such measure", map[int]string{4: "until: tired >= 1"}, "line 4: tired is not a measure"},
		{"a measure without its number", map[int]string{4: "until: error.state = 1"}, "line 4: error.state is not a measure"},
		{"no such comparison", map[int]string{4: "until: lost == 1"}, "line 4: == is not a comparison"},
		{"is what?", map[int]string{4: "until: lost is many"}, "line 4: is is not a comparison"},
		{"a number that is none", map[int]string{4: "until: lost >= many"}, "line 4: lost is a number: many is not"},
		{"text without quotes", map[int]string{4: "until: event1.data = a"}, "line 4: event1.data is text"},
		{"text that is less", map[int]string{4: `until: event1.data < "a"`}, "line 4: event1.data is text"},
		{"a quote without end", map[int]string{4: `until: event1.data = "a`}, "line 4: a text is not closed"},
		{"no word between tests", map[int]string{4: "until: lost >= 1, failed >= 1"}, "line 4: lost is a number: 1, is not"},
		{"another word between tests", map[int]string{4: "until: lost >= 1 but failed >= 1"}, "line 4: but is not expected here"},
		{"a standard choice that there is not", map[int]string{7: "standard: 3"}, "there is no choice 3"},
		{"a choice there that there is not", map[int]string{9: "firefox: 3"}, "there is no choice 3"},
		{"two that follow, and none that happens", map[int]string{7: "standard: 1, 2"}, "what happens in chromium is missing"},
		{"what happens deviates, without an answer", map[int]string{9: "firefox: 1"}, "line 10: there is no answer to what happens in firefox: write answer, or answer 1"},
		{"what happens deviates, without a word of that", map[int]string{9: "firefox: 1", 18: "answer 1: a", 28: "answer 1: 一"}, "line 10: deviates is missing"},
		{"another language", map[int]string{20: "== fr"}, "line 20: fr is not a language here"},
		{"a language twice", map[int]string{20: "== en"}, "line 20: == en is here twice"},
		{"a language is missing", map[int]string{20: "", 21: "", 22: "", 23: "", 24: "", 25: "", 26: "", 27: ""}, "== zh is missing"},
		{"a text of another kind", map[int]string{18: "hint: think"}, "line 18: hint is not a text of a lesson"},
		{"a choice too many", map[int]string{18: "choice: perhaps"}, "line 10: here are 3 choices: the heading has 2"},
		{"another client", map[int]string{9: "client: go"}, "line 9: go is not a client here: write ws, for a WebSocket"},
		{"an answer to no choice", map[int]string{18: "answer 3: a"}, "line 18: there is no choice 3"},
		{"no title", map[int]string{21: ""}, "line 20: title or question is missing"},
		{"no answer", map[int]string{26: ""}, "line 20: there is no answer to what happens in"},
		{"more in one language", map[int]string{27: ""}, "line 20: more is in the heading and in both languages"},
		{"a lone backquote", map[int]string{13: "question: its `answer."}, "line 13: a backquote is alone"},
		{"a measure that there is not", map[int]string{16: "answer: It waited {wait}."}, "line 16: {wait} is not a measure"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("end", with(test.changes), scenarios)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v; want %s", err, test.want)
			}
		})
	}
	if _, err := Parse("end", with(nil), scenarios); err != nil {
		t.Errorf("got %v for the file without a mistake", err)
	}
}

func TestWhatIsAMeasure(t *testing.T) {
	for name, want := range map[string]lesson.Kind{
		"lost": lesson.Number, "wait12": lesson.Milliseconds, "error1.state": lesson.Number, "request3.id": lesson.String, "events.tick": lesson.Number,
		"": lesson.None, "nope": lesson.None, "error.state": lesson.None, "errorN.state": lesson.None, "error1": lesson.None,
		"error0.state": lesson.None, "beside1.lost": lesson.Number, "beside12.request3.id": lesson.String, "beside0.lost": lesson.None, "beside.lost": lesson.None, "event1.colour": lesson.None, "wait": lesson.None, "state1": lesson.None, "events.": lesson.None, "event1.2": lesson.None,
	} {
		if got, ok := kindOf(name); got != want || ok != (want != lesson.None) {
			t.Errorf("got kind %d, %v for %q; want %d", got, ok, name, want)
		}
	}
}

// What a file may name and what is measured is the same, and of the same kind.
func TestEveryMeasureIsMeasured(t *testing.T) {
	log := trace.NewLog()
	run := lesson.Begin(log)
	source := log.Construct(1000, trace.Client{}, "/sse", false)
	page := func(kind eventsource.Kind, at float64, state eventsource.ReadyState) {
		source.Observe(eventsource.Decoded(eventsource.Event{Kind: kind, TimeStamp: at, ReadyState: state}))
	}
	server := func(kind protocol.Kind, attempt int, seen protocol.Seen) {
		seen.Source, seen.Attempt, seen.Kind = 1, attempt, kind
		log.Serve(seen, 0)
	}
	for attempt := 1; attempt <= 2; attempt++ {
		server(protocol.SeenRequest, attempt, protocol.Seen{Method: "GET", Wire: 100, Header: []protocol.Header{{Name: "Last-Event-ID", Value: "1"}, {Name: "X-Token", Value: "a"}}})
		server(protocol.SeenHead, attempt, protocol.Seen{Status: 200, Wire: 100})
		server(protocol.SeenWrite, attempt, protocol.Seen{Bytes: []byte(":\n"), Size: 2, Wire: 7})
		server(protocol.SeenEnd, attempt, protocol.Seen{By: "server"})
	}
	page(eventsource.Opened, 1010, eventsource.Open)
	page(eventsource.Message, 1020, eventsource.Open)
	page(eventsource.Failed, 1030, eventsource.Connecting)
	page(eventsource.Failed, 1040, eventsource.Connecting)
	page(eventsource.Opened, 1050, eventsource.Open)
	m := run.Measures(2000)
	for kind, names := range kinds {
		for _, name := range names {
			if got := m.Of(strings.Replace(name, "N", "1", 1)).Kind; got != kind {
				t.Errorf("got kind %d of %s; want %d", got, name, kind)
			}
		}
	}
}
