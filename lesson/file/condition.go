package file

import (
	"slices"
	"strconv"
	"strings"

	"eventsource-playground/lesson"
)

// condition reads tests with "and" and "or" between them; "and" binds.
func (p *parser) condition(text string) lesson.Condition {
	c := lesson.Condition{nil}
	tokens, ok := p.tokens(text)
	for ok {
		if len(tokens) < 3 {
			p.fail("a test is missing: write one such as lost >= 1, or request2.id is none")
			return nil
		}
		var t lesson.Test
		if t, ok = p.test(tokens[0], tokens[1], tokens[2]); !ok {
			break
		}
		last := len(c) - 1
		c[last] = append(c[last], t)
		if tokens = tokens[3:]; len(tokens) == 0 {
			return c
		}
		switch tokens[0] {
		case "and":
		case "or":
			c = append(c, nil)
		default:
			p.fail(tokens[0] + " is not expected here: write and, or or, between two tests")
			return nil
		}
		tokens = tokens[1:]
	}
	return nil
}

var comparisons = []string{"=", "!=", "<", "<=", ">", ">="}

// test reads one test: a measure, how it is compared, and with what.
func (p *parser) test(measure, is, with string) (t lesson.Test, ok bool) {
	kind, ok := kindOf(measure)
	t = lesson.Test{Measure: measure, Is: is}
	switch {
	case !ok:
		p.fail(measure + " is not a measure")
		return t, false
	case is == "is" && (with == "none" || with == "some"):
		t.Is = with
		return t, true
	case !slices.Contains(comparisons, is):
		p.fail(is + " is not a comparison: use " + strings.Join(comparisons, " ") + ", or is none, or is some")
		return t, false
	}
	var err error
	if kind == lesson.String {
		t.Text, err = strconv.Unquote(with)
		if err != nil || is != "=" && is != "!=" {
			p.fail(measure + " is text: compare it with = or != to a text in quotes")
		}
	} else if t.Number, err = strconv.ParseFloat(with, 64); err != nil {
		p.fail(measure + " is a number: " + with + " is not")
	}
	return t, err == nil
}

// tokens are the words of a condition; a text in quotes is one.
func (p *parser) tokens(s string) (tokens []string, ok bool) {
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		token, _, _ := strings.Cut(s, " ")
		if s[0] == '"' {
			var err error
			if token, err = strconv.QuotedPrefix(s); err != nil {
				p.fail("a text is not closed: add a quote")
				return nil, false
			}
		}
		tokens = append(tokens, token)
		s = s[len(token):]
	}
	return tokens, true
}

// kinds are those of all measures; lesson.Measures says what each means.
var kinds = map[lesson.Kind][]string{
	lesson.Number: {
		"state", "sources", "opens", "errors", "reopened", "lost", "failed", "gaveup", "events", "unheard", "comments", "closes", "binaries",
		"connections", "handshake", "sent", "wire", "around", "requests", "fetches", "growth", "errorN.state", "requestN.cookie", "requestN.redirected", "answerN.status",
	},
	lesson.Milliseconds: {"opened", "first.byte", "first.event", "pauseN", "pause.last", "waitN", "answerN.lasted", "age", "quiet"},
	lesson.String: {
		"eventN.type", "eventN.data", "eventN.id", "requestN.id", "requestN.token", "requestN.method", "requestN.protocol", "answerN.by",
	},
}

// kindOf is what a measure is, if there is one of that name.
func kindOf(name string) (lesson.Kind, bool) {
	_, name = lesson.CutBeside(name)
	if strings.HasPrefix(name, "events.") && name != "events." {
		return lesson.Number, true
	}
	if start := strings.IndexAny(name, "123456789"); start >= 0 {
		rest := strings.TrimLeft(name[start:], "0123456789")
		name = name[:start] + "N" + rest
	} else if strings.Contains(name, "N") {
		return lesson.None, false
	}
	for kind, names := range kinds {
		if slices.Contains(names, name) {
			return kind, true
		}
	}
	return lesson.None, false
}
