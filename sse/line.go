package sse

// A Line is what became of one line of a stream. Whatever the chunks that a stream comes in, its lines are the same.
type Line struct {
	Raw        string // as received, with a byte order mark if the stream starts with one, without the terminator
	Terminator string // "\n", "\r", or "" if the stream ended first; "\r" also for a CRLF: a CR ends a line at once
	Field      string // the name, "" for a comment; as text, so that U+FFFD stands for what is not UTF-8
	Value      string // the same for the value, without the one leading space; for a comment, all that follows the colon
	AfterCRLF  bool   // the "\r" of the line before was a CRLF, which shows only now
	Outcome    Outcome
	Why        Reason // for Ignored, Blank and Discarded
	Event      *Event // for Dispatched
}

// Text is Raw as a browser decodes it: one U+FFFD for each maximal subpart that is not UTF-8. A byte order mark stays.
func (l Line) Text() string { return decodeUTF8(l.Raw) }

// An Outcome is what a line did.
type Outcome uint8

const (
	Field      Outcome = iota // data, event, id or retry was taken
	Comment                   // nothing, on purpose
	Ignored                   // nothing, see Why
	Dispatched                // a blank line that dispatched an event
	Blank                     // a blank line that dispatched nothing, see Why
	Discarded                 // pending when the stream ended
)

func (o Outcome) String() string {
	return [...]string{"field", "comment", "ignored", "dispatched", "blank", "discarded"}[o]
}
