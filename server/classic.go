package main

import (
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// classic is what a request for the classic stream asks for.
type classic struct {
	next     int           // the first event's number
	count    int           // events in all, those before next included
	interval time.Duration // between two events
	event    string        // their type; "" leaves the field out
	retry    *time.Duration
	params   string // the query as it came, but for what watch says
	forget   bool   // start again at 0, whatever Last-Event-ID says
	watch    watch

	foreignID string // a Last-Event-ID that this stream never sent
}

// parseClassic reads the query and Last-Event-ID, or says what to change. Parameters that mean nothing here are fine:
// they come back in params.
//
// A Last-Event-ID that this stream never sent starts it again at 0, as a first request does, and a comment says so. A
// 400 would close the EventSource for good and tell its page nothing, for an id that it may have from the server that
// redirected it here. (Go's net/http answers 400 by itself to one with a control byte, which browsers send raw: that
// happens before any code of ours.)
func parseClassic(r *http.Request, limits Limits) (classic, *refusal) {
	ask := classic{count: 10, interval: time.Second, event: "customEvent", params: r.URL.RawQuery}
	query, refused := parseQuery(r.URL.RawQuery, limits, append(knownToWatch, knownToClassic...))
	if refused != nil {
		return ask, refused
	}
	if ask.watch, refused = parseWatch(query); refused != nil {
		return ask, refused
	}
	if ask.watch.session != "" {
		ask.params = without(r.URL.RawQuery, append(knownToWatch, mark)...)
	}
	if s, ok := query["count"]; ok {
		count, err := strconv.Atoi(s)
		if err != nil || count < 0 || count > limits.Count {
			return ask, bad("count", s, "a whole number from 0 to %d", limits.Count)
		}
		ask.count = count
	}
	if s, ok := query["interval"]; ok {
		interval, ok := parseDuration(s)
		if !ok || interval < limits.IntervalMin || interval > limits.IntervalMax {
			return ask, bad("interval", s, "milliseconds or a duration, such as 500, 500ms or 2s, from %s to %s", limits.IntervalMin, limits.IntervalMax)
		}
		ask.interval = interval
	}
	if s, ok := query["retry"]; ok {
		retry, ok := parseDuration(s)
		if !ok || retry < 0 || retry > limits.Retry || retry%time.Millisecond != 0 {
			return ask, bad("retry", s, "whole milliseconds or a duration, such as 3000 or 3s, from 0 to %s", limits.Retry)
		}
		ask.retry = &retry
	}
	if s, ok := query["event"]; ok {
		if len(s) > limits.EventName || !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n\x00") {
			return ask, bad("event", s, "a name of at most %d bytes in UTF-8, without line breaks and U+0000", limits.EventName)
		}
		ask.event = s
	}
	switch s := query["resume"]; s {
	case "", "true":
		ask.resume(r.Header.Get("Last-Event-ID"))
	case "false":
		ask.forget = true
	default:
		return ask, bad("resume", s, "true or false")
	}
	return ask, nil
}

// resume goes on behind the event with that id, if it is one of ours.
func (c *classic) resume(lastEventID string) {
	if lastEventID == "" {
		return
	}
	last, err := strconv.Atoi(lastEventID)
	if err != nil || last < 0 || strconv.Itoa(last) != lastEventID {
		c.foreignID = lastEventID
		return
	}
	c.next = min(last, c.count) + 1
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
