package scenario

import (
	"encoding/base64"
	"strconv"
	"time"

	"eventsource-playground/scenario/picture"
)

const (
	// A write is not split below this, and not begun above it: a burst becomes a few large ones.
	largeWrite = 32 << 10
	// The buffer of a larger one is not kept through a wait: many streams may wait at once.
	smallWrite = 1 << 10
	// Rounds of a repeat that follow each other faster are sent together.
	leastWait = 10 * time.Millisecond
)

// source is the stage that makes the steps out of a section.
type source struct {
	section *Section
	request Request
	work    *Work // nil: without a limit
	begun   uint8 // 0: nothing was done; 1: the wait before the head; 2: the head

	at      int           // in the section's body
	loop    *op           // the repeat that is under way
	loopAt  int           // in its body
	n       int           // its round
	owed    time.Duration // its waits that were too short to be worth a step
	large   int           // bytes of a write that nothing is added to
	filled  int           // times that the fill under way was written, or bytes of the picture
	shown   int           // bytes of the picture that came before
	pending Step          // what follows the write that was just made, if waiting
	waiting bool
	buf     []byte
}

func (s *source) next() Step {
	if s.waiting {
		s.waiting = false
		s.shrink()
		return s.pending
	}
	if s.begun == 0 {
		s.begun++
		if s.section.After > 0 {
			return Step{Do: Wait, For: s.section.After}
		}
	}
	switch s.section.Reply {
	case Refuse:
		return Step{Do: Reset}
	case Silence:
		return Step{Do: Hold}
	}
	if s.begun == 1 {
		s.begun++
		return Step{Do: Respond, Head: &s.section.Head}
	}
	return s.body()
}

// body collects what is sent together, up to the next step other than a write.
func (s *source) body() Step {
	s.buf = s.buf[:0]
	for len(s.buf) < s.large {
		if !s.work.spend(1) {
			return Step{Do: End} // whoever previews this knows that it is not
		}
		if s.loop != nil && s.loopAt == len(s.loop.body) {
			if wait := s.nextRound(); wait > 0 {
				return s.then(Step{Do: Wait, For: wait})
			}
			continue
		}
		if s.loop == nil && s.at == len(s.section.body) {
			return s.then(Step{Do: s.section.end})
		}
		o, at := s.op()
		switch o.do {
		case opFill:
			s.fill(o, at)
			continue
		case opBase64:
			s.base64(o, at)
			continue
		case opBinary:
			if len(s.buf) > 0 {
				return Step{Do: Write, Bytes: s.buf}
			}
			*at++
			return s.binary(o)
		}
		*at++
		switch o.do {
		case opText:
			s.work.spend(len(o.text))
			s.buf = o.text.appendTo(s.buf, s.n, &s.request)
		case opWait:
			return s.then(Step{Do: Wait, For: o.wait})
		case opFlush:
			if len(s.buf) > 0 {
				return Step{Do: Write, Bytes: s.buf}
			}
		case opPace:
			return s.then(Step{Do: setPace, For: o.wait, unit: o.unit})
		case opRepeat:
			s.repeat(o)
		}
	}
	return Step{Do: Write, Bytes: s.buf}
}

// op is the one to do now, and the place that says which.
func (s *source) op() (*op, *int) {
	if s.loop != nil {
		return &s.loop.body[s.loopAt], &s.loopAt
	}
	return &s.section.body[s.at], &s.at
}

// then makes a step, after a write of what was collected.
func (s *source) then(step Step) Step {
	if len(s.buf) == 0 {
		s.shrink()
		return step
	}
	s.pending, s.waiting = step, true
	return Step{Do: Write, Bytes: s.buf}
}

// shrink lets go of what a large write took.
func (s *source) shrink() {
	if cap(s.buf) > smallWrite {
		s.buf = nil
	}
}

// repeat begins one, after Last-Event-ID if it resumes and wrote that id.
func (s *source) repeat(o *op) {
	first := o.from
	if id := s.request.LastEventID; o.resume && isNumber(id) {
		if n, _ := strconv.Atoi(id); n >= o.from {
			first = min(n, o.to) + 1
		}
	}
	s.shown += (first - o.from) * pictured(o.body)
	if first <= o.to {
		s.loop, s.loopAt, s.n, s.owed = o, 0, first, 0
	}
}

// nextRound continues in the repeat, or after it, and returns how long to wait before.
func (s *source) nextRound() (wait time.Duration) {
	if s.n == s.loop.to {
		s.loop = nil
		return 0
	}
	s.n++
	s.loopAt = 0
	if s.owed += s.loop.wait; s.owed >= leastWait {
		wait, s.owed = s.owed, 0
	}
	return wait
}

// fill writes what fits of a fill.
func (s *source) fill(o *op, at *int) {
	n := min(o.times-s.filled, (s.large-len(s.buf)+len(o.fill)-1)/len(o.fill))
	from, to := len(s.buf), len(s.buf)+n*len(o.fill)
	s.buf = append(s.buf, o.fill...)
	for len(s.buf) < to { // twice as much each time
		s.buf = append(s.buf, s.buf[from:min(len(s.buf), from+to-len(s.buf))]...)
	}
	s.filled += n
	if s.filled == o.times {
		s.filled = 0
		*at++
	}
}

// What an event of the picture's bytes begins and ends with, and of how many a preview has it.
const (
	base64Begin = "data: "
	base64End   = "\n\n"
	previewed   = 24
)

func (o *op) base64Size() int {
	return len(base64Begin) + base64.StdEncoding.EncodedLen(o.times) + len(base64End)
}

// base64 writes what fits of an event of the picture's bytes.
func (s *source) base64(o *op, at *int) {
	if s.filled == 0 {
		s.buf = append(s.buf, base64Begin...)
	}
	all := o.times
	if s.work != nil {
		all = min(all, previewed)
	}
	const bytes, characters = 3, 4 // of a group of Base64
	n := min(all-s.filled, max(1, (s.large-len(s.buf))/characters)*bytes)
	var piece [previewed]byte
	for to := s.filled + n; s.filled < to; {
		some := picture.Append(piece[:0], s.shown+s.filled, min(len(piece), to-s.filled))
		s.buf = base64.StdEncoding.AppendEncode(s.buf, some)
		s.filled += len(some)
	}
	if s.filled < all {
		return
	}
	if all < o.times {
		s.buf = append(s.buf, cut...)
	}
	s.buf = append(s.buf, base64End...)
	s.filled = 0
	s.shown += o.times
	*at++
}

// binary writes bytes of the picture.
func (s *source) binary(o *op) Step {
	n := o.times
	if s.work != nil {
		n = min(n, previewed)
	}
	s.buf = picture.Append(s.buf, s.shown, n)
	s.shown += o.times
	return Step{Do: Write, Bytes: s.buf, Binary: true}
}

// pictured is how many of the picture's bytes ops write.
func pictured(ops []op) (n int) {
	for i := range ops {
		if o := &ops[i]; o.do == opBase64 || o.do == opBinary {
			n += o.times
		}
	}
	return n
}
