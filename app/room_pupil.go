package main

import (
	"strconv"
	"strings"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
)

// pupil is a reader of a room, as its maker sees it.
type pupil struct {
	protocol.Member
	spans []pupilSpan // oldest first
}

// pupilSpan is a time in one state. Times are on the page's performance clock, in milliseconds.
type pupilSpan struct {
	state    eventsource.ReadyState
	waiting  bool // after an error
	plays    bool // its room's stream is closed while a lesson plays
	away     bool // its channel is lost, so nobody knows
	from, to float64
	waited   float64 // as its page measured it, if it waited and is over
}

// lasts reports whether it goes on.
func (s pupilSpan) lasts() bool { return s.to == 0 }

// spansKept is how many are kept of a pupil.
const spansKept = 100

// observe takes in what its page told, at a moment of this page's clock.
func (p *pupil) observe(m protocol.Member, at float64) {
	p.Member = m
	next := pupilSpan{state: eventsource.ReadyState(m.State), waiting: m.Waiting, plays: m.Plays, away: m.Away, from: at}
	if n := len(p.spans); n > 0 {
		last := &p.spans[n-1]
		if last.state == next.state && last.waiting == next.waiting && last.plays == next.plays && last.away == next.away {
			return
		}
		last.to = at
		if last.waiting && next.state == eventsource.Open {
			last.waited = m.WaitMs
		}
	}
	if p.spans = append(p.spans, next); len(p.spans) > spansKept {
		p.spans = p.spans[1:]
	}
}

// sequenceOf is the number of an event of a room, by its id, such as 41 of 7QKM2F-41; 0 for any other id.
func sequenceOf(id string) int {
	_, digits, _ := strings.Cut(id, "-")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}
