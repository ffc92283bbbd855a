package scenario

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"eventsource-playground/sse"
)

// An Expect is what the text says must be seen, in this order.
type Expect struct {
	More bool // and so on: what follows the last line is left open

	lines []seenLine
}

// A Seen is one thing that can be seen, as a text expects it or as it was observed.
type Seen struct {
	Kind        Kind
	ReadyState  int           // Failed: inside the handler
	Event       sse.Event     // Dispatched
	LastEventID string        // Requested
	Redirected  bool          // Requested, at the address that a redirect of this stream leads to
	After       time.Duration // about so long after the one before; 0: not said

	data template // what Event.Data can be, if it holds placeholders
	n    int
}

// A Kind is what happened.
type Kind uint8

const (
	Requested  Kind = iota // the server got a request
	Opened                 // open fired
	Failed                 // error fired
	Dispatched             // an event of the stream fired
)

// Engines are those that a line of == expect can be for.
const (
	Chromium = "chromium"
	Firefox  = "firefox"
)

// Protocols are those that a line of == expect can be for.
const (
	HTTP1 = "HTTP/1.1"
	HTTP2 = "HTTP/2"
)

// In is what must be seen in an engine, over HTTP/1.1. In one that the text never names, only what all others have in common is
// certain: sure says whether that is everything.
func (e *Expect) In(engine string) (seen []Seen, sure bool) { return e.Over(HTTP1, engine) }

// Over is In for another protocol.
func (e *Expect) Over(protocol, engine string) (seen []Seen, sure bool) {
	sure = true
	known := engine == Chromium || engine == Firefox
	for _, line := range e.lines {
		round := []seenLine{line}
		if line.body != nil {
			round = line.body
		}
		for n := line.from; n <= line.to; n++ {
			for _, l := range round {
				switch {
				case l.protocol != "" && l.protocol != protocol:
				case l.engine == "" || l.engine == engine:
					seen = append(seen, l.in(n))
				case !known:
					sure = false
				}
			}
		}
	}
	return seen, sure
}

// Matches reports whether got is what was expected, except for After: how exact a clock is, its owner knows.
func (s Seen) Matches(got Seen) bool {
	if s.data != nil {
		if !s.data.matches(got.Event.Data, s.n) {
			return false
		}
		s.Event.Data = got.Event.Data
	}
	return s.Kind == got.Kind && s.ReadyState == got.ReadyState && s.Event == got.Event && s.LastEventID == got.LastEventID &&
		s.Redirected == got.Redirected
}

// String is the line of == expect.
func (s Seen) String() string {
	var b strings.Builder
	switch s.Kind {
	case Requested:
		b.WriteString("request")
		if s.Redirected {
			b.WriteString(" redirected")
		}
		if s.LastEventID != "" {
			b.WriteString(" Last-Event-ID " + bare(s.LastEventID))
		}
	case Opened:
		b.WriteString("open")
	case Failed:
		b.WriteString("error " + strconv.Itoa(s.ReadyState))
	case Dispatched:
		b.WriteString(bare(s.Event.Type) + " " + quote(s.Event.Data))
		if s.Event.LastEventID != "" {
			b.WriteString(" id " + bare(s.Event.LastEventID))
		}
	}
	if s.After > 0 {
		b.WriteString(" after " + s.After.String())
	}
	return b.String()
}

// bare writes what value reads: without quotes where it can.
func bare(s string) string {
	q := quote(s)
	if r, _ := utf8.DecodeRuneInString(s); slices.Contains(likeQuote, r) {
		return q
	}
	if s == "" || s == "request" || strings.ContainsAny(s, " '.:#@=") || q != `"`+s+`"` {
		return q
	}
	return s
}

// seenLine is a line of == expect, or a repeat of some.
type seenLine struct {
	engine   string // "": all
	protocol string // "": all
	seen     Seen
	kind     template // of Seen.Event.Type, and so on
	data     template
	times    int
	id       template
	from, to int
	body     []seenLine

	named bool // it says which engine or protocol it is for
}

// accept reads what a line is for, such as firefox: or firefox over HTTP/2: and reports whether that is there.
func (l *seenLine) accept(c *cursor) bool {
	for _, engine := range []string{"", Chromium, Firefox} {
		for _, protocol := range []string{"", HTTP1, HTTP2} {
			words := engine
			if protocol != "" {
				words = strings.TrimSpace(engine + " over " + protocol)
			}
			if words != "" && c.accept(words+":") {
				l.engine, l.protocol = engine, protocol
				return true
			}
		}
	}
	return false
}

// in is the line in round n.
func (l seenLine) in(n int) Seen {
	s := l.seen
	switch s.Kind {
	case Requested:
		s.LastEventID = l.id.round(n)
	case Dispatched:
		s.Event = sse.Event{Type: l.kind.round(n), Data: strings.Repeat(l.data.round(n), l.times), LastEventID: l.id.round(n)}
		if l.times == 1 {
			s.data, s.n = l.data, n
		}
	}
	return s
}

