package trace

import (
	"errors"
	"slices"
	"strings"

	"eventsource-playground/eventsource"
)

// Client says what a source is, and where it stands.
type Client struct {
	Kind  ClientKind
	Label string // beside the kind's name; "" where that is enough
	Lane  int    // from 1, the subject's; those of sources beside it follow. A source takes over from the one before in its lane. 0 is 1
}

// ClientKind is what reads a stream.
type ClientKind uint8

// The kinds of clients.
const (
	EventSource ClientKind = iota // the browser's own object
	Engine                        // an eventsource.Stream over fetch
	WebSocket                     // the browser's own object
)

// String is the kind's name, which is the same in all languages.
func (k ClientKind) String() string { return [...]string{"EventSource", "Go engine", "WebSocket"}[k] }

// Number is what readyState says: a WebSocket has 2 for CLOSING, and 3 for CLOSED.
func (k ClientKind) Number(s eventsource.ReadyState) int {
	if k == WebSocket && s >= eventsource.Closed {
		return 5 - int(s)
	}
	return int(s)
}

// A Source is one client of a stream, from its constructor on. Any number of them may live at once, each with its own
// states, counts and events. The methods that read may be called on a nil Source, which is none yet.
type Source struct {
	Client
	log    *Log
	number int

	newAt        float64
	credentials  bool    // withCredentials
	connectingAt float64 // when it was CONNECTING last
	lostAt       float64 // when a WebSocket's close event fired last

	now       State
	counts    Counts
	spans     []Span
	runs      []int             // those of Messages, by their number in the log
	own       []*Record         // those in runs that are no Messages
	messages  int               // clearing does not start again
	hasEvents bool              // any Messages; clearing does not start again
	latest    eventsource.Event // the Message that came last, without its data
	marker    string            // of the Message that came last, see endMarker
	ids       ids
	listening []string
	wire      wire
	facts     facts
	tells     bool // what it sees of its requests, see Tell
	timing    Timing
	gaps      Gaps
}

// State is what is known of a source.
type State struct {
	Source     int // its number, from 1; 0: none yet
	Kind       ClientKind
	NewAt      float64 // when it was constructed, on the performance clock
	ReadyState eventsource.ReadyState
	Since      float64 // when that state began, on the performance clock
	By         Transition
	Waiting    bool    // CONNECTING after an error: the browser waits, then reconnects. Of a WebSocket CLOSED, to reconnect by hand
	Lived      float64 // milliseconds from New until it was CLOSED
	URL        string

	LastEventID string
	Opened      bool // has been open at least once
	Events      int  // since it last opened
	Wait        Wait // the last one that ended
}

// Live reports whether there is a source that is not closed, or is going to reconnect by hand.
func (s State) Live() bool { return s.Source > 0 && (s.ReadyState != eventsource.Closed || s.Waiting) }

// Wait is the time from an error that left readyState at CONNECTING to the open or the error that came next. Where an
// attempt fails a new wait begins.
type Wait struct {
	From, To float64 // on the performance clock; zero if there was none
}

// Milliseconds is how long the wait took: the reconnection time and the new attempt together.
func (w Wait) Milliseconds() float64 { return w.To - w.From }

// Construct records that a source was made.
func (l *Log) Construct(at float64, client Client, url string, withCredentials bool) *Source {
	s := l.newSource(at, client)
	s.credentials = withCredentials
	s.now = State{Source: s.number, Kind: s.Kind, NewAt: at, ReadyState: eventsource.Connecting, Since: at, URL: url}
	s.span(at, Span{Source: s.number, State: eventsource.Connecting})
	s.addOwn(Record{At: at, Kind: Construct, ReadyState: eventsource.Connecting, URL: url, WithCredentials: withCredentials})
	s.fact(Fact{Name: FactConstructed, At: at, Type: url})
	return s
}

