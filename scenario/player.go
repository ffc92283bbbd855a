package scenario

import "time"

// A Step is the next thing to do on a connection.
type Step struct {
	Do    Action
	Head  *Head         // Respond
	Bytes []byte        // Write; valid until the next step, and never empty
	For   time.Duration // Wait; more than 0

	// Binary is whether the bytes are all of one binary message, where there are messages.
	Binary bool

	unit unit // setPace
}

// An Action is what a Step does.
type Action uint8

const (
	Respond  Action = iota // send the head, at once
	Write                  // send the bytes at once, as one chunk
	Wait                   // let time pass
	End                    // end the response as HTTP prescribes
	Truncate               // close the connection without the end of the response
	Reset                  // reset the connection, over HTTP/2 the stream
	ResetAll               // reset the connection, over HTTP/2 with all its streams
	Hold                   // wait until the client disconnects

	setPace // for the stage pacing only
)

func (a Action) String() string {
	return [...]string{"respond", "write", "wait", "end", "truncate", "reset", "reset all", "hold", "pace"}[a]
}

// last reports whether nothing can follow.
func (a Action) last() bool { return a >= End && a <= Hold }

// A Player says step by step what a section does with a request. The last step is End, Truncate, Reset, ResetAll or Hold.
//
//	GET /sse, "id: 1\ndata: a\n\n", @wait 1s, @cut:
//
//	respond 200
//	write "id: 1\ndata: a\n\n"
//	wait 1s
//	reset
//
// It reuses one buffer, starts nothing and holds nothing that must be freed: it may be abandoned at any step.
type Player struct {
	steps stage
	done  bool
}

// A stage makes steps, or changes those of another stage.
type stage interface{ next() Step }

// Play plays the section to r.
func (s *Section) Play(r Request) *Player { return s.play(r, nil) }

func (s *Section) play(r Request, w *Work) *Player {
	first := &source{section: s, request: r, work: w, large: largeWrite}
	var steps stage = first
	if s.paced() {
		first.large = smallWrite // the stage keeps it while it waits
		steps = &pacing{from: first}
	}
	if s.proxy.cuts > 0 {
		steps = &cutting{from: steps, after: s.proxy.cuts, silence: s.proxy.silence}
	}
	if s.proxy.holds > 0 {
		steps = &holding{from: steps, size: s.proxy.holds}
	}
	return &Player{steps: &settling{from: steps}}
}

// Next returns the next step; ok is false after the last one.
func (p *Player) Next() (step Step, ok bool) {
	if p.done {
		return Step{}, false
	}
	step = p.steps.next()
	p.done = step.Do.last()
	return step, true
}

// CutLine splits what a Write sends after its first line, for a server that is told to go line by line.
func CutLine(b []byte) (line, rest []byte) {
	for i, c := range b {
		if c == '\n' || c == '\r' {
			if c == '\r' && i+1 < len(b) && b[i+1] == '\n' {
				i++
			}
			return b[:i+1], b[i+1:]
		}
	}
	return b, nil
}

// settle is how long the last bytes get before a reset: a reset may overtake what the client has not read.
const settle = 100 * time.Millisecond

// settling is a stage that waits before a reset.
type settling struct {
	from  stage
	fresh bool   // something was sent just now
	reset Action // what comes after the wait; 0: nothing yet
}

func (s *settling) next() Step {
	if s.reset.last() {
		return Step{Do: s.reset}
	}
	step := s.from.next()
	switch {
	case step.Do == Respond || step.Do == Write:
		s.fresh = true
	case step.Do == Wait && step.For >= settle:
		s.fresh = false
	case (step.Do == Reset || step.Do == ResetAll) && s.fresh:
		s.reset = step.Do
		return Step{Do: Wait, For: settle}
	}
	return step
}
