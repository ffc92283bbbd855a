// Package sse writes and reads text/event-stream, the format of Server-Sent Events (HTML 9.2.5 and 9.2.6).
package sse

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Message is what a server writes.
//
//	Message{
//		Comments: []string{" hello"},
//		Retry:    new(3 * time.Second),
//		Event:    "add",
//		ID:       new("7"),
//		Data:     new("two\nlines"),
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
// The blank line is there when Event, ID or Data is. Comments and Retry do not wait for one, so a Message of those
// alone may go between the lines of an event without dispatching half of it: ":\n" is the whole heartbeat.
//
// All text must be valid UTF-8. A line break, LF, CR or CRLF, arrives as LF. U+0000 is forbidden in an ID only, because
// clients ignore such an ID; elsewhere it arrives, though Firefox drops it.
type Message struct {
	Comments []string       // each may have several lines; "" is the bare ":" of a heartbeat
	Retry    *time.Duration // nil: no field. Whole milliseconds, not negative
	Event    string         // one line. "": no field, so the type is message
	ID       *string        // one line. nil: no field; "" resets the last event ID
	Data     *string        // may have several lines. nil: no field, so nothing is dispatched; "" dispatches an empty string
}

// AppendText appends the message as it goes over the wire. What could not arrive as it is, and a message that would
// write nothing at all, is an error, and b comes back as it was. It implements [encoding.TextAppender].
func (m Message) AppendText(b []byte) ([]byte, error) {
	if err := m.check(); err != nil {
		return b, err
	}
	for _, comment := range m.Comments {
		b = appendField(b, "", comment)
	}
	if m.Retry != nil {
		b = append(b, "retry: "...)
		b = strconv.AppendInt(b, m.Retry.Milliseconds(), 10)
		b = append(b, '\n')
	}
	if m.Event != "" {
		b = appendField(b, "event", m.Event)
	}
	if m.ID != nil {
		b = appendField(b, "id", *m.ID)
	}
	if m.Data != nil {
		b = appendField(b, "data", *m.Data)
	}
	if m.Event != "" || m.ID != nil || m.Data != nil {
		b = append(b, '\n')
	}
	return b, nil
}

func (m Message) check() error {
	if len(m.Comments) == 0 && m.Retry == nil && m.Event == "" && m.ID == nil && m.Data == nil {
		return errors.New("sse: the message is empty")
	}
	for _, comment := range m.Comments {
		if err := checkText("comment", comment, ""); err != nil {
			return err
		}
	}
	if m.Retry != nil && (*m.Retry < 0 || *m.Retry%time.Millisecond != 0) {
		return errors.New("sse: the retry is " + m.Retry.String() + ", but must be whole milliseconds, not negative")
	}
	if err := checkText("event", m.Event, "\r\n"); err != nil {
		return err
	}
	if m.ID != nil {
		if err := checkText("id", *m.ID, "\r\n\x00"); err != nil {
			return err
		}
	}
	if m.Data != nil {
		return checkText("data", *m.Data, "")
	}
	return nil
}

func checkText(name, text, forbidden string) error {
	switch i := strings.IndexAny(text, forbidden); {
	case i >= 0 && text[i] == 0:
		return errors.New("sse: the " + name + " holds U+0000")
	case i >= 0:
		return errors.New("sse: the " + name + " holds a line break")
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
