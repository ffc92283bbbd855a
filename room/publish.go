package room

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eventsource-playground/sse"
)

// ErrUnacknowledged is the error of events of which nobody knows whether they were published: NATS had them, or not, when it was
// gone.
var ErrUnacknowledged = errors.New("room: NATS has not acknowledged")

// Publish publishes events, and returns when JetStream has acknowledged them, with the ids of those that it has. The error says
// why it has not all: it is ErrUnreachable if the others were not published, ErrUnacknowledged if nobody knows, ErrUnknown if there
// is no such room any more, or what is wrong with a message. A message has no ID: the room gives each its own.
//
// While NATS is there and nobody leads the room, since a node was killed, it waits until somebody does, for as long as that takes.
func (r *Room) Publish(ctx context.Context, messages []sse.Message) (ids []string, err error) {
	e, err := r.hub.started()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, election)
	defer cancel()
	ids = make([]string, 0, len(messages))
	var last uint64
	defer func() { r.arrived(context.WithoutCancel(ctx), last) }()
	for {
		var sequences []uint64
		sequences, err = r.publish(ctx, e, messages[len(ids):])
		for _, sequence := range sequences {
			ids, last = append(ids, r.ID(sequence)), sequence
		}
		if !errors.Is(err, errNobody) {
			return ids, err
		}
		if r.checkSoon(); r.View().Over {
			return ids, ErrUnknown
		}
		select {
		case <-ctx.Done():
			return ids, ErrUnreachable
		case <-time.After(pause):
		}
	}
}

// errNobody is the error of events that nobody has received.
var errNobody = errors.New("room: nobody leads it")

// publish publishes events once, and returns the sequences of those that were acknowledged, which are the first ones. With errNobody
// the others were not published.
func (r *Room) publish(ctx context.Context, e *engine, messages []sse.Message) (sequences []uint64, err error) {
	var futures []jetstream.PubAckFuture
	for _, m := range messages {
		var text []byte
		if text, err = m.AppendText(nil); err != nil {
			break
		}
		var future jetstream.PubAckFuture
		if future, err = e.js.PublishAsync(r.config.Subjects[0], text, jetstream.WithRetryAttempts(0)); err != nil {
			err = e.explain(err)
			break
		}
		futures = append(futures, future)
	}
	for i, future := range futures {
		sequence, failed := acknowledged(ctx, future)
		if failed == nil {
			sequences = append(sequences, sequence)
			continue
		}
		if !errors.Is(failed, errNobody) {
			return sequences, failed
		}
		for _, later := range futures[i+1:] { // if one was received, what is published again would come after it
			if _, err := acknowledged(ctx, later); !errors.Is(err, errNobody) {
				return sequences, ErrUnacknowledged
			}
		}
		return sequences, failed
	}
	return sequences, err
}

func acknowledged(ctx context.Context, future jetstream.PubAckFuture) (sequence uint64, err error) {
	select {
	case ack := <-future.Ok():
		return ack.Sequence, nil
	case err := <-future.Err():
		if errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse) {
			return 0, errNobody
		}
		return 0, fmt.Errorf("%w: %w", ErrUnacknowledged, err)
	case <-ctx.Done():
		return 0, fmt.Errorf("%w: %w", ErrUnacknowledged, ctx.Err())
	}
}

// arrived waits until what was published is in this server's log, too: whoever comes to read after it was acknowledged finds it.
// That is at once, or NATS has gone, and it comes when that is there again.
func (r *Room) arrived(ctx context.Context, sequence uint64) {
	ctx, cancel := context.WithTimeout(ctx, reconnecting)
	defer cancel()
	r.loaded(ctx, sequence)
}
