package session

import (
	"cmp"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"eventsource-playground/cluster"
	"eventsource-playground/protocol"
	"eventsource-playground/server/play"
)

// follower puts together, for a channel, what all servers record of its session: each record once, by its server's numbers, and in the
// order of one clock, as far as they come within mergeTime. What this server itself records comes without NATS.
type follower struct {
	channel *channel
	t       *together
	clock   string // the ID of the server whose clock the page's times are on
	unhear  func() // stop what calls us
	unagain func()
	unwatch func()

	strangers *time.Timer

	mutex   sync.Mutex
	taken   map[string]int // by server: Seq of the last record that was taken
	early   []batch        // those that came before others of the same server
	ready   []merged       // to be told
	dropped int
	reading bool                        // the log, from its beginning
	unread  bool                        // it has to be read again
	servers map[string]*protocol.Server // that recorded something, but for this one
	news    bool                        // the page is to be told of them
}

// merged is a record on the page's clock.
type merged struct {
	protocol.Seen
	came time.Time
}

const (
	mergeTime = 20 * time.Millisecond // that a record waits for earlier ones of other servers
	earlyMost = 1000                  // batches
	readAgain = time.Second           // after the log could not be read
	strange   = 5 * time.Second       // after which a server that gives no sign of life is gone, though it was never known here
)

// follow begins for a channel, and returns what to say first.
func (t *together) follow(ch *channel, from line) protocol.Hello {
	s := ch.session
	c := common{Instance: from.instance, Clock: t.self}
	t.change(s.id, func(now *common) { // without NATS, as the page knows it
		if now.Instance == "" {
			now.Instance, now.Clock = cmp.Or(from.instance, s.instance), t.self
		}
		c = *now
	})
	f := &follower{channel: ch, t: t, clock: c.Clock, taken: from.after, servers: map[string]*protocol.Server{}}
	if c.Instance != from.instance {
		f.taken = map[string]int{}
	}
	ch.others = f
	f.unhear, _ = t.log.Hear(s.id, f.hear)
	f.unagain = t.cluster.Again(f.read)
	f.unwatch = t.cluster.Watch(f.watch)
	for server := range f.taken {
		f.meet(server)
	}
	f.strangers = time.AfterFunc(strange, f.miss)
	go f.read()
	return protocol.Hello{Instance: cmp.Or(c.Instance, s.instance), Now: f.now(), Server: t.self}
}

// stop ends it.
func (f *follower) stop() {
	f.unagain()
	f.unwatch()
	f.strangers.Stop()
	if f.unhear != nil {
		f.unhear()
	}
}

// offset is what another server's clock is ahead of this one's, in milliseconds; 0 if nobody knows.
func (f *follower) offset(server string) float64 {
	return float64(f.t.cluster.Peer(server).Offset) / float64(time.Millisecond)
}

// now is the page's clock.
func (f *follower) now() float64 { return f.channel.session.now() + f.offset(f.clock) }

// hear takes what was added to the log just now.
func (f *follower) hear(entry []byte) {
	var b batch
	if json.Unmarshal(entry, &b) != nil {
		return
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if !f.take(b, false) {
		f.early = append(f.early, b)
		f.early = f.early[max(0, len(f.early)-earlyMost):]
		f.readLater()
	}
	f.channel.tell()
}

// takeOwn takes what was recorded here.
func (f *follower) takeOwn() {
	own, _ := f.channel.session.after(f.taken[f.t.self])
	f.take(batch{f.t.self, own}, true)
}

// take takes the records of a batch that are new. If there are others before them it does nothing and reports so, unless they are lost: those
// are counted.
func (f *follower) take(b batch, lost bool) bool {
	for _, r := range b.Records {
		last := f.taken[b.Server]
		switch {
		case r.Seq <= last:
			continue
		case r.Seq > last+1 && !lost:
			return false
		}
		f.dropped += r.Seq - last - 1
		f.taken[b.Server] = r.Seq
		f.follow(b.Server, r)
	}
	return true
}

// follow has a record be told.
func (f *follower) follow(server string, r protocol.Seen) {
	f.meet(server)
	r.At += f.offset(f.clock) - f.offset(server)
	f.ready = append(f.ready, merged{r, time.Now()})
	if most := f.t.limits.SessionRecords; len(f.ready) > most { // the page does not read
		f.dropped += len(f.ready) - most
		f.ready = slices.Clone(f.ready[len(f.ready)-most:])
	}
}

// meet keeps a server that has recorded something.
func (f *follower) meet(server string) {
	if server != f.t.self && server != "" && f.servers[server] == nil {
		f.servers[server] = &protocol.Server{ID: server}
		f.news = true
		f.see(f.t.cluster.Peer(server))
	}
}

// miss is for servers that were gone before this one began.
func (f *follower) miss() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for id, s := range f.servers {
		if f.t.cluster.Peer(id) == (cluster.Peer{}) && !s.Gone {
			s.Gone, f.news = true, true
		}
	}
	f.channel.tell()
}

