package scenario

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

const sectionExample = "write a status such as == 200, or == refuse, == silence or == expect"

// beginSection reads a line such as "== 200 after 2s".
func (p *parser) beginSection(c *cursor) {
	p.endSection()
	if p.scenario.Expect != nil {
		c.fail(0, "== expect is the last section: move this one above it")
	}
	c.pos = len("==")
	if c.accept("expect") {
		p.scenario.Expect = &Expect{}
		p.seen = &p.scenario.Expect.lines
		p.expectLine = p.number
		c.end("== expect stands alone")
		return
	}
	s := &Section{Line: p.number, end: End}
	p.section, p.seen = s, nil
	start := c.start()
	switch status := c.word(); status {
	case "refuse":
		s.Reply = Refuse
	case "silence":
		s.Reply = Silence
	case "":
		c.fail(start, "a status is missing: "+sectionExample)
	default:
		n, err := strconv.Atoi(status)
		if err != nil {
			c.fail(start, short(status)+" is not a status: "+sectionExample)
		} else if len(status) != 3 || n < 200 || n > 599 {
			c.fail(start, short(status)+" is not the status of a final response: give one from 200 to 599")
		}
		s.Head.Status = n
	}
	given := map[string]bool{}
	for !c.failed && !c.atEnd() {
		start := c.pos
		word := c.word()
		if given[word] {
			c.fail(start, word+" is here twice: keep one")
			break
		}
		given[word] = true
		switch word {
		case "after":
			s.After = c.duration(time.Millisecond)
		case "for":
			s.For = c.duration(time.Millisecond)
		case "when":
			s.When = condition(c)
		default:
			c.pos = start
			c.end("a status can be followed by after 2s, for 10s, or when and a condition")
		}
		if s.For > 0 && s.When != (Condition{}) {
			c.fail(start, "for and when exclude each other: a section with a condition is for every request that meets it")
		}
	}
	p.scenario.Sections = append(p.scenario.Sections, s)
	if n := len(p.scenario.Sections); p.limits.Sections > 0 && n == p.limits.Sections+1 {
		c.fail(0, "this is section "+strconv.Itoa(n)+": the limit is "+strconv.Itoa(p.limits.Sections))
	}
}

// wire reads a line that is sent as it is.
func (p *parser) wire(c *cursor) {
	if p.ended != "" || p.section.Reply != Response {
		if strings.TrimSpace(c.text) == "" {
			return
		}
		p.mayFollow(c, "this line")
		return
	}
	if like := misread(c.text); like != "" {
		c.fail(0, like)
		return
	}
	t, bad := parseTemplate(c.text + "\n")
	if bad >= 0 {
		c.fail(bad, badPlaceholder(c.text[bad:]))
		return
	}
	t.continueLines(c.text)
	if i := strings.Index(c.text, "{n}"); i >= 0 && p.loop == nil {
		c.fail(i, "{n} counts the rounds of a repeat: put this line between @repeat and @again, or into @raw")
		return
	}
	p.write(c, t)
	p.wrote = p.wrote || c.text != ""
}

// write adds bytes to the section.
func (p *parser) write(c *cursor, t template) {
	if !p.hasBody(c) {
		return
	}
	for _, piece := range t {
		if piece.kind == plain {
			p.plain = append(p.plain, piece.text...)
		} else {
			p.text = append(p.text.plain(string(p.plain)), piece)
			p.plain = p.plain[:0]
		}
	}
}

func (p *parser) add(o op) {
	body := p.body()
	*body = append(*body, o)
}

// body is what was read of the section, or of the repeat in it, so far.
func (p *parser) body() *[]op {
	body := &p.section.body
	if p.loop != nil {
		body = &p.loop.body
	}
	if text := p.text.plain(string(p.plain)); len(text) > 0 {
		*body = append(*body, op{do: opText, text: slices.Clip(text)})
		p.text, p.plain = nil, p.plain[:0]
	}
	return body
}

// mayFollow reports whether the section can continue, and adds a mistake if not.
func (p *parser) mayFollow(c *cursor, what string) bool {
	switch {
	case p.ended != "":
		c.fail(0, "nothing is sent after "+p.ended+": move this above it, or begin a section with ==")
	case p.section.Reply == Refuse:
		c.fail(0, "== refuse sends nothing: remove "+what+", or give a status such as == 200")
	case p.section.Reply == Silence:
		c.fail(0, "== silence sends nothing: remove "+what+", or give a status such as == 200")
	}
	return !c.failed
}

// hasBody reports whether the status allows one, and adds a mistake if not.
func (p *parser) hasBody(c *cursor) bool {
	if status := p.section.Head.Status; status == 204 || status == 205 || status == 304 {
		if c.text == "" {
			return false
		}
		c.fail(0, "a "+strconv.Itoa(status)+" has no body: remove this")
		return false
	}
	return true
}

// endSection checks what only the end of a section shows, and fills in what it left open.
func (p *parser) endSection() {
	if p.loop != nil {
		p.fail(p.loopLine, "this @repeat has no end: add @again after what repeats")
		p.closeLoop()
	}
	if p.seenLoop != nil {
		p.fail(p.loopLine, "this @repeat has no end: add @again after what repeats")
		p.seenLoop = nil
	}
	if s := p.section; s != nil {
		s.body = slices.Clip(*p.body())
		if s.Reply == Response {
			s.Head.Header = fillHeaders(s.Head)
		}
		if !p.wrote {
			s.body = nil // only blank lines, which keep two sections apart
		}
		p.checkCost(s)
	}
	p.section, p.seen, p.ended, p.wrote = nil, nil, "", false
	clear(p.given)
}

// fillHeaders adds those of a good SSE server: no cache stores the stream, no proxy buffers it. A header that the text gives
// without a value is left out.
func fillHeaders(head Head) []Header {
	contentType := "text/plain; charset=utf-8"
	if head.Status == 200 {
		contentType = "text/event-stream"
	}
	all := head.Header
	for _, h := range []Header{{"Content-Type", contentType}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}} {
		if h.Name == "Content-Type" && (head.Status == 204 || head.Status == 304) {
			continue
		}
		if !slices.ContainsFunc(all, func(given Header) bool { return given.Name == h.Name }) {
			all = append(all, h)
		}
	}
	return slices.DeleteFunc(all, func(h Header) bool { return h.Value == "" })
}
