package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Entry is one of a log's, as NATS has it.
type Entry struct {
	Sequence uint64    // goes up with each entry of the log, whatever its key
	At       time.Time // by NATS's clock
	Body     []byte
}

// The errors of an entry that NATS did not add, while it can be reached.
var (
	ErrFull   = errors.New("cluster: the log is full")
	ErrBehind = errors.New("cluster: there is a newer entry")
)

// Codes of NATS's for what does not fit, which its client does not name.
const (
	maxMessages           jetstream.ErrorCode = 10077 // of a stream, or bytes, or messages of a subject
	insufficientResources jetstream.ErrorCode = 10023
	storageExceeded       jetstream.ErrorCode = 10047
)

// Follow calls f with all that is kept of a key, and then with what is added, in order, each entry once, one after the other, until stop is
// called; one more may be under way then. While NATS can't be reached it waits, and then goes on where it was. It misses what was
// purged meanwhile, and does not say so. The error is ErrUnreachable.
func (l *Log) Follow(key string, f func(Entry)) (stop func(), err error) {
	if !l.cluster.Reachable() {
		return nil, ErrUnreachable
	}
	var created time.Time // the stream
	next := uint64(1)     // the first sequence that is missing
	consumer := Consume(Consumption{
		Conn: l.cluster.conn, JetStream: l.cluster.js, Stream: l.config.Name, Subject: l.subject + key, Beat: heartbeat,
		First: func(ctx context.Context) (uint64, bool) {
			stream, err := l.open(ctx)
			if err != nil {
				return 0, false
			}
			info, err := stream.Info(ctx)
			if err != nil {
				l.failed(err)
				return 0, false
			}
			if !info.Created.Equal(created) {
				created, next = info.Created, 1 // the nodes had forgotten all
			}
			return next, true
		},
		Got: func(e Entry, _ uint64) {
			if e.Sequence >= next {
				next = e.Sequence + 1
				f(e)
			}
		},
		Lost: func() {},
	})
	unagain := l.cluster.Again(consumer.Lose)
	return func() {
		unagain()
		consumer.Stop()
	}, nil
}

// AppendAfter adds an entry if the one with a sequence is the newest of its key, or if there is none and that is 0, and returns its
// sequence. The error is ErrBehind if another one is newer.
func (l *Log) AppendAfter(ctx context.Context, key string, last uint64, entry []byte) (sequence uint64, err error) {
	return l.append(ctx, key, entry, jetstream.WithExpectLastSequencePerSubject(last))
}

func (l *Log) append(ctx context.Context, key string, entry []byte, o jetstream.PublishOpt) (sequence uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if _, err := l.open(ctx); err != nil {
		return 0, err
	}
	ack, err := l.cluster.js.Publish(ctx, l.subject+key, entry, o)
	if err != nil {
		return 0, l.refused(err)
	}
	return ack.Sequence, nil
}

// refused is why an entry was not added.
func (l *Log) refused(err error) error {
	var refused *jetstream.APIError
	if errors.As(err, &refused) {
		switch refused.ErrorCode {
		case maxMessages, insufficientResources, storageExceeded:
			return fmt.Errorf("%w: %w", ErrFull, err)
		case jetstream.JSErrCodeStreamWrongLastSequence, jetstream.JSErrCodeStreamWrongLastSequenceConstant:
			return fmt.Errorf("%w: %w", ErrBehind, err)
		}
	}
	return l.failed(err)
}

// Purge drops the entries of a key that have smaller sequences than this.
func (l *Log) Purge(ctx context.Context, key string, before uint64) error {
	return l.purge(ctx, jetstream.WithPurgeSubject(l.subject+key), jetstream.WithPurgeSequence(before))
}

// PurgeAll drops all entries of a key.
func (l *Log) PurgeAll(ctx context.Context, key string) error {
	return l.purge(ctx, jetstream.WithPurgeSubject(l.subject+key))
}

func (l *Log) purge(ctx context.Context, which ...jetstream.StreamPurgeOpt) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stream, err := l.open(ctx)
	if err != nil {
		return err
	}
	if err := stream.Purge(ctx, which...); err != nil {
		return l.failed(err)
	}
	return nil
}