func (l *Log) newSource(at float64, client Client) *Source {
	client.Lane = max(1, client.Lane)
	l.made++
	s := &Source{Client: client, log: l, number: l.made, newAt: at, connectingAt: at}
	for len(l.newest) < client.Lane {
		l.newest = append(l.newest, nil)
	}
	l.newest[client.Lane-1] = s
	l.sources = append(l.sources, s)
	l.forget()
	return s
}

// State is what is known of it now.
func (s *Source) State() State {
	if s == nil {
		return State{}
	}
	return s.now
}

// Counts are of what it did since it was made or the log was cleared.
func (s *Source) Counts() Counts {
	if s == nil {
		return Counts{}
	}
	return s.counts
}

// Listen says which types are listened to, so that the log knows what cannot be seen.
func (s *Source) Listen(types []string) {
	if s != nil {
		s.listening = slices.Clone(types)
	}
}

// ListensTo reports whether events of a type can be seen.
func (s *Source) ListensTo(typ string) bool { return s != nil && slices.Contains(s.listening, typ) }

// Close records that close() was called.
func (s *Source) Close(at float64) {
	if !s.State().Live() {
		return
	}
	was, state, by := s.now.ReadyState, eventsource.Closed, ToClosed
	switch {
	case s.Kind == WebSocket && was == eventsource.Closed:
		s.now.Waiting = false // there is nothing to close but the wait
		return
	case s.Kind == WebSocket && was == eventsource.Closing:
		return
	case s.Kind == WebSocket:
		state, by = eventsource.Closing, ToClosing
	case was == eventsource.Open:
		by = OpenToClose
	}
	s.enter(at, state, by)
	s.addOwn(Record{At: at, Kind: Close, ReadyState: state})
	s.fact(Fact{Name: FactClosed, At: at, Was: was})
}

// Observe records what it dispatched. Of a lazy run, which holds Messages only, the first and the last are decoded.
func (s *Source) Observe(events eventsource.Events) {
	n := events.Len()
	if n == 0 {
		return
	}
	if events.Lazy() {
		first, last := events.Slice(0, 1)[0], events.Slice(n-1, n)[0]
		s.addMessages(events, first, last)
		s.message(first, 1)
		if n > 1 {
			s.message(last, n-1)
		}
		s.marker = s.log.endMarker(last)
		return
	}
	for all := events.Slice(0, n); len(all) > 0; {
		if all[0].Kind != eventsource.Message {
			s.observeOwn(all[0])
			all = all[1:]
			continue
		}
		k := 1
		for k < len(all) && all[k].Kind == eventsource.Message {
			k++
		}
		s.addMessages(eventsource.Decoded(all[:k]...), all[0], all[k-1])
		for _, e := range all[:k] {
			s.message(e, 1)
		}
		s.marker = s.log.endMarker(all[k-1])
		all = all[k:]
	}
}

// observeOwn records an event of the browser's own.
func (s *Source) observeOwn(e eventsource.Event) {
	r := Record{At: e.TimeStamp, Kind: Open, ReadyState: e.ReadyState, Type: e.Type}
	switch {
	case e.Kind == eventsource.Failed:
		r.Kind = Error
	case e.Kind == eventsource.Ended:
		r.Kind = Ended
	case e.Kind == eventsource.Dialed:
		r.Kind = Dialed
	}
	if e.Err != nil {
		r.Cause = strings.ReplaceAll(strings.TrimPrefix(e.Err.Error(), "eventsource: "), "\neventsource: ", "; ") // of errors that are joined
	}
	s.addOwn(r)
	switch {
	case r.Kind == Open:
		s.opened(e)
	case r.Kind == Dialed:
		s.connectingAt = e.TimeStamp
		s.enter(e.TimeStamp, eventsource.Connecting, ByHand)
		s.fact(Fact{Name: FactDialed, At: e.TimeStamp, Milliseconds: e.TimeStamp - s.lostAt})
	case r.Kind == Ended:
		s.ended(e)
	case s.Kind == WebSocket:
		s.fact(Fact{Name: FactSocketError, At: e.TimeStamp, Was: s.now.ReadyState}) // the close event follows, and says what the state is
	default:
		s.failed(e)
	}
}

