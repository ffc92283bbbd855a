package main

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
)

// play is one answer of a scenario on a connection of its own. net/http has let go of it, so every byte is the play's.
// One goroutine is all that it costs: its timer is the deadline of a read, and what ends that read early is the client's
// leaving or an order.
type play struct {
	conn   *net.TCPConn
	player *scenario.Player
	asked  *asked // nil once the head was sent
	limits *Limits
	log    *slog.Logger
	from   string // the client's address

	framing framing
	gzip    *gzipper      // nil: not compressed
	ready   *[]byte       // to send, from frames; nil: nothing. What waits for nothing goes out in one write
	due     time.Time     // when the wait that is under way ends, or the last one ended
	expires time.Time     // the end of its lifetime
	strays  int           // bytes that the client sent behind its request
	beat    time.Duration // silence in a wait after which a comment is sent; 0: never
	spoke   time.Time     // when something was sent last
	sent    int           // bytes
	stop    chan struct{} // closed when the server stops
	orders  chan order    // nil: nobody can give any

	paused  bool
	steps   int // lines of the wire that may go out in spite of the pause
	holding bool

	middle  bool        // of a line: what was sent last is no line's end
	inserts []order     // to send, at the end of that line
	hurried atomic.Bool // a cut was ordered, which waits for no write
	watched *exchange   // nil: by nobody
}

// A framing says how a client knows where the response ends.
type framing uint8

const (
	noHead   framing = iota // nothing was sent yet
	noBody                  // with the head
	chunked                 // with the last chunk
	unframed                // with the connection, as in HTTP/1.0
)

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

// give has the play do something, at once if it waits. It tells whether there was room.
func (p *play) give(o order) bool {
	select {
	case p.orders <- o:
		p.wake()
		if o.to == protocol.DoCut {
			p.hurried.Store(true)
			p.conn.SetWriteDeadline(time.Unix(1, 0))
		}
		return true
	default:
		return false
	}
}

// wake ends the read in await, which looks at stop and orders then.
func (p *play) wake() { p.conn.SetReadDeadline(time.Unix(1, 0)) }

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
	if how == scenarioEnds && p.spoke.IsZero() {
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
	ready := p.room()
	*ready, p.framing = p.asked.appendHead(*ready, head, time.Now())
	headOnly := p.asked.head
	p.asked = nil
	p.watched.head(head.Status, *ready)
	if headOnly {
		p.framing = noBody
		return scenarioEnds
	}
	if head.Gzip != scenario.NoGzip && p.framing != noBody {
		p.gzip = &gzipper{keeps: head.Gzip == scenario.GzipUnflushed}
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

// send is where all bytes of a body pass, before they are compressed and framed.
func (p *play) send(b []byte) ending {
	if p.framing != chunked && p.framing != unframed {
		return goesOn // there is no body, or not yet
	}
	p.watched.write(b)
	p.middle = !endsLine(b)
	if p.gzip != nil {
		packed := frames.Get().(*[]byte)
		defer frames.Put(packed)
		*packed = p.gzip.appendTo((*packed)[:0], b)
		b = *packed
	}
	if len(b) == 0 {
		return goesOn
	}
	ready := p.room()
	*ready = p.framing.append(*ready, b)
	if len(*ready) < enough {
		return goesOn
	}
	return p.flush()
}

// enough is how many bytes that are ready don't wait for more.
const enough = 32 << 10

// little is what the kernel holds of any stream: most send no more in their first minute, and are open sooner without a
// call that bounds it.
const little = 4 << 10

// room is for what is to be sent.
func (p *play) room() *[]byte {
	if p.ready == nil {
		p.ready = frames.Get().(*[]byte)
		*p.ready = (*p.ready)[:0]
	}
	return p.ready
}

// flush writes what is ready.
func (p *play) flush() ending {
	if p.ready == nil {
		return goesOn
	}
	now := time.Now()
	if now.After(p.expires) {
		return lifetimeOver
	}
	p.spoke = now
	p.conn.SetWriteDeadline(now.Add(p.limits.StreamWrite))
	if p.hurried.Load() {
		return p.hurry() // before this deadline, or by it
	}
	before := p.sent
	if p.sent += len(*p.ready); before <= little && p.sent > little {
		p.conn.SetWriteBuffer(p.limits.StreamBuffer)
	}
	_, err := p.conn.Write(*p.ready)
	frames.Put(p.ready)
	p.ready = nil
	switch {
	case err == nil:
		return goesOn
	case p.hurried.Load():
		return p.hurry()
	case errors.Is(err, os.ErrDeadlineExceeded):
		p.log.Warn("cut off a reader that does not read", "from", p.from)
		return clientStuck
	}
	return clientLeft
}

// frames are buffers for one write each, so that a stream that waits needs none.
var frames = sync.Pool{New: func() any { return new([]byte) }}

// close is where all plays end. It answers for the ending that perform returned.
func (p *play) close(how ending) {
	switch how {
	case scenarioEnds, pageEnds, lifetimeOver, serverStops:
		ready := p.room()
		if p.gzip != nil {
			*ready = p.framing.append(*ready, p.gzip.appendEnd(nil))
		}
		if p.framing == chunked {
			*ready = append(*ready, "0\r\n\r\n"...)
		}
		if len(*ready) > 0 {
			p.conn.SetWriteDeadline(time.Now().Add(p.limits.StreamWrite))
			p.conn.Write(*ready) // fails when the client left
		}
	case scenarioResets, pageCuts, clientStuck, ourMistake:
		p.conn.SetLinger(0) // closing is a reset then, and what the client did not take is forgotten
	}
	p.conn.Close()
}

// wait lets d pass since the last wait's end. Late by more than d, it does not hurry to catch up.
func (p *play) wait(d time.Duration) ending {
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
		if how := p.flush(); how != goesOn { // before the silence counts
			return how
		}
		until := p.due
		if beat := p.spoke.Add(p.beat); p.beat > 0 && beat.Before(until) && p.framing != noHead {
			until = beat
		}
		how := p.await(until)
		if how == goesOn && until.Before(p.due) {
			if how = p.send(heartbeat); how == goesOn {
				how = ordered
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
		p.conn.SetReadDeadline(until)
		if how, some := p.glance(); how != goesOn {
			return how
		} else if some {
			return ordered
		}
		var stray [64]byte
		n, err := p.conn.Read(stray[:])
		p.strays += n
		switch {
		case err == nil && p.strays <= p.limits.Strays:
			continue // a second request, perhaps: the reply said that the connection is closed
		case !errors.Is(err, os.ErrDeadlineExceeded):
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
