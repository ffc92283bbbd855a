package sse

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// A Decoder reads streams as HTML 9.2.6 tells a browser to, in chunks of any size. Like an EventSource it keeps the last
// event ID and the reconnection time from one connection to the next. The zero Decoder is ready, and without limits.
type Decoder struct {
	limits Limits
	err    error

	line      []byte // the start of a line whose end has not come yet
	begun     bool   // a byte order mark counts in the first line only
	afterCR   bool   // an LF that comes next belongs to that CR
	afterCRLF bool   // it came

	// The standard's buffers. Its data buffer gets an LF after each value and loses the last one again: the same as these
	// values joined, and whether there was one.
	data      []byte
	hasData   bool
	eventType []byte
	id        []byte // counts where idSet: an id came since the last blank line
	idSet     bool
	repaired  []byte // a value that was not valid UTF-8

	lastEventID []byte
	retry       time.Duration
	retrySet    bool

	made Event // strings that were made already, and are shared where the bytes are the same
}

// Limits are in bytes; 0 means no limit.
type Limits struct {
	Line  int // one line, without its terminator
	Event int // the data of one event, with the line breaks in it
}

// A LimitError says which limit a stream went over. The stream cannot be read any further.
type LimitError struct {
	What  string // "line" or "event"
	Limit int
}

func (e *LimitError) Error() string {
	return "sse: the " + e.What + " is over the limit of " + strconv.Itoa(e.Limit) + " bytes"
}

// NewDecoder returns a Decoder for a connection that follows one which left lastEventID, as it is in browsers: the letter of
// 9.2.6 has its buffer begin empty.
func NewDecoder(lastEventID string, limits Limits) *Decoder {
	return &Decoder{limits: limits, lastEventID: []byte(lastEventID), made: Event{LastEventID: lastEventID}}
}

// Feed reads the next chunk and reports each line that ends in it. The only error is a [*LimitError]; it stays until End.
func (d *Decoder) Feed(p []byte, report func(Line)) error { return d.read(p, report, nil) }

// Each reads the next chunk as Feed does, and dispatches each event whose blank line is in it: for those who need no lines,
// without an allocation. Feed may read what comes next, and the other way round.
func (d *Decoder) Each(p []byte, dispatch func(Raw)) error {
	return d.read(p, nil, func() {
		event := Raw{d.eventType, d.data, d.lastEventID, &d.made}
		d.forget()
		dispatch(event)
	})
}

// End says that the stream ended. What is pending is discarded and reported: the line without an end, and then, as a Line
// without text, the event without a blank line. The Decoder is ready for the next connection's stream.
func (d *Decoder) End(report func(Line)) {
	if len(d.line) > 0 {
		line, _ := d.describe(d.line)
		line.Outcome, line.Why.Cause = Discarded, NoLineEnd
		report(line)
	}
	if d.hasData || len(d.eventType) > 0 || d.idChanged() {
		why := Reason{Cause: NoBlankLine, IDForgotten: d.idChanged()}
		report(Line{AfterCRLF: d.afterCRLF, Outcome: Discarded, Why: why})
	}
	d.reset()
}

// reset forgets all but what a next connection needs.
func (d *Decoder) reset() {
	*d = Decoder{
		limits: d.limits, lastEventID: d.lastEventID, retry: d.retry, retrySet: d.retrySet,
		made: Event{LastEventID: d.made.LastEventID},
	}
}

// LastEventID is what the Last-Event-ID header of the next request must hold; without the header if it is "". An id counts
// from its blank line on, even if that dispatches nothing.
func (d *Decoder) LastEventID() string {
	if string(d.lastEventID) != d.made.LastEventID {
		d.made.LastEventID = string(d.lastEventID)
	}
	return d.made.LastEventID
}

// ReconnectionTime is what the last valid retry said, and whether there was one. The standard has no greatest number; a
// Duration has, so more than 292 years are returned as 9223372036854 ms. The digits are in the Line's Value.
func (d *Decoder) ReconnectionTime() (time.Duration, bool) { return d.retry, d.retrySet }

