// Package class is those who are in a room with a page: readers, each under an animal's name, and the room's maker, who may have
// several pages. What they say to each other comes and goes over their channels, each of which has a [Seat]; the room's events are
// none of it.
//
// Where there are several servers, a class is one over all of them: what changes it for good is an entry, of which all have the same log.
//
// A class is there while somebody is in it, or has just been lost. Nothing in it says who a reader is, and nobody gets to know who
// predicted what.
package class

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"eventsource-playground/cluster"
	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/quota"
)

// Room is the room of a class.
type Room struct {
	ID      string                          // its name and incarnation; letters, digits and hyphens
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
	cluster *cluster.Cluster // nil: this server is alone
	log     *cluster.Log     // of the entries; nil then
	self    string           // this server's ID; "" then

	mutex sync.Mutex
	all   map[string]*class // by the room's name
	last  uint64            // the number of an entry, or a seat
}

// class is one, as this server has it.
type class struct {
	state
	classes *Classes
	name    string
	room    Room
	over    chan struct{} // closed when it is
	timer   *time.Timer   // for those who are away; nil: nobody was

	version  int // goes up with each change of a reader
	seats    map[uint64]*Seat
	arriving map[uint64]*arrival // seats whose entry is under way
	together *together           // nil: this server is alone

	forMakers, forReaders audience
}

// audience is makers or readers, who are told of changes together.
type audience struct {
	last    time.Time // when they were
	pending bool      // they are about to be
}

// New is no classes yet. address is where others find a room's page, for what they get from the client of a request; on is what
// carries the rooms, as a Joined says it. With others, classes are those of all servers.
func New(l limits.Limits, find Find, address func(r *http.Request, room string) string, on string, others *cluster.Cluster) *Classes {
	cs := &Classes{
		limits: l, find: find, address: address, on: on,
		joins: quota.NewRate("pages that joined rooms", l.RoomJoins, time.Now),
		all:   map[string]*class{},
	}
	cs.join(others)
	return cs
}

// begin is the class of a room that has none here.
func (cs *Classes) begin(name string, room Room) *class {
	c := &class{
		classes: cs, name: name, room: room, over: make(chan struct{}),
		seats: map[uint64]*Seat{}, arriving: map[uint64]*arrival{},
	}
	c.index()
	if cs.cluster != nil {
		c.together = newTogether(c)
	}
	cs.all[name] = c
	go func() {
		if room.Ended(c.over) {
			cs.mutex.Lock()
			defer cs.mutex.Unlock()
			c.end(true)
		}
	}()
	return c
}

// Close says that no page is there any more, and that nothing is to be told to other servers.
func (cs *Classes) Close() {
	cs.mutex.Lock()
	defer cs.mutex.Unlock()
	for _, c := range cs.all {
		c.end(false)
	}
}

// isOver reports whether the class has ended here.
func (c *class) isOver() bool { return c.classes.all[c.name] != c }

// end has all leave who are still in the class. gone is whether the room is.
func (c *class) end(gone bool) {
	if c.isOver() {
		return
	}
	delete(c.classes.all, c.name)
	close(c.over)
	c.room.Release()
	if c.timer != nil {
		c.timer.Stop()
	}
	for _, s := range c.seats {
		s.expel(c.overSentence().Error())
	}
	if c.together != nil {
		c.together.end(gone)
	}
}

func (c *class) overSentence() error {
	return reject("Room %s is over: its maker ended it, or nobody used it any more.", c.name)
}

// endIfEmpty ends the class if nobody is in it, and nobody has just been lost. While somebody is about to enter, it begins again.
func (c *class) endIfEmpty(now time.Time) {
	switch {
	case c.isOver() || !c.isEmpty(now, c.classes.limits.ClassAway):
	case len(c.arriving) > 0:
		c.state = state{}
		c.index()
	default:
		c.end(false)
	}
}

// arm has those be removed who will have been away for long.
func (c *class) arm() {
	due := c.nextDue()
	switch {
	case c.isOver() || due.IsZero():
		if c.timer != nil {
			c.timer.Stop()
		}
	case c.timer == nil:
		c.timer = time.AfterFunc(due.Sub(c.time()), c.pass)
	default:
		c.timer.Reset(due.Sub(c.time()))
	}
}

// nextDue is when the next entry is to say that time has passed.
func (c *class) nextDue() time.Time {
	due := c.due(c.classes.limits.ClassAway)
	if c.together != nil {
		due = c.together.sooner(due)
	}
	return due
}

// pass says that time has passed.
func (c *class) pass() {
	c.classes.mutex.Lock()
	due := c.nextDue()
	if c.isOver() || due.IsZero() || c.time().Before(due) {
		c.arm()
		c.classes.mutex.Unlock()
		return
	}
	e := c.classes.entry(0)
	e.Pass = true
	e.id = fmt.Sprintf("%s.%d", c.room.ID, due.UnixNano()) // all servers say so
	c.timer.Reset(passAgain)
	c.classes.mutex.Unlock()
	c.insist(e)
}

// passAgain is for an entry that changed nothing, since NATS's clock is another one.
const passAgain = 5 * time.Second

// time is the clock of the entries.
func (c *class) time() time.Time {
	if c.together != nil {
		return c.together.time()
	}
	return time.Now()
}

// at is a time on the class's clock, which counts from its beginning, in milliseconds.
func (c *class) at(t time.Time) float64 { return float64(t.Sub(c.Began)) / float64(time.Millisecond) }

func (c *class) now() float64 { return c.at(c.time()) }

// tellMakers has the makers be told of what has changed.
func (c *class) tellMakers() {
	c.tell(&c.forMakers, c.classes.limits.ClassMakerPause, func() {
		for _, s := range c.seats {
			if s.reader == nil {
				s.tell()
			}
		}
	})
}

// tellAll is tellMakers, and the same for readers, who are told less often the more they are.
func (c *class) tellAll() {
	c.tellMakers()
	l := &c.classes.limits
	pause := max(l.ClassReaderPause, time.Duration(len(c.Readers))*time.Second/time.Duration(l.ClassReaderRate))
	c.tell(&c.forReaders, pause, func() {
		for _, s := range c.seats {
			if s.reader != nil {
				s.tell()
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
	now := &protocol.Class{Now: c.now(), Readers: len(c.Readers), Question: c.Round.as(s.reader)}
	for _, r := range c.Readers {
		if !r.here() {
			now.Away++
		}
		if s.reader == nil && r.version > s.told {
			now.Members = append(now.Members, r.member())
		}
	}
	s.told = c.version
	now.Gone, s.gone = s.gone, nil
	if n := len(c.Round.Outcomes); s.round != c.Round.Question.Round || s.outcomes != n {
		s.round, s.outcomes = c.Round.Question.Round, n
		now.Outcomes = c.Round.Outcomes
	}
	return now
}
