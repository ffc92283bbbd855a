package room

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// engine is NATS JetStream: one of our own inside of this process, without a port, or somebody's.
type engine struct {
	conn *nats.Conn
	js   jetstream.JetStream

	own    *server.Server // nil if it is somebody's
	folder string         // to be removed at the end; "" if none
}

var (
	// ErrUnreachable is the error of what needs NATS while that can't be reached. Nothing has happened.
	ErrUnreachable = errors.New("room: NATS can't be reached")
	// ErrUnknown is the error of a room that is not there, or no longer.
	ErrUnknown = errors.New("room: there is no such room")
)

const (
	// patience is for what NATS has to do.
	patience = 5 * time.Second
	// election is for the nodes of a cluster to agree who leads when one of them was killed: NATS takes from 4 to 9 s. Until then a
	// reader waits, since no EventSource tries again after a 503.
	election = 15 * time.Second
	// reconnecting is the time between two attempts to reach NATS again.
	reconnecting = 500 * time.Millisecond
	// attempt is for NATS to do what it does in milliseconds, unless somebody is gone.
	attempt = 2 * time.Second
	// pause is between two attempts.
	pause = 100 * time.Millisecond
	// beat is the time between two signs of life of a room in which nothing happens.
	beat = time.Second
	// beatOwn is the same in this process, where nobody goes.
	beatOwn = 30 * time.Second
	// overhead is what NATS counts for each event beside its text, in bytes, or less.
	overhead = 256
)

// start is where the two kinds of engine differ, and nowhere else.
func start(o Options, reconnected func()) (*engine, error) {
	e := &engine{}
	url, options := o.URL, []nats.Option{
		nats.Name("EventSource Playground"),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnecting),
		nats.ReconnectJitter(reconnecting/5, reconnecting/5),
		nats.ReconnectBufSize(-1), // what can't be sent now is refused, and not sent later
		nats.PingInterval(patience),
		nats.MaxPingsOutstanding(1),
		nats.Timeout(patience),
		nats.ReconnectHandler(func(*nats.Conn) { reconnected() }),
	}
	if o.Creds != "" {
		options = append(options, nats.UserCredentials(o.Creds))
	}
	if url == "" {
		if err := e.startOwn(o); err != nil {
			return nil, err
		}
		options = append(options, nats.InProcessServer(e.own))
	}
	var err error
	if e.conn, err = nats.Connect(url, options...); err == nil {
		e.js, err = jetstream.New(e.conn, jetstream.WithDefaultTimeout(patience), jetstream.WithPublishAsyncTimeout(patience))
	}
	if err != nil {
		e.close()
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return e, nil
}

// startOwn starts the embedded engine. Even for rooms in memory it wants a folder.
func (e *engine) startOwn(o Options) (err error) {
	folder := filepath.Join(o.Dir, "rooms")
	if o.Dir == "" {
		if e.folder, err = os.MkdirTemp("", "playground-rooms-"); err != nil {
			return fmt.Errorf("room: %w", err)
		}
		folder = e.folder
	}
	defer func() {
		if err != nil {
			e.close()
			err = fmt.Errorf("room: NATS does not start in %s: %w", folder, err)
		}
	}()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if e.own, err = server.NewServer(&server.Options{ServerName: "playground", DontListen: true, NoLog: true, NoSigs: true}); err != nil {
		return err
	}
	e.own.Start()
	most := int64(o.Rooms+1) * o.streamBytes()
	if err := e.own.EnableJetStream(&server.JetStreamConfig{StoreDir: folder, MaxMemory: most, MaxStore: most}); err != nil {
		return err
	}
	if e.folder != "" {
		os.RemoveAll(e.folder) // a process that is killed would leave it; nothing is written for rooms in memory
	}
	return nil
}

// streamBytes is how much NATS keeps of a room.
func (o Options) streamBytes() int64 { return int64(o.Bytes + o.Events*overhead) }

// storage is where the rooms are.
func (o Options) storage() jetstream.StorageType {
	if o.URL == "" && o.Dir == "" {
		return jetstream.MemoryStorage
	}
	return jetstream.FileStorage
}

// close waits for an own engine to have all on disk.
func (e *engine) close() {
	if e.conn != nil {
		e.conn.Close()
	}
	if e.own != nil {
		e.own.Shutdown()
		e.own.WaitForShutdown()
	}
	if e.folder != "" {
		os.RemoveAll(e.folder)
	}
}

// command sends a command to every server, and returns when NATS has it.
func (e *engine) command(ctx context.Context, subject string, c Command) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := e.conn.Publish(subject, b); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return e.conn.FlushWithContext(ctx)
}

// noPeers is NATS's error code when there are not enough nodes for another stream: those that are gone for a while don't count.
const noPeers = 10005

// explain says what an error of NATS's means for a room.
func (e *engine) explain(err error) error {
	api := new(jetstream.APIError)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return ErrUnknown
	case !e.conn.IsConnected(), errors.Is(err, nats.ErrNoResponders), errors.Is(err, nats.ErrTimeout), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.As(err, &api) && (api.Code == http.StatusServiceUnavailable || api.ErrorCode == noPeers):
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return fmt.Errorf("room: %w", err)
}
