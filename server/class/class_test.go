package class

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eventsource-playground/cluster"
	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
)

// school is classes of one room, calm-river, whose key is key.
type school struct {
	*Classes
	servers  []*Classes // all, of which pages get one after the other
	pages    atomic.Int64
	over     chan struct{} // closed: the room is no more
	released atomic.Int64
	settle   func() // waits until all servers have told all; nil: it is alone
	log      func() []jetstream.Msg
}

func newSchool(l limits.Limits) *school {
	s := &school{over: make(chan struct{})}
	s.add(l, "calm-river", nil)
	return s
}

// add adds a server, which has the room under an ID.
func (s *school) add(l limits.Limits, id string, others *cluster.Cluster) {
	room := Room{
		ID:      id,
		Release: func() { s.released.Add(1) },
		Ended: func(stop <-chan struct{}) bool {
			select {
			case <-s.over:
				return true
			case <-stop:
				return false
			}
		},
	}
	find := func(_ context.Context, _ netip.Prefix, name, key string) (Room, error) {
		switch {
		case name != "calm-river":
			return Room{}, reject("There is no such room.")
		case key != "" && key != "key":
			return Room{}, reject("This is not the key.")
		}
		return room, nil
	}
	address := func(_ *http.Request, room string) string { return "http://192.0.2.1:3000/?room=" + room }
	s.servers = append(s.servers, New(l, find, address, "memory", others))
	s.Classes = s.servers[0]
}

// both runs a test for one server that is alone, and for two that are not.
func both(t *testing.T, l limits.Limits, test func(t *testing.T, s *school)) {
	t.Helper()
	t.Run("alone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, newSchool(l)) })
	})
	t.Run("two servers", func(t *testing.T) { test(t, newSchools(t, l, shared, 2)) })
}

// counts are the classes, and how often a room was released.
func (s *school) counts() (classes, released int) {
	for _, cs := range s.servers {
		cs.mutex.Lock()
		classes += len(cs.all)
		cs.mutex.Unlock()
	}
	return classes, int(s.released.Load())
}

// page is one that has a channel.
type page struct {
	*Seat
	t       *testing.T
	joined  protocol.Joined
	class   protocol.Class          // the newest, with lists that are not nil as they came last
	told    int                     // messages of the class
	members map[int]protocol.Member // the newest of each
	round   int                     // that a test is in
	all     []string                // what came, as JSON
}

func (s *school) page(t *testing.T) *page {
	return s.pageAt(t, int(s.pages.Add(1))%len(s.servers))
}

// pageAt is one whose channel is with a server.
func (s *school) pageAt(t *testing.T, server int) *page {
	r := httptest.NewRequest("GET", "/session", nil)
	return &page{Seat: s.servers[server].Seat(r, func() {}), t: t, members: map[int]protocol.Member{}}
}

// hear takes in what there is to be told.
func (p *page) hear() {
	p.t.Helper()
	for m, ok := p.Next(); ok; m, ok = p.Next() {
		text, err := json.Marshal(m)
		if err != nil {
			p.t.Fatal(err)
		}
		p.all = append(p.all, string(text))
		if m.Joined != nil {
			p.joined = *m.Joined
			continue
		}
		p.told++
		for _, member := range m.Class.Members {
			p.members[member.ID] = member
		}
		old := p.class
		p.class = *m.Class
		if p.class.Outcomes == nil {
			p.class.Outcomes = old.Outcomes
		}
		if p.class.Members == nil {
			p.class.Members = old.Members
		}
		if p.class.Gone == nil {
			p.class.Gone = old.Gone
		}
	}
}

