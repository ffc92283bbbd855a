package scenario

import (
	"time"

	"eventsource-playground/protocol"
)

// Limits are the limits of a text and of what it makes the server do. 0 means no limit.
type Limits struct {
	Text        int           // bytes of the text, in UTF-8
	Steps       int           // of reading it, as [Work] counts them
	Sections    int           // without == expect
	Directives  int           // lines that begin with @
	Repeat      int           // rounds of one @repeat
	Bytes       int           // sent in one attempt, without the next
	Generated   int           // bytes of one attempt that @bytes sends: they cost the server no memory
	Chunks      int           // of one attempt, as @flush and @wait make them
	Time        time.Duration // that one attempt lasts by itself; @hold is limited by the server
	Connections int           // of connect: n times
}

// DefaultLimits are for texts from strangers.
var DefaultLimits = Limits{
	Text:        protocol.MaxText,
	Steps:       4 * protocol.MaxText, // the costliest text needs fewer than two for each of its bytes
	Sections:    32,
	Directives:  500,
	Repeat:      100_000,
	Bytes:       4 << 20,
	Generated:   40 << 20,
	Chunks:      100_000,
	Time:        10 * time.Minute,
	Connections: 8,
}

// These limit single values, whoever wrote them.
const (
	maxNumber  = 1_000_000_000
	maxTime    = 24 * time.Hour
	maxHeading = 500       // characters of a heading's value
	maxAbout   = 4000      // bytes of all lines of about
	maxHeader  = 200       // bytes of a header's value
	maxID      = 200       // bytes of Last-Event-ID that {last-event-id} repeats
	maxProxy   = 64 << 10  // bytes of the buffer of @proxy holds
	maxPicture = 128 << 10 // bytes of one @bytes
	maxName    = 64        // bytes of a header's name
	maxHeaders = 8         // headings of header

	// Bytes of {body}, with what begins its lines: each can be as short as a line break.
	maxEcho = 2 * protocol.MaxBody
)

func over(limit, n int) bool { return limit > 0 && n > limit }

// The least number that overflows nothing when two are multiplied or added, and is over every limit.
const tooMuch = 1 << 50

func times(a, b int) int {
	if a > 0 && b > tooMuch/a {
		return tooMuch
	}
	return a * b
}

func plus(a, b int) int { return min(a+b, tooMuch) }
