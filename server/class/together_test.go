package class

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eventsource-playground/cluster"
	"eventsource-playground/cluster/natstest"
	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
)

// shared is NATS for the tests that do not stop it.
var shared string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "classes-")
	if err != nil {
		panic(err)
	}
	s, err := natstest.Run(folder)
	if err != nil {
		panic(err)
	}
	shared = s.ClientURL()
	code := m.Run()
	natstest.Stop(s)
	os.RemoveAll(folder)
	os.Exit(code)
}

var incarnations atomic.Int64

// newSchools is classes of a room on several servers.
func newSchools(t *testing.T, l limits.Limits, url string, servers int) *school {
	t.Helper()
	l.ClassMakerPause, l.ClassReaderPause, l.ClassReaderRate = 10*time.Millisecond, 10*time.Millisecond, 10_000
	s := &school{over: make(chan struct{})}
	id := fmt.Sprint("calm-river-", incarnations.Add(1))
	for n := range servers {
		s.more(t, l, url, id, string(rune('a'+n)))
	}
	conn, err := nats.Connect(url, nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	s.log = func() []jetstream.Msg { return entries(t, js, id) }
	s.settle = func() {
		t.Helper()
		waitFor(t, "server that has told all", func() bool { return s.settled(t, js, id) })
	}
	return s
}

// more adds a server with a name.
func (s *school) more(t *testing.T, l limits.Limits, url, id, name string) *Classes {
	t.Helper()
	c, err := cluster.Join(cluster.Options{URL: url, Name: name, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	s.add(l, id, c)
	cs := s.servers[len(s.servers)-1]
	t.Cleanup(cs.Close)
	return cs
}

// entries are those in the log of a class.
func entries(t *testing.T, js jetstream.JetStream, id string) (all []jetstream.Msg) {
	t.Helper()
	c, err := js.OrderedConsumer(t.Context(), "playground-classes", jetstream.OrderedConsumerConfig{FilterSubjects: []string{"playground.classes." + id}})
	if err != nil {
		t.Fatal(err)
	}
	for {
		m, err := c.Next(jetstream.FetchMaxWait(time.Second))
		if err != nil {
			return all
		}
		all = append(all, m)
		if meta, err := m.Metadata(); err != nil || meta.NumPending == 0 {
			return all
		}
	}
}

// settled reports whether all servers have applied what the log has, and told it.
func (s *school) settled(t *testing.T, js jetstream.JetStream, id string) bool {
	last := uint64(0)
	if stream, err := js.Stream(t.Context(), "playground-classes"); err == nil {
		if m, err := stream.GetLastMsgForSubject(t.Context(), "playground.classes."+id); err == nil {
			last = m.Sequence
		}
	}
	isOver := false
	select {
	case <-s.over:
		isOver = true
	default:
	}
	for _, cs := range s.servers {
		if !cs.settled(last, isOver) {
			return false
		}
	}
	return true
}

func (cs *Classes) settled(last uint64, isOver bool) bool {
	cs.mutex.Lock()
	defer cs.mutex.Unlock()
	c := cs.all["calm-river"]
	if c == nil {
		return true
	}
	t := c.together
	return !isOver && t.sequence >= last && !t.speaking && !t.shortens && !c.forMakers.pending && !c.forReaders.pending && len(c.arriving) == 0
}

// waitFor waits until something is so.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("got no %s within 20 s", what)
		}
	}
}

// until hears until something is so.
func (p *page) until(what string, so func() bool) {
	p.t.Helper()
	waitFor(p.t, what, func() bool { p.hear(); return so() })
}

func ask(lesson string, choices int) protocol.FromPage {
	return protocol.FromPage{Ask: &protocol.Ask{Lesson: lesson, Choices: choices}}
}

func predict(round, choice int) protocol.FromPage {
	return protocol.FromPage{Predict: &protocol.Predict{Round: round, Choice: choice}}
}

