package main

import (
	"errors"
	"strconv"
	"time"

	"eventsource-playground/sse"
)

// compose writes an event as a visitor typed it. An empty field is left out, but data is always there, so that
// something is dispatched.
func compose(event, id, retry, comment, data string) ([]byte, error) {
	m := sse.Message{Event: event, Data: &data}
	if id != "" {
		m.ID = &id
	}
	if comment != "" {
		m.Comments = []string{" " + comment}
	}
	if retry != "" {
		ms, err := strconv.ParseUint(retry, 10, 31)
		if err != nil {
			return nil, errors.New("retry takes whole milliseconds, such as 3000")
		}
		m.Retry = new(time.Duration(ms) * time.Millisecond)
	}
	return m.AppendText(nil)
}
