package trace

import (
	"maps"
	"math"
	"slices"
	"strings"

	"eventsource-playground/protocol"
	"eventsource-playground/sse"
)

// Exchange is one request and its response, seen by the server, or told by the client itself. Times are on the page's performance clock.
type Exchange struct {
	Source, Attempt int // attempts of a source are counted on where another server comes in, see NewEpoch
	At              float64
	Request         protocol.Seen
	Head            *protocol.Seen // nil: none yet
	HeadAt          float64
	Writes          []Wrote
	Sent            int // bytes of the body
	Packed          int // what compression made of them, in bytes; 0: nothing
	Wire            int // bytes to the browser after the head, as protocol.Seen counts them: the writes' or frames', and the end's
	End             *protocol.Seen
	EndAt           float64
	Unknown         bool // it ended, at EndAt at the latest, but how is not known: the server is another one now
	Did             []Did

	Frames     []Frame            // of a WebSocket, the newest; those to the page are Writes too
	FramesGone int                // older ones that are not kept
	NotHere    []protocol.NotHere // of what the scenario says

	Body []byte // of a response that is no event stream, the beginning; see maxBody

	Lines     []WireLine // what the decoder makes of the bytes, the newest
	Forgotten int        // older lines that are not kept
	AfterCRLF bool       // the CR that ended the last of them was a CRLF's, as far as the stream came
	Blind     bool       // some bytes were left out, so from there on no line is known

	source *Source // nil: the log does not know it
	newAt  float64 // when that was made
	epoch  int

	unsure     bool   // bytes of an attempt before were left out, so the next three are not sure
	lastID     string // what the stream has set by now, as are the next two
	retry      int64  // in milliseconds
	retrySet   bool
	dispatched int // events
	lines      int
	hasType    bool // in the event that is not complete yet, as is the next
	hasID      bool
	discarded  bool // an event at the end
}

// Wrote is one write of the server, or a frame to the page. The bytes are as protocol.Seen counts them.
type Wrote struct {
	At     float64
	Size   int // of a frame all of it, as is Wire
	Packed int
	Wire   int
}

// Did is a command of the visitor's that was carried out. Next is set for DoNext only.
type Did struct {
	At   float64
	Do   protocol.Do
	Next *protocol.Reply
}

// Frame is one of a WebSocket.
type Frame struct {
	At float64
	protocol.Seen
}

// WireLine is a line of the stream, and when it was complete.
type WireLine struct {
	At float64
	sse.Line
}

// Limits of what is kept of the server's side.
const (
	maxExchanges = 100
	maxWires     = 2000 // lines, and as many writes, of one exchange
	maxLine      = 1 << 20
	maxBody      = 4 << 10 // bytes
	maxStrays    = 8       // sources that the log does not know, such as a fetch
)

// Unheard is a type of event that arrived on the wire, but had no listener here.
type Unheard struct {
	Type  string
	Count int
}

// served is the server's side of a log.
type served struct {
	exchanges []*Exchange
	gone      int
	epoch     int // counts servers, see NewEpoch
	strays    map[int]*wire
}

// wire is what the server's side knows of one source.
type wire struct {
	decoder   *sse.Decoder // keeps the last event ID from one attempt to the next, as the browser does
	attempts  int          // that were counted
	before    int          // of them, those of earlier epochs
	epoch     int
	blind     bool // bytes of one of its responses were left out
	unheard   []Unheard
	predicted int // events, since the log was cleared; see rebase
}

// attempt numbers an attempt that the server of this epoch counts from 1.
func (w *wire) attempt(n, epoch int) int {
	if w.epoch != epoch {
		w.epoch, w.before = epoch, w.attempts
	}
	return w.before + n
}

// rebase counts predicted events from now on, when the page's count of them begins again as well. The two come on ways of
// their own, so while the source lives either may be ahead: what was predicted but not seen yet counts still, and what was
// seen but not predicted yet will not (then the number is negative for a moment). Where bytes were left out the numbers
// never were the same.
func (w *wire) rebase(seen int, live bool) {
	ahead := w.predicted - seen
	for _, u := range w.unheard {
		ahead -= u.Count
	}
	if !live || w.blind {
		ahead = 0
	}
	w.predicted, w.unheard = ahead, nil
}

// clear forgets all but what is still under way.
func (s *served) clear() {
	s.exchanges = slices.DeleteFunc(s.exchanges, (*Exchange).Over)
	for _, e := range s.exchanges {
		e.Lines, e.Writes, e.Forgotten, e.Frames, e.FramesGone = nil, nil, 0, nil, 0
	}
	s.gone = 0
}

