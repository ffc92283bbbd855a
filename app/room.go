package main

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/lesson"
	"eventsource-playground/protocol"
)

// room is the room in which this page is, as a reader or as its maker.
type room struct {
	model  *model
	name   string            // "": in none
	keys   map[string]string // of the rooms that were made in this browser, by name; kept there
	joined protocol.Joined   // its Room is "" until the server let this page in
	class  protocol.Class
	pupils map[int]*pupil // the maker's
	offset float64        // what must be added to the class's clock to get the page's
	newest int            // the sequence of the newest event that is known here
	wrong  string         // one sentence
	said   string
	making bool // a room was asked for
	waits  int  // ID of the last message that wants a reply

	did  float64 // when the maker last cut, ended, held all or had a lesson played
	what string  // that was

	// A reader's.
	last     int    // sequence of the event that was dispatched last
	lastID   string // the id of it
	missed   int
	doubled  int
	reported protocol.Presence
	due      bool // a report is on its way
	round    int  // the newest that this page knows of
	played   int  // the round that was played, or is
	playing  bool
	outcome  *protocol.Outcome // this page's, of that round

	// The maker's.
	order string // of the lanes
	raw   string // lines to send
	file  []string
	pace  int // milliseconds between two events of a file
}

// newRoom is that of a name, which this page is not in yet.
func newRoom(m *model, keys map[string]string, name string) room {
	return room{model: m, keys: keys, name: name, order: "name", pace: 1000}
}

// roomPath is where a room's stream is.
func roomPath(name string) string { return "/rooms/" + name }

// isMaker reports whether this page has the room's key, and the server knows it.
func (r *room) isMaker() bool { return r.joined.Maker }

// isReader reports whether this page is in a room as a reader.
func (r *room) isReader() bool { return r.joined.Room != "" && !r.joined.Maker }

// restore reads the keys that this browser keeps, and one that stands in the address's fragment, which is removed at once.
func (r *room) restore(ctx app.Context, name string) {
	if r.keys == nil {
		r.keys = map[string]string{}
		load(ctx, "rooms", &r.keys)
	}
	hash := app.Window().Get("location").Get("hash").String()
	if key, ok := strings.CutPrefix(hash, "#key="); ok && name != "" {
		r.keep(name, key)
		replaceAddress(strings.TrimPrefix(app.Window().Get("location").Get("search").String(), "?"))
	}
}

// keep keeps a room's key in this browser.
func (r *room) keep(name, key string) {
	r.keys[name] = key
	save(r.model.pace.ctx, "rooms", r.keys)
}

// enter enters a room, or leaves the one that this page is in if the name is "".
func (r *room) enter(name string) {
	if name == r.name {
		return
	}
	if r.name != "" {
		r.model.channel.send(protocol.FromPage{Leave: true})
	}
	*r = newRoom(r.model, r.keys, name)
	if name != "" {
		r.join()
	}
}

// join tells the server who this page is; when the channel is lost and back, again.
func (r *room) join() {
	if r.name == "" || !r.model.channel.up {
		return
	}
	j := protocol.Join{Room: r.name, Key: r.keys[r.name]}
	if j.Key == "" {
		_ = r.model.pace.ctx.SessionStorage().Get("playground.room."+r.name, &j.Token)
	}
	j.Browser, j.Version = browserOf(userAgent())
	r.model.channel.send(protocol.FromPage{Join: &j})
}

// make makes a room, and enters it.
func (r *room) make() {
	r.wrong, r.making = "", true
	request("/rooms", map[string]any{"method": "POST"}, func(status int, text string) {
		r.making = false
		var made struct{ Room, Key string }
		if !succeeded(status) || json.Unmarshal([]byte(text), &made) != nil || made.Room == "" {
			r.wrong = whyNot(status, text)
		} else {
			r.keep(made.Room, made.Key)
			r.enter(made.Room)
			r.model.show(pageRoom)
		}
		r.model.pace.again(0)
	})
}

// whyNot is what a server said of a request that it refused.
func whyNot(status int, text string) string {
	if status == 0 {
		return say("The server can’t be reached.")
	}
	return brief(strings.TrimSpace(text), 300)
}

// publish sends events to everyone, in text/event-stream.
func (r *room) publish(events string) {
	r.request("", "POST", map[string]any{"Content-Type": "text/event-stream"}, events)
}

