// Package rooms is the rooms over HTTP: who makes one, reads it, publishes in it and ends it.
//
// A reader over plain HTTP/1.1 has its connection taken over, and costs a goroutine that does nothing but see it leave: what there
// is to write, the shards of the room's [hall] write, one for each core, to one reader after the other, as much as the connection
// accepts at once. Only where that is less than there is, a goroutine waits with the rest, by the deadline of a write. Over HTTP/2 and
// TLS, where nothing can be written without waiting, each reader writes in the goroutine of its request.
package rooms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"eventsource-playground/room"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/memory"
	"eventsource-playground/server/quota"
	"eventsource-playground/server/refuse"
)

// Rooms are those of this server.
type Rooms struct {
	hub    *room.Hub
	limits limits.Limits
	at     func(*http.Request) string
	log    *slog.Logger

	quota   *quota.Quota // of readers
	joins   *quota.Rate
	guesses *quota.Rate // names and keys that are none
	memory  memory.Use

	delivered delivered

	others *http.CrossOriginProtection

	making  sync.Mutex
	made    map[string]netip.Prefix // the rooms that were made here, and may still be
	writing sync.Mutex
	budgets map[string]*budget // by name, of which there are few

	stop    chan struct{} // closed when the server stops
	mutex   sync.Mutex
	halls   map[*room.Room]*hall
	open    map[stream]struct{}
	drained chan struct{} // closed when the last reader has gone, if somebody waits for that
}

// stream is how one that reads is cut off by force.
type stream interface{ cut() }

// budget is what may still be published in a room.
type budget struct{ events, bytes quota.Budget }

// New is no rooms yet. at is the address of this server under which those who get an address from here reach it, such as
// http://192.168.1.5:3000; now is the clock of
// what an address may do in a minute; all else goes by one that nobody can set.
func New(l limits.Limits, hub *room.Hub, at func(*http.Request) string, now func() time.Time, log *slog.Logger) *Rooms {
	return &Rooms{
		hub: hub, limits: l, at: at, log: log,
		quota:   quota.New("streams of rooms", l.Streams, l.StreamsPerAddress),
		joins:   quota.NewRate("streams of rooms", l.RoomJoins, now),
		guesses: quota.NewRate("rooms or keys that are none", l.RoomGuesses, now),
		others:  http.NewCrossOriginProtection(),
		made:    map[string]netip.Prefix{},
		budgets: map[string]*budget{},
		stop:    make(chan struct{}),
		halls:   map[*room.Room]*hall{},
		open:    map[stream]struct{}{},
	}
}

// handler is one that refuses, or responds.
func (rs *Rooms) handler(methods []string, serve func(http.ResponseWriter, *http.Request) *refuse.Refusal) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var refused *refuse.Refusal
		switch {
		case slices.Contains(methods, r.Method):
			refused = serve(w, r)
		default:
			allow(w, methods)
			refused = refuse.New(http.StatusMethodNotAllowed, "%s is not possible here: use %s.", refuse.Quote(r.Method), either(methods))
		}
		if refused == nil {
			return
		}
		if refused.Status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		if refused.Status == http.StatusServiceUnavailable {
			log := rs.log
			if name := r.PathValue("name"); room.IsName(name) { // or who knows what somebody typed
				log = log.With("room", name)
			}
			log.Warn("refused", "from", r.RemoteAddr, "err", refused)
		}
		if r.ContentLength != 0 && r.ProtoMajor < 2 {
			w.Header().Set("Connection", "close") // what is left of the body would count as the next request
		}
		refused.Write(w)
	})
}

func allow(w http.ResponseWriter, methods []string) {
	for _, m := range methods {
		w.Header().Add("Allow", m)
	}
}

func either(methods []string) string {
	text := methods[0]
	for _, m := range methods[1:] {
		text += " or " + m
	}
	return text
}

// Made is POST of /rooms, which makes a room.
func (rs *Rooms) Made() http.Handler {
	return rs.handler([]string{http.MethodPost}, rs.serveMake)
}

// One is a room, at /rooms/{name}: GET is its stream, POST publishes in it, and DELETE ends it.
func (rs *Rooms) One() http.Handler {
	methods := []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, http.MethodOptions}
	return rs.handler(methods, func(w http.ResponseWriter, r *http.Request) *refuse.Refusal {
		switch r.Method {
		case http.MethodPost:
			return rs.servePublish(w, r)
		case http.MethodDelete:
			return rs.serveEnd(w, r)
		case http.MethodOptions:
			allow(w, methods)
			return servePreflight(w)
		}
		return rs.serveStream(w, r)
	})
}

// Command is POST of /rooms/{name}/{command}, which does something to all readers.
func (rs *Rooms) Command() http.Handler {
	return rs.handler([]string{http.MethodPost}, rs.serveCommand)
}