// say says something, and returns why it was rejected.
func (p *page) say(said protocol.FromPage) string {
	p.t.Helper()
	ok, err := p.Say(p.t.Context(), said)
	if !ok {
		p.t.Errorf("got %+v for somebody else; want it for the class", said)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// must says something that is not rejected.
func (p *page) must(said protocol.FromPage) {
	p.t.Helper()
	if err := p.say(said); err != "" {
		p.t.Errorf("got %q for %+v; want it done", err, said)
	}
}

func (p *page) join(j protocol.Join) *page {
	p.t.Helper()
	j.Room = "calm-river"
	p.must(protocol.FromPage{Join: &j})
	p.hear()
	return p
}

func (s *school) reader(t *testing.T) *page {
	t.Helper()
	p := s.page(t).join(protocol.Join{Browser: "Chrome", Version: "140"})
	if p.joined.Error != "" {
		t.Fatalf("got %q; want a reader", p.joined.Error)
	}
	return p
}

func (s *school) maker(t *testing.T) *page {
	t.Helper()
	p := s.page(t).join(protocol.Join{Key: "key"})
	if !p.joined.Maker {
		t.Fatalf("got %+v; want the maker", p.joined)
	}
	return p
}

// soon is when everybody was told.
func (s *school) soon() {
	if s.settle != nil {
		s.settle()
		return
	}
	soon()
}

func soon() {
	time.Sleep(time.Second)
	synctest.Wait()
}

// is compares what a page got.
func is(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Errorf("%s: got %s; want %s", what, g, w)
	}
}

func hearAll(pages ...*page) {
	for _, p := range pages {
		p.hear()
	}
}

func TestAReaderIsTheSameUntilItWasAwayForLong(t *testing.T) {
	for _, test := range []struct {
		name  string
		away  time.Duration
		same  bool
		leave bool
	}{
		{"a reload", 0, true, false},
		{"ten minutes, nearly", 10*time.Minute - 2*time.Second, true, false},
		{"ten minutes", 10*time.Minute + time.Second, false, false},
		{"one that left", 0, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSchool(limits.Default)
				maker, first := s.maker(t), s.reader(t)
				soon()
				maker.hear()
				if test.leave {
					first.must(protocol.FromPage{Leave: true})
				}
				first.Close()
				time.Sleep(test.away)
				soon()
				again := s.page(t).join(protocol.Join{Token: first.joined.Token})
				soon()
				hearAll(maker, again)
				if same := again.joined.Name == first.joined.Name && again.joined.Token == first.joined.Token; same != test.same {
					t.Errorf("got %+v after %+v; want the same: %v", again.joined, first.joined, test.same)
				}
				id, gone := 1, "[]"
				if !test.same {
					id, gone = 2, "[1]"
				}
				is(t, "the member's ID", maker.class.Members[len(maker.class.Members)-1].ID, id)
				is(t, "those who are gone", maker.class.Gone, gone)
				is(t, "readers and those away", []int{maker.class.Readers, maker.class.Away}, "[1 0]")
				again.must(protocol.FromPage{Leave: true})
				maker.must(protocol.FromPage{Leave: true})
			})
		})
	}
}

func TestNamesAreNobodyElses(t *testing.T) {
	l := limits.Default
	l.ClassReaders, l.RoomJoins = 1000, 1000
	synctest.Test(t, func(t *testing.T) {
		s := newSchool(l)
		taken := map[string]bool{}
		for n := range 2*len(animals) + 1 {
			name := s.reader(t).joined.Name
			if taken[name] {
				t.Fatalf("got %s twice", name)
			}
			taken[name] = true
			want := []string{"", " 2", " 3"}[n/len(animals)]
			if animal := strings.TrimSuffix(name, want); !slices.Contains(animals, animal) {
				t.Errorf("got %q as the %dth; want an animal and %q", name, n+1, want)
			}
		}
		close(s.over)
	})
	once := map[string]bool{}
	for _, animal := range animals {
		if once[animal] || len(animal) > 12 {
			t.Errorf("%s is twice in the list, or too long", animal)
		}
		once[animal] = true
	}
	if n := len(animals); n < 200 {
		t.Errorf("got %d animals; want some 200", n)
	}
}

