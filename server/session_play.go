package main

import (
	"eventsource-playground/protocol"
)

// This is where a session reaches into a play: what the visitor orders, and what is said of it.

// insert sends what the visitor gave, as soon as no line is broken by it. Behind the last line it breaks none.
func (p *play) insert() ending {
	for len(p.inserts) > 0 && p.conn.framing != noHead && (!p.middle || p.holding || p.conn.framing == noBody) {
		o := p.inserts[0]
		p.inserts = p.inserts[1:]
		if p.conn.framing == noBody {
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
		if p.conn.framing == noHead {
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