// servePreflight lets a polyfill of another origin send what it needs to reconnect, and nobody there publish.
func servePreflight(w http.ResponseWriter) *refuse.Refusal {
	w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD")
	w.Header().Set("Access-Control-Allow-Headers", "Last-Event-ID, Cache-Control")
	w.Header().Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// made is what a new room's maker is told.
type made struct {
	Room   string `json:"room"`
	Key    string `json:"key"`
	Stream string `json:"stream"` // its address, for those who are to read it
}

func (rs *Rooms) serveMake(w http.ResponseWriter, r *http.Request) *refuse.Refusal {
	if refused := rs.own(r, "application/json", ""); refused != nil {
		return refused
	}
	rs.making.Lock()
	defer rs.making.Unlock()
	from := quota.AddressOf(r)
	names, err := rs.hub.Names(r.Context())
	if err != nil {
		return rs.explain(err, "")
	}
	mine := 0
	for name, address := range rs.made {
		switch {
		case !slices.Contains(names, name):
			delete(rs.made, name)
		case address == from:
			mine++
		}
	}
	if mine >= rs.limits.RoomsPerAddress {
		return refuse.Full("End one with DELETE /rooms/NAME and its key: your address has made %d rooms that are still there and gets no more.", mine)
	}
	name, key, err := rs.hub.Make(r.Context())
	if err != nil {
		return rs.explain(err, "")
	}
	rs.made[name] = from
	return reply(w, http.StatusCreated, made{Room: name, Key: key, Stream: rs.at(r) + "/rooms/" + name})
}

func reply(w http.ResponseWriter, status int, body any) *refuse.Refusal {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err) // strings
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(b, '\n'))
	return nil
}

// find returns a room of a name, open until Release. known is an id that the client has got from it, or "": those who have one
// are let in although somebody else at their address has guessed names.
func (rs *Rooms) find(ctx context.Context, from netip.Prefix, name, known string) (*room.Room, *refuse.Refusal) {
	guessing := rs.guesses.Spent(from)
	if guessing && known == "" {
		return nil, tooManyGuesses(rs.limits.RoomGuesses)
	}
	r, err := rs.hub.Room(ctx, name)
	switch {
	case err == nil && guessing && !r.Knows(known) && !r.Opens(known):
		r.Release()
		return nil, tooManyGuesses(rs.limits.RoomGuesses)
	case errors.Is(err, room.ErrUnknown):
		if refused := rs.guessed(from); refused != nil {
			return nil, refused
		}
	}
	if err != nil {
		return nil, rs.explain(err, name)
	}
	return r, nil
}

// guessed counts a name or a key that is none.
func (rs *Rooms) guessed(from netip.Prefix) *refuse.Refusal {
	if rs.guesses.Spend(from) != nil {
		return tooManyGuesses(rs.limits.RoomGuesses)
	}
	return nil
}

func tooManyGuesses(n int) *refuse.Refusal {
	return refuse.New(http.StatusTooManyRequests, "Wait a minute, and check the room's name and key: your address has given %d within a minute that are none.", n)
}

// explain says what an error of the hub's means.
func (rs *Rooms) explain(err error, name string) *refuse.Refusal {
	switch {
	case errors.Is(err, room.ErrUnknown):
		return refuse.New(http.StatusNotFound, "There is no room %s: check its name, or make one with POST /rooms. One that nobody reads or writes for %s goes.", refuse.Quote(name), span(rs.limits.RoomIdle))
	case errors.Is(err, room.ErrFull):
		return refuse.Full("Try again later: there are %d rooms, and there may be no more.", rs.limits.Rooms)
	case errors.Is(err, room.ErrUnreachable):
		return refuse.Full("Nothing was done, since NATS, which has the rooms, can't be reached just now: try again in 5 seconds.")
	}
	rs.log.Error("a room failed", "room", name, "err", err)
	return refuse.New(http.StatusInternalServerError, "The room failed, and the server's log says why: try again.")
}

// span is a time in whole hours or, if that is less than one, as Go writes it.
func span(d time.Duration) string {
	if d >= time.Hour {
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return d.String()
}

// own refuses what a page of another origin sends. A form can't have one of the content types.
func (rs *Rooms) own(r *http.Request, types ...string) *refuse.Refusal {
	if rs.others.Check(r) != nil {
		return refuse.New(http.StatusForbidden, "A page of another origin can't do this: send it from a page of this server or from a program.")
	}
	is := r.Header.Get("Content-Type")
	if !slices.Contains(types, mimeType(is)) {
		return refuse.New(http.StatusUnsupportedMediaType, "Content-Type %s is not possible here: give %s.", refuse.Quote(is), either(withNone(types)))
	}
	return nil
}

func withNone(types []string) []string {
	if i := slices.Index(types, ""); i >= 0 {
		types = slices.Replace(slices.Clone(types), i, i+1, "none")
	}
	return types
}

// End has all streams end properly, now and from now on.
func (rs *Rooms) End() { close(rs.stop) }

// Drain waits until all have ended, and cuts what is left when ctx is done. There must be no new ones any more.
func (rs *Rooms) Drain(ctx context.Context) {
	rs.mutex.Lock()
	drained := make(chan struct{})
	if len(rs.open) == 0 {
		close(drained)
	} else {
		rs.drained = drained
	}
	rs.mutex.Unlock()
	select {
	case <-drained:
		return
	case <-ctx.Done():
	}
	rs.mutex.Lock()
	for s := range rs.open {
		s.cut()
	}
	rs.mutex.Unlock()
	<-drained
}
