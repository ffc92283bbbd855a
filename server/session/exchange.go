package session

import (
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/server/play"
	"eventsource-playground/server/quota"
)

// exchange is one request of a session's EventSource and its response. It watches the play.
type exchange struct {
	session         *session
	source, attempt int
	chosen          *reply     // instead of the response that the scenario plans
	play            *play.Play // nil until there is one; guarded by session.mutex
	ended           bool       // the same
}

// Watch is /sse or /ws: it has serve respond, and records requests that name a session.
func (all *Sessions) Watch(serve func(http.ResponseWriter, *http.Request, play.Watcher) (plays bool)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := all.begin(w, r)
		if x == nil {
			serve(w, r, nil)
		} else if !serve(&watchedWriter{ResponseWriter: w, x: x}, r, x) {
			x.Ended(protocol.ByServer, protocol.EndProper, 0)
		}
	})
}

// begin records a request that is watched, even if nothing else is right about it. What begins must end.
func (all *Sessions) begin(w http.ResponseWriter, r *http.Request) *exchange {
	who, ok := play.WhoOf(r.URL.RawQuery)
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil
	}
	s, err := all.hold(who.Session, quota.AddressOf(r))
	if err != nil {
		return nil // the channel says so; the stream is none the worse
	}
	seen := protocol.Seen{
		Source: who.Source,
		Kind:   protocol.SeenRequest,
		Method: r.Method,
		Target: s.clip(play.Unwatched(r.RequestURI)),
		Proto:  protocolOf(r),
		Stream: play.StreamNumber(w),
		Cookie: r.Header.Get("Cookie") != "",

		Authorization: r.Header.Get("Authorization") != "",

		Header: s.headersThatMatter(r),
		Wire:   headSize(r),
	}
	if remote, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		seen.Port = int(remote.Port())
	}
	x := &exchange{session: s, source: who.Source}
	counted := all.together != nil && all.together.count(x)

	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !counted {
		x.attempt, x.chosen = s.count(x.source)
	}
	seen.Attempt = x.attempt
	s.add(seen)
	return x
}

// headSize is how many bytes the line and the headers of a request were over HTTP/1.1; 0 over HTTP/2.
func headSize(r *http.Request) (n int) {
	if r.ProtoMajor >= 2 {
		return 0
	}
	const blanks, colon, line = 2, 2, 2 // around the target; and a space; a line break
	n = len(r.Method) + len(r.RequestURI) + blanks + len(r.Proto) + line
	n += len("Host") + colon + len(r.Host) + line // net/http keeps it apart, as the next
	for _, coding := range r.TransferEncoding {
		n += len("Transfer-Encoding") + colon + len(coding) + line
	}
	for name, values := range r.Header {
		for _, value := range values {
			n += len(name) + colon + len(value) + line
		}
	}
	return n + line
}

// protocolOf is what a request came over, by the name in its standard.
func protocolOf(r *http.Request) string {
	if r.ProtoMajor == 2 {
		return "HTTP/2" // not HTTP/2.0: RFC 9113 has no minor version
	}
	return r.Proto
}

// Instead is what the visitor chose, but nil where the scenario gives that by itself: a stream.
func (x *exchange) Instead(planned func() *scenario.Section) *scenario.Section {
	if x.chosen == nil {
		return nil
	}
	if x.chosen.Status == http.StatusOK {
		if p := planned(); p != nil && p.Head.Status == http.StatusOK {
			return nil
		}
	}
	return x.chosen.plays
}

// Plays says who responds, and carries out what the visitor commands.
func (x *exchange) Plays(p *play.Play) {
	x.session.mutex.Lock()
	defer x.session.mutex.Unlock()
	x.play = p
	x.session.live = append(x.session.live, x)
}

// Head records the head of the response.
func (x *exchange) Head(status int, text []byte, wire int) {
	seen := protocol.Seen{Source: x.source, Attempt: x.attempt, Kind: protocol.SeenHead, Status: status, Wire: wire}
	_, lines, _ := strings.Cut(string(text), "\r\n") // after the status line
	for line := range strings.SplitSeq(lines, "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			seen.Header = append(seen.Header, x.header(name, strings.TrimSpace(value)))
		}
	}
	x.session.record(seen)
}