func TestAReaderMovesToAnotherServer(t *testing.T) {
	s := newSchools(t, limits.Default, shared, 2)
	maker, reader := s.pageAt(t, 0).join(protocol.Join{Key: "key"}), s.pageAt(t, 0).join(protocol.Join{Browser: "Chrome"})
	maker.must(ask("retry", 2))
	reader.must(predict(1, 1))
	reader.must(protocol.FromPage{Presence: &protocol.Presence{State: 1, Events: 7}})
	reader.Close()
	maker.until("reader who is away", func() bool { return maker.class.Away == 1 })
	again := s.pageAt(t, 1).join(protocol.Join{Token: reader.joined.Token})
	is(t, "the name and token", []string{again.joined.Name, again.joined.Token}, []string{reader.joined.Name, reader.joined.Token})
	is(t, "the question", *again.class.Question, "{Round:1 Lesson:retry Asking:1 Answered:1 Revealed:false Chosen:1 Bars:[]}")
	is(t, "a second prediction", again.say(predict(1, 0)), "You have predicted in round 1 already, and once is what counts.")
	again.must(protocol.FromPage{Presence: &protocol.Presence{State: 1, Events: 8}})
	maker.until("reader who is there again", func() bool { return maker.class.Away == 0 && maker.members[1].Events == 8 })
	is(t, "readers", maker.class.Readers, 1)

	// Without having lost the channel.
	third := s.pageAt(t, 0).join(protocol.Join{Token: reader.joined.Token})
	is(t, "the name", third.joined.Name, reader.joined.Name)
	again.until("why it is out", func() bool { return again.joined.Error != "" })
	is(t, "why", again.joined.Error, "Another page is "+reader.joined.Name+" now, with this one's token: join without it to be somebody else.")
	again.Close()
	s.settle()
	third.hear()
	is(t, "readers and those away", []int{third.class.Readers, third.class.Away}, "[1 0]")
}

func TestPresencesComeToTheMakersServer(t *testing.T) {
	s := newSchools(t, limits.Default, shared, 3)
	here, there := s.pageAt(t, 0).join(protocol.Join{}), s.pageAt(t, 1).join(protocol.Join{})
	for n, p := range []*page{here, there} {
		p.must(protocol.FromPage{Presence: &protocol.Presence{State: 1, Events: 10 + n}})
	}
	s.settle()
	// All of them once, for a maker that comes later.
	maker := s.pageAt(t, 2).join(protocol.Join{Key: "key"})
	maker.until("presence of each", func() bool { return maker.members[1].Events == 10 && maker.members[2].Events == 11 })
	there.must(protocol.FromPage{Presence: &protocol.Presence{State: 1, LastEventID: "7QKM2F-41", Events: 12}})
	maker.until("new presence", func() bool { return maker.members[2].LastEventID == "7QKM2F-41" })
	s.settle()
	maker.hear()
	is(t, "those that changed", len(maker.class.Members), 1)
	if m := maker.class.Members[0]; m.At <= 0 || m.At > maker.class.Now {
		t.Errorf("got a presence at %v ms; want it before %v", m.At, maker.class.Now)
	}
}

func TestAClassIsTheSameForAServerThatComesLater(t *testing.T) {
	for _, test := range []struct {
		name  string
		short bool // the log has been shortened
	}{{"from its entries", false}, {"from a whole", true}} {
		t.Run(test.name, func(t *testing.T) {
			s := newSchools(t, limits.Default, shared, 2)
			maker, a, b := s.maker(t), s.reader(t), s.reader(t)
			maker.must(ask("retry", 2))
			s.settle()
			a.must(predict(1, 1))
			maker.must(ask("retry", 2))
			s.settle()
			b.must(predict(2, 0))
			maker.must(protocol.FromPage{Reveal: 2})
			s.settle()
			a.must(protocol.FromPage{Outcome: &protocol.Outcome{Round: 2, Choice: 1, Figures: map[string]float64{"wait": 3000}}})
			b.Close()
			if test.short {
				s.shorten(t)
			}
			s.settle()
			hearAll(maker, a)
			l := limits.Default
			s.more(t, l, shared, s.all["calm-river"].room.ID, "c")
			late := s.pageAt(t, 2).join(protocol.Join{Key: "key"})
			is(t, "the question", *late.class.Question, *maker.class.Question)
			is(t, "outcomes", late.class.Outcomes, a.class.Outcomes)
			is(t, "readers and those away", []int{late.class.Readers, late.class.Away}, []int{2, 1})
			is(t, "members' names", []string{late.class.Members[0].Name, late.class.Members[1].Name}, []string{a.joined.Name, b.joined.Name})
			again := s.pageAt(t, 2).join(protocol.Join{Token: b.joined.Token})
			is(t, "one who was away", again.joined.Name, b.joined.Name)
			is(t, "what it predicted", again.class.Question.Chosen, 0)
			late.until("everybody", func() bool { return late.class.Away == 0 })
		})
	}
}

