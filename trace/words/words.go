// Package words says in words what a trace's facts are: data in, words out. Nothing in the trace depends on it.
package words

import (
	"errors"
	"strconv"
	"strings"

	"eventsource-playground/eventsource"
	"eventsource-playground/sse"
	"eventsource-playground/standard"
	"eventsource-playground/trace"
)

// Sentence is what a fact says in words.
type Sentence struct {
	Title   []Phrase
	Body    []Phrase
	Section string // of a standard; "" for none
	URL     string // of that section
}

// Phrase is a part of a sentence: words, or code. They are apart because what a stream or a browser said may hold any mark
// that could tell them apart.
type Phrase struct {
	Text    string
	Code    bool
	Foreign bool // nothing but what a stream, a link or a browser said: to be isolated, since it may be written from right to left
}

// SeenBy names an observer, in the language that say translates to.
func SeenBy(o trace.Observer, say func(string) string) string { return say(seenBy[o]) }

// seenBy names the observers.
var seenBy = map[trace.Observer]string{
	trace.Page: "seen by the page", trace.Server: "seen by the server", trace.Wire: "seen on the wire", trace.Itself: "seen by the Go engine",
}

// Of says a fact in words. say translates a text as it stands in this package, before anything is filled in.
func Of(f trace.Fact, say func(string) string) Sentence {
	f = withCause(f)
	t := texts[told(f)]
	title := t.title
	if f.Count > 1 && t.titles != "" {
		title = t.titles
	}
	// First the words that are ours, then, once, the values that are not.
	ours := func(name string) (string, bool) { return part(f, name, say) }
	body, section := t.body, t.section
	if f.Client == trace.WebSocket {
		body, section = ofSocket(f.Name, body, section)
	}
	s := Sentence{Title: phrases(nil, fill(say(title), ours), false, f, say), Section: section.Name(), URL: section.URL()}
	if body == "" {
		return s
	}
	for i, part := range strings.Split(fill(say(body), ours), "`") {
		s.Body = phrases(s.Body, part, i%2 == 1, f, say)
	}
	return s
}

// ofSocket is what a response and its end mean for a WebSocket, where it is something else than for an event stream.
func ofSocket(name trace.FactName, body string, section standard.Section) (string, standard.Section) {
	switch {
	case body == reconnects || body == noEnd:
		return socketEnds, standard.WebSockets
	case name == trace.FactRequest:
		return socketAsks, standard.WebSockets
	case trace.FactRequest < name && name <= trace.FactForbidden && name != trace.FactUpgraded:
		return socketDenied, standard.WebSockets
	}
	return body, section
}

// phrases appends a text with its values filled in. Code stays one phrase.
func phrases(to []Phrase, text string, code bool, f trace.Fact, say func(string) string) []Phrase {
	words := ""
	flush := func() {
		if words != "" {
			to = append(to, Phrase{Text: words, Code: code})
		}
		words = ""
	}
	for {
		before, rest, found := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			words += text
			flush()
			return to
		}
		words += before
		switch said, foreign := value(f, name, say); {
		case foreign && (code && words+after == "" || !code && said != ""):
			flush()
			to = append(to, Phrase{Text: said, Code: code, Foreign: true})
		default:
			words += said
		}
		text = after
	}
}

