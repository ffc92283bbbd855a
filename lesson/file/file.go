// Package file reads lessons as they are written: one text file each, with its scenario's name.
//
// A file begins with what the page does and how the trace decides; then follow the texts, once in each language. A
// line that begins with # is a comment.
//
//	order: 30                          its place among the lessons
//	belief: 3                          the number in the list of beliefs; or spot the error: 1
//	section: 9.2.2                     of the HTML standard
//	scenario: end                      if its name is not the file's
//	listen: message, close             event types, if not those of the scenario
//	client: ws                         a WebSocket in place of EventSource
//	cookie: lesson=1                   the page gives itself before it connects
//	init: {"method": "POST"}           is tried as the constructor's second argument
//	then: close when lost >= 1         the page does by itself, once: close, connect, close another, fetch
//	until: reopened >= 1 or age > 8000 the trace has decided
//	choice: gaveup >= 1                the first choice is what happened
//	choice: lost >= 1 and reopened >= 1
//	standard: 2                        the choices that follow the standard; none: it leaves that open
//	firefox: 1                         what happens there, if not that; chromium: the same
//	over HTTP/2: 3                     what happens over that, if it is something else; firefox over HTTP/2: the same
//	more: cut-cleanly listen message   one more thing to try
//
//	== en
//	title: Is the end the end?
//	question: The server ends its response. (a second line continues)
//	choice: in the same order
//	choice: …
//	answer: measures are in braces: after {wait1} … Shown if the browser followed the standard
//	answer 2: shown instead, if that is what happened
//	deviates: if the browser did not follow the standard
//	more: what to try
//
//	== zh                              and so each language of package language
package file

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"eventsource-playground/language"
	"eventsource-playground/lesson"
	"eventsource-playground/standard"
)

// A Lesson is one file.
type Lesson struct {
	Name     string
	Order    int
	Belief   int            // 0: it is a Spot
	Spot     int            // 0: it is a Belief
	Happens  map[string]int // the choice, from 0, by engine, and where HTTP/2 makes a difference by that, such as firefox over HTTP/2
	logic    lesson.Lesson  // without words
	more     *lesson.More   // the same
	language map[string]*words
}

const overHTTP2 = "over HTTP/2"

// HappensOverHTTP2 is the choice that happens in an engine there.
func (l *Lesson) HappensOverHTTP2(engine string) int {
	for _, where := range []string{engine + " " + overHTTP2, overHTTP2} {
		if choice, ok := l.Happens[where]; ok {
			return choice
		}
	}
	return l.Happens[engine]
}

// words are a lesson's in one language.
type words struct {
	line                             int
	space                            string // between two lines
	title                            string
	question, answer, deviates, more lesson.Text
	choices                          []lesson.Text
	answers                          map[int]lesson.Text
}

// Scenarios is what a lesson needs to know of a scenario: what it listens to.
type Scenarios func(name string) (listen []string, ok bool)

// In is the lesson in a language, or in English if the file lacks that one, with its number among the lessons.
func (l *Lesson) In(code string, number int) *lesson.Lesson {
	w := l.language[code]
	if w == nil {
		code, w = language.English.Code, l.language[language.English.Code]
	}
	in := l.logic
	in.Name, in.Number, in.Title, in.Language = l.Name, number, w.title, code
	in.Question, in.Answer, in.Deviates = w.question, w.answer, w.deviates
	in.Choices = slices.Clone(in.Choices)
	for i := range in.Choices {
		in.Choices[i].Text, in.Choices[i].Answer = w.choices[i], w.answers[i]
	}
	if l.more != nil {
		more := *l.more
		more.Text = w.more
		in.More = &more
	}
	return &in
}

// Parse reads a file. The error has all mistakes, each with its line.
func Parse(name, text string, scenarios Scenarios) (*Lesson, error) {
	p := &parser{
		lesson:    &Lesson{Name: name, Happens: map[string]int{}, language: map[string]*words{}},
		scenarios: scenarios,
		given:     map[string]bool{},
	}
	p.lesson.logic.Scenario = name
	for i, line := range strings.Split(text, "\n") {
		p.line = i + 1
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "=="):
			p.begin(strings.TrimSpace(line[2:]))
		default:
			p.read(line)
		}
	}
	p.finish()
	return p.lesson, errors.Join(p.errors...)
}