// ended is a WebSocket's close event.
func (s *Source) ended(e eventsource.Event) {
	was := s.now.ReadyState
	f := Fact{Name: FactEndedSocket, At: e.TimeStamp, Was: was, Err: e.Err}
	by := ToClosed
	switch was {
	case eventsource.Open:
		by = OpenToClose
	case eventsource.Closing:
		by = ClosingToClosed
	}
	returns := -1.0
	if closed, ok := errors.AsType[*eventsource.CloseEvent](e.Err); ok {
		returns = closed.Returns
	}
	s.lostAt = e.TimeStamp
	s.enter(e.TimeStamp, eventsource.Closed, by)
	if returns >= 0 {
		f.Name, f.Milliseconds = FactReturns, returns
		s.now.Waiting = true
		s.spans[len(s.spans)-1].Waiting = true
	}
	s.fact(f)
}

// Sent records a message that the page sent.
func (s *Source) Sent(at float64, text string) {
	s.addOwn(Record{At: at, Kind: Sent, ReadyState: s.now.ReadyState, Type: "send", Data: text})
	s.log.changes++
}

func (s *Source) opened(e eventsource.Event) {
	wait := s.waited(e.TimeStamp)
	if s.Kind == WebSocket && s.now.Opened { // its CONNECTING is no wait
		wait = Wait{From: s.lostAt, To: e.TimeStamp}
		s.now.Wait = wait
	}
	f := Fact{Name: FactOpened, At: e.TimeStamp, Milliseconds: e.TimeStamp - s.newAt, since: s.connectingAt}
	if s.now.Opened {
		f.Name, f.Milliseconds, f.ID = FactReopened, wait.Milliseconds(), s.now.LastEventID
		s.counts.reconnections++
		s.ids.reconnected()
	}
	s.now.Opened, s.now.Events, s.marker = true, 0, ""
	s.enter(e.TimeStamp, e.ReadyState, ToOpen)
	s.fact(f)
}

func (s *Source) failed(e eventsource.Event) {
	was := s.now.ReadyState
	f := Fact{Name: FactLost, At: e.TimeStamp, Was: was, Count: 1, Err: e.Err, Milliseconds: s.waited(e.TimeStamp).Milliseconds()}
	f.since, f.Before, f.Opened = s.connectingAt, s.now.Wait.Milliseconds(), s.now.Opened
	by := ToLost
	switch {
	case e.ReadyState == eventsource.Closed && was == eventsource.Open:
		f.Name, by = FactGaveUp, OpenToClose
	case e.ReadyState == eventsource.Closed:
		f.Name, by = FactGaveUp, ToClosed
	case was != eventsource.Open:
		f.Name, by = FactFailed, ToFailed
	}
	s.enter(e.TimeStamp, e.ReadyState, by)
	s.fact(f)
	switch {
	case f.Name != FactLost:
	case s.marker != "":
		s.log.marker = s.marker
		s.fact(Fact{Name: FactEndMarker, At: e.TimeStamp, Type: s.marker})
	case s.log.marker != "" && s.now.Events > 0:
		s.fact(Fact{Name: FactNoEndMarker, At: e.TimeStamp, Type: s.log.marker})
	}
}

// waited ends a wait that is under way and returns it.
func (s *Source) waited(at float64) Wait {
	if !s.now.Waiting {
		return Wait{}
	}
	s.now.Wait = Wait{From: s.now.Since, To: at}
	return s.now.Wait
}