// Pending is how many bytes wait for the end of their line, or of their event.
func (d *Decoder) Pending() int { return len(d.line) + len(d.data) }

// AfterCRLF reports whether the CR that ended the last line was a CRLF's, as far as the stream was read.
func (d *Decoder) AfterCRLF() bool { return d.afterCRLF }

// read cuts a chunk into lines, and either reports each or, where there is a dispatch, calls that at each event's blank line.
func (d *Decoder) read(p []byte, report func(Line), dispatch func()) error {
	valid := utf8.Valid(p)
	// Where the next LF and the next CR are. To look for both at each line would be quadratic where one of them is rare.
	lf, cr := -1, -1
	for at := 0; at < len(p) && d.err == nil; {
		if d.afterCR {
			d.afterCR = false
			if p[at] == '\n' {
				d.afterCRLF = true
				at++
				continue
			}
		}
		if lf < at {
			if lf = at; p[at] != '\n' { // a blank line, most often
				lf = indexFrom(p, at, '\n')
			}
		}
		if cr < at {
			cr = indexFrom(p, at, '\r')
		}
		end := min(lf, cr)
		line, known := p[at:end], valid
		if at = end + 1; len(d.line) > 0 || end == len(p) || d.limits.Line > 0 && len(line) > d.limits.Line {
			var ok bool
			if line, ok = d.join(line, end == len(p)); !ok {
				break
			}
			known = false
		}
		d.afterCR = end == cr
		if dispatch == nil {
			d.tell(line, known, report)
		} else if text := d.text(line); len(text) > 0 {
			field, value := cutField(text)
			d.process(field, value, known)
		} else if d.blank() {
			dispatch()
		}
	}
	return d.err
}

func indexFrom(p []byte, at int, c byte) int {
	if i := bytes.IndexByte(p[at:], c); i >= 0 {
		return at + i
	}
	return len(p)
}

// join puts a line together of what came with earlier chunks and a part, and reports whether that is all of it. The line is good
// until the next call.
func (d *Decoder) join(part []byte, more bool) (line []byte, ok bool) {
	if d.limits.Line > 0 && len(d.line)+len(part) > d.limits.Line {
		d.err, d.line = &LimitError{"line", d.limits.Line}, nil
		return nil, false
	}
	d.line = append(d.line, part...)
	if line = d.line; !more {
		empty(&d.line)
	}
	return line, !more
}

// tell reports a line, unless it goes over a limit.
func (d *Decoder) tell(raw []byte, valid bool, report func(Line)) {
	line, text := d.describe(raw)
	line.Terminator = "\n"
	if d.afterCR {
		line.Terminator = "\r"
	}
	if len(text) > 0 {
		field, value := cutField(text)
		line.Outcome, line.Why.Cause = d.process(field, value, valid)
		d.explain(&line)
	} else {
		line.Outcome, line.Why = Blank, Reason{Cause: NoData, TypeForgotten: len(d.eventType) > 0, IDKept: d.idChanged()}
		if d.blank() {
			line.Outcome, line.Why, line.Event = Dispatched, Reason{}, new(Event)
			line.Event.Type, line.Event.Data, line.Event.LastEventID = d.next()
		}
	}
	if d.err == nil {
		report(line)
	}
}

// text is a line without the byte order mark that a stream may begin with.
func (d *Decoder) text(line []byte) []byte {
	if !d.begun {
		line = bytes.TrimPrefix(line, []byte("\uFEFF"))
	}
	d.begun, d.afterCRLF = true, false
	return line
}

// cutField cuts a line up before it is decoded. That is the same as the standard's other order, because CR, LF and the colon are
// never part of a longer UTF-8 sequence, broken or not.
func cutField(text []byte) (field, value []byte) {
	i := 0
	for i < len(text) && text[i] != ':' { // the names that count are so short that a call of bytes.IndexByte takes longer
		i++
	}
	if i == len(text) {
		return text, nil
	}
	field, value = text[:i], text[i+1:]
	if i > 0 && len(value) > 0 && value[0] == ' ' {
		value = value[1:]
	}
	return field, value
}

