package play

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"eventsource-playground/cluster"
	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/memory"
	"eventsource-playground/server/quota"
	"eventsource-playground/server/refuse"
)

// Streams are the plays under way. http.Server knows nothing of the connections that it let go of: their end when the server
// stops is seen to here.
type Streams struct {
	limits limits.Limits
	find   Find
	second func(*http.Request) string
	log    *slog.Logger

	quota   *quota.Quota
	sockets *quota.Quota // of WebSockets, which do not count in the first
	held    *quota.Quota // bytes
	memory  memory.Use
	runs    *runs
	queries kept[query]
	scripts kept[scenario.Scenario]

	stop    chan struct{} // closed when the server stops
	mutex   sync.Mutex
	open    map[*Play]struct{}
	drained chan struct{} // closed when the last one ended, if somebody waits for that
}

// Find returns the scenario of a name.
type Find func(name string) (*scenario.Scenario, bool)

// New is no streams yet. second is the second origin, as the client of a request calls it.
func New(l limits.Limits, find Find, second func(*http.Request) string, log *slog.Logger) *Streams {
	return &Streams{
		limits: l, find: find, second: second, log: log,
		quota:   quota.New("streams", l.Streams, l.StreamsPerAddress),
		sockets: quota.New("WebSockets", l.Sockets, l.SocketsPerAddress),
		held:    quota.New("bytes of scripts and buffers", l.Held, l.HeldPerAddress),
		runs:    newRuns(l),
		queries: kept[query]{most: l.Parsed},
		scripts: kept[scenario.Scenario]{most: l.Parsed},
		stop:    make(chan struct{}),
		open:    map[*Play]struct{}{},
	}
}

// Share has any of several servers respond to the next attempt of an EventSource. It comes before the first.
func (s *Streams) Share(c *cluster.Cluster) {
	s.runs.together = &together{c.Values("runs", s.limits.Lifetime+s.limits.RunAge, togetherBytes)}
}

// Serve is GET, HEAD, POST and OPTIONS of /sse. It reports whether a play responds, over HTTP/1.1 on a connection of its own, and
// over HTTP/2 until it ended; if not, the response was net/http's.
// watcher is nil if nobody watches.
func (s *Streams) Serve(w http.ResponseWriter, r *http.Request, watcher Watcher) (plays bool) {
	if r.Method == http.MethodOptions {
		s.preflight(w, r)
		return false
	}
	return s.serve(w, r, watcher, nil)
}

// ServeSocket is GET of /ws, which plays the same over a WebSocket. The rest is as for Serve.
func (s *Streams) ServeSocket(w http.ResponseWriter, r *http.Request, watcher Watcher) (plays bool) {
	shake, r, refused := s.parseHandshake(r)
	if refused != nil {
		w.Header().Set("Sec-WebSocket-Version", socketVersion)
		refused.Write(w)
		return false
	}
	return s.serve(w, r, watcher, shake)
}

// serve has a play respond to a request for a stream or, if there is a handshake, for a WebSocket.
func (s *Streams) serve(w http.ResponseWriter, r *http.Request, watcher Watcher, shake *handshake) (plays bool) {
	if watcher == nil {
		watcher = nobody{}
	}
	plays, refused := s.take(w, r, watcher, shake)
	if refused != nil {
		if refused.Status == http.StatusServiceUnavailable {
			logOf(s.log, watcher).Warn("refused", "from", r.RemoteAddr, "err", refused)
		}
		refused.Write(w)
		if refused.Status == http.StatusServiceUnavailable {
			watcher.Ended(protocol.ByServer, protocol.EndQuota, 0)
		}
	}
	return plays
}