// shorten has the first server shorten the log, which it does when it has added something and nobody else adds more meanwhile.
func (s *school) shorten(t *testing.T) {
	t.Helper()
	s.mutex.Lock()
	c := s.all["calm-river"].together
	c.entries = shortenAt
	s.mutex.Unlock()
	waitFor(t, "shorter log", func() bool {
		s.mutex.Lock()
		isShort, shortens := c.entries < 10, c.shortens
		s.mutex.Unlock()
		if !isShort && !shortens {
			s.pageAt(t, 0).join(protocol.Join{}).must(protocol.FromPage{Leave: true})
		}
		return isShort && !shortens
	})
}

func TestTwoPredictionsOfAReaderAtOnceCountOnce(t *testing.T) {
	s := newSchools(t, limits.Default, shared, 2)
	maker := s.maker(t)
	for range 10 {
		reader := s.reader(t)
		other := s.page(t).join(protocol.Join{Token: reader.joined.Token}) // takes it over, which the first one has not noticed
		maker.must(ask(fmt.Sprint("retry ", s.pages.Load()), 2))
		s.settle()
		var wait sync.WaitGroup
		var done atomic.Int64
		for choice, p := range []*page{reader, other, other, other} {
			wait.Go(func() {
				if _, err := p.Say(t.Context(), predict(maker.round+1, choice%2)); err == nil {
					done.Add(1)
				}
			})
		}
		wait.Wait()
		maker.round++
		s.settle()
		maker.hear()
		is(t, "those that were accepted, and that count", []int{int(done.Load()), maker.class.Question.Answered}, "[1 1]")
		other.must(protocol.FromPage{Leave: true})
	}
}

func TestTheLimitsOfAClassAreThoseOfAllServers(t *testing.T) {
	l := limits.Default
	l.ClassReaders, l.ClassMakers = 2, 1
	s := newSchools(t, l, shared, 2)
	s.maker(t)
	a, b := s.reader(t), s.reader(t)
	s.settle()
	for range 2 {
		is(t, "one maker too many", s.page(t).join(protocol.Join{Key: "key"}).joined.Error, "Room calm-river has 1 pages of its maker's and gets no more: close one.")
		is(t, "one reader too many", s.page(t).join(protocol.Join{}).joined.Error, "Room calm-river has 2 readers and gets no more: try again when some have left.")
		s.pages.Add(1)
	}
	b.Close()
	s.settle()
	c := s.reader(t)
	is(t, "one who takes a place", c.joined.Error, "")
	is(t, "the one whose place it was", s.page(t).join(protocol.Join{Token: b.joined.Token}).joined.Error, "Room calm-river has 2 readers and gets no more: try again when some have left.")
	a.must(protocol.FromPage{Leave: true})
}

func TestAServerIsGone(t *testing.T) {
	l := limits.Default
	l.ClassAway = 1500 * time.Millisecond
	s := newSchools(t, l, shared, 2)
	maker, reader := s.pageAt(t, 0).join(protocol.Join{Key: "key"}), s.pageAt(t, 1).join(protocol.Join{})
	maker.until("reader", func() bool { return maker.class.Readers == 1 })
	s.servers[1].Close() // says nothing
	s.servers[1].cluster.Close()
	maker.until("reader who is away", func() bool { return maker.class.Away == 1 })
	again := s.pageAt(t, 0).join(protocol.Join{Token: reader.joined.Token})
	is(t, "who comes to another server", again.joined.Name, reader.joined.Name)
	maker.until("reader who is there", func() bool { return maker.class.Away == 0 })
	again.Close()
	maker.until("reader who is gone", func() bool { return maker.class.Readers == 0 })
	is(t, "those who are gone", maker.class.Gone, "[1]")
}

