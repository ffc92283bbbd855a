package cluster

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"
)

// ErrGone is the error of a call to a server that does not listen any more.
var ErrGone = errors.New("cluster: that server is gone")

// Call asks another server, by its ID, and returns what that replies. The error is ErrGone, ErrUnreachable or the context's.
func (c *Cluster) Call(ctx context.Context, server, what string, body []byte) ([]byte, error) {
	if !c.Reachable() {
		return nil, ErrUnreachable
	}
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	m, err := c.conn.RequestWithContext(ctx, prefix+"call."+what+"."+server, body)
	if errors.Is(err, nats.ErrNoResponders) {
		return nil, ErrGone
	}
	if err != nil {
		return nil, explain(err)
	}
	return m.Data, nil
}

// Answer has f called with each call of others to this server, one after the other: f must not wait. reply is called once, at any time.
func (c *Cluster) Answer(what string, f func(body []byte, reply func([]byte))) error {
	_, err := c.conn.Subscribe(prefix+"call."+what+"."+c.Self.ID(), func(m *nats.Msg) {
		f(m.Data, func(b []byte) { m.Respond(b) })
	})
	return explain(err)
}

// Tell says something to all servers that hear it now, this one included, and does not wait. The subject's words are of letters, digits
// and hyphens.
func (c *Cluster) Tell(subject string, body []byte) error {
	return explain(c.conn.Publish(prefix+subject, body))
}

// Hear calls f with what is told, one after the other, until stop is called. The subject may have an asterisk for any one word.
func (c *Cluster) Hear(subject string, f func(subject string, body []byte)) (stop func(), err error) {
	s, err := c.conn.Subscribe(prefix+subject, func(m *nats.Msg) { f(m.Subject[len(prefix):], m.Data) })
	if err != nil {
		return nil, explain(err)
	}
	return func() { s.Unsubscribe() }, nil
}
