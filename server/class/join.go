package class

import (
	"context"
	"errors"
	"net/http"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/server/quota"
	"eventsource-playground/server/refuse"
)

// arrival is a seat that is about to be in a class.
type arrival struct {
	seat  *Seat
	token string // a new reader's
	old   string // of one who is known
	again bool   // it is in the class already, and only its number will be another one
}

// join has the page join, and be told what became of it. Where it was before, it leaves.
func (s *Seat) join(ctx context.Context, j protocol.Join) {
	if err := s.tryJoin(ctx, j); err != nil {
		s.leave()
		s.classes.mutex.Lock()
		defer s.classes.mutex.Unlock()
		s.joined = &protocol.Joined{Error: err.Error(), Later: isLater(err)}
		s.wake()
	}
}

// isLater reports whether what was refused may be possible in a moment.
func isLater(err error) bool {
	var refused *refuse.Refusal
	return err == errNothing || err == errLate || err == errFull || errors.As(err, &refused) && refused.Status == http.StatusServiceUnavailable
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
	if cs.cluster != nil && !cs.cluster.Reachable() {
		return errNothing // and nothing is counted: the page will try again
	}
	if err := cs.joins.Spend(from); err != nil {
		return reject("Wait a minute, and join again: %v.", err)
	}
	e, a := s.arrival(j)
	c, is := cs.known(j.Room, e, a)
	if c == nil {
		room, err := cs.find(ctx, from, j.Room, j.Key)
		if err != nil {
			return err
		}
		s.leave()
		c = cs.receive(j.Room, room, e, a)
	} else if is != s {
		s.leave()
	}
	err := c.open(j.Key != "")
	if err == nil {
		err = c.submit(ctx, e)
	}
	if err != nil {
		c.turnAway(e, err == errLate)
	}
	return err
}

// turnAway has a page not be in a class. late is whether it may yet turn out to be in.
func (c *class) turnAway(e *entry, late bool) {
	cs := c.classes
	cs.mutex.Lock()
	defer cs.mutex.Unlock()
	delete(c.arriving, e.Seat)
	if late {
		lost := cs.entry(e.Seat)
		lost.Lost = true
		go c.insist(lost)
	}
	c.endIfEmpty(c.time())
}

// arrival is the entry with which a page joins.
func (s *Seat) arrival(j protocol.Join) (*entry, *arrival) {
	s.classes.mutex.Lock()
	defer s.classes.mutex.Unlock()
	e := s.classes.entry(0)
	e.Seat = e.N
	if j.Key != "" {
		e.Make = true
		return e, &arrival{seat: s}
	}
	a := &arrival{seat: s, token: newToken(), old: j.Token}
	e.Enter = &enter{Token: hashOf(a.token), Browser: j.Browser, Version: j.Version}
	if j.Token != "" {
		e.Enter.Known = hashOf(j.Token)
	}
	return e, a
}

// known is the class that a page is in with its token, so that it needs no guess of the room's name; nil if it is in none. is is the seat
// that the reader has by now.
func (cs *Classes) known(name string, e *entry, a *arrival) (c *class, is *Seat) {
	cs.mutex.Lock()
	defer cs.mutex.Unlock()
	c = cs.all[name]
	if c == nil || e.Enter == nil || c.tokens[e.Enter.Known] == nil {
		return nil, nil
	}
	c.arriving[e.Seat] = a
	return c, c.tokens[e.Enter.Known].seat
}

// receive is the class of a room, in which a seat is about to be.
func (cs *Classes) receive(name string, room Room, e *entry, a *arrival) *class {
	cs.mutex.Lock()
	defer cs.mutex.Unlock()
	c := cs.all[name]
	if c != nil {
		room.Release()
	} else {
		c = cs.begin(name, room)
	}
	c.arriving[e.Seat] = a
	return c
}

// open returns when entries can be submitted, for the maker or a reader.
func (c *class) open(maker bool) error {
	if c.together == nil {
		return nil
	}
	if maker {
		c.together.hear()
	}
	return c.together.open()
}

func (c *class) checkMake() error {
	if most := c.classes.limits.ClassMakers; len(c.Makers) >= most {
		return reject("Room %s has %d pages of its maker's and gets no more: close one.", c.name, most)
	}
	return nil
}

// enterMaker has a page of the maker's come in.
func (c *class) enterMaker(e *entry) {
	c.Makers = append(c.Makers, e.place)
	c.places[e.place] = nil
	if a := c.arrived(e); a != nil {
		a.sit(c, nil, e.Seat)
	} else if c.together != nil {
		c.together.presentAll() // to a server that knows nothing yet
	}
}

// arrived is the seat that an entry is of; nil if it is another server's, or its page has left.
func (c *class) arrived(e *entry) *arrival {
	if e.Server != c.classes.self {
		return nil
	}
	a := c.arriving[e.Seat]
	delete(c.arriving, e.Seat)
	if a != nil && a.again && a.seat.class != c {
		lost := c.classes.entry(e.Seat)
		lost.Lost = true
		go c.insist(lost)
		return nil
	}
	return a
}

// sit has the seat be a reader's or, if that is nil, a maker's.
func (a *arrival) sit(c *class, r *reader, number uint64) {
	s := a.seat
	if s.class != nil {
		delete(s.class.seats, s.number)
	}
	s.class, s.reader, s.number = c, r, number
	c.seats[number] = s
	if r != nil {
		r.seat = s
	}
	if a.again {
		return
	}
	l := &s.classes.limits
	s.told, s.gone, s.round, s.outcomes = 0, nil, 0, 0
	s.joined = &protocol.Joined{
		Room: c.name, Maker: r == nil, Token: a.token, Address: s.classes.address(s.request, c.name),
		On: s.classes.on, Events: l.RoomEvents, Hours: int(l.RoomAge / time.Hour),
	}
	if r != nil {
		s.joined.Name = r.Name
	}
	s.tell()
}
