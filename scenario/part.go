package scenario

import "time"

// A Part is one thing that the body of a section does, as its text says it. Unlike the steps of a [Player], a repeat is one
// part: the parts are as long as the text, however much it sends.
type Part struct {
	Do     PartKind
	Pieces []Piece       // PartSend
	Times  int           // PartSend: they are sent so often; PartBase64 and PartBinary: so many bytes
	For    time.Duration // PartWait; PartRepeat: between two rounds

	// PartRepeat
	From, To int
	Resume   bool // begin after Last-Event-ID, if that is a number from From
	Parts    []Part
}

// A PartKind is what a Part does.
type PartKind uint8

const (
	PartSend PartKind = iota
	PartWait
	PartBase64 // an event, whose data is Base64 of the picture's next bytes
	PartBinary // the picture's next bytes
	PartFlush  // what was sent is a chunk
	PartPace   // what follows is sent in pieces
	PartRepeat // the Parts
)

// A Piece is text, or a placeholder in it.
type Piece struct {
	Text      string // of the placeholder header its name, of body what begins each line after its first, of others ""
	Holder    string // such as n: the first word of what the notation has between braces; "": Text itself
	Low, High int    // random
}

// Parts are what the section's body does. It is for reading only.
func (s *Section) Parts() []Part { return partsOf(s.body) }

// End is how the response ends: End, Reset, ResetAll, Truncate or Hold.
func (s *Section) End() Action { return s.end }

// Proxied reports whether a proxy stands before the section.
func (s *Section) Proxied() bool { return s.proxy != proxy{} }

func partsOf(ops []op) []Part {
	parts := make([]Part, len(ops))
	for i, o := range ops {
		switch p := &parts[i]; o.do {
		case opText:
			p.Pieces, p.Times = piecesOf(o.text), 1
		case opFill:
			p.Pieces, p.Times = []Piece{{Text: o.fill}}, o.times
		case opBase64:
			p.Do, p.Times = PartBase64, o.times
		case opBinary:
			p.Do, p.Times = PartBinary, o.times
		case opWait:
			p.Do, p.For = PartWait, o.wait
		case opFlush:
			p.Do = PartFlush
		case opPace:
			p.Do = PartPace
		case opRepeat:
			*p = Part{Do: PartRepeat, For: o.wait, From: o.from, To: o.to, Resume: o.resume, Parts: partsOf(o.body)}
		}
	}
	return parts
}

// holders are the placeholders' names.
var holders = [...]string{counter: "n", clock: "time", attempt: "attempt", lastEventID: "last-event-id", random: "random", method: "method", header: "header", body: "body", generated: "bytes"}

func piecesOf(t template) []Piece {
	pieces := make([]Piece, len(t))
	for i, p := range t {
		pieces[i] = Piece{Text: p.text, Holder: holders[p.kind], Low: int(p.low), High: int(p.high)}
	}
	return pieces
}
