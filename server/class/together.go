package class

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"eventsource-playground/cluster"
)

// together is what a class has with the other servers that have it too: the log of its entries, which each of them applies in the same
// order, and what they tell each other of presences. While NATS can't be reached everybody stays, and nothing changes.
type together struct {
	class *class
	key   string // of the class in the log

	opening sync.Mutex // held while it is
	opened  bool

	// Guarded by the classes' mutex.
	stops    []func()
	waiting  map[uint64]chan<- error // those whose entry is under way, by its number
	sequence uint64                  // of the entry that was applied last
	entries  int                     // since the last one that is a whole
	since    time.Time               // when that was
	ahead    time.Duration           // what NATS's clock is ahead of ours
	checked  bool                    // whether the servers that the log names are there
	shortens bool                    // the log is being shortened

	unsaid   map[int]struct{} // readers here whose presence is to be told
	speaking bool             // it is about to be
	asked    bool             // also if nobody seems to hear it
	early    map[int]told     // presences of readers whose entry is yet to come
	hears    bool             // others' presences
}

const (
	logBytes   = 64 << 20         // of all classes in NATS
	logEntries = 20_000           // of a class
	shortenAt  = 1000             // of these
	patience   = 5 * time.Second  // for an entry of the log to be applied here, also when a node of NATS's has just gone
	insisting  = time.Second      // between two attempts to add what has happened
	shortening = 10 * time.Second // for a log
)

// join is with the other servers, if there are some.
func (cs *Classes) join(c *cluster.Cluster) {
	if c == nil {
		return
	}
	cs.cluster, cs.self = c, c.Self.ID()
	cs.log = c.Log("classes", cluster.LogLimits{Age: cs.limits.RoomAge, Bytes: logBytes, PerKey: logEntries, Keep: true})
	c.Watch(func(p cluster.Peer) {
		if p.Gone {
			cs.each((*together).checkOthers)
		}
	})
	c.Again(func() { cs.each((*together).catchUp) })
}

// each does something for each class, without the mutex.
func (cs *Classes) each(do func(*together)) {
	cs.mutex.Lock()
	var all []*together
	for _, c := range cs.all {
		all = append(all, c.together)
	}
	cs.mutex.Unlock()
	for _, t := range all {
		do(t)
	}
}

func newTogether(c *class) *together {
	return &together{class: c, key: c.room.ID, waiting: map[uint64]chan<- error{}, unsaid: map[int]struct{}{}, early: map[int]told{}}
}

const (
	errNothing rejected = "Nothing was done, since NATS, through which the servers of this playground know each other, can't be reached just now: try again in a moment."
	errLate    rejected = "It is not known yet whether this was done, since NATS, through which the servers of this playground know each other, does not respond: see whether it was, or try again in a moment."
	errFull    rejected = "Nothing was done, since NATS, which has what is said in rooms, has no room for more: try again later."
)

// open begins to follow the log.
func (t *together) open() error {
	t.opening.Lock()
	defer t.opening.Unlock()
	if t.opened {
		return nil
	}
	stop, err := t.class.classes.log.Follow(t.key, t.receive)
	if err != nil {
		return errNothing
	}
	t.stopLater(stop)
	if stop, err := t.class.classes.cluster.Hear(t.askSubject(), func(string, []byte) { t.tellAll() }); err == nil {
		t.stopLater(stop)
	}
	t.opened = true
	return nil
}

// stopLater has something be stopped with the class, which may have ended.
func (t *together) stopLater(stop func()) {
	t.class.classes.mutex.Lock()
	defer t.class.classes.mutex.Unlock()
	if t.class.isOver() {
		go stop()
		return
	}
	t.stops = append(t.stops, stop)
}

// end is when the class has ended here. gone is whether it can't begin again.
func (t *together) end(gone bool) {
	stops := t.stops
	t.stops = nil
	for _, done := range t.waiting {
		done <- t.class.overSentence()
	}
	clear(t.waiting)
	go func() { // not in a callback of what is stopped
		for _, stop := range stops {
			stop()
		}
		if gone {
			t.class.classes.log.PurgeAll(context.Background(), t.key) // or NATS does it when it is old
		}
	}()
}

// submit is class.submit.
func (t *together) submit(ctx context.Context, e *entry) error {
	c, cs := t.class, t.class.classes
	done := make(chan error, 1)
	cs.mutex.Lock()
	// What is rejected is not to fill the log. Who enters may be the first here, and this server know nothing yet.
	if isNew := e.Enter != nil || e.Make; !isNew || c.isOver() {
		if err := c.check(e); err != nil {
			cs.mutex.Unlock()
			return err
		}
	}
	t.waiting[e.N] = done
	cs.mutex.Unlock()
	defer func() {
		cs.mutex.Lock()
		defer cs.mutex.Unlock()
		delete(t.waiting, e.N)
	}()
	reachable := cs.cluster.Reachable()
	switch err := t.append(ctx, e); {
	case errors.Is(err, cluster.ErrFull):
		return errFull
	case err != nil && !reachable:
		return errNothing
	case err != nil:
		return errLate
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	case <-late.C:
	}
	return errLate
}