// wireOf is what is known of a source, which may be one that the log does not know.
func (l *Log) wireOf(source int) *wire {
	if s := l.Source(source); s != nil {
		return &s.wire
	}
	w := l.served.strays[source]
	if w == nil {
		w = &wire{}
		if l.served.strays == nil {
			l.served.strays = map[int]*wire{}
		}
		if len(l.served.strays) >= maxStrays {
			delete(l.served.strays, slices.Min(slices.Collect(maps.Keys(l.served.strays))))
		}
		l.served.strays[source] = w
	}
	return w
}

// Tell records what the source itself saw of a request, where no server of ours does: a Go engine of another server's stream. Its
// times are on the page's performance clock.
func (s *Source) Tell(seen protocol.Seen) {
	s.tells = true
	seen.Source = s.number
	s.log.Serve(seen, 0)
}

// toldEpoch is that of what a client tells, which no server's clock moves.
const toldEpoch = -1

// epochOf is that of what is recorded now of a source.
func (l *Log) epochOf(source int) int {
	if s := l.Source(source); s != nil && s.tells {
		return toldEpoch
	}
	return l.served.epoch
}

// Told reports whether the client told of it, and no server of ours.
func (e *Exchange) Told() bool { return e.epoch == toldEpoch }

// Serve records what the server saw. offset is what must be added to its clock to get the page's.
func (l *Log) Serve(seen protocol.Seen, offset float64) {
	l.changes++
	at := seen.At + offset
	w := l.wireOf(seen.Source)
	if seen.Attempt > 0 {
		seen.Attempt = w.attempt(seen.Attempt, l.epochOf(seen.Source))
	}
	if seen.Kind == protocol.SeenRequest {
		l.request(w, seen, at)
		return
	}
	e := l.served.exchange(seen.Source, seen.Attempt)
	if e == nil {
		if seen.Kind == protocol.SeenDid {
			l.sees(nil, seen, at) // what is chosen for the next request may come before the first
		}
		return
	}
	switch seen.Kind {
	case protocol.SeenHead:
		e.Head, e.HeadAt = &seen, at
	case protocol.SeenWrite:
		l.wrote(w, e, seen, at)
	case protocol.SeenFrame:
		e.framed(seen, at)
	case protocol.SeenNotHere:
		e.NotHere = append(e.NotHere, seen.NotHere...)
	case protocol.SeenDid:
		if len(e.Did) < maxWires {
			e.Did = append(e.Did, Did{at, seen.Do, seen.Next})
		}
	case protocol.SeenEnd:
		e.End, e.EndAt = &seen, at
		e.Wire += seen.Wire
		if e.streams() {
			w.decode().End(func(line sse.Line) { l.line(w, e, at, line) })
			w.remember(e)
		}
		if s := l.Source(e.Source); s != nil && !s.now.Live() {
			w.decoder = nil // no other attempt follows
		}
	}
	l.sees(e, seen, at)
}

func (l *Log) request(w *wire, seen protocol.Seen, at float64) {
	s := &l.served
	if len(s.exchanges) >= maxExchanges {
		s.exchanges = slices.Delete(s.exchanges, 0, 1)
		s.gone++
	}
	w.attempts = max(w.attempts, seen.Attempt)
	e := &Exchange{Source: seen.Source, Attempt: seen.Attempt, At: at, Request: seen, epoch: l.epochOf(seen.Source), unsure: w.blind}
	if e.source = l.Source(seen.Source); e.source != nil {
		e.newAt = e.source.newAt
	} else if subject := l.Newest(1); subject != nil {
		e.newAt = subject.newAt
	}
	if before := s.exchange(seen.Source, seen.Attempt-1); before != nil && before.Request.Server != seen.Server {
		l.factsOf(seen.Source).add(Fact{Name: FactOtherServer, At: at, Source: e.Source, Attempt: e.Attempt, Type: seen.Server, epoch: e.epoch})
	}
	s.exchanges = append(s.exchanges, e)
	w.remember(e)
	l.sees(e, seen, at)
}

