package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"eventsource-playground/cluster"
	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/play"
)

// together is what the servers of a cluster do so that a page's streams and its channel may be on any of them. What one records it adds to
// a log, by the session; a channel's server puts those together, in a follower. What the servers count together is a value of each
// session. While NATS can't be reached each goes on by itself, and adds what it has recorded when that is there again.
type together struct {
	cluster *cluster.Cluster
	self    string // this server's ID
	values  *cluster.Values
	log     *cluster.Log
	limits  *limits.Limits
	running sync.WaitGroup // who forwards
	stop    chan struct{}  // closed when the server stops
}

// common is what all servers know of a session.
type common struct {
	Instance string          `json:"instance"`
	Clock    string          `json:"clock"` // the ID of the server whose clock the page's times are on
	Attempts map[int]int     `json:"attempts,omitempty"`
	Source   int             `json:"source,omitempty"` // of the last request
	Next     *protocol.Reply `json:"next,omitempty"`   // that was chosen for the next request
	For      int             `json:"for,omitempty"`    // whose that is; that of a later source too
}

// batch is what a server has recorded, as it is in the log.
type batch struct {
	Server  string          `json:"server"`
	Records []protocol.Seen `json:"records"`
}

const (
	togetherBytes = 128 << 20              // of all records in NATS
	commonBytes   = 32 << 20               // of all sessions' values
	togetherWait  = 500 * time.Millisecond // for NATS
	forwardPause  = 5 * time.Millisecond   // between two batches of a session
	batchesKept   = 2000                   // of a session
)

// Share has a page's streams and its channel be on any of several servers. It comes before the first of them.
func (all *Sessions) Share(c *cluster.Cluster) error {
	l := &all.limits
	t := &together{
		cluster: c, self: c.Self.ID(), limits: l, stop: make(chan struct{}),
		values: c.Values("sessions", l.Lifetime+l.SessionIdle, commonBytes),
		log:    c.Log("seen", cluster.LogLimits{Age: l.SessionIdle, Bytes: togetherBytes, PerKey: batchesKept}),
	}
	all.together = t
	return c.Answer("command", all.commanded)
}

// change changes what all know of a session.
func (t *together) change(id string, change func(*common)) error {
	ctx, cancel := context.WithTimeout(context.Background(), togetherWait)
	defer cancel()
	return t.values.Change(ctx, id, func(old []byte) []byte {
		var c common
		if json.Unmarshal(old, &c) != nil || c.Attempts == nil {
			c.Attempts = map[int]int{} // there is none yet
		}
		change(&c)
		b, err := json.Marshal(c)
		if err != nil {
			panic(err) // numbers and strings
		}
		return b
	})
}

