package room

import (
	"context"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// sweeps looks after all rooms, again and again.
func (h *Hub) sweeps() {
	tick := time.NewTicker(h.options.Idle / sweepsIdle)
	defer tick.Stop()
	for {
		select {
		case <-h.stop:
			return
		case <-tick.C:
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		h.sweep(ctx)
		cancel()
	}
}

// sweep closes the rooms that nobody needs here, and ends those that were idle in so many sweeps that nobody needs them anywhere.
// Each server sees that by itself: a room that somebody has open has a consumer, and one that is written has new events. So it
// takes no clock, and no server has to tell another.
func (h *Hub) sweep(ctx context.Context) {
	e, err := h.started()
	if err != nil {
		return
	}
	for _, r := range h.opened() {
		if !h.closeUnused(r) {
			r.check(ctx)
		}
	}
	streams, err := e.list(ctx)
	if err != nil {
		return
	}
	seen := map[string]*quiet{}
	for _, s := range streams {
		now := &quiet{incarnation: s.Config.Metadata[metaIncarnation], last: s.State.LastSeq}
		if before := h.quiet[s.Config.Name]; before != nil && s.State.Consumers == 0 && before.incarnation == now.incarnation && before.last == now.last {
			now.sweeps = before.sweeps + 1
		}
		if now.sweeps >= sweepsIdle {
			h.endIdle(ctx, e, s)
			continue
		}
		seen[s.Config.Name] = now
	}
	h.quiet = seen
}

func (h *Hub) endIdle(ctx context.Context, e *engine, s *jetstream.StreamInfo) {
	if e.js.DeleteStream(ctx, s.Config.Name) == nil {
		h.options.Log.Info("a room was idle", "room", strings.TrimPrefix(s.Config.Name, streamPrefix))
	}
}

// checkAll looks after all rooms that are open, when NATS is there again.
func (h *Hub) checkAll() {
	for _, r := range h.opened() {
		r.events.Lose() // something may have been on the way
	}
}

// Pending is how many events NATS had that this server had not, when the latest came, in the room with the most.
func (h *Hub) Pending() (most uint64) {
	for _, r := range h.opened() {
		most = max(most, r.pending.Load())
	}
	return most
}

func (h *Hub) opened() (rooms []*Room) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, o := range h.rooms {
		if o.room != nil {
			rooms = append(rooms, o.room)
		}
	}
	return rooms
}

// closeUnused closes a room that nobody here needs. Whoever wants it has it opened again.
func (h *Hub) closeUnused(r *Room) bool {
	h.mutex.Lock()
	unused := r.refs == 0
	if unused {
		delete(h.rooms, r.Name)
	}
	h.mutex.Unlock()
	if unused {
		r.close()
	}
	return unused
}
