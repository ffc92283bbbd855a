package play

import (
	"container/list"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"eventsource-playground/scenario"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/quota"
)

// runs are where EventSources are on their way through scenarios, since the response depends on the attempt. Those that wait
// for the next request are limited in number and age: the oldest is forgotten first. The others are limited as streams are.
//
// A page says which requests are of the same EventSource: session and source. Without them, requests from one address
// for the same scenario count as those of one EventSource as long as each comes within two minutes of the server's
// ending the response before. Whatever else comes is a new one that starts at attempt 1: a request while the response before
// still goes on, or after the client itself left, or after a 204, which ends every EventSource. So curl gets attempt 2 with
// its second request, and so does a bare EventSource; and a client that tries again after a 500 gets the last response again,
// as in a session. Last-Event-ID does not matter: a first request has none, but a reconnection may have none either.
type runs struct {
	limits   limits.Limits
	together *together // nil: this server is alone

	mutex sync.Mutex
	all   map[runKey][]*run // those that can go on, the one that was left first in front; of a session there is one
	idle  list.List         // of *run, the one that was left first in front
}

// runKey is whose run it is, and through what.
type runKey [sha256.Size]byte

// run is one EventSource's.
type run struct {
	scenario.Run
	key   runKey
	named bool // by session and source

	together bool          // it is not here
	open     int           // responses under way
	left     time.Time     // when the last of them ended
	place    *list.Element // in runs.idle; nil while open
}

func newRuns(l limits.Limits) *runs {
	return &runs{limits: l, all: map[runKey][]*run{}}
}

func newRunKey(q *query, r *http.Request) runKey {
	if q.who.Session != "" {
		return sha256.Sum256(fmt.Appendf(nil, "%s %d %s?%s", q.who.Session, q.who.Source, r.URL.Path, q.text))
	}
	address := quota.AddressOf(r)
	if address.Addr().IsLoopback() {
		address = netip.Prefix{} // 127.0.0.1 and ::1 are the same visitor
	}
	b, _ := address.AppendText(nil) // an address has a text
	b = strconv.AppendInt(append(b, ' '), int64(q.who.Source), 10)
	return sha256.Sum256(fmt.Appendf(b, " %s?%s", r.URL.Path, q.text))
}

// respond finds the section that responds to a request, and counts the attempt. The run must be left.
func (all *runs) respond(q *query, r *http.Request, request scenario.Request, now time.Time) (who *run, section *scenario.Section, attempt int) {
	key, named := newRunKey(q, r), q.who.Session != ""
	if all.shares(q) {
		if who, section, attempt, ok := all.together.respond(key, named, all.age(named), q.scenario, request, now); ok {
			return who, section, attempt
		}
	}
	all.mutex.Lock()
	defer all.mutex.Unlock()
	who = all.find(key, named, now)
	section, attempt = who.Section(q.scenario, request, now)
	return who, section, attempt
}

// peek is respond, but counts nothing.
func (all *runs) peek(q *query, r *http.Request, request scenario.Request, now time.Time) (section *scenario.Section, attempt int) {
	key := newRunKey(q, r)
	if all.shares(q) {
		if copied, ok := all.together.peek(key, all.age(q.who.Session != ""), now); ok {
			return copied.Section(q.scenario, request, now)
		}
	}
	all.mutex.Lock()
	defer all.mutex.Unlock()
	copied := scenario.Run{}
	if run := all.waiting(key, now); run != nil {
		copied = run.Run
	}
	return copied.Section(q.scenario, request, now)
}

// shares reports whether the runs of what is requested are those of all servers. In the classic stream no attempt differs from another.
func (all *runs) shares(q *query) bool { return all.together != nil && !q.classic }

// find returns the run that goes on, or a new one.
func (all *runs) find(key runKey, named bool, now time.Time) *run {
	found := all.waiting(key, now)
	switch {
	case found == nil:
		found = &run{key: key, named: named}
		if named {
			all.all[key] = []*run{found}
		}
	case !named:
		all.forget(found) // until it is left: it is not for anybody else
	case found.place != nil:
		all.idle.Remove(found.place)
		found.place = nil
	}
	found.open++
	return found
}

// waiting returns the run that goes on, if there is one.
func (all *runs) waiting(key runKey, now time.Time) *run {
	for len(all.all[key]) > 0 {
		first := all.all[key][0]
		if first.open > 0 || now.Sub(first.left) <= all.age(first.named) {
			return first
		}
		all.forget(first)
	}
	return nil
}

func (all *runs) age(named bool) time.Duration {
	if named {
		return all.limits.RunAge
	}
	return all.limits.BareRunAge
}

// leave says that a response ended, and whether the EventSource may reconnect.
func (all *runs) leave(who *run, reconnects bool, now time.Time) {
	if who.together {
		if reconnects && !who.named {
			all.together.leave(who, all.age(false), now)
		}
		return
	}
	all.mutex.Lock()
	defer all.mutex.Unlock()
	if who.open--; who.open > 0 {
		return
	}
	if !who.named {
		if !reconnects {
			return
		}
		all.all[who.key] = append(all.all[who.key], who)
	}
	who.left = now
	who.place = all.idle.PushBack(who)
	for first := all.idle.Front(); first != nil; first = all.idle.Front() {
		oldest := first.Value.(*run)
		if all.idle.Len() <= all.limits.Runs && now.Sub(oldest.left) <= all.age(oldest.named) {
			return
		}
		all.forget(oldest)
	}
}

// forget removes one that is not open, and the first with its key.
func (all *runs) forget(first *run) {
	all.idle.Remove(first.place)
	first.place = nil
	if rest := all.all[first.key][1:]; len(rest) > 0 {
		all.all[first.key] = rest
	} else {
		delete(all.all, first.key)
	}
}

// final reports whether a response tells every client not to reconnect, and nobody else would get another one.
func final(s *scenario.Scenario, response *scenario.Section) bool {
	if response.Reply != scenario.Response || response.Head.Status != http.StatusNoContent {
		return false
	}
	if response.When != (scenario.Condition{}) {
		return true
	}
	last := response
	for _, section := range s.Sections {
		if section.When == (scenario.Condition{}) {
			last = section
		}
	}
	return response == last
}