// round fills the counter in, and leaves the other placeholders as they are written.
func (t template) round(n int) string {
	var b []byte
	for _, p := range t {
		switch p.kind {
		case plain:
			b = append(b, p.text...)
		case counter:
			b = strconv.AppendInt(b, int64(n), 10)
		case clock:
			b = append(b, "{time}"...)
		case attempt:
			b = append(b, "{attempt}"...)
		case lastEventID:
			b = append(b, "{last-event-id}"...)
		case method:
			b = append(b, "{method}"...)
		case header:
			b = append(b, "{header "+p.text+"}"...)
		case body:
			b = append(b, "{body}"...)
		case generated:
			b = append(b, "{bytes "+strconv.Itoa(int(p.low))+"}"...)
		case random:
			b = append(b, "{random "+strconv.Itoa(int(p.low))+"-"+strconv.Itoa(int(p.high))+"}"...)
		}
	}
	return string(b)
}

const expectExample = `write request, open, error 0, error 2, or an event type and its data, such as message "a" id 1`

// expectation reads a line of == expect.
func (p *parser) expectation(c *cursor) {
	if p.scenario.Expect.More {
		c.fail(0, "nothing follows ... : move this above it")
		return
	}
	l := seenLine{times: 1, from: 1, to: 1}
	for at := c.start(); l.accept(c); at = c.start() {
		if l.named {
			c.fail(at, "a line is for one engine and one protocol: write another line")
		}
		l.named = true
	}
	start := c.start()
	quoted := c.quoted()
	var word string
	if quoted {
		word = c.str("the type")
	} else {
		word = c.word()
		c.bare(start, word)
	}
	switch {
	case !quoted && word == "...":
		p.scenario.Expect.More = true
		if l.named || p.seenLoop != nil {
			c.fail(start, "... stands alone, at the end")
		}
		c.end("... stands alone, at the end")
		return
	case !quoted && word == "request":
		l.seen.Kind = Requested
		l.seen.Redirected = c.accept("redirected")
		if c.accept("Last-Event-ID") {
			l.id = p.filled(c, c.value, "the id")
		}
	case c.quoted():
		l.seen.Kind = Dispatched
		l.kind, _ = parseTemplate(word)
		l.data = p.filled(c, c.str, "the data")
		if next := c.start(); next < len(c.text) && '0' <= c.text[next] && c.text[next] <= '9' {
			l.times = c.number(1, p.maxTimes(), "how many times")
			if !c.accept("times") {
				c.fail(c.start(), "times is missing: write it after the number")
			}
		}
		if c.accept("id") {
			l.id = p.filled(c, c.value, "the id")
		}
	case !quoted && word == "open":
		l.seen.Kind = Opened
	case !quoted && word == "error":
		l.seen.Kind = Failed
		at := c.start()
		switch c.word() {
		case "0":
		case "2":
			l.seen.ReadyState = 2
		default:
			c.fail(at, "the readyState is missing: write error 0 if the browser tries again, error 2 if it has given up")
		}
	case c.atEnd() || quoted:
		c.fail(start, "this is not something to expect: "+expectExample)
	default:
		c.fail(c.start(), `the data must be in quotes: write it as "…", or as '…' without escapes`)
	}
	if c.accept("after") {
		l.seen.After = c.duration(time.Millisecond)
	}
	if !c.end(expectExample) {
		return
	}
	if p.seenLoop != nil {
		p.seenLoop.body = append(p.seenLoop.body, l)
	} else {
		*p.seen = append(*p.seen, l)
	}
}

// filled reads a string that may hold placeholders.
func (p *parser) filled(c *cursor, read func(string) string, what string) template {
	start := c.start()
	s := read(what)
	t, bad := parseTemplate(s)
	switch {
	case bad >= 0:
		c.fail(start, badPlaceholder(s[bad:]))
	case t.has(counter) && p.seenLoop == nil:
		c.fail(start, "{n} counts the rounds of a repeat: put this line between @repeat and @again")
	case t == nil:
		t = template{}
	}
	return t
}

// checkExpect reports what would fill the memory of whoever compares.
func (p *parser) checkExpect() {
	e := p.scenario.Expect
	if e == nil {
		return
	}
	things, bytes := 0, 0
	for _, l := range e.lines {
		each := l.body
		if each == nil {
			each = []seenLine{l}
		}
		rounds := l.to - l.from + 1
		things = plus(things, times(len(each), rounds))
		for _, l := range each {
			bytes = plus(bytes, times(times(l.data.size(), l.times), rounds))
		}
	}
	if over(p.limits.Repeat, things) {
		p.fail(p.expectLine, "this expects "+strconv.Itoa(things)+" things: the limit is "+strconv.Itoa(p.limits.Repeat))
	}
	if over(p.limits.Bytes, bytes) {
		p.fail(p.expectLine, "this expects "+strconv.Itoa(bytes)+" bytes of data: the limit is "+strconv.Itoa(p.limits.Bytes))
	}
}

// maxTimes limits the memory that an expectation can need.
func (p *parser) maxTimes() int {
	if p.limits.Bytes > 0 {
		return p.limits.Bytes
	}
	return maxNumber
}
