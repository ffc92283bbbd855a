package scenario

import "time"

// pacing is a stage that lets the bytes through one at a time, or line by line.
type pacing struct {
	from  stage
	unit  unit
	every time.Duration
	left  []byte // of the write under way
	sent  bool   // a unit was sent, so a pause comes before the next
}

func (s *Section) paced() bool {
	for i := range s.body {
		if s.body[i].do == opPace {
			return true
		}
	}
	return false
}

func (p *pacing) next() Step {
	for {
		if len(p.left) > 0 {
			if p.sent {
				p.sent = false
				return Step{Do: Wait, For: p.every}
			}
			return p.write()
		}
		step := p.from.next()
		switch {
		case step.Do == setPace:
			p.unit, p.every, p.sent = step.unit, step.For, false
		case step.Do == Write && p.unit != wholeWrite:
			p.left = step.Bytes
		default:
			if step.Do == Wait {
				p.sent = false
			}
			return step
		}
	}
}

func (p *pacing) write() Step {
	var piece []byte
	if p.unit == oneByte {
		piece, p.left = p.left[:1], p.left[1:]
	} else {
		piece, p.left = CutLine(p.left)
	}
	if len(p.left) == 0 {
		p.left = nil
	}
	p.sent = true
	return Step{Do: Write, Bytes: piece}
}
