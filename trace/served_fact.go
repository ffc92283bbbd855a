package trace

import (
	"slices"
	"strings"

	"eventsource-playground/protocol"
	"eventsource-playground/sse"
)

// These are the facts of what the server saw, and of what went over the wire.

// verdict is what a browser makes of the head.
func (e *Exchange) verdict() FactName {
	origin, cross := protocol.HeaderOf(e.Request.Header, "Origin")
	host, _ := protocol.HeaderOf(e.Request.Header, "Host")
	if _, from, _ := strings.Cut(origin, "://"); cross && from != host && !e.allows(origin) {
		return FactForbidden
	}
	switch location, _ := protocol.HeaderOf(e.Head.Header, "Location"); e.Head.Status {
	case 101:
		return FactUpgraded
	case 200:
	case 204:
		return FactNoContent
	case 301, 302, 303, 307, 308:
		if location != "" {
			return FactRedirected
		}
		return FactStatus
	default:
		return FactStatus
	}
	switch essence, charset := sse.MIMEType(e.type_()); {
	case essence != "text/event-stream":
		return FactWrongType
	case charset != "" && !strings.EqualFold(charset, "utf-8"):
		return FactCharset
	}
	return FactStream
}

// allows reports whether the response lets that origin read it.
func (e *Exchange) allows(origin string) bool {
	allowed, _ := protocol.HeaderOf(e.Head.Header, "Access-Control-Allow-Origin")
	credentials, _ := protocol.HeaderOf(e.Head.Header, "Access-Control-Allow-Credentials")
	with := e.source != nil && e.source.credentials
	return (allowed == origin || allowed == "*" && !with) && (!with || credentials == "true")
}

// type_ is what the response says of itself that a fact repeats: where it redirects to, or of what type it is. Several
// headers of a name are one list (RFC 9110, 5.3).
func (e *Exchange) type_() string {
	if 300 <= e.Head.Status && e.Head.Status < 400 {
		location, _ := protocol.HeaderOf(e.Head.Header, "Location")
		return location
	}
	var values []string
	for _, h := range e.Head.Header {
		if strings.EqualFold(h.Name, "Content-Type") {
			values = append(values, h.Value)
		}
	}
	return strings.Join(values, ", ")
}

func (e *Exchange) lastEventID() string {
	id, _ := protocol.HeaderOf(e.Request.Header, "Last-Event-ID")
	return id
}

// ending is how the response ended, as far as a browser cares. What the visitor did is a fact of its own.
func (e *Exchange) ending() FactName {
	var did protocol.Do
	if n := len(e.Did); n > 0 {
		did = e.Did[n-1].Do
	}
	switch how := e.End.How; {
	case e.End.By == protocol.ByClient:
		return FactLeft
	case how == protocol.EndRefused:
		return FactReset
	case how == protocol.EndCut && did == protocol.DoCut:
		return FactYouCut
	case how == protocol.EndProper && did == protocol.DoEnd:
		return FactYouEnded
	case how == protocol.EndCut:
		return FactCut
	case how == protocol.EndCutCleanly:
		return FactTruncated
	case how == protocol.EndLimit:
		return FactLifetime
	case how == protocol.EndStopping:
		return FactStopping
	case how == protocol.EndTooSlow:
		return FactStuck
	case how == protocol.EndRejected:
		return FactRejected
	case how == protocol.EndMistake:
		return FactMistake
	}
	return FactEnded
}

// sees makes a fact of what the server saw. e is nil where it is about no request yet.
func (l *Log) sees(e *Exchange, seen protocol.Seen, at float64) {
	if e != nil && e.Told() {
		return // the client's own events say it
	}
	f := Fact{At: at, Source: seen.Source, Attempt: seen.Attempt, Type: string(seen.How), Count: 1}
	switch seen.Kind {
	case protocol.SeenRequest:
		f.Name = FactRequest
	case protocol.SeenHead:
		f.Name = e.verdict()
	case protocol.SeenDid:
		switch f.Type = string(seen.Do); seen.Do {
		case protocol.DoPause:
			f.Name = FactPaused
		case protocol.DoResume:
			f.Name = FactResumed
		case protocol.DoStep:
			f.Name = FactStepped
		case protocol.DoSend:
			f.Name = FactSent
		case protocol.DoNext:
			f.Name, f.Type = FactNextReply, seen.Next.String()
		default:
			return // how the response ends says it
		}
	case protocol.SeenEnd:
		if f.Name = e.ending(); e.Head != nil && e.verdict() != FactStream && e.verdict() != FactUpgraded && e.verdict() != FactCharset {
			return // it was over before
		}
	default:
		return
	}
	if e != nil {
		f.ID = e.lastEventID()
	}
	if seen.Kind == protocol.SeenHead {
		f.Status, f.Type = seen.Status, e.type_()
	}
	f.epoch = l.served.epoch
	of := l.factsOf(seen.Source)
	lane := &of[serverLane]
	if seen.Kind == protocol.SeenHead || f.Name == FactReset {
		// The response takes the place of the request.
		for i, request := range slices.Backward(*lane) {
			if request.Name == FactRequest && request.Source == f.Source && request.Attempt == f.Attempt {
				f.At = request.At
				*lane = append((*lane)[:i], (*lane)[i+1:]...)
				break
			}
		}
	}
	if last := of.last(serverLane); last != nil && last.Name == f.Name && last.Source == f.Source && last.epoch == f.epoch {
		switch f.Name {
		case FactReset, FactRedirected, FactStepped, FactSent:
			f.Count, f.At = last.Count+1, last.At
			*last = f
			return
		}
	}
	of.add(f)
}