func TestWhatJoiningBrings(t *testing.T) {
	both(t, limits.Default, func(t *testing.T, s *school) {
		maker, reader := s.maker(t), s.reader(t)
		is(t, "the maker", maker.joined, protocol.Joined{
			Room: "calm-river", Maker: true, Address: "http://192.0.2.1:3000/?room=calm-river", On: "memory", Events: 1000, Hours: 24,
		})
		is(t, "a reader", reader.joined, protocol.Joined{
			Room: "calm-river", Name: reader.joined.Name, Token: reader.joined.Token,
			Address: "http://192.0.2.1:3000/?room=calm-river", On: "memory", Events: 1000, Hours: 24,
		})
		if len(reader.joined.Token) != 32 {
			t.Errorf("got token %q; want 128 bits", reader.joined.Token)
		}
		for _, test := range []struct {
			name string
			join protocol.Join
			want string
		}{
			{"a room that is not there", protocol.Join{Room: "calm-nowhere"}, "There is no such room."},
			{"a wrong key", protocol.Join{Room: "calm-river", Key: "keys"}, "This is not the key."},
			{"a long browser", protocol.Join{Room: "calm-river", Browser: strings.Repeat("a", 41)}, "The browser's name is not possible as it is: give at most 40 letters, digits, spaces and ._-+()/: of ASCII."},
			{"a version of markup", protocol.Join{Room: "calm-river", Version: "<1>"}, "The browser's version is not possible as it is: give at most 40 letters, digits, spaces and ._-+()/: of ASCII."},
		} {
			p := s.page(t)
			p.must(protocol.FromPage{Join: &test.join})
			p.hear()
			is(t, test.name, p.joined, protocol.Joined{Error: test.want})
			is(t, "messages of the class", p.told, 0)
		}
		close(s.over)
	})
}

