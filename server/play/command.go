package play

import "eventsource-playground/protocol"

// A Command changes a play while it runs.
type Command struct {
	Do    protocol.Do // any but DoNext, which is for no play yet
	Bytes []byte      // for DoSend
	Done  func(error) // called once: nil if it was carried out, or else Rejected; nil: nobody wants to know
}

// Rejected is why a command was not carried out: a sentence for the visitor.
type Rejected string

func (r Rejected) Error() string { return string(r) }

const (
	errEnded   Rejected = "The stream ended before that."
	errNoBody  Rejected = "This response has no body to send anything in."
	errHolding Rejected = "The scenario sends no more lines: it holds the stream open."
)

// Give has the play carry out a command, at once if it waits. It reports whether there was room.
func (p *Play) Give(c Command) bool {
	if len(c.Bytes) > 0 {
		free, ok := p.reserve(len(c.Bytes))
		if !ok {
			return false
		}
		done := c.Done
		c.Done = func(err error) {
			free()
			if done != nil {
				done(err)
			}
		}
		if p.give(c) {
			return true
		}
		free()
		return false
	}
	return p.give(c)
}

func (p *Play) give(c Command) bool {
	select {
	case p.commands <- c:
		p.conn.wake()
		if c.Do == protocol.DoCut {
			p.conn.hurry()
		}
		return true
	default:
		return false
	}
}

// glance carries out the commands that are there, without waiting for one.
func (p *Play) glance() (how ending, some bool) {
	for {
		select {
		case <-p.stop:
			return serverStops, some
		case c := <-p.commands:
			some = true
			if how := p.carryOut(c); how != goesOn {
				return how, some
			}
		default:
			return goesOn, some
		}
	}
}

func (p *Play) carryOut(c Command) ending {
	switch c.Do {
	case protocol.DoPause:
		p.paused = true
	case protocol.DoResume:
		p.paused, p.steps = false, 0
	case protocol.DoStep:
		if p.holding {
			c.reply(errHolding)
			return goesOn
		}
		p.paused = true
		p.steps++
	case protocol.DoSend:
		p.inserts = append(p.inserts, c)
		return p.insert()
	case protocol.DoCut:
		p.did(c)
		return pageCuts
	case protocol.DoEnd:
		p.did(c)
		return pageEnds
	}
	p.did(c)
	return goesOn
}

// insert sends what the visitor gave, as soon as no line is broken by it. After the last line it breaks none.
func (p *Play) insert() ending {
	for len(p.inserts) > 0 && p.conn.progress() != headless && (!p.middle || p.holding || p.conn.progress() == bodiless) {
		c := p.inserts[0]
		p.inserts = p.inserts[1:]
		if p.conn.progress() == bodiless {
			c.reply(errNoBody)
			continue
		}
		p.did(c)
		if how := p.send(c.Bytes, false); how != goesOn {
			return how
		}
	}
	return goesOn
}

// endsLine reports whether what comes next begins a line. A CR counts, though an LF may follow.
func endsLine(b []byte) bool {
	last := b[len(b)-1]
	return last == '\n' || last == '\r'
}

// did says that a command was carried out.
func (p *Play) did(c Command) {
	p.watcher.Did(c.Do)
	c.reply(nil)
}

// reject rejects the commands that came too late. There must be no new ones any more.
func (p *Play) reject() {
	for _, c := range p.inserts {
		c.reply(errEnded)
	}
	p.inserts = nil
	for {
		select {
		case c := <-p.commands:
			c.reply(errEnded)
		default:
			return
		}
	}
}

func (c Command) reply(err error) {
	if c.Done != nil {
		c.Done(err)
	}
}
