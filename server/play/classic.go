package play

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"eventsource-playground/scenario"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/refuse"
)

// parseClassic reads a query for the classic stream, or says what to change. Parameters that mean nothing here are fine: they
// are repeated in params.
//
// A Last-Event-ID that this stream never sent starts it again at 0, as a first request does, and a comment says so. A
// 400 would close the EventSource for good and tell its page nothing, for an id that it may have from the server that
// redirected it here. (Go's net/http responds 400 by itself to one with a control byte, which browsers send raw: that
// happens before any code of ours.)
func parseClassic(raw string, l limits.Limits) (*query, *refuse.Refusal) {
	c, who, params, refused := readClassic(raw, l)
	if refused != nil {
		return nil, refused
	}
	played, err := c.Scenario()
	if err != nil {
		return nil, refuse.New(http.StatusBadRequest, "The classic stream can't be played with these parameters: %v.", err)
	}
	return &query{
		scenario: played, who: who, classic: true,
		redirected: without(raw, mark) != raw, raw: without(raw, mark), text: params,
	}, nil
}

// ClassicText is the classic stream of a query in the notation, or what to change.
func ClassicText(raw string, l limits.Limits) (string, *refuse.Refusal) {
	c, _, _, refused := readClassic(raw, l)
	if refused != nil {
		return "", refused
	}
	return c.Text(), nil
}

// readClassic also returns whose the query is, and what of it the stream repeats.
func readClassic(raw string, l limits.Limits) (c scenario.Classic, who Who, params string, refused *refuse.Refusal) {
	bad := func(name, value, want string, args ...any) (scenario.Classic, Who, string, *refuse.Refusal) {
		return c, who, "", refuse.Bad(name, value, want, args...)
	}
	given, refused := parameters(raw, l, append(knownToWatch, knownToClassic...))
	if refused == nil {
		who, refused = ParseWho(given)
	}
	if refused != nil {
		return c, who, "", refused
	}
	c = scenario.DefaultClassic
	params = raw
	if who.Session != "" {
		params = without(raw, append(knownToWatch, mark)...)
	}
	c.Params = jsonString(params)
	if s, ok := given["count"]; ok {
		count, err := strconv.Atoi(s)
		if err != nil || count < 0 || count > l.Count {
			return bad("count", s, "a whole number from 0 to %d", l.Count)
		}
		c.Count = count
	}
	if s, ok := given["interval"]; ok {
		interval, ok := parseDuration(s)
		if !ok || interval < l.IntervalMin || interval > l.IntervalMax {
			return bad("interval", s, "milliseconds or a duration, such as 500, 500ms or 2s, from %s to %s", l.IntervalMin, l.IntervalMax)
		}
		c.Interval = interval
	}
	if s, ok := given["retry"]; ok {
		retry, ok := parseDuration(s)
		if !ok || retry < 0 || retry > l.Retry || retry%time.Millisecond != 0 {
			return bad("retry", s, "whole milliseconds or a duration, such as 3000 or 3s, from 0 to %s", l.Retry)
		}
		c.Retry = &retry
	}
	if s, ok := given["event"]; ok {
		if len(s) > l.EventName || !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n\x00") {
			return bad("event", s, "a name of at most %d bytes in UTF-8, without line breaks and U+0000", l.EventName)
		}
		c.Event = s
	}
	switch s := given["resume"]; s {
	case "", "true":
	case "false":
		c.Forget = true
	default:
		return bad("resume", s, "true or false")
	}
	return c, who, params, nil
}

// jsonString is s as JSON, readable: without \u0026 for every &.
func jsonString(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.Encode(s) // a string can't fail; what is no UTF-8 becomes U+FFFD
	return strings.TrimSuffix(b.String(), "\n")
}

// parseDuration reads milliseconds, or a duration with a unit as Go writes it.
func parseDuration(s string) (time.Duration, bool) {
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil {
		d := time.Duration(ms) * time.Millisecond
		return d, d.Milliseconds() == ms
	}
	d, err := time.ParseDuration(s)
	return d, err == nil
}
