//go:build linux

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	partRoom   = "room"
	broadcast  = "net/http broadcast"
	underWay   = 8
	burst      = 300
	burstCount = 1000 // readers of a burst
	missedMost = 20   // events that all have missed
	roomPace   = 500 * time.Millisecond
	roomFor    = 2 * time.Second // a measurement at full speed
)

// roomReaders is a flag, since it is the machine that decides how long that takes.
var roomReaders = flag.Int("room-readers", 10_000, "readers of a room in the part room; fewer say little about the limits")

// roomLine is the data of each event in a room.
var roomLine = "data: " + strings.Repeat("0123456789abcdef", 8)

// roomEvents is what a room's readers have got, by the event's number.
type roomEvents struct {
	at    map[int]time.Time // when each was sent
	got   map[int]int       // how often it came
	late  []time.Duration   // if at knows when it was sent
	lossy bool              // readers may miss events, which is counted
	lost  int
}

// came is an event that has come. A reader's first is whichever it is.
func (e *roomEvents) came(w *wire, now time.Time) {
	if w.last < 0 {
		w.last = w.id - 1
	}
	if missing := w.id - w.last - 1; e.lossy && missing > 0 {
		e.lost += missing
		w.last = w.id - 1
	}
	e.got[w.id]++
	if sent, ok := e.at[w.id]; ok {
		e.late = append(e.late, now.Sub(sent))
	}
}

// A roomSide is one of the two servers with a room, and its readers.
type roomSide struct {
	name  string
	start func() (*process, error)
	open  func(*process) (path, key, incarnation string, err error)

	elsewhere *process // where the readers are; nil: at the same server
}

// roomRun is one of them under way.
type roomRun struct {
	process     *process
	readAt      netip.AddrPort
	load        *load
	events      *roomEvents
	path, key   string
	incarnation string
	client      *http.Client
	sent        int // events
}

func measureRoom(_ context.Context, dir string, done func(...row)) error {
	n := *roomReaders
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	if need := uint64(n + 1000); limit.Max < need {
		return fmt.Errorf("%d open files are too few: run ulimit -Hn %d as root first", limit.Max, need)
	}
	sides, err := bothRooms(dir)
	if err != nil {
		return err
	}
	few := min(burstCount, n)
	ours, theirs, err := inTurns(sides, 5, func(s roomSide) (map[string][]float64, error) { return crowded(s, n) })
	if err != nil {
		return err
	}
	readers := fmt.Sprintf("%d readers", n)
	done(
		compared(partRoom, "deliveries a second, eight events under way, "+readers, broadcast, "", ours["rate"], theirs["rate"]).atLeast(1.8),
		compared(partRoom, "CPU a delivery, two events a second, "+readers, broadcast, "µs", ours["cpu"], theirs["cpu"]).atMost(0.8),
		compared(partRoom, "resident memory a reader, "+readers, broadcast, "KB", ours["memory"], theirs["memory"]).atMost(0.5),
		compared(partRoom, "from publishing to delivery, p99, two events a second, "+readers, broadcast, "ms", ours["p99"], theirs["p99"]).atMost(1.1),
		compared(partRoom, fmt.Sprintf("all %s cut and back, %d events missed, each got once", readers, missedMost), broadcast, "ms", ours["back"], theirs["back"]).atMost(1.1),
	)
	ours, theirs, err = inTurns(sides, 5, func(s roomSide) (map[string][]float64, error) { return bursts(s, few) })
	if err != nil {
		return err
	}
	row := compared(partRoom, fmt.Sprintf("deliveries a second of a burst of %d events to %d readers", burst, few), broadcast, "", ours["rate"], theirs["rate"]).atLeast(4)
	row.Note = fmt.Sprintf("the loop lost %.1f %% of them", median(theirs["lost"])*100)
	done(row, alone(partRoom, "lost of it", "events", ours["lost"]).atMost(0))
	with, without, err := inTurns([2]roomSide{stalling(sides[0]), sides[0]}, 5, func(s roomSide) (map[string][]float64, error) { return stalled(s, few) })
	if err != nil {
		return err
	}
	done(compared(partRoom, fmt.Sprintf("deliveries a second to %d readers, one more is stalled", few), "without that one", "", with["rate"], without["rate"]).atLeast(0.95))
	return nil
}

// bothRooms builds the two.
func bothRooms(dir string) (sides [2]roomSide, err error) {
	ours, err := build(dir, "server", "./server")
	if err != nil {
		return sides, err
	}
	hand, err := build(dir, "broadcast", "./bench/broadcast")
	if err != nil {
		return sides, err
	}
	return [2]roomSide{
		serverSide("server", ours),
		{
			name:  "broadcast",
			start: func() (*process, error) { return start(hand) },
			open:  func(*process) (path, key, incarnation string, err error) { return "/", "none", "", nil },
		},
	}, nil
}

