package class

import (
	"math"
	"slices"
	"strings"

	"eventsource-playground/protocol"
)

// round is the newest question, with what came of it. Its outcomes are never changed, only added to.
type round struct {
	question protocol.Question // its Round is 0: none was asked
	choices  int
	outcomes []protocol.Outcome
	bytes    int // of the outcomes, about
}

// as is the question as a reader may see it, or a maker if that is nil.
func (o *round) as(r *reader) *protocol.Question {
	if o.question.Round == 0 {
		return nil
	}
	q := o.question
	q.Chosen, q.Bars = -1, nil
	if r != nil && r.predicted == q.Round {
		q.Chosen = r.chosen
	}
	if r == nil || q.Revealed {
		for _, bars := range o.question.Bars {
			q.Bars = append(q.Bars, slices.Clone(bars))
		}
	}
	return &q
}

// ask begins a round.
func (s *Seat) ask(a protocol.Ask) error {
	c, l := s.class, &s.classes.limits
	if err := s.asMaker(); err != nil {
		return err
	}
	switch {
	case a.Lesson == "" || !isPlain(a.Lesson):
		return notPlain("The lesson's name")
	case a.Choices < 2 || a.Choices > l.ClassChoices:
		return reject("choices=%d is not possible: give 2 to %d.", a.Choices, l.ClassChoices)
	}
	q := protocol.Question{Round: c.round.question.Round + 1, Lesson: a.Lesson, Asking: 1}
	if before := &c.round.question; before.Lesson == a.Lesson && c.round.choices == a.Choices {
		if before.Asking >= l.ClassAskings {
			return reject("This lesson was asked %d times in a row, and their bars are kept side by side: ask another one.", before.Asking)
		}
		q.Asking, q.Bars = before.Asking+1, before.Bars
	}
	q.Bars = append(q.Bars, make([]int, a.Choices))
	c.round = round{question: q, choices: a.Choices}
	c.tellAll()
	return nil
}

// reveal ends the predictions of a round.
func (s *Seat) reveal(n int) error {
	if err := s.asMaker(); err != nil {
		return err
	}
	q := &s.class.round.question
	switch {
	case n != q.Round:
		return s.notAsked(n)
	case q.Revealed:
		return reject("Round %d is revealed already.", n)
	}
	q.Revealed = true
	s.class.tellAll()
	return nil
}

func (s *Seat) notAsked(n int) error {
	if now := s.class.round.question.Round; now > 0 {
		return reject("Round %d is not the one that is asked now, which is %d.", n, now)
	}
	return reject("Round %d is unknown: nothing was asked yet.", n)
}

// predict counts a reader's prediction.
func (s *Seat) predict(p protocol.Predict) error {
	r, err := s.asReader()
	if err != nil {
		return err
	}
	o := &s.class.round
	q := &o.question
	switch {
	case p.Round != q.Round || q.Round == 0:
		return s.notAsked(p.Round)
	case q.Revealed:
		return reject("Round %d is revealed already: a prediction comes before that.", p.Round)
	case p.Choice < 0 || p.Choice >= o.choices:
		return reject("choice=%d is not possible: give 0 to %d.", p.Choice, o.choices-1)
	case r.predicted == q.Round:
		return reject("You have predicted in round %d already, and once is what counts.", p.Round)
	}
	r.predicted, r.chosen = q.Round, p.Choice
	q.Answered++
	q.Bars[len(q.Bars)-1][p.Choice]++
	s.class.tellAll()
	return nil
}

// decide adds what a reader's trace decided.
func (s *Seat) decide(o protocol.Outcome) error {
	r, err := s.asReader()
	if err != nil {
		return err
	}
	c, l := s.class, &s.classes.limits
	q := &c.round.question
	switch {
	case o.Round != q.Round || q.Round == 0:
		return s.notAsked(o.Round)
	case !q.Revealed:
		return reject("Round %d is not revealed yet: an outcome comes after that.", o.Round)
	case o.Choice < -1 || o.Choice >= c.round.choices:
		return reject("choice=%d is not possible: give 0 to %d, or -1 for none of them.", o.Choice, c.round.choices-1)
	case r.decided == q.Round:
		return reject("You have told the outcome of round %d already, and once is what counts.", o.Round)
	case len(o.Figures) > l.ClassFigures:
		return reject("These are %d figures: at most %d can be told.", len(o.Figures), l.ClassFigures)
	}
	size := 2*longest + 100
	for name, figure := range o.Figures {
		if !isFigure(name) {
			return reject("The name of a figure has 1 to %d letters, digits and underscores of ASCII.", longest)
		}
		if math.IsNaN(figure) || math.IsInf(figure, 0) {
			return reject("The figure %s is no finite number.", name)
		}
		size += len(name) + len(`"":-1.2345678901234567e-100,`)
	}
	if c.round.bytes+size > l.ClassOutcomes {
		return reject("There are %d outcomes in round %d, and no room for another: tell fewer figures.", len(c.round.outcomes), o.Round)
	}
	r.decided = q.Round
	o.Browser, o.Version = r.Browser, r.Version // as it is counted everywhere else
	c.round.outcomes = append(c.round.outcomes, o)
	c.round.bytes += size
	c.tellAll()
	return nil
}

func isFigure(name string) bool {
	return name != "" && len(name) <= longest && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}
