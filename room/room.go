// Package room broadcasts: whoever has a room's key publishes events, and everybody who reads the room gets each of them, in
// order, once, also after a lost connection. The events are in NATS JetStream, one stream a room, either in an engine that runs
// inside of this process or in somebody's cluster; with that, any number of servers have the same rooms.
//
// A server has one subscription for each room that somebody reads or writes, however many they are. It fills the room's [Log],
// from which each reader gets, by a cursor of its own, all that is ready as one slice of bytes.
//
// An event's id is incarnation-sequence, such as 7QKM2F-41: a room that is made again under the name of an earlier one has
// another incarnation. Nothing here depends on a clock: sequences order, JetStream ages, and a room is idle when a number of
// sweeps have found it so.
package room

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eventsource-playground/cluster"
)

// Room is one, as this server has it open. Its Log is what readers read.
type Room struct {
	Name string
	*Log

	hub      *Hub
	config   jetstream.StreamConfig
	keyHash  []byte
	commands *nats.Subscription
	events   *cluster.Consumer
	pending  atomic.Uint64 // events in NATS that come after the last one that came
	refs     int           // under the hub's mutex
	checking atomic.Bool
}

// What a name is in NATS. The subject has the incarnation, so that nothing of an earlier room of that name can get into a later one.
const (
	streamPrefix  = "playground-room-"
	subjectPrefix = "playground.room."
	doPrefix      = "playground.do."
)

// What the stream's metadata says of a room.
const (
	metaKey         = "key" // its SHA-256
	metaIncarnation = "incarnation"
	metaHeld        = "held"
)

// newKey is 128 random bits, and what is kept of them.
func newKey() (key, hash string) {
	key = hex.EncodeToString(random(16))
	sum := sha256.Sum256([]byte(key))
	return key, hex.EncodeToString(sum[:])
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}

// Opens reports whether a key is the room's.
func (r *Room) Opens(key string) bool {
	sum := sha256.Sum256([]byte(key))
	return subtle.ConstantTimeCompare(sum[:], r.keyHash) == 1
}

// open subscribes, and returns when all that the stream has is in the log.
func (h *Hub) open(ctx context.Context, e *engine, name string) (*Room, error) {
	r, last, err := h.subscribe(ctx, e, name)
	for err != nil && waits(e.explain(err)) { // somebody else is about to lead, or NATS to be there again
		select {
		case <-ctx.Done():
			return nil, e.explain(err)
		case <-time.After(pause):
		}
		r, last, err = h.subscribe(ctx, e, name)
	}
	if err != nil {
		return nil, e.explain(err)
	}
	select {
	case <-r.events.Began(): // so that all servers see that somebody has it open
		err = r.loaded(ctx, last)
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		r.close()
		return nil, e.explain(err)
	}
	return r, nil
}

// subscribe begins to follow a room, and returns its last event's sequence.
func (h *Hub) subscribe(ctx context.Context, e *engine, name string) (r *Room, last uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	stream, err := e.js.Stream(ctx, streamPrefix+name)
	if err != nil {
		return nil, 0, err
	}
	r = &Room{Name: name, hub: h, config: stream.CachedInfo().Config}
	incarnation := r.config.Metadata[metaIncarnation]
	if r.keyHash, err = hex.DecodeString(r.config.Metadata[metaKey]); err != nil || incarnation == "" || len(r.config.Subjects) != 1 {
		return nil, 0, fmt.Errorf("room: the stream %s is no room's", r.config.Name)
	}
	r.Log = newLog(incarnation, h.options.Events, h.options.Bytes)
	if r.commands, err = e.conn.Subscribe(r.doSubject(), r.receiveCommand); err != nil {
		return nil, 0, err
	}
	// After the subscription: whatever changes now is a command, too.
	info, err := stream.Info(ctx)
	if err != nil {
		r.close()
		return nil, 0, err
	}
	r.begin(info.State.FirstSeq, info.State.LastSeq, info.State.Msgs == 0)
	r.hold(info.Config.Metadata[metaHeld] != "")
	r.events = r.follow(e)
	return r, info.State.LastSeq, nil
}

// follow has what comes into the room's stream come into its log.
func (r *Room) follow(e *engine) *cluster.Consumer {
	beat := beat
	if e.own != nil {
		beat = beatOwn
	}
	return cluster.Consume(cluster.Consumption{
		Conn: e.conn, JetStream: e.js, Stream: r.config.Name, Subject: r.config.Subjects[0], Beat: beat,
		First: func(context.Context) (uint64, bool) { return r.newest() + 1, true },
		Got: func(event cluster.Entry, pending uint64) {
			r.add(event.Sequence, event.Body)
			r.pending.Store(pending)
		},
		Lost: r.checkSoon, // it may be no more
	})
}

