package scenario

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A cursor reads one line of a text, word by word. What it cannot read it reports, once: the line is given up then.
type cursor struct {
	report func(*Error)
	line   int
	text   string
	pos    int // in bytes
	failed bool
}

func (c *cursor) fail(pos int, what string) {
	if !c.failed {
		c.failed = true
		c.report(&Error{c.line, utf8.RuneCountInString(c.text[:pos]) + 1, what})
	}
	c.pos = len(c.text)
}

// start skips spaces and returns where the next word begins.
func (c *cursor) start() int {
	for c.pos < len(c.text) && (c.text[c.pos] == ' ' || c.text[c.pos] == '\t') {
		c.pos++
	}
	return c.pos
}

// word reads to the next space.
func (c *cursor) word() string {
	start := c.start()
	for c.pos < len(c.text) && c.text[c.pos] != ' ' && c.text[c.pos] != '\t' {
		c.pos++
	}
	return c.text[start:c.pos]
}

// accept reads the words if they come next, and reports whether they did.
func (c *cursor) accept(words string) bool {
	before := c.pos
	for want := range strings.SplitSeq(words, " ") {
		if c.word() != want {
			c.pos = before
			return false
		}
	}
	return true
}

func (c *cursor) atEnd() bool { return c.start() == len(c.text) }

// end expects the line to end here; want says what could have come instead.
func (c *cursor) end(want string) bool {
	if !c.failed && !c.atEnd() {
		c.fail(c.pos, short(c.text[c.pos:])+" is not expected here: "+want)
	}
	return !c.failed
}

// number reads a whole number from low to high.
func (c *cursor) number(low, high int, what string) int {
	start := c.start()
	word := c.word()
	n, err := strconv.Atoi(word)
	switch {
	case word == "":
		c.fail(start, "a number is missing: give "+what)
	case err != nil && strings.Trim(word, "0123456789") != "":
		c.fail(start, short(word)+" is not a whole number: give "+what)
	case err != nil || n < low || n > high:
		c.fail(start, short(word)+" is out of range: give "+what+", from "+strconv.Itoa(low)+" to "+strconv.Itoa(high))
	}
	return n
}

// duration reads a duration of at least low.
func (c *cursor) duration(low time.Duration) time.Duration {
	start := c.start()
	word := c.word()
	d, err := time.ParseDuration(word)
	switch {
	case word == "":
		c.fail(start, "a duration is missing: give one such as 500ms or 2s")
	case err != nil || word[0] == '+':
		c.fail(start, short(word)+" is not a duration: give one such as 500ms, 2s or 1.5s")
	case d%time.Millisecond != 0:
		c.fail(start, short(word)+" is too fine: give whole milliseconds")
	case d < low:
		c.fail(start, short(word)+" is too short: give "+low.String()+" or more")
	case d > maxTime:
		c.fail(start, short(word)+" is too long: give "+maxTime.String()+" or less")
	}
	if c.failed {
		return 0
	}
	return d
}

// value reads a quoted string or a word.
func (c *cursor) value(what string) string {
	start := c.start()
	if c.quoted() {
		return c.str(what)
	}
	word := c.word()
	if word == "" {
		c.fail(start, what+" is missing: write it here, in quotes if it contains a space")
	}
	c.bare(start, word)
	return strings.Clone(word) // the text itself is not kept
}

func (c *cursor) quoted() bool {
	start := c.start()
	return start < len(c.text) && (c.text[start] == '"' || c.text[start] == '\'')
}

// short shows what somebody wrote, up to a limit.
func short(s string) string {
	const limit = 30
	runes := []rune(s[:min(len(s), 4*limit)])
	if len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return string(runes)
}
