// Package playground runs the real server for tests, as a process of its own.
package playground

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"eventsource-playground/e2e/process"
)

// Server is a running server.
type Server struct {
	URL       string // without a slash at the end
	SecureURL string // over HTTP/2, the same

	process *process.Process
	stderr  *process.Buffer
	stop    sync.Once
	stopErr error
}

// bound is how long starting and stopping may take.
const bound = time.Minute

// Start starts a server on a free port of 127.0.0.1, with further arguments, and stops it with the test: it fails the
// test if it doesn't stop cleanly. If the test fails, it logs what the server wrote to stderr.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s, err := start(args)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		s.logIfFailed(t)
	})
	return s
}

// Shared is Start for tests that don't mind each other: one server serves them all, until process.Main stops it.
func Shared(t testing.TB) *Server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		s, err := start(nil)
		if err != nil {
			t.Fatal(err)
		}
		process.AtExit(func() {
			if err := s.Stop(); err != nil {
				fmt.Println(err)
			}
		})
		shared.server = s
	}
	t.Cleanup(func() { shared.server.logIfFailed(t) })
	return shared.server
}

var shared struct {
	sync.Mutex
	server *Server
}

// Stop asks the server to stop, as Ctrl-C does, and waits until it has. It may be called again.
func (s *Server) Stop() error {
	s.stop.Do(func() {
		s.process.Signal(syscall.SIGTERM)
		select {
		case <-s.process.Done():
		case <-time.After(bound):
			s.process.Kill()
			s.stopErr = fmt.Errorf("playground: the server didn't stop within %v of SIGTERM", bound)
			return
		}
		if err := s.process.Err(); err != nil {
			s.stopErr = fmt.Errorf("playground: the server ended with %w", err)
		}
	})
	return s.stopErr
}

// Pid is the server's process id.
func (s *Server) Pid() int { return s.process.Pid() }

// Stderr is what the server wrote to stderr so far.
func (s *Server) Stderr() string { return s.stderr.String() }

func (s *Server) logIfFailed(t testing.TB) {
	if t.Failed() {
		t.Logf("playground: the server's stderr:\n%s", s.Stderr())
	}
}

// build builds the server, once.
var build = sync.OnceValues(func() (string, error) {
	root, err := process.ModuleRoot()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "playground-")
	if err != nil {
		return "", err
	}
	process.AtExit(func() { os.RemoveAll(dir) })
	program := filepath.Join(dir, "server")
	cmd := exec.Command("go", "build", "-o", program, "./server")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("playground: %v: %w\n%s", cmd, err, out)
	}
	return program, nil
})

// Program is the server's file, for who starts it otherwise. It is there until process.Main ends.
func Program(t testing.TB) string {
	t.Helper()
	program, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func start(args []string) (*Server, error) {
	program, err := build()
	if err != nil {
		return nil, err
	}
	return startProgram(program, args)
}

// startProgram starts the program and reads its addresses, the last words of its first lines.
func startProgram(program string, args []string) (*Server, error) {
	s := &Server{stderr: new(process.Buffer)}
	cmd := exec.Command(program, append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Dir(program)) // for its certificate
	stdout, output := io.Pipe()
	cmd.Stdout, cmd.Stderr = output, s.stderr
	var err error
	if s.process, err = process.Start(cmd); err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	go func() {
		<-s.process.Done()
		output.Close()
	}()
	first := make(chan [2]string, 1)
	go func() {
		var said [2]string
		lines := bufio.NewReader(stdout)
		said[0], _ = lines.ReadString('\n')
		if lines.Buffered() > 0 { // it writes them in one
			said[1], _ = lines.ReadString('\n')
		}
		first <- said
		io.Copy(io.Discard, lines)
	}()
	select {
	case said := <-first:
		s.URL, s.SecureURL = lastAddress(said[0], "http://"), lastAddress(said[1], "https://")
		if s.URL != "" {
			return s, nil
		}
		err = fmt.Errorf("the first line has no address as its last word: %q", said[0])
	case <-time.After(bound):
		err = errors.New("it prints no address")
	}
	s.process.Kill()
	return nil, fmt.Errorf("playground: the server doesn't start: %w\n%s", err, s.Stderr())
}

// lastAddress is the last word of a line without a slash at the end, if it begins like that.
func lastAddress(line, scheme string) string {
	words := strings.Fields(line)
	if len(words) == 0 || !strings.HasPrefix(words[len(words)-1], scheme) {
		return ""
	}
	return strings.TrimSuffix(words[len(words)-1], "/")
}
