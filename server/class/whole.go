package class

import (
	"context"
	"time"
)

// whole is an entry that says what all those before it have made, so that they can be dropped.
type whole struct {
	Of    uint64 `json:"of"` // the sequence of the last one of them
	State state  `json:"state"`
}

// shorten has the log begin with how the class is now, unless something was added meanwhile: then the next entry tries it again.
func (t *together) shorten() {
	cs := t.class.classes
	if t.shortens {
		return
	}
	t.shortens = true
	e := cs.entry(0)
	e.Whole = &whole{t.sequence, t.class.state}
	if t.class.isOver() {
		e.Whole.State = state{}
	}
	body := e.encode() // now, with the mutex
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), shortening)
		defer cancel()
		if sequence, err := cs.log.AppendAfter(ctx, t.key, e.Whole.Of, body); err == nil {
			cs.log.Purge(ctx, t.key, sequence)
		}
		cs.mutex.Lock()
		defer cs.mutex.Unlock()
		t.shortens = false
	}()
}

// load takes a whole, of which this server may have missed something. It keeps what it knows beside that.
func (t *together) load(w *whole, at time.Time) {
	c := t.class
	t.entries, t.since = 0, at
	if w.Of == t.sequence {
		return
	}
	before := c.state
	c.state = w.State
	c.index()
	for _, r := range c.Readers {
		if was := before.reader(r.ID); was != nil && was.Token == r.Token {
			r.seat, r.presence, r.at, r.first = was.seat, was.presence, was.at, was.first
			was.seat = nil
			c.changed(r)
		} else {
			c.introduce(r)
		}
		if s := r.seat; s != nil {
			s.reader = r
			if r.here() && r.Place != (place{c.classes.self, s.number}) {
				s.expel("Another page is " + r.Name + " now, with this one's token: join without it to be somebody else.")
			}
		}
	}
	for _, r := range before.Readers {
		if r.seat != nil || c.reader(r.ID) == nil {
			c.forget(r)
		}
	}
	t.reconcile()
	c.tellAll()
	c.endIfEmpty(at)
	c.arm()
}
