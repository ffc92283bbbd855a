// Server serves the page and the streams of EventSource Playground.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	stdlog "log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"eventsource-playground/cluster"
	"eventsource-playground/room"
	"eventsource-playground/server/class"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/play"
	"eventsource-playground/server/rooms"
	"eventsource-playground/server/session"
	"eventsource-playground/web"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // a quarter as many collections: each visits the stack of every stream
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limits.Default.Memory)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // so a second signal kills at once
	m := Main{Files: web.Files(), Limits: limits.Default, Stdout: os.Stdout, Stderr: os.Stderr}
	os.Exit(m.Run(ctx, os.Args[1:]))
}

// Main is the whole program, so that a test can start it as it is.
type Main struct {
	Files  fs.FS // the page's, as web.Files returns them
	Limits limits.Limits
	Stdout io.Writer // the page's addresses, and what the browser will warn of
	Stderr io.Writer // everything else
}

// Run serves until ctx is done, and returns the process's exit status.
func (m Main) Run(ctx context.Context, args []string) int {
	var o options
	flags := flag.NewFlagSet("server", flag.ContinueOnError)
	flags.SetOutput(m.Stderr)
	flags.StringVar(&o.addr, "addr", "localhost:3000", "listen on this `host:port`; localhost is 127.0.0.1 and [::1], port 0 is any free one")
	flags.StringVar(&o.second, "second-addr", "", "the `host:port` of a second origin for scenarios that need one; empty is any free port of the first one's host")
	flags.UintVar(&o.secondPort, "second-port", 0, "the `port` of the second origin as pages reach it, where a proxy has another one than -second-addr")
	flags.StringVar(&o.cors, "cors", "*", "the `origin` whose pages may read the streams: one such as https://example.org, which may then also\n"+
		"connect withCredentials; * for all, without credentials; empty for none but this server's own page")
	flags.DurationVar(&m.Limits.Heartbeat, "heartbeat", m.Limits.Heartbeat, "send a comment after this much silence in a stream")
	flags.IntVar(&m.Limits.Streams, "max-streams", m.Limits.Streams, "open streams in all, and as many of rooms")
	flags.IntVar(&m.Limits.StreamsPerAddress, "max-streams-per-address", m.Limits.StreamsPerAddress,
		"open streams of one address (IPv6: of one /64); set it to -max-streams behind a proxy")
	flags.StringVar(&o.tls.addr, "tls-addr", "", "listen on this `host:port` for https, and so for HTTP/2; empty is not at all. If it is not given, port 3443\n"+
		"of -addr's host or the next free one, where only this machine reaches that, or a certificate is given")
	flags.StringVar(&o.tls.cert, "tls-cert", "", "the `file` with the certificate for https, and those up to its root's, in PEM; without it the server makes one for localhost")
	flags.StringVar(&o.tls.key, "tls-key", "", "the `file` with that certificate's key, in PEM")
	flags.StringVar(&o.public, "public-url", "", "the `URL` under which others reach this server, such as https://sse.example.org, beside its addresses and localhost")
	flags.StringVar(&o.rooms.Dir, "data", "", "the `folder` in which rooms are kept on disk; empty is in memory, until the server stops")
	flags.StringVar(&o.rooms.URL, "nats", "", "the `URL` of a NATS server or cluster with JetStream that has the rooms, such as nats://localhost:4222, or several with commas;\n"+
		"empty is one in this process")
	flags.StringVar(&o.rooms.Creds, "nats-creds", "", "the `file` with the credentials for that")
	flags.StringVar(&o.name, "name", machine(), "what this server is called where there are several, in pages too: `letters`, digits and hyphens")
	flags.StringVar(&o.metrics, "metrics-addr", "", "the `host:port` with /metrics in Prometheus' text format; empty is none")
	version := flags.Bool("version", false, "print the version and exit")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(m.Stderr, "%q is no flag: see -help\n", flags.Arg(0))
		return 2
	case *version:
		fmt.Fprintln(m.Stdout, buildVersion())
		return 0
	}

	// Behind a proxy all have one address.
	m.Limits.RoomJoins = max(m.Limits.RoomJoins, m.Limits.RoomJoins*m.Limits.StreamsPerAddress/limits.Default.StreamsPerAddress)
	flags.Visit(func(f *flag.Flag) { o.tls.given = o.tls.given || f.Name == "tls-addr" })

	log := newLog(m.Stderr)
	if err := m.serve(ctx, log, o); err != nil {
		log.Error("failed", "err", err)
		return 1
	}
	return 0
}