// header is one of the response's. Where a redirect leads is told without what watches.
func (x *exchange) header(name, value string) protocol.Header {
	if strings.EqualFold(name, "Location") {
		value = play.Unwatched(value)
	}
	return protocol.Header{Name: name, Value: x.session.clip(value)}
}

// Wrote records bytes of the body, as a browser decodes them, how many they were if they were compressed, and how many went over the wire.
func (x *exchange) Wrote(body []byte, packed, wire int) {
	if len(body) == 0 {
		return
	}
	s := x.session
	s.mutex.Lock()
	defer s.mutex.Unlock()
	kept := s.budget.Spend(min(len(body), s.all.limits.SessionWrite))
	s.add(protocol.Seen{
		Source: x.source, Attempt: x.attempt, Kind: protocol.SeenWrite,
		Bytes: slices.Clone(body[:kept]), Size: len(body), Packed: packed, Wire: wire,
	})
}

// Session is its page's.
func (x *exchange) Session() string { return x.session.id }

// Saw records what only a WebSocket has.
func (x *exchange) Saw(seen protocol.Seen) {
	s := x.session
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if x.ended {
		return
	}
	seen.Source, seen.Attempt = x.source, x.attempt
	kept := s.budget.Spend(min(len(seen.Bytes), s.all.limits.SessionWrite))
	seen.Bytes = slices.Clone(seen.Bytes[:kept])
	s.add(seen)
}

// Did records a command.
func (x *exchange) Did(do protocol.Do) {
	x.session.record(protocol.Seen{Source: x.source, Attempt: x.attempt, Kind: protocol.SeenDid, Do: do})
}

// Ended records who ended the response and how. Only the first counts.
func (x *exchange) Ended(by protocol.By, how protocol.End, wire int) {
	s := x.session
	s.mutex.Lock()
	if x.ended {
		s.mutex.Unlock()
		return
	}
	x.ended = true
	s.live = slices.DeleteFunc(s.live, func(other *exchange) bool { return other == x })
	s.add(protocol.Seen{Source: x.source, Attempt: x.attempt, Kind: protocol.SeenEnd, By: by, How: how, Wire: wire})
	s.mutex.Unlock()
	s.all.release(s)
}

// watchedWriter records a response that is not a play's but net/http's, which adds a header or two of its own.
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
				seen.Header = append(seen.Header, w.x.header(name, value))
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
	w.x.Wrote(b, 0, 0)
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// headersThatMatter are those of a request that say how an EventSource makes it, in this order, and those that a client of
// one's own has added. Of a secret only its name is recorded.
func (s *session) headersThatMatter(r *http.Request) []protocol.Header {
	header := []protocol.Header{{Name: "Host", Value: s.clip(r.Host)}}
	add := func(name string) {
		values := r.Header[http.CanonicalHeaderKey(name)]
		for _, value := range values[:min(len(values), s.all.limits.HeaderLines)] {
			if protocol.LooksSecret(name) && name != "Sec-WebSocket-Key" { // which is random each time, and no key
				value = protocol.Mask
			}
			header = append(header, protocol.Header{Name: s.clip(name), Value: s.clip(value)})
		}
	}
	for _, name := range recorded {
		add(name)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if strings.HasPrefix(name, "X-") {
			add(name)
		}
	}
	return header
}

// recorded are the headers of a request that are recorded, beside Host and those that begin with X-.
var recorded = []string{
	"Accept", "Accept-Encoding", "Cache-Control", "Pragma", "Last-Event-ID", "Origin", "Priority",
	"Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "User-Agent", "Content-Type",
	"Connection", "Upgrade", "Sec-WebSocket-Version", "Sec-WebSocket-Key", "Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol",
}

// clip is a value that is not too long to keep.
func (s *session) clip(value string) string {
	most := s.all.limits.HeaderValue
	if len(value) > most {
		return strings.ToValidUTF8(value[:most], "") + "…"
	}
	return value
}
