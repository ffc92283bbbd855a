package main

import (
	"context"
	"math/rand/v2"
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

// ServeHTTP is GET /sse: a play responds, unless the request is refused or the response is no stream.
func (all *plays) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := all.sessions.begin(r)
	w = x.watch(w)
	taken, refused := all.take(w, r, x)
	if refused != nil {
		refused.write(w)
	}
	if !taken {
		x.end(protocol.ByServer, protocol.EndProper)
	}
}

// take has a play respond on the request's connection. Not taken, the response is net/http's, or still to be refused.
func (all *plays) take(w http.ResponseWriter, r *http.Request, x *exchange) (taken bool, refused *refusal) {
	if r.ContentLength != 0 { // whether its client leaves is seen only after the body
		w.Header().Set("Connection", "close")
		return false, newRefusal(http.StatusBadRequest, "A stream is asked for without a body: leave it out.")
	}
	a, refused := all.parse(r)
	if refused != nil {
		return false, refused
	}
	if a.classic && !x.isChosen() && respondAtOnce(w, r, a) {
		return false, nil
	}
	leave, refused := all.streams.enter(w, r)
	if refused != nil {
		return false, refused
	}
	t, refused := all.turn(r, a, x)
	if refused != nil {
		leave()
		return false, refused
	}
	all.start(w, r, a, t, x, leave)
	return true, nil
}

// parse reads a request, or says what to change.
func (all *plays) parse(r *http.Request) (*ask, *refusal) {
	parse := func(raw string) (*ask, *refusal) {
		if isAsk(raw) {
			return parseAsk(raw, all.streams.limits)
		}
		return parseClassic(raw, all.streams.limits)
	}
	if raw := r.URL.RawQuery; isWatched(raw) {
		return parse(raw) // which no other session gives
	}
	return all.asks.get(r.URL.RawQuery, parse)
}

// respondAtOnce responds to what is no stream of the classic stream: a HEAD, and a 204 after the last event. The connection
// stays open for another request.
func respondAtOnce(w http.ResponseWriter, r *http.Request, a *ask) bool {
	section, _ := new(scenario.Run).Answer(a.scenario, requestOf(r, a), time.Now())
	if r.Method != http.MethodHead && section.Head.Status == http.StatusOK {
		return false
	}
	for _, h := range section.Head.Header {
		w.Header().Set(h.Name, h.Value)
	}
	w.WriteHeader(section.Head.Status)
	return true
}

func requestOf(r *http.Request, a *ask) scenario.Request {
	return scenario.Request{
		LastEventID: r.Header.Get("Last-Event-ID"), Redirected: a.redirected, Now: time.Now, Random: rand.IntN,
	}
}

// turn is what a request gets of its scenario.
type turn struct {
	section *scenario.Section
	request scenario.Request
	done    func(ending) // called before the client can know that it is over, since it reconnects at once
}

// turn chooses the section that responds to a request, and counts the attempt.
func (all *plays) turn(r *http.Request, a *ask, x *exchange) (t turn, refused *refusal) {
	now := time.Now()
	t = turn{request: requestOf(r, a), done: func(ending) {}}
	if x.isChosen() {
		planned, _ := all.runs.peek(a, r, t.request, now)
		if t.section = x.choose(planned); t.section != nil {
			return t, nil
		}
	}
	if r.Method == http.MethodHead {
		t.section, t.request.Attempt = all.runs.peek(a, r, t.request, now)
	} else {
		var who *run
		who, t.section, t.request.Attempt = all.runs.answer(a, r, t.request, now)
		isFinal := t.section != nil && final(a.scenario, t.section)
		t.done = func(how ending) {
			all.runs.leave(who, how != clientLeft && !(how == scenarioEnds && isFinal), time.Now())
		}
	}
	if t.section == nil {
		t.done(scenarioEnds)
		return t, newRefusal(http.StatusNotFound, "The scenario has no answer to this request: each of its sections waits for another. Add one without a condition.")
	}
	return t, nil
}

// start plays what the request gets, on its connection, until the end.
func (all *plays) start(w http.ResponseWriter, r *http.Request, a *ask, t turn, x *exchange, leave func()) {
	now := time.Now()
	p := &play{
		player:  t.section.Play(t.request),
		asked:   newAsked(r, w.Header(), a.query, t.section.Head.Redirect, all.second),
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
		p.beat = all.streams.limits.Heartbeat
	}
	all.add(p) // before http.Server forgets the connection: its Shutdown waits until then
	conn, err := takeOver(w, &all.streams.limits)
	if err != nil {
		t.done(ourMistake)
		all.remove(p)
		leave()
		x.end(protocol.ByServer, protocol.EndMistake)
		panic(err) // HTTP/1.1 is all that this server speaks
	}
	all.connect(p, conn)
	x.playedBy(p)
	// A goroutine of its own lets go of all that net/http keeps for a request.
	go func() {
		how := p.perform()
		t.done(how)
		x.end(p.ended(how))
		p.close(how)
		all.remove(p)
		leave()
	}()
}

func (all *plays) add(p *play) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	all.open[p] = struct{}{}
}

func (all *plays) connect(p *play, conn *connection) {
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
			p.conn.wake()
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
			p.conn.reset()
		}
	}
	all.mutex.Unlock()
	<-drained
}
