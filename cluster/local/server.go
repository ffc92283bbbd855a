package local

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
)

// Server is one of the servers.
type Server struct {
	Name string

	cluster *Cluster
	index   int
	process *process

	mutex   sync.Mutex
	address string // host:port; "": it does not run
	second  string // that of the second origin
}

// Start starts it, or starts it again.
func (s *Server) Start(ctx context.Context) error {
	o, to := s.cluster.options, s.cluster.NATS()
	if o.Near {
		to = s.cluster.Nodes[s.index%len(s.cluster.Nodes)].URL()
	}
	_, second, _ := net.SplitHostPort(s.cluster.second.at())
	args := []string{"-addr", "127.0.0.1:0", "-second-port", second, "-tls-addr", "", "-nats", to, "-name", s.Name}
	if o.Metrics {
		args = append(args, "-metrics-addr", "127.0.0.1:0")
	}
	s.process = &process{log: s.cluster.log, name: s.Name}
	line, err := s.process.start(ctx, o.Server, append(args, o.Args...)...)
	if err != nil {
		return err
	}
	_, at, ok := strings.Cut(line, "http://")
	if !ok {
		return fmt.Errorf("server %s said %q", s.Name, line)
	}
	s.set(strings.TrimSuffix(at, "/"), strings.Trim(s.process.said("msg=started", "second="), "htp:/"))
	return nil
}

// URL is its own address, beside that of all; "" if it does not run.
func (s *Server) URL() string {
	if at := s.at(); at != "" {
		return "http://" + at + "/"
	}
	return ""
}

// Metrics is where its metrics are.
func (s *Server) Metrics() string { return s.process.said("msg=metrics ", "url=") }

// PID is that of its process.
func (s *Server) PID() int { return s.process.cmd.Process.Pid }

// Kill kills it, at once.
func (s *Server) Kill() {
	s.process.kill()
	s.set("", "")
}

// Stop has it end its streams and stop.
func (s *Server) Stop() {
	s.stop()
	s.set("", "")
}

func (s *Server) stop() {
	if s.process != nil {
		s.process.stop()
	}
}

func (s *Server) at() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.address
}

func (s *Server) secondAt() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.second
}

func (s *Server) set(at, second string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.address, s.second = at, second
}