// serverSide is ours, with further arguments.
func serverSide(name, binary string, args ...string) roomSide {
	return roomSide{
		name: name,
		start: func() (*process, error) {
			return start(binary, append([]string{"-addr", "127.0.0.1:0", "-max-streams", "1000000", "-max-streams-per-address", "1000000"}, args...)...)
		},
		open: func(p *process) (path, key, incarnation string, err error) {
			reply, err := http.Post("http://"+p.addr.String()+"/rooms", "", nil)
			if err != nil {
				return "", "", "", err
			}
			defer reply.Body.Close()
			var made struct{ Room, Key string }
			if err := json.NewDecoder(reply.Body).Decode(&made); err != nil {
				return "", "", "", err
			}
			return "/rooms/" + made.Room, made.Key, "", nil
		},
	}
}

// called is for messages.
func (s roomSide) called() string { return s.name }

// stalling marks a side that gets a reader which does not read.
func stalling(s roomSide) roomSide {
	s.name += ", stalled"
	return s
}

// begin starts a fresh server, has everything done once, and n readers come.
func (s roomSide) begin(n int, lossy bool) (r *roomRun, before float64, err error) {
	p, err := s.start()
	if err != nil {
		return nil, 0, err
	}
	r = &roomRun{process: p, readAt: p.addr, events: &roomEvents{at: map[int]time.Time{}, got: map[int]int{}, lossy: lossy}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
	if s.elsewhere != nil {
		r.readAt = s.elsewhere.addr
	}
	if r.path, r.key, r.incarnation, err = s.open(p); err == nil {
		err = r.warmUp()
	}
	if err == nil {
		before, err = p.resident()
	}
	if err == nil {
		r.load, err = newLoad(r.readAt, r.request)
	}
	if err == nil {
		r.load.room = r.events
		err = r.load.open(n, 0, false)
	}
	if err != nil {
		r.end()
		return nil, 0, fmt.Errorf("%w\n%s", err, &p.stderr)
	}
	return r, before, nil
}

func (r *roomRun) end() {
	if r.load != nil {
		r.load.close()
	}
	r.client.CloseIdleConnections()
	r.process.stop()
}

// request is that of a reader.
func (r *roomRun) request(last int) string {
	request := "GET " + r.path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
	if last >= 0 {
		request += "Last-Event-ID: " + r.incarnation + strconv.Itoa(last) + "\r\n"
	}
	return request + "\r\n"
}

// warmUp has a few readers get a few events.
func (r *roomRun) warmUp() (err error) {
	l, err := newLoad(r.readAt, r.request)
	if err != nil {
		return err
	}
	defer l.close()
	l.room = r.events
	if err := l.open(20, 0, false); err != nil {
		return err
	}
	if err := r.publish(5); err != nil {
		return err
	}
	return l.until(func() bool { return r.events.got[r.sent] == 20 })
}

// publish publishes n events in one request.
func (r *roomRun) publish(n int) error {
	request, err := http.NewRequest(http.MethodPost, "http://"+r.process.addr.String()+r.path, strings.NewReader(strings.Repeat(roomLine+"\n\n", n)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "text/event-stream")
	request.Header.Set("Authorization", "Bearer "+r.key)
	reply, err := r.client.Do(request)
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		return err
	}
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("publishing: got %d %s", reply.StatusCode, body)
	}
	r.sent += n
	var published struct{ IDs []string }
	if json.Unmarshal(body, &published) == nil && len(published.IDs) > 0 {
		r.incarnation = published.IDs[0][:strings.IndexByte(published.IDs[0], '-')+1]
	}
	return nil
}

// until runs a load until something is so.
func (l *load) until(so func() bool) error {
	for until := time.Now().Add(patience); !so(); {
		if err := l.poll(100 * time.Millisecond); err != nil {
			return err
		}
		if time.Now().After(until) {
			return errPatience
		}
	}
	return nil
}

// fullSpeed publishes so that eight events are under way, each until all readers have it, and returns how many are delivered
// in a second.
func (r *roomRun) fullSpeed(n int) (float64, error) {
	type result struct{ err error }
	tokens, results := make(chan struct{}, underWay), make(chan result, underWay)
	publish := func() {
		for range tokens {
			results <- result{r.publishAlone()}
		}
	}
	for range underWay {
		go publish()
	}
	defer close(tokens)
	next, underway := r.sent+1, 0
	begin := func() { underway++; tokens <- struct{}{} }
	from, events := time.Now(), r.load.events
	for range underWay {
		begin()
	}
	for time.Since(from) < roomFor {
		if err := r.load.poll(10 * time.Millisecond); err != nil {
			return 0, err
		}
		for r.events.got[next] == n {
			next++
			underway--
		}
		for idle := true; idle; {
			select {
			case got := <-results:
				if got.err != nil {
					return 0, got.err
				}
				r.sent++
			default:
				idle = false
			}
		}
		for underway < underWay {
			begin()
		}
	}
	rate := float64(r.load.events-events) / time.Since(from).Seconds()
	// All that is under way arrives.
	last := next + underway - 1
	err := r.load.until(func() bool { return r.events.got[last] == n })
	for r.sent < last && err == nil {
		got := <-results
		r.sent, err = r.sent+1, got.err
	}
	return rate, err
}

