package local

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"eventsource-playground/eventsource"
)

// load is rooms, who reads them and who publishes there, all through the proxy.
type load struct {
	url     string
	rooms   []*aRoom
	running sync.WaitGroup

	publishing sync.WaitGroup
}

// aRoom is one, with a publisher.
type aRoom struct {
	Room, Key string

	readers []*reader
	mutex   sync.Mutex
	acked   map[int]string // data by sequence, of what was acknowledged
	last    time.Time      // of the last acknowledgement
	longest time.Duration  // between two
	refused int
	stopped chan struct{}
}

// reader is a client that does as the standard says.
type reader struct {
	mutex   sync.Mutex
	got     map[int]string // data by sequence
	last    int            // sequence
	faults  []string
	over    error // it does not reconnect any more
	open    bool
	opened  int
	at      time.Time     // of the last event
	longest time.Duration // between two
	lost    time.Time     // its connection
	away    time.Duration // at most, until it had another
}

// newLoad makes rooms.
func newLoad(t *testing.T, url string, rooms int) *load {
	t.Helper()
	l := &load{url: url}
	for range rooms {
		r := &aRoom{acked: map[int]string{}, stopped: make(chan struct{})}
		reply, err := http.Post(url+"rooms", "application/json", nil)
		if err != nil {
			t.Fatal(err)
		}
		err = json.NewDecoder(reply.Body).Decode(r)
		reply.Body.Close()
		if err != nil || reply.StatusCode != http.StatusCreated {
			t.Fatalf("got %s, %v; want a room", reply.Status, err)
		}
		l.rooms = append(l.rooms, r)
	}
	return l
}

// read has so many readers of each room, and waits until they have a response.
func (l *load) read(t *testing.T, ctx context.Context, each int) {
	t.Helper()
	transport := eventsource.HTTP(&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: -1}})
	for _, room := range l.rooms {
		for range each {
			r := &reader{got: map[int]string{}, at: time.Now()}
			room.readers = append(room.readers, r)
			s, err := eventsource.NewStream(ctx, l.url+"rooms/"+room.Room, eventsource.StreamOptions{
				ReconnectionTime: 200 * time.Millisecond, Transport: transport,
			})
			if err != nil {
				t.Fatal(err)
			}
			l.running.Go(func() { r.follow(s) })
		}
	}
	eventually(t, 20*time.Second, "readers", l.allOpen)
}

func (r *reader) follow(s *eventsource.Stream) {
	for e := range s.All() {
		r.mutex.Lock()
		switch e.Kind {
		case eventsource.Opened:
			if r.open, r.opened = true, r.opened+1; r.opened > 1 {
				r.away = max(r.away, time.Since(r.lost))
			}
		case eventsource.Failed:
			r.open, r.lost = false, time.Now()
			if e.ReadyState == eventsource.Closed {
				r.over = e.Err
			}
		case eventsource.Message:
			r.receive(e)
		}
		r.mutex.Unlock()
	}
}

func (r *reader) receive(e eventsource.Event) {
	now := time.Now()
	r.longest, r.at = max(r.longest, now.Sub(r.at)), now
	if e.Type != "message" {
		r.faults = append(r.faults, fmt.Sprintf("%s %s after %d", e.Type, e.Data, r.last))
		return
	}
	_, digits, _ := strings.Cut(e.LastEventID, "-")
	sequence, _ := strconv.Atoi(digits)
	if sequence != r.last+1 && r.last != 0 {
		r.faults = append(r.faults, fmt.Sprintf("%d after %d", sequence, r.last))
	}
	r.last = sequence
	r.got[sequence] = e.Data
}

func (l *load) each(f func(*reader)) {
	for _, room := range l.rooms {
		for _, r := range room.readers {
			r.mutex.Lock()
			f(r)
			r.mutex.Unlock()
		}
	}
}

// allOpen reports whether all readers have a response.
func (l *load) allOpen() bool {
	all := true
	l.each(func(r *reader) { all = all && r.open })
	return all
}

// publish has a publisher in each room, until the load stops: an event each time that pause has passed, and never one twice.
func (l *load) publish(ctx context.Context, pause time.Duration) {
	client := &http.Client{Timeout: 30 * time.Second}
	for _, room := range l.rooms {
		room.last = time.Now()
		l.publishing.Go(func() {
			tick := time.NewTicker(pause)
			defer tick.Stop()
			for n := 1; ; n++ {
				select {
				case <-room.stopped:
					return
				case <-ctx.Done():
					return
				case <-tick.C:
					room.publish(ctx, client, l.url, strconv.Itoa(n))
				}
			}
		})
	}
}