func (l *Log) wrote(w *wire, e *Exchange, seen protocol.Seen, at float64) {
	e.sent(Wrote{at, seen.Size, seen.Packed, seen.Wire})
	if !e.streams() {
		e.Body = append(e.Body, seen.Bytes[:min(len(seen.Bytes), maxBody-len(e.Body))]...)
		return
	}
	wasBlind := e.Blind
	e.Blind = e.Blind || len(seen.Bytes) < seen.Size
	if !e.Blind {
		e.Blind = w.decode().Feed(seen.Bytes, func(line sse.Line) { l.line(w, e, at, line) }) != nil
		e.AfterCRLF = w.decode().AfterCRLF()
		w.remember(e)
	}
	if e.Blind && !wasBlind {
		w.blind = true
		l.read(e, at, FactBlind, "")
	}
}

// sent keeps that so many bytes were sent.
func (e *Exchange) sent(w Wrote) {
	e.Sent += w.Size
	e.Packed += w.Packed
	e.Wire += w.Wire
	if e.Writes = append(e.Writes, w); len(e.Writes) > maxWires {
		e.Writes = slices.Delete(e.Writes, 0, maxWires/10)
	}
}

// framed keeps a frame. Those to the page are what the server wrote.
func (e *Exchange) framed(seen protocol.Seen, at float64) {
	if e.Frames = append(e.Frames, Frame{at, seen}); len(e.Frames) > maxWires {
		e.Frames = slices.Delete(e.Frames, 0, maxWires/10)
		e.FramesGone += maxWires / 10
	}
	if seen.FromPage {
		return
	}
	e.sent(Wrote{At: at, Size: seen.Wire, Wire: seen.Wire})
}

// HandshakeBytes are those of the request's head and of the response's, on the wire; 0 where nobody can say, as over HTTP/2.
func (e *Exchange) HandshakeBytes() (request, response int) {
	if e.Head != nil {
		response = e.Head.Wire
	}
	return e.Request.Wire, response
}

// IsWebSocket reports whether the response turned the connection into a WebSocket, whose messages are no event stream.
func (e *Exchange) IsWebSocket() bool { return e.Head != nil && e.Head.Status == 101 }

// remember keeps what the stream has set by now.
func (w *wire) remember(e *Exchange) {
	d := w.decode()
	retry, isSet := d.ReconnectionTime()
	e.lastID, e.retry, e.retrySet = d.LastEventID(), retry.Milliseconds(), isSet
}

func (w *wire) decode() *sse.Decoder {
	if w.decoder == nil {
		w.decoder = sse.NewDecoder("", sse.Limits{Line: maxLine, Event: maxLine})
	}
	return w.decoder
}

// NewEpoch says that the server is another one from now on: it was restarted, or it has forgotten what it saw. What was
// recorded keeps its place, its clock and its cause; how a request ended that was under way is not known.
func (l *Log) NewEpoch(at float64) {
	l.served.epoch++
	l.lose(at, func(*Exchange) bool { return true })
	l.others.add(Fact{Name: FactNewServer, At: at, epoch: l.served.epoch})
}

// LoseServer says that one of several servers, by its ID, gives no sign of life: how the requests ended that it had under way is not known.
func (l *Log) LoseServer(server string, at float64) {
	l.lose(at, func(e *Exchange) bool { return e.Request.Server == server })
	l.others.add(Fact{Name: FactServerGone, At: at, Type: server, epoch: l.served.epoch})
}

// MoveChannel says that the page's channel goes to another of several servers now, by its ID.
func (l *Log) MoveChannel(server string, at float64) {
	l.changes++
	l.others.add(Fact{Name: FactChannelMoved, At: at, Type: server, epoch: l.served.epoch})
}

// lose is for requests under way of which nobody will tell how they ended.
func (l *Log) lose(at float64, lost func(*Exchange) bool) {
	l.changes++
	for _, e := range l.served.exchanges {
		if e.Over() || e.Told() || !lost(e) {
			continue
		}
		e.EndAt, e.Unknown = max(e.At, at), true
		if w := l.wireOf(e.Source); w.decoder != nil {
			w.decoder.End(func(sse.Line) {}) // ready for the next response
		}
	}
}

// ShiftServer moves all that the server of this epoch saw by some milliseconds: its clock turned out to be another.
func (l *Log) ShiftServer(by float64) {
	l.changes++
	l.others.shift(by, l.served.epoch)
	for _, s := range l.sources {
		s.facts.shift(by, l.served.epoch)
	}
	for _, e := range l.served.exchanges {
		if e.epoch != l.served.epoch {
			continue
		}
		e.At += by
		e.HeadAt += by
		e.EndAt += by
		for i := range e.Writes {
			e.Writes[i].At += by
		}
		for i := range e.Lines {
			e.Lines[i].At += by
		}
		for i := range e.Did {
			e.Did[i].At += by
		}
		for i := range e.Frames {
			e.Frames[i].At += by
		}
	}
}

