package eventsource

import (
	"context"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"eventsource-playground/sse"
)

// A Stream does in Go what a browser's EventSource does (HTML 9.2.2 to 9.2.6), and tells what that hides: why a connection
// was lost, what a refusal said, and what became of each line.
//
// It has no goroutine of its own: [Stream.All] connects and reconnects while it is ranged over. All other methods may be
// called from any goroutine.
type Stream struct {
	url     string
	options StreamOptions
	ctx     context.Context
	close   context.CancelCauseFunc
	decoder *sse.Decoder
	clock   func() float64

	mutex  sync.Mutex
	ranged bool
	state  ReadyState
	lastID string
	retry  time.Duration
	err    error
}

// StreamOptions differ from what an EventSource does only where they are set.
type StreamOptions struct {
	Method string            // "": GET
	Header map[string]string // beside Accept, Cache-Control and Last-Event-ID, which it may replace
	Body   []byte

	WithCredentials bool // in a page: send cookies to, and accept them from, another origin

	// Repeat sends a request with a body again when its connection is lost. Without it, that ends the Stream with
	// [ErrNotRepeated]: a POST that is sent twice may be paid twice.
	Repeat bool

	LastEventID      string        // of the first request
	ReconnectionTime time.Duration // until the stream says another; 0: 3 s, as in Chromium; negative: none
	Backoff          Backoff
	Attempts         int           // in a row without a response that is an event stream, then it gives up; 0: no limit
	Silence          time.Duration // without a byte of the body, then the connection is taken for lost; 0: never

	Limits  sse.Limits // 0: 64 MiB each
	Refusal int        // bytes of the body of a refusal that are kept; 0: 64 KiB

	Transport Transport // nil: HTTP(nil), in a page Fetch

	// What is told of what an EventSource hides, in order. Each nil: nothing.
	Request  func(Request)              // each request, before it is made
	Response func(Response)             // each response's head, before its first event
	Piece    func(at float64, p []byte) // what came of a body, good until it returns; at as an Event's TimeStamp
	Line     func(sse.Line)             // what became of each line
}

// Backoff makes the reconnection time longer with each attempt that fails in a row. The zero Backoff leaves it alone, as
// browsers may and the standard allows.
type Backoff struct {
	Factor  float64       // of the second wait to the first, and so on; below 1 counts as 1
	Jitter  float64       // the part of a wait that is left to chance, from 0 to 1: 0.5 waits for 50 to 100 % of it
	Ceiling time.Duration // of a wait, also of one that the stream asks for; 0: none
}

const (
	defaultReconnectionTime = 3 * time.Second
	defaultLimit            = 64 << 20
	defaultRefusal          = 64 << 10
)

// NewStream prepares a Stream: nothing is sent before it is ranged over. When ctx is done, it is closed. The error is an
// *[Exception] that says what is wrong with the address, the method or a header, or an *[Unsendable].
func NewStream(ctx context.Context, address string, o StreamOptions) (*Stream, error) {
	address, err := absolute(address)
	if err != nil {
		return nil, err
	}
	if err := checkRequest(o); err != nil {
		return nil, err
	}
	if o.Limits.Line == 0 {
		o.Limits.Line = defaultLimit
	}
	if o.Limits.Event == 0 {
		o.Limits.Event = defaultLimit
	}
	if o.Refusal == 0 {
		o.Refusal = defaultRefusal
	}
	if o.ReconnectionTime == 0 {
		o.ReconnectionTime = defaultReconnectionTime
	}
	if o.Transport == nil {
		o.Transport = defaultTransport()
	}
	s := &Stream{
		url: address, options: o, decoder: sse.NewDecoder(o.LastEventID, o.Limits), clock: newClock(),
		lastID: o.LastEventID, retry: max(0, o.ReconnectionTime),
	}
	s.ctx, s.close = context.WithCancelCause(ctx)
	return s, nil
}

// URL is the address that was given. A redirect does not change it.
func (s *Stream) URL() string { return s.url }

// WithCredentials is the option of that name.
func (s *Stream) WithCredentials() bool { return s.options.WithCredentials }

// ReadyState is Connecting until the first response came, too.
func (s *Stream) ReadyState() ReadyState {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.state
}

// LastEventID is what the next request's Last-Event-ID would hold.
func (s *Stream) LastEventID() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.lastID
}