// request makes a request of the room's maker, and says what became of it.
func (r *room) request(path, method string, headers map[string]any, body any) {
	headers["Authorization"] = "Bearer " + r.keys[r.name]
	request(roomPath(r.name)+path, map[string]any{"method": method, "headers": headers, "body": body}, func(status int, text string) {
		r.wrong, r.said = "", ""
		var published struct{ IDs []string }
		switch {
		case !succeeded(status):
			r.wrong = whyNot(status, text)
		case json.Unmarshal([]byte(text), &published) == nil && len(published.IDs) > 0:
			r.newest = max(r.newest, sequenceOf(published.IDs[len(published.IDs)-1]))
			r.said = count(len(published.IDs), "1 event was published.", "{n} events were published.")
		}
		r.model.pace.again(0)
	})
}

// command has a command carried out by all readers' connections.
func (r *room) command(command string) { r.request("/"+command, "POST", map[string]any{}, nil) }

// everyone has a command carried out by all readers' connections.
func (r *room) everyone(command, what string) {
	r.did, r.what = eventsource.Now(), what
	r.command(command)
}

// receive takes in what the server says of the class.
func (r *room) receive(message protocol.ToPage) {
	now := eventsource.Now()
	if j := message.Joined; j != nil {
		r.let(*j)
	}
	if c := message.Class; c != nil && r.joined.Room != "" {
		r.offset = now - c.Now
		outcomes := r.class.Outcomes
		r.class = *c
		if q := c.Question; c.Outcomes == nil && q != nil && len(outcomes) > 0 && outcomes[0].Round == q.Round {
			r.class.Outcomes = outcomes
		}
		for _, m := range c.Members {
			p := r.pupils[m.ID]
			if p == nil {
				p = &pupil{}
				r.pupils[m.ID] = p
			}
			p.observe(m, m.At+r.offset)
			r.newest = max(r.newest, sequenceOf(m.LastEventID))
		}
		for _, id := range c.Gone {
			delete(r.pupils, id)
		}
		r.follow()
		if len(c.Outcomes) > 0 {
			r.model.pace.then(r.paintOwnStrip)
		}
	}
	r.model.pace.again(1)
}

// joinAgain is after how long a page joins once more, where the servers could not reach each other.
const joinAgain = 5 * time.Second

// let is what became of joining.
func (r *room) let(j protocol.Joined) {
	m := r.model
	if j.Later {
		r.wrong = brief(j.Error, 300)
		name := r.name
		time.AfterFunc(joinAgain, func() {
			if r.name == name {
				r.join()
			}
		})
		return
	}
	if j.Error != "" {
		delete(r.keys, r.name) // until the page is loaded again: it may be wrong, or the server may not have the room just now
		_ = m.pace.ctx.SessionStorage().Set("playground.room."+r.name, "")
		if m.target().room == r.name {
			m.close()
		}
		*r = newRoom(m, r.keys, "")
		r.wrong = brief(j.Error, 300)
		m.show(pageRoom)
		return
	}
	again := r.joined.Room != ""
	r.joined, r.wrong, r.pupils = j, "", map[int]*pupil{}
	if j.Maker {
		m.show(pageRoom)
		return
	}
	_ = m.pace.ctx.SessionStorage().Set("playground.room."+r.name, j.Token)
	if again {
		r.reported = protocol.Presence{}
		r.report()
		return
	}
	if m.page == pageRoom {
		m.show("")
	}
	r.open()
}

// open opens the room's stream, after the event that was dispatched last.
func (r *room) open() {
	m := r.model
	s := Setup{URL: roomPath(r.name), Listen: []string{"gap"}}
	if r.lastID != "" {
		s.URL += "?last-event-id=" + escapeQuery(r.lastID)
	}
	for _, name := range m.connection.setup.Listen {
		s.add(name)
	}
	m.change(s)
	m.connect()
	r.playing = false
	r.report()
}

// take looks at what the room's stream dispatched.
func (r *room) take(c *client, events eventsource.Events) {
	if r.name == "" || !r.isReader() || r.playing || c.seen.Lane != 1 || r.model.target().room != r.name {
		return
	}
	events.Texts(0, events.Len(), func(typ, _, id string) {
		n := sequenceOf(id)
		switch {
		case n == 0:
		case typ == "gap":
			r.last, r.lastID = n, strings.Clone(id) // what comes before it is said to be gone
		case n <= r.last:
			r.doubled++
		default:
			if r.last > 0 {
				r.missed += n - r.last - 1
			}
			r.last, r.lastID = n, strings.Clone(id)
		}
	})
	r.report()
}

// report tells the class how this page's EventSource is, at most a few times a second.
func (r *room) report() {
	const pause = 300 * time.Millisecond
	if !r.isReader() || r.due {
		return
	}
	r.due = true
	send := func() {
		r.due = false
		if now := r.presence(); r.isReader() && now != r.reported {
			r.reported = now
			r.model.channel.send(protocol.FromPage{Presence: &now})
		}
	}
	if state := r.presence(); state.State != r.reported.State || state.Waiting != r.reported.Waiting || state.Plays != r.reported.Plays {
		send() // at once, as the time of it counts
		return
	}
	time.AfterFunc(pause, send)
}

