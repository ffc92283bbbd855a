package class

import (
	"slices"
	"time"
)

// state is what the entries of a class have made of it. It is JSON, for those who come later.
type state struct {
	Began   time.Time // with the first entry
	LastID  int       // of a reader
	Readers []*reader // by their IDs
	Makers  []place
	Left    time.Time // when a maker's page was lost
	Round   round

	// What follows from that.
	places map[place]*reader // nil: a maker's
	tokens map[string]*reader
	names  map[string]bool // taken
}

// index finds out what follows.
func (s *state) index() {
	s.places, s.tokens, s.names = map[place]*reader{}, map[string]*reader{}, map[string]bool{}
	for _, r := range s.Readers {
		s.tokens[r.Token], s.names[r.Name] = r, true
		if r.here() {
			s.places[r.Place] = r
		}
	}
	for _, p := range s.Makers {
		s.places[p] = nil
	}
}

// reader returns the one with an ID, or nil.
func (s *state) reader(id int) *reader {
	if i, ok := slices.BinarySearchFunc(s.Readers, id, func(r *reader, id int) int { return r.ID - id }); ok {
		return s.Readers[i]
	}
	return nil
}

// empty has a place be nobody's.
func (s *state) empty(p place) {
	delete(s.places, p)
	s.Makers = slices.DeleteFunc(s.Makers, func(other place) bool { return other == p })
}

// isEmpty reports whether nobody is in the class, and nobody has just been lost.
func (s *state) isEmpty(now time.Time, away time.Duration) bool {
	return len(s.places) == 0 && len(s.Readers) == 0 && (s.Left.IsZero() || now.Sub(s.Left) >= away)
}

// due is when somebody will have been away for long, or nothing.
func (s *state) due(away time.Duration) (due time.Time) {
	if len(s.places) == 0 && len(s.Readers) == 0 && !s.Left.IsZero() {
		return s.Left.Add(away)
	}
	for _, r := range s.Readers {
		if at := r.Lost.Add(away); !r.here() && (due.IsZero() || at.Before(due)) {
			due = at
		}
	}
	return due
}
