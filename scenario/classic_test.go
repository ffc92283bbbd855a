package scenario

import (
	"strings"
	"testing"
	"time"
)

func TestClassicText(t *testing.T) {
	got := Classic{Count: 3, Interval: time.Second, Event: "customEvent", Retry: new(500 * time.Millisecond), Params: `"count=3"`}.Text()
	want := `title: The classic stream
listen: "customEvent"

== 204 when Last-Event-ID is 2 or more

== 200 when Last-Event-ID is not a number
:
: Last-Event-ID "{last-event-id}" is not one of this stream's: starting again at 0
retry: 500
@wait 1s
@repeat 0 to 2 every 1s
event: customEvent
id: {n}
data: {"id":{n},"time":"{time}","params":"count=3"}

@again
@end

== 200
:
retry: 500
@wait 1s
@repeat 0 to 2 every 1s resume
event: customEvent
id: {n}
data: {"id":{n},"time":"{time}","params":"count=3"}

@again
@end
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestClassicPlays(t *testing.T) {
	usual := Classic{Count: 3, Interval: 10 * time.Millisecond, Event: "e", Params: `""`}
	const time = `'time':'2026-01-02T03:04:05.006Z'`
	for _, test := range []struct {
		name    string
		change  func(*Classic)
		request Request
		want    string
	}{
		{"from the start", func(*Classic) {}, Request{},
			`respond 200; write ":\n"; wait 10ms; write "event: e\nid: 0\ndata: {'id':0,TIME,'params':''}\n\n"; wait 10ms; write "event: e\nid: 1\ndata: {'id':1,TIME,'params':''}\n\n"; wait 10ms; write "event: e\nid: 2\ndata: {'id':2,TIME,'params':''}\n\n"; end`},
		{"after 1", func(*Classic) {}, Request{LastEventID: "1"},
			`respond 200; write ":\n"; wait 10ms; write "event: e\nid: 2\ndata: {'id':2,TIME,'params':''}\n\n"; end`},
		{"after the last", func(*Classic) {}, Request{LastEventID: "2"}, "respond 204; end"},
		{"far after the last", func(*Classic) {}, Request{LastEventID: "99"}, "respond 204; end"},
		{"of nothing", func(c *Classic) { c.Count = 0 }, Request{}, "respond 204; end"},
		{"of nothing, on a reconnection", func(c *Classic) { c.Count = 0; c.Forget = true }, Request{LastEventID: "2"}, "respond 204; end"},
		{"of a server that forgets", func(c *Classic) { c.Count = 1; c.Forget = true }, Request{LastEventID: "2"},
			`respond 200; write ":\n"; wait 10ms; write "event: e\nid: 0\ndata: {'id':0,TIME,'params':''}\n\n"; end`},
		{"with an id from elsewhere", func(c *Classic) { c.Count = 1 }, Request{LastEventID: "-1"},
			`respond 200; write ":\n: Last-Event-ID '-1' is not one of this stream's: starting again at 0\n"; wait 10ms; write "event: e\nid: 0\ndata: {'id':0,TIME,'params':''}\n\n"; end`},
		{"without a type", func(c *Classic) { c.Count, c.Event = 1, "" }, Request{},
			`respond 200; write ":\n"; wait 10ms; write "id: 0\ndata: {'id':0,TIME,'params':''}\n\n"; end`},
		{"with braces everywhere", func(c *Classic) { c.Count, c.Event, c.Params = 1, `{n}"`, `"{n}{time}"` }, Request{},
			`respond 200; write ":\n"; wait 10ms; write "event: {n}'\nid: 0\ndata: {'id':0,TIME,'params':'\\u007bn}\\u007btime}'}\n\n"; end`},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := usual
			test.change(&c)
			s, err := c.Scenario()
			if err != nil {
				t.Fatal(err)
			}
			test.request.Now = usualNow
			section, _ := new(Run).Section(s, test.request, now)
			got := steps(section, test.request)
			want := strings.NewReplacer("; ", "\n", "TIME", strings.ReplaceAll(time, "'", `\"`), "'", `\"`, "stream's", "stream's").Replace(test.want)
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func usualNow() time.Time { return now }