// publishAlone publishes an event, from a goroutine of its own.
func (r *roomRun) publishAlone() error {
	one := &roomRun{process: r.process, path: r.path, key: r.key, client: r.client}
	return one.publish(1)
}

// crowded measures a fresh server with n readers.
func crowded(s roomSide, n int) (map[string][]float64, error) {
	r, before, err := s.begin(n, false)
	if err != nil {
		return nil, err
	}
	defer r.end()
	// Paced.
	cpu, err := r.process.cpu()
	if err != nil {
		return nil, err
	}
	events := r.load.events
	for range int(pacedTime / roomPace) {
		from := time.Now()
		r.events.at[r.sent+1] = from
		failed := make(chan error, 1)
		go func() { failed <- r.publish(1) }()
		if err := r.load.until(func() bool { return time.Since(from) >= roomPace }); err != nil {
			return nil, err
		}
		if err := <-failed; err != nil {
			return nil, err
		}
		if err := r.load.until(func() bool { return r.events.got[r.sent] == n }); err != nil {
			return nil, fmt.Errorf("event %d came to %d of %d readers: %w", r.sent, r.events.got[r.sent], n, err)
		}
	}
	after, err := r.process.cpu()
	if err != nil {
		return nil, err
	}
	memory, err := r.process.resident()
	if err != nil {
		return nil, err
	}
	slices.Sort(r.events.late)
	p99 := r.events.late[len(r.events.late)*99/100]
	perEvent := (after - cpu).Seconds() / float64(r.load.events-events) * 1e6
	// At full speed.
	rate, err := r.fullSpeed(n)
	if err != nil {
		return nil, fmt.Errorf("at full speed: %w", err)
	}
	// Cut, and back.
	var back []float64
	for range 3 {
		r.load.cut()
		if err := r.publish(missedMost); err != nil {
			return nil, err
		}
		from := time.Now()
		if err := r.load.back(); err != nil {
			return nil, fmt.Errorf("back: %w", err)
		}
		if err := r.load.until(func() bool { return r.events.got[r.sent] == n }); err != nil {
			return nil, fmt.Errorf("event %d came to %d of %d readers: %w", r.sent, r.events.got[r.sent], n, err)
		}
		back = append(back, time.Since(from).Seconds()*1000)
	}
	return map[string][]float64{
		"memory": {(memory - before) / float64(n) / 1024}, "cpu": {perEvent}, "p99": {p99.Seconds() * 1000}, "rate": {rate}, "back": back,
	}, nil
}

// bursts measures a fresh server with n readers, and a burst of events.
func bursts(s roomSide, n int) (map[string][]float64, error) {
	r, _, err := s.begin(n, true)
	if err != nil {
		return nil, err
	}
	defer r.end()
	failed := make(chan error, 1)
	from, events, last := time.Now(), r.load.events, time.Now()
	go func() { // one request after the other, as fast as responses come
		var err error
		for n := 0; n < burst && err == nil; n++ {
			err = r.publish(1)
		}
		failed <- err
	}()
	const quiet = 500 * time.Millisecond // then the rest is lost
	for came := events; r.load.events < events+burst*n && time.Since(last) < quiet; {
		if err := r.load.poll(10 * time.Millisecond); err != nil {
			return nil, err
		}
		if r.load.events > came {
			came, last = r.load.events, time.Now()
		}
	}
	if err := <-failed; err != nil {
		return nil, err
	}
	got := float64(r.load.events - events)
	lost := float64(burst*n) - got
	if s.name == "broadcast" {
		lost /= float64(burst * n)
	}
	return map[string][]float64{"rate": {got / last.Sub(from).Seconds()}, "lost": {lost}}, nil
}

// stalled measures a fresh server with n readers, and perhaps one more that does not read.
func stalled(s roomSide, n int) (map[string][]float64, error) {
	r, _, err := s.begin(n, false)
	if err != nil {
		return nil, err
	}
	defer r.end()
	if strings.HasSuffix(s.name, "stalled") {
		l, err := newLoad(r.process.addr, r.request)
		if err != nil {
			return nil, err
		}
		defer l.close()
		l.room = &roomEvents{got: map[int]int{}}
		if err := l.open(1, 0, false); err != nil { // and is never read again
			return nil, err
		}
		syscall.SetsockoptInt(l.clients[0].fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<10)
	}
	rate, err := r.fullSpeed(n)
	return map[string][]float64{"rate": {rate}}, err
}
