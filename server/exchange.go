package main

import (
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
)

// exchange is one request of a session's EventSource and its answer. A nil one is that of a request without a session:
// nothing is recorded.
type exchange struct {
	session         *session
	source, attempt int
	chosen          *reply // how this request is to be answered instead
	play            *play  // nil until there is one; guarded by session.mutex
	ended           bool   // the same
}

// watch is what a request says about who watches it.
type watch struct {
	session string // "": nobody
	source  int    // a number for each EventSource of the session
}

const maxSource = 1_000_000

var knownToWatch = []string{"session", "source"}

// parseWatch reads session and source, or says what to change.
func parseWatch(query map[string]string) (watch, *refusal) {
	w := watch{source: 1}
	if s, ok := query["session"]; ok {
		if w.session, ok = parseSession(s); !ok {
			return w, bad("session", s, "32 hexadecimal digits")
		}
	}
	if s, ok := query["source"]; ok {
		var err error
		if w.source, err = strconv.Atoi(s); err != nil || w.source < 1 || w.source > maxSource {
			return w, bad("source", s, "a whole number from 1 to %d", maxSource)
		}
	}
	return w, nil
}

// parseSession reads a session's id.
func parseSession(s string) (id string, ok bool) {
	if len(s) != 32 || strings.Trim(s, "0123456789abcdefABCDEF") != "" {
		return "", false
	}
	return strings.ToLower(s), true
}

// isWatched tells whether a query names a session, or tries to.
func isWatched(raw string) bool {
	for name := range parameters(raw) {
		if name == "session" {
			return true
		}
	}
	return false
}

// begin records a request that is watched, even if nothing else is right about it. What begins must end.
func (all *sessions) begin(r *http.Request) *exchange {
	if r.Method != http.MethodGet || !isWatched(r.URL.RawQuery) {
		return nil
	}
	query := map[string]string{}
	for name, value := range parameters(r.URL.RawQuery) {
		if _, twice := query[name]; !twice && slices.Contains(knownToWatch, name) {
			query[name] = value
		}
	}
	w, refused := parseWatch(query)
	if refused != nil || w.session == "" {
		return nil
	}
	s, err := all.hold(w.session, addressOf(r))
	if err != nil {
		return nil // the channel says so; the stream is none the worse
	}
	seen := protocol.Seen{
		Source: w.source,
		Kind:   protocol.SeenRequest,
		Method: r.Method,
		Target: clip(r.RequestURI),
		Proto:  r.Proto,
		Cookie: r.Header.Get("Cookie") != "",
		Header: headersThatMatter(r),
	}
	if remote, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		seen.Port = int(remote.Port())
	}
	x := &exchange{session: s, source: w.source}

	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.attempts) >= maxSources && s.attempts[w.source] == 0 {
		clear(s.attempts) // nobody's page makes so many
	}
	s.attempts[w.source]++
	x.attempt = s.attempts[w.source]
	seen.Attempt = x.attempt
	s.source = w.source
	if s.reply != nil && w.source >= s.reply.source {
		x.chosen, s.reply = s.reply, nil
	}
	s.add(seen)
	return x
}

const maxSources = 1000

// isChosen tells whether the visitor chose the answer.
func (x *exchange) isChosen() bool { return x != nil && x.chosen != nil }

// choose returns what the visitor chose, or nil where the scenario gives that by itself: a stream.
func (x *exchange) choose(instead *scenario.Section) *scenario.Section {
	if x.chosen.Status == http.StatusOK && instead != nil && instead.Head.Status == http.StatusOK {
		return nil
	}
	return x.chosen.plays
}

// playedBy says who answers, and does what the visitor orders.
func (x *exchange) playedBy(p *play) {
	if x == nil {
		return
	}
	x.session.mutex.Lock()
	defer x.session.mutex.Unlock()
	x.play = p
	x.session.live = append(x.session.live, x)
}