func TestWhatIsRejected(t *testing.T) {
	const reader, maker, nobody = "a reader", "the maker", "one in no room"
	many := map[string]float64{}
	for n := range 21 {
		many[fmt.Sprint("f", n)] = 1
	}
	outcome := func(o protocol.Outcome) protocol.FromPage { return protocol.FromPage{Outcome: &o} }
	presence := func(p protocol.Presence) protocol.FromPage { return protocol.FromPage{Presence: &p} }
	predict := func(round, choice int) protocol.FromPage {
		return protocol.FromPage{Predict: &protocol.Predict{Round: round, Choice: choice}}
	}
	ask := func(lesson string, choices int) protocol.FromPage {
		return protocol.FromPage{Ask: &protocol.Ask{Lesson: lesson, Choices: choices}}
	}
	const onlyMaker = "Only the room's maker can do this: join with its key."
	const onlyReader = "This page is the maker's: only a reader has a presence, predicts and tells an outcome."
	const counts = "A presence counts and measures: waitMs, events, missed and doubled can't be less than 0, or without an end."
	for _, test := range []struct {
		name, who string
		stage     int // 0: nothing was asked; 1: round 1, in which the reader has predicted if it is 2; 3: it is revealed; 4: the reader told its outcome
		said      protocol.FromPage
		want      string
	}{
		{"a reader's question", reader, 1, ask("retry", 3), onlyMaker},
		{"a reader's reveal", reader, 1, protocol.FromPage{Reveal: 1}, onlyMaker},
		{"a stranger's question", nobody, 1, ask("retry", 3), string(errOutside)},
		{"a stranger's prediction", nobody, 1, predict(1, 0), string(errOutside)},
		{"a stranger's presence", nobody, 0, presence(protocol.Presence{}), string(errOutside)},
		{"a stranger who leaves", nobody, 0, protocol.FromPage{Leave: true}, ""},
		{"the maker's prediction", maker, 1, predict(1, 0), onlyReader},
		{"the maker's outcome", maker, 3, outcome(protocol.Outcome{Round: 1}), onlyReader},
		{"the maker's presence", maker, 0, presence(protocol.Presence{}), onlyReader},

		{"a prediction", reader, 1, predict(1, 2), ""},
		{"a prediction of nothing", reader, 0, predict(1, 0), "Round 1 is unknown: nothing was asked yet."},
		{"a prediction of round 0", reader, 0, predict(0, 0), "Round 0 is unknown: nothing was asked yet."},
		{"a prediction of a round to come", reader, 1, predict(2, 0), "Round 2 is not the one that is asked now, which is 1."},
		{"a choice that is not there", reader, 1, predict(1, 3), "choice=3 is not possible: give 0 to 2."},
		{"a choice before the first", reader, 1, predict(1, -1), "choice=-1 is not possible: give 0 to 2."},
		{"a second prediction", reader, 2, predict(1, 1), "You have predicted in round 1 already, and once is what counts."},
		{"a prediction after the reveal", reader, 3, predict(1, 1), "Round 1 is revealed already: a prediction comes before that."},

		{"a question", maker, 1, ask("retry", 3), ""},
		{"a question without a lesson", maker, 0, ask("", 3), "The lesson's name is not possible as it is: give at most 40 letters, digits, spaces and ._-+()/: of ASCII."},
		{"a question with one choice", maker, 0, ask("retry", 1), "choices=1 is not possible: give 2 to 20."},
		{"a question with many choices", maker, 0, ask("retry", 21), "choices=21 is not possible: give 2 to 20."},
		{"a reveal of nothing", maker, 0, protocol.FromPage{Reveal: 1}, "Round 1 is unknown: nothing was asked yet."},
		{"a reveal of another round", maker, 1, protocol.FromPage{Reveal: 2}, "Round 2 is not the one that is asked now, which is 1."},
		{"a second reveal", maker, 3, protocol.FromPage{Reveal: 1}, "Round 1 is revealed already."},

		{"an outcome", reader, 3, outcome(protocol.Outcome{Round: 1, Choice: -1, Figures: map[string]float64{"wait_1": 3000}}), ""},
		{"an outcome before the reveal", reader, 2, outcome(protocol.Outcome{Round: 1}), "Round 1 is not revealed yet: an outcome comes after that."},
		{"an outcome of another round", reader, 3, outcome(protocol.Outcome{Round: 2}), "Round 2 is not the one that is asked now, which is 1."},
		{"a second outcome", reader, 4, outcome(protocol.Outcome{Round: 1}), "You have told the outcome of round 1 already, and once is what counts."},
		{"an outcome that can't be", reader, 3, outcome(protocol.Outcome{Round: 1, Choice: -2}), "choice=-2 is not possible: give 0 to 2, or -1 for none of them."},
		{"many figures", reader, 3, outcome(protocol.Outcome{Round: 1, Figures: many}), "These are 21 figures: at most 20 can be told."},
		{"a figure without a name", reader, 3, outcome(protocol.Outcome{Round: 1, Figures: map[string]float64{"": 1}}), "The name of a figure has 1 to 40 letters, digits and underscores of ASCII."},
		{"a figure with markup", reader, 3, outcome(protocol.Outcome{Round: 1, Figures: map[string]float64{"<b>": 1}}), "The name of a figure has 1 to 40 letters, digits and underscores of ASCII."},
		{"a figure with a long name", reader, 3, outcome(protocol.Outcome{Round: 1, Figures: map[string]float64{strings.Repeat("a", 41): 1}}), "The name of a figure has 1 to 40 letters, digits and underscores of ASCII."},
		{"an endless figure", reader, 3, outcome(protocol.Outcome{Round: 1, Figures: map[string]float64{"wait": infinite()}}), "The figure wait is no finite number."},

		{"a presence", reader, 0, presence(protocol.Presence{State: 2, WaitMs: 3000.5, LastEventID: "7QKM2F-41"}), ""},
		{"a state that there is not", reader, 0, presence(protocol.Presence{State: 3}), "state=3 is not possible: give the readyState, 0, 1 or 2."},
		{"a wait before it began", reader, 0, presence(protocol.Presence{WaitMs: -1}), counts},
		{"an endless wait", reader, 0, presence(protocol.Presence{WaitMs: infinite()}), counts},
		{"fewer events than none", reader, 0, presence(protocol.Presence{Events: -1}), counts},
		{"a long id", reader, 0, presence(protocol.Presence{LastEventID: strings.Repeat("1", 41)}), "lastEventId is not possible as it is: give at most 40 letters, digits, spaces and ._-+()/: of ASCII."},
	} {
		t.Run(test.name, func(t *testing.T) {
			both(t, limits.Default, func(t *testing.T, s *school) {
				pages := map[string]*page{maker: s.maker(t), reader: s.reader(t), nobody: s.page(t)}
				stages := []struct {
					who  string
					said protocol.FromPage
				}{{maker, ask("retry", 3)}, {reader, predict(1, 1)}, {maker, protocol.FromPage{Reveal: 1}}, {reader, outcome(protocol.Outcome{Round: 1})}}
				for _, stage := range stages[:test.stage] {
					pages[stage.who].must(stage.said)
					s.soon()
				}
				if got := pages[test.who].say(test.said); got != test.want {
					t.Errorf("got %q; want %q", got, test.want)
				}
				close(s.over)
			})
		})
	}
}

