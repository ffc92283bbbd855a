package main

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"eventsource-playground/scenario"
	"eventsource-playground/sse"
)

// unescape reads bytes as a visitor types them, with the escapes of a Go string, and \0.
func unescape(s string) ([]byte, error) {
	var b []byte
	for s != "" {
		if strings.HasPrefix(s, `\0`) {
			b, s = append(b, 0), s[2:]
			continue
		}
		if pair, rest, ok := scenario.SurrogatePair(s); ok {
			b, s = utf8.AppendRune(b, pair), rest
			continue
		}
		r, multibyte, rest, err := strconv.UnquoteChar(s, 0)
		if err != nil {
			return nil, errors.New(later("in the raw bytes \\ begins an escape: write \\n, \\r, \\t, \\0, \\xFF, \\uFEFF, or \\\\ for itself"))
		}
		if multibyte {
			b = utf8.AppendRune(b, r)
		} else {
			b = append(b, byte(r))
		}
		s = rest
	}
	return b, nil
}

// compose writes an event as a visitor typed it. An empty field is left out, but data is always there, so that
// something is dispatched.
func compose(event, id, retry, comment, data string) ([]byte, error) {
	m := sse.Message{Event: event, ID: id, Data: data}
	if comment != "" {
		m.Comments = []string{" " + comment}
	}
	if retry != "" {
		ms, err := strconv.ParseUint(retry, 10, 31)
		if errors.Is(err, strconv.ErrRange) {
			return nil, errors.New(later("retry is at most 2147483647 here, some 25 days: write fewer milliseconds, or more of them as raw bytes"))
		}
		if err != nil {
			return nil, errors.New(later("retry accepts whole milliseconds, such as 3000"))
		}
		m.Retry, m.ZeroRetry = time.Duration(ms)*time.Millisecond, ms == 0
	}
	return m.AppendText(nil)
}