// ReconnectionTime is what the stream set last, or what it began with. A [Backoff] does not change it.
func (s *Stream) ReconnectionTime() time.Duration {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.retry
}

// Err is why the connection was last lost or the Stream ended: a *[Refusal], a *[Lost], a *[sse.LimitError],
// [ErrNotRepeated], an *[GaveUp], or what the context says. It is nil while nothing of that happened, and where Close
// ended it.
func (s *Stream) Err() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.err
}

// Close ends the connection. The loop over [Stream.All] gets no event any more, but one that it has already. Closing again
// does nothing.
func (s *Stream) Close() {
	s.mutex.Lock()
	s.state = Closed
	s.mutex.Unlock()
	s.close(errClosed)
}

var errClosed = errors.New("closed")

// All connects, and yields what an EventSource would dispatch to its listeners, in the same order: Opened, Message and
// Failed. At a Failed whose ReadyState is Connecting the Stream reconnects, after the loop's body; one with Closed is the
// last, and [Stream.Err] tells the cause of both. Leaving the loop closes the Stream.
//
// A Stream can be ranged over once. A TimeStamp is in milliseconds since NewStream, in a page on its performance clock.
func (s *Stream) All() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		s.mutex.Lock()
		again := s.ranged
		s.ranged = true
		s.mutex.Unlock()
		if again {
			panic("eventsource: a Stream can be ranged over once")
		}
		s.run(handler{yield, s.each(yield)})
	}
}

// Messages is All without the events that are not the stream's.
func (s *Stream) Messages() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for e := range s.All() {
			if e.Kind == Message && !yield(e) {
				return
			}
		}
	}
}

// handler takes what a Stream sees. What returns false closes it.
type handler struct {
	own   func(Event) bool                                     // Opened and Failed
	piece func(p []byte, origin string) (goOn bool, err error) // of a body; its events. The error is a *[sse.LimitError]
}

// run is the processing model: connect, and announce, reestablish or fail the connection (HTML 9.2.3).
func (s *Stream) run(h handler) {
	defer s.Close()
	// waits are those since it was last OPEN, failures the attempts in a row that did not make it so.
	for waits, failures := 0, 0; !s.over(); {
		opened, cause := s.attempt(h)
		if s.over() {
			return
		}
		waits, failures = waits+1, failures+1
		if opened {
			waits, failures = 1, 0
		}
		state := Connecting
		if cause = s.verdict(cause, failures); isFinal(cause) {
			state = Closed
		}
		s.enter(state, cause)
		failed := s.event(Failed, "error", state)
		failed.Err = cause
		if !h.own(failed) || state == Closed || s.over() || !s.wait(waits) {
			return
		}
	}
}

// verdict is the cause, or why there is no other attempt after it.
func (s *Stream) verdict(cause error, failures int) error {
	switch {
	case isFinal(cause):
		return cause
	case s.options.Body != nil && !s.options.Repeat:
		return errors.Join(ErrNotRepeated, cause)
	case s.options.Attempts > 0 && failures >= s.options.Attempts:
		return &GaveUp{Attempts: failures, Last: cause}
	}
	return cause
}

