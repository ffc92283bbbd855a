package scenario

import "time"

// A proxy stands between the server and the browser, and buffers or cuts as real ones do.
type proxy struct {
	holds   int           // bytes that it buffers before it passes any on; 0: none
	cuts    time.Duration // 0: never
	silence bool          // cuts counts from the last byte, not from the headers
}

// proxy reads @proxy holds 8192 bytes, @proxy cuts after 30s and @proxy cuts after 30s of silence.
func (p *parser) proxy(c *cursor) {
	start := c.start()
	switch {
	case c.accept("holds"):
		if p.once(c, "@proxy holds") {
			p.section.proxy.holds = c.number(1, maxProxy, "how many bytes")
			if !c.accept("bytes") {
				c.fail(c.start(), "bytes is missing: write it after the number")
			}
		}
	case c.accept("cuts after"):
		if p.once(c, "@proxy cuts") {
			p.section.proxy.cuts = c.duration(time.Millisecond)
			p.section.proxy.silence = c.accept("of silence")
		}
	default:
		c.fail(start, "this is not what a proxy does: write holds 8192 bytes, or cuts after 30s, or cuts after 30s of silence")
	}
	c.end("@proxy ends here")
}

// holding is a stage that keeps bytes until its buffer is full, or the response ends.
type holding struct {
	from   stage
	size   int
	held   []byte
	passed int    // bytes at the start of held that the last step passed on
	last   Action // what comes after the rest; 0: not yet
}

func (h *holding) next() Step {
	h.held = h.held[:copy(h.held, h.held[h.passed:])]
	h.passed = 0
	for !h.last.last() {
		switch step := h.from.next(); step.Do {
		case Write:
			h.held = append(h.held, step.Bytes...)
			if full := len(h.held) - len(h.held)%h.size; full > 0 {
				return h.pass(full)
			}
		case End, Truncate:
			h.last = step.Do
		default:
			h.shrink()
			return step
		}
	}
	if len(h.held) > 0 {
		return h.pass(len(h.held))
	}
	return Step{Do: h.last}
}

// shrink gives back what a large write took, beyond the buffer itself.
func (h *holding) shrink() {
	if keep := h.size + smallWrite; cap(h.held) > keep {
		h.held = append(make([]byte, 0, min(keep, len(h.held)+smallWrite)), h.held...)
	}
}

func (h *holding) pass(n int) Step {
	h.passed = n
	return Step{Do: Write, Bytes: h.held[:n]}
}

// cutting is a stage that ends the connection when its time is up. It counts the time that the steps take.
type cutting struct {
	from    stage
	after   time.Duration
	silence bool
	passed  time.Duration
	begun   bool // the headers were sent
	cut     bool
}

func (c *cutting) next() Step {
	if c.cut {
		return Step{Do: Truncate}
	}
	step := c.from.next()
	switch step.Do {
	case Respond:
		c.begun = true
	case Write:
		if c.silence {
			c.passed = 0
		}
	case Wait, Hold:
		left := c.after - c.passed
		if c.begun && (step.Do == Hold || step.For >= left) {
			c.cut = true
			return Step{Do: Wait, For: left}
		}
		if c.begun {
			c.passed += step.For
		}
	}
	return step
}
