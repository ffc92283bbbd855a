package main

import (
	"net/http"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
)

// This is where a session reaches into a play: what the visitor orders, and what is said of it.

// parse reads a request for a scenario or, from those that are watched, for the classic stream.
func (all *plays) parse(r *http.Request, isWatched bool) (*ask, *refusal) {
	limits := &all.streams.limits
	parse := func(raw string) (*ask, *refusal) { return parseAsk(raw, *limits) }
	switch named := isAsk(r.URL.RawQuery); {
	case named && isWatched:
		return parse(r.URL.RawQuery) // which no other session gives
	case named:
		return all.asks.get(r.URL.RawQuery, parse)
	}
	c, refused := parseClassic(r, *limits)
	if refused != nil {
		return nil, refused
	}
	s, err := scenario.Classic{
		Count: c.count, Interval: c.interval, Event: c.event, Retry: c.retry, Params: string(jsonString(c.params)), Forget: c.forget,
	}.Scenario()
	if err != nil {
		return nil, newRefusal(http.StatusBadRequest, "The classic stream can't be watched with these parameters: %v.", err)
	}
	raw := r.URL.RawQuery
	return &ask{
		scenario: s, session: c.watch.session, source: c.watch.source, classic: true,
		redirected: without(raw, mark) != raw, query: without(raw, mark), text: c.params,
	}, nil
}

// insert sends what the visitor gave, as soon as no line is broken by it. Behind the last line it breaks none.
func (p *play) insert() ending {
	for len(p.inserts) > 0 && p.framing != noHead && (!p.middle || p.holding || p.framing == noBody) {
		o := p.inserts[0]
		p.inserts = p.inserts[1:]
		if p.framing == noBody {
			o.answer("This answer has no body to send anything in.")
			continue
		}
		p.obeyed(o)
		if how := p.send(o.bytes); how != goesOn {
			return how
		}
	}
	return goesOn
}

// endsLine tells whether what comes next begins a line. A CR counts, though an LF may follow.
func endsLine(b []byte) bool {
	last := b[len(b)-1]
	return last == '\n' || last == '\r'
}

// hurry cuts in the middle of a write.
func (p *play) hurry() ending {
	p.glance() // to obey it
	return pageCuts
}

// obeyed says that an order was done.
func (p *play) obeyed(o order) {
	p.watched.did(o.to, len(o.bytes))
	o.answer("")
}

// disobey answers what was ordered too late.
func (p *play) disobey(because string) {
	for _, o := range p.inserts {
		o.answer(because)
	}
	p.inserts = nil
	for {
		select {
		case o := <-p.orders:
			o.answer(because)
		default:
			return
		}
	}
}

func (o order) answer(because string) {
	if o.done != nil {
		o.done(because)
	}
}

// ended says who ended the answer, and how.
func (p *play) ended(how ending) (protocol.By, protocol.End) {
	switch how {
	case scenarioResets:
		if p.framing == noHead {
			return protocol.ByServer, protocol.EndRefused
		}
		return protocol.ByServer, protocol.EndCut
	case pageCuts:
		return protocol.ByServer, protocol.EndCut
	case scenarioTruncates:
		return protocol.ByServer, protocol.EndCutCleanly
	case lifetimeOver:
		return protocol.ByServer, protocol.EndLimit
	case serverStops:
		return protocol.ByServer, protocol.EndStopping
	case clientStuck:
		return protocol.ByServer, protocol.EndTooSlow
	case clientLeft:
		return protocol.ByClient, protocol.EndLeft
	case ourMistake:
		return protocol.ByServer, protocol.EndMistake
	}
	return protocol.ByServer, protocol.EndProper
}
