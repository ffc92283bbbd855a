package scenario

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// directives are all the words that can follow an @, in the order of NOTATION.md.
var directives = []struct {
	name string
	read func(*parser, *cursor)
	head bool // belongs above the first byte of the body
}{
	{"header", (*parser).header, true},
	{"cors", (*parser).cors, true},
	{"redirect", (*parser).redirect, true},
	{"gzip", (*parser).gzip, true},
	{"proxy", (*parser).proxy, true},
	{"wait", (*parser).wait, false},
	{"flush", (*parser).flush, false},
	{"raw", (*parser).raw, false},
	{"bytes", (*parser).bytes, false},
	{"pace", (*parser).pace, false},
	{"repeat", (*parser).repeat, false},
	{"again", (*parser).again, false},
	{"end", (*parser).endResponse, false},
	{"cut", (*parser).cut, false},
	{"hold", (*parser).hold, false},
}

func (p *parser) directive(c *cursor) {
	p.directives++
	if p.limits.Directives > 0 && p.directives == p.limits.Directives+1 {
		c.fail(0, "this is directive "+strconv.Itoa(p.directives)+": the limit is "+strconv.Itoa(p.limits.Directives))
	}
	c.pos = len("@")
	name := c.text[1:][:strings.IndexAny(c.text[1:]+" ", " \t")]
	c.pos += len(name)
	for _, d := range directives {
		if d.name != name {
			continue
		}
		switch {
		case p.seen != nil:
			if name != "repeat" && name != "again" {
				c.fail(0, "@"+name+" has no meaning in == expect: write what must be seen, such as open")
				return
			}
		case p.section == nil:
			c.fail(0, "@"+name+" belongs to a response: begin a section with == 200 above it")
			return
		case !p.mayFollow(c, "@"+name):
			return
		case d.head && len(*p.body()) > 0:
			c.fail(0, "@"+name+" belongs above the first byte of the body: move it up")
			return
		}
		d.read(p, c)
		return
	}
	names := directiveNames()
	what := "@" + short(name) + " is not a directive"
	if near := nearest(name, names); near != "" {
		what += ": did you mean @" + near + "?"
	} else {
		what += ": use " + either(names) + `, or @raw "@" for the character itself`
	}
	c.fail(0, what)
}

func directiveNames() []string {
	names := make([]string, len(directives))
	for i, d := range directives {
		names[i] = d.name
	}
	return names
}

func (p *parser) wait(c *cursor) {
	d := c.duration(time.Millisecond)
	if c.end("@wait accepts one duration") {
		p.wrote = true
		p.add(op{do: opWait, wait: d})
	}
}

func (p *parser) flush(c *cursor) {
	if body := *p.body(); len(body) > 0 && body[len(body)-1].do == opFlush {
		c.fail(0, "there is nothing to flush since the last @flush: remove this")
	}
	if c.end("@flush stands alone") {
		p.wrote = true
		p.add(op{do: opFlush})
	}
}

// raw reads @raw "x" and @raw "x" 1000 times.
func (p *parser) raw(c *cursor) {
	start := c.start()
	s := c.str("what is sent")
	if s == "" {
		c.fail(start, "there is nothing to send: write it between the quotes")
	}
	n := 1
	if !c.failed && !c.atEnd() {
		n = c.number(1, maxNumber, "how many times")
		if !c.failed && !c.accept("times") {
			c.fail(c.start(), "times is missing: write it after the number")
		}
	}
	if !c.end("@raw accepts a string, and optionally a number of times") {
		return
	}
	p.wrote = true
	if n == 1 {
		p.write(c, template{}.plain(s))
	} else if p.hasBody(c) {
		p.add(op{do: opFill, fill: s, times: n})
	}
}

// bytes reads @bytes 65536 base64 and @bytes 65536 binary.
func (p *parser) bytes(c *cursor) {
	o := op{times: c.number(1, maxPicture, "how many bytes")}
	start := c.start()
	switch {
	case c.accept("base64"):
		o.do = opBase64
	case c.accept("binary"):
		o.do = opBinary
		if p.paced || p.section.proxy.holds > 0 {
			c.fail(start, "binary is sent at once, since it is one message over a WebSocket: remove the @pace or @proxy holds above, or write base64")
		}
	default:
		c.fail(start, "this is not how bytes are sent: write base64 or binary")
	}
	if c.end("@bytes ends here") && p.hasBody(c) {
		p.wrote = true
		p.add(o)
	}
}

