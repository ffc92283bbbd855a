package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"eventsource-playground/cluster/natstest"
	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
)

// pupil is a page in a class.
type pupil struct {
	*client
	joined  protocol.Joined
	class   protocol.Class
	members map[int]protocol.Member // the maker's
	gone    []int
	all     []string // what came of the class, as JSON
}

var secrets int // one for each page

// join has a page join a room, which may fail.
func (p *program) join(t *testing.T, j protocol.Join) *pupil {
	t.Helper()
	secrets++
	c := &pupil{client: p.channel(t, fmt.Sprintf("%032x", secrets)), members: map[int]protocol.Member{}}
	c.say(t, protocol.FromPage{Join: &j})
	for c.joined.Room == "" && c.joined.Error == "" {
		c.hear(t)
	}
	return c
}

func (c *pupil) say(t *testing.T, said protocol.FromPage) {
	t.Helper()
	text, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, string(text))
}

// hear is the next message.
func (c *pupil) hear(t *testing.T) (did *protocol.Did) {
	t.Helper()
	m := c.read(t)
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	c.all = append(c.all, string(text))
	switch {
	case m.Joined != nil:
		c.joined = *m.Joined
	case m.Class != nil:
		outcomes := c.class.Outcomes
		if c.class = *m.Class; c.class.Outcomes == nil {
			c.class.Outcomes = outcomes
		}
		for _, member := range m.Class.Members {
			c.members[member.ID] = member
		}
		for _, id := range m.Class.Gone {
			delete(c.members, id)
			c.gone = append(c.gone, id)
		}
	}
	return m.Did
}

// question is the newest; its Round is 0 if none was asked.
func (c *pupil) question() (q protocol.Question) {
	if c.class.Question != nil {
		q = *c.class.Question
	}
	return q
}

// until waits for what is to come.
func (c *pupil) until(t *testing.T, ok func() bool) {
	t.Helper()
	for !ok() {
		c.hear(t)
	}
}

// refused says something, and returns why it was rejected.
func (c *pupil) refused(t *testing.T, said protocol.FromPage) string {
	t.Helper()
	c.id++
	said.ID = c.id
	c.say(t, said)
	for {
		if did := c.hear(t); did != nil && did.ID == c.id {
			return did.Error
		}
	}
}

func TestAClassPredictsAndSees(t *testing.T) {
	t.Run("on one server", func(t *testing.T) { predictsAndSees(t, "memory", start(t)) })
	t.Run("on two servers", func(t *testing.T) {
		predictsAndSees(t, "nats", startServers(t, natstest.Start(t, t.TempDir(), -1).ClientURL(), "a", "b")...)
	})
}