// insist is class.insist.
func (t *together) insist(e *entry) {
	if t.append(context.Background(), e) == nil {
		return
	}
	go func() {
		for {
			select {
			case <-t.class.over:
				return
			case <-time.After(insisting):
			}
			if t.append(context.Background(), e) == nil {
				return
			}
		}
	}()
}

// append adds an entry to the log, once.
func (t *together) append(ctx context.Context, e *entry) error {
	id := e.id
	if id == "" {
		id = fmt.Sprintf("%s.%d", e.Server, e.N)
	}
	return t.class.classes.log.Append(ctx, t.key, id, e.encode())
}

func (e *entry) encode() []byte {
	b, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings and finite numbers
	}
	return b
}

// receive applies an entry of the log.
func (t *together) receive(got cluster.Entry) {
	c, cs := t.class, t.class.classes
	var e entry
	if json.Unmarshal(got.Body, &e) != nil {
		return
	}
	e.time = got.At
	cs.mutex.Lock()
	defer cs.mutex.Unlock()
	if c.isOver() {
		return
	}
	if ahead := time.Until(e.time); t.sequence == 0 || ahead > t.ahead {
		t.ahead = ahead // the quickest entry knows it best
	}
	if t.since.IsZero() {
		t.since = e.time
	}
	var err error
	if t.entries++; e.Whole != nil {
		t.load(e.Whole, e.time)
	} else {
		err = c.apply(&e)
	}
	t.sequence = got.Sequence
	if e.Server != cs.self || e.Whole != nil {
		return
	}
	if a := c.arriving[e.Seat]; err != nil && a != nil {
		delete(c.arriving, e.Seat)
		if a.again && a.seat.class == c {
			a.seat.expel(err.Error())
		}
	}
	if done := t.waiting[e.N]; done != nil {
		done <- err
		delete(t.waiting, e.N)
	}
	if (e.Enter != nil || e.Make) && err == nil && !t.checked {
		t.checked = true
		go t.checkOthers()
	}
	isOld := e.Pass && e.time.Sub(t.since) >= cs.limits.RoomAge/2
	if c.isOver() || c.Began.IsZero() || isOld || t.entries >= shortenAt {
		t.shorten()
	}
}

// time is NATS's clock, as far as this server knows it.
func (t *together) time() time.Time { return time.Now().Add(t.ahead) }

// sooner is when the next entry is to say that time has passed, so that those in use do not get too old in the log.
func (t *together) sooner(due time.Time) time.Time {
	old := t.since.Add(t.class.classes.limits.RoomAge / 2)
	if t.class.Began.IsZero() || !due.IsZero() && due.Before(old) {
		return due
	}
	return old
}

// catchUp is for when NATS is there again.
func (t *together) catchUp() {
	cs := t.class.classes
	cs.mutex.Lock()
	t.class.arm()
	cs.mutex.Unlock()
	t.tellAll()
	t.ask()
	t.checkOthers()
}

// checkOthers has the pages of servers that are gone be lost.
func (t *together) checkOthers() {
	c, cs := t.class, t.class.classes
	cs.mutex.Lock()
	servers := map[string]*entry{}
	for p := range c.places {
		if p.Server != cs.self && servers[p.Server] == nil {
			servers[p.Server] = cs.entry(0)
			servers[p.Server].Gone = p.Server
		}
	}
	cs.mutex.Unlock()
	for server, e := range servers {
		if cs.isGone(server) {
			t.insist(e)
		}
	}
}

// isGone reports whether another server is, also if this one never heard of it.
func (cs *Classes) isGone(server string) bool {
	if p := cs.cluster.Peer(server); p.Name != "" {
		return p.Gone
	}
	_, err := cs.cluster.Call(context.Background(), server, "clock", nil)
	return errors.Is(err, cluster.ErrGone)
}

// reconcile has those enter again who are here, and whom others thought to be lost with this server. Who is not here has said so.
func (t *together) reconcile() {
	c, cs := t.class, t.class.classes
	for number, s := range c.seats {
		if _, ok := c.places[place{cs.self, number}]; ok || c.isArriving(s) {
			continue
		}
		e := cs.entry(0)
		e.Seat = e.N
		if s.reader == nil {
			e.Make = true
		} else {
			e.Enter = &enter{Known: s.reader.Token}
		}
		c.arriving[e.Seat] = &arrival{seat: s, again: true}
		go t.insist(e)
	}
}

func (c *class) isArriving(s *Seat) bool {
	for _, a := range c.arriving {
		if a.seat == s {
			return true
		}
	}
	return false
}