// factsOf are those about a source, which may be one that the log does not know.
func (l *Log) factsOf(source int) *facts {
	if s := l.Source(source); s != nil {
		return &s.facts
	}
	return &l.others
}

// maxUnheard is how many types of one response get a fact of their own.
const maxUnheard = 5

// reads makes a fact of a line, if it is worth one. There may be very many lines.
func (l *Log) reads(e *Exchange, at float64, line sse.Line) {
	if e.lines == 0 && strings.HasPrefix(line.Raw, "\uFEFF") {
		l.read(e, at, FactBOM, "")
	}
	e.lines++
	switch line.Outcome {
	case sse.Field:
		switch line.Field {
		case "event":
			e.hasType = true
		case "id":
			e.hasID = true
			if line.Value == "" {
				l.read(e, at, FactIDReset, "")
			} else {
				l.read(e, at, FactID, line.Value)
			}
		case "retry":
			l.read(e, at, FactRetry, line.Value)
		}
		return
	case sse.Comment:
		l.read(e, at, FactComments, "")
		return
	case sse.Ignored:
		switch {
		case line.Field == "id":
			l.read(e, at, FactIDIgnored, "")
		case line.Field == "retry" && line.Value == "":
			l.read(e, at, FactRetryEmpty, "")
		case line.Field == "retry":
			l.read(e, at, FactRetryIgnored, line.Value)
		case line.Why.Cause == sse.MisspeltField:
			l.read(e, at, FactMisspelt, line.Raw)
		default:
			l.read(e, at, FactUnknownField, line.Raw)
		}
		return
	case sse.Discarded:
		if (line.Raw == "" || line.Field != "") && !e.discarded {
			e.discarded = true
			l.read(e, at, FactDiscarded, "")
		}
		return
	case sse.Dispatched:
		e.dispatched++
		if s := l.Source(e.Source); s != nil && !s.ListensTo(line.Event.Type) {
			l.read(e, at, FactUnheard, line.Event.Type)
		}
	case sse.Blank:
		if e.hasID {
			l.read(e, at, FactIDAlone, "")
		} else if e.hasType {
			l.read(e, at, FactDataless, "")
		}
	}
	e.hasType, e.hasID = false, false
}

// read remembers what a line did, folded into what lines of the same response did before, however long ago: heartbeats,
// ids and ignored lines come in turn, and all over again.
func (l *Log) read(e *Exchange, at float64, name FactName, what string) {
	what = Brief(what)
	of := l.factsOf(e.Source)
	lane, unheard, others := of[wireLane], 0, (*Fact)(nil)
	for i := len(lane) - 1; i >= 0; i-- {
		f := &lane[i]
		if f.Source != e.Source || f.Name != name {
			continue
		}
		switch name {
		case FactComments, FactBOM:
		case FactRetry, FactRetryIgnored:
			if f.Type != what {
				continue
			}
		case FactUnheard:
			if f.Attempt != e.Attempt {
				continue
			}
			if unheard++; f.Type == "" {
				others = f
			}
			if f.Type != what {
				continue
			}
		default:
			if f.Attempt != e.Attempt {
				continue
			}
		}
		f.Count++
		if name == FactID {
			f.ID = what
		}
		return
	}
	if others != nil {
		others.Count++
		return
	}
	if unheard == maxUnheard {
		what = "" // of several types
	}
	of.add(Fact{Name: name, At: at, Source: e.Source, Attempt: e.Attempt, Type: what, ID: what, Count: 1, epoch: e.epoch})
}