func TestAServerThatNobodyKnewIsGone(t *testing.T) {
	s := newSchools(t, limits.Default, shared, 1)
	reader := s.reader(t)
	s.cluster.Close()
	s.more(t, limits.Default, shared, s.all["calm-river"].room.ID, "b")
	maker := s.pageAt(t, 1).join(protocol.Join{Key: "key"})
	maker.until("reader who is away", func() bool { return maker.class.Away == 1 })
	is(t, "who is back", s.pageAt(t, 1).join(protocol.Join{Token: reader.joined.Token}).joined.Name, reader.joined.Name)
}

func TestNATSIsGoneForAWhile(t *testing.T) {
	folder := t.TempDir()
	n := natstest.Start(t, folder, -1)
	url, port := n.ClientURL(), n.Addr().(*net.TCPAddr).Port
	s := newSchools(t, limits.Default, url, 2)
	maker, here, there := s.pageAt(t, 0).join(protocol.Join{Key: "key"}), s.pageAt(t, 0).join(protocol.Join{}), s.pageAt(t, 1).join(protocol.Join{})
	leaving := s.pageAt(t, 1).join(protocol.Join{})
	maker.must(ask("retry", 2))
	s.settle()
	hearAll(maker, here, there)
	natstest.Stop(n)
	for _, cs := range s.servers {
		waitFor(t, "server that notices", func() bool { return !cs.cluster.Reachable() })
	}
	for name, refused := range map[string]string{
		"a prediction": there.say(predict(1, 0)),
		"a question":   maker.say(ask("stop", 2)),
		"a reveal":     maker.say(protocol.FromPage{Reveal: 1}),
		"a new reader": s.pageAt(t, 1).join(protocol.Join{}).joined.Error,
	} {
		is(t, name, refused, errNothing)
	}
	is(t, "a mistake", there.say(predict(2, 0)), "Round 2 is not the one that is asked now, which is 1.")
	there.must(protocol.FromPage{Presence: &protocol.Presence{State: 1, Events: 5}})
	here.must(protocol.FromPage{Presence: &protocol.Presence{State: 1, Events: 6}})
	leaving.must(protocol.FromPage{Leave: true})
	lost := s.pageAt(t, 1).join(protocol.Join{Token: here.joined.Token})
	is(t, "one that reconnects", lost.joined, protocol.Joined{Error: string(errNothing), Later: true})
	hearAll(maker, here, there)
	is(t, "those who stay", []string{maker.joined.Error, here.joined.Error, there.joined.Error}, "[  ]")
	is(t, "what is shown", []any{there.class.Question.Round, there.class.Readers}, "[1 3]")

	natstest.Start(t, folder, port)
	waitFor(t, "prediction that is accepted", func() bool { return there.say(predict(1, 0)) == "" })
	maker.until("all that was missed", func() bool {
		return maker.class.Question.Answered == 1 && maker.class.Readers == 2 && maker.class.Away == 0 &&
			maker.members[1].Events == 6 && maker.members[2].Events == 5
	})
	here.must(predict(1, 1))
	maker.until("prediction", func() bool { return fmt.Sprint(maker.class.Question.Bars) == "[[1 1]]" })
}

