package main

import (
	"log/slog"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
)

// play is one response of a scenario. One goroutine is all that it costs: its timer is the deadline of a read, and what ends
// that read early is the client's leaving or an order.
type play struct {
	conn   *connection
	player *scenario.Player
	asked  *asked // nil once the head was sent
	log    *slog.Logger
	from   string // the client's address

	due     time.Time     // when the wait that is under way ends, or the last one ended
	expires time.Time     // the end of its lifetime
	beat    time.Duration // silence in a wait after which a comment is sent; 0: never
	stop    chan struct{} // closed when the server stops
	orders  chan order    // nil: nobody can give any

	paused  bool
	steps   int // lines of the wire that may go out in spite of the pause
	holding bool

	middle  bool      // of a line: what was sent last is no line's end
	inserts []order   // to send, at the end of that line
	watched *exchange // nil: by nobody
}

// An ending is how a play ended, and by whom.
type ending uint8

const (
	goesOn            ending = iota // it did not
	scenarioEnds                    // properly
	scenarioTruncates               // without the last chunk
	scenarioResets
	pageCuts     // with a reset
	pageEnds     // properly
	lifetimeOver // properly
	serverStops  // properly
	clientLeft
	clientStuck // it does not read: with a reset
	ourMistake  // with a reset

	ordered // for await only: it goes on, but an order may have changed how
)

func (e ending) String() string {
	return [...]string{
		"goes on", "the scenario ends", "the scenario truncates", "the scenario resets", "the page cuts", "the page ends",
		"its lifetime is over", "the server stops", "the client left", "the client does not read", "a mistake of ours", "ordered",
	}[e]
}

// order is what a page does to its stream while it runs.
type order struct {
	to    protocol.Do
	bytes []byte               // for DoSend
	done  func(because string) // called once, "" if it was done; nil if nobody asks
}

// give has the play do something, at once if it waits. It reports whether there was room.
func (p *play) give(o order) bool {
	select {
	case p.orders <- o:
		p.conn.wake()
		if o.to == protocol.DoCut {
			p.conn.hurry()
		}
		return true
	default:
		return false
	}
}

// perform executes the scenario's steps until the end, whoever's it is. Then close has to be called.
func (p *play) perform() (how ending) {
	defer func() {
		if err := recover(); err != nil {
			p.log.Error("a play panicked", "err", err) // net/http recovers only its own goroutines
			how = ourMistake
		}
	}()
	for how == goesOn {
		step, _ := p.player.Next()
		how = p.do(step)
	}
	if how == scenarioEnds && p.conn.spoke.IsZero() {
		return how // close sends all of it, once the run has been left: a redirect is followed at once
	}
	switch how {
	case scenarioEnds, scenarioTruncates, scenarioResets:
		if failed := p.flush(); failed != goesOn {
			return failed
		}
	}
	return how
}

func (p *play) do(step scenario.Step) ending {
	switch step.Do {
	case scenario.Wait:
		return p.wait(step.For)
	case scenario.Write:
		return p.write(step.Bytes)
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
		return scenarioTruncates
	case scenario.Reset:
		return scenarioResets
	}
	return scenarioEnds
}

// respond sends the head.
func (p *play) respond(head *scenario.Head) ending {
	headOnly := p.asked.head
	p.watched.head(head.Status, p.conn.respond(p.asked, head))
	p.asked = nil
	if headOnly {
		return scenarioEnds
	}
	return p.insert()
}

// write sends what the scenario says, in a pause line by line.
func (p *play) write(b []byte) ending {
	for len(b) > 0 {
		if how := p.mayGoOn(); how != goesOn {
			return how
		}
		piece := b
		if p.paused || len(p.inserts) > 0 {
			piece, _ = scenario.CutLine(b)
		}
		if p.paused {
			p.steps--
		}
		b = b[len(piece):]
		if how := p.send(piece); how != goesOn {
			return how
		}
		if how := p.insert(); how != goesOn {
			return how
		}
	}
	return goesOn
}

