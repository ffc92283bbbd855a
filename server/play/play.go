// Package play plays scenarios: each response of GET /sse is a play, over HTTP/1.1 on a connection of its own, and so is each
// WebSocket at /ws.
//
// A WebSocket gets the data of each event as one message, and each comment as a ping. /ws has the parameters of /sse, and two more: with ids=1 a message is
// {"id":…,"event":…,"data":…}, and last-event-id is what Last-Event-ID is for /sse, since a page can't give a WebSocket's request
// a header. What the page sends comes back, as far as package limits lets it.
//
// An event goes from the player's step to the wire in one goroutine: Play.perform takes the step, Play.write goes through
// pauses and lines, Play.send tells the watcher, connection.write compresses and frames, connection.flush sends. A command
// comes in between, wherever the play waits: Play.Give wakes the connection, Play.glance finds it.
package play

import (
	"log/slog"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/server/limits"
)

// Play is one response of a scenario. One goroutine is all that it costs: its timer is the deadline of a read, and what ends
// that read early is the client's leaving or a command.
type Play struct {
	conn   carrier
	player *scenario.Player
	client *client // nil once the head was sent
	log    *slog.Logger

	due     time.Time     // when the wait that is under way ends, or the last one ended
	expires time.Time     // the end of its lifetime
	beat    time.Duration // silence in a wait after which a comment is sent; 0: never
	stop    chan struct{} // closed when the server stops

	truncates ending // what closing without the last chunk is: over HTTP/2 a reset, since there are no chunks

	watcher  Watcher
	commands chan Command                       // nil: nobody can give any
	reserve  func(n int) (free func(), ok bool) // room for n bytes that are to be sent
	paused   bool
	steps    int       // lines of the wire that may go out in spite of the pause
	holding  bool      // the scenario has no more steps
	middle   bool      // of a line: what was sent last is no line's end
	inserts  []Command // to send, at the end of that line
}

// An ending is how a play ended, and by whom.
type ending uint8

const (
	goesOn            ending = iota // it did not
	scenarioEnds                    // properly
	scenarioTruncates               // without the last chunk
	scenarioResets
	connectionResets // as the scenario says, with all that goes over the connection
	pageCuts         // with a reset
	pageEnds         // properly
	lifetimeOver     // properly
	serverStops      // properly
	clientLeft
	clientStuck // it does not read: with a reset
	rejected    // it sent what it must not: properly, with the reason
	ourMistake  // with a reset

	commanded // for await only: it goes on, but a command may have changed how
)

