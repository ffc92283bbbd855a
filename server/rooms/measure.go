package rooms

import (
	"sync/atomic"
	"time"
)

// delivered is what was written to readers.
type delivered struct {
	events, bytes atomic.Uint64
	behind        atomic.Int64 // readers
}

func (d *delivered) add(events uint64, bytes int) {
	d.events.Add(events)
	d.bytes.Add(uint64(bytes))
}

// Delivered is how many events, each as often as it was written to a reader, and how many bytes of them and all else.
func (rs *Rooms) Delivered() (events, bytes uint64) {
	return rs.delivered.events.Load(), rs.delivered.bytes.Load()
}

// Readers is how many streams of rooms are open.
func (rs *Rooms) Readers() int { return rs.quota.Open() }

// Behind is how many readers have not yet accepted what was sent to them. Over HTTP/2 and TLS nobody knows.
func (rs *Rooms) Behind() int { return int(rs.delivered.behind.Load()) }

// Late is how long the latest event took from a room's first reader to its last, in the room where that was longest.
func (rs *Rooms) Late() (longest time.Duration) {
	rs.mutex.Lock()
	defer rs.mutex.Unlock()
	for _, h := range rs.halls {
		for _, s := range h.shards {
			longest = max(longest, time.Duration(s.late.Load()))
		}
	}
	return longest
}