// take has a play respond on the request's connection. If not, net/http has responded, or the request is refused.
func (s *Streams) take(w http.ResponseWriter, r *http.Request, watcher Watcher, shake *handshake) (plays bool, refused *refuse.Refusal) {
	posts := r.Method == http.MethodPost
	if r.ContentLength != 0 && !posts { // whether its client leaves is seen only after the body
		closeAfter(w, r)
		return false, refuse.New(http.StatusBadRequest, "A request for a stream has no body: leave it out, or send it with POST.")
	}
	q, refused := s.parse(r)
	if refused != nil {
		return false, refused
	}
	if r.ProtoMajor >= 2 && cutsCleanly(q.scenario) {
		return false, refuse.New(http.StatusHTTPVersionNotSupported,
			"Over HTTP/2 a response ends properly or with a reset, so there is no @cut cleanly: play this scenario over HTTP/1.1, at this server's http:// address, or write @cut.")
	}
	request := requestOf(r, q)
	instead := watcher.Instead(func() *scenario.Section {
		planned, _ := s.runs.peek(q, r, request, time.Now())
		return planned
	})
	if q.classic && instead == nil && respondAtOnce(w, r, q) {
		return false, nil
	}
	from, places, client := quota.AddressOf(r), s.quota, "EventSource"
	if shake != nil {
		places, client = s.sockets, "WebSocket"
	}
	if err := places.Enter(from); err != nil {
		return false, refuse.Full("Close one, or try again in 5 seconds with a new %s, since this one stays closed: %v.", client, err)
	}
	held := q.held
	if posts {
		held += s.limits.Body // until it is known how much it is
	}
	if err := s.held.Add(from, held); err != nil {
		places.Leave(from)
		return false, refuse.Full("Close a stream, or play a smaller scenario with a new %s, since this one stays closed: %v.", client, err)
	}
	leave := func() {
		s.held.Remove(from, held)
		places.Leave(from)
	}
	if posts {
		if request.Body, refused = s.readBody(w, r); refused != nil {
			leave()
			return false, refused
		}
		rest := s.limits.Body - len(request.Body)
		s.held.Remove(from, rest)
		held -= rest
	}
	t, refused := s.turn(r, q, request, instead)
	if refused != nil {
		leave()
		return false, refused
	}
	s.start(w, r, q, t, watcher, shake, leave)
	return true, nil
}

// closeAfter has a connection closed after a response over HTTP/1.1: what is left of the body would count as the next request. Over
// HTTP/2 it counts as nothing.
func closeAfter(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor < 2 {
		w.Header().Set("Connection", "close")
	}
}

// cutsCleanly reports whether a scenario says so. What a proxy does is its own matter: over HTTP/2 it resets the stream.
func cutsCleanly(s *scenario.Scenario) bool {
	return slices.ContainsFunc(s.Sections, func(section *scenario.Section) bool { return section.End() == scenario.Truncate })
}

// parse reads a request, or says what to change.
func (s *Streams) parse(r *http.Request) (*query, *refuse.Refusal) {
	parse := func(raw string) (*query, *refuse.Refusal) {
		if IsScenario(raw) {
			return s.parseScenario(raw)
		}
		return parseClassic(raw, s.limits)
	}
	if raw := r.URL.RawQuery; IsWatched(raw) {
		return parse(raw) // which no other session gives
	}
	return s.queries.get(r.URL.RawQuery, parse)
}

// respondAtOnce responds to what is no stream of the classic stream: a HEAD, and a 204 after the last event. The connection
// stays open for another request.
func respondAtOnce(w http.ResponseWriter, r *http.Request, q *query) bool {
	section, _ := new(scenario.Run).Section(q.scenario, requestOf(r, q), time.Now())
	if r.Method != http.MethodHead && section.Head.Status == http.StatusOK {
		return false
	}
	for _, h := range section.Head.Header {
		w.Header().Set(h.Name, h.Value)
	}
	w.WriteHeader(section.Head.Status)
	return true
}

func requestOf(r *http.Request, q *query) scenario.Request {
	request := scenario.Request{
		LastEventID: r.Header.Get("Last-Event-ID"), Redirected: q.redirected, Now: time.Now, Random: rand.IntN,
	}
	if r.Method == http.MethodPost {
		request.Method = r.Method
	}
	for name, values := range r.Header {
		if name == "Authorization" || strings.HasPrefix(name, "X-") {
			request.SetHeader(name, strings.Join(values, ", "))
		}
	}
	return request
}

// turn is what a request gets of its scenario.
type turn struct {
	section *scenario.Section
	request scenario.Request
	done    func(ending) // called before the client can know that it is over, since it reconnects at once
}