func (r *aRoom) publish(ctx context.Context, client *http.Client, url, data string) {
	request, err := http.NewRequestWithContext(ctx, "POST", url+"rooms/"+r.Room, strings.NewReader(`{"data":"`+data+`"}`))
	if err != nil {
		panic(err) // it is well formed
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+r.Key)
	var published struct{ IDs []string }
	reply, err := client.Do(request)
	if err == nil {
		json.NewDecoder(reply.Body).Decode(&published)
		reply.Body.Close()
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if err != nil || reply.StatusCode != http.StatusOK || len(published.IDs) != 1 {
		r.refused++
		return
	}
	_, digits, _ := strings.Cut(published.IDs[0], "-")
	sequence, _ := strconv.Atoi(digits)
	r.acked[sequence] = data
	now := time.Now()
	r.longest, r.last = max(r.longest, now.Sub(r.last)), now
}

// acknowledged is how many were, in the room where they are fewest.
func (l *load) acknowledged() int {
	least := -1
	for _, r := range l.rooms {
		r.mutex.Lock()
		if n := len(r.acked); least < 0 || n < least {
			least = n
		}
		r.mutex.Unlock()
	}
	return least
}

// worst is what was worst since it was asked for last.
type worst struct {
	acknowledged, read time.Duration // without an acknowledgement, and without an event
	away               time.Duration // for a reader without a connection
	refused            int           // events
}

func (w worst) String() string {
	ms := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	return fmt.Sprintf("at worst %v without an acknowledgement, with %d refused; %v without an event; %v until a reader was back", ms(w.acknowledged), w.refused, ms(w.read), ms(w.away))
}

func (l *load) worst() (w worst) {
	for _, r := range l.rooms {
		r.mutex.Lock()
		w.acknowledged, w.refused = max(w.acknowledged, r.longest), w.refused+r.refused
		r.longest, r.refused = 0, 0
		r.mutex.Unlock()
	}
	l.each(func(r *reader) {
		w.read, w.away = max(w.read, r.longest), max(w.away, r.away)
		r.longest, r.away = 0, 0
	})
	return w
}

// late says who has not got what was acknowledged.
func (l *load) late() (all []string) {
	for _, room := range l.rooms {
		room.mutex.Lock()
		last := 0
		for sequence := range room.acked {
			last = max(last, sequence)
		}
		room.mutex.Unlock()
		for i, r := range room.readers {
			r.mutex.Lock()
			if r.last < last {
				all = append(all, fmt.Sprintf("%s, reader %d: has %d of %d, open %v, over %v", room.Room, i, r.last, last, r.open, r.over))
			}
			r.mutex.Unlock()
		}
	}
	return all
}

// caughtUp reports whether all have.
func (l *load) caughtUp() bool { return len(l.late()) == 0 }

// quiet stops the publishers, and returns when nothing is under way: what is acknowledged later is missed by nobody's fault.
func (l *load) quiet() {
	for _, r := range l.rooms {
		close(r.stopped)
	}
	l.publishing.Wait()
}

// check says what readers lack, or have twice, of what was acknowledged.
func (l *load) check(t *testing.T) {
	t.Helper()
	events, reconnected, said := 0, 0, 0
	fault := func(format string, args ...any) {
		if said++; said <= 20 {
			t.Errorf(format, args...)
		}
	}
	for _, room := range l.rooms {
		room.mutex.Lock()
		events += len(room.acked)
		for i, r := range room.readers {
			r.mutex.Lock()
			reconnected += r.opened - 1
			if r.over != nil {
				fault("%s, reader %d: got %v; want it to reconnect", room.Room, i, r.over)
			}
			for _, f := range r.faults {
				fault("%s, reader %d: got %s", room.Room, i, f)
			}
			for sequence, data := range room.acked {
				if got := r.got[sequence]; got != data {
					fault("%s, reader %d: got %q at %d; want %q, which was acknowledged", room.Room, i, got, sequence, data)
				}
			}
			r.mutex.Unlock()
		}
		room.mutex.Unlock()
	}
	t.Logf("%d events were acknowledged; readers reconnected %d times; %d faults", events, reconnected, said)
}
