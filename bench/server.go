//go:build linux

package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"
)

const (
	partServer = "server"
	byHand     = "net/http loop"

	manyStreams = 10_000
	fullCount   = 100_000 // events of one answer at full speed
	pacedCount  = 300     // of one at an event a second
	pacedTime   = 3 * time.Second
)

// A side is one of the two servers that are compared. Both send the same events, byte for byte.
type side struct {
	binary string
	args   []string
	paced  func(last int) string                    // asks for an event a second
	full   func(last int) string                    // for events at full speed
	socket func(every string) func(last int) string // for a WebSocket

	multiplexed func(every string) (path string) // for a stream over HTTP/2
}

// measureServer measures our server beside the reference, both as processes of their own, in turns.
func measureServer(_ context.Context, dir string, done func(...row)) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	// Go has raised the soft limit to the hard one, here and in both servers.
	if need := uint64(manyStreams + 1000); limit.Max < need {
		return fmt.Errorf("%d open files are too few: run ulimit -Hn %d as root first, or set LimitNOFILE or nofile in limits.conf", limit.Max, need)
	}
	sides, err := bothSides(dir)
	if err != nil {
		return err
	}
	left, err := leave(sides[0])
	if err != nil {
		return fmt.Errorf("leaving: %w", err)
	}
	defer left.stop()
	for _, test := range []struct{ streams, rounds int }{{100, 3}, {1000, 3}, {manyStreams, 6}} {
		rows, err := steadyRows(sides, test.streams, test.rounds)
		if err != nil {
			return err
		}
		done(rows...)
	}
	if err := left.again(); err != nil {
		return fmt.Errorf("leaving again: %w", err)
	}
	for _, test := range []struct {
		streams int
		atLeast float64
	}{{1, 15}, {10, 8}, {100, 6}} {
		rows, err := fullRows(sides, test.streams, test.atLeast)
		if err != nil {
			return err
		}
		done(rows...)
	}
	rows, err := left.rows()
	done(rows...)
	return err
}

// bothSides builds the two.
func bothSides(dir string) (sides [2]side, err error) {
	server, err := build(dir, "server", "./server")
	if err != nil {
		return sides, err
	}
	hand, err := build(dir, "hand", "./bench/hand")
	if err != nil {
		return sides, err
	}
	script := func(count int, every string) string {
		return fmt.Sprintf("/sse?script=%s", url.QueryEscape(fmt.Sprintf(
			"== 200\n@repeat 0 to %d%s resume\nid: {n}\ndata: %s\n\n@again\n@end", count-1, every, payload)))
	}
	return [2]side{
		{
			binary: server,
			args:   []string{"-addr", "127.0.0.1:0", "-max-streams", "1000000", "-max-streams-per-address", "1000000"},
			paced:  get(script(pacedCount, " every 1s")),
			full:   get(script(fullCount, "")),
			socket: func(every string) func(int) string { return upgrade(socketScript(every)) },

			multiplexed: func(every string) string { return script(pacedCount, " every "+every) },
		},
		{
			binary: hand,
			paced:  get(fmt.Sprintf("/?count=%d&every=1s&data=%s", pacedCount, payload)),
			full:   get(fmt.Sprintf("/?count=%d&data=%s", fullCount, payload)),
			socket: func(every string) func(int) string {
				return upgrade(fmt.Sprintf("/ws?count=%d&every=%s&data=%s", pacedCount, every, payload))
			},

			multiplexed: func(every string) string {
				return fmt.Sprintf("/?count=%d&every=%s&data=%s", pacedCount, every, payload)
			},
		},
	}, nil
}

// get is a request for path.
func get(path string) func(last int) string {
	return func(last int) string {
		request := "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
		if last >= 0 {
			request += "Last-Event-ID: " + strconv.Itoa(last) + "\r\n"
		}
		return request + "\r\n"
	}
}

// called is for messages.
func (s side) called() string { return s.binary }

// inTurns measures ours and theirs, one after the other, some rounds long. Who is first changes from round to round: a machine
// that becomes faster or slower meanwhile would else favour one of them. A round may measure a figure more than once.
func inTurns[S interface{ called() string }](sides [2]S, rounds int, measure func(S) (map[string][]float64, error)) (ours, theirs map[string][]float64, err error) {
	all := [2]map[string][]float64{{}, {}}
	for round := range rounds {
		for turn := range sides {
			i := (turn + round) % 2
			got, err := measure(sides[i])
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", sides[i].called(), err)
			}
			for name, values := range got {
				all[i][name] = append(all[i][name], values...)
			}
		}
	}
	return all[0], all[1], nil
}