// predictsAndSees is a class whose pages are with one server after the other.
func predictsAndSees(t *testing.T, on string, all ...*program) {
	p, other := all[0], all[len(all)-1]
	r := makeRoom(t, p)
	maker := p.join(t, protocol.Join{Room: r.Room, Key: r.Key})
	if j := maker.joined; !j.Maker || j.Address != p.url+"?room="+r.Room || j.On != on || j.Events != 1000 || j.Hours != 24 || j.Name != "" || j.Token != "" {
		t.Errorf("got %+v; want the maker", j)
	}
	pupils := make([]*pupil, 3)
	for i := range pupils {
		pupils[i] = all[i%len(all)].join(t, protocol.Join{Room: r.Room, Browser: []string{"Chrome", "Firefox", "Chrome"}[i], Version: "140"})
		if j := pupils[i].joined; j.Error != "" || j.Name == "" || j.Maker || len(j.Token) != 32 {
			t.Fatalf("got %+v; want a reader", j)
		}
	}
	maker.until(t, func() bool { return len(maker.members) == 3 })
	a, b, c := pupils[0], pupils[1], pupils[2]

	// One is lost, and is the same when it is back.
	c.say(t, protocol.FromPage{Presence: &protocol.Presence{State: 1, LastEventID: "7QKM2F-1", Events: 1}})
	maker.until(t, func() bool { return maker.members[3].Events == 1 })
	c.conn.CloseNow()
	maker.until(t, func() bool { return maker.members[3].Away && maker.class.Away == 1 && maker.members[3].Events == 1 })
	back := other.join(t, protocol.Join{Room: r.Room, Token: c.joined.Token, Browser: "Chrome", Version: "140"})
	if back.joined.Name != c.joined.Name || back.joined.Token != c.joined.Token {
		t.Errorf("got %+v; want %s again", back.joined, c.joined.Name)
	}
	maker.until(t, func() bool { return !maker.members[3].Away && maker.class.Readers == 3 })
	c = back

	// The question.
	maker.say(t, protocol.FromPage{Ask: &protocol.Ask{Lesson: "retry", Choices: 3}})
	for i, page := range []*pupil{a, b, c} {
		page.until(t, func() bool { return page.question().Round == 1 })
		page.say(t, protocol.FromPage{Predict: &protocol.Predict{Round: 1, Choice: min(i, 1)}})
	}
	if got := a.refused(t, protocol.FromPage{Predict: &protocol.Predict{Round: 1, Choice: 2}}); got != "You have predicted in round 1 already, and once is what counts." {
		t.Errorf("got %q for a second prediction", got)
	}
	for _, said := range []protocol.FromPage{{Ask: &protocol.Ask{Lesson: "retry", Choices: 3}}, {Reveal: 1}} {
		if got := a.refused(t, said); got != "Only the room's maker can do this: join with its key." {
			t.Errorf("got %q for a reader's %+v", got, said)
		}
	}
	maker.until(t, func() bool { return maker.question().Answered == 3 })
	a.until(t, func() bool { return a.question().Answered == 3 })
	if got, want := fmt.Sprintf("%+v", maker.question()), "{Round:1 Lesson:retry Asking:1 Answered:3 Revealed:false Chosen:-1 Bars:[[1 2 0]]}"; got != want {
		t.Errorf("got %s by the maker; want %s", got, want)
	}
	if got, want := fmt.Sprintf("%+v", a.question()), "{Round:1 Lesson:retry Asking:1 Answered:3 Revealed:false Chosen:0 Bars:[]}"; got != want {
		t.Errorf("got %s by a reader; want %s", got, want)
	}
	for _, message := range a.all {
		if strings.Contains(message, "bars") || strings.Contains(message, "members") {
			t.Errorf("a reader got %s", message)
		}
	}

	// What came of it.
	maker.say(t, protocol.FromPage{Reveal: 1})
	for _, page := range []*pupil{a, b} {
		page.until(t, func() bool { return page.question().Revealed })
		page.say(t, protocol.FromPage{Outcome: &protocol.Outcome{Round: 1, Choice: 1, Figures: map[string]float64{"wait": 3000}}})
	}
	for _, page := range []*pupil{maker, a, b, c} {
		page.until(t, func() bool { return len(page.class.Outcomes) == 2 })
		if got := fmt.Sprint(page.question().Bars); got != "[[1 2 0]]" {
			t.Errorf("got bars %s; want them revealed", got)
		}
		if browsers := page.class.Outcomes[0].Browser + page.class.Outcomes[1].Browser; len(browsers) != len("ChromeFirefox") {
			t.Errorf("got outcomes %+v; want a Chrome's and a Firefox's", page.class.Outcomes)
		}
	}
	if got := c.refused(t, protocol.FromPage{Predict: &protocol.Predict{Round: 1}}); !strings.HasPrefix(got, "Round 1 is revealed already") {
		t.Errorf("got %q for a late prediction", got)
	}

	// Once more, and then they leave.
	maker.say(t, protocol.FromPage{Ask: &protocol.Ask{Lesson: "retry", Choices: 3}})
	b.until(t, func() bool { return b.question().Round == 2 })
	b.say(t, protocol.FromPage{Predict: &protocol.Predict{Round: 2, Choice: 2}})
	maker.until(t, func() bool { return fmt.Sprint(maker.question().Bars) == "[[1 2 0] [0 0 1]]" })
	b.say(t, protocol.FromPage{Leave: true})
	maker.until(t, func() bool { return fmt.Sprint(maker.gone) == "[2]" && maker.class.Readers == 2 })

	request, err := http.NewRequest("DELETE", r.Stream, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.Key)
	reply, err := p.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	reply.Body.Close()
	for _, page := range []*pupil{maker, a, c} {
		page.until(t, func() bool { return page.joined.Error != "" })
		if got, want := page.joined.Error, "Room "+r.Room+" is over: its maker ended it, or nobody used it any more."; got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	if got := other.join(t, protocol.Join{Room: r.Room, Token: a.joined.Token}).joined.Error; !strings.HasPrefix(got, "There is no room ") {
		t.Errorf("got %q for a room that is over", got)
	}
}

func TestAReaderStaysInTheClassWhileTheStreamIsClosed(t *testing.T) {
	p := start(t)
	r := makeRoom(t, p)
	maker := p.join(t, protocol.Join{Room: r.Room, Key: r.Key})
	reader := p.join(t, protocol.Join{Room: r.Room})
	r.must(t, p, "one")
	stream := r.read(t, p)
	r.must(t, p, "two")
	dataOf(t, stream, 1)
	reader.say(t, protocol.FromPage{Presence: &protocol.Presence{State: 2, Plays: true}})
	maker.until(t, func() bool { return maker.members[1].Plays })
	// The channel does what it did before, too.
	reader.pingPong(t)
	if got := reader.command(t, `"do":"cut"`); got == "" {
		t.Error("got a command carried out without a stream; want it rejected")
	}
}

func TestWhoGetsIntoAClass(t *testing.T) {
	l := limits.Default
	l.RoomGuesses, l.ClassMakers = 3, 1
	p := startMain(t, Main{Files: page, Limits: l})
	r := makeRoom(t, p)
	wrong := strings.Repeat("0", 32)
	reader := p.join(t, protocol.Join{Room: r.Room})
	stays := t // until the end of all
	for _, test := range []struct {
		name string
		join protocol.Join
		want string
	}{
		{"no name", protocol.Join{}, `There is no room "": check its name`},
		{"a name that no room has", protocol.Join{Room: "calm-nowhere"}, `There is no room "calm-nowhere": check its name`},
		{"a wrong key", protocol.Join{Room: r.Room, Key: wrong}, `This is not the key of room "` + r.Room + `"`},
		{"a wrong key after too many", protocol.Join{Room: r.Room, Key: wrong}, "Wait a minute, and check the room's name and key: your address has given 3 within a minute that are none."},
		{"a new reader after too many", protocol.Join{Room: r.Room}, "Wait a minute, and check the room's name and key"},
		{"the maker all the same", protocol.Join{Room: r.Room, Key: r.Key}, ""},
		{"the reader all the same, with its token", protocol.Join{Room: r.Room, Token: reader.joined.Token}, ""},
		{"a second page of the maker's where one is the limit", protocol.Join{Room: r.Room, Key: r.Key}, "gets no more: close one."},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := p.join(stays, test.join).joined
			if (got.Error == "") != (test.want == "") || !strings.Contains(got.Error, test.want) || strings.Contains(got.Error, "\n") {
				t.Errorf("got %q; want one sentence with %q", got.Error, test.want)
			}
			if got.Error != "" && (got.Room != "" || got.Token != "") {
				t.Errorf("got %+v; want nothing beside the error", got)
			}
		})
	}
}