// turn chooses the section that responds to a request, and counts the attempt, unless another response is to be given instead.
func (s *Streams) turn(r *http.Request, q *query, request scenario.Request, instead *scenario.Section) (turn, *refuse.Refusal) {
	now := time.Now()
	t := turn{section: instead, request: request, done: func(ending) {}}
	switch {
	case instead != nil:
		return t, nil
	case r.Method == http.MethodHead:
		t.section, t.request.Attempt = s.runs.peek(q, r, t.request, now)
	default:
		var who *run
		who, t.section, t.request.Attempt = s.runs.respond(q, r, t.request, now)
		isFinal := t.section != nil && final(q.scenario, t.section)
		t.done = func(how ending) {
			s.runs.leave(who, how != clientLeft && !(how == scenarioEnds && isFinal), time.Now())
		}
	}
	if t.section == nil {
		t.done(scenarioEnds)
		return t, refuse.New(http.StatusNotFound, "The scenario has no response to this request: each of its sections is for another. Add one without a condition.")
	}
	return t, nil
}

// start plays what the request gets, on its connection, until the end, and then leaves the quotas.
func (s *Streams) start(w http.ResponseWriter, r *http.Request, q *query, t turn, watcher Watcher, shake *handshake, leaveQuotas func()) {
	now := time.Now()
	p := &Play{
		player:  t.section.Play(t.request),
		client:  newClient(r, w.Header(), q.raw, t.section.Head.Redirect, s.second),
		log:     s.log,
		due:     now,
		expires: now.Add(s.limits.Lifetime),
		stop:    s.stop,
		watcher: watcher,

		truncates: scenarioTruncates,
	}
	here := r.ProtoMajor >= 2 // over HTTP/2 a response lasts no longer than its handler
	if here {
		p.truncates = scenarioResets
	}
	from := quota.AddressOf(r)
	reserve := func(n int) (free func(), ok bool) {
		return func() { s.held.Remove(from, n) }, s.held.Add(from, n) == nil
	}
	if watcher != (nobody{}) {
		p.commands = make(chan Command, s.limits.Commands)
		p.reserve = reserve
	}
	if q.classic {
		p.beat = s.limits.Heartbeat
	}
	leave := func() {
		s.remove(p)
		leaveQuotas()
	}
	s.add(p) // before http.Server forgets the connection: its Shutdown waits until then
	if here {
		s.connect(p, multiplex(w, r, &s.limits))
	} else {
		conn, err := takeOver(w, &s.limits)
		if err != nil {
			t.done(ourMistake)
			leave()
			watcher.Ended(protocol.ByServer, protocol.EndMistake, 0)
			panic(err) // HTTP/1.1 and HTTP/2 are all that this server speaks
		}
		if shake == nil {
			s.connect(p, conn)
		} else {
			socket := newSocket(conn, shake, p, reserve)
			letGo := leave
			leave = func() {
				socket.letGo()
				letGo()
			}
			s.connect(p, socket)
		}
	}
	watcher.Plays(p)
	done := t.done // all else of t has had its use
	play := func() {
		how := p.perform()
		done(how)
		p.close(how)
		leave()
	}
	if here {
		playOn(w, play)
	} else {
		go play() // which lets go of all that net/http keeps for a request
	}
}

func (s *Streams) add(p *Play) {
	s.memory.Opened()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.open[p] = struct{}{}
}

func (s *Streams) connect(p *Play, conn carrier) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	p.conn = conn
}

func (s *Streams) remove(p *Play) {
	s.memory.Closed()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.open, p)
	if len(s.open) == 0 && s.drained != nil {
		close(s.drained)
		s.drained = nil
	}
}

// Open is how many streams there are.
func (s *Streams) Open() int { return s.quota.Open() }

// OpenSockets is how many WebSockets there are.
func (s *Streams) OpenSockets() int { return s.sockets.Open() }

// End has all plays end properly, now and from now on.
func (s *Streams) End() {
	close(s.stop)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for p := range s.open {
		if p.conn != nil {
			p.conn.wake()
		}
	}
}

// Drain waits until all have ended, and cuts what is left when ctx is done. There must be no new ones any more.
func (s *Streams) Drain(ctx context.Context) {
	s.mutex.Lock()
	drained := make(chan struct{})
	if len(s.open) == 0 {
		close(drained)
	} else {
		s.drained = drained
	}
	s.mutex.Unlock()
	select {
	case <-drained:
		return
	case <-ctx.Done():
	}
	s.mutex.Lock()
	for p := range s.open {
		if p.conn != nil {
			p.conn.reset()
		}
	}
	s.mutex.Unlock()
	<-drained
}