func TestWhatIsNothingOfAClass(t *testing.T) {
	p := newSchool(limits.Default).page(t)
	for _, said := range []protocol.FromPage{{}, {ID: 1, Command: protocol.Command{Do: protocol.DoCut}}, {Get: "/lessons"}} {
		if ok, err := p.Say(t.Context(), said); ok || err != nil {
			t.Errorf("got %v, %v for %+v; want it left to others", ok, err, said)
		}
	}
}

func TestALessonIsAskedAgain(t *testing.T) {
	both(t, limits.Default, func(t *testing.T, s *school) {
		maker, a, b := s.maker(t), s.reader(t), s.reader(t)
		ask := func(lesson string, choices int) {
			maker.must(protocol.FromPage{Ask: &protocol.Ask{Lesson: lesson, Choices: choices}})
			s.soon()
		}
		predict := func(p *page, round, choice int) {
			p.must(protocol.FromPage{Predict: &protocol.Predict{Round: round, Choice: choice}})
		}
		expect := func(name string, want [3]string) {
			t.Helper()
			s.soon()
			hearAll(maker, a, b)
			for i, p := range []*page{maker, a, b} {
				if p.class.Question == nil {
					t.Fatalf("%s: got no question", name)
				}
				is(t, fmt.Sprint(name, ", page ", i), *p.class.Question, want[i])
			}
		}
		ask("retry", 3)
		predict(a, 1, 2)
		expect("asked", [3]string{
			"{Round:1 Lesson:retry Asking:1 Answered:1 Revealed:false Chosen:-1 Bars:[[0 0 1]]}",
			"{Round:1 Lesson:retry Asking:1 Answered:1 Revealed:false Chosen:2 Bars:[]}",
			"{Round:1 Lesson:retry Asking:1 Answered:1 Revealed:false Chosen:-1 Bars:[]}",
		})
		ask("retry", 3)
		predict(a, 2, 0)
		predict(b, 2, 0)
		expect("asked again", [3]string{
			"{Round:2 Lesson:retry Asking:2 Answered:2 Revealed:false Chosen:-1 Bars:[[0 0 1] [2 0 0]]}",
			"{Round:2 Lesson:retry Asking:2 Answered:2 Revealed:false Chosen:0 Bars:[]}",
			"{Round:2 Lesson:retry Asking:2 Answered:2 Revealed:false Chosen:0 Bars:[]}",
		})
		maker.must(protocol.FromPage{Reveal: 2})
		expect("revealed", [3]string{
			"{Round:2 Lesson:retry Asking:2 Answered:2 Revealed:true Chosen:-1 Bars:[[0 0 1] [2 0 0]]}",
			"{Round:2 Lesson:retry Asking:2 Answered:2 Revealed:true Chosen:0 Bars:[[0 0 1] [2 0 0]]}",
			"{Round:2 Lesson:retry Asking:2 Answered:2 Revealed:true Chosen:0 Bars:[[0 0 1] [2 0 0]]}",
		})
		a.must(protocol.FromPage{Outcome: &protocol.Outcome{Round: 2, Choice: 1, Browser: "Nonesuch", Figures: map[string]float64{"wait": 3000}}})
		s.soon()
		hearAll(maker, a, b)
		for _, p := range []*page{maker, a, b} {
			is(t, "outcomes", p.class.Outcomes, "[{Round:2 Choice:1 Browser:Chrome Version:140 Figures:map[wait:3000]}]")
		}
		late := s.reader(t)
		is(t, "one who joins late", *late.class.Question, "{Round:2 Lesson:retry Asking:2 Answered:2 Revealed:true Chosen:-1 Bars:[[0 0 1] [2 0 0]]}")
		is(t, "outcomes for one who joins late", len(late.class.Outcomes), 1)
		ask("stop", 2)
		expect("another lesson", [3]string{
			"{Round:3 Lesson:stop Asking:1 Answered:0 Revealed:false Chosen:-1 Bars:[[0 0]]}",
			"{Round:3 Lesson:stop Asking:1 Answered:0 Revealed:false Chosen:-1 Bars:[]}",
			"{Round:3 Lesson:stop Asking:1 Answered:0 Revealed:false Chosen:-1 Bars:[]}",
		})
		for range 9 {
			ask("stop", 2)
		}
		is(t, "asked often", maker.say(protocol.FromPage{Ask: &protocol.Ask{Lesson: "stop", Choices: 2}}),
			"This lesson was asked 10 times in a row, and their bars are kept side by side: ask another one.")
		close(s.over)
	})
}