// count counts an exchange's request with those that went to other servers. It reports whether NATS could be reached.
func (t *together) count(x *exchange) bool {
	s := x.session
	s.mutex.Lock()
	known := s.attempts[x.source] // should NATS have forgotten
	s.mutex.Unlock()
	var next *protocol.Reply
	err := t.change(s.id, func(c *common) {
		next = nil
		if len(c.Attempts) >= t.limits.SessionSources && c.Attempts[x.source] == 0 {
			clear(c.Attempts)
		}
		x.attempt = max(known, c.Attempts[x.source]) + 1
		c.Attempts[x.source], c.Source = x.attempt, x.source
		if c.Next != nil && x.source >= c.For {
			next, c.Next = c.Next, nil
		}
	})
	if err != nil {
		return false
	}
	if next != nil {
		if r, err := newReply(next); err == nil {
			x.chosen = &r
		}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.attempts[x.source], s.source = x.attempt, x.source // to go on from, without NATS
	return true
}

const errAlone play.Rejected = "Nothing was chosen, since NATS, through which the servers of this playground know each other, can't be reached just now: try again in a moment."

// choose is session.choose, for whichever server gets the next request.
func (t *together) choose(s *session, source int, r *reply) error {
	attempt := 0
	err := t.change(s.id, func(c *common) {
		if r.source = source; source == 0 {
			r.source = c.Source
		}
		c.Next, c.For, attempt = &r.Reply, r.source, c.Attempts[r.source]
	})
	if err != nil {
		return errAlone
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.attempts[r.source] = attempt
	return nil
}

// forward has what was recorded be added to the log, by somebody who has the mutex.
func (s *session) forward() {
	if !s.forwarding {
		s.forwarding = true
		s.all.together.running.Go(s.forwardAll)
	}
}

// forwardAll adds until there is nothing more. What it can't add it tries again, as long as it is kept here.
func (s *session) forwardAll() {
	t := s.all.together
	for {
		records, _ := s.after(s.forwarded) // what was dropped is missed by its numbers
		s.mutex.Lock()
		if len(records) == 0 {
			s.forwarding = false
			s.mutex.Unlock()
			return
		}
		s.mutex.Unlock()
		last := records[len(records)-1].Seq
		b, err := json.Marshal(batch{t.self, records})
		if err != nil {
			panic(err) // strings and numbers
		}
		pause := forwardPause
		if err := t.log.Append(context.Background(), s.id, fmt.Sprintf("%s-%s-%d", s.id, t.self, last), b); err == nil {
			s.forwarded = last
		} else {
			pause = togetherWait
		}
		select {
		case <-t.stop:
			if err != nil {
				return
			}
		case <-time.After(pause):
		}
	}
}

// Flush waits until the other servers have what was recorded here, or ctx is done. There must be no new streams any more.
func (all *Sessions) Flush(ctx context.Context) {
	t := all.together
	if t == nil {
		return
	}
	flushed := make(chan struct{})
	go func() {
		t.running.Wait()
		close(flushed)
	}()
	select {
	case <-flushed:
	case <-ctx.Done():
	}
	close(t.stop)
}

// order is a command to a stream on another server.
type order struct {
	Session string      `json:"session"`
	Source  int         `json:"source,omitempty"`
	Do      protocol.Do `json:"do"`
	Bytes   []byte      `json:"bytes,omitempty"`
}

// carried is what became of it.
type carried struct {
	None  bool   `json:"none,omitempty"`  // there is no such stream
	Error string `json:"error,omitempty"` // why it was not carried out, as a sentence
}

// commanded carries out another server's command, or says why not.
func (all *Sessions) commanded(body []byte, reply func([]byte)) {
	done := func(err error) {
		c := carried{None: err == errNoStream}
		if err != nil {
			c.Error = err.Error()
		}
		b, err := json.Marshal(c)
		if err != nil {
			panic(err) // a string
		}
		reply(b)
	}
	var o order
	if err := json.Unmarshal(body, &o); err != nil {
		done(err)
		return
	}
	all.mutex.Lock()
	s := all.all[o.Session]
	all.mutex.Unlock()
	err := error(errNoStream)
	if s != nil {
		err = s.give(o.Source, play.Command{Do: o.Do, Bytes: o.Bytes, Done: done})
	}
	if err != nil {
		done(err)
	}
}

const (
	errNoWord    play.Rejected = "The server that plays this stream has not said that it carried this out: see whether it did."
	errElsewhere play.Rejected = "There is no stream under way on the server of this page's channel, and NATS, through which it knows the others, can't be reached just now: try again in a moment."
)

// order has the other server that plays the stream carry out a command, and done told what became of it.
func (t *together) order(ctx context.Context, o order, done func(error)) {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err) // strings and numbers
	}
	replies, asked := make(chan error, 1), 0
	for _, p := range t.cluster.Peers() {
		if !p.Gone {
			asked++
			go func() { replies <- t.ask(ctx, p.ID(), b) }()
		}
	}
	err = errNoStream
	for ; asked > 0; asked-- {
		if reply := <-replies; err != nil && reply != errNoStream {
			err = reply
		}
	}
	if err == errNoStream && !t.cluster.Reachable() {
		err = errElsewhere
	}
	done(err)
}

// ask returns what became of a command at one of the others. One that is gone plays no stream.
func (t *together) ask(ctx context.Context, server string, order []byte) error {
	b, err := t.cluster.Call(ctx, server, "command", order)
	var c carried
	switch {
	case errors.Is(err, cluster.ErrGone):
		return errNoStream
	case errors.Is(err, cluster.ErrUnreachable) && !t.cluster.Reachable():
		return errElsewhere
	case err != nil || json.Unmarshal(b, &c) != nil:
		return errNoWord
	case c.None:
		return errNoStream
	case c.Error != "":
		return play.Rejected(c.Error)
	}
	return nil
}
