//go:build linux

package main

import (
	"time"
)

// leaving is a server that many have left.
type leaving struct {
	process *process
	side    side
	streams int
	before  float64 // bytes in RAM
	at      time.Time
}

// leave has many come to a server and leave it.
func leave(s side) (*leaving, error) {
	p, err := start(s.binary, s.args...)
	if err != nil {
		return nil, err
	}
	left := &leaving{process: p, side: s, streams: manyStreams}
	if err := left.wave(); err != nil {
		p.stop()
		return nil, err
	}
	return left, nil
}

func (left *leaving) wave() (err error) {
	if err := warmUp(left.process, left.side); err != nil {
		return err
	}
	if left.before, err = left.process.resident(); err != nil {
		return err
	}
	l, err := newLoad(left.process.addr, left.side.paced)
	if err != nil {
		return err
	}
	defer l.close()
	if err := l.open(left.streams, false); err != nil {
		return err
	}
	left.at = time.Now()
	return nil
}

func (left *leaving) rows() ([]row, error) { return nil, nil }