// send is where all bytes of a body pass.
func (p *play) send(b []byte) ending {
	if !p.conn.hasBody() {
		return goesOn
	}
	p.watched.write(b)
	p.middle = !endsLine(b)
	if p.conn.write(b) {
		return p.flush()
	}
	return goesOn
}

// flush sends what is ready, unless the play's time is over.
func (p *play) flush() ending {
	if p.conn.ready != nil && time.Now().After(p.expires) {
		return lifetimeOver
	}
	how := p.conn.flush()
	switch how {
	case pageCuts:
		p.glance() // to obey it
	case clientStuck:
		p.log.Warn("cut off a reader that does not read", "from", p.from)
	}
	return how
}

// close is where all plays end, each in the way that perform returned.
func (p *play) close(how ending) {
	switch how {
	case scenarioEnds, pageEnds, lifetimeOver, serverStops:
		p.conn.end()
	case scenarioResets, pageCuts, clientStuck, ourMistake:
		p.conn.reset()
	default:
		p.conn.close()
	}
}

// wait lets d pass since the last wait's end. Late by more than d, it does not hurry to catch up.
func (p *play) wait(d time.Duration) ending {
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
		if beat := p.conn.spoke.Add(p.beat); p.beat > 0 && beat.Before(until) && p.conn.framing != noHead {
			until = beat
		}
		how := p.await(until)
		if how == goesOn && until.Before(p.due) {
			if how = p.send(heartbeat); how == goesOn {
				how = p.flush()
			}
			if how == goesOn {
				continue
			}
		}
		if how != ordered {
			return how
		}
	}
}

// hold waits for the client to go.
func (p *play) hold() ending {
	p.holding = true
	if how := p.insert(); how != goesOn {
		return how
	}
	for {
		if how := p.await(p.expires); how != ordered {
			return how
		}
	}
}

// mayGoOn obeys what orders there are, and returns when the next thing may go out.
func (p *play) mayGoOn() ending {
	how, _ := p.glance()
	for how == goesOn && p.paused && p.steps == 0 {
		if how = p.await(p.expires); how == ordered {
			how = goesOn
		}
	}
	return how
}

// await sends what is ready, and lets time pass until then, or until something happens.
func (p *play) await(until time.Time) ending {
	if how := p.flush(); how != goesOn {
		return how
	}
	if p.expires.Before(until) {
		until = p.expires
	}
	for {
		// In this order: whoever gives an order afterwards wakes the read.
		p.conn.wakeAt(until)
		if how, some := p.glance(); how != goesOn {
			return how
		} else if some {
			return ordered
		}
		if !p.conn.read() {
			return clientLeft
		}
		switch now := time.Now(); {
		case !now.Before(p.expires):
			return lifetimeOver
		case !now.Before(until):
			return goesOn
		}
	}
}

// glance obeys the orders that are there, without waiting for one.
func (p *play) glance() (how ending, some bool) {
	for {
		select {
		case <-p.stop:
			return serverStops, some
		case o := <-p.orders:
			some = true
			if how := p.obey(o); how != goesOn {
				return how, some
			}
		default:
			return goesOn, some
		}
	}
}

func (p *play) obey(o order) ending {
	switch o.to {
	case protocol.DoPause:
		p.paused = true
	case protocol.DoResume:
		p.paused, p.steps = false, 0
	case protocol.DoStep:
		if p.holding {
			o.answer("The scenario sends no more lines: it holds the stream open.")
			return goesOn
		}
		p.paused = true
		p.steps++
	case protocol.DoSend:
		p.inserts = append(p.inserts, o)
		return p.insert()
	case protocol.DoCut:
		p.obeyed(o)
		return pageCuts
	case protocol.DoEnd:
		p.obeyed(o)
		return pageEnds
	}
	p.obeyed(o)
	return goesOn
}