func TestNobodyReadsWhoPredictedWhat(t *testing.T) {
	said := func(choice int) (maker, other string) {
		synctest.Test(t, func(t *testing.T) {
			s := newSchool(limits.Default)
			m, a, b := s.maker(t), s.reader(t), s.reader(t)
			m.must(protocol.FromPage{Ask: &protocol.Ask{Lesson: "retry", Choices: 2}})
			// One predicts this, the other that: only who is which differs.
			a.must(protocol.FromPage{Predict: &protocol.Predict{Round: 1, Choice: choice}})
			b.must(protocol.FromPage{Predict: &protocol.Predict{Round: 1, Choice: 1 - choice}})
			soon()
			hearAll(m, a)
			late := s.reader(t)
			m.must(protocol.FromPage{Reveal: 1})
			soon()
			hearAll(m, a, late)
			maker, other = strings.Join(m.all, "\n"), strings.Join(late.all, "\n")
			for name, p := range map[string]*page{"Ann": a, "Bob": b, "Cid": late} {
				maker = strings.ReplaceAll(maker, p.joined.Name, name)
				other = strings.ReplaceAll(other, p.joined.Name, name)
			}
			other = strings.ReplaceAll(other, late.joined.Token, "")
			close(s.over)
		})
		return maker, other
	}
	makers, others := [2]string{}, [2]string{}
	for choice := range 2 {
		makers[choice], others[choice] = said(choice)
	}
	if makers[0] != makers[1] || !strings.Contains(makers[0], `"bars":[[1,1]]`) {
		t.Errorf("got by the maker, when they differ:\n%s\n\n%s", makers[0], makers[1])
	}
	if others[0] != others[1] || !strings.Contains(others[0], `"bars":[[1,1]]`) {
		t.Errorf("got by a reader, when others differ:\n%s\n\n%s", others[0], others[1])
	}
}

func TestPresenceIsToldToMakersInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSchool(limits.Default)
		maker := s.maker(t)
		var readers []*page
		for range 60 {
			readers = append(readers, s.reader(t))
		}
		soon()
		hearAll(append(readers, maker)...)
		is(t, "readers", []int{maker.class.Readers, len(maker.class.Members)}, "[60 60]")
		maker.told = 0
		for n := range 100 { // a second
			for i, r := range readers[:50] {
				if i%10 == n%10 {
					r.must(protocol.FromPage{Presence: &protocol.Presence{State: 1, Events: n}})
				}
			}
			maker.hear()
			time.Sleep(10 * time.Millisecond)
			synctest.Wait()
		}
		if maker.told < 9 || maker.told > 11 {
			t.Errorf("got %d messages in a second; want ten at most", maker.told)
		}
		soon()
		maker.hear()
		if n := len(maker.class.Members); n > 50 {
			t.Errorf("got %d members; want those only that changed", n)
		}
		for _, r := range readers {
			before := r.told
			r.hear()
			is(t, "messages to a reader about others' presence", r.told-before, 0)
		}
		began := maker.class.Now
		time.Sleep(1500 * time.Millisecond)
		readers[55].must(protocol.FromPage{Presence: &protocol.Presence{State: 1, LastEventID: "7QKM2F-41"}})
		soon()
		maker.hear()
		is(t, "members", len(maker.class.Members), 1)
		m := maker.class.Members[0]
		is(t, "the one that changed", []any{m.ID, m.Presence.LastEventID, m.Name}, []any{56, "7QKM2F-41", readers[55].joined.Name})
		if m.At < began+1500 || m.At > began+2500 {
			t.Errorf("got a presence at %v ms; want 1.5 s after %v", m.At, began)
		}
		close(s.over)
	})
}

func TestReadersAreToldOfChangesAFewTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSchool(limits.Default)
		first := s.reader(t)
		soon()
		first.hear()
		first.told = 0
		for range 100 {
			s.reader(t)
			first.hear()
			time.Sleep(10 * time.Millisecond)
			synctest.Wait()
		}
		if first.told < 2 || first.told > 5 {
			t.Errorf("got %d messages in a second; want a few", first.told)
		}
		soon()
		first.hear()
		is(t, "readers in the end", first.class.Readers, 101)
		close(s.over)
	})
}

func TestARoomThatEndsEndsItsClass(t *testing.T) {
	both(t, limits.Default, func(t *testing.T, s *school) {
		maker, here, away := s.maker(t), s.reader(t), s.reader(t)
		away.Close()
		close(s.over)
		s.soon()
		hearAll(maker, here, away)
		for _, p := range []*page{maker, here} {
			is(t, "told", p.joined, protocol.Joined{Error: "Room calm-river is over: its maker ended it, or nobody used it any more."})
		}
		classes, released := s.counts()
		is(t, "classes, and rooms released, which is as often as found", []int{classes, released}, "[0 3]")
		is(t, "afterwards", here.say(protocol.FromPage{Presence: &protocol.Presence{}}), string(errOutside))
	})
}

func TestAnEmptyClassIsNone(t *testing.T) {
	for _, test := range []struct {
		name    string
		do      func(s *school, t *testing.T)
		classes int // then
	}{
		{"a reader who left", func(s *school, t *testing.T) { s.reader(t).must(protocol.FromPage{Leave: true}) }, 0},
		{"a maker who left", func(s *school, t *testing.T) { s.maker(t).must(protocol.FromPage{Leave: true}) }, 0},
		{"a maker who is lost, and may reload", func(s *school, t *testing.T) { s.maker(t).Close() }, 1},
		{"a reader who is lost", func(s *school, t *testing.T) { s.reader(t).Close() }, 1},
		{"a maker who is lost for long, and a reader who stays less long", func(s *school, t *testing.T) {
			reader := s.reader(t)
			s.maker(t).Close()
			time.Sleep(11 * time.Minute)
			reader.must(protocol.FromPage{Leave: true})
		}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSchool(limits.Default)
				test.do(s, t)
				classes, _ := s.counts()
				is(t, "classes then", classes, test.classes)
				time.Sleep(10*time.Minute + time.Second)
				synctest.Wait()
				classes, released := s.counts()
				is(t, "classes ten minutes later", classes, 0)
				if released == 0 {
					t.Errorf("got the room kept; want it released")
				}
			})
		})
	}
}

func TestAMakerWhoReloadsFindsTheQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSchool(limits.Default)
		maker := s.maker(t)
		maker.must(protocol.FromPage{Ask: &protocol.Ask{Lesson: "retry", Choices: 2}})
		maker.Close()
		time.Sleep(time.Minute)
		again := s.maker(t)
		if again.class.Question == nil || again.class.Question.Round != 1 {
			t.Errorf("got %+v; want round 1", again.class.Question)
		}
		again.must(protocol.FromPage{Leave: true})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		classes, _ := s.counts()
		is(t, "classes", classes, 0)
	})
}

