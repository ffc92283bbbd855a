package cluster

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
)

// follower has one consumer of a log after another, each from where the last one was on: that of a node that was killed says nothing any
// more. (The library's ordered consumer waits for that node, and can't be stopped meanwhile.)
type follower struct {
	log     *Log
	subject string
	call    func(Entry)
	lost    chan struct{} // the consumer is of no use any more
	stop    chan struct{}

	// The consumers', of which there is one at a time.
	created time.Time // the stream
	next    uint64    // the first sequence that is missing
}

const (
	pause     = 100 * time.Millisecond // between two consumers
	heartbeat = time.Second            // of one that has nothing to deliver
)

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
		select {
		case <-f.stop:
			return
		case <-f.log.cluster.stop:
			return
		case <-time.After(pause):
		}
	}
}

// consume has a consumer, until that is lost.
func (f *follower) consume() {
	select {
	case <-f.lost: // that was the one before
	default:
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	stream, err := f.log.open(ctx)
	if err != nil {
		return
	}
	if info, err := stream.Info(ctx); err != nil {
		f.log.failed(err)
		return
	} else if !info.Created.Equal(f.created) {
		f.created, f.next = info.Created, 1 // the nodes had forgotten all
	}
	c := &consumer{follower: f, ended: make(chan struct{})}
	c.heard.Store(time.Now().UnixNano())
	conn := f.log.cluster.conn
	inbox := conn.NewInbox()
	subscription, err := conn.Subscribe(inbox, c.receive)
	if err != nil {
		return
	}
	subscription.SetClosedHandler(func(string) { close(c.ended) })
	defer func() {
		subscription.Unsubscribe() // and NATS forgets the consumer
		<-c.ended                  // then nothing of it is under way
	}()
	if _, err = f.log.cluster.js.CreatePushConsumer(ctx, f.log.config.Name, jetstream.ConsumerConfig{
		Name: nuid.Next(), DeliverSubject: inbox, FilterSubject: f.subject, AckPolicy: jetstream.AckNonePolicy,
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: f.next,
		Replicas: 1, MemoryStorage: true, InactiveThreshold: 15 * patience, IdleHeartbeat: heartbeat, FlowControl: true,
	}); err != nil {
		f.log.failed(err)
		return
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-f.stop:
			return
		case <-f.log.cluster.stop:
			return
		case <-f.lost:
			return
		case <-tick.C:
			if time.Since(time.Unix(0, c.heard.Load())) > 5*heartbeat/2 {
				return
			}
		}
	}
}

// consumer is one of them.
type consumer struct {
	*follower
	ended     chan struct{} // closed when nothing comes any more
	heard     atomic.Int64
	delivered uint64 // messages, as it counts them itself: what is lost on the way leaves a number out
}

func (c *consumer) receive(m *nats.Msg) {
	c.heard.Store(time.Now().UnixNano())
	if m.Header.Get("Status") != "" { // which no entry has
		c.alive(m)
		return
	}
	meta, err := m.Metadata()
	if err != nil || meta.Sequence.Consumer != c.delivered+1 {
		c.lose()
		return
	}
	c.delivered++
	if meta.Sequence.Stream >= c.next {
		c.next = meta.Sequence.Stream + 1
		c.call(Entry{meta.Sequence.Stream, meta.Timestamp, m.Data})
	}
}

// alive is a sign of life, or the question whether what was sent so far has been received.
func (c *consumer) alive(m *nats.Msg) {
	if m.Reply != "" {
		m.Respond(nil)
	} else if stalled := m.Header.Get("Nats-Consumer-Stalled"); stalled != "" {
		c.log.cluster.conn.Publish(stalled, nil)
	}
	if last := m.Header.Get("Nats-Last-Consumer"); last != "" && last != strconv.FormatUint(c.delivered, 10) {
		c.lose()
	}
}
