//go:build !js

package eventsource

import (
	"context"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"net/url"
	"strconv"
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
	began   time.Time

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

	Transport Transport      // nil: HTTP(nil)
	Line      func(sse.Line) // is told what became of each line, in order
	Response  func(Response) // is told of each response's head, before its first event
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

// NewStream prepares a Stream: nothing is sent before it is ranged over. When ctx is done, it is closed. The error says what is
// wrong with the address or with a header.
func NewStream(ctx context.Context, address string, o StreamOptions) (*Stream, error) {
	parsed, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, &Exception{"SyntaxError", err.Error()}
	case parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "":
		return nil, &Exception{"SyntaxError", "the address must be absolute and begin with http:// or https://, and is " + address}
	}
	if _, err := strconv.ParseUint(parsed.Port(), 10, 16); err != nil && parsed.Port() != "" { // which url.Parse leaves alone
		return nil, &Exception{"SyntaxError", "the port must be at most 65535, and is " + parsed.Port()}
	}
	if err := checkHeader(o); err != nil {
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
		o.Transport = HTTP(nil)
	}
	s := &Stream{
		url: parsed.String(), options: o, decoder: sse.NewDecoder(o.LastEventID, o.Limits), began: time.Now(),
		lastID: o.LastEventID, retry: max(0, o.ReconnectionTime),
	}
	s.ctx, s.close = context.WithCancelCause(ctx)
	return s, nil
}

// URL is the address that was given. A redirect does not change it.
func (s *Stream) URL() string { return s.url }

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
// A Stream can be ranged over once. A TimeStamp is in milliseconds since NewStream.
func (s *Stream) All() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		s.mutex.Lock()
		again := s.ranged
		s.ranged = true
		s.mutex.Unlock()
		if again {
			panic("eventsource: a Stream can be ranged over once")
		}
		defer s.Close()
		s.run(yield)
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

// run is the processing model: connect, and announce, reestablish or fail the connection (HTML 9.2.3).
func (s *Stream) run(yield func(Event) bool) {
	// waits are those since it was last OPEN, failures the attempts in a row that did not make it so.
	for waits, failures := 0, 0; !s.over(); {
		opened, cause := s.attempt(yield)
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
		if !yield(s.event(Failed, "error", state)) || state == Closed || s.over() || !s.wait(waits) {
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
	return Event{Kind: kind, Type: typ, ReadyState: state, TimeStamp: float64(time.Since(s.began)) / float64(time.Millisecond)}
}

// wait waits for the reconnection time, the nth time in a row, and reports whether it was not closed meanwhile.
func (s *Stream) wait(n int) bool {
	timer := time.NewTimer(s.options.Backoff.after(s.ReconnectionTime(), n, rand.Float64()))
	defer timer.Stop()
	select {
	case <-timer.C:
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
func (s *Stream) attempt(yield func(Event) bool) (opened bool, cause error) {
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	s.mutex.Lock()
	request := Request{Method: s.options.Method, URL: s.url, Header: s.options.Header, Body: s.options.Body, LastEventID: s.lastID}
	s.mutex.Unlock()
	response, err := s.options.Transport(ctx, request)
	if err != nil {
		return false, lost("request", err)
	}
	defer response.Body.Close()
	if s.options.Response != nil {
		s.options.Response(response)
	}
	if refusal := s.refusal(response, cancel); refusal != nil {
		return false, refusal
	}
	s.enter(Open, nil)
	if !yield(s.event(Opened, "open", Open)) {
		s.Close()
	}
	if s.ctx.Err() != nil {
		return true, nil // what has come already is not read any more
	}
	return true, s.read(ctx, cancel, response, yield)
}

// read reads a body to its end and yields its events.
func (s *Stream) read(ctx context.Context, cancel context.CancelCauseFunc, response Response, yield func(Event) bool) error {
	origin := originOf(response.URL)
	stopped := false
	report := func(l sse.Line) {
		if stopped {
			return
		}
		if s.options.Line != nil {
			s.options.Line(l)
		}
		if l.Outcome != sse.Dispatched && l.Outcome != sse.Blank && l.Field != "retry" {
			return
		}
		retry, set := s.decoder.ReconnectionTime()
		s.mutex.Lock()
		if s.lastID = s.decoder.LastEventID(); set {
			s.retry = retry
		}
		s.mutex.Unlock()
		if l.Event == nil {
			return
		}
		e := s.event(Message, l.Event.Type, Open)
		e.Data, e.LastEventID, e.Origin = l.Event.Data, l.Event.LastEventID, origin
		stopped = !yield(e) || s.ctx.Err() != nil
	}
	defer s.decoder.End(report)
	buffer := make([]byte, 32<<10)
	for {
		disarm := s.arm(cancel)
		n, err := response.Body.Read(buffer)
		disarm()
		limited := s.decoder.Feed(buffer[:n], report)
		switch {
		case stopped:
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

// arm has a connection given up that is silent for too long, until it is disarmed: the time that the loop's body takes is none
// of the server's silence.
func (s *Stream) arm(cancel context.CancelCauseFunc) (disarm func()) {
	if s.options.Silence <= 0 {
		return func() {}
	}
	timer := time.AfterFunc(s.options.Silence, func() { cancel(ErrSilent) })
	return func() { timer.Stop() }
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