func TestTwoPagesWithOneToken(t *testing.T) {
	both(t, limits.Default, func(t *testing.T, s *school) {
		first := s.reader(t)
		name := first.joined.Name
		second := s.page(t).join(protocol.Join{Token: first.joined.Token})
		s.soon()
		first.hear()
		is(t, "the first one", first.joined, protocol.Joined{Error: "Another page is " + name + " now, with this one's token: join without it to be somebody else."})
		is(t, "the second one", second.joined.Name, name)
		first.Close() // which is no news
		s.soon()
		second.hear()
		is(t, "readers and those away", []int{second.class.Readers, second.class.Away}, "[1 0]")
		second.join(protocol.Join{Token: second.joined.Token})
		is(t, "who joins again", second.joined.Name, name)
		second.join(protocol.Join{})
		is(t, "readers, when it joins as another one", second.class.Readers, 1)
		close(s.over)
	})
}

func TestTheLimitsOfAClass(t *testing.T) {
	l := limits.Default
	l.ClassReaders, l.ClassMakers, l.RoomJoins, l.ClassOutcomes = 2, 1, 9, 500
	synctest.Test(t, func(t *testing.T) {
		s := newSchool(l)
		maker, a, b := s.maker(t), s.reader(t), s.reader(t)
		is(t, "one maker too many", s.page(t).join(protocol.Join{Key: "key"}).joined.Error, "Room calm-river has 1 pages of its maker's and gets no more: close one.")
		is(t, "one reader too many", s.page(t).join(protocol.Join{}).joined.Error, "Room calm-river has 2 readers and gets no more: try again when some have left.")
		maker.must(protocol.FromPage{Ask: &protocol.Ask{Lesson: "retry", Choices: 2}})
		maker.must(protocol.FromPage{Reveal: 1})
		outcome := &protocol.Outcome{Round: 1, Figures: map[string]float64{strings.Repeat("a", 40): 1, strings.Repeat("b", 40): 1}}
		a.must(protocol.FromPage{Outcome: outcome})
		is(t, "one outcome too many", b.say(protocol.FromPage{Outcome: outcome}), "There are 1 outcomes in round 1, and no room for another: tell fewer figures.")
		soon()
		maker.hear()
		b.Close()
		c := s.reader(t)
		soon()
		maker.hear()
		is(t, "who made room", maker.class.Gone, "[2]")
		c.join(protocol.Join{Token: c.joined.Token})
		is(t, "one who made room", s.page(t).join(protocol.Join{Token: b.joined.Token}).joined.Error, "Room calm-river has 2 readers and gets no more: try again when some have left.")
		s.page(t).join(protocol.Join{})
		is(t, "the tenth in a minute", s.page(t).join(protocol.Join{}).joined.Error,
			"Wait a minute, and join again: your address has had 9 pages that joined rooms within a minute and gets no more.")
		close(s.over)
	})
}

// Only the race detector sees more in this than that it ends.
func TestEverybodyAtOnce(t *testing.T) {
	s := newSchool(limits.Default)
	var wait sync.WaitGroup
	for n := range 16 {
		wait.Go(func() {
			p := s.page(t)
			for round := range 50 {
				j := protocol.Join{Room: "calm-river"}
				if n%4 == 0 {
					j.Key = "key"
				}
				for _, said := range []protocol.FromPage{
					{Join: &j}, {Presence: &protocol.Presence{State: 1}}, {Ask: &protocol.Ask{Lesson: "retry", Choices: 2}}, {Predict: &protocol.Predict{Round: round}},
					{Reveal: round}, {Outcome: &protocol.Outcome{Round: round}}, {Leave: round%8 == 7},
				} {
					p.Say(t.Context(), said)
					for m, ok := p.Next(); ok; m, ok = p.Next() {
						json.Marshal(m)
					}
				}
			}
			p.Close()
		})
	}
	wait.Wait()
	close(s.over)
}

func infinite() float64 { zero := 0.0; return 1 / zero }
