package sse

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"
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
	// values joined, and a lone value needs no copy.
	data      []string
	dataSize  int
	eventType string
	id        string

	lastEventID string
	retry       time.Duration
	retrySet    bool
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
	return &Decoder{limits: limits, id: lastEventID, lastEventID: lastEventID}
}

// Feed reads the next chunk and reports each line that ends in it. The only error is a [*LimitError]; it stays until End.
func (d *Decoder) Feed(p []byte, report func(Line)) error {
	for len(p) > 0 && d.err == nil {
		if d.afterCR && p[0] == '\n' {
			d.afterCR, d.afterCRLF = false, true
			p = p[1:]
			continue
		}
		d.afterCR = false

		n := lineLength(p)
		if size := len(d.line) + n; d.limits.Line > 0 && size > d.limits.Line {
			d.err = &LimitError{"line", d.limits.Line}
			d.line = nil
			break
		}
		if n == len(p) {
			d.line = append(d.line, p...)
			break
		}
		raw := p[:n]
		if len(d.line) > 0 {
			d.line = append(d.line, raw...)
			raw = d.line
		}
		d.afterCR = p[n] == '\r'
		line := d.interpret(string(raw), string(p[n:n+1]))
		if d.err == nil {
			report(line)
		}
		d.line = d.line[:0]
		p = p[n+1:]
	}
	return d.err
}

// End says that the stream ended. What is pending is discarded and reported: the line without an end, and then, as a Line
// without text, the event without a blank line. The Decoder is ready for the next connection's stream.
func (d *Decoder) End(report func(Line)) {
	if len(d.line) > 0 {
		report(d.interpret(string(d.line), ""))
	}
	if len(d.data) > 0 || d.eventType != "" || d.id != d.lastEventID {
		why := Reason{Cause: NoBlankLine, IDForgotten: d.id != d.lastEventID}
		report(Line{AfterCRLF: d.afterCRLF, Outcome: Discarded, Why: why})
	}
	*d = Decoder{
		limits: d.limits, id: d.lastEventID, lastEventID: d.lastEventID, retry: d.retry, retrySet: d.retrySet,
	}
}

// LastEventID is what the Last-Event-ID header of the next request must hold; without the header if it is "". An id counts
// from its blank line on, even if that dispatches nothing.
func (d *Decoder) LastEventID() string { return d.lastEventID }

// ReconnectionTime is what the last valid retry said, and whether there was one. The standard has no greatest number; a
// Duration has, so more than 292 years are returned as 9223372036854 ms. The digits are in the Line's Value.
func (d *Decoder) ReconnectionTime() (time.Duration, bool) { return d.retry, d.retrySet }

// AfterCRLF reports whether the CR that ended the last line was a CRLF's, as far as the stream was read.
func (d *Decoder) AfterCRLF() bool { return d.afterCRLF }

// interpret cuts a line up before it decodes it. That is the same as the standard's other order, because CR, LF and the colon
// are never part of a longer UTF-8 sequence, broken or not.
func (d *Decoder) interpret(raw, terminator string) Line {
	line := Line{Raw: raw, Terminator: terminator, AfterCRLF: d.afterCRLF}
	text := raw
	if !d.begun {
		text = strings.TrimPrefix(raw, "\uFEFF")
	}
	d.begun, d.afterCRLF = true, false

	line.Field, line.Value, _ = strings.Cut(decodeUTF8(text), ":")
	if line.Field != "" {
		line.Value = strings.TrimPrefix(line.Value, " ")
	}
	switch {
	case terminator == "":
		line.Outcome, line.Why.Cause = Discarded, NoLineEnd
	case text == "":
		d.dispatch(&line)
	case line.Field == "":
		line.Outcome = Comment
	default:
		d.process(&line)
	}
	return line
}

func (d *Decoder) process(line *Line) {
	switch line.Field {
	case "data":
		d.dataSize += len(line.Value) + len("\n")
		if d.limits.Event > 0 && d.dataSize-len("\n") > d.limits.Event {
			d.err = &LimitError{"event", d.limits.Event}
			return
		}
		d.data = append(d.data, line.Value)
	case "event":
		d.eventType = line.Value
	case "id":
		if strings.Contains(line.Value, "\x00") {
			line.Outcome, line.Why.Cause = Ignored, NULInID
			return
		}
		d.id = line.Value
	case "retry":
		if line.Value == "" || strings.Trim(line.Value, "0123456789") != "" {
			line.Outcome, line.Why.Cause = Ignored, RetryNotDigits
			return
		}
		ms, _ := strconv.ParseUint(line.Value, 10, 64) // out of range: the greatest number, clamped below
		d.retry = time.Duration(min(ms, uint64(math.MaxInt64/time.Millisecond))) * time.Millisecond
		d.retrySet = true
	default:
		line.Outcome, line.Why.Cause = Ignored, UnknownField
		if near(line.Field) != "" {
			line.Why = Reason{Cause: MisspeltField, Name: line.Field}
		}
	}
}

func (d *Decoder) dispatch(line *Line) {
	idChanged := d.id != d.lastEventID
	d.lastEventID = d.id
	if len(d.data) > 0 {
		line.Outcome = Dispatched
		line.Event = &Event{cmp.Or(d.eventType, "message"), strings.Join(d.data, "\n"), d.lastEventID}
	} else {
		line.Outcome, line.Why = Blank, Reason{Cause: NoData, TypeForgotten: d.eventType != "", IDKept: idChanged}
	}
	clear(d.data)
	d.data, d.dataSize, d.eventType = d.data[:0], 0, ""
}

// lineLength counts the bytes before the first CR or LF. Two calls of bytes.IndexByte would be quadratic where one is rare.
func lineLength(p []byte) int {
	for i, c := range p {
		if c == '\n' || c == '\r' {
			return i
		}
	}
	return len(p)
}