// told is the name whose text is told: some facts have a better one where more is known.
func told(f trace.Fact) key {
	if engine := engines[f.Name]; f.Client == trace.Engine && engine != 0 {
		return engine
	}
	if socket := sockets[f.Name]; f.Client == trace.WebSocket && socket != 0 {
		return socket
	}
	switch {
	case f.Cause != trace.FactConstructed && f.Name == trace.FactEndedSocket:
		return endedKnown
	case f.Cause != trace.FactConstructed && f.Name == trace.FactReturns:
		return returnsKnown
	case f.Name == trace.FactEvents && f.Type != "":
		return eventsOf
	case f.Name == trace.FactUnheard && f.Type == "":
		return unheardMore
	case f.Name == trace.FactGaveUp && f.Was == eventsource.Open:
		return stopped
	case f.Name == trace.FactSilent && f.Unheard:
		return silentUnheard
	case f.Name == trace.FactSilent && f.Known && f.Sent == 0:
		return silentNothing
	case f.Name == trace.FactSilent && f.Known:
		return silentHeld
	case f.Cause != trace.FactConstructed && f.Name == trace.FactLost:
		return lostKnown
	case f.Cause != trace.FactConstructed && f.Name == trace.FactFailed:
		return failedKnown
	case f.Cause != trace.FactConstructed && f.Name == trace.FactGaveUp:
		return gaveUpKnown
	}
	return f.Name
}

// engines are what is told of a Go engine instead.
var engines = [numKeys]key{
	trace.FactConstructed: engineConstructed, trace.FactRefused: engineRefused, trace.FactOpened: engineOpened, trace.FactReopened: engineReopened,
	trace.FactLost: engineLost, trace.FactFailed: engineFailed, trace.FactGaveUp: engineGaveUp,
}

// sockets are what is told of a WebSocket instead.
var sockets = [numKeys]key{
	trace.FactConstructed: socketConstructed, trace.FactRefused: socketRefused, trace.FactOpened: socketOpened, trace.FactReopened: socketReopened,
	trace.FactClosed: socketClosing, trace.FactSilent: socketSilent, trace.FactFirstEvent: socketFirst, trace.FactFirstSince: socketFirstSince,
	trace.FactRepeated: socketRepeated, trace.FactEvents: socketEvents, trace.FactServerNamed: socketEvents,
}

// withCause has in a fact's fields what its typed error says.
func withCause(f trace.Fact) trace.Fact {
	if refusal, ok := errors.AsType[*eventsource.Refusal](f.Err); ok {
		f.Status, f.Type, f.Said = refusal.Status, refusal.ContentType, strings.TrimSpace(refusal.Body)
	} else if thrown, ok := errors.AsType[*eventsource.Exception](f.Err); ok {
		f.Said = thrown.Error()
	} else if limit, ok := errors.AsType[*sse.LimitError](f.Err); ok {
		f.Said = strconv.Itoa(limit.Limit)
	}
	if gaveUp, ok := errors.AsType[*eventsource.GaveUp](f.Err); ok {
		f.Attempt = gaveUp.Attempts
	}
	return f
}

// why says a typed error.
func why(err error, say func(string) string) string {
	refusal, _ := errors.AsType[*eventsource.Refusal](err)
	lost, _ := errors.AsType[*eventsource.Lost](err)
	gaveUp, _ := errors.AsType[*eventsource.GaveUp](err)
	switch {
	case gaveUp != nil:
		return say(whyTooOften) + why(gaveUp.Last, say)
	case errors.Is(err, eventsource.ErrNotRepeated):
		if lost != nil {
			return say(whyNotAgain) + why(lost, say)
		}
		return say(whyNotAgain)
	case errors.Is(err, eventsource.ErrSilent):
		return say(whySilent)
	case errors.Is(err, eventsource.ErrFrozen):
		return say(whyFrozen)
	case refusal != nil && refusal.Status == 204:
		return say(whyNoContent)
	case refusal != nil && refusal.Status != 200:
		return say(whyStatus) + quote(refusal, say)
	case refusal != nil:
		return say(whyType) + quote(refusal, say)
	case lost != nil && lost.During == "end":
		return say(whyEnded)
	case lost != nil && lost.During == "request":
		return say(whyRequest)
	case lost != nil:
		return say(whyRead)
	}
	if limit, ok := errors.AsType[*sse.LimitError](err); ok && limit.What == "event" {
		return say(whyEvent)
	}
	return say(whyLine)
}

