//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

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
