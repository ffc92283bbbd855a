package local

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is one that says a line when it is ready.
type process struct {
	name string
	env  []string
	log  *lines

	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended

	mutex sync.Mutex
	text  bytes.Buffer // what it has logged
}

// grace is what a process has to stop.
const grace = 5 * time.Second

// start returns the line.
func (p *process) start(ctx context.Context, program string, args ...string) (string, error) {
	p.cmd = exec.Command(program, args...)
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.SysProcAttr = alone()
	p.cmd.Stderr = p
	if _, err := p.cmd.StdinPipe(); err != nil { // open as long as this process is there
		return "", err
	}
	stdout, out := io.Pipe()
	p.cmd.Stdout = out
	if err := p.cmd.Start(); err != nil {
		return "", err
	}
	p.done = make(chan struct{})
	go func() {
		p.cmd.Wait()
		out.Close()
		close(p.done)
	}()
	first := make(chan string, 1)
	go func() {
		r := bufio.NewReader(stdout)
		line, _ := r.ReadString('\n')
		first <- strings.TrimSpace(line)
		io.Copy(io.Discard, r)
	}()
	select {
	case line := <-first:
		if line == "" {
			return "", fmt.Errorf("%s does not start: %s", p.name, p.logged())
		}
		return line, nil
	case <-ctx.Done():
		p.kill()
		return "", fmt.Errorf("%s does not start: %w: %s", p.name, ctx.Err(), p.logged())
	}
}

// kill returns when it is dead.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.done
}

// stop has it stop, and kills it if it does not.
func (p *process) stop() {
	if p.done == nil {
		return
	}
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(grace):
		p.kill()
	}
}

// Write is what it logs.
func (p *process) Write(b []byte) (int, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.text.Write(b)
	p.log.write(p.name, b)
	return len(b), nil
}

func (p *process) logged() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.text.String()
}

// said is what it has logged a value of, in the line that has a text; "" if it has not.
func (p *process) said(text, value string) string {
	_, line, _ := strings.Cut(p.logged(), text)
	line, _, _ = strings.Cut(line, "\n")
	_, word, _ := strings.Cut(line, value)
	word, _, _ = strings.Cut(word, " ")
	return word
}

// lines are those that all log.
type lines struct {
	mutex sync.Mutex
	to    io.Writer
}

// write writes whole lines, since a logger writes no others.
func (l *lines) write(name string, b []byte) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for line := range bytes.Lines(b) {
		fmt.Fprintf(l.to, "%-7s %s", name, line)
	}
}