// options are the flags that say where this server is, and who may read it.
type options struct {
	addr, second, cors, public, name, metrics string
	tls                                       encryption
	rooms                                     room.Options

	secondPort uint // 0: as it is
}

func (m Main) serve(ctx context.Context, log *slog.Logger, o options) error {
	if err := m.Limits.Check(); err != nil {
		return err
	}
	origin, err := parseOrigin(o.cors)
	if err != nil {
		return err
	}
	public, err := parsePublic(o.public)
	if err != nil {
		return err
	}
	if err := checkRooms(o.rooms); err != nil {
		return err
	}
	files, err := newAssets(m.Files)
	if err != nil {
		return err
	}
	if !files.built() {
		log.Warn(notBuilt)
	}
	first, second, err := o.listen(log)
	if err != nil {
		return err
	}

	where := secondOrigin{port: portOf(second.at), securePort: portOf(second.secureAt), page: portOf(first.secureAt), public: public}
	others, err := o.join(log)
	if err != nil {
		return err
	}
	if others != nil {
		defer others.Close()
		log = log.With("server", others.Self.ID())
	}
	if o.secondPort != 0 {
		where.port = strconv.FormatUint(uint64(o.secondPort), 10)
	}
	streams := play.New(m.Limits, findScenario, where.of, log)
	sessions := session.New(m.Limits)
	if others != nil {
		streams.Share(others)
		if err := sessions.Share(others); err != nil {
			return err
		}
	}
	texts := textRoutes(files, newCatalogue(where), streams, m.Limits)
	reach := reachOf(first, public)
	hub := room.New(roomOptions(o.rooms, m.Limits, log))
	defer hub.Close()
	rooms := rooms.New(m.Limits, hub, reach.of, time.Now, log)
	classes := class.New(m.Limits, findRoom(rooms), reach.page, carrier(o.rooms), others)
	channels := session.NewChannels(sessions, classes, log)
	channels.Serve(texts)
	served, sockets := sessions.Watch(streams.Serve), sessions.Watch(streams.ServeSocket)
	plain := newConnections(m.Limits.ConnectionsPerAddress)
	names := newHosts(public)
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	health := &health{others: others}
	server := newServer(running, names.only(routes(health, files, served, sockets, channels, texts, rooms, reach, origin)), plain, m.Limits, log)
	secondServer := newServer(running, names.only(secondRoutes(files, served, origin)), plain, m.Limits, log)
	if o.metrics != "" {
		unserve, err := serveMetrics(o.metrics, measured{streams, sessions, channels, hub, rooms, others}, m.Limits, log)
		if err != nil {
			return err
		}
		defer unserve()
	}
	failed := make(chan error, len(first.plain)+len(first.secure)+len(second.plain)+len(second.secure))
	first.serve(server, failed)
	second.serve(secondServer, failed)
	log.Info("started", "url", "http://"+first.at+"/", "second", "http://"+second.at+"/", "version", buildVersion())
	if first.secureAt != "" {
		log.Info("over HTTP/2", "url", "https://"+first.secureAt+"/", "second", "https://"+second.secureAt+"/")
	}
	io.WriteString(m.Stdout, greeting(first, reach, o.tls.own()))

	select {
	case err := <-failed:
		server.Close()
		secondServer.Close()
		return err
	case <-ctx.Done():
	}
	log.Info("stopping")
	health.stopping.Store(true)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.Limits.Stop)
	defer cancel()
	streams.End()
	rooms.End()
	var servers sync.WaitGroup
	for _, s := range []*http.Server{server, secondServer} {
		servers.Go(func() {
			if err := s.Shutdown(grace); err != nil {
				s.Close() // a reader that reads nothing, or a connection that never sent its request
			}
		})
	}
	servers.Wait()
	streams.Drain(grace)
	rooms.Drain(grace)
	// What has just ended is still to be told, however much of the grace the streams needed.
	stop()
	grace, cancel = context.WithTimeout(context.WithoutCancel(ctx), m.Limits.Stop)
	defer cancel()
	channels.Wait(grace)
	classes.Close()
	sessions.Flush(grace)
	log.Info("stopped")
	return nil
}

