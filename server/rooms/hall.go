package rooms

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"eventsource-playground/room"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/tcp"
)

// hall is the readers of a room, shared out between as many shards as there are cores. It is there while there are some.
type hall struct {
	rooms   *Rooms
	room    *room.Room
	shards  []*shard
	readers int // under rooms.mutex, with those over HTTP/2
	next    int // shard, for the next reader
	done    chan struct{}
}

// shard writes to its readers in one goroutine.
type shard struct {
	hall    *hall
	readers []*reader
	view    room.View     // of the last pass
	shared  []byte        // the chunk of frames from one cursor on, in this pass
	from    uint64        // that cursor
	to      uint64        // and that after them; 0: there are none
	took    time.Duration // by the last pass
	late    atomic.Int64  // the same, for whoever measures
	events  uint64        // that were written in this pass
	bytes   int
	rested  time.Time // when the next pass may begin
	beating bool      // in this pass, whoever has nothing else gets a heartbeat

	mutex sync.Mutex
	new   []*reader
	woken chan struct{}
}

// enter counts a reader in.
func (rs *Rooms) enter(r *room.Room, s stream) *hall {
	rs.mutex.Lock()
	defer rs.mutex.Unlock()
	h := rs.halls[r]
	if h == nil {
		h = &hall{rooms: rs, room: r, done: make(chan struct{})}
		rs.halls[r] = h
		for range runtime.GOMAXPROCS(0) {
			shard := &shard{hall: h, view: r.View(), woken: make(chan struct{}, 1)}
			h.shards = append(h.shards, shard)
			go shard.run()
		}
	}
	h.readers++
	rs.open[s] = struct{}{}
	return h
}

// exit counts one out.
func (rs *Rooms) exit(h *hall, s stream) {
	rs.mutex.Lock()
	defer rs.mutex.Unlock()
	delete(rs.open, s)
	if h.readers--; h.readers == 0 {
		delete(rs.halls, h.room)
		close(h.done)
	}
	if len(rs.open) == 0 && rs.drained != nil {
		close(rs.drained)
		rs.drained = nil
	}
}

func (rs *Rooms) stopping() bool {
	select {
	case <-rs.stop:
		return true
	default:
		return false
	}
}

// add has a shard write to a reader that has read all there was.
func (h *hall) add(r *reader) {
	h.rooms.mutex.Lock()
	s := h.shards[h.next%len(h.shards)]
	h.next++
	h.rooms.mutex.Unlock()
	s.mutex.Lock()
	s.new = append(s.new, r)
	s.mutex.Unlock()
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// run writes whatever there is, until there are no readers. What comes during a pass goes out with the next one, as one write
// for each reader.
func (s *shard) run() {
	beat := time.NewTimer(s.hall.rooms.limits.Heartbeat)
	defer beat.Stop()
	stop := s.hall.rooms.stop
	for {
		view := s.hall.room.View()
		s.admit(&view)
		if view.Shown != s.view.Shown || view.Commands != s.view.Commands || view.Over != s.view.Over {
			if s.rest(); s.hall.over() {
				return
			}
			view = s.hall.room.View()
			from := time.Now()
			s.pass(&view)
			now := time.Now()
			s.took = now.Sub(from)
			s.late.Store(int64(s.took))
			s.rested = now.Add(min(s.took/2, longRest))
			beat.Reset(s.hall.rooms.limits.Heartbeat)
			continue
		}
		select {
		case <-view.Changed:
		case <-s.woken:
		case <-beat.C:
			s.beating = true
			s.pass(&view)
			s.beating = false
			beat.Reset(s.hall.rooms.limits.Heartbeat)
		case <-stop:
			for _, r := range s.readers {
				r.end(ends)
			}
			s.readers = nil
			select { // those that come now are ended, too
			case <-s.woken:
			case <-s.hall.done:
				return
			}
		case <-s.hall.done:
			return
		}
	}
}

const (
	longRest   = 20 * time.Millisecond
	longGather = 3 * time.Millisecond
)

// rest waits for more events: after a pass half as long as that took, and before each a sixteenth, as events seldom come alone. So under
// load a pass has several for each reader, in one write, and those who publish have a core meanwhile. In a small room that is no
// time at all, and in a large one little beside what a pass takes.
func (s *shard) rest() {
	if d := max(time.Until(s.rested), min(s.took/16, longGather)); d > 50*time.Microsecond {
		time.Sleep(d)
	}
}

// over reports whether the readers have left.
func (h *hall) over() bool {
	select {
	case <-h.done:
		return true
	default:
		return false
	}
}

// admit adds those who are new here, and writes what they lack.
func (s *shard) admit(view *room.View) {
	s.mutex.Lock()
	added := s.new
	s.new = nil
	s.mutex.Unlock()
	now := time.Now()
	for _, r := range added {
		if s.serve(r, view, now) {
			s.readers = append(s.readers, r)
		}
	}
	s.forget()
}

// pass writes to each reader what it lacks.
func (s *shard) pass(view *room.View) {
	now := time.Now()
	kept := s.readers[:0]
	for i, r := range s.readers {
		if s.serve(r, view, now) {
			kept = append(kept, r)
		}
		if i%few == few-1 {
			runtime.Gosched()
		}
	}
	clear(s.readers[len(kept):])
	s.readers = kept
	s.view = *view
	s.forget()
}

// few is after how many readers a pass lets others on: those who publish, above all.
const few = 16

// forget lets go of what was shared, which no later pass has a use for, and says what was written.
func (s *shard) forget() {
	s.to = 0
	s.hall.rooms.delivered.add(s.events, s.bytes)
	s.events, s.bytes = 0, 0
}

// serve writes what a reader lacks. It reports whether the reader stays in the shard.
func (s *shard) serve(r *reader, view *room.View, now time.Time) bool {
	if r.gone.Load() {
		return false
	}
	silent := s.beating
	for {
		cursor := r.cursor
		var b []byte
		if s.to > 0 && cursor == s.from && !r.ordered(view) && !r.plain && !now.After(r.expires) {
			b, r.cursor = s.shared, s.to
		} else {
			frames, how := r.next(view, now)
			switch {
			case how != goesOn:
				r.end(how)
				return false
			case len(frames) == 0 && !silent:
				return true
			case len(frames) == 0:
				frames = limits.Comment
			}
			b = r.frame(frames)
			if !r.plain && r.cursor != cursor {
				s.share(b, cursor, r.cursor)
			}
		}
		silent = false
		n := tcp.WriteNow(r.raw, b)
		s.bytes += n
		if cursor >= view.First { // or it was told of a gap
			s.events += r.cursor - cursor
		}
		if n < len(b) {
			go r.unstick(b[n:]) // b is nobody's to change
			return false
		}
		r.count(n)
		if r.cursor >= view.Shown && !r.ordered(view) {
			return true
		}
	}
}

// share keeps a chunk for those who are as far.
func (s *shard) share(b []byte, from, to uint64) { s.shared, s.from, s.to = b, from, to }
