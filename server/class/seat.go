package class

import (
	"context"
	"fmt"
	"net/http"

	"eventsource-playground/protocol"
)

// Seat is a channel's place in a class, or in none.
type Seat struct {
	classes *Classes
	request *http.Request // that opened the channel
	wake    func()

	// Guarded by classes.mutex.
	class  *class           // nil: none
	number uint64           // of the seat in it
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

// Say does what a page says. ok is whether that is anything of a class; the error is why it is rejected. With other servers it waits
// for them, a few seconds at most.
func (s *Seat) Say(ctx context.Context, said protocol.FromPage) (ok bool, err error) {
	e := entry{Ask: said.Ask, Predict: said.Predict, Reveal: said.Reveal}
	if said.Outcome != nil {
		o := *said.Outcome
		o.Browser, o.Version = "", "" // they are the reader's
		e.Outcome = &o
	}
	switch {
	case said.Join != nil:
		s.join(ctx, *said.Join)
	case said.Leave:
		s.leave()
	case said.Presence != nil:
		err = s.present(*said.Presence)
	case e.Ask != nil, e.Predict != nil, e.Reveal != 0, e.Outcome != nil:
		err = s.submit(ctx, e)
	default:
		return false, nil
	}
	return true, err
}

// submit has an entry of this seat's be applied.
func (s *Seat) submit(ctx context.Context, e entry) error {
	s.classes.mutex.Lock()
	c := s.class
	of := s.classes.entry(s.number)
	e.place, e.N = of.place, of.N
	s.classes.mutex.Unlock()
	if c == nil {
		return errOutside
	}
	return c.submit(ctx, &e)
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
func (s *Seat) Close() { s.quit(func(e *entry) { e.Lost = true }) }

// leave has the page leave for good.
func (s *Seat) leave() { s.quit(func(e *entry) { e.Leave = true }) }

// quit has the seat be in no class, and says so.
func (s *Seat) quit(how func(*entry)) {
	s.classes.mutex.Lock()
	c := s.class
	e := s.classes.entry(s.number)
	how(e)
	s.vacate()
	s.classes.mutex.Unlock()
	if c != nil {
		c.insist(e)
	}
}

// vacate has the seat be in no class, and says nothing to those who still are.
func (s *Seat) vacate() {
	if s.class != nil {
		delete(s.class.seats, s.number)
	}
	if s.reader != nil {
		s.reader.seat = nil
	}
	s.class, s.number, s.reader, s.due = nil, 0, nil, false
	s.told, s.gone, s.round, s.outcomes = 0, nil, 0, 0
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