// SourceName is its source's.
func (e *Exchange) SourceName() string {
	if e.source == nil {
		return Named(EventSource, e.Source)
	}
	return e.source.Name()
}

// In reports whether it is of a source of a lane. What the log does not know, such as a fetch, is the subject's.
func (e *Exchange) In(lane int) bool {
	return e.source == nil && lane == 1 || e.source != nil && e.source.Lane == lane
}

// T is a moment in milliseconds since New of its source; of one that the log does not know, since New of the subject.
func (e *Exchange) T(at float64) float64 { return at - e.newAt }

// Over reports whether the response ended.
func (e *Exchange) Over() bool { return e.End != nil || e.Unknown }

// Shares reports whether both went over the same HTTP/2 connection at the same time.
func (e *Exchange) Shares(other *Exchange) bool {
	until := func(e *Exchange) float64 {
		if e.Over() {
			return e.EndAt
		}
		return math.Inf(1)
	}
	return e.Request.Stream > 0 && other.Request.Stream > 0 && e.Request.Port == other.Request.Port && e.epoch == other.epoch &&
		e.At < until(other) && other.At < until(e)
}

// streams reports whether the response is one that some browser reads as an event stream: a type that is written wrongly is
// accepted here and there.
func (e *Exchange) streams() bool {
	return e.Head != nil && e.Head.Status == 200 && strings.Contains(strings.ToLower(e.type_()), "text/event-stream")
}

// Said is the beginning of a body that is no event stream, as text; "" for none.
func (e *Exchange) Said() string {
	return strings.TrimSpace(strings.ToValidUTF8(string(e.Body), "\uFFFD"))
}

func (s *served) exchange(source, attempt int) *Exchange {
	for _, e := range slices.Backward(s.exchanges) {
		if e.Source == source && e.Attempt == attempt {
			return e
		}
	}
	return nil
}

func (l *Log) line(w *wire, e *Exchange, at float64, line sse.Line) {
	e.Lines = append(e.Lines, WireLine{at, line})
	if len(e.Lines) > maxWires {
		e.Lines = slices.Delete(e.Lines, 0, maxWires/10)
		e.Forgotten += maxWires / 10
	}
	l.reads(e, at, line)
	s := l.Source(e.Source)
	if line.Event == nil || s == nil {
		return
	}
	w.predicted++
	if s.ListensTo(line.Event.Type) {
		return
	}
	i := slices.IndexFunc(w.unheard, func(u Unheard) bool { return u.Type == line.Event.Type })
	switch {
	case i >= 0:
		w.unheard[i].Count++
	case len(w.unheard) < maxTypes:
		w.unheard = append(w.unheard, Unheard{line.Event.Type, 1})
	}
}

// Exchanges are the requests that the server saw, of all sources, oldest first, and how many older ones are not kept. The
// caller must not change them.
func (l *Log) Exchanges() (kept []*Exchange, gone int) { return l.served.exchanges, l.served.gone }

// Exchanges are the requests of one source, oldest first, as far as they are kept.
func (s *Source) Exchanges() []*Exchange {
	if s == nil {
		return nil
	}
	var own []*Exchange
	for _, e := range s.log.served.exchanges {
		if e.Source == s.number {
			own = append(own, e)
		}
	}
	return own
}

// Unheard are the types that arrived on the wire without a listener here.
func (s *Source) Unheard() []Unheard {
	if s == nil {
		return nil
	}
	return s.wire.unheard
}

// Predicted is how many events the decoder dispatched from the bytes that the server sent, since the source was made or the
// log was cleared. An event counts on one side of the clearing only, here as in Counts: on that where the page saw it.
func (s *Source) Predicted() int {
	if s == nil {
		return 0
	}
	return max(0, s.wire.predicted)
}

// Paused reports whether the visitor holds the response back: paused it, or sent a line of what is held back.
func (e *Exchange) Paused() bool {
	if e.Over() {
		return false
	}
	for i := len(e.Did) - 1; i >= 0; i-- {
		switch e.Did[i].Do {
		case protocol.DoPause, protocol.DoStep:
			return true
		case protocol.DoResume:
			return false
		}
	}
	return false
}