func TestANodeIsGone(t *testing.T) {
	nodes := natstest.StartNodes(t)
	s := newSchools(t, limits.Default, natstest.URLs(nodes), 2)
	maker, here, there := s.pageAt(t, 0).join(protocol.Join{Key: "key"}), s.pageAt(t, 0).join(protocol.Join{}), s.pageAt(t, 1).join(protocol.Join{})
	maker.must(ask("retry", 2))
	for _, p := range []*page{here, there} {
		p.until("question", func() bool { return p.class.Question != nil })
	}
	here.must(predict(1, 0))
	for _, n := range nodes {
		if n.JetStreamIsStreamLeader("$G", "playground-classes") {
			natstest.Stop(n)
			break
		}
	}
	waitFor(t, "prediction that is accepted", func() bool {
		why := there.say(predict(1, 1))
		return why == "" || strings.HasPrefix(why, "You have predicted")
	})
	maker.until("both", func() bool { return fmt.Sprint(maker.class.Question.Bars) == "[[1 1]]" })
	waitFor(t, "reveal", func() bool {
		maker.say(protocol.FromPage{Reveal: 1})
		maker.hear()
		return maker.class.Question.Revealed
	})
	for _, p := range []*page{here, there} {
		p.until("reveal", func() bool { return p.class.Question.Revealed })
	}
	again := s.pageAt(t, 1).join(protocol.Join{Token: here.joined.Token})
	is(t, "one that moves", again.joined.Name, here.joined.Name)
	maker.until("everybody", func() bool { return maker.class.Readers == 2 && maker.class.Away == 0 })
}

// A server that can't reach NATS is gone for the others, and its pages are away; until it can.
func TestAServerIsThereAgain(t *testing.T) {
	s := newSchools(t, limits.Default, shared, 2)
	maker, reader := s.pageAt(t, 0).join(protocol.Join{Key: "key"}), s.pageAt(t, 1).join(protocol.Join{})
	second := s.pageAt(t, 1).join(protocol.Join{Key: "key"})
	maker.until("reader", func() bool { return maker.class.Readers == 1 })
	s.mutex.Lock()
	e := s.entry(0)
	e.Gone = s.servers[1].self
	c := s.all["calm-river"]
	s.mutex.Unlock()
	c.insist(e)
	maker.until("reader who was away, and is there again", func() bool { return maker.class.Members[0].At > 0 && maker.class.Away == 0 })
	s.settle()
	reader.must(protocol.FromPage{Presence: &protocol.Presence{State: 1, Events: 5}})
	maker.until("presence", func() bool { return maker.members[1].Events == 5 })
	second.must(ask("retry", 2))
	reader.until("question", func() bool { return reader.class.Question != nil })
	reader.must(predict(1, 1))
	is(t, "what they were told of joining", []string{reader.joined.Error, second.joined.Error}, "[ ]")
}

func TestWhatTheLogHas(t *testing.T) {
	s := newSchools(t, limits.Default, shared, 2)
	maker, reader := s.maker(t), s.reader(t)
	maker.must(ask("retry", 2))
	s.settle()
	reader.must(predict(1, 1))
	maker.must(protocol.FromPage{Reveal: 1})
	s.settle()
	reader.must(protocol.FromPage{Outcome: &protocol.Outcome{Round: 1, Choice: 1, Browser: strings.Repeat("x", 1000), Figures: map[string]float64{"wait": 3001.2}}})
	for range 3 {
		is(t, "what is rejected", reader.say(predict(1, 1)), "Round 1 is revealed already: a prediction comes before that.")
	}
	reader.Close()
	back := s.page(t).join(protocol.Join{Token: reader.joined.Token, Browser: "Chrome", Version: "140"})
	s.settle()
	log := s.log()
	is(t, "entries, of which none was rejected", len(log), 8)
	for _, m := range log {
		if text := string(m.Data()); strings.Contains(text, back.joined.Token) || strings.Contains(text, `"key"`) {
			t.Errorf("got %s; want no token and no key", text)
		}
		if n := len(m.Data()); n > 300 {
			t.Errorf("got %d bytes: %s; want at most 300", n, m.Data())
		}
	}

	close(s.over)
	waitFor(t, "empty log", func() bool { return len(s.log()) == 0 })
}

