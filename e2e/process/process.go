// Package process starts programs for tests, and sees to it that they never outlive them.
package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
)

// Main runs the tests of a package, then what AtExit was told. Call it from TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(process.Main(m)) }
func Main(m *testing.M) int {
	exit.Lock()
	exit.running = true
	exit.Unlock()
	code := m.Run()
	exit.Lock()
	defer exit.Unlock()
	for _, f := range slices.Backward(exit.funcs) {
		f()
	}
	return code
}

// AtExit has f called when all tests of the package are over, last come, first served. It needs Main.
func AtExit(f func()) {
	exit.Lock()
	defer exit.Unlock()
	if !exit.running {
		panic("process: what tests share must end with them: func TestMain(m *testing.M) { os.Exit(process.Main(m)) }")
	}
	exit.funcs = append(exit.funcs, f)
}

var exit struct {
	sync.Mutex
	running bool
	funcs   []func()
}

// Process is a running program, the leader of a process group of its own.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // valid once done is closed
}

// Start starts cmd. Should the test die without calling Kill (a timeout's panic, a Ctrl-C), a watchdog sees its end
// of a pipe close, and ends the group.
func Start(cmd *exec.Cmd) (*Process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	watchdog, pipe, err := watch(cmd.Process.Pid)
	if err != nil {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
		return nil, err
	}
	go func() {
		p.err = cmd.Wait()
		watchdog.Process.Kill() // before its pipe closes: the group's number may be another's by now
		watchdog.Wait()
		pipe.Close()
		close(p.done)
	}()
	return p, nil
}

func watch(group int) (*exec.Cmd, io.Closer, error) {
	cmd := exec.Command("/bin/sh", "-c", `read -r _; kill -KILL -"$1"`, "watchdog", strconv.Itoa(group))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // or a Ctrl-C would end it first
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("process: watchdog: %w", err)
	}
	return cmd, pipe, nil
}

// Pid is the process id, and the id of the group.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Done is closed when the program has ended and all its output has been read.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the program ended; call it after Done.
func (p *Process) Err() error { return p.err }

// Signal sends the program, not its children, a signal.
func (p *Process) Signal(s syscall.Signal) error { return p.cmd.Process.Signal(s) }

// Kill ends the whole group at once, and waits until the program is gone.
func (p *Process) Kill() {
	select {
	case <-p.done:
	default:
		syscall.Kill(-p.Pid(), syscall.SIGKILL)
		<-p.done
	}
}

// ModuleRoot is the folder of go.mod, wherever in the module the test runs.
func ModuleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("process: no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
}