type parser struct {
	lesson    *Lesson
	scenarios Scenarios
	line      int
	given     map[string]bool
	words     *words // of the language that is read; nil: the heading
	errors    []error
}

func (p *parser) fail(what string) { p.failAt(p.line, what) }

func (p *parser) failAt(line int, what string) {
	p.errors = append(p.errors, errors.New("lesson "+p.lesson.Name+": line "+strconv.Itoa(line)+": "+what))
}

// begin begins a language.
func (p *parser) begin(code string) {
	l := language.Of(code)
	switch {
	case l.Code != code:
		sections := []string{}
		for _, l := range language.All {
			sections = append(sections, "== "+l.Code)
		}
		p.fail(code + " is not a language here: write " + strings.Join(sections, " or "))
	case p.lesson.language[code] != nil:
		p.fail("== " + code + " is here twice: keep one")
	}
	p.words = &words{line: p.line, space: l.Space, answers: map[int]lesson.Text{}}
	p.lesson.language[code] = p.words
	clear(p.given)
}

func (p *parser) read(line string) {
	name, value, ok := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	switch {
	case !ok:
		p.fail("a colon is missing: write a name in front of it, such as title:")
		return
	case value == "":
		p.fail(name + " says nothing: write something after the colon, or remove it")
		return
	case p.words != nil:
		p.word(name, value)
		return
	}
	if repeats := name == "choice" || name == "then"; p.given[name] && !repeats {
		p.fail(name + " is here twice: keep one")
		return
	}
	p.given[name] = true
	p.heading(name, value)
}

func (p *parser) heading(name, value string) {
	l := &p.lesson.logic
	switch name {
	case "order":
		p.lesson.Order = p.number(value)
	case "belief":
		p.lesson.Belief = p.number(value)
		l.Kind = lesson.Belief
	case "spot the error":
		p.lesson.Spot = p.number(value)
		l.Kind = lesson.Spot
	case "section":
		section := cmp.Or(standard.Named("HTML "+value), standard.Named(value))
		if section == standard.None {
			p.fail(value + " is not a section here: use 9.2.1 to 9.2.10, or one of: " + strings.Join(standard.Names(), ", "))
		}
		l.Section, l.Link = section.Name(), section.URL()
	case "scenario":
		l.Scenario = value
	case "listen":
		l.Listen = list(value)
	case "client":
		if l.Client = value; value != lesson.Socket {
			p.fail(value + " is not a client here: write ws, for a WebSocket")
		}
	case "cookie":
		l.Cookie = value
	case "init":
		l.Init = value
	case "then":
		do, when, ok := strings.Cut(value, " when ")
		if !ok || !slices.Contains([]string{lesson.Close, lesson.Connect, lesson.CloseAnother, lesson.Fetch}, do) {
			p.fail("this is not a step: write close, connect, close another or fetch, then when and a condition")
			return
		}
		l.Steps = append(l.Steps, lesson.Step{Do: do, When: p.condition(when)})
	case "until":
		l.Until = p.condition(value)
	case "choice":
		l.Choices = append(l.Choices, lesson.Choice{When: p.condition(value)})
	case "standard":
		for _, choice := range list(value) {
			l.Standard = append(l.Standard, p.number(choice)-1)
		}
	case "chromium", "firefox", overHTTP2, "chromium " + overHTTP2, "firefox " + overHTTP2:
		p.lesson.Happens[name] = p.number(value) - 1
	case "more":
		scenario, listen, _ := strings.Cut(value, " listen ")
		p.lesson.more = &lesson.More{Scenario: scenario, Listen: p.listen(scenario, list(listen))}
	default:
		p.fail(name + " is not a heading: use order, belief, spot the error, section, scenario, listen, client, cookie, init, then, until, choice, standard, chromium, firefox, " + overHTTP2 + " or more")
	}
}

// listen is what is given, or what the scenario listens to.
func (p *parser) listen(scenario string, given []string) []string {
	usual, ok := p.scenarios(scenario)
	if !ok {
		p.fail("there is no scenario " + scenario)
	}
	if given != nil {
		return given
	}
	return usual
}