// ended is who ended the response, and how.
func (p *Play) ended(how ending) (protocol.By, protocol.End) {
	switch how {
	case scenarioResets, connectionResets:
		if p.conn.progress() == headless {
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
	case rejected:
		return protocol.ByServer, protocol.EndRejected
	case ourMistake:
		return protocol.ByServer, protocol.EndMistake
	}
	return protocol.ByServer, protocol.EndProper
}

// perform executes the scenario's steps until the end, whoever's it is. Then close has to be called.
func (p *Play) perform() (how ending) {
	defer func() {
		if err := recover(); err != nil {
			logOf(p.log, p.watcher).Error("a play panicked", "err", err) // net/http recovers only its own goroutines
			how = ourMistake
		}
	}()
	for how == goesOn {
		step, _ := p.player.Next()
		how = p.do(step)
	}
	if how == scenarioEnds && p.conn.spoke().IsZero() {
		return how // close sends all of it, once the run has been left: a redirect is followed at once
	}
	switch how {
	case scenarioEnds, scenarioTruncates, scenarioResets, connectionResets:
		if failed := p.flush(); failed != goesOn {
			return failed
		}
	}
	return how
}

func (p *Play) do(step scenario.Step) ending {
	switch step.Do {
	case scenario.Wait:
		return p.wait(step.For)
	case scenario.Write:
		return p.write(step.Bytes, step.Binary)
	case scenario.Hold:
		return p.hold()
	}
	if how := p.mayGoOn(); how != goesOn {
		return how
	}
	switch step.Do {
	case scenario.Respond:
		return p.respond(step.Head)
	case scenario.Truncate:
		return p.truncates
	case scenario.Reset:
		return scenarioResets
	case scenario.ResetAll:
		return connectionResets
	}
	return scenarioEnds
}

// respond sends the head.
func (p *Play) respond(head *scenario.Head) ending {
	headOnly := p.client.head
	text, wire := p.conn.respond(p.client, head)
	p.watcher.Head(head.Status, text, wire)
	p.client = nil
	if headOnly {
		return scenarioEnds
	}
	return p.insert()
}

// write sends what the scenario says, in a pause line by line, but what is binary at once.
func (p *Play) write(b []byte, binary bool) ending {
	for len(b) > 0 {
		if how := p.mayGoOn(); how != goesOn {
			return how
		}
		piece := b
		if !binary && (p.paused || len(p.inserts) > 0) {
			piece, _ = scenario.CutLine(b)
		}
		if p.paused {
			p.steps--
		}
		b = b[len(piece):]
		if how := p.send(piece, binary); how != goesOn {
			return how
		}
		if how := p.insert(); how != goesOn {
			return how
		}
	}
	return goesOn
}

// send is where all bytes of a body pass.
func (p *Play) send(b []byte, binary bool) ending {
	if p.conn.progress() != inBody {
		return goesOn
	}
	p.middle = !endsLine(b)
	full, packed, wire := p.conn.write(b, binary)
	p.watcher.Wrote(b, packed, wire)
	if full {
		return p.flush()
	}
	return goesOn
}

// flush sends what is ready, unless the play's time is over.
func (p *Play) flush() ending {
	if p.conn.pending() && time.Now().After(p.expires) {
		return lifetimeOver
	}
	how := p.conn.flush()
	switch how {
	case pageCuts:
		p.glance() // to carry it out
	case clientStuck:
		logOf(p.log, p.watcher).Warn("cut off a reader that does not read", "from", p.conn.from())
	}
	return how
}

// close is where all plays end, each in the way that perform returned. Its watcher, which may see another one's differently, knows
// before the client can.
func (p *Play) close(how ending) {
	by, why := p.ended(how)
	end, wire := p.conn.close, 0
	switch how {
	case scenarioEnds, pageEnds, lifetimeOver, serverStops, rejected:
		wire = p.conn.finish()
		end = func() { p.conn.end(why) }
	case scenarioResets, pageCuts, clientStuck, ourMistake:
		end = p.conn.reset
	case connectionResets:
		end = p.conn.resetAll
	}
	p.watcher.Ended(by, why, wire)
	p.reject()
	end()
}

// wait lets d pass since the last wait's end. Late by more than d, it does not hurry to catch up.
func (p *Play) wait(d time.Duration) ending {
	if how := p.flush(); how != goesOn { // which may take long, and is when the silence begins
		return how
	}
	now := time.Now()
	p.due = p.due.Add(d)
	if p.due.Before(now) {
		p.due = now
	}
	for {
		if p.paused {
			remains := time.Until(p.due)
			how := p.mayGoOn()
			p.due = time.Now()
			if how != goesOn || p.paused { // a step goes over waits
				return how
			}
			p.due = p.due.Add(remains)
		}
		until := p.due
		if beat := p.conn.spoke().Add(p.beat); p.beat > 0 && beat.Before(until) && p.conn.progress() != headless {
			until = beat
		}
		how := p.await(until)
		if how == goesOn && until.Before(p.due) {
			if how = p.send(limits.Comment, false); how == goesOn {
				how = p.flush()
			}
			if how == goesOn {
				continue
			}
		}
		if how != commanded {
			return how
		}
	}
}

// hold waits for the client to go.
func (p *Play) hold() ending {
	p.holding = true
	if how := p.insert(); how != goesOn {
		return how
	}
	for {
		if how := p.await(p.expires); how != commanded {
			return how
		}
	}
}

// mayGoOn carries out what commands there are, and returns when the next thing may go out.
func (p *Play) mayGoOn() ending {
	how, _ := p.glance()
	for how == goesOn && p.paused && p.steps == 0 {
		if how = p.await(p.expires); how == commanded {
			how = goesOn
		}
	}
	return how
}

// await sends what is ready, and lets time pass until then, or until something happens.
func (p *Play) await(until time.Time) ending {
	if how := p.flush(); how != goesOn {
		return how
	}
	if p.expires.Before(until) {
		until = p.expires
	}
	for {
		// In this order: whoever gives a command afterwards wakes the read.
		p.conn.wakeAt(until)
		if how, some := p.glance(); how != goesOn {
			return how
		} else if some {
			return commanded
		}
		if how := p.conn.read(); how != goesOn {
			return how
		}
		switch now := time.Now(); {
		case !now.Before(p.expires):
			return lifetimeOver
		case !now.Before(until):
			return goesOn
		}
	}
}
