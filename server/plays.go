package main

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
)

// plays are the scenarios under way. http.Server knows nothing of the connections that it let go of: their end when the
// server stops is seen to here.
type plays struct {
	streams  *streams
	sessions *sessions
	runs     *runs
	asks     kept[ask]
	second   func(*http.Request) string // the second origin, as that client calls it

	stop    chan struct{} // closed when the server stops
	mutex   sync.Mutex
	open    map[*play]struct{}
	drained chan struct{} // closed when the last one ended, if somebody waits for that
}

func newPlays(streams *streams, second func(*http.Request) string) *plays {
	return &plays{
		streams:  streams,
		sessions: newSessions(streams.limits),
		runs:     newRuns(streams.limits),
		second:   second,
		stop:     make(chan struct{}),
		open:     map[*play]struct{}{},
	}
}

// or serves what asks for a scenario or is watched, and leaves the rest to another handler.
func (all *plays) or(other http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isAsk(r.URL.RawQuery) || r.Method == http.MethodGet && isWatched(r.URL.RawQuery) {
			all.ServeHTTP(w, r)
		} else {
			other.ServeHTTP(w, r)
		}
	})
}

// ServeHTTP answers, or lets a play do it.
func (all *plays) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := all.sessions.begin(r)
	if !all.take(x.watch(w), r, x) {
		x.end(protocol.ByServer, protocol.EndProper)
	}
}

// take takes the connection over, and lets a play answer on it, unless the request is refused.
func (all *plays) take(w http.ResponseWriter, r *http.Request, x *exchange) bool {
	if refuseBody(w, r) {
		return false
	}
	a, refused := all.parse(r, x != nil)
	if refused != nil {
		refused.write(w)
		return false
	}
	leave, ok := all.streams.enter(w, r)
	if !ok {
		return false
	}
	now := time.Now()
	p := &play{
		limits:  &all.streams.limits,
		log:     all.streams.log,
		from:    r.RemoteAddr,
		due:     now,
		expires: now.Add(all.streams.limits.Lifetime),
		stop:    all.stop,
		watched: x,
	}
	if x != nil {
		p.orders = make(chan order, 16)
	}
	if a.classic {
		p.beat = p.limits.Heartbeat
	}
	request := scenario.Request{
		LastEventID: r.Header.Get("Last-Event-ID"), Redirected: a.redirected, Now: time.Now, Random: rand.IntN,
	}
	var section *scenario.Section
	done := func(ending) {} // before the client can know that it is over, since it comes back at once
	if x.isChosen() {
		peeked, _ := all.runs.peek(a, r, request, now)
		section = x.choose(peeked)
	}
	if section != nil {
	} else if r.Method == http.MethodHead {
		section, request.Attempt = all.runs.peek(a, r, request, now)
	} else {
		var who *run
		who, section, request.Attempt = all.runs.answer(a, r, request, now)
		isFinal := section != nil && final(a.scenario, section)
		done = func(how ending) {
			all.runs.leave(who, how != clientLeft && !(how == scenarioEnds && isFinal), time.Now())
		}
	}
	if section == nil {
		done(scenarioEnds)
		leave()
		refuse(w, http.StatusNotFound, "The scenario has no answer to this request: each of its sections waits for another. Add one without a condition.")
		return false
	}
	p.asked = newAsked(r, w.Header(), a.query, section.Head.Redirect, all.second)
	p.player = section.Play(request)

	all.add(p) // before http.Server forgets the connection: its Shutdown waits until then
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		done(ourMistake)
		all.remove(p)
		leave()
		x.end(protocol.ByServer, protocol.EndMistake)
		panic(err) // HTTP/1.1 is all that this server speaks
	}
	all.connect(p, conn.(*net.TCPConn))
	x.playedBy(p)
	// A goroutine of its own lets go of all that net/http keeps for a request.
	go func() {
		how := p.perform()
		done(how)
		x.end(p.ended(how))
		p.close(how)
		all.remove(p)
		leave()
	}()
	return true
}

func (all *plays) add(p *play) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	all.open[p] = struct{}{}
}

func (all *plays) connect(p *play, conn *net.TCPConn) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	p.conn = conn
}

func (all *plays) remove(p *play) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	delete(all.open, p)
	if len(all.open) == 0 && all.drained != nil {
		close(all.drained)
		all.drained = nil
	}
}

// end asks all plays to end properly, now and from now on.
func (all *plays) end() {
	close(all.stop)
	all.mutex.Lock()
	defer all.mutex.Unlock()
	for p := range all.open {
		if p.conn != nil {
			p.wake()
		}
	}
}

// drain waits until all have ended, and closes what is left when ctx is done. There must be no new ones any more.
func (all *plays) drain(ctx context.Context) {
	all.mutex.Lock()
	drained := make(chan struct{})
	if len(all.open) == 0 {
		close(drained)
	} else {
		all.drained = drained
	}
	all.mutex.Unlock()
	select {
	case <-drained:
		return
	case <-ctx.Done():
	}
	all.mutex.Lock()
	for p := range all.open {
		if p.conn != nil {
			p.conn.SetLinger(0)
			p.conn.Close()
		}
	}
	all.mutex.Unlock()
	<-drained
}

// refuseBody refuses a request with a body: whether its client leaves is seen only behind the body.
func refuseBody(w http.ResponseWriter, r *http.Request) bool {
	if r.ContentLength == 0 {
		return false
	}
	w.Header().Set("Connection", "close")
	refuse(w, http.StatusBadRequest, "A stream is asked for without a body: leave it out.")
	return true
}
