package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/nats-io/nats-server/v2/server"
)

// NATS is a node. Whoever reaches it, other nodes too, does so through gates.
type NATS struct {
	Name string

	cluster *Cluster
	folder  string
	clients *gate
	routes  map[int]*gate // by the node that comes through
	process *process
}

// node is what a process is told that is to be one.
type node struct {
	Name      string   `json:"name"`
	Folder    string   `json:"folder"`
	Advertise string   `json:"advertise"` // to clients
	Routes    []string `json:"routes"`    // to the others; none: it is alone
}

// listens is what it says when it listens.
type listens struct {
	Client string `json:"client"`
	Route  string `json:"route"`
}

// variable is that of the environment that has a node in it.
const variable = "PLAYGROUND_NATS_NODE"

// URL is where it is.
func (n *NATS) URL() string { return "nats://" + n.clients.at() }

// open opens its gates.
func (n *NATS) open(nodes, index int) (err error) {
	if n.clients, err = newGate(); err != nil {
		return err
	}
	n.routes = map[int]*gate{}
	for i := range nodes {
		if i == index {
			continue
		}
		if n.routes[i], err = newGate(); err != nil {
			return err
		}
	}
	return nil
}

// Start starts it, or starts it again, with what it has on disk.
func (n *NATS) Start(ctx context.Context) error {
	self := node{Name: n.Name, Folder: n.folder, Advertise: n.clients.at()}
	for i, other := range n.cluster.Nodes {
		if other == n {
			for _, o := range n.cluster.Nodes {
				if g := o.routes[i]; g != nil {
					self.Routes = append(self.Routes, "nats://"+g.at())
				}
			}
		}
	}
	text, err := json.Marshal(self)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	n.process = &process{env: []string{variable + "=" + string(text)}, log: n.cluster.log, name: n.Name}
	line, err := n.process.start(ctx, program)
	if err != nil {
		return err
	}
	var at listens
	if err := json.Unmarshal([]byte(line), &at); err != nil {
		return fmt.Errorf("%s said %q: %w", n.Name, line, err)
	}
	n.clients.lead(at.Client)
	for _, g := range n.routes {
		g.lead(at.Route)
	}
	return nil
}

// PID is that of its process.
func (n *NATS) PID() int { return n.process.cmd.Process.Pid }

// Kill kills it, at once.
func (n *NATS) Kill() { n.process.kill() }

func (n *NATS) stop() {
	if n.process != nil {
		n.process.stop()
	}
}

// Block cuts it off, from the other nodes and from its clients, without a word to either; or joins it to them again.
func (n *NATS) Block(blocked bool) {
	n.clients.block(blocked)
	for i, other := range n.cluster.Nodes {
		if other == n {
			for _, o := range n.cluster.Nodes {
				if g := o.routes[i]; g != nil {
					g.block(blocked)
				}
			}
			continue
		}
		n.routes[i].block(blocked)
	}
}

func (n *NATS) close() {
	if n.clients != nil {
		n.clients.close()
	}
	for _, g := range n.routes {
		if g != nil {
			g.close()
		}
	}
}

// Node is the whole process if it was started to be a node, and else nothing.
func Node() {
	text := os.Getenv(variable)
	if text == "" {
		return
	}
	if err := be(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// be is a node until it is told to stop, or whoever started it has gone.
func be(text string) error {
	var n node
	if err := json.Unmarshal([]byte(text), &n); err != nil {
		return err
	}
	o := &server.Options{
		ServerName: n.Name, Host: "127.0.0.1", Port: server.RANDOM_PORT, ClientAdvertise: n.Advertise,
		JetStream: true, StoreDir: n.Folder, JetStreamMaxMemory: 1 << 30, JetStreamMaxStore: 1 << 30,
		NoLog: true, NoSigs: true,
	}
	if len(n.Routes) > 0 {
		o.Cluster = server.ClusterOpts{
			Name: "local", Host: "127.0.0.1", Port: server.RANDOM_PORT,
			Advertise: "127.0.0.1:1", // where nobody listens: each goes through its own gates to the others
		}
	}
	for _, r := range n.Routes {
		u, err := url.Parse(r)
		if err != nil {
			return err
		}
		o.Routes = append(o.Routes, u)
	}
	s, err := server.NewServer(o)
	if err != nil {
		return err
	}
	s.Start()
	if !s.ReadyForConnections(patience) {
		return errors.New("NATS does not start")
	}
	at := listens{Client: s.Addr().String()}
	if a := s.ClusterAddr(); a != nil {
		at.Route = net.JoinHostPort("127.0.0.1", fmt.Sprint(a.Port))
	}
	line, err := json.Marshal(at)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	parent := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin) // which ends when that does
		close(parent)
	}()
	select {
	case <-signals:
	case <-parent:
	}
	s.Shutdown()
	s.WaitForShutdown()
	return nil
}
