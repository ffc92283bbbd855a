package class

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/server/quota"
)

// Seat is a channel's place in a class, or in none.
type Seat struct {
	classes *Classes
	request *http.Request // that opened the channel
	wake    func()

	// Guarded by classes.mutex.
	class  *class           // nil: none
	reader *reader          // nil: a maker's, if there is a class
	joined *protocol.Joined // to be told
	due    bool             // the class is to be told

	// What it was told last.
	told            int // the class's version
	gone            []int
	round, outcomes int
}

// Seat is one for the channel that a request opened, in no class yet. wake says that there is more to tell; it waits for nobody,
// and calls nothing here.
func (cs *Classes) Seat(r *http.Request, wake func()) *Seat {
	return &Seat{classes: cs, request: r, wake: wake}
}

// rejected is why something can't be done, as a sentence for a person.
type rejected string

func (r rejected) Error() string { return string(r) }

func reject(format string, args ...any) error { return rejected(fmt.Sprintf(format, args...)) }

// Say does what a page says. ok is whether that is anything of a class; the error is why it is rejected.
func (s *Seat) Say(ctx context.Context, said protocol.FromPage) (ok bool, err error) {
	if said.Join != nil {
		s.join(ctx, *said.Join)
		return true, nil
	}
	s.classes.mutex.Lock()
	defer s.classes.mutex.Unlock()
	switch {
	case said.Leave:
		s.leave()
	case said.Presence != nil:
		err = s.present(*said.Presence)
	case said.Predict != nil:
		err = s.predict(*said.Predict)
	case said.Outcome != nil:
		err = s.decide(*said.Outcome)
	case said.Ask != nil:
		err = s.ask(*said.Ask)
	case said.Reveal != 0:
		err = s.reveal(said.Reveal)
	default:
		return false, nil
	}
	return true, err
}

// Next returns what the page is to be told next.
func (s *Seat) Next() (message protocol.ToPage, ok bool) {
	s.classes.mutex.Lock()
	defer s.classes.mutex.Unlock()
	switch {
	case s.joined != nil:
		message.Joined, s.joined = s.joined, nil
	case s.class != nil && s.due:
		message.Class, s.due = s.class.as(s), false
	default:
		return message, false
	}
	return message, true
}

// Close says that the channel is lost.
func (s *Seat) Close() {
	s.classes.mutex.Lock()
	defer s.classes.mutex.Unlock()
	c, r := s.class, s.reader
	switch s.vacate(); {
	case c == nil:
	case r != nil:
		c.lose(r)
	default:
		c.makerLost()
	}
}

// vacate has the seat be in no class, and says nothing to those who still are.
func (s *Seat) vacate() {
	if s.class != nil {
		delete(s.class.makers, s)
	}
	if s.reader != nil {
		s.reader.seat = nil
	}
	*s = Seat{classes: s.classes, request: s.request, wake: s.wake, joined: s.joined}
}

// leave has the page leave for good.
func (s *Seat) leave() {
	c, r := s.class, s.reader
	if c == nil {
		return
	}
	s.vacate()
	if r != nil {
		c.remove(r)
	}
	c.endIfEmpty()
}

// expel has a page leave, and tells it why.
func (s *Seat) expel(why string) {
	s.vacate()
	s.joined = &protocol.Joined{Error: why}
	s.wake()
}

func (s *Seat) tell() {
	s.due = true
	s.wake()
}

func (s *Seat) asReader() (*reader, error) {
	switch {
	case s.class == nil:
		return nil, errOutside
	case s.reader == nil:
		return nil, errNoReader
	}
	return s.reader, nil
}

func (s *Seat) asMaker() error {
	switch {
	case s.class == nil:
		return errOutside
	case s.reader != nil:
		return errNoMaker
	}
	return nil
}

const (
	errOutside  rejected = "This page is in no room: join one first."
	errNoReader rejected = "This page is the maker's: only a reader has a presence, predicts and tells an outcome."
	errNoMaker  rejected = "Only the room's maker can do this: join with its key."
)

// join has the page join, and be told what became of it. Where it was before, it leaves.
func (s *Seat) join(ctx context.Context, j protocol.Join) {
	if err := s.tryJoin(ctx, j); err != nil {
		s.classes.mutex.Lock()
		defer s.classes.mutex.Unlock()
		s.leave()
		s.joined = &protocol.Joined{Error: err.Error()}
		s.wake()
	}
}

func (s *Seat) tryJoin(ctx context.Context, j protocol.Join) error {
	cs := s.classes
	from := quota.AddressOf(s.request)
	switch {
	case !isPlain(j.Browser):
		return notPlain("The browser's name")
	case !isPlain(j.Version):
		return notPlain("The browser's version")
	}
	if err := cs.joins.Spend(from); err != nil {
		return reject("Wait a minute, and join again: %v.", err)
	}
	cs.mutex.Lock()
	known := j.Key == "" && s.reenter(cs.all[j.Room], j.Token)
	cs.mutex.Unlock()
	if known {
		return nil
	}
	room, err := cs.find(ctx, from, j.Room, j.Key)
	if err != nil {
		return err
	}
	cs.mutex.Lock()
	defer cs.mutex.Unlock()
	s.leave()
	c := cs.all[j.Room]
	if c != nil {
		room.Release()
	} else {
		c = cs.begin(j.Room, room)
	}
	if j.Key != "" {
		return s.enterAsMaker(c)
	}
	r, token, err := c.enter(j)
	if err != nil {
		return err // then there are readers
	}
	s.sit(c, r, token)
	c.tellAll()
	return nil
}

// reenter has the page be the reader that it was, if the token is one's. It needs no guess of the room's name.
func (s *Seat) reenter(c *class, token string) bool {
	if c == nil || token == "" {
		return false
	}
	r := c.tokens[sha256.Sum256([]byte(token))]
	if r == nil {
		return false
	}
	if r.seat != nil && r.seat != s {
		r.seat.expel("Another page is " + r.Name + " now, with this one's token: join without it to be somebody else.")
	}
	if s.reader != r {
		s.leave()
	}
	s.sit(c, r, token)
	if r.Away {
		r.Away = false
		c.changed(r)
		c.tellAll()
	}
	return true
}

func (s *Seat) enterAsMaker(c *class) error {
	if most := s.classes.limits.ClassMakers; len(c.makers) >= most {
		return reject("Room %s has %d pages of its maker's and gets no more: close one.", c.name, most)
	}
	c.makers[s] = struct{}{}
	s.sit(c, nil, "")
	return nil
}

// sit has the seat be a reader's or, if that is nil, a maker's.
func (s *Seat) sit(c *class, r *reader, token string) {
	l := &s.classes.limits
	s.class, s.reader, s.told, s.gone, s.round, s.outcomes = c, r, 0, nil, 0, 0
	s.joined = &protocol.Joined{
		Room: c.name, Maker: r == nil, Token: token, Address: s.classes.address(s.request, c.name),
		On: s.classes.on, Events: l.RoomEvents, Hours: int(l.RoomAge / time.Hour),
	}
	if r != nil {
		r.seat = s
		s.joined.Name = r.Name
	}
	s.tell()
}
