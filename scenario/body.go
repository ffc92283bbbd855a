package scenario

import (
	"strconv"
	"time"
)

// An op is one thing that a section does.
type op struct {
	do verb

	text  template      // opText
	fill  string        // opFill
	times int           // opFill
	wait  time.Duration // opWait; opRepeat: between two rounds; opPace: between two units
	unit  unit          // opPace

	// opRepeat
	from, to int
	resume   bool // begin after Last-Event-ID
	body     []op
}

type verb uint8

const (
	opText verb = iota
	opFill
	opWait
	opFlush
	opPace
	opRepeat
)

// A unit is what a pace sends at once.
type unit uint8

const (
	wholeWrite unit = iota
	oneByte
	oneLine
)

// cost is the maximum that ops send, in how many chunks at least, and how long that lasts.
type cost struct {
	bytes, chunks int
	time          time.Duration
}

func costOf(ops []op, w *Work) (c cost) {
	for i := range ops {
		o := &ops[i]
		if !w.spend(1 + len(o.text)) {
			return c
		}
		switch o.do {
		case opText:
			c.bytes = plus(c.bytes, o.text.size())
		case opFill:
			c.bytes = plus(c.bytes, times(len(o.fill), o.times))
		case opWait:
			c.chunks = plus(c.chunks, 1)
			c.time = add(c.time, o.wait, 1)
		case opFlush:
			c.chunks = plus(c.chunks, 1)
		case opRepeat:
			rounds, each := o.to-o.from+1, costOf(o.body, w)
			c.bytes = plus(c.bytes, times(each.bytes, rounds))
			c.chunks = plus(c.chunks, times(each.chunks, rounds))
			c.time = add(add(c.time, each.time, rounds), o.wait, rounds-1)
		case opPace:
			units := 0
			switch paced := untilPace(ops[i+1:]); o.unit {
			case oneByte:
				units = costOf(paced, w).bytes
			case oneLine:
				units = lines(paced, w)
			}
			c.time = add(c.time, o.wait, units)
		}
	}
	return c
}

// untilPace is what a pace is for: all that comes before the next one.
func untilPace(ops []op) []op {
	for i := range ops {
		if ops[i].do == opPace {
			return ops[:i]
		}
	}
	return ops
}

func lines(ops []op, w *Work) (n int) {
	for i := range ops {
		o := &ops[i]
		if !w.spend(1 + len(o.text)) {
			return n
		}
		switch o.do {
		case opText:
			for _, p := range o.text {
				if p.kind == body && p.text != "" {
					n = plus(n, maxEcho/(1+len(p.text)))
				}
				n = plus(n, lineEnds(p.text))
			}
		case opFill:
			n = plus(n, times(lineEnds(o.fill), o.times))
		case opRepeat:
			n = plus(n, times(lines(o.body, w), o.to-o.from+1))
		}
	}
	return n
}

func lineEnds(s string) (n int) {
	for _, c := range []byte(s) {
		if c == '\n' || c == '\r' {
			n++
		}
	}
	return n
}

const never = time.Duration(1 << 62)

func add(sum, d time.Duration, n int) time.Duration {
	if n > 0 && d > (never-sum)/time.Duration(n) {
		return never
	}
	return sum + d*time.Duration(max(n, 0))
}

// checkCost reports a section that sends too much or lasts too long.
func (p *parser) checkCost(s *Section) {
	c := costOf(s.body, p.work)
	if over(p.limits.Bytes, c.bytes) {
		p.fail(s.Line, "this section can send "+strconv.Itoa(c.bytes)+" bytes: the limit is "+strconv.Itoa(p.limits.Bytes))
	}
	if over(p.limits.Chunks, c.chunks) {
		p.fail(s.Line, "this section can send "+strconv.Itoa(c.chunks)+" chunks: the limit is "+strconv.Itoa(p.limits.Chunks)+", so remove a @flush or @wait")
	}
	if c.time = add(c.time, s.After, 1); p.limits.Time > 0 && c.time > p.limits.Time {
		p.fail(s.Line, "this section can last "+c.time.String()+": the limit is "+p.limits.Time.String()+", not counting @hold")
	}
}
