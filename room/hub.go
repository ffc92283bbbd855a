package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eventsource-playground/cluster"
)

// Options are where rooms are kept, and how much of them.
type Options struct {
	URL   string // of a NATS server or cluster with JetStream, or several with commas; "": an engine in this process
	Creds string // the file with the credentials for that; "": none
	Dir   string // the folder of the engine in this process; "": rooms are in memory, and gone when it ends

	Rooms  int           // at once
	Events int           // kept of a room
	Bytes  int           // the same, as they go over the wire
	Age    time.Duration // of an event that is kept
	Idle   time.Duration // without a reader, or an event, until a room goes, give or take an eighth

	Log *slog.Logger
}

// ErrFull is the error of a room that would be one too many.
var ErrFull = errors.New("room: there are as many rooms as there may be")

// Hub has the rooms of this server. It is nothing but its options until the first room, made here or elsewhere, is wanted.
type Hub struct {
	options Options
	name    func() string // of a new room; it may be taken

	starting sync.Mutex // held while the engine starts
	failed   error      // why it did not, the last time
	failedAt time.Time
	mutex    sync.Mutex
	engine   *engine // nil: not started
	closed   bool
	rooms    map[string]*opening
	quiet    map[string]*quiet // by name
	stop     chan struct{}
	stopped  sync.WaitGroup
}

// opening is a room that is open, or about to be.
type opening struct {
	done chan struct{}
	room *Room
	err  error
}

// quiet is what the sweeps have seen of a room that nobody reads.
type quiet struct {
	incarnation string
	last        uint64 // event
	sweeps      int    // in which there was nothing new
}

// sweepsIdle is how many of these make a room idle.
const sweepsIdle = 8

// New is a hub without rooms.
func New(o Options) *Hub {
	return &Hub{options: o, name: randomName, rooms: map[string]*opening{}, quiet: map[string]*quiet{}, stop: make(chan struct{})}
}

// start starts the engine, if it has not been started.
func (h *Hub) start() (*engine, error) {
	h.starting.Lock()
	defer h.starting.Unlock()
	if e, err := h.started(); err == nil || h.isClosed() {
		return e, err
	}
	from := time.Now()
	if h.failed != nil && from.Sub(h.failedAt) < reconnecting {
		return nil, h.failed // many may be waiting
	}
	e, err := start(h.options, h.checkAll)
	if err != nil {
		h.options.Log.Error("no rooms", "err", err)
		h.failed, h.failedAt = err, time.Now()
		return nil, err
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.engine = e
	h.stopped.Go(h.sweeps)
	h.options.Log.Info("rooms", "embedded", h.options.URL == "", "storage", h.options.storage().String(), "started in", time.Since(from).Round(time.Millisecond))
	return e, nil
}

// started is the engine, if it was started.
func (h *Hub) started() (*engine, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.engine == nil || h.closed {
		return nil, ErrUnreachable
	}
	return h.engine, nil
}

func (h *Hub) isClosed() bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.closed
}

// Close ends the subscriptions and the engine. Nobody may be in Make any more.
func (h *Hub) Close() {
	h.starting.Lock()
	defer h.starting.Unlock()
	h.mutex.Lock()
	e := h.engine
	if h.closed {
		h.mutex.Unlock()
		return
	}
	h.closed = true
	open := slices.Collect(maps.Values(h.rooms))
	clear(h.rooms)
	h.mutex.Unlock()
	close(h.stop)
	h.stopped.Wait()
	for _, o := range open {
		<-o.done
		if o.err == nil {
			o.room.close()
		}
	}
	if e != nil {
		e.close()
	}
}

// Make makes a room, and returns its name and key. The error is ErrFull, ErrUnreachable or another.
func (h *Hub) Make(ctx context.Context) (name, key string, err error) {
	e, err := h.start()
	if err != nil {
		return "", "", err
	}
	names, err := h.Names(ctx)
	if err != nil {
		return "", "", err
	}
	if len(names) >= h.options.Rooms {
		return "", "", ErrFull
	}
	key, hash := newKey()
	for range 100 {
		name = h.name()
		incarnation := newIncarnation()
		_, err = e.js.CreateStream(ctx, jetstream.StreamConfig{
			Name:       streamPrefix + name,
			Subjects:   []string{subjectPrefix + name + "." + incarnation},
			Metadata:   map[string]string{metaKey: hash, metaIncarnation: incarnation},
			Storage:    h.options.storage(),
			Replicas:   cluster.Replicas(e.conn),
			MaxMsgs:    int64(h.options.Events),
			MaxBytes:   h.options.streamBytes(),
			MaxAge:     h.options.Age,
			Discard:    jetstream.DiscardOld,
			Duplicates: time.Second, // nothing here sends a message's id
		})
		if !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			break
		}
	}
	if err != nil {
		return "", "", e.explain(err)
	}
	return name, key, nil
}