// steadyRows are about n streams of an event a second.
func steadyRows(sides [2]side, n, rounds int) ([]row, error) {
	ours, theirs, err := inTurns(sides, rounds, func(s side) (map[string][]float64, error) { return steady(s, n) })
	if err != nil {
		return nil, fmt.Errorf("%d streams: %w", n, err)
	}
	streams := fmt.Sprintf("%d streams", n)
	memory := compared(partServer, "resident memory a stream, "+streams, byHand, "KB", ours["memory"], theirs["memory"]).atMost(1.1)
	late := compared(partServer, "lateness p99 of an event a second, "+streams, byHand, "ms", ours["lateness"], theirs["lateness"]).atMost(1)
	back := compared(partServer, "all "+streams+" cut and back, none lost", byHand, "ms", ours["back"], theirs["back"]).atMost(1)
	if n < manyStreams { // too short for a bound
		memory.Note = fmt.Sprintf("an event's lateness p99 is %.1f ms, %.1f ms; all are back after %.1f ms, %.1f ms", late.Ours, late.Theirs, back.Ours, back.Theirs)
		return []row{memory}, nil
	}
	memory.Note = fmt.Sprintf("an event takes %.1f µs of CPU, with the loop %.1f µs", median(ours["cpu"]), median(theirs["cpu"]))
	return []row{memory, late, back}, nil
}

// steady measures a fresh server with n streams of an event a second, and then cuts them.
func steady(s side, n int) (map[string][]float64, error) {
	p, err := start(s.binary, s.args...)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	if err := warmUp(p, s); err != nil {
		return nil, err
	}
	before, err := p.resident()
	if err != nil {
		return nil, err
	}
	l, err := newLoad(p.addr, s.paced)
	if err != nil {
		return nil, err
	}
	defer l.close()
	if err := l.open(n, time.Second, true); err != nil {
		return nil, err
	}
	cpu, err := cpuAnEvent(p, l)
	if err != nil {
		return nil, err
	}
	after, err := p.resident()
	if err != nil {
		return nil, err
	}
	var late []float64
	for second := 1; second <= 2; second++ {
		all := l.lateness(second)
		if len(all) < n {
			return nil, fmt.Errorf("got %d events of %d streams after %d s", len(all), n, second)
		}
		slices.Sort(all)
		late = append(late, all[len(all)*99/100].Seconds()*1000)
	}
	var back []float64
	for range 3 {
		from := time.Now()
		l.cut()
		if err := l.back(); err != nil {
			return nil, err
		}
		back = append(back, time.Since(from).Seconds()*1000)
	}
	return map[string][]float64{
		"memory":   {(after - before) / float64(n) / 1024},
		"cpu":      {cpu},
		"lateness": late,
		"back":     back,
	}, nil
}

// cpuAnEvent runs a load for pacedTime, and returns the CPU time that the server took for each event, in microseconds.
func cpuAnEvent(p *process, l *load) (float64, error) {
	before, err := p.cpu()
	if err != nil {
		return 0, err
	}
	events := l.events
	if err := l.run(pacedTime); err != nil {
		return 0, err
	}
	after, err := p.cpu()
	return (after - before).Seconds() / float64(l.events-events) * 1e6, err
}

// warmUp has a server do everything once, so that what it needs for itself is there.
func warmUp(p *process, s side) error {
	l, err := newLoad(p.addr, s.paced)
	if err != nil {
		return err
	}
	defer l.close()
	return l.open(20, 0, false)
}

// lateness is how late each stream's event came that was planned for so many seconds after its beginning. That moment is
// known from the event that was the least late.
func (l *load) lateness(second int) []time.Duration {
	var all []time.Duration
	for _, c := range l.clients {
		if len(c.at) <= second {
			continue
		}
		late := make([]time.Duration, len(c.at))
		for i, at := range c.at {
			late[i] = at.Sub(c.at[0]) - time.Duration(i)*time.Second
		}
		all = append(all, late[second]-slices.Min(late))
	}
	return all
}

// fullRows are about streams at full speed.
func fullRows(sides [2]side, n int, atLeast float64) ([]row, error) {
	ours, theirs, err := inTurns(sides, 5, func(s side) (map[string][]float64, error) { return full(s, n) })
	if err != nil {
		return nil, fmt.Errorf("%d streams at full speed: %w", n, err)
	}
	streams := fmt.Sprintf(", full speed, streams: %d", n)
	return []row{
		compared(partServer, "events a second in all"+streams, byHand, "", ours["rate"], theirs["rate"]).atLeast(atLeast),
		compared(partServer, "CPU a million events"+streams, byHand, "s", ours["cpu"], theirs["cpu"]).atMost(0.2),
	}, nil
}

// full measures a fresh server with n streams of its own speed.
func full(s side, n int) (map[string][]float64, error) {
	p, err := start(s.binary, s.args...)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	l, err := newLoad(p.addr, s.full)
	if err != nil {
		return nil, err
	}
	defer l.close()
	l.again = true
	if err := l.open(n, 0, false); err != nil {
		return nil, err
	}
	if err := l.run(200 * time.Millisecond); err != nil {
		return nil, err
	}
	cpu, err := p.cpu()
	if err != nil {
		return nil, err
	}
	from, events := time.Now(), l.events
	if err := l.run(time.Second); err != nil {
		return nil, err
	}
	took, came := time.Since(from).Seconds(), float64(l.events-events)
	after, err := p.cpu()
	if err != nil {
		return nil, err
	}
	return map[string][]float64{"rate": {came / took}, "cpu": {(after - cpu).Seconds() / came * 1e6}}, nil
}
