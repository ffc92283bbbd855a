package room

import (
	"context"
	"encoding/hex"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// follower has what comes into a room's stream come into its log. It has one consumer after another, each from the log's end on:
// that of a node that was killed says nothing any more, and one that is made meanwhile may be given to that node, so that nobody
// responds. (The library's ordered consumer then goes on asking for the same one until the node is back, can't be stopped before,
// and does not miss the last event if that is lost on the way.)
type follower struct {
	room   *Room
	engine *engine
	lost   chan struct{} // the consumer is of no use any more
	stop   chan struct{}
	began  chan struct{} // closed when there is the first one
}

const (
	// attempt is for NATS to do what it does in milliseconds, unless somebody is gone.
	attempt = 2 * time.Second
	// pause is between two attempts.
	pause = 100 * time.Millisecond
	// beat is the time between two signs of life of a consumer that has nothing to deliver.
	beat = time.Second
	// beatOwn is the same in this process, where nobody goes.
	beatOwn = 30 * time.Second
)

func follow(r *Room, e *engine) *follower {
	f := &follower{room: r, engine: e, lost: make(chan struct{}, 1), stop: make(chan struct{}), began: make(chan struct{})}
	go f.run()
	return f
}

func (f *follower) close() { close(f.stop) }

// lose has another consumer be made.
func (f *follower) lose() {
	select {
	case f.lost <- struct{}{}:
	default:
	}
}

func (f *follower) run() {
	for {
		f.consume()
		f.room.checkSoon() // it may be no more
		select {
		case <-f.stop:
			return
		case <-time.After(pause):
		}
	}
}

// consume has a consumer of its own, until that is lost.
func (f *follower) consume() {
	c := &consumer{follower: f}
	c.heard.Store(time.Now().UnixNano())
	inbox := f.engine.conn.NewInbox()
	subscription, err := f.engine.conn.Subscribe(inbox, c.receive)
	if err != nil {
		return
	}
	defer subscription.Unsubscribe() // and NATS forgets the consumer
	select {
	case <-f.lost: // that was the one before
	default:
	}
	beat := beat
	if f.engine.own != nil {
		beat = beatOwn
	}
	ctx, cancel := context.WithTimeout(context.Background(), attempt)
	_, err = f.engine.js.CreatePushConsumer(ctx, f.room.config.Name, jetstream.ConsumerConfig{
		Name: hex.EncodeToString(random(8)), DeliverSubject: inbox, FilterSubject: f.room.config.Subjects[0], AckPolicy: jetstream.AckNonePolicy,
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: f.room.newest() + 1,
		Replicas: 1, MemoryStorage: true, InactiveThreshold: forgotten, IdleHeartbeat: beat, FlowControl: true,
	})
	cancel()
	if err != nil {
		return
	}
	select {
	case <-f.began:
	default:
		close(f.began)
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-f.stop:
			return
		case <-f.lost:
			return
		case <-tick.C:
			if time.Since(time.Unix(0, c.heard.Load())) > 5*beat/2 {
				return
			}
		}
	}
}

// consumer is what comes of one.
type consumer struct {
	*follower
	heard     atomic.Int64
	delivered uint64 // messages, as it counts them itself: what is lost on the way leaves a number out
}

func (c *consumer) receive(m *nats.Msg) {
	c.heard.Store(time.Now().UnixNano())
	if m.Header.Get("Status") != "" { // which no event has
		c.alive(m)
		return
	}
	meta, err := m.Metadata()
	if err != nil || meta.Sequence.Consumer != c.delivered+1 {
		c.lose()
		return
	}
	c.delivered++
	c.room.add(meta.Sequence.Stream, m.Data)
	c.room.pending.Store(meta.NumPending)
}

// alive is a sign of life, or the question whether what was sent so far has been received.
func (c *consumer) alive(m *nats.Msg) {
	if m.Reply != "" {
		m.Respond(nil)
	} else if stalled := m.Header.Get("Nats-Consumer-Stalled"); stalled != "" {
		c.engine.conn.Publish(stalled, nil)
	}
	if last := m.Header.Get("Nats-Last-Consumer"); last != "" && last != strconv.FormatUint(c.delivered, 10) {
		c.lose()
	}
}
