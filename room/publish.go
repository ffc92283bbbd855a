package room

import (
	"context"
	"errors"
	"fmt"

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
func (r *Room) Publish(ctx context.Context, messages []sse.Message) (ids []string, err error) {
	e, err := r.hub.started()
	if err != nil {
		return nil, err
	}
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
	ids = make([]string, 0, len(futures))
	var last uint64
	defer func() { r.arrived(ctx, last) }()
	for _, future := range futures {
		select {
		case ack := <-future.Ok():
			ids, last = append(ids, r.ID(ack.Sequence)), ack.Sequence
		case err := <-future.Err():
			if !errors.Is(err, nats.ErrNoResponders) && !errors.Is(err, jetstream.ErrNoStreamResponse) {
				return ids, fmt.Errorf("%w: %w", ErrUnacknowledged, err)
			}
			r.check(ctx)
			if r.View().Over {
				return ids, ErrUnknown
			}
			return ids, ErrUnreachable // JetStream is starting
		case <-ctx.Done():
			return ids, fmt.Errorf("%w: %w", ErrUnacknowledged, ctx.Err())
		}
	}
	return ids, err
}

// arrived waits until what was published is in this server's log, too: whoever comes to read after it was acknowledged finds it.
// That is at once, or NATS has gone, and it comes when that is there again.
func (r *Room) arrived(ctx context.Context, sequence uint64) {
	ctx, cancel := context.WithTimeout(ctx, reconnecting)
	defer cancel()
	r.loaded(ctx, sequence)
}
