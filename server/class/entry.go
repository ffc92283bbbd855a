package class

import (
	"context"
	"time"

	"eventsource-playground/protocol"
)

// entry is one thing that changes a class for good. A class is what its entries have made of it, in their order and by nothing else, so that
// it is the same on each server that has them. What can't be is an entry too, or none: check says so everywhere alike.
type entry struct {
	place               // of the page that says it; its Server is always there
	N     uint64        `json:"n"` // of that server's, in all classes
	time  time.Time     // when it was added: alone by this server's clock, else by NATS's
	id    string        // another entry with this one says the same; "": none has
	Enter *enter        `json:"enter,omitempty"`
	Make  bool          `json:"make,omitempty"`  // the maker's page enters
	Leave bool          `json:"leave,omitempty"` // for good
	Lost  bool          `json:"lost,omitempty"`  // the page's channel is
	Gone  string        `json:"gone,omitempty"`  // a server, and all channels that it had
	Pass  bool          `json:"pass,omitempty"`  // time has passed
	Ask   *protocol.Ask `json:"ask,omitempty"`

	Predict *protocol.Predict `json:"predict,omitempty"`
	Reveal  int               `json:"reveal,omitempty"`
	Outcome *protocol.Outcome `json:"outcome,omitempty"`
	Whole   *whole            `json:"whole,omitempty"` // what all entries so far have made
}

// place is where a page is: one of the seats of one of the servers.
type place struct {
	Server string `json:"server,omitempty"` // its ID; "": there is one only
	Seat   uint64 `json:"seat,omitempty"`   // 0: nowhere
}

// entry is one of this server's, for the seat with a number, or for none. The mutex is held.
func (cs *Classes) entry(seat uint64) *entry {
	cs.last++
	return &entry{place: place{cs.self, seat}, N: cs.last}
}

// submit has an entry be applied, on all servers, and returns why it was rejected. The mutex is not held.
func (c *class) submit(ctx context.Context, e *entry) error {
	if c.together != nil {
		return c.together.submit(ctx, e)
	}
	c.classes.mutex.Lock()
	defer c.classes.mutex.Unlock()
	e.time = time.Now()
	return c.apply(e)
}

// insist is submit of what has happened anyway: it is added now or, if NATS can't be reached, when it can.
func (c *class) insist(e *entry) {
	if c.together != nil {
		c.together.insist(e)
		return
	}
	c.submit(context.Background(), e)
}

// apply is what an entry makes of a class.
func (c *class) apply(e *entry) error {
	if err := c.check(e); err != nil {
		return err
	}
	if c.Began.IsZero() {
		c.Began = e.time
	}
	switch {
	case e.Enter != nil:
		c.enter(e)
	case e.Make:
		c.enterMaker(e)
	case e.Leave:
		c.leave(e.place)
	case e.Lost:
		c.lose(e.place, e.time)
	case e.Gone != "":
		c.loseAll(e.Gone, e.time)
	case e.Pass:
		c.expire(e.time)
	case e.Ask != nil:
		c.ask(*e.Ask)
	case e.Predict != nil:
		c.predict(c.places[e.place], *e.Predict)
	case e.Reveal != 0:
		c.reveal()
	case e.Outcome != nil:
		c.decide(c.places[e.place], *e.Outcome)
	}
	c.endIfEmpty(e.time)
	c.arm()
	return nil
}

// check returns why an entry can't be.
func (c *class) check(e *entry) error {
	r, ok := c.places[e.place]
	switch {
	case c.isOver():
		return c.overSentence()
	case e.Enter != nil:
		return c.checkEnter(e.Enter)
	case e.Make:
		return c.checkMake()
	case e.Gone != "", e.Pass, e.Whole != nil:
		return nil
	case !ok:
		return errOutside
	case e.Leave, e.Lost:
		return nil
	case e.Ask != nil && r == nil:
		return c.checkAsk(*e.Ask)
	case e.Reveal != 0 && r == nil:
		return c.checkReveal(e.Reveal)
	case e.Ask != nil, e.Reveal != 0:
		return errNoMaker
	case r == nil:
		return errNoReader
	case e.Predict != nil:
		return c.checkPredict(r, *e.Predict)
	case e.Outcome != nil:
		return c.checkDecide(r, *e.Outcome)
	}
	return nil // of a newer server's
}

const (
	errOutside  rejected = "This page is in no room: join one first."
	errNoReader rejected = "This page is the maker's: only a reader has a presence, predicts and tells an outcome."
	errNoMaker  rejected = "Only the room's maker can do this: join with its key."
)