// read takes all that is in the log, and what came early. What is still missing then is lost.
func (f *follower) read() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.reading {
		f.unread = true
		return
	}
	f.reading = true
	for again := true; again; again = f.unread {
		f.unread = false
		f.mutex.Unlock()
		var batches []batch
		err := f.t.log.Read(f.channel.ctx, f.channel.session.id, func(entry []byte) {
			var b batch
			if json.Unmarshal(entry, &b) == nil {
				batches = append(batches, b)
			}
		})
		if err != nil { // NATS is away, or its nodes elect
			select {
			case <-f.channel.ctx.Done():
			case <-time.After(readAgain):
			}
		}
		f.mutex.Lock()
		if err != nil {
			f.unread = f.channel.ctx.Err() == nil
			continue
		}
		for _, b := range batches {
			f.take(b, true)
		}
		early := f.early
		f.early = nil
		for _, b := range early {
			f.take(b, true)
		}
	}
	f.reading = false
	f.channel.tell()
}

// readLater reads the log again, by somebody who has the mutex.
func (f *follower) readLater() {
	f.unread = true
	if !f.reading {
		go f.read()
	}
}

// watch is told of another server.
func (f *follower) watch(p cluster.Peer) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.see(p)
	if f.news {
		f.channel.tell()
	}
}

// see keeps how another server is, if this page has to do with it.
func (f *follower) see(p cluster.Peer) {
	known := f.servers[p.ID()]
	if known == nil {
		return
	}
	now := protocol.Server{ID: p.ID(), Gone: p.Gone, Offset: float64(p.Offset) / float64(time.Millisecond)}
	f.news = f.news || *known != now
	*known = now
}

// next returns what to tell the page, and whether there may soon be more.
func (f *follower) next() (message protocol.ToPage, more bool) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.takeOwn()
	if f.news {
		f.news = false
		for _, s := range f.servers {
			message.Servers = append(message.Servers, *s)
		}
	}
	due, size := 0, 0
	for now := time.Now(); due < len(f.ready) && now.Sub(f.ready[due].came) >= mergeTime; due++ {
		if size += sizeOf(f.ready[due].Seen); due == f.t.limits.MessageRecords || due > 0 && size > f.t.limits.MessageBytes {
			break
		}
	}
	if due == 0 {
		return message, len(f.ready) > 0
	}
	slices.SortStableFunc(f.ready, func(a, b merged) int { return cmp.Compare(a.At, b.At) })
	for _, r := range f.ready[:due] {
		message.Seen = append(message.Seen, r.Seen)
	}
	f.ready = slices.Delete(f.ready, 0, due)
	message.Dropped, f.dropped = f.dropped, 0
	return message, true
}

// give gives a command to the newest live stream, of one source if that is not 0: on this server, or else wherever there is one.
func (f *follower) give(source int, c play.Command) error {
	s := f.channel.session
	err := s.give(source, c)
	if err != errNoStream {
		return err
	}
	go f.t.order(f.channel.ctx, order{Session: s.id, Source: source, Do: c.Do, Bytes: c.Bytes}, c.Done)
	return nil
}