// Names are those of all rooms, wherever they were made.
func (h *Hub) Names(ctx context.Context) ([]string, error) {
	if h.hasNone() {
		return nil, nil
	}
	e, err := h.start()
	if err != nil {
		return nil, err
	}
	streams, err := e.list(ctx)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(streams))
	for i, s := range streams {
		names[i] = strings.TrimPrefix(s.Config.Name, streamPrefix)
	}
	return names, nil
}

// list is the streams that are rooms.
func (e *engine) list(ctx context.Context) (infos []*jetstream.StreamInfo, err error) {
	streams := e.js.ListStreams(ctx, jetstream.WithStreamListSubject(subjectPrefix+">"))
	for info := range streams.Info() {
		if strings.HasPrefix(info.Config.Name, streamPrefix) {
			infos = append(infos, info)
		}
	}
	return infos, e.explain(streams.Err())
}

// Room returns a room, open on this server until Release is called as often as this. The error is ErrUnknown, ErrUnreachable or
// another.
func (h *Hub) Room(ctx context.Context, name string) (*Room, error) {
	if !IsName(name) || h.hasNone() {
		return nil, ErrUnknown // without starting anything
	}
	e, err := h.start()
	if err != nil {
		return nil, err
	}
	for {
		o, isNew, err := h.openingOf(name)
		if err != nil {
			return nil, err
		}
		if isNew {
			h.openFor(e, o, name)
		}
		select {
		case <-o.done:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", ErrUnreachable, ctx.Err())
		}
		if o.err != nil {
			return nil, o.err
		}
		if h.retain(o.room) {
			return o.room, nil
		}
		// A sweep has just closed it, or it is over: see which.
	}
}

// hasNone reports whether there can be no room, since rooms in this process's memory begin with the engine.
func (h *Hub) hasNone() bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.engine == nil && h.options.URL == "" && h.options.Dir == ""
}

func (h *Hub) openingOf(name string) (o *opening, isNew bool, err error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.closed {
		return nil, false, ErrUnreachable
	}
	if o := h.rooms[name]; o != nil {
		return o, false, nil
	}
	o = &opening{done: make(chan struct{})}
	h.rooms[name] = o
	return o, true, nil
}

// retain keeps a room open, if it still is.
func (h *Hub) retain(r *Room) bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	o := h.rooms[r.Name]
	if o == nil || o.room != r {
		return false
	}
	r.refs++
	return true
}

// openFor opens a room for all who want it meanwhile, and so does not depend on one who leaves.
func (h *Hub) openFor(e *engine, o *opening, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), election)
	defer cancel()
	r, err := h.open(ctx, e, name)
	h.mutex.Lock()
	if err == nil && r.View().Over {
		r.close()
		err = ErrUnknown
	}
	if o.room, o.err = r, err; err != nil && h.rooms[name] == o {
		delete(h.rooms, name)
	}
	h.mutex.Unlock()
	close(o.done)
}

// Release says that a room that Room returned is not needed any more. It stays open for a while, as somebody may reconnect.
func (r *Room) Release() {
	r.hub.mutex.Lock()
	defer r.hub.mutex.Unlock()
	r.refs--
}

// End has a room be no more, on all servers.
func (r *Room) End(ctx context.Context) error {
	e, err := r.hub.started()
	if err != nil {
		return err
	}
	if err := r.catchUp(ctx, e); err != nil {
		return e.explain(err)
	}
	if err := e.js.DeleteStream(ctx, r.config.Name); err != nil {
		return e.explain(err)
	}
	r.hub.over(r)
	return e.explain(e.command(ctx, r.doSubject(), Command{Do: doOver}))
}

// over forgets a room that is no more, and has its readers go.
func (h *Hub) over(r *Room) {
	h.mutex.Lock()
	o := h.rooms[r.Name]
	known := o != nil && o.room == r
	if known {
		delete(h.rooms, r.Name)
	}
	h.mutex.Unlock()
	r.end()
	if known {
		go r.close() // not in a callback of what is closed
	}
}
