package checks

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"eventsource-playground/language"
	"eventsource-playground/report"
	"eventsource-playground/scenario"
	"eventsource-playground/standard"
)

// parse reads a check's file: a scenario, with more headings. The error is of type scenario.Errors.
func parse(name, text string) (Entry, error) {
	p := &parser{entry: Entry{Check: report.Check{Name: name, Quiet: 300, Limit: 10_000}}}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "==") {
			break
		}
		p.line = i + 1
		if key, value, ok := strings.Cut(line, ":"); ok && p.heading(key, strings.TrimSpace(value)) {
			lines[i] = "" // unknown to a scenario, whose line numbers must stay
		}
	}
	s, err := scenario.Parse(strings.Join(lines, "\n"), scenario.DefaultLimits)
	if mistakes, ok := errors.AsType[scenario.Errors](err); ok {
		p.errors = append(p.errors, mistakes...)
	}
	p.entry.Scenario = s
	p.adopt(s)
	if len(p.errors) > 0 {
		return p.entry, p.errors
	}
	return p.entry, nil
}

type parser struct {
	entry  Entry
	line   int
	errors scenario.Errors
}

func (p *parser) fail(what string) {
	p.errors = append(p.errors, &scenario.Error{Line: p.line, Column: 1, What: what})
}

// heading reads a heading that only a check has, and reports whether it was one.
func (p *parser) heading(key, value string) bool {
	c := &p.entry.Check
	if l := language.Of(key); l != language.English {
		p.title(l, value)
		return true
	}
	switch key {
	case "section":
		c.Section, c.Link = value, standard.Named(value).URL()
		if c.Link == "" {
			p.fail("this section has no link: use one of package standard, or add it there")
		}
	case "construct":
		p.construct(value)
	case "handlers":
		c.Handlers = true
		if value != "onopen, onmessage, onerror" {
			p.fail("write handlers: onopen, onmessage, onerror")
		}
	case "do":
		p.do(value)
	case "see":
		c.See = strings.Split(value, ", ")
	case "read":
		c.Read = value
	case "may":
		c.MayGiveUp = true
		if value != "give up" {
			p.fail("a browser may only give up: write may: give up")
		}
	case "quiet":
		c.Quiet = p.duration(value)
	case "limit":
		c.Limit = p.duration(value)
	case "measure":
		c.Measure = report.Measure(value)
		if !slices.Contains([]report.Measure{report.MeasureWait, report.MeasureOpen, report.MeasureCount, report.MeasureStory}, c.Measure) {
			p.fail("this is not something to measure: write wait, open, count or story")
		}
	default:
		return false
	}
	return true
}

// title takes the title in a language.
func (p *parser) title(l *language.Language, value string) {
	if p.entry.Title == nil {
		p.entry.Title = language.Text{}
	}
	p.entry.Title[l.Code] = value
}

// construct reads what the constructor is given, in quotes, or how else it is called.
func (p *parser) construct(value string) {
	c := &p.entry.Check
	switch value {
	case report.WithoutArguments, report.WithoutNew:
		c.Call = value
		return
	}
	url, err := strconv.Unquote(value)
	if err != nil {
		p.fail("write the URL in quotes, or without arguments, or without new")
	}
	c.URL = &url
}

// do reads what the page does, such as "close on message 2" or "close at once".
func (p *parser) do(value string) {
	what, when, _ := strings.Cut(value, " ")
	d := report.Do{What: what, N: 1}
	on, isOn := strings.CutPrefix(when, "on ")
	var err error
	if isOn {
		typ, n, counted := strings.Cut(on, " ")
		d.On = typ
		if counted {
			d.N, err = strconv.Atoi(n)
		}
	}
	if what != report.DoClose && what != report.DoReplace || !isOn && when != "at once" || err != nil || d.N < 1 {
		p.fail("this is not something to do: write close or replace, and at once, or on with the type of an event, such as close on message 2")
	}
	p.entry.Do = append(p.entry.Do, d)
}

func (p *parser) duration(value string) float64 {
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 || d > 20*time.Second {
		p.fail("this is not a duration: write one such as 700ms, and not more than 20s")
	}
	return float64(d.Milliseconds())
}

// adopt copies what a scenario says, too.
func (p *parser) adopt(s *scenario.Scenario) {
	c := &p.entry.Check
	p.title(language.English, s.Title.In(language.English.Code))
	c.Group, c.Second, c.Credentials = s.Group, s.Connect.SecondOrigin, s.Connect.Credentials
	c.Listen = slices.DeleteFunc(slices.Clone(s.Listen), func(typ string) bool { return typ == "message" })
	p.line = 1
	for i, l := range language.All {
		key := l.Code
		if i == 0 {
			key = "title"
		}
		p.missing(key, c.Title[l.Code])
	}
	p.missing("section", c.Section)
	if !slices.Contains(Groups, c.Group) {
		p.fail("this group is not one of those in checks.go: " + c.Group)
	}
	if s.Expect == nil {
		p.fail("== expect is missing: write what the standard requires")
		return
	}
	wanted, sure := s.Expect.In("")
	if !sure {
		p.fail("== expect is what the standard wants, of every browser alike: remove chromium: and firefox:")
	}
	if s.Expect.More {
		p.fail("... is not enough for a check: write all that must be seen")
	}
	c.Want = []report.Want{}
	for _, seen := range wanted {
		if seen.Kind == scenario.Requested {
			p.fail("a check is what the page sees: remove request, and repeat Last-Event-ID in the data with {last-event-id}")
		}
		what := "open"
		switch seen.Kind {
		case scenario.Failed:
			what = "error " + strconv.Itoa(seen.ReadyState)
		case scenario.Dispatched:
			what = report.Word(seen.Event.Type, seen.Event.Data, seen.Event.LastEventID)
		}
		c.Want = append(c.Want, report.Want{What: what, After: float64(seen.After.Milliseconds())})
	}
	c.Expected = c.Wanted()
}

func (p *parser) missing(key, value string) {
	if value == "" {
		p.fail(key + ": is missing: add it above the first section")
	}
}
