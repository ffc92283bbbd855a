package scenario

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads a text. The error is of type [Errors] and has all the mistakes, or the first hundred. With mistakes the
// scenario is only what the heading says: what has exceeded a limit is not there to be played.
func Parse(text string, limits Limits) (*Scenario, error) { return new(Work).Parse(text, limits) }

// Parse is the function [Parse], whose steps w counts. It stops when w is done.
func (w *Work) Parse(text string, limits Limits) (*Scenario, error) {
	work := Work{Limit: limits.Steps, Done: w.Done}
	p := &parser{limits: limits, work: &work, scenario: &Scenario{Connect: Connect{Times: 1}}}
	p.read(text)
	w.steps += work.steps
	w.gone = w.gone || work.gone
	if len(p.errors) == 0 {
		return p.scenario, nil
	}
	p.errors.sort()
	p.scenario.Sections, p.scenario.Expect = nil, nil
	return p.scenario, p.errors
}

func (p *parser) read(text string) {
	if over(p.limits.Text, len(text)) {
		p.fail(1, "the text is "+strconv.Itoa(len(text))+" bytes long: the limit is "+strconv.Itoa(p.limits.Text))
		return
	}
	text = strings.TrimPrefix(text, "\uFEFF")
	text = strings.TrimSuffix(text, "\n")
	for line := range strings.SplitSeq(text, "\n") {
		p.number++
		if len(p.errors) >= maxMistakes {
			p.fail(p.number, "and more: reading stops here, after "+strconv.Itoa(len(p.errors))+" mistakes")
			return
		}
		if p.work.spend(1) {
			p.line(strings.TrimSuffix(line, "\r"))
		}
		if p.work.over() {
			p.fail(p.number, p.work.why())
			return
		}
	}
	p.finish()
	if p.work.over() {
		p.fail(p.number, p.work.why())
	}
}

// maxMistakes limits a list that nobody corrects one by one.
const maxMistakes = 100

// parser reads a text line by line: a heading, sections, and what to expect.
type parser struct {
	limits   Limits
	work     *Work
	scenario *Scenario
	errors   Errors

	number     int // of the line
	directives int
	given      map[string]bool // headings, and then what a section may have once
	ended      string          // the directive that ended the section
	wrote      bool            // the section has more than blank lines
	paced      bool            // what comes next is sent in pieces
	section    *Section        // nil in the heading and in expect
	text       template        // that no op of the section has yet: lines that follow each other become few pieces
	plain      []byte          // the piece at its end
	loop       *op             // the @repeat that is open
	loopLine   int
	seen       *[]seenLine // of expect, or of the repeat in it; nil elsewhere
	seenLoop   *seenLine
	expectLine int
	bodyLine   int // of the heading
}

func (p *parser) report(err *Error) { p.errors = append(p.errors, err) }

func (p *parser) fail(line int, what string) { p.report(&Error{line, 1, what}) }

func (p *parser) cursor(text string) *cursor {
	return &cursor{report: p.report, line: p.number, text: text}
}

// line knows what a line is by how it begins.
func (p *parser) line(text string) {
	c := p.cursor(text)
	if at := unreadable(text); at >= 0 {
		c.fail(at, `a text cannot contain this byte: write it in @raw, such as @raw "\r", "\0" or "\xFF"`)
		return
	}
	switch {
	case strings.HasPrefix(text, "#"):
	case strings.HasPrefix(text, "=="):
		p.beginSection(c)
	case strings.HasPrefix(text, "@"):
		p.directive(c)
	case p.section != nil:
		p.wire(c)
	case strings.TrimSpace(text) == "":
	case p.seen != nil:
		p.expectation(c)
	default:
		p.heading(c)
	}
}

// unreadable finds what no editor keeps: a lone CR, NUL, or what is not UTF-8.
func unreadable(text string) int {
	for i, r := range text {
		if r == '\r' || r == 0 {
			return i
		}
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(text[i:]); n == 1 {
				return i
			}
		}
	}
	return -1
}

// once reports whether name is in this section, or heading, for the first time.
func (p *parser) once(c *cursor, name string) bool {
	if p.given[name] {
		c.fail(0, name+" is here twice: keep one")
		return false
	}
	if p.given == nil {
		p.given = map[string]bool{}
	}
	p.given[name] = true
	return true
}

// finish checks what only the end of the text shows.
func (p *parser) finish() {
	p.endSection()
	p.checkExpect()
	if p.bodyLine > 0 && p.scenario.Connect.Method != "POST" {
		p.fail(p.bodyLine, "only a POST has a body: add method: POST")
	}
	if len(p.scenario.Sections) == 0 && len(p.errors) == 0 {
		p.fail(p.number, "there is no response: add a section, which begins with a line such as == 200")
	}
}
