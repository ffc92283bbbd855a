package trace

import (
	"slices"

	"eventsource-playground/protocol"
	"eventsource-playground/sse"
)

// Exchange is one request and its answer, seen by the server. Times are on the page's performance clock.
type Exchange struct {
	Source, Attempt int
	At              float64
	Request         protocol.Seen
	Head            *protocol.Seen // nil: none yet
	HeadAt          float64
	Writes          []Wrote
	Sent            int // bytes of the body
	End             *protocol.Seen
	EndAt           float64
	Did             []Did

	Lines     []WireLine // what the decoder makes of the bytes, the newest
	Forgotten int        // older lines that are not kept
	Blind     bool       // some bytes were left out, so from there on no line is known

	credentials bool   // withCredentials of its source
	lastID      string // what the stream has set by now, as is the next
	retry       int64  // in milliseconds
	retrySet    bool
	dispatched  int // events
	lines       int
	hasType     bool // in the event that is not complete yet, as is the next
	hasID       bool
	discarded   bool // an event at the end
}

// Wrote is one write of the server.
type Wrote struct {
	At   float64
	Size int
}

// Did is a command of the visitor's that was carried out. Next is set for DoNext only.
type Did struct {
	At   float64
	Do   protocol.Do
	Next *protocol.Reply
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
	maxDecoders  = 8 // of the newest sources
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
	decoders  map[int]*sse.Decoder // by source: it keeps the last event ID from one attempt to the next, as the browser does

	listening []string
	unheard   []Unheard // since the current source was made
	predicted int       // events of the current source
}

func (s *served) begin() {
	s.unheard, s.predicted = nil, 0
}

// clear forgets all but what is still under way.
func (s *served) clear() {
	s.exchanges = slices.DeleteFunc(s.exchanges, func(e *Exchange) bool { return e.End != nil })
	for _, e := range s.exchanges {
		e.Lines, e.Writes, e.Forgotten = nil, nil, 0
	}
	s.gone, s.unheard, s.predicted = 0, nil, 0
}

// Serve records what the server saw. offset is what must be added to its clock to get the page's.
func (l *Log) Serve(seen protocol.Seen, offset float64) {
	l.changes++
	at := seen.At + offset
	s := &l.served
	if seen.Kind == protocol.SeenRequest {
		if len(s.exchanges) >= maxExchanges {
			s.exchanges = slices.Delete(s.exchanges, 0, 1)
			s.gone++
		}
		e := &Exchange{Source: seen.Source, Attempt: seen.Attempt, At: at, Request: seen}
		e.credentials = l.credentials && e.Source == l.source
		s.exchanges = append(s.exchanges, e)
		s.remember(e)
		l.sees(e, seen, at)
		return
	}
	e := s.exchange(seen.Source, seen.Attempt)
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
		e.Sent += seen.Size
		e.Writes = append(e.Writes, Wrote{at, seen.Size})
		if len(e.Writes) > maxWires {
			e.Writes = slices.Delete(e.Writes, 0, maxWires/10)
		}
		wasBlind := e.Blind
		e.Blind = e.Blind || len(seen.Bytes) < seen.Size
		if !e.Blind && e.streams() {
			e.Blind = s.decoder(e.Source).Feed(seen.Bytes, func(line sse.Line) { s.line(l, e, at, line) }) != nil
			s.remember(e)
		}
		if e.Blind && !wasBlind && e.streams() {
			l.read(e, at, FactBlind, "")
		}
	case protocol.SeenDid:
		if len(e.Did) < maxWires {
			e.Did = append(e.Did, Did{at, seen.Do, seen.Next})
		}
	case protocol.SeenEnd:
		e.End, e.EndAt = &seen, at
		if e.streams() {
			s.decoder(e.Source).End(func(line sse.Line) { s.line(l, e, at, line) })
			s.remember(e)
		}
	}
	l.sees(e, seen, at)
}

// remember keeps what the stream has set by now.
func (s *served) remember(e *Exchange) {
	d := s.decoder(e.Source)
	retry, isSet := d.ReconnectionTime()
	e.lastID, e.retry, e.retrySet = d.LastEventID(), retry.Milliseconds(), isSet
}

// ShiftServer moves all that the server saw by some milliseconds: its clock turned out to be another.
func (l *Log) ShiftServer(by float64) {
	l.changes++
	l.facts.shift(by)
	for _, e := range l.served.exchanges {
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
	}
}

// streams reports whether the answer is one that a browser reads as an event stream.
func (e *Exchange) streams() bool { return e.Head != nil && e.Head.Status == 200 }

func (s *served) exchange(source, attempt int) *Exchange {
	for _, e := range slices.Backward(s.exchanges) {
		if e.Source == source && e.Attempt == attempt {
			return e
		}
	}
	return nil
}

func (s *served) decoder(source int) *sse.Decoder {
	d := s.decoders[source]
	if d == nil {
		d = sse.NewDecoder("", sse.Limits{Line: maxLine, Event: maxLine})
		if s.decoders == nil {
			s.decoders = map[int]*sse.Decoder{}
		}
		delete(s.decoders, source-maxDecoders) // a source of long ago has nothing to say any more
		s.decoders[source] = d
	}
	return d
}

func (s *served) line(l *Log, e *Exchange, at float64, line sse.Line) {
	e.Lines = append(e.Lines, WireLine{at, line})
	if len(e.Lines) > maxWires {
		e.Lines = slices.Delete(e.Lines, 0, maxWires/10)
		e.Forgotten += maxWires / 10
	}
	l.reads(e, at, line)
	if line.Event == nil || e.Source != l.source {
		return
	}
	s.predicted++
	if slices.Contains(s.listening, line.Event.Type) {
		return
	}
	i := slices.IndexFunc(s.unheard, func(u Unheard) bool { return u.Type == line.Event.Type })
	switch {
	case i >= 0:
		s.unheard[i].Count++
	case len(s.unheard) < maxTypes:
		s.unheard = append(s.unheard, Unheard{line.Event.Type, 1})
	}
}

// Exchanges are the requests that the server saw, oldest first, and how many older ones are not kept. The caller must
// not change them.
func (l *Log) Exchanges() (kept []*Exchange, gone int) { return l.served.exchanges, l.served.gone }

// Unheard are the types that arrived on the wire without a listener here, since the current source was made.
func (l *Log) Unheard() []Unheard { return l.served.unheard }

// Predicted is how many events the decoder dispatched from the bytes that the server sent to the current source.
func (l *Log) Predicted() int { return l.served.predicted }

// SetListening says which types are listened to, so that the log knows what cannot be seen.
func (l *Log) SetListening(types []string) { l.served.listening = slices.Clone(types) }

// Paused reports whether the visitor holds the response back: paused it, or sent a line of what is held back.
func (e *Exchange) Paused() bool {
	if e.End != nil {
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
