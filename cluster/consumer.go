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

// Consumer gets what comes into a stream of JetStream's, in order, each message once. It has one consumer of NATS's after another, each
// from where the last one was on: that of a node that was killed says nothing any more, and one that is made meanwhile may be given to
// that node, so that nobody responds. (The library's ordered consumer then goes on asking for the same one until the node is back,
// can't be stopped before, and does not miss the last message if that is lost on the way.)
type Consumer struct {
	what  Consumption
	lost  chan struct{} // NATS's is of no use any more
	stop  chan struct{}
	began chan struct{} // closed when there is the first one
}

// Consumption is what a Consumer consumes. Its functions are called one at a time.
type Consumption struct {
	Conn            *nats.Conn
	JetStream       jetstream.JetStream
	Stream, Subject string
	Beat            time.Duration                               // between two signs of life while there is nothing
	First           func(context.Context) (seq uint64, ok bool) // the first sequence that is missing; not ok: try again in a moment
	Got             func(e Entry, pending uint64)               // a message, and how many come after it
	Lost            func()                                      // NATS's consumer was of no use any more, or could not be made
}

const (
	pause     = 100 * time.Millisecond // between two consumers
	heartbeat = time.Second            // of one that has nothing to deliver
	forgotten = 30 * time.Second       // then NATS lets go of that of a server that is gone
)

// Consume begins, until Stop or until the connection is closed.
func Consume(what Consumption) *Consumer {
	c := &Consumer{what: what, lost: make(chan struct{}, 1), stop: make(chan struct{}), began: make(chan struct{})}
	go c.run()
	return c
}

// Began is closed when NATS knows of it.
func (c *Consumer) Began() <-chan struct{} { return c.began }

// Stop ends it; one more message may be under way.
func (c *Consumer) Stop() { close(c.stop) }

// Lose has another of NATS's be made: something may have been lost on the way.
func (c *Consumer) Lose() {
	select {
	case c.lost <- struct{}{}:
	default:
	}
}

func (c *Consumer) run() {
	for !c.what.Conn.IsClosed() {
		c.consume()
		c.what.Lost()
		select {
		case <-c.stop:
			return
		case <-time.After(pause):
		}
	}
}

// consume has one of NATS's, until that is lost.
func (c *Consumer) consume() {
	select {
	case <-c.lost: // that was the one before
	default:
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	first, ok := c.what.First(ctx)
	if !ok {
		return
	}
	d := &delivery{Consumer: c, ended: make(chan struct{})}
	d.heard.Store(time.Now().UnixNano())
	inbox := c.what.Conn.NewInbox()
	subscription, err := c.what.Conn.Subscribe(inbox, d.receive)
	if err != nil {
		return
	}
	subscription.SetClosedHandler(func(string) { close(d.ended) })
	defer func() {
		subscription.Unsubscribe() // and NATS forgets its consumer
		<-d.ended                  // then nothing of it is under way
	}()
	if _, err = c.what.JetStream.CreatePushConsumer(ctx, c.what.Stream, jetstream.ConsumerConfig{
		Name: nuid.Next(), DeliverSubject: inbox, FilterSubject: c.what.Subject, AckPolicy: jetstream.AckNonePolicy,
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: first,
		Replicas: 1, MemoryStorage: true, InactiveThreshold: forgotten, IdleHeartbeat: c.what.Beat, FlowControl: true,
	}); err != nil {
		return
	}
	select {
	case <-c.began:
	default:
		close(c.began)
	}
	tick := time.NewTicker(c.what.Beat)
	defer tick.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-c.lost:
			return
		case <-d.ended:
			return
		case <-tick.C:
			if time.Since(time.Unix(0, d.heard.Load())) > 5*c.what.Beat/2 {
				return
			}
		}
	}
}

// delivery is what comes of one of NATS's consumers.
type delivery struct {
	*Consumer
	ended     chan struct{} // closed when nothing comes any more
	heard     atomic.Int64
	delivered uint64 // messages, as NATS counts them too: what is lost on the way leaves a number out
}

func (d *delivery) receive(m *nats.Msg) {
	d.heard.Store(time.Now().UnixNano())
	if m.Header.Get("Status") != "" { // which no message of ours has
		d.alive(m)
		return
	}
	meta, err := m.Metadata()
	if err != nil || meta.Sequence.Consumer != d.delivered+1 {
		d.Lose()
		return
	}
	d.delivered++
	d.what.Got(Entry{meta.Sequence.Stream, meta.Timestamp, m.Data}, meta.NumPending)
}

// alive is a sign of life, or the question whether what was sent so far has been received.
func (d *delivery) alive(m *nats.Msg) {
	if m.Reply != "" {
		m.Respond(nil)
	} else if stalled := m.Header.Get("Nats-Consumer-Stalled"); stalled != "" {
		d.what.Conn.Publish(stalled, nil)
	}
	if last := m.Header.Get("Nats-Last-Consumer"); last != "" && last != strconv.FormatUint(d.delivered, 10) {
		d.Lose()
	}
}
