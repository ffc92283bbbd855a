package sse

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Message is what a server writes. It dispatches an event, with empty data if there is none, unless NoData is set.
//
//	Message{
//		Comments: []string{" hello"},
//		Retry:    3 * time.Second,
//		Event:    "add",
//		ID:       "7",
//		Data:     "two\nlines",
//	}
//
// goes over the wire as six lines and the blank line that dispatches the event:
//
//	: hello
//	retry: 3000
//	event: add
//	id: 7
//	data: two
//	data: lines
//
// Comments and Retry do not wait for a blank line, so a Message of those alone, with NoData, has none and may go between
// the lines of an event without dispatching half of it: Message{Comments: []string{""}, NoData: true} is ":\n", a heartbeat.
//
// All text must be valid UTF-8. A line break, LF, CR or CRLF, arrives as LF. U+0000 is forbidden in an ID only, because
// clients ignore such an ID; elsewhere it arrives, though Firefox drops it.
type Message struct {
	Comments []string      // each may have several lines; "" is the bare ":" of a heartbeat
	Retry    time.Duration // the reconnection time, in whole milliseconds, not negative. 0: no field
	Event    string        // the event type, one line. "": no field, so the type is message
	ID       string        // one line. "": no field, so the last event ID stays
	Data     string        // may have several lines

	ZeroRetry bool // writes "retry: 0": reconnect at once
	ResetID   bool // writes "id:", which makes the last event ID empty
	NoData    bool // writes no data, so nothing is dispatched; an ID counts all the same, an Event is forgotten
}

// WriteTo writes the message in one call of w.Write; with a net/http server, flush after it. It returns the error of that
// call, or that of [Message.AppendText], and then nothing was written. It implements [io.WriterTo].
func (m Message) WriteTo(w io.Writer) (int64, error) {
	const fields = 128 // bytes of the fields but for data, mostly
	b, err := m.AppendText(make([]byte, 0, fields+len(m.Data)))
	if err != nil {
		return 0, err
	}
	n, err := w.Write(b)
	return int64(n), err
}

// AppendText appends the message as it goes over the wire. What could not arrive as it is, and a message that would
// write nothing at all, is an error, and b is returned unchanged. It implements [encoding.TextAppender].
func (m Message) AppendText(b []byte) ([]byte, error) {
	if err := m.check(); err != nil {
		return b, err
	}
	for _, comment := range m.Comments {
		b = appendField(b, "", comment)
	}
	if m.Retry != 0 || m.ZeroRetry {
		b = append(b, "retry: "...)
		b = strconv.AppendInt(b, m.Retry.Milliseconds(), 10)
		b = append(b, '\n')
	}
	if m.Event != "" {
		b = appendField(b, "event", m.Event)
	}
	if m.ID != "" || m.ResetID {
		b = appendField(b, "id", m.ID)
	}
	if !m.NoData {
		b = appendField(b, "data", m.Data)
	}
	if m.Event != "" || m.ID != "" || m.ResetID || !m.NoData {
		b = append(b, '\n')
	}
	return b, nil
}

func (m Message) check() error {
	switch {
	case m.NoData && m.Data == "" && len(m.Comments) == 0 && m.Retry == 0 && !m.ZeroRetry && m.Event == "" && m.ID == "" && !m.ResetID:
		return errors.New("sse: the message is empty")
	case m.Retry < 0 || m.Retry%time.Millisecond != 0:
		return errors.New("sse: the retry is " + m.Retry.String() + ", but must be whole milliseconds, not negative")
	case m.ZeroRetry && m.Retry != 0:
		return errors.New("sse: the retry is " + m.Retry.String() + ", but ZeroRetry is set")
	case m.ResetID && m.ID != "":
		return errors.New("sse: there is an id, but ResetID is set")
	case m.NoData && m.Data != "":
		return errors.New("sse: there is data, but NoData is set")
	}
	for _, comment := range m.Comments {
		if err := checkText("comment", comment, ""); err != nil {
			return err
		}
	}
	if err := checkText("event", m.Event, "\r\n"); err != nil {
		return err
	}
	if err := checkText("id", m.ID, "\r\n\x00"); err != nil {
		return err
	}
	return checkText("data", m.Data, "")
}

func checkText(name, text, forbidden string) error {
	if text == "" {
		return nil
	}
	switch i := strings.IndexAny(text, forbidden); {
	case i >= 0 && text[i] == 0:
		return errors.New("sse: the " + name + " contains U+0000")
	case i >= 0:
		return errors.New("sse: the " + name + " contains a line break")
	case !utf8.ValidString(text):
		return errors.New("sse: the " + name + " is not valid UTF-8")
	}
	return nil
}

// appendField writes a field line for each line of value; without a name they are comments. The space keeps a space
// that value begins with: a client takes one away from a field, but none from a comment.
func appendField(b []byte, name, value string) []byte {
	for more := true; more; {
		var line string
		line, value, more = cutLine(value)
		b = append(b, name...)
		b = append(b, ':')
		if name != "" && line != "" {
			b = append(b, ' ')
		}
		b = append(b, line...)
		b = append(b, '\n')
	}
	return b
}

func cutLine(s string) (line, rest string, more bool) {
	end := strings.IndexAny(s, "\r\n")
	if end < 0 {
		return s, "", false
	}
	rest = s[end+1:]
	if s[end] == '\r' {
		rest = strings.TrimPrefix(rest, "\n")
	}
	return s[:end], rest, true
}
