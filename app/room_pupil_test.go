package main

import (
	"strconv"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/lesson"
	"eventsource-playground/protocol"
)

func TestAPupilsStatesFollowFromWhatItsPageTells(t *testing.T) {
	p := &pupil{}
	tell := func(at float64, presence protocol.Presence, away bool) {
		p.observe(protocol.Member{ID: 1, Presence: presence, Away: away}, at)
	}
	tell(0, protocol.Presence{State: 0}, false)
	tell(100, protocol.Presence{State: 1}, false)
	tell(150, protocol.Presence{State: 1, Events: 3}, false) // no other state
	tell(1000, protocol.Presence{State: 0, Waiting: true}, false)
	tell(4000, protocol.Presence{State: 1, WaitMs: 3001}, false)
	tell(5000, protocol.Presence{State: 1}, true)
	want := []pupilSpan{
		{state: eventsource.Connecting, from: 0, to: 100},
		{state: eventsource.Open, from: 100, to: 1000},
		{state: eventsource.Connecting, waiting: true, from: 1000, to: 4000, waited: 3001},
		{state: eventsource.Open, from: 4000, to: 5000},
		{state: eventsource.Open, away: true, from: 5000},
	}
	if len(p.spans) != len(want) {
		t.Fatalf("got %+v; want %+v", p.spans, want)
	}
	for i, s := range p.spans {
		if s != want[i] {
			t.Errorf("span %d: got %+v; want %+v", i, s, want[i])
		}
	}
	for i := range 3 * spansKept {
		tell(float64(6000+i), protocol.Presence{State: i % 2}, false)
	}
	if len(p.spans) != spansKept {
		t.Errorf("got %d spans kept; want the newest %d", len(p.spans), spansKept)
	}
}

func TestTheNumberOfARoomsEvent(t *testing.T) {
	for id, want := range map[string]int{"7QKM2F-41": 41, "7QKM2F-": 0, "41": 0, "": 0, "a-b": 0} {
		if got := sequenceOf(id); got != want {
			t.Errorf("got %d of %q; want %d", got, id, want)
		}
	}
}

func TestWhatALessonsAnswersQuote(t *testing.T) {
	text := func(names ...string) (t lesson.Text) {
		for _, name := range names {
			t = append(t, lesson.Part{Text: "x"}, lesson.Part{Measure: name})
		}
		return t
	}
	l := &lesson.Lesson{Answer: text("pause1", "opens"), Deviates: text("pause1"), Choices: []lesson.Choice{{Answer: text("wait2")}}}
	got := quoted(l)
	if len(got) != 3 || got[0] != "pause1" || got[1] != "opens" || got[2] != "wait2" {
		t.Errorf("got %v; want each once", got)
	}
}

func TestARoomsStreamIsKnownByItsAddress(t *testing.T) {
	for typed, want := range map[string]string{
		"/rooms/blue-fox": "blue-fox", "/rooms/blue-fox?last-event-id=A-7": "blue-fox", "http://localhost:3000/rooms/a": "a",
		"/rooms/": "", "/sse": "", "https://example.com/rooms/a": "",
	} {
		if got := readHere(typed).room; got != want {
			t.Errorf("got the room %q of %s; want %q", got, typed, want)
		}
	}
}

func TestALessonThatIsRevealedIsPlayedUntilItIsOverOrLeft(t *testing.T) {
	for _, test := range []struct {
		name  string
		do    func(c *course)
		plays bool
		told  string // the choice of the outcome
	}{
		{"the trace has decided", func(c *course) { c.judge(measured(2, 10)) }, false, "0"},
		{"the trace never decides", func(c *course) { c.judge(measured(0, patience+1)) }, false, "-1"},
		{"another lesson is chosen", func(c *course) { c.open(aLesson("b", false)) }, false, ""},
		{"it is asked again", (*course).again, false, ""},
		{"another lesson is chosen, and runs", func(c *course) {
			c.open(aLesson("b", false))
			c.run = &lesson.Run{}
		}, true, ""},
		{"another lesson was chosen, and is over", func(c *course) {
			c.open(aLesson("b", false))
			c.run = &lesson.Run{}
			c.judge(measured(2, 10))
		}, false, ""},
	} {
		m := newModel()
		m.channel.socket = app.Undefined()
		m.course.open(aLesson("a", false))
		m.room.name, m.room.joined.Room = "blue-fox", "blue-fox"
		m.room.class.Question = &protocol.Question{Round: 1, Lesson: "a", Revealed: true}
		m.room.played, m.room.playing = 1, true
		run := &lesson.Run{}
		m.course.run = run
		test.do(&m.course)
		if m.course.over() {
			m.room.endPlay()
		} else {
			m.watchLesson(run)
		}
		told := ""
		if o := m.room.outcome; o != nil {
			told = strconv.Itoa(o.Choice)
		}
		if m.room.playing != test.plays || told != test.told {
			t.Errorf("%s: got playing %v and the outcome %q; want %v and %q", test.name, m.room.playing, told, test.plays, test.told)
		}
	}
}