// process does what a line that is not blank says. Its value may be known to be valid UTF-8, and is not looked at again then.
func (d *Decoder) process(field, value []byte, valid bool) (Outcome, Cause) {
	if !valid && !utf8.Valid(value) {
		empty(&d.repaired)
		d.repaired = appendUTF8(d.repaired, value)
		value = d.repaired
	}
	switch string(field) {
	case "data":
		size := len(d.data)
		if d.hasData {
			d.data = append(d.data, '\n')
		}
		d.data = append(d.data, value...)
		if d.limits.Event > 0 && len(d.data) > d.limits.Event {
			d.err, d.data = &LimitError{"event", d.limits.Event}, d.data[:size]
		} else {
			d.hasData = true
		}
	case "event":
		empty(&d.eventType)
		d.eventType = append(d.eventType, value...)
	case "id":
		if bytes.IndexByte(value, 0) >= 0 {
			return Ignored, NULInID
		}
		empty(&d.id)
		d.id = append(d.id, value...)
		d.idSet = true
	case "retry":
		ms, ok := digits(value)
		if !ok {
			return Ignored, RetryNotDigits
		}
		d.retry, d.retrySet = time.Duration(min(ms, math.MaxInt64/uint64(time.Millisecond)))*time.Millisecond, true
	case "":
		return Comment, 0
	default:
		return Ignored, UnknownField
	}
	return Field, 0
}

// blank does what a blank line does, and reports whether that dispatches an event, which is to be forgotten then.
func (d *Decoder) blank() bool {
	if d.idSet {
		empty(&d.lastEventID)
		d.lastEventID = append(d.lastEventID, d.id...)
		d.idSet = false
	}
	if !d.hasData {
		d.eventType = d.eventType[:0]
		return false
	}
	if len(d.eventType) == 0 {
		d.eventType = append(d.eventType, "message"...)
	}
	if room := len(d.lastEventID) + len(d.eventType); cap(d.data)-len(d.data) < room { // Raw.Event needs it
		d.data = slices.Grow(d.data, room)
	}
	return true
}

// next makes the event of a blank line.
func (d *Decoder) next() (typ, data, id string) {
	typ, data, id = d.made.next(d.eventType, d.data, d.lastEventID)
	d.forget()
	return typ, data, id
}

// forget empties the buffers of an event. Its bytes stay until the next line is processed.
func (d *Decoder) forget() {
	empty(&d.data)
	empty(&d.eventType)
	d.hasData = false
}

func (d *Decoder) idChanged() bool { return d.idSet && !bytes.Equal(d.id, d.lastEventID) }

// describe puts a line into strings. What became of it is left open.
func (d *Decoder) describe(raw []byte) (line Line, text []byte) {
	line = Line{Raw: string(raw), AfterCRLF: d.afterCRLF}
	text = d.text(raw)
	field, value := cutField(text)
	line.Field = decodeUTF8(line.Raw[len(raw)-len(text):][:len(field)])
	line.Value = decodeUTF8(line.Raw[len(raw)-len(value):])
	return line, text
}

// explain adds the name to a line that is misspelt, and keeps the strings of one that is not for its event.
func (d *Decoder) explain(line *Line) {
	switch {
	case line.Why.Cause == UnknownField && near(line.Field) != "":
		line.Why = Reason{Cause: MisspeltField, Name: line.Field}
	case line.Outcome != Field:
	case line.Field == "data":
		d.made.Data = line.Value
	case line.Field == "event":
		d.made.Type = line.Value
	case line.Field == "id":
		d.made.LastEventID = line.Value
	}
}

// empty empties a buffer to be used again. A large one is not kept for the small ones that follow. Cut where it is, a slice's
// pointer is not written, which would cost a write barrier.
func empty(b *[]byte) {
	const large = 64 << 10
	if cap(*b) > large {
		*b = nil
	} else {
		*b = (*b)[:0]
	}
}

// digits is a number of at least one ASCII digit and nothing else. One that is out of range is the greatest.
func digits(b []byte) (n uint64, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, _ = strconv.ParseUint(string(b), 10, 64)
	return n, len(b) > 0
}
