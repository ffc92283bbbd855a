package class

import (
	"math"

	"eventsource-playground/protocol"
)

// present keeps how a reader's EventSource is. It is no entry: the next one is soon to come, and only makers want to know.
func (s *Seat) present(p protocol.Presence) error {
	s.classes.mutex.Lock()
	defer s.classes.mutex.Unlock()
	c, r := s.class, s.reader
	switch {
	case c == nil:
		return errOutside
	case r == nil:
		return errNoReader
	case p.State < 0 || p.State > 2:
		return reject("state=%d is not possible: give the readyState, 0, 1 or 2.", p.State)
	case !(p.WaitMs >= 0 && p.WaitMs <= math.MaxInt32), min(p.Events, p.Missed, p.Doubled) < 0:
		return reject("A presence counts and measures: waitMs, events, missed and doubled can't be less than 0, or without an end.")
	case !isPlain(p.LastEventID):
		return notPlain("lastEventId")
	}
	c.keep(r, p)
	if c.together != nil {
		c.together.present(r)
	}
	return nil
}

// keep keeps a reader's presence for the makers here.
func (c *class) keep(r *reader, p protocol.Presence) {
	r.presence, r.at = p, c.now()
	c.changed(r)
	c.tellMakers()
}