// pace reads @pace byte every 20ms, @pace line every 1s and @pace off.
func (p *parser) pace(c *cursor) {
	o := op{do: opPace}
	start := c.start()
	switch {
	case c.accept("off"):
	case c.accept("byte every"):
		o.unit, o.wait = oneByte, c.duration(time.Millisecond)
	case c.accept("line every"):
		o.unit, o.wait = oneLine, c.duration(time.Millisecond)
	default:
		c.fail(start, "this is not a pace: write byte every 20ms, line every 1s or off")
	}
	p.paced = o.unit != wholeWrite
	if p.loop != nil {
		c.fail(0, "the pace cannot change inside a repeat: move this above the @repeat")
	}
	if c.end("@pace ends here") {
		p.wrote = true
		p.add(o)
	}
}

// repeat reads @repeat 10, @repeat 10 every 1s and @repeat 0 to 9 every 1s resume.
func (p *parser) repeat(c *cursor) {
	if p.loop != nil || p.seenLoop != nil {
		c.fail(0, "a repeat cannot contain another: add @again above this")
		return
	}
	o := op{do: opRepeat, from: 1}
	start := c.start()
	o.to = c.number(0, maxNumber, "how many rounds")
	if c.accept("to") {
		o.from = o.to
		o.to = c.number(o.from, maxNumber, "the last number")
	} else if o.to == 0 {
		c.fail(start, "0 rounds repeat nothing: give 1 or more, or the first and the last number, such as 0 to 9")
	}
	if c.accept("every") {
		o.wait = c.duration(time.Millisecond)
	}
	o.resume = c.accept("resume")
	if n := o.to - o.from + 1; over(p.limits.Repeat, n) {
		c.fail(start, strconv.Itoa(n)+" rounds are too many: the limit is "+strconv.Itoa(p.limits.Repeat))
	}
	c.end("a number of rounds can be followed by every 1s, and then by resume")
	p.loopLine = p.number
	if p.seen != nil {
		if o.wait > 0 || o.resume {
			c.fail(0, "a repeat in == expect has numbers only: remove every and resume")
		}
		p.seenLoop = &seenLine{from: o.from, to: o.to, engine: ""}
		return
	}
	p.hasBody(c)
	p.wrote = true
	p.body()
	p.loop = &o // even a wrong one, so that its @again has a meaning
}

func (p *parser) again(c *cursor) {
	c.end("@again stands alone")
	switch {
	case p.loop != nil:
		if len(*p.body()) == 0 {
			c.fail(0, "there is nothing to repeat: write it between @repeat and @again")
		}
		p.closeLoop()
	case p.seenLoop != nil:
		if len(p.seenLoop.body) == 0 {
			c.fail(0, "there is nothing to repeat: write it between @repeat and @again")
		}
		*p.seen = append(*p.seen, *p.seenLoop)
		p.seenLoop = nil
	default:
		c.fail(0, "@again ends a repeat, and none is open: add @repeat above what repeats")
	}
}

func (p *parser) closeLoop() {
	p.body()
	o := *p.loop
	p.loop = nil
	o.body = slices.Clip(o.body)
	if len(o.body) > 0 {
		p.add(o)
	}
}

func (p *parser) endResponse(c *cursor) { p.ends(c, End, "@end") }

func (p *parser) hold(c *cursor) { p.ends(c, Hold, "@hold") }

// cut reads @cut, @cut connection and @cut cleanly.
func (p *parser) cut(c *cursor) {
	switch {
	case c.accept("cleanly"):
		p.ends(c, Truncate, "@cut cleanly")
	case c.accept("connection"):
		p.ends(c, ResetAll, "@cut connection")
	default:
		p.ends(c, Reset, "@cut")
	}
}

func (p *parser) ends(c *cursor, how Action, name string) {
	want := name + " ends here"
	if how == Reset {
		want = "write @cut, @cut connection or @cut cleanly"
	}
	if !c.end(want) {
		return
	}
	if p.loop != nil {
		c.fail(0, name+" cannot be inside a repeat: add @again above it")
		return
	}
	if how == Hold || how == Truncate {
		p.wroteNoBody(c, name)
	}
	p.section.end = how
	p.ended = name
}

// wroteNoBody refuses what a response without a body cannot do.
func (p *parser) wroteNoBody(c *cursor, name string) {
	if status := p.section.Head.Status; status == 204 || status == 205 || status == 304 {
		c.fail(0, "a "+strconv.Itoa(status)+" has no body, so it ends at once: remove "+name)
	}
}
