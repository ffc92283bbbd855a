//go:build linux

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// build builds a program as make builds the server.
func build(dir, name, pkg string) (binary string, err error) {
	binary = filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-trimpath", "-o", binary, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build %s: %w\n%s", pkg, err, out)
	}
	return binary, nil
}

// process is a server under way, ours or the reference.
type process struct {
	cmd    *exec.Cmd
	addr   netip.AddrPort
	stderr bytes.Buffer
}

// start runs a server, which says on its first line where it is.
func start(binary string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(binary, args...)}
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		_, url, _ := strings.Cut(line, "http://")
		p.addr, err = netip.ParseAddrPort(strings.TrimSuffix(strings.TrimSpace(url), "/"))
	}
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("%s did not start: %w\n%s", binary, err, &p.stderr)
	}
	return p, nil
}

func (p *process) stop() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// goroutines ends the process, and counts the goroutines that it had, without Go's own: on SIGQUIT every Go program
// lists them.
func (p *process) goroutines() float64 {
	p.cmd.Process.Signal(syscall.SIGQUIT)
	p.cmd.Wait()
	n := 1 // main, which nobody created
	for line := range bytes.Lines(p.stderr.Bytes()) {
		if bytes.HasPrefix(line, []byte("created by ")) && !bytes.HasPrefix(line, []byte("created by runtime.")) {
			n++
		}
	}
	return float64(n)
}

// resident is the process's memory in RAM, in bytes.
func (p *process) resident() (float64, error) {
	return p.memory("smaps_rollup", "Rss")
}

// memory reads a figure of the process's in /proc that is in kB.
func (p *process) memory(file, name string) (float64, error) {
	return kilobytes(fmt.Sprintf("/proc/%d/%s", p.cmd.Process.Pid, file), name)
}

func kilobytes(file, name string) (float64, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
			return n * 1024, err
		}
	}
	return 0, fmt.Errorf("%s says nothing of %s", file, name)
}

// cpu is the time that the process has computed, in user mode and in the kernel.
func (p *process) cpu() (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), ") ") // behind the name
	fields := strings.Fields(rest)
	const tick = time.Second / 100 // on every machine that Go runs on
	var ticks [2]int
	for i, field := range fields[11:13] { // utime, stime
		if ticks[i], err = strconv.Atoi(field); err != nil {
			return 0, err
		}
	}
	return time.Duration(ticks[0]+ticks[1]) * tick, nil
}
