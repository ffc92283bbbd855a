package play

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"eventsource-playground/scenario"
	"eventsource-playground/server/limits"
)

func TestRunsAreForgotten(t *testing.T) {
	l := limits.Default
	l.Runs = 3
	s, err := scenario.Parse("== 200\n@end", scenario.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	all := newRuns(l)
	request := httptest.NewRequest("GET", "/sse", nil)
	ask1 := func(session string, text string) (who *run, attempt int) {
		who, _, attempt = all.respond(&query{scenario: s, who: Who{session, 1}, text: text}, request, scenario.Request{}, now)
		return who, attempt
	}
	visit := func(session, text string) int {
		who, attempt := ask1(session, text)
		all.leave(who, true, now)
		return attempt
	}
	want := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("got %d %s; want %d", got, what, want)
		}
	}

	want("for a first request", visit("", "a"), 1)
	now = now.Add(l.BareRunAge)
	want("just in time", visit("", "a"), 2)
	now = now.Add(l.BareRunAge + 1)
	want("too late", visit("", "a"), 1)
	want("in a session", visit("s", "a"), 1)
	now = now.Add(l.RunAge)
	want("in a session just in time", visit("s", "a"), 2)
	now = now.Add(l.RunAge + 1)
	want("in a session too late", visit("s", "a"), 1)

	now = now.Add(time.Hour * 2)
	for i := range 10 {
		want("for a first request", visit("", fmt.Sprint(i)), 1)
	}
	want("runs kept", len(all.all), 3)
	want("runs kept", all.idle.Len(), 3)
	want("for the newest", visit("", "9"), 2)
	want("for the oldest kept", visit("", "7"), 2)
	want("for one that was forgotten", visit("", "6"), 1)

	who, _ := ask1("", "open")
	for i := range 10 {
		visit("", fmt.Sprint("other", i))
	}
	all.leave(who, true, now)
	want("after a long response, since an open one is not forgotten", visit("", "open"), 2)
	who, _ = ask1("", "left")
	all.leave(who, false, now)
	now = now.Add(2 * time.Hour)
	visit("", "last")
	want("runs kept", len(all.all), 1)
}
