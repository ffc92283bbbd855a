//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"sync/atomic"
	"time"
)

const (
	partHTTP2          = "HTTP/2"
	multiplexedStreams = 1000
	connections        = 10
	multiplexedLoop    = "net/http loop over HTTP/2"
)

// measureHTTP2 measures our server beside the loop, with many streams on few connections.
func measureHTTP2(_ context.Context, dir string, done func(...row)) error {
	sides, err := bothSides(dir)
	if err != nil {
		return err
	}
	of := fmt.Sprintf("%d streams on %d connections", multiplexedStreams, connections)
	for _, test := range []struct {
		name, unit, figure string
		rounds             int
		measure            func(side) (map[string][]float64, error)
	}{
		{"memory", "KB", "resident memory a stream over HTTP/2, " + of, 3, multiplexedMemory},
		{"cpu", "µs", "CPU an event over HTTP/2, ten a second, " + of, 5, multiplexedCPU},
	} {
		ours, theirs, err := inTurns(sides, test.rounds, test.measure)
		if err != nil {
			return fmt.Errorf("HTTP/2: %w", err)
		}
		done(compared(partHTTP2, test.figure, multiplexedLoop, test.unit, ours[test.name], theirs[test.name]).atMost(1.15))
	}
	return nil
}

// multiplexedMemory measures a fresh server with streams of an event a second.
func multiplexedMemory(s side) (map[string][]float64, error) {
	p, err := start(s.binary, s.args...)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	warm, err := openMultiplexed(p.secure, s.multiplexed("1s"), 20)
	if err != nil {
		return nil, err
	}
	warm.close()
	before, err := p.resident()
	if err != nil {
		return nil, err
	}
	m, err := openMultiplexed(p.secure, s.multiplexed("1s"), multiplexedStreams)
	if err != nil {
		return nil, err
	}
	defer m.close()
	time.Sleep(pacedTime)
	after, err := p.resident()
	return map[string][]float64{"memory": {(after - before) / multiplexedStreams / 1024}}, err
}

// multiplexedCPU measures a fresh server with streams of ten events a second.
func multiplexedCPU(s side) (map[string][]float64, error) {
	p, err := start(s.binary, s.args...)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	m, err := openMultiplexed(p.secure, s.multiplexed("100ms"), multiplexedStreams)
	if err != nil {
		return nil, err
	}
	defer m.close()
	before, err := p.cpu()
	if err != nil {
		return nil, err
	}
	events := m.events.Load()
	time.Sleep(pacedTime)
	events = m.events.Load() - events
	after, err := p.cpu()
	return map[string][]float64{"cpu": {(after - before).Seconds() / float64(events) * 1e6}}, err
}

// multiplexed are connections with streams, of whose frames (RFC 9113) no more is read than has to be.
type multiplexed struct {
	conns  []*tls.Conn
	events atomic.Int64
}

const (
	frameData         = 0
	frameHeaders      = 1
	frameSettings     = 4
	frameWindowUpdate = 8

	settingWindow = 4
	wide          = 1 << 30 // no window is to get full

	endStream, endHeaders = 1, 4
)

// openMultiplexed opens streams, evenly over the connections and a second, and returns when each has had an event.
func openMultiplexed(server netip.AddrPort, path string, streams int) (*multiplexed, error) {
	m := &multiplexed{}
	for range connections {
		conn, err := tls.Dial("tcp", server.String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		if err != nil {
			m.close()
			return nil, err
		}
		m.conns = append(m.conns, conn)
		io.WriteString(conn, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
		m.frame(conn, frameSettings, 0, 0, binary.BigEndian.AppendUint32([]byte{0, settingWindow}, wide))
		m.frame(conn, frameWindowUpdate, 0, 0, binary.BigEndian.AppendUint32(nil, wide))
		go m.read(conn)
	}
	block := requestBlock(path)
	pause := time.Second / time.Duration(streams)
	for n := range streams {
		if err := m.frame(m.conns[n%connections], frameHeaders, endStream|endHeaders, uint32(n/connections*2+1), block); err != nil {
			m.close()
			return nil, err
		}
		time.Sleep(pause)
	}
	for until := time.Now().Add(patience); m.events.Load() < int64(streams); {
		if time.Now().After(until) {
			m.close()
			return nil, errPatience
		}
		time.Sleep(time.Millisecond)
	}
	return m, nil
}

func (m *multiplexed) frame(conn *tls.Conn, kind, flags byte, stream uint32, payload []byte) error {
	frame := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	frame = append(frame, flags)
	frame = binary.BigEndian.AppendUint32(frame, stream)
	_, err := conn.Write(append(frame, payload...))
	return err
}

// read counts events until the connection is closed.
func (m *multiplexed) read(conn *tls.Conn) {
	in := bufio.NewReaderSize(conn, 64<<10)
	var head [9]byte
	var payload []byte
	for {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		size := int(head[0])<<16 | int(head[1])<<8 | int(head[2])
		payload = append(payload[:0], make([]byte, size)...)
		if _, err := io.ReadFull(in, payload); err != nil {
			return
		}
		if head[3] == frameData {
			m.events.Add(int64(bytes.Count(payload, []byte("\n\n"))))
		}
	}
}

func (m *multiplexed) close() {
	for _, conn := range m.conns {
		conn.Close()
	}
}

// requestBlock is a request's fields, each a literal without an index (RFC 7541, 6.2.2).
func requestBlock(path string) (block []byte) {
	text := func(s string) {
		if len(s) < 127 {
			block = append(block, byte(len(s)))
		} else {
			block = binary.AppendUvarint(append(block, 127), uint64(len(s)-127))
		}
		block = append(block, s...)
	}
	for _, field := range [][2]string{
		{":method", "GET"}, {":scheme", "https"}, {":authority", "127.0.0.1"}, {":path", path}, {"accept", "text/event-stream"},
	} {
		block = append(block, 0)
		text(field[0])
		text(field[1])
	}
	return block
}