// machine is what this one is called, as a server's name.
func machine() string {
	host, _ := os.Hostname()
	host, _, _ = strings.Cut(host, ".")
	if !cluster.IsName(host) {
		return "server"
	}
	return host
}

// join is with the other servers, where there may be some.
func (o options) join(log *slog.Logger) (*cluster.Cluster, error) {
	if o.rooms.URL == "" {
		return nil, nil
	}
	if !cluster.IsName(o.name) {
		return nil, fmt.Errorf("-name %s is not possible: give 1 to 32 letters, digits and hyphens", strconv.Quote(o.name))
	}
	return cluster.Join(cluster.Options{URL: o.rooms.URL, Creds: o.rooms.Creds, Name: o.name, Log: log})
}

// greeting is where the page is, and what a browser will warn of.
func greeting(first site, others reach, ownCertificate bool) string {
	text := "EventSource Playground: http://" + first.at + "/\n"
	for _, at := range others.others {
		text += "   from other machines: http://" + at + "/\n"
	}
	if first.secureAt == "" {
		return text
	}
	text += "           over HTTP/2: https://" + first.secureAt + "/\n"
	if ownCertificate {
		text += "A browser warns of that one, since the server made its certificate itself, for this machine. Accept it once: it is kept.\n"
	}
	return text
}

// newServer is an http.Server. The context of every request is done when running is: its Shutdown does not know the channels.
func newServer(running context.Context, handler http.Handler, plain *connections, l limits.Limits, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           play.Shallow(plain.limited(handler)),
		ReadHeaderTimeout: l.ReadHeader,
		ReadTimeout:       l.Read,
		WriteTimeout:      l.Write,
		IdleTimeout:       l.Idle,
		MaxHeaderBytes:    l.Header,
		ConnState:         plain.changed,
		ErrorLog:          stdlog.New(withoutHandshakes{slog.NewLogLogger(log.Handler(), slog.LevelError).Writer()}, "", 0), // panics in handlers too: net/http recovers them
		BaseContext:       func(net.Listener) context.Context { return running },
		ConnContext:       play.WithConnection,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          l.StreamsPerConnection,
			MaxReadFrameSize:              16 << 10, // the smallest that there is
			MaxReceiveBufferPerConnection: l.Buffered,
			MaxReceiveBufferPerStream:     l.Buffered,
			SendPingTimeout:               l.Ping,
			PingTimeout:                   l.StreamWrite,
			WriteByteTimeout:              l.StreamWrite,
		},
	}
}

// checkRooms refuses what the flags can get wrong about rooms.
func checkRooms(o room.Options) error {
	switch {
	case o.Dir != "" && o.URL != "":
		return errors.New("-data is for rooms in this process, and -nats for those elsewhere: give one of them")
	case o.Creds != "" && o.URL == "":
		return errors.New("-nats-creds is for -nats: give both, or none")
	}
	if o.Creds != "" {
		if _, err := os.ReadFile(o.Creds); err != nil {
			return fmt.Errorf("-nats-creds: %w", err)
		}
	}
	return nil
}

// roomOptions are the flags, within the limits.
func roomOptions(o room.Options, l limits.Limits, log *slog.Logger) room.Options {
	o.Rooms, o.Events, o.Bytes, o.Age, o.Idle = l.Rooms, l.RoomEvents, l.RoomBytes, l.RoomAge, l.RoomIdle
	o.Log = log
	return o
}

func newLog(stderr io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(stderr, nil))
}

// buildVersion is the module's version, with the commit that it was built from, and the Go that built it.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Path + " " + info.Main.Version + " " + info.GoVersion
}
