// Package session records what each page's streams do, and tells the page: over its private channel, which brings the page's
// commands back.
//
// A record goes from an exchange, which a play tells, to session.add, and from there to the page: channel.tellAll reads it with
// session.after and channel.write sends it. A command goes from channel.listen over channel.do to session.give, which finds
// the stream, and from there to play.Play.Give; what became of it comes to channel.replied, and goes the same way out. What a page
// says to its class, and what that says to the page, goes over the same channel: see class.Seat.
//
// Where there are several servers, a page's streams may be on others than its channel. Then session.forward adds records to a log that all
// have, a follower reads it for the channel, and a command that finds no stream here goes to the others: see together.
package session

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/memory"
	"eventsource-playground/server/play"
	"eventsource-playground/server/quota"
)

// Sessions are what this server keeps of its visitors' streams, for their own eyes: one for each page that wants it.
// Nothing goes to a disk or a log, and what a page does not fetch is soon forgotten.
type Sessions struct {
	texts    http.Handler // that pages get over their channels
	limits   limits.Limits
	together *together    // nil: this server is alone
	kept     atomic.Int64 // bytes of all records
	memory   memory.Use
	checks   chan struct{} // has room for the texts that are checked at once

	mutex sync.Mutex
	all   map[string]*session
	quota *quota.Quota
}

// session is one page's. Its id is the hash of a secret that the page made up, and that opens the channel. It begins with
// the first stream or channel that names the id.
type session struct {
	id       string
	instance string // random
	all      *Sessions
	from     netip.Prefix
	began    time.Time    // At counts from here, on the monotonic clock
	budget   quota.Budget // for the bytes of writes

	// Guarded by sessions.mutex.
	holders int // streams and channels
	left    time.Time
	forget  *time.Timer

	mutex    sync.Mutex
	records  []protocol.Seen // the newest; their Seq goes up by one
	gone     int             // places before the first record that are empty
	size     int
	last     int // Seq of the newest record
	attempts map[int]int
	source   int         // of the last request
	live     []*exchange // those that a play responds to; the newest is last
	reply    *reply      // what was chosen for the next request
	channel  *channel

	forwarding bool // records to the other servers
	forwarded  int  // Seq of the last one that they have
}

// New is no sessions yet.
func New(l limits.Limits) *Sessions {
	return &Sessions{limits: l, checks: make(chan struct{}, l.Checks), all: map[string]*session{}, quota: quota.New("pages", l.Sessions, l.SessionsPerAddress)}
}

// Open is how many sessions there are.
func (all *Sessions) Open() int { return all.quota.Open() }

// hold returns the session with that id, and makes it if it is new. Whoever holds one must release it.
func (all *Sessions) hold(id string, from netip.Prefix) (*session, error) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	s := all.all[id]
	if s == nil {
		if err := all.enter(from); err != nil {
			return nil, err
		}
		s = &session{id: id, instance: rand.Text(), all: all, from: from, began: time.Now(), attempts: map[int]int{}}
		s.budget = quota.NewBudget(all.limits.SessionRate)
		all.all[id] = s
		all.memory.Opened()
	}
	s.holders++
	if s.forget != nil {
		s.forget.Stop()
	}
	return s, nil
}

func (all *Sessions) release(s *session) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	if s.holders--; s.holders > 0 {
		return
	}
	s.left = time.Now()
	s.forget = time.AfterFunc(all.limits.SessionIdle, func() {
		all.mutex.Lock()
		defer all.mutex.Unlock()
		if s.holders == 0 && time.Since(s.left) >= all.limits.SessionIdle {
			all.remove(s)
		}
	})
}

// enter counts a session in, in place of one that nobody holds if there are too many.
func (all *Sessions) enter(from netip.Prefix) error {
	for {
		err := all.quota.Enter(from)
		full, ok := errors.AsType[*quota.FullError](err)
		if !ok || !all.makeRoom(func(s *session) bool { return !full.OfAddress || s.from == from }) {
			return err
		}
	}
}

// makeRoom forgets the session that was left first, of those that nobody holds.
func (all *Sessions) makeRoom(candidate func(*session) bool) bool {
	var first *session
	for _, s := range all.all {
		if s.holders == 0 && candidate(s) && (first == nil || s.left.Before(first.left)) {
			first = s
		}
	}
	if first == nil {
		return false
	}
	first.forget.Stop()
	all.remove(first)
	return true
}

