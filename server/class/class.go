// Package class is those who are in a room with a page: readers, each under an animal's name, and the room's maker, who may have
// several pages. What they say to each other comes and goes over their channels, each of which has a [Seat]; the room's events are
// none of it.
//
// A class is there while somebody is in it, or has just been lost. Nothing in it says who a reader is, and nobody gets to know who
// predicted what.
package class

import (
	"context"
	"crypto/sha256"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/quota"
)

// Room is the room of a class.
type Room struct {
	Ended   func(stop <-chan struct{}) bool // waits until the room is no more, and reports whether it is; or until stop is closed
	Release func()                          // the class needs it no more
}

// Find returns a room, for a reader if key is "", and else for its maker. The error is a sentence for the one at from who wants in.
type Find func(ctx context.Context, from netip.Prefix, name, key string) (Room, error)

// Classes are those of all rooms that have one. One mutex guards them, and all in them: what is done under it is short.
type Classes struct {
	limits  limits.Limits
	find    Find
	address func(r *http.Request, room string) string
	on      string
	joins   *quota.Rate

	mutex sync.Mutex
	all   map[string]*class // by the room's name
}

// class is one. Its clock counts from when it began.
type class struct {
	classes *Classes
	name    string
	room    Room
	began   time.Time
	over    chan struct{} // closed when it is

	version int       // goes up with each change of a reader
	lastID  int       // of a reader
	readers []*reader // by their IDs
	tokens  map[[sha256.Size]byte]*reader
	names   map[string]bool // taken
	makers  map[*Seat]struct{}
	left    time.Time   // when a maker's page was lost
	leaving *time.Timer // nil: none was

	forMakers, forReaders audience
	round                 round
}

// audience is makers or readers, who are told of changes together.
type audience struct {
	last    time.Time // when they were
	pending bool      // they are about to be
}

// New is no classes yet. address is where others find a room's page, for what they get from the client of a request; on is what
// carries the rooms, as a Joined says it.
func New(l limits.Limits, find Find, address func(r *http.Request, room string) string, on string) *Classes {
	return &Classes{
		limits: l, find: find, address: address, on: on,
		joins: quota.NewRate("pages that joined rooms", l.RoomJoins, time.Now),
		all:   map[string]*class{},
	}
}

// begin is the class of a room that has none.
func (cs *Classes) begin(name string, room Room) *class {
	c := &class{
		classes: cs, name: name, room: room, began: time.Now(), over: make(chan struct{}),
		tokens: map[[sha256.Size]byte]*reader{}, names: map[string]bool{}, makers: map[*Seat]struct{}{},
	}
	cs.all[name] = c
	go func() {
		if room.Ended(c.over) {
			cs.mutex.Lock()
			defer cs.mutex.Unlock()
			c.end()
		}
	}()
	return c
}

// isOver reports whether the class has ended, for what a timer does.
func (c *class) isOver() bool { return c.classes.all[c.name] != c }

// end has all leave who are still in the class.
func (c *class) end() {
	if c.isOver() {
		return
	}
	delete(c.classes.all, c.name)
	close(c.over)
	c.room.Release()
	if c.leaving != nil {
		c.leaving.Stop()
	}
	sentence := "Room " + c.name + " is over: its maker ended it, or nobody used it any more."
	for s := range c.makers {
		s.expel(sentence)
	}
	for _, r := range c.readers {
		if r.expiry != nil {
			r.expiry.Stop()
		}
		if r.seat != nil {
			r.seat.expel(sentence)
		}
	}
}

// endIfEmpty ends the class if nobody is in it, and nobody has just been lost.
func (c *class) endIfEmpty() {
	lately := c.leaving != nil && time.Since(c.left) < c.classes.limits.ClassAway
	if len(c.makers) == 0 && len(c.readers) == 0 && !lately {
		c.end()
	}
}

// makerLost keeps the question for a maker who reloads the page before anybody else is there.
func (c *class) makerLost() {
	c.left = time.Now()
	if c.leaving != nil {
		c.leaving.Reset(c.classes.limits.ClassAway)
		return
	}
	c.leaving = time.AfterFunc(c.classes.limits.ClassAway, func() {
		c.classes.mutex.Lock()
		defer c.classes.mutex.Unlock()
		if !c.isOver() {
			c.endIfEmpty()
		}
	})
}

// now is the class's clock, in milliseconds.
func (c *class) now() float64 { return float64(time.Since(c.began)) / float64(time.Millisecond) }

// tellMakers has the makers be told of what has changed.
func (c *class) tellMakers() {
	c.tell(&c.forMakers, c.classes.limits.ClassMakerPause, func() {
		for s := range c.makers {
			s.tell()
		}
	})
}

// tellAll is tellMakers, and the same for readers, who are told less often the more they are.
func (c *class) tellAll() {
	c.tellMakers()
	l := &c.classes.limits
	pause := max(l.ClassReaderPause, time.Duration(len(c.readers))*time.Second/time.Duration(l.ClassReaderRate))
	c.tell(&c.forReaders, pause, func() {
		for _, r := range c.readers {
			if r.seat != nil {
				r.seat.tell()
			}
		}
	})
}

// tell tells an audience now, or when there was a pause since it was told last.
func (c *class) tell(a *audience, pause time.Duration, do func()) {
	if a.pending {
		return
	}
	wait := pause - time.Since(a.last)
	if wait <= 0 {
		a.last = time.Now()
		do()
		return
	}
	a.pending = true
	time.AfterFunc(wait, func() {
		c.classes.mutex.Lock()
		defer c.classes.mutex.Unlock()
		a.pending = false
		if !c.isOver() {
			a.last = time.Now()
			do()
		}
	})
}

// as is the class as one in it may see it: what has changed since that was told last.
func (c *class) as(s *Seat) *protocol.Class {
	now := &protocol.Class{Now: c.now(), Readers: len(c.readers), Question: c.round.as(s.reader)}
	for _, r := range c.readers {
		if r.seat == nil {
			now.Away++
		}
		if s.reader == nil && r.version > s.told {
			now.Members = append(now.Members, r.Member)
		}
	}
	s.told = c.version
	now.Gone, s.gone = s.gone, nil
	if n := len(c.round.outcomes); s.round != c.round.question.Round || s.outcomes != n {
		s.round, s.outcomes = c.round.question.Round, n
		now.Outcomes = c.round.outcomes
	}
	return now
}