// quote is what a refusal's body says, if it says anything.
func quote(refusal *eventsource.Refusal, say func(string) string) string {
	if strings.TrimSpace(refusal.Body) == "" {
		return ""
	}
	return say(partSaid)
}

// part is a part of a text that is a text itself.
func part(f trace.Fact, name string, say func(string) string) (text string, ok bool) {
	switch name {
	case "why":
		return why(f.Err, say), true
	case "cause":
		return say(texts[told(trace.Fact{Name: f.Cause, Client: f.Client})].title), true
	case "waited":
		if f.Milliseconds > 0 {
			return say(partWaited), true
		}
		return "", true
	case "next":
		wait, then := partWaitsAny, partReconnects
		if f.Known {
			if then = partWithoutID; f.ID != "" {
				then = partWithID
			}
		}
		switch {
		case f.Known && f.RetrySet:
			wait = partWaitsRetry
		case f.Before > 0:
			wait = partWaitsLast
		case f.Known || !f.Opened:
			wait = partWaitsOwn
		}
		return say(wait) + say(then), true
	case "id":
		switch {
		case f.Known && f.ID != "":
			return say(partSentID), true
		case f.Known:
			return say(partSentNone), true
		case f.ID != "":
			return say(partID), true
		}
		return say(partNoID), true
	case "request":
		if f.ID != "" {
			return say(partSentID), true
		}
		return say(partSentNone), true
	case "said":
		if f.Said != "" {
			return say(partSaid), true
		}
		return "", true
	case "response":
		switch f.Type {
		case "refuse":
			return say(partReset), true
		case "redirect":
			return say(partRedirect), true
		case "wrong type":
			return say(partWrongType), true
		}
		return say(partStatus), true
	}
	return "", false
}

// value is what stands for a name, and whether somebody else said it.
func value(f trace.Fact, name string, say func(string) string) (said string, foreign bool) {
	switch name {
	case "type":
		return trace.Brief(f.Type), true
	case "lastID":
		return trace.Brief(f.ID), true
	case "time":
		return Duration(say, f.Milliseconds), false
	case "before":
		return Duration(say, f.Before), false
	case "retry":
		return strconv.FormatInt(f.Retry, 10), false
	case "count":
		return strconv.Itoa(f.Count), false
	case "attempt":
		return strconv.Itoa(f.Attempt), false
	case "said":
		const most = 300 // characters; all that is known is among the requests
		return trace.Shorten(f.Said, most), true
	case "status":
		return strconv.Itoa(f.Status), false
	case "closed":
		if closed, ok := errors.AsType[*eventsource.CloseEvent](f.Err); ok {
			return trace.Brief(closed.Error()), true
		}
		return "–", false
	}
	return strconv.Itoa(f.Client.Number(f.Was)), false
}

// fill puts in what stands for {names}; names that with does not know stay.
func fill(text string, with func(name string) (string, bool)) string {
	filled := ""
	for {
		before, rest, found := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return filled + text
		}
		value, ok := with(name)
		if !ok {
			value = "{" + name + "}"
		}
		filled, text = filled+before+value, after
	}
}

// Duration says a number of milliseconds as people read it, 250 ms, 3.01 s, 2 min 5 s, in the language that say translates to.
func Duration(say func(string) string, ms float64) string {
	unit, n, m := durationMS, "", ""
	switch s := int(ms/1000 + 0.5); {
	case ms < 999.5:
		n = strconv.FormatFloat(max(0, ms), 'f', 0, 64)
	case ms < 59_995:
		unit, n = durationS, strconv.FormatFloat(ms/1000, 'f', 2, 64)
	case s < 3600:
		unit, n, m = durationMin, strconv.Itoa(s/60), strconv.Itoa(s%60)
	default:
		unit, n, m = durationH, strconv.Itoa(s/3600), strconv.Itoa(s/60%60)
	}
	return fill(say(unit), func(name string) (string, bool) {
		if name == "m" {
			return m, true
		}
		return n, true
	})
}