func (p *parser) word(name, value string) {
	w := p.words
	text := p.text(value)
	if name == "choice" {
		w.choices = append(w.choices, text)
		return
	}
	if n, ok := strings.CutPrefix(name, "answer "); ok {
		i := p.number(n) - 1
		if i >= len(p.lesson.logic.Choices) {
			p.fail("there is no choice " + n)
		}
		w.answers[i] = p.join(w.answers[i], text)
		return
	}
	switch name {
	case "title":
		w.title = value
	case "question":
		w.question = p.join(w.question, text)
	case "answer":
		w.answer = p.join(w.answer, text)
	case "deviates":
		w.deviates = p.join(w.deviates, text)
	case "more":
		w.more = p.join(w.more, text)
	default:
		p.fail(name + " is not a text of a lesson: use title, question, choice, answer, answer 2, deviates or more")
	}
}

// join joins lines that go on, as the language does.
func (p *parser) join(before, text lesson.Text) lesson.Text {
	if before != nil && p.words.space != "" {
		before = append(before, lesson.Part{Text: p.words.space})
	}
	return append(before, text...)
}

// text tells words, code and measures apart.
func (p *parser) text(line string) (text lesson.Text) {
	if strings.Count(line, "`")%2 > 0 {
		p.fail("a backquote is alone: code is between two of them, in one line")
	}
	for i, words := range strings.Split(line, "`") {
		code := i%2 == 1
		for words != "" {
			at := measure.FindStringSubmatchIndex(words)
			if at == nil {
				text = append(text, lesson.Part{Text: words, Code: code})
				break
			}
			if at[0] > 0 {
				text = append(text, lesson.Part{Text: words[:at[0]], Code: code})
			}
			name := words[at[2]:at[3]]
			if _, ok := kindOf(name); !ok {
				p.fail("{" + name + "} is not a measure")
			}
			text = append(text, lesson.Part{Measure: name, Code: code})
			words = words[at[1]:]
		}
	}
	return text
}

// measure is a name in braces, to be filled in.
var measure = regexp.MustCompile(`\{([a-z0-9.-]+)\}`)

func (p *parser) number(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 1 {
		p.fail(s + " is not a number here: give one from 1")
	}
	return n
}

func list(s string) (items []string) {
	if s == "" {
		return nil
	}
	for item := range strings.SplitSeq(s, ",") {
		items = append(items, strings.TrimSpace(item))
	}
	return items
}

// finish checks what only the whole file shows, and fills in what it left open.
func (p *parser) finish() {
	l := &p.lesson.logic
	p.line = 1
	l.Listen = p.listen(l.Scenario, l.Listen)
	for _, missing := range []struct {
		is   bool
		what string
	}{
		{p.lesson.Order == 0, "order"},
		{l.Kind == "", "belief, or spot the error,"},
		{l.Section == "", "section"},
		{l.Until == nil, "until"},
		{len(l.Choices) < 2, "choice, at least twice,"},
	} {
		if missing.is {
			p.fail(missing.what + " is missing in the heading")
		}
	}
	for _, engine := range []string{"chromium", "firefox"} {
		if _, ok := p.lesson.Happens[engine]; ok {
			continue
		}
		if len(l.Standard) != 1 {
			p.fail("what happens in " + engine + " is missing: the standard does not say it")
			continue
		}
		p.lesson.Happens[engine] = l.Standard[0]
	}
	deviates := false
	for _, choice := range p.lesson.Happens {
		deviates = deviates || len(l.Standard) > 0 && !slices.Contains(l.Standard, choice)
		if choice >= len(l.Choices) {
			p.fail("there is no choice " + strconv.Itoa(choice+1))
		}
	}
	for _, in := range language.All {
		w := p.lesson.language[in.Code]
		if w == nil {
			p.fail("== " + in.Code + " is missing")
			continue
		}
		p.line = w.line
		if len(w.choices) != len(l.Choices) {
			p.fail("here are " + strconv.Itoa(len(w.choices)) + " choices: the heading has " + strconv.Itoa(len(l.Choices)))
		}
		if w.title == "" || w.question == nil {
			p.fail("title or question is missing")
		}
		for engine, choice := range p.lesson.Happens {
			follows := len(l.Standard) == 0 || slices.Contains(l.Standard, choice)
			if w.answers[choice] == nil && (w.answer == nil || !follows) {
				p.fail("there is no answer to what happens in " + engine + ": write answer, or answer " + strconv.Itoa(choice+1))
			}
		}
		if (w.more == nil) != (p.lesson.more == nil) {
			p.fail("more is in the heading and in both languages, or nowhere")
		}
		if deviates && w.deviates == nil {
			p.fail("deviates is missing: one browser does not follow the standard")
		}
	}
}
