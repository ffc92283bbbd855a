package class

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"eventsource-playground/protocol"
)

// reader is one, whose channel may be lost.
type reader struct {
	ID      int
	Name    string
	Browser string
	Version string
	Token   string    // its hash
	Joined  float64   // on the class's clock
	Place   place     // nowhere: away
	Lost    time.Time // since then

	Predicted int // the last round in which it did; 0: none
	Chosen    int // then
	Decided   int // the last round of which it has told the outcome; 0: none

	// What this server knows beside that.
	seat           *Seat // nil: not here
	presence       protocol.Presence
	at             float64 // when that came, on the class's clock
	first, version int     // the class's, when it came and when it changed
}

func (r *reader) here() bool { return r.Place.Seat != 0 }

// member is a reader as a maker sees it.
func (r *reader) member() protocol.Member {
	return protocol.Member{
		ID: r.ID, Name: r.Name, Browser: r.Browser, Version: r.Version,
		Away: !r.here(), At: max(r.at, r.Joined), Presence: r.presence,
	}
}

// enter is how a reader comes in.
type enter struct {
	Known   string `json:"known,omitempty"` // the hash of its token, if it may be one who is here
	Token   string `json:"token,omitempty"` // that of a new one; "": only who is away enters
	Browser string `json:"browser,omitempty"`
	Version string `json:"version,omitempty"`
}

// newToken is 128 random bits.
func newToken() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// hashOf is what is kept of a token.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawStdEncoding.EncodeToString(sum[:])
}

func (c *class) checkEnter(e *enter) error {
	if r := c.tokens[e.Known]; r != nil && (e.Token != "" || !r.here()) {
		return nil
	}
	switch most := c.classes.limits.ClassReaders; {
	case e.Token == "":
		return errOutside
	case len(c.Readers) >= most && c.lostFirst() == nil:
		return reject("Room %s has %d readers and gets no more: try again when some have left.", c.name, most)
	}
	return nil
}

// enter has a reader come in, from a place that is not where another page with its token may be.
func (c *class) enter(e *entry) {
	r := c.tokens[e.Enter.Known]
	isNew, changed := r == nil, r == nil || !r.here()
	if isNew {
		r = c.newReader(e)
	}
	c.empty(r.Place)
	r.Place = e.place
	c.places[r.Place] = r
	a := c.arrived(e)
	if s := r.seat; s != nil && (a == nil || a.seat != s) {
		s.expel("Another page is " + r.Name + " now, with this one's token: join without it to be somebody else.")
	}
	if a != nil {
		if !isNew {
			a.token = a.old
		}
		a.sit(c, r, e.Seat)
	}
	if changed {
		c.changed(r)
		c.tellAll()
	}
}

// newReader takes the place of the one who was lost first, if there are too many.
func (c *class) newReader(e *entry) *reader {
	if len(c.Readers) >= c.classes.limits.ClassReaders {
		c.remove(c.lostFirst())
	}
	c.LastID++
	r := &reader{
		ID: c.LastID, Name: freeName(c.names, e.Enter.Token), Browser: e.Enter.Browser, Version: e.Enter.Version,
		Token: e.Enter.Token, Joined: c.at(e.time),
	}
	c.Readers = append(c.Readers, r)
	c.tokens[r.Token], c.names[r.Name] = r, true
	c.introduce(r)
	return r
}

// lostFirst is the reader who is away for the longest time; nil if nobody is.
func (c *class) lostFirst() (first *reader) {
	for _, r := range c.Readers {
		if !r.here() && (first == nil || r.Lost.Before(first.Lost)) {
			first = r
		}
	}
	return first
}

// remove is the end of a reader.
func (c *class) remove(r *reader) {
	c.empty(r.Place)
	c.Readers = slices.DeleteFunc(c.Readers, func(other *reader) bool { return other == r })
	delete(c.tokens, r.Token)
	delete(c.names, r.Name)
	c.forget(r)
}

// introduce is a reader who is new here.
func (c *class) introduce(r *reader) {
	c.version++
	r.first, r.version = c.version, c.version
	if c.together != nil {
		c.together.introduce(r)
	}
}

// forget has nobody be a reader here any more.
func (c *class) forget(r *reader) {
	if r.seat != nil {
		r.seat.expel("You were away for too long, and " + r.Name + " is gone: join again.")
	}
	for _, s := range c.seats {
		if s.reader == nil && s.told >= r.first {
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

// leave is the end of whoever is at a place.
func (c *class) leave(p place) {
	if r := c.places[p]; r != nil {
		c.remove(r)
		return
	}
	c.empty(p)
}

// lose marks a place whose channel is lost. After a while its reader is gone; and a maker who reloads the page before anybody else is
// there finds its question.
func (c *class) lose(p place, at time.Time) {
	r := c.places[p]
	c.empty(p)
	if r == nil {
		c.Left = at
		return
	}
	r.Place, r.Lost = place{}, at
	c.changed(r)
	c.tellAll()
}

// loseAll is lose for all places of a server.
func (c *class) loseAll(server string, at time.Time) {
	for p := range c.places {
		if p.Server == server {
			c.lose(p, at)
		}
	}
	if c.together != nil && server == c.classes.self {
		c.together.reconcile() // it was too early to say so
	}
}

// expire removes those who have been away for long.
func (c *class) expire(now time.Time) {
	for _, r := range slices.Clone(c.Readers) {
		if !r.here() && now.Sub(r.Lost) >= c.classes.limits.ClassAway {
			c.remove(r)
		}
	}
}

const longest = 40 // bytes of what a page says that makers or everybody get to see

// isPlain reports whether a text is short, and has nothing that JSON would write longer.
func isPlain(text string) bool {
	return len(text) <= longest && strings.Trim(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz0123456789 ._-+()/:") == ""
}

func notPlain(what string) error {
	return reject("%s is not possible as it is: give at most %d letters, digits, spaces and ._-+()/: of ASCII.", what, longest)
}