// over reports whether it was closed, and keeps what the context says.
func (s *Stream) over() bool {
	if s.ctx.Err() == nil {
		return false
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.state = Closed
	if cause := context.Cause(s.ctx); cause != errClosed {
		s.err = cause
	} else {
		s.err = nil
	}
	return true
}

func (s *Stream) enter(state ReadyState, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.ctx.Err() == nil {
		s.state, s.err = state, err
	}
}

func (s *Stream) event(kind Kind, typ string, state ReadyState) Event {
	return Event{Kind: kind, Type: typ, ReadyState: state, TimeStamp: s.clock()}
}

// wait waits for the reconnection time, the nth time in a row, and reports whether it was not closed meanwhile.
func (s *Stream) wait(n int) bool {
	over := make(chan struct{})
	stop := after(s.options.Backoff.after(s.ReconnectionTime(), n, rand.Float64()), func() { close(over) })
	defer stop()
	select {
	case <-over:
		return true
	case <-s.ctx.Done():
		return !s.over()
	}
}

// after is the nth wait in a row; chance is from 0 to 1.
func (b Backoff) after(wait time.Duration, n int, chance float64) time.Duration {
	most := time.Duration(1<<63 - 1)
	if b.Ceiling > 0 {
		most = b.Ceiling
	}
	d := float64(wait)
	for range n - 1 {
		if d *= max(1, b.Factor); d >= float64(most) {
			break
		}
	}
	d = min(d, float64(most)) * (1 - min(1, max(0, b.Jitter))*chance)
	if d >= float64(most) { // a float64 rounds the greatest Duration up
		return most
	}
	return time.Duration(d)
}

// attempt makes one request and reads its response. It returns whether that was announced, and why it is over.
func (s *Stream) attempt(h handler) (opened bool, cause error) {
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	o := &s.options
	request := Request{o.Method, s.url, o.Header, o.Body, s.LastEventID(), o.WithCredentials}
	if o.Request != nil {
		o.Request(request)
	}
	response, err := o.Transport(ctx, request)
	if err != nil {
		return false, lost("request", err)
	}
	defer response.Body.Close()
	response.TimeStamp = s.clock()
	if o.Response != nil {
		o.Response(response)
	}
	if refusal := s.refusal(response, cancel); refusal != nil {
		return false, refusal
	}
	s.enter(Open, nil)
	if !h.own(s.event(Opened, "open", Open)) {
		s.Close()
	}
	if s.ctx.Err() != nil {
		return true, nil // what has come already is not read any more
	}
	return true, s.read(ctx, cancel, response, h)
}

// read reads a body to its end.
func (s *Stream) read(ctx context.Context, cancel context.CancelCauseFunc, response Response, h handler) error {
	origin := originOf(response.URL)
	defer s.decoder.End(s.tell)
	buffer := make([]byte, 64<<10)
	for {
		disarm := s.arm(cancel)
		n, err := response.Body.Read(buffer)
		disarm()
		if s.options.Piece != nil && n > 0 {
			s.options.Piece(s.clock(), buffer[:n])
		}
		goOn, limited := h.piece(buffer[:n], origin)
		switch {
		case !goOn || s.ctx.Err() != nil:
			s.Close()
			return nil
		case limited != nil:
			return limited
		case err == io.EOF:
			return &Lost{"end", io.EOF}
		case err != nil && errors.Is(context.Cause(ctx), ErrSilent):
			return &Lost{"silence", ErrSilent}
		case err != nil:
			return lost("read", err)
		}
	}
}

// tell tells what became of a line.
func (s *Stream) tell(l sse.Line) {
	if s.options.Line != nil {
		s.options.Line(l)
	}
}

// each yields the events of what came one by one.
func (s *Stream) each(yield func(Event) bool) func(p []byte, origin string) (bool, error) {
	return func(p []byte, origin string) (bool, error) {
		stopped := false
		dispatch := func(event sse.Event) {
			s.keep()
			e := s.event(Message, event.Type, Open)
			e.Data, e.LastEventID, e.Origin = event.Data, event.LastEventID, origin
			stopped = !yield(e) || s.ctx.Err() != nil
		}
		var err error
		if s.options.Line == nil {
			err = s.decoder.Each(p, func(r sse.Raw) {
				if !stopped {
					dispatch(r.Event())
				}
			})
		} else {
			err = s.decoder.Feed(p, func(l sse.Line) {
				if stopped {
					return
				}
				if s.tell(l); l.Event != nil {
					dispatch(*l.Event)
				}
			})
		}
		if !stopped {
			s.keep()
		}
		return !stopped, err
	}
}

// keep keeps what the next request needs.
func (s *Stream) keep() {
	retry, set := s.decoder.ReconnectionTime()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.lastID = s.decoder.LastEventID(); set {
		s.retry = retry
	}
}

// arm has a connection given up that is silent for too long, until it is disarmed: the time that the loop's body takes is none
// of the server's silence.
func (s *Stream) arm(cancel context.CancelCauseFunc) (disarm func()) {
	if s.options.Silence <= 0 {
		return func() {}
	}
	return after(s.options.Silence, func() { cancel(ErrSilent) })
}

// originOf is a URL's origin, as an event tells it.
func originOf(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	if rest == "" {
		return "null" // such as data:
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return scheme + "://" + rest[strings.LastIndexByte(rest, '@')+1:]
}