func TestAServerOfAClassStops(t *testing.T) {
	all := startServers(t, natstest.Start(t, t.TempDir(), -1).ClientURL(), "a", "b")
	r := makeRoom(t, all[0])
	maker, reader := all[0].join(t, protocol.Join{Room: r.Room, Key: r.Key}), all[1].join(t, protocol.Join{Room: r.Room})
	maker.say(t, protocol.FromPage{Ask: &protocol.Ask{Lesson: "retry", Choices: 2}})
	reader.until(t, func() bool { return reader.question().Round == 1 })
	reader.say(t, protocol.FromPage{Predict: &protocol.Predict{Round: 1, Choice: 1}})
	reader.until(t, func() bool { return reader.question().Chosen == 1 })
	if code := all[1].stop(t); code != 0 {
		t.Errorf("got exit status %d; want 0", code)
	}
	maker.until(t, func() bool { return maker.class.Away == 1 })
	back := all[0].join(t, protocol.Join{Room: r.Room, Token: reader.joined.Token})
	back.until(t, func() bool { return back.class.Question != nil })
	if q := back.question(); back.joined.Name != reader.joined.Name || q.Chosen != 1 {
		t.Errorf("got %+v and %+v; want %s, who has predicted", back.joined, q, reader.joined.Name)
	}
	maker.until(t, func() bool { return maker.class.Away == 0 && maker.question().Answered == 1 })
}

func TestStoppingEndsAClassToo(t *testing.T) {
	p := start(t)
	r := makeRoom(t, p)
	p.join(t, protocol.Join{Room: r.Room, Key: r.Key})
	reader := p.join(t, protocol.Join{Room: r.Room})
	if code := p.stop(t); code != 0 {
		t.Errorf("got exit status %d; want 0", code)
	}
	for {
		if _, _, err := reader.conn.Read(t.Context()); err != nil {
			return
		}
	}
}

func TestARoomsPageIsThePage(t *testing.T) {
	p := start(t)
	want, err := io.ReadAll(p.get(t, "/").Body)
	if err != nil {
		t.Fatal(err)
	}
	reply := p.get(t, "/?room=calm-river")
	if got := text(t, reply); reply.StatusCode != http.StatusOK || got != string(want) {
		t.Errorf("got %d %q; want the page", reply.StatusCode, got)
	}
}