func (all *Sessions) remove(s *session) {
	if all.all[s.id] != s {
		return
	}
	delete(all.all, s.id)
	all.quota.Leave(s.from)
	all.memory.Closed()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	all.kept.Add(-int64(s.size))
	s.records, s.size = nil, 0
}

// now is the session's clock, in milliseconds. With other servers it is this server's, which they compare with theirs.
func (s *session) now() float64 {
	if s.all.together != nil {
		return float64(s.all.together.cluster.Now().UnixMicro()) / 1000
	}
	return float64(time.Since(s.began)) / float64(time.Millisecond)
}

// record keeps what was seen and tells the channel. It numbers it and gives it the time.
func (s *session) record(seen protocol.Seen) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.add(seen)
}

// add is record, for those who have the mutex.
func (s *session) add(seen protocol.Seen) {
	s.last++
	seen.Seq, seen.At = s.last, s.now()
	if s.all.together != nil {
		seen.Server = s.all.together.self
		s.forward()
	}
	s.records = append(s.records, seen)
	s.keep(sizeOf(seen))
	for len(s.records) > 1 && s.full() {
		s.keep(-sizeOf(s.records[0]))
		s.records[0] = protocol.Seen{}
		s.records = s.records[1:]
		s.gone++
	}
	if s.gone > len(s.records)/4 {
		s.records = append(make([]protocol.Seen, 0, len(s.records)+len(s.records)/4+1), s.records...)
		s.gone = 0
	}
	if s.channel != nil {
		s.channel.tell()
	}
}

func (s *session) keep(bytes int) {
	s.size += bytes
	s.all.kept.Add(int64(bytes))
}

// full reports whether the oldest record must go. When all sessions together hold too much, each is left with little.
func (s *session) full() bool {
	limits := &s.all.limits
	return len(s.records) > limits.SessionRecords || s.size > limits.SessionBytes ||
		s.size > limits.SessionBytesLeast && s.all.kept.Load() > int64(limits.SessionsBytes)
}

// after returns what was seen after a record: the oldest few, and how many older ones are no longer kept.
func (s *session) after(seq int) (records []protocol.Seen, dropped int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	first := s.last - len(s.records) + 1
	if seq < first-1 {
		dropped, seq = first-1-seq, first-1
	}
	size := 0
	for _, r := range s.records[min(seq-first+1, len(s.records)):] {
		if size += sizeOf(r); len(records) == s.all.limits.MessageRecords || len(records) > 0 && size > s.all.limits.MessageBytes {
			break
		}
		records = append(records, r)
	}
	return records, dropped
}

// sizeOf is about what a record occupies in memory, with the empty places beside it.
func sizeOf(seen protocol.Seen) int {
	size := 3*int(unsafe.Sizeof(seen))/2 + len(seen.Target) + len(seen.Bytes) + len(seen.Reason)
	for _, h := range seen.Header {
		size += 32 + len(h.Name) + len(h.Value)
	}
	return size
}

const (
	errNoStream play.Rejected = "There is no stream under way: press Connect."
	errBusy     play.Rejected = "The stream has not yet carried out the commands before: wait a moment."
)

// give gives a command to the newest live stream, of one source if that is not 0, or says why it can't. Its Done is called
// if it could.
func (s *session) give(source int, c play.Command) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, x := range slices.Backward(s.live) {
		switch {
		case source != 0 && x.source != source:
		case x.play.Give(c):
			return nil
		default:
			return errBusy
		}
	}
	return errNoStream
}

// choose says what the response to the next request is, once: that of one source, or if that is 0 of the current one, and of any
// that is made later.
func (s *session) choose(source int, r reply) error {
	if s.all.together != nil {
		if err := s.all.together.choose(s, source, &r); err != nil {
			return err
		}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.all.together == nil {
		if r.source = source; source == 0 {
			r.source = s.source
		}
		s.reply = &r
	}
	s.add(protocol.Seen{Source: r.source, Attempt: s.attempts[r.source], Kind: protocol.SeenDid, Do: protocol.DoNext, Next: &r.Reply})
	return nil
}

// count counts a source's request, and returns the reply that was chosen for it, if one was.
func (s *session) count(source int) (attempt int, chosen *reply) {
	if n := len(s.attempts); n >= s.all.limits.SessionSources && s.attempts[source] == 0 {
		clear(s.attempts) // nobody's page makes so many
	}
	s.attempts[source]++
	s.source = source
	if s.reply != nil && source >= s.reply.source {
		chosen, s.reply = s.reply, nil
	}
	return s.attempts[source], chosen
}