// head records the head of the answer, as it goes over the wire.
func (x *exchange) head(status int, wire []byte) {
	if x == nil {
		return
	}
	seen := protocol.Seen{Source: x.source, Attempt: x.attempt, Kind: protocol.SeenHead, Status: status}
	_, lines, _ := strings.Cut(string(wire), "\r\n") // behind the status line
	for line := range strings.SplitSeq(lines, "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			seen.Header = append(seen.Header, protocol.Header{Name: name, Value: clip(strings.TrimSpace(value))})
		}
	}
	x.session.record(seen)
}

// watch records an answer that is not a play's but net/http's, which adds a header or two of its own.
func (x *exchange) watch(w http.ResponseWriter) http.ResponseWriter {
	if x == nil {
		return w
	}
	return &watchedWriter{ResponseWriter: w, x: x}
}

type watchedWriter struct {
	http.ResponseWriter
	x       *exchange
	hasHead bool
}

func (w *watchedWriter) WriteHeader(status int) {
	if !w.hasHead {
		w.hasHead = true
		seen := protocol.Seen{Source: w.x.source, Attempt: w.x.attempt, Kind: protocol.SeenHead, Status: status}
		for _, name := range slices.Sorted(maps.Keys(w.Header())) {
			for _, value := range w.Header()[name] {
				seen.Header = append(seen.Header, protocol.Header{Name: name, Value: clip(value)})
			}
		}
		w.x.session.record(seen)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedWriter) Write(b []byte) (int, error) {
	if !w.hasHead {
		w.WriteHeader(http.StatusOK)
	}
	w.x.write(b)
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// write records bytes of the body, as a browser decodes them: before compression and without chunks.
func (x *exchange) write(body []byte) {
	if x == nil || len(body) == 0 {
		return
	}
	s := x.session
	s.mutex.Lock()
	defer s.mutex.Unlock()
	kept := s.budget.take(min(len(body), s.all.limits.SessionWrite))
	s.add(protocol.Seen{Source: x.source, Attempt: x.attempt, Kind: protocol.SeenWrite, Bytes: slices.Clone(body[:kept]), Size: len(body)})
}

// did records that the visitor interfered.
func (x *exchange) did(do protocol.Do, bytes int) {
	if x == nil {
		return
	}
	x.session.record(protocol.Seen{Source: x.source, Attempt: x.attempt, Kind: protocol.SeenDid, Do: do, Size: bytes})
}

// end records who ended the answer and how. Only the first counts.
func (x *exchange) end(by protocol.By, how protocol.End) {
	if x == nil {
		return
	}
	s := x.session
	s.mutex.Lock()
	if x.ended {
		s.mutex.Unlock()
		return
	}
	x.ended = true
	s.live = slices.DeleteFunc(s.live, func(other *exchange) bool { return other == x })
	s.add(protocol.Seen{Source: x.source, Attempt: x.attempt, Kind: protocol.SeenEnd, By: by, How: how})
	s.mutex.Unlock()
	if x.play != nil {
		x.play.disobey(becauseEnded)
	}
	s.all.release(s)
}

// Why a command can't be done, for the visitor.
const (
	becauseEnded    = "The stream ended before that."
	becauseNoStream = "There is no stream under way: press Connect."
	becauseBusy     = "The stream has not yet done what you asked before: wait a moment."
)

// headersThatMatter are those of a request that say how an EventSource asks, in this order.
func headersThatMatter(r *http.Request) []protocol.Header {
	header := []protocol.Header{{Name: "Host", Value: clip(r.Host)}}
	for _, name := range []string{
		"Accept", "Accept-Encoding", "Cache-Control", "Pragma", "Last-Event-ID", "Origin", "Priority",
		"Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "User-Agent",
		"X-Token", // which no EventSource can send: a lesson tries
	} {
		values := r.Header[http.CanonicalHeaderKey(name)]
		for _, value := range values[:min(len(values), 4)] {
			header = append(header, protocol.Header{Name: name, Value: clip(value)})
		}
	}
	return header
}

// clip is a value that is not too long to keep.
func clip(s string) string {
	const most = 4 << 10
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
