package main

import (
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"eventsource-playground/scenario"
)

// parseClassic reads a query for the classic stream, or says what to change. Parameters that mean nothing here are fine: they
// come back in params.
//
// A Last-Event-ID that this stream never sent starts it again at 0, as a first request does, and a comment says so. A
// 400 would close the EventSource for good and tell its page nothing, for an id that it may have from the server that
// redirected it here. (Go's net/http answers 400 by itself to one with a control byte, which browsers send raw: that
// happens before any code of ours.)
func parseClassic(raw string, limits Limits) (*ask, *refusal) {
	query, refused := parseQuery(raw, limits, append(knownToWatch, knownToClassic...))
	if refused != nil {
		return nil, refused
	}
	watch, refused := parseWatch(query)
	if refused != nil {
		return nil, refused
	}
	c := scenario.DefaultClassic
	params := raw
	if watch.session != "" {
		params = without(raw, append(knownToWatch, mark)...)
	}
	c.Params = jsonString(params)
	if s, ok := query["count"]; ok {
		count, err := strconv.Atoi(s)
		if err != nil || count < 0 || count > limits.Count {
			return nil, bad("count", s, "a whole number from 0 to %d", limits.Count)
		}
		c.Count = count
	}
	if s, ok := query["interval"]; ok {
		interval, ok := parseDuration(s)
		if !ok || interval < limits.IntervalMin || interval > limits.IntervalMax {
			return nil, bad("interval", s, "milliseconds or a duration, such as 500, 500ms or 2s, from %s to %s", limits.IntervalMin, limits.IntervalMax)
		}
		c.Interval = interval
	}
	if s, ok := query["retry"]; ok {
		retry, ok := parseDuration(s)
		if !ok || retry < 0 || retry > limits.Retry || retry%time.Millisecond != 0 {
			return nil, bad("retry", s, "whole milliseconds or a duration, such as 3000 or 3s, from 0 to %s", limits.Retry)
		}
		c.Retry = &retry
	}
	if s, ok := query["event"]; ok {
		if len(s) > limits.EventName || !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n\x00") {
			return nil, bad("event", s, "a name of at most %d bytes in UTF-8, without line breaks and U+0000", limits.EventName)
		}
		c.Event = s
	}
	switch s := query["resume"]; s {
	case "", "true":
	case "false":
		c.Forget = true
	default:
		return nil, bad("resume", s, "true or false")
	}
	played, err := c.Scenario()
	if err != nil {
		return nil, newRefusal(http.StatusBadRequest, "The classic stream can't be played with these parameters: %v.", err)
	}
	return &ask{
		scenario: played, watch: watch, classic: true,
		redirected: without(raw, mark) != raw, query: without(raw, mark), text: params,
	}, nil
}

// jsonString is s as JSON, readable: without \u0026 for every &.
func jsonString(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.Encode(s) // a string can't fail; what is no UTF-8 becomes U+FFFD
	return strings.TrimSuffix(b.String(), "\n")
}

// parseQuery returns the parameters that mean something here, each of which may be given once.
func parseQuery(raw string, limits Limits, known []string) (map[string]string, *refusal) {
	most := limits.Query
	query := map[string]string{}
	var refused *refusal
	for name, value := range parameters(raw) {
		if name == "script" {
			most = limits.Script
		}
		if refused != nil || !slices.Contains(known, name) {
			continue
		}
		if _, twice := query[name]; twice {
			refused = newRefusal(http.StatusBadRequest, "%s is given twice: give it once.", name)
		}
		var err error
		if query[name], err = url.QueryUnescape(value); err != nil {
			refused = bad(name, value, "%% only before two hexadecimal digits")
		}
	}
	if len(raw) > most {
		return nil, newRefusal(http.StatusRequestURITooLong, "The query is %d bytes long: %d is the most.", len(raw), most)
	}
	return query, refused
}

// parameters are the names of a query, and their values as they came.
func parameters(raw string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for part := range strings.SplitSeq(raw, "&") {
			name, value, _ := strings.Cut(part, "=")
			name, err := url.QueryUnescape(name)
			if err == nil && !yield(name, value) {
				return
			}
		}
	}
}

var (
	knownToClassic  = []string{"count", "event", "interval", "resume", "retry"}
	knownToScenario = append([]string{"scenario", "script", "session", "source", mark}, knownToClassic...)
)

// parseDuration reads milliseconds, or a duration with a unit as Go writes it.
func parseDuration(s string) (time.Duration, bool) {
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil {
		d := time.Duration(ms) * time.Millisecond
		return d, d.Milliseconds() == ms
	}
	d, err := time.ParseDuration(s)
	return d, err == nil
}

func bad(name, value, want string, args ...any) *refusal {
	return newRefusal(http.StatusBadRequest, "%s=%s is not possible: give %s.", name, quote(value), fmt.Sprintf(want, args...))
}
