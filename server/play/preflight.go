package play

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"eventsource-playground/scenario"
	"eventsource-playground/sse"
)

// Methods are those with which a stream can be requested.
const Methods = "GET, HEAD, POST"

const (
	allowOrigin      = "Access-Control-Allow-Origin"
	allowCredentials = "Access-Control-Allow-Credentials"
)

// preflight responds to what a browser asks before it sends another origin's request that no form could send (Fetch 4.8). The
// section for that request says who may send it, as far as the preflight tells which it is; where none says anything, the
// server's own headers stay. EventSource sends no preflight, not even for Last-Event-ID. fetch
// does, for that header and for Cache-Control: a polyfill whose preflight fails breaks on its first reconnect.
func (s *Streams) preflight(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Allow", Methods+", OPTIONS")
	age := "600"
	announced := namesIn(r.Header.Get("Access-Control-Request-Headers"))
	if head := s.headFor(r, announced); head != nil {
		age = "0" // the next response may say something else
		c := client{origin: r.Header.Get("Origin"), cors: [2]string{header.Get(allowOrigin), header.Get(allowCredentials)}}
		header.Del(allowOrigin)
		header.Del(allowCredentials)
		c.letIn(head, header.Add)
	}
	if header.Get(allowOrigin) != "" {
		header.Set("Access-Control-Allow-Methods", Methods)
		header.Set("Access-Control-Allow-Headers", strings.Join(allowed(announced), ", "))
		header.Set("Access-Control-Max-Age", age)
	}
	w.WriteHeader(http.StatusNoContent)
}

// headFor is that of the scenario's response to the request that a preflight announces, or nil.
func (s *Streams) headFor(r *http.Request, announced []string) *scenario.Head {
	if !IsScenario(r.URL.RawQuery) || r.Header.Get("Origin") == "" {
		return nil
	}
	q, refused := s.parse(r)
	if refused != nil {
		return nil // the request itself is told
	}
	request := scenario.Request{Method: r.Header.Get("Access-Control-Request-Method"), Redirected: q.redirected, Announced: announced}
	section, _ := s.runs.peek(q, r, request, time.Now())
	if section == nil || section.Reply != scenario.Response {
		return nil
	}
	return &section.Head
}

// namesIn are the headers that a preflight names.
func namesIn(list string) (names []string) {
	const most = 4 << 10 // bytes
	for name := range strings.SplitSeq(list[:min(len(list), most)], ",") {
		if name = strings.TrimSpace(name); sse.IsToken(name) {
			names = append(names, name)
		}
	}
	return names
}

// allowed are the headers that may be sent: those of every client like EventSource, and what else is announced.
func allowed(announced []string) []string {
	names := []string{"Last-Event-ID", "Cache-Control"}
	for _, name := range announced {
		if !slices.ContainsFunc(names, func(known string) bool { return strings.EqualFold(known, name) }) {
			names = append(names, name)
		}
	}
	return names
}
