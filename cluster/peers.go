package cluster

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// beat is the time between two signs of life of a server.
	beat = time.Second
	// silence is after how long without one a server counts as gone.
	silence = 3500 * time.Millisecond
	// measured is how long the difference of two clocks counts as known.
	measured = time.Minute
	// rounds are the calls of a measurement.
	rounds = 5
	// remembered are the servers whose clocks are remembered when they are gone.
	remembered = 1000
)

// peers are the other servers.
type peers struct {
	cluster *Cluster

	mutex   sync.Mutex
	all     map[string]*peer // by ID
	changed map[int]func(Peer)
	next    int
}

// Peer is another server, as this one knows it.
type Peer struct {
	Server
	Gone   bool
	Offset time.Duration // what its clock is ahead of ours
	Known  bool          // Offset is measured
}

type peer struct {
	Peer
	heard    time.Time
	measured time.Time
	busy     bool // it is being measured
}

// sign is one of life. A server that leaves says so.
type sign struct {
	Server
	Leaves bool `json:"leaves,omitempty"`
}

func (p *peers) init(c *Cluster) {
	p.cluster, p.all, p.changed = c, map[string]*peer{}, map[int]func(Peer){}
}

// start begins to give signs of life, and to hear those of others.
func (p *peers) start() error {
	c := p.cluster
	if err := c.Answer("clock", func(_ []byte, reply func([]byte)) {
		b, _ := json.Marshal(c.Now().UnixNano()) // an integer
		reply(b)
	}); err != nil {
		return err
	}
	if _, err := c.Hear("server", func(_ string, body []byte) { p.hear(body) }); err != nil {
		return err
	}
	c.running.Go(func() {
		tick := time.NewTicker(beat)
		defer tick.Stop()
		for {
			p.say(false)
			p.miss()
			select {
			case <-c.stop:
				return
			case <-tick.C:
			}
		}
	})
	return nil
}

func (p *peers) leave() { p.say(true); p.cluster.conn.FlushTimeout(patience) }

func (p *peers) say(leaves bool) {
	b, err := json.Marshal(sign{p.cluster.Self, leaves})
	if err != nil {
		panic(err) // strings
	}
	p.cluster.Tell("server", b) // while NATS can't be reached nobody hears it
}

func (p *peers) hear(body []byte) {
	var s sign
	if json.Unmarshal(body, &s) != nil || s.Server == p.cluster.Self {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	known := p.all[s.ID()]
	if known == nil {
		if s.Leaves { // it was here for less than a beat
			p.tell(&peer{Peer: Peer{Server: s.Server, Gone: true}})
			return
		}
		p.forget()
		known = &peer{Peer: Peer{Server: s.Server}}
		p.all[s.ID()] = known
		p.cluster.options.Log.Info("another server", "peer", s.ID())
	}
	was := known.Gone
	known.heard, known.Gone = time.Now(), s.Leaves
	if known.Gone != was {
		p.tell(known)
	}
	if !known.busy && !s.Leaves && time.Since(known.measured) > measured {
		known.busy = true
		go p.measure(known)
	}
}

// miss finds those who are gone. While NATS can't be reached nobody is: it is this server that hears nothing.
func (p *peers) miss() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, known := range p.all {
		switch {
		case known.Gone:
		case !p.cluster.Reachable():
			known.heard = time.Now()
		case time.Since(known.heard) > silence:
			known.Gone = true
			p.cluster.options.Log.Warn("a server is silent", "peer", known.ID())
			p.tell(known)
		}
	}
}

// forget makes room for one, in place of the one who is gone longest.
func (p *peers) forget() {
	if len(p.all) < remembered {
		return
	}
	oldest := slices.MinFunc(slices.Collect(maps.Values(p.all)), func(a, b *peer) int { return a.heard.Compare(b.heard) })
	delete(p.all, oldest.ID())
}

// tell calls those who want to know.
func (p *peers) tell(known *peer) {
	for _, f := range p.changed {
		go f(known.Peer)
	}
}

// measure finds out how far ahead a server's clock is.
func (p *peers) measure(known *peer) {
	var d difference
	for range rounds {
		from := p.cluster.Now()
		b, err := p.cluster.Call(context.Background(), known.ID(), "clock", nil)
		trip := p.cluster.Now().Sub(from)
		var at int64
		if err == nil && json.Unmarshal(b, &at) == nil {
			d.add(time.Unix(0, at).Sub(from), trip)
		}
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	known.busy = false
	if !d.known {
		return // with its next sign of life again
	}
	known.measured, known.Offset, known.Known = time.Now(), d.offset(), true
	p.tell(known)
}

// difference is what is known of how far ahead another clock is, by calls that it replied to with its time.
type difference struct {
	least, most time.Duration
	known       bool
}

// add adds a call that took trip. The time in its reply is ahead of ours when the call began.
func (d *difference) add(ahead, trip time.Duration) {
	if least, most := ahead-trip, ahead; !d.known {
		d.least, d.most, d.known = least, most, true
	} else {
		d.least, d.most = max(d.least, least), min(d.most, most)
	}
}

// offset is none where the clocks may be equal: on a busy machine the middle between the bounds is off by milliseconds, and what one
// server recorded before another would seem to come after it.
func (d *difference) offset() time.Duration {
	if d.least <= 0 && 0 <= d.most {
		return 0
	}
	return (d.least + d.most) / 2
}

// Peers are the other servers, those who are gone included.
func (c *Cluster) Peers() (all []Peer) {
	c.peers.mutex.Lock()
	defer c.peers.mutex.Unlock()
	for _, known := range c.peers.all {
		all = append(all, known.Peer)
	}
	return all
}

// Peer is one of them, by its ID; nothing if it is unknown, or this one.
func (c *Cluster) Peer(id string) Peer {
	c.peers.mutex.Lock()
	defer c.peers.mutex.Unlock()
	if known := c.peers.all[id]; known != nil {
		return known.Peer
	}
	return Peer{}
}

// Watch has f called, in a goroutine, when a server is gone, or there again, or its clock was measured, until stop is called.
func (c *Cluster) Watch(f func(Peer)) (stop func()) {
	p := &c.peers
	p.mutex.Lock()
	defer p.mutex.Unlock()
	n := p.next
	p.next++
	p.changed[n] = f
	return func() {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		delete(p.changed, n)
	}
}