// waits reports whether an error may be one of the moment.
func waits(err error) bool { return errors.Is(err, ErrUnreachable) }

func (r *Room) doSubject() string { return doPrefix + r.Name + "." + r.incarnation }

// close ends the subscriptions.
func (r *Room) close() {
	r.commands.Unsubscribe()
	if r.events != nil {
		r.events.Stop()
	}
}

// checkSoon looks after the room, once at a time.
func (r *Room) checkSoon() {
	if r.checking.CompareAndSwap(false, true) {
		go func() {
			defer r.checking.Store(false)
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			r.check(ctx)
		}()
	}
}

// check has what is no longer there go, as NATS says now. While that can't be reached, nothing changes.
func (r *Room) check(ctx context.Context) {
	e, err := r.hub.started()
	if err != nil {
		return
	}
	stream, err := e.js.Stream(ctx, r.config.Name)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		r.hub.over(r)
		return
	case err != nil:
		return
	}
	info := stream.CachedInfo()
	if info.Config.Metadata[metaIncarnation] != r.incarnation {
		r.hub.over(r)
		return
	}
	r.hold(info.Config.Metadata[metaHeld] != "")
	r.forget(info.State.FirstSeq)
}

// catchUp waits until this server has all that was acknowledged so far: a command comes after it.
func (r *Room) catchUp(ctx context.Context, e *engine) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stream, err := e.js.Stream(ctx, r.config.Name)
	if err != nil {
		return err
	}
	return r.loaded(ctx, stream.CachedInfo().State.LastSeq)
}

// exists reports whether there is an event with a sequence, for a reader that has seen it on another server, and waits for a moment
// until this one has it too. While NATS can't say, the reader is right: it has read the room, and gets what comes after that event.
func (r *Room) exists(ctx context.Context, sequence uint64) bool {
	e, err := r.hub.started()
	if err != nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	stream, err := e.js.Stream(ctx, r.config.Name)
	if err != nil {
		return true
	}
	if stream.CachedInfo().State.LastSeq < sequence {
		return false
	}
	r.loaded(ctx, sequence)
	return true
}

// A Do is what a command does to all readers of a room.
type Do string

// What can be done to all readers at once.
const (
	DoCut     Do = "cut"     // reset each connection
	DoEnd     Do = "end"     // end each response properly
	DoHold    Do = "hold"    // the connections stay open, the events wait
	DoRelease Do = "release" // and come
	DoRetry   Do = "retry"   // a reconnection time for each reader, at random from Min to Max
	doOver    Do = "over"    // the room is no more
)

// Command is one. It goes over NATS, so that every server carries it out; it is not kept for those who come later, but for a hold.
type Command struct {
	Do  Do  `json:"do"`
	Min int `json:"min,omitempty"` // milliseconds
	Max int `json:"max,omitempty"`
}

// Command has every server carry it out for its readers. The error is ErrUnreachable or ErrUnknown, if it is one of those.
func (r *Room) Command(ctx context.Context, c Command) error {
	e, err := r.hub.started()
	if err != nil {
		return err
	}
	if err := r.catchUp(ctx, e); err != nil {
		return e.explain(err)
	}
	if c.Do == DoHold || c.Do == DoRelease {
		if err := r.keepHeld(ctx, e, c.Do == DoHold); err != nil {
			return e.explain(err)
		}
		r.hold(c.Do == DoHold) // here at once, so that the next event is held
	}
	return e.explain(e.command(ctx, r.doSubject(), c))
}

// keepHeld is for those who open the room later.
func (r *Room) keepHeld(ctx context.Context, e *engine, held bool) error {
	stream, err := e.js.Stream(ctx, r.config.Name)
	if err != nil {
		return err
	}
	config := stream.CachedInfo().Config
	if config.Metadata[metaIncarnation] != r.incarnation {
		return jetstream.ErrStreamNotFound
	}
	delete(config.Metadata, metaHeld)
	if held {
		config.Metadata[metaHeld] = "1"
	}
	_, err = e.js.UpdateStream(ctx, config)
	return err
}

func (r *Room) receiveCommand(msg *nats.Msg) {
	var c Command
	if json.Unmarshal(msg.Data, &c) != nil {
		return
	}
	switch c.Do {
	case DoHold, DoRelease:
		r.hold(c.Do == DoHold)
	case doOver:
		r.hub.over(r)
	default:
		r.carryOut(c)
	}
}