func (r *room) presence() protocol.Presence {
	p := protocol.Presence{
		LastEventID: r.lastID, Missed: r.missed, Doubled: r.doubled, Plays: r.playing, State: int(eventsource.Closed),
		Hidden: app.Window().Get("document").Get("hidden").Bool(),
	}
	s := r.model.log.Newest(1)
	if state := s.State(); !r.playing && state.Source > 0 && r.model.target().room == r.name {
		p.State, p.Waiting, p.WaitMs, p.Events = int(state.ReadyState), state.Waiting, state.Wait.Milliseconds(), s.Counts().Events
	}
	return p
}

// follow does what the class's question asks of a reader.
func (r *room) follow() {
	m, q := r.model, r.class.Question
	if q == nil || !r.isReader() {
		return
	}
	c := &m.course
	open := c.lesson != nil && c.lesson.Name == q.Lesson
	if q.Round != r.round {
		r.round = q.Round
		switch {
		case q.Revealed:
			r.played = q.Round // before this page came
		case open:
			c.again()
			m.drawLesson("h3")
		default:
			m.chooseLesson(q.Lesson)
		}
	}
	switch {
	case open && !q.Revealed && q.Chosen >= 0:
		c.predicted = q.Chosen
	case !q.Revealed || r.played == q.Round:
	case !open: // this reader went to another lesson
		m.chooseLesson(q.Lesson)
	case len(m.streams.catalogue.Scenarios) == 0: // loadScenarios follows
	default:
		r.played, r.playing, r.outcome = q.Round, true, nil
		m.close()
		r.report()
		c.predicted = q.Chosen
		m.runLesson()
		m.drawLesson("[role=status]")
	}
}

// predict is this reader's prediction. Once is what counts.
func (r *room) predict(choice int) {
	if q := r.class.Question; q != nil && !q.Revealed && q.Chosen < 0 {
		q.Chosen = choice
		r.send(protocol.FromPage{Predict: &protocol.Predict{Round: q.Round, Choice: choice}})
	}
}

// send sends a message that wants to know if it is rejected.
func (r *room) send(message protocol.FromPage) {
	c := r.model.channel
	c.asked++
	message.ID, r.waits, r.wrong = c.asked, c.asked, ""
	if !c.send(message) {
		r.wrong = say("The channel to the server is down. It will be back by itself: try again.")
	}
}

// endPlay tells the class what this page's trace decided, unless the lesson was left before, and reads the room again.
func (r *room) endPlay() {
	if !r.playing {
		return
	}
	c := &r.model.course
	if q := r.class.Question; q != nil && q.Round == r.played && c.over() && c.lesson.Name == q.Lesson {
		o := protocol.Outcome{Round: q.Round, Choice: -1, Figures: map[string]float64{}}
		if v, ok := c.verdict(); ok {
			o.Choice = v.Choice
			const most = 20
			for _, name := range quoted(c.lesson) {
				if m := c.decided.Of(name); m.Kind == lesson.Milliseconds && len(o.Figures) < most {
					o.Figures[strings.ReplaceAll(name, ".", "_")] = m.Number
				}
			}
		}
		r.outcome = &o
		r.model.channel.send(protocol.FromPage{Outcome: &o})
	}
	r.open()
}

// quoted are the measures that a lesson's answers quote.
func quoted(l *lesson.Lesson) (names []string) {
	texts := []lesson.Text{l.Answer, l.Deviates}
	for _, c := range l.Choices {
		texts = append(texts, c.Answer)
	}
	for _, text := range texts {
		for _, part := range text {
			if part.Measure != "" && !slices.Contains(names, part.Measure) {
				names = append(names, part.Measure)
			}
		}
	}
	return names
}

// asks reports whether the class is asked the lesson that is open, and it is not revealed.
func (r *room) asks() bool {
	q := r.class.Question
	return r.isReader() && q != nil && !q.Revealed && r.model.course.lesson != nil && r.model.course.lesson.Name == q.Lesson
}

// all are the readers, in no order.
func (r *room) all() []pupil {
	all := make([]pupil, 0, len(r.pupils))
	for _, p := range r.pupils {
		all = append(all, *p)
	}
	return all
}

// linkWithKey opens the room on another machine, with its key where no server sees it.
func (r *room) linkWithKey() string { return r.joined.Address + "#key=" + r.keys[r.name] }