func TestAClassBeginsAnewWhenAllHaveLeft(t *testing.T) {
	s := newSchools(t, limits.Default, shared, 2)
	for round := range 3 {
		maker, reader := s.maker(t), s.reader(t)
		is(t, "the question", maker.class.Question, (*protocol.Question)(nil))
		maker.must(ask("retry", 2))
		s.settle()
		maker.hear()
		is(t, "the first round and reader", []int{maker.class.Question.Round, maker.class.Members[0].ID}, "[1 1]")
		maker.must(protocol.FromPage{Leave: true})
		s.settle()
		reader.must(protocol.FromPage{Leave: true})
		waitFor(t, "end of the class", func() bool { n, _ := s.counts(); return n == 0 })
		waitFor(t, "log that is short", func() bool { return len(s.log()) == 1 })
		_, released := s.counts()
		is(t, "rooms released", released, 2*(round+1))
	}
}

func TestALogInUseDoesNotGetOld(t *testing.T) {
	l := limits.Default
	l.RoomAge = 400 * time.Millisecond
	s := newSchools(t, l, shared, 2)
	maker, reader := s.maker(t), s.reader(t)
	waitFor(t, "log that begins with a whole", func() bool {
		log := s.log()
		return len(log) > 0 && strings.Contains(string(log[0].Data()), `"whole"`)
	})
	maker.must(ask("retry", 2))
	reader.until("question", func() bool { return reader.class.Question != nil })
}

func TestServersAgreeWhateverHappens(t *testing.T) {
	l := limits.Default
	l.ClassReaders, l.ClassMakers, l.ClassAway, l.RoomJoins = 6, 3, 50*time.Millisecond, 1_000_000
	s := newSchools(t, l, shared, 3)
	stays := s.maker(t)
	s.settle()
	var wait sync.WaitGroup
	for n := range 12 {
		p := s.page(t)
		wait.Go(func() {
			chance := rand.New(rand.NewPCG(1, uint64(n)))
			token := ""
			for range 150 {
				round := 1 + chance.IntN(3)
				var said protocol.FromPage
				switch chance.IntN(9) {
				case 0:
					p.Close()
					continue
				case 1:
					said.Leave = true
				case 2:
					said.Join = &protocol.Join{Room: "calm-river", Key: "key"}
				case 3, 4:
					said.Join = &protocol.Join{Room: "calm-river", Token: token}
				case 5:
					said = ask("retry", 2)
				case 6:
					said.Reveal = round
				case 7:
					said = predict(round, 1)
				case 8:
					said.Outcome = &protocol.Outcome{Round: round}
				}
				p.Say(t.Context(), said)
				for m, ok := p.Next(); ok; m, ok = p.Next() {
					if m.Joined != nil && m.Joined.Token != "" {
						token = m.Joined.Token
					}
				}
			}
			p.Close()
		})
	}
	wait.Wait()
	waitFor(t, "class in which one is left", func() bool {
		stays.hear()
		return stays.class.Readers == 0
	})
	s.settle()
	late := s.more(t, l, shared, s.all["calm-river"].room.ID, "late")
	s.pageAt(t, 3).join(protocol.Join{})
	s.settle()
	want := stateOf(t, s.Classes)
	for _, cs := range append(s.servers[1:3:3], late) {
		if got := stateOf(t, cs); got != want {
			t.Errorf("got of server %s\n%s; want\n%s", cs.self, got, want)
		}
	}
}

// stateOf is what a server takes the class for.
func stateOf(t *testing.T, cs *Classes) string {
	t.Helper()
	cs.mutex.Lock()
	defer cs.mutex.Unlock()
	c := cs.all["calm-river"]
	if c == nil {
		t.Fatalf("server %s has no class", cs.self)
	}
	if len(c.places) != len(c.Makers)+len(c.placesOfReaders()) {
		t.Errorf("server %s: got %d places; want %d makers and %d readers", cs.self, len(c.places), len(c.Makers), len(c.placesOfReaders()))
	}
	b, err := json.Marshal(c.state)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (s *state) placesOfReaders() (all []place) {
	for _, r := range s.Readers {
		if r.here() {
			all = append(all, r.Place)
		}
	}
	return all
}
