package rooms

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"eventsource-playground/room"
	"eventsource-playground/server/quota"
	"eventsource-playground/server/refuse"
	"eventsource-playground/server/tcp"
)

// place is how far one reader is.
type place struct {
	room    *room.Room
	cursor  uint64
	done    room.Commands // those that it has carried out, or that are older than it
	expires time.Time
}

// ending is whether a stream ends, and how.
type ending uint8

const (
	goesOn ending = iota
	ends          // properly
	isCut         // with a reset
)

// next returns what is to be written next, of which there may be more; nothing if there is nothing now. The bytes may be
// everybody's.
func (p *place) next(view *room.View, now time.Time) (b []byte, how ending) {
	c := view.Commands
	switch {
	case c.Cuts != p.done.Cuts:
		return nil, isCut
	case (view.Over || c.Ends != p.done.Ends) && p.cursor >= c.End, now.After(p.expires):
		return nil, ends
	case c.Retries != p.done.Retries:
		p.done.Retries = c.Retries
		b = append(b, "retry: "...)
		b = strconv.AppendInt(b, int64(c.Min+rand.IntN(c.Max-c.Min+1)), 10)
		return append(b, '\n'), goesOn // it needs no blank line
	case p.cursor < view.First:
		from := p.room.ID(p.cursor - 1)
		p.cursor = view.First
		return p.room.GapFrame(from, p.cursor, room.TooSlow), goesOn
	case p.cursor >= view.Shown:
		return nil, goesOn
	}
	b, next := p.room.From(p.cursor)
	if b == nil && next != p.cursor { // it was dropped just now
		now := p.room.View()
		return p.next(&now, time.Time{})
	}
	p.cursor = next
	return b, goesOn
}

// ordered reports whether there is a command that the reader has not carried out.
func (p *place) ordered(view *room.View) bool {
	c := &view.Commands
	return view.Over || c.Cuts != p.done.Cuts || c.Ends != p.done.Ends || c.Retries != p.done.Retries
}

// serveStream is a room's stream.
func (rs *Rooms) serveStream(w http.ResponseWriter, r *http.Request) *refuse.Refusal {
	if r.ContentLength != 0 {
		return refuse.New(http.StatusBadRequest, "A request for a room's stream has no body: leave it out, or publish it with POST.")
	}
	query := r.URL.Query()
	last := r.Header.Get("Last-Event-ID") // the newer one, where an address has one, too
	if last == "" {
		last = query.Get("last-event-id")
	}
	all := query.Get("from") == "all"
	if from := query.Get("from"); from != "" && !all {
		return refuse.Bad("from", from, "all, or leave it out for the newest only")
	}
	from := quota.AddressOf(r)
	found, refused := rs.find(r.Context(), from, r.PathValue("name"), last)
	if refused != nil {
		return refused
	}
	if !found.Knows(last) { // a reader that reconnects was counted when it came, and after a 429 it would not do so again
		if err := rs.joins.Spend(from); err != nil {
			found.Release()
			return refuse.New(http.StatusTooManyRequests, "Wait a minute, and try again with a new EventSource, since this one stays closed: %v.", err)
		}
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox") // for those who open it as a page
	if r.Method == http.MethodHead {
		found.Release()
		return nil
	}
	if err := rs.quota.Enter(from); err != nil {
		found.Release()
		return refuse.Full("Close one, or try again in 5 seconds with a new EventSource, since this one stays closed: %v.", err)
	}
	place, first := rs.begin(r, found, last, all)
	rs.memory.Opened()
	leave := func() {
		found.Release()
		rs.quota.Leave(from)
		rs.memory.Closed()
	}
	if tcp.CanWriteNow && r.ProtoMajor < 2 && r.TLS == nil {
		rs.takeOver(w, r, place, first, leave)
	} else {
		rs.respond(w, r, place, first, leave)
	}
	return nil
}

// begin is where a reader begins, and what it gets before anything else: the id before its first event or, if it has missed
// something for good, the event that says so. An id that is longer than any of ours is told only in part.
func (rs *Rooms) begin(r *http.Request, found *room.Room, last string, all bool) (p place, first []byte) {
	const long = 64
	p = place{room: found, done: found.View().Commands, expires: time.Now().Add(rs.limits.Lifetime)}
	var why room.Why
	switch {
	case last != "":
		p.cursor, why = found.Resume(r.Context(), last)
	case all:
		p.cursor = found.Oldest()
	default:
		p.cursor = found.Newest()
	}
	if why != "" {
		return p, found.GapFrame(last[:min(len(last), long)], p.cursor, why)
	}
	return p, found.StartFrame(p.cursor)
}
