package class

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"time"

	"eventsource-playground/protocol"
)

// reader is one, whose channel may be lost.
type reader struct {
	protocol.Member
	token  [sha256.Size]byte // its hash
	seat   *Seat             // nil: away
	lost   time.Time         // since then
	expiry *time.Timer       // nil: it never was

	first, version int // the class's, when it came and when it changed
	predicted      int // the last round in which it did; 0: none
	chosen         int // then
	decided        int // the last round of which it has told the outcome; 0: none
}

// newToken is 128 random bits, and what is kept of them.
func newToken() (token string, hash [sha256.Size]byte) {
	b := make([]byte, 16)
	rand.Read(b) // never fails
	token = hex.EncodeToString(b)
	return token, sha256.Sum256([]byte(token))
}

// enter is a new reader, and its token. It takes the place of the one who was lost first, if there are too many.
func (c *class) enter(j protocol.Join) (*reader, string, error) {
	most := c.classes.limits.ClassReaders
	if len(c.readers) >= most && !c.makeRoom() {
		return nil, "", reject("Room %s has %d readers and gets no more: try again when some have left.", c.name, most)
	}
	token, hash := newToken()
	c.lastID++
	c.version++
	r := &reader{token: hash, first: c.version, version: c.version}
	r.Member = protocol.Member{ID: c.lastID, Name: freeName(c.names), At: c.now(), Browser: j.Browser, Version: j.Version}
	c.readers = append(c.readers, r)
	c.tokens[hash] = r
	c.names[r.Name] = true
	return r, token, nil
}

func (c *class) makeRoom() bool {
	var first *reader
	for _, r := range c.readers {
		if r.seat == nil && (first == nil || r.lost.Before(first.lost)) {
			first = r
		}
	}
	if first != nil {
		c.remove(first)
	}
	return first != nil
}

// remove is the end of a reader.
func (c *class) remove(r *reader) {
	c.readers = slices.DeleteFunc(c.readers, func(other *reader) bool { return other == r })
	delete(c.tokens, r.token)
	delete(c.names, r.Name)
	if r.expiry != nil {
		r.expiry.Stop()
	}
	for s := range c.makers {
		if s.told >= r.first {
			s.gone = append(s.gone, r.ID)
		}
	}
	c.tellAll()
}

// changed has makers be told of a reader, the next time that they are.
func (c *class) changed(r *reader) {
	c.version++
	r.version = c.version
}

// lose marks a reader whose channel is lost. After a while it is gone.
func (c *class) lose(r *reader) {
	away := c.classes.limits.ClassAway
	r.seat, r.lost, r.Away = nil, time.Now(), true
	c.changed(r)
	c.tellAll()
	if r.expiry != nil {
		r.expiry.Reset(away)
		return
	}
	r.expiry = time.AfterFunc(away, func() {
		c.classes.mutex.Lock()
		defer c.classes.mutex.Unlock()
		if !c.isOver() && c.tokens[r.token] == r && r.seat == nil && time.Since(r.lost) >= away {
			c.remove(r)
			c.endIfEmpty()
		}
	})
}

// present keeps how a reader's EventSource is.
func (s *Seat) present(p protocol.Presence) error {
	r, err := s.asReader()
	if err != nil {
		return err
	}
	switch {
	case p.State < 0 || p.State > 2:
		return reject("state=%d is not possible: give the readyState, 0, 1 or 2.", p.State)
	case !(p.WaitMs >= 0 && p.WaitMs <= math.MaxInt32), min(p.Events, p.Missed, p.Doubled) < 0:
		return reject("A presence counts and measures: waitMs, events, missed and doubled can't be less than 0, or without an end.")
	case !isPlain(p.LastEventID):
		return notPlain("lastEventId")
	}
	r.Presence, r.At = p, s.class.now()
	s.class.changed(r)
	s.class.tellMakers()
	return nil
}

const longest = 40 // bytes of what a page says that makers or everybody get to see

// isPlain reports whether a text is short, and has nothing that JSON would write longer.
func isPlain(text string) bool {
	return len(text) <= longest && strings.Trim(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz0123456789 ._-+()/:") == ""
}

func notPlain(what string) error {
	return reject("%s is not possible as it is: give at most %d letters, digits, spaces and ._-+()/: of ASCII.", what, longest)
}
