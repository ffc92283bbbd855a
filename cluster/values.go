package cluster

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Values are what the servers know together, by keys of letters, digits and hyphens. They are in the memory of NATS's nodes.
type Values struct {
	cluster *Cluster
	config  jetstream.KeyValueConfig

	opening sync.Mutex
	kv      jetstream.KeyValue // nil: not opened
}

// Values are those of a name. Each is forgotten when it was not changed for as long as age; bytes is how much all of them may be, and
// then there are no new ones.
func (c *Cluster) Values(name string, age time.Duration, bytes int) *Values {
	return &Values{cluster: c, config: jetstream.KeyValueConfig{
		Bucket: "playground-" + name, TTL: age, MaxBytes: int64(bytes), Storage: jetstream.MemoryStorage, History: 1,
	}}
}

// open makes them, if no server has done so.
func (v *Values) open(ctx context.Context) (jetstream.KeyValue, error) {
	if !v.cluster.Reachable() {
		return nil, ErrUnreachable
	}
	v.opening.Lock()
	defer v.opening.Unlock()
	if v.kv != nil {
		return v.kv, nil
	}
	kv, err := v.cluster.js.KeyValue(ctx, v.config.Bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		config := v.config
		config.Replicas = v.cluster.replicas()
		kv, err = v.cluster.js.CreateOrUpdateKeyValue(ctx, config)
	}
	if err != nil {
		return nil, explain(err)
	}
	v.kv = kv
	return kv, nil
}

// failed is for what comes next: the nodes may have forgotten all, as they have it in memory.
func (v *Values) failed(err error) error {
	v.opening.Lock()
	defer v.opening.Unlock()
	v.kv = nil
	return explain(err)
}

// Get returns a value; nil if there is none. It may be a moment old.
func (v *Values) Get(ctx context.Context, key string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	kv, err := v.open(ctx)
	if err != nil {
		return nil, err
	}
	entry, err := kv.Get(ctx, key)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		return nil, nil
	case err != nil:
		return nil, v.failed(err)
	}
	return entry.Value(), nil
}

// Change changes a value, while no other server does. change gets the value, nil if there is none, and returns the new one, or nil if it
// is to stay as it is; it is called again if another server was first.
func (v *Values) Change(ctx context.Context, key string, change func(old []byte) []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	kv, err := v.open(ctx)
	if err != nil {
		return err
	}
	for {
		entry, err := kv.Get(ctx, key)
		switch {
		case errors.Is(err, jetstream.ErrKeyNotFound):
			if value := change(nil); value != nil {
				_, err = kv.Create(ctx, key, value)
			} else {
				err = nil
			}
		case err == nil:
			if value := change(entry.Value()); value != nil {
				_, err = kv.Update(ctx, key, value, entry.Revision())
			}
		}
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, jetstream.ErrKeyExists):
			return v.failed(err)
		}
		select { // another server was first, or the node that was read is a moment behind
		case <-ctx.Done():
			return explain(ctx.Err())
		case <-time.After(time.Millisecond + rand.N(4*time.Millisecond)):
		}
	}
}
