package scenario

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"eventsource-playground/language"
)

// headings are all that there are. Those that are read by people stand once for each language: title, title.zh.
func headings() (names []string) {
	for _, name := range []string{"title", "group", "order", "about", "listen", "connect", "method", "header", "body"} {
		names = append(names, name)
		if name == "title" || name == "about" {
			for _, l := range language.All[1:] {
				names = append(names, name+"."+l.Code)
			}
		}
	}
	return names
}

// heading reads a line such as "title: Half an event".
func (p *parser) heading(c *cursor) {
	name, value, ok := strings.Cut(c.text, ":")
	if i := strings.Index(name, "："); i >= 0 {
		c.fail(i, "： does not end a heading's name: write : instead")
		return
	}
	if !ok {
		c.fail(0, "this is not a heading: write one such as title: Half an event, or begin a section with == 200")
		return
	}
	c.pos = len(name) + 1
	start := c.start()
	value = strings.Clone(strings.TrimSpace(value)) // the text itself is not kept
	if n := utf8.RuneCountInString(value); n > maxHeading {
		c.fail(start, "this is "+strconv.Itoa(n)+" characters long: the limit is "+strconv.Itoa(maxHeading))
		return
	}
	whole, in := name, language.English
	if short, code, translated := strings.Cut(name, "."); translated && slices.Contains(headings(), name) {
		name, in = short, language.Of(code)
	}
	// about may continue in a second line, and there may be several headers.
	if name != "about" && name != "header" && !p.once(c, whole) {
		return
	}
	s := p.scenario
	switch name {
	case "title":
		s.Title.Add(in, value)
	case "group":
		s.Group = value
	case "order":
		s.Order = c.number(0, maxNumber, "the place in the group")
		c.end("order is one number")
	case "about":
		s.About.Add(in, value)
		c.shortAbout(start, s.About[in.Code])
	case "listen":
		s.Listen = listen(c)
	case "connect":
		connect(c, p.limits, &s.Connect)
	case "method", "header", "body":
		s.Connect.Engine = true
		p.sends(c, name, value)
	default:
		what := short(name) + " is not a heading: use " + either(headings())
		if near := nearest(name, headings()); near != "" {
			what = short(name) + " is not a heading: did you mean " + near + "?"
		}
		c.fail(0, what)
	}
}

func (c *cursor) shortAbout(pos int, about string) {
	if len(about) > maxAbout {
		c.fail(pos, "all lines of about are "+strconv.Itoa(len(about))+" bytes long: the limit is "+strconv.Itoa(maxAbout))
	}
}

// listen reads event types, with commas between them. One that contains a space or a comma is in quotes.
func listen(c *cursor) (types []string) {
	for {
		start := c.start()
		var name string
		if c.quoted() {
			name = c.str("a type")
		} else {
			name, _, _ = strings.Cut(c.text[c.pos:], ",")
			c.separated(start, name)
			if !c.failed {
				c.pos += len(name)
			}
			name = strings.Clone(strings.TrimSpace(name))
		}
		if name == "" {
			c.fail(start, "an event type is missing: write the types to listen for, such as message, tick")
		}
		if slices.Contains(types, name) {
			c.fail(start, short(name)+" is here twice: keep one")
		}
		if c.failed {
			return types
		}
		types = append(types, name)
		if !c.comma("put a comma between two types") {
			return types
		}
	}
}

// comma reads one, and reports whether there was one; otherwise the line must end.
func (c *cursor) comma(want string) bool {
	if c.start() < len(c.text) && c.text[c.pos] == ',' {
		c.pos++
		return true
	}
	c.end(want)
	return false
}

// connect reads "second origin", "with credentials" and "7 times", in any order with commas between them.
func connect(c *cursor, limits Limits, conn *Connect) {
	given := map[string]bool{}
	for {
		start := c.start()
		part, _, _ := strings.Cut(c.text[start:], ",")
		if c.separated(start, part); c.failed {
			return
		}
		way := ""
		whole := c.text
		c.text = whole[:start+len(part)]
		switch {
		case c.accept("second origin"):
			conn.SecondOrigin, way = true, "second origin"
		case c.accept("with credentials"):
			conn.Credentials, way = true, "with credentials"
		default:
			if start == len(c.text) || c.text[start] < '0' || c.text[start] > '9' {
				c.fail(start, "this is not a way to connect: use second origin, with credentials, or a number such as 7 times")
				return
			}
			limit := limits.Connections
			if limit == 0 {
				limit = maxNumber
			}
			conn.Times, way = c.number(1, limit, "how many EventSources to open"), "the number"
			if !c.accept("times") {
				c.fail(c.start(), "times is missing: write it after the number")
			}
		}
		if given[way] {
			c.fail(start, way+" is here twice: keep one")
		}
		given[way] = true
		if !c.end("put a comma between two ways to connect") {
			return
		}
		c.text = whole
		if !c.comma("put a comma between two ways to connect") {
			return
		}
	}
}

// either joins names for a sentence.
func either(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
