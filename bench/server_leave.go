//go:build linux

package main

import (
	"fmt"
	"time"
)

// leaving is a server that all have left. Go gives memory back lazily, and ours helps a while after most have left, so this
// server is left alone while the rest is measured.
type leaving struct {
	process *process
	few     *process // that only a few have left
	before  float64  // bytes in RAM, when the first few had left
	once    float64  // the same, when all had left
	side    side
	at      time.Time
}

const (
	// settled is when the server is looked at again.
	settled = 30 * time.Second
	// lastsAtMost is for what Go keeps for as many goroutines and connections as it once had, and never gives back.
	lastsAtMost = 2.0 // KB
)

// leave has many come to a server and leave it.
func leave(s side) (left *leaving, err error) {
	left = &leaving{side: s}
	defer func() {
		if err != nil {
			left.stop()
		}
	}()
	if left.few, err = start(s.binary, s.args...); err != nil {
		return nil, err
	}
	if err := warmUp(left.few, s); err != nil {
		return nil, err
	}
	if left.process, err = start(s.binary, s.args...); err != nil {
		return nil, err
	}
	if err := warmUp(left.process, s); err != nil {
		return nil, err
	}
	if left.before, err = left.process.resident(); err != nil {
		return nil, err
	}
	return left, left.visit()
}

// visit has many come and leave.
func (left *leaving) visit() error {
	l, err := newLoad(left.process.addr, left.side.paced)
	if err != nil {
		return err
	}
	defer func() {
		l.close()
		left.at = time.Now()
	}()
	return l.open(manyStreams, 0, false)
}

// again has as many come and leave a second time.
func (left *leaving) again() (err error) {
	if left.once, err = left.resident(); err != nil {
		return err
	}
	return left.visit()
}

// resident is what the server needs when all have left. It waits for as long as that still takes.
func (left *leaving) resident() (float64, error) {
	time.Sleep(time.Until(left.at.Add(settled)))
	return left.process.resident()
}

func (left *leaving) stop() {
	for _, p := range []*process{left.process, left.few} {
		if p != nil {
			p.stop()
		}
	}
}

func (left *leaving) rows() ([]row, error) {
	twice, err := left.resident()
	if err != nil {
		return nil, err
	}
	streams := fmt.Sprintf("%d streams", manyStreams)
	memory := compared(partServer, "memory when "+streams+" have left again", "when they first had", "MB",
		[]float64{twice / 1e6}, []float64{left.once / 1e6}).atMost(1.1)
	memory.Note = fmt.Sprintf("%.1f MB before anybody came; bounds of 1.1 and %g KB are what Go is allowed to give back late", left.before/1e6, lastsAtMost)
	kept := alone(partServer, "memory kept for each of "+streams+" that are over", "KB",
		[]float64{(left.once - left.before) / manyStreams / 1024}).atMost(lastsAtMost)
	goroutines := compared(partServer, "goroutines when "+streams+" have left", "when 20 have", "",
		[]float64{left.process.goroutines()}, []float64{left.few.goroutines()}).atMost(1)
	return []row{memory, kept, goroutines}, nil
}
