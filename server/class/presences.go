package class

import (
	"encoding/json"
	"time"

	"eventsource-playground/protocol"
)

// told is a reader's presence, as the server that has its page tells it to those that have the maker's.
type told struct {
	ID int `json:"id"`
	protocol.Presence
}

func (t *together) tellSubject() string { return "class." + t.key + ".presence" }
func (t *together) askSubject() string  { return "class." + t.key + ".tell" }

// present has a reader's presence be told, together with what there is after a pause.
func (t *together) present(r *reader) {
	t.unsaid[r.ID] = struct{}{}
	if !t.speaking {
		t.speaking = true
		time.AfterFunc(t.class.classes.limits.ClassMakerPause, t.speak)
	}
}

// presentAll is present for all readers that are here.
func (t *together) presentAll() {
	for _, s := range t.class.seats {
		if s.reader != nil {
			t.present(s.reader)
		}
	}
}

// tellAll is presentAll, since somebody wants to hear it.
func (t *together) tellAll() {
	t.class.classes.mutex.Lock()
	defer t.class.classes.mutex.Unlock()
	t.asked = true
	t.presentAll()
}

// speak tells what is unsaid, if another server has a page of the maker's.
func (t *together) speak() {
	c, cs := t.class, t.class.classes
	cs.mutex.Lock()
	heard := t.asked
	for _, p := range c.Makers {
		heard = heard || p.Server != cs.self
	}
	var all []told
	for id := range t.unsaid {
		if r := c.reader(id); heard && r != nil && r.seat != nil {
			all = append(all, told{id, r.presence})
		}
	}
	clear(t.unsaid)
	t.speaking, t.asked = false, false
	cs.mutex.Unlock()
	if len(all) == 0 {
		return
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(err) // strings and finite numbers
	}
	cs.cluster.Tell(t.tellSubject(), b) // all is told again when NATS is there again
}

// hear has others' presences come here, where a page of the maker's is about to be.
func (t *together) hear() {
	t.opening.Lock()
	defer t.opening.Unlock()
	if t.hears {
		return
	}
	if stop, err := t.class.classes.cluster.Hear(t.tellSubject(), func(_ string, body []byte) { t.heard(body) }); err == nil {
		t.stopLater(stop)
		t.hears = true
	}
}

// heard takes what another server tells.
func (t *together) heard(body []byte) {
	var all []told
	if json.Unmarshal(body, &all) != nil {
		return
	}
	c, cs := t.class, t.class.classes
	cs.mutex.Lock()
	defer cs.mutex.Unlock()
	for _, p := range all {
		switch r := c.reader(p.ID); {
		case r != nil && r.seat == nil && !c.isOver():
			c.keep(r, p.Presence)
		case r == nil && p.ID > c.LastID && len(t.early) < cs.limits.ClassReaders:
			t.early[p.ID] = p
		}
	}
}

// introduce gives a new reader the presence that was told before its entry came.
func (t *together) introduce(r *reader) {
	if p, ok := t.early[r.ID]; ok {
		delete(t.early, r.ID)
		r.presence, r.at = p.Presence, t.class.now()
	}
}

// ask has other servers tell all presences.
func (t *together) ask() {
	t.opening.Lock()
	defer t.opening.Unlock()
	if t.hears {
		t.class.classes.cluster.Tell(t.askSubject(), nil)
	}
}
