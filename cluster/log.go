package cluster

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Log is what the servers have recorded, by keys of letters, digits and hyphens. It is in the memory of NATS's nodes, or on their disks.
type Log struct {
	cluster *Cluster
	config  jetstream.StreamConfig
	subject string

	opening sync.Mutex
	stream  jetstream.Stream // nil: not opened
}

// LogLimits are how much of a log is kept. What is more is dropped, the oldest first.
type LogLimits struct {
	Age    time.Duration
	Bytes  int
	PerKey int // entries

	// Keep has all that is not too old be kept, on disk: what is more is refused.
	Keep bool
}

// Log is that of a name.
func (c *Cluster) Log(name string, l LogLimits) *Log {
	subject := prefix + name + "."
	config := jetstream.StreamConfig{
		Name: "playground-" + name, Subjects: []string{subject + "*"},
		Storage: jetstream.MemoryStorage, MaxAge: l.Age, MaxBytes: int64(l.Bytes), MaxMsgsPerSubject: int64(l.PerKey),
		Discard: jetstream.DiscardOld, Duplicates: min(l.Age, time.Minute),
	}
	if l.Keep {
		config.Storage, config.Discard, config.DiscardNewPerSubject = jetstream.FileStorage, jetstream.DiscardNew, true
	}
	return &Log{cluster: c, subject: subject, config: config}
}

// open makes it, if no server has done so.
func (l *Log) open(ctx context.Context) (jetstream.Stream, error) {
	if !l.cluster.Reachable() {
		return nil, ErrUnreachable
	}
	l.opening.Lock()
	defer l.opening.Unlock()
	if l.stream != nil {
		return l.stream, nil
	}
	stream, err := l.cluster.js.Stream(ctx, l.config.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		config := l.config
		config.Replicas = l.cluster.replicas()
		stream, err = l.cluster.js.CreateOrUpdateStream(ctx, config)
	}
	if err != nil {
		return nil, explain(err)
	}
	l.stream = stream
	return stream, nil
}

// failed is for what comes next: the nodes may have forgotten all, as they have it in memory.
func (l *Log) failed(err error) error {
	l.opening.Lock()
	defer l.opening.Unlock()
	l.stream = nil
	return explain(err)
}

// Append adds an entry, and returns when the nodes have it. With an id that was added within the last minute it does nothing, so that
// whoever got no acknowledgement can try again.
func (l *Log) Append(ctx context.Context, key, id string, entry []byte) error {
	_, err := l.append(ctx, key, entry, jetstream.WithMsgID(id))
	return err
}

// Hear calls f with what is added of a key once NATS knows of it, one after the other, until stop is called: a later Read has what was
// added before. While NATS can't be reached it misses some, and what it hears the nodes may yet lose: Read has them all.
func (l *Log) Hear(key string, f func(entry []byte)) (stop func(), err error) {
	s, err := l.cluster.conn.Subscribe(l.subject+key, func(m *nats.Msg) { f(m.Data) })
	if err != nil {
		return nil, explain(err)
	}
	return func() { s.Unsubscribe() }, nil
}

// Read calls f with all that is kept of a key, in order.
func (l *Log) Read(ctx context.Context, key string, f func(entry []byte)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stream, err := l.open(ctx)
	if err != nil {
		return err
	}
	last, err := stream.GetLastMsgForSubject(ctx, l.subject+key)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil
	}
	if err != nil {
		return l.failed(err)
	}
	consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{l.subject + key}, DeliverPolicy: jetstream.DeliverAllPolicy, InactiveThreshold: 5 * patience,
	})
	if err != nil {
		return explain(err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		return explain(err)
	}
	defer messages.Stop()
	for {
		m, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return explain(err)
		}
		meta, err := m.Metadata()
		if err != nil {
			return explain(err)
		}
		if meta.Sequence.Stream <= last.Sequence || meta.NumPending > 0 {
			f(m.Data())
		}
		if meta.Sequence.Stream >= last.Sequence {
			return nil
		}
	}
}
