package play

import (
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"eventsource-playground/server/limits"
	"eventsource-playground/server/refuse"
)

// parameters are those of a query that mean something here. Each may be given once.
func parameters(raw string, l limits.Limits, known []string) (map[string]string, *refuse.Refusal) {
	most := l.Query
	given := map[string]string{}
	var refused *refuse.Refusal
	for name, value := range pairs(raw) {
		if name == "script" {
			most = l.Script
		}
		if refused != nil || !slices.Contains(known, name) {
			continue
		}
		if _, twice := given[name]; twice {
			refused = refuse.New(http.StatusBadRequest, "%s is given twice: give it once.", name)
		}
		var err error
		if given[name], err = url.QueryUnescape(value); err != nil {
			refused = refuse.Bad(name, value, "%% only before two hexadecimal digits")
		}
	}
	if len(raw) > most {
		return nil, refuse.New(http.StatusRequestURITooLong, "The query is %d bytes long: %d is the most.", len(raw), most)
	}
	return given, refused
}

// pairs are the names of a query, and their values as they came.
func pairs(raw string) iter.Seq2[string, string] {
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

// mark is the parameter that is at an address where a redirect led to.
const mark = "redirected"

var (
	knownToWatch    = []string{"session", "source"}
	knownToClassic  = []string{"count", "event", "interval", "resume", "retry"}
	knownToScenario = slices.Concat([]string{"scenario", "script", mark}, knownToWatch, knownToClassic)
)

// Who is what a request says about who watches it.
type Who struct {
	Session string // "": nobody
	Source  int    // a number for each EventSource of the session, from 1
}

const maxSource = 1_000_000

// ParseWho reads session and source of the parameters, or says what to change.
func ParseWho(given map[string]string) (Who, *refuse.Refusal) {
	w := Who{Source: 1}
	if s, ok := given["session"]; ok {
		if w.Session, ok = ParseSession(s); !ok {
			return w, refuse.Bad("session", s, "32 hexadecimal digits")
		}
	}
	if s, ok := given["source"]; ok {
		var err error
		if w.Source, err = strconv.Atoi(s); err != nil || w.Source < 1 || w.Source > maxSource {
			return w, refuse.Bad("source", s, "a whole number from 1 to %d", maxSource)
		}
	}
	return w, nil
}

// ParseSession reads a session's id.
func ParseSession(s string) (id string, ok bool) {
	if len(s) != 32 || strings.Trim(s, "0123456789abcdefABCDEF") != "" {
		return "", false
	}
	return strings.ToLower(s), true
}

// WhoOf is who watches a request, even if nothing else is right about it. ok is false for nobody, and for a mistake.
func WhoOf(raw string) (w Who, ok bool) {
	given := map[string]string{}
	for name, value := range pairs(raw) {
		if _, twice := given[name]; !twice && slices.Contains(knownToWatch, name) {
			given[name] = value
		}
	}
	w, refused := ParseWho(given)
	return w, refused == nil && w.Session != ""
}

// Unwatched is an address without what says who watches it, as it may be shown; one that nobody watches stays as it is.
func Unwatched(address string) string {
	path, query, _ := strings.Cut(address, "?")
	if _, ok := WhoOf(query); !ok {
		return address
	}
	if query = without(query, knownToWatch...); query == "" {
		return path
	}
	return path + "?" + query
}

// IsWatched reports whether a query names a session, or tries to.
func IsWatched(raw string) bool { return has(raw, "session") }

// IsScenario reports whether a query is for a scenario, rather than for the classic stream.
func IsScenario(raw string) bool { return has(raw, "scenario", "script") }

// has reports whether a query has a parameter of one of those names.
func has(raw string, names ...string) bool {
	for name := range pairs(raw) {
		if slices.Contains(names, name) {
			return true
		}
	}
	return false
}

// without is a query without the parameters of those names. What is left is as it was.
func without(raw string, names ...string) string {
	if !has(raw, names...) {
		return raw
	}
	parts := slices.DeleteFunc(strings.Split(raw, "&"), func(part string) bool {
		name, _, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		return err == nil && slices.Contains(names, name)
	})
	return strings.Join(parts, "&")
}
