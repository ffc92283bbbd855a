package play

import (
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
)

// A carrier is where a play meets its client: all that is written, awaited, cut and ended goes through it, and nothing else
// knows what carries it.
type carrier interface {
	// respond makes a head ready, and returns it as text, and its bytes on the wire, as protocol.Seen counts them.
	respond(a *client, head *scenario.Head) (text []byte, wire int)
	// progress is how far the response is.
	progress() progress
	// write makes bytes of the body ready, compressed and framed; binary says that they are one message, where there are any. It reports whether they should not wait for more, how many
	// bytes compression made of them, and those on the wire.
	write(b []byte, binary bool) (full bool, packed, wire int)
	// pending reports whether something is ready to be sent.
	pending() bool
	// flush sends what is ready. It goes on, unless the client left or is stuck, or a cut came first.
	flush() ending
	// spoke is when something was sent last; zero before that.
	spoke() time.Time

	// wakeAt says when the next read ends. Whoever calls wake afterwards ends it at once.
	wakeAt(time.Time)
	// wake ends a read that is under way, or the next. Any goroutine may call it.
	wake()
	// read waits for the client. It goes on, unless that left, or said what it must not.
	read() ending
	// hurry ends a write that is under way, or the next: a cut waits for none. Any goroutine may call it.
	hurry()

	// finish makes the end of the body ready, and returns its bytes on the wire.
	finish() (wire int)
	// end sends what is ready, which finish has made, and ends the response properly. It says why, where the protocol has words for it.
	end(why protocol.End)
	// reset cuts the client off, and forgets what it did not read. Any goroutine may call it.
	reset()
	// resetAll is reset, and cuts off all else that goes over the same connection.
	resetAll()
	// close ends the response, whatever it lacks.
	close()
	// from is the client's address.
	from() string
}

// progress is how far a response is.
type progress uint8

const (
	headless progress = iota // nothing was sent yet
	bodiless                 // the head was all
	inBody                   // there is a body to write to
)