// message counts n events of the stream, of which e was the last, and the others are not known.
func (s *Source) message(e eventsource.Event, n int) {
	s.log.know(e.Type)
	f := Fact{Name: FactEvents, At: e.TimeStamp, Type: e.Type, ID: e.LastEventID, Count: n}
	switch {
	case n > 1:
		f.Type = ""
	case e.Type == "error" || e.Type == "open":
		f.Name = FactServerNamed
	case s.now.Events == 0 && !s.hasEvents:
		f.Name, f.Milliseconds = FactFirstEvent, e.TimeStamp-s.now.Since
	case s.now.Events == 0:
		f.Name, f.Milliseconds = FactFirstSince, e.TimeStamp-s.now.Since
	}
	// An id that an event has from one before it, even from before a reconnection, was not sent again.
	repeated := e.LastEventID != "" && e.LastEventID != s.now.LastEventID && s.ids.repeats(e.Type, e.LastEventID)
	if s.now.Events == 0 {
		s.timing.FirstEvent = e.TimeStamp
	}
	s.counts.Events += n
	s.now.Events += n
	s.now.LastEventID = e.LastEventID
	s.hasEvents = true
	s.fact(f)
	if repeated {
		s.fact(Fact{Name: FactRepeated, At: e.TimeStamp, Type: e.Type, ID: e.LastEventID})
	}
}

// know remembers a type. A copy of it: the string may be a part of a long one.
func (l *Log) know(typ string) {
	if len(typ) <= maxType && !slices.Contains(l.types, typ) && len(l.types) < maxTypes {
		l.types = append(l.types, strings.Clone(typ))
	}
}

// enter makes a state the current one.
func (s *Source) enter(at float64, state eventsource.ReadyState, by Transition) {
	s.counts.Transitions[by]++
	s.now.ReadyState, s.now.Since, s.now.By = state, at, by
	s.now.Waiting = by == ToLost || by == ToFailed
	if state == eventsource.Connecting {
		s.connectingAt = at
	}
	if state == eventsource.Closed {
		s.now.Lived = at - s.newAt
	}
	s.span(at, Span{Source: s.number, State: state, Waiting: s.now.Waiting})
}

// addOwn adds a record that is no Message. It fills in what all records of this source have.
func (s *Source) addOwn(r Record) {
	r.Seq, r.Client, r.Source, r.T, r.Observer = s.log.next, s.Kind, s.number, r.At-s.newAt, Page
	s.own = append(s.own, &r)
	s.log.add(run{source: s, lone: &r, first: r.At, last: r.At, size: len(r.Type) + len(r.URL) + len(r.Cause)})
}

// addMessages adds a run of Messages, of which the first and the last are given.
func (s *Source) addMessages(events eventsource.Events, first, last eventsource.Event) {
	r := run{source: s, events: events, before: s.messages, first: first.TimeStamp, last: last.TimeStamp}
	r.size = events.SizeAfter(s.latest, first)
	last.Data = "" // is not kept once more
	s.latest = last
	s.messages += events.Len()
	s.runs = append(s.runs, s.log.gone+len(s.log.runs))
	s.log.add(r)
}

// clear forgets all but the state; one that lasts began when it began.
func (s *Source) clear() {
	s.wire.rebase(s.counts.Events, s.now.Live())
	s.counts, s.facts, s.runs, s.own, s.gaps = Counts{}, facts{}, nil, nil, Gaps{last: s.gaps.last}
	if s.now.Live() {
		s.spans = slices.Clone(s.spans[len(s.spans)-1:])
	} else {
		s.spans = nil
	}
}

// trim lets go of the oldest run, which the log has dropped, and of the states that ended before what is left. It reports
// whether nothing is left.
func (s *Source) trim(r *run) (none bool) {
	if r.lone != nil {
		s.own[0] = nil
		s.own = s.own[1:]
	} else {
		s.runs = s.runs[1:]
	}
	if len(s.own) == 0 && len(s.runs) == 0 {
		s.spans = slices.Clone(s.spans[max(0, len(s.spans)-1):])
		return true
	}
	oldest := 0.0
	if len(s.own) > 0 {
		oldest = s.own[0].At
	}
	if len(s.runs) > 0 {
		if first := s.run(0).first; len(s.own) == 0 || first < oldest {
			oldest = first
		}
	}
	for len(s.spans) > 1 && s.spans[0].To <= oldest {
		s.spans = s.spans[1:]
	}
	return false
}
