package class

import (
	"math"
	"slices"
	"strings"

	"eventsource-playground/protocol"
)

// round is the newest question, with what came of it. Its outcomes are never changed, only added to.
type round struct {
	Question protocol.Question // its Round is 0: none was asked
	Choices  int
	Outcomes []protocol.Outcome
	Bytes    int // of the outcomes, about
}

// as is the question as a reader may see it, or a maker if that is nil.
func (o *round) as(r *reader) *protocol.Question {
	if o.Question.Round == 0 {
		return nil
	}
	q := o.Question
	q.Chosen, q.Bars = -1, nil
	if r != nil && r.Predicted == q.Round {
		q.Chosen = r.Chosen
	}
	if r == nil || q.Revealed {
		for _, bars := range o.Question.Bars {
			q.Bars = append(q.Bars, slices.Clone(bars))
		}
	}
	return &q
}

// isAgain reports whether a question is the newest one once more.
func (o *round) isAgain(a protocol.Ask) bool {
	return o.Question.Lesson == a.Lesson && o.Choices == a.Choices
}

func (c *class) checkAsk(a protocol.Ask) error {
	l, asking := &c.classes.limits, c.Round.Question.Asking
	switch {
	case a.Lesson == "" || !isPlain(a.Lesson):
		return notPlain("The lesson's name")
	case a.Choices < 2 || a.Choices > l.ClassChoices:
		return reject("choices=%d is not possible: give 2 to %d.", a.Choices, l.ClassChoices)
	case c.Round.isAgain(a) && asking >= l.ClassAskings:
		return reject("This lesson was asked %d times in a row, and their bars are kept side by side: ask another one.", asking)
	}
	return nil
}

// ask begins a round.
func (c *class) ask(a protocol.Ask) {
	before := &c.Round.Question
	q := protocol.Question{Round: before.Round + 1, Lesson: a.Lesson, Asking: 1}
	if c.Round.isAgain(a) {
		q.Asking, q.Bars = before.Asking+1, before.Bars
	}
	q.Bars = append(q.Bars, make([]int, a.Choices))
	c.Round = round{Question: q, Choices: a.Choices}
	c.tellAll()
}

func (c *class) checkReveal(n int) error {
	switch q := &c.Round.Question; {
	case n != q.Round:
		return c.notAsked(n)
	case q.Revealed:
		return reject("Round %d is revealed already.", n)
	}
	return nil
}

// reveal ends the predictions of a round.
func (c *class) reveal() {
	c.Round.Question.Revealed = true
	c.tellAll()
}

func (c *class) notAsked(n int) error {
	if now := c.Round.Question.Round; now > 0 {
		return reject("Round %d is not the one that is asked now, which is %d.", n, now)
	}
	return reject("Round %d is unknown: nothing was asked yet.", n)
}

func (c *class) checkPredict(r *reader, p protocol.Predict) error {
	switch q := &c.Round.Question; {
	case p.Round != q.Round || q.Round == 0:
		return c.notAsked(p.Round)
	case q.Revealed:
		return reject("Round %d is revealed already: a prediction comes before that.", p.Round)
	case p.Choice < 0 || p.Choice >= c.Round.Choices:
		return reject("choice=%d is not possible: give 0 to %d.", p.Choice, c.Round.Choices-1)
	case r.Predicted == q.Round:
		return reject("You have predicted in round %d already, and once is what counts.", p.Round)
	}
	return nil
}

// predict counts a reader's prediction.
func (c *class) predict(r *reader, p protocol.Predict) {
	q := &c.Round.Question
	r.Predicted, r.Chosen = q.Round, p.Choice
	q.Answered++
	q.Bars[len(q.Bars)-1][p.Choice]++
	c.tellAll()
}

func (c *class) checkDecide(r *reader, o protocol.Outcome) error {
	l, q := &c.classes.limits, &c.Round.Question
	switch {
	case o.Round != q.Round || q.Round == 0:
		return c.notAsked(o.Round)
	case !q.Revealed:
		return reject("Round %d is not revealed yet: an outcome comes after that.", o.Round)
	case o.Choice < -1 || o.Choice >= c.Round.Choices:
		return reject("choice=%d is not possible: give 0 to %d, or -1 for none of them.", o.Choice, c.Round.Choices-1)
	case r.Decided == q.Round:
		return reject("You have told the outcome of round %d already, and once is what counts.", o.Round)
	case len(o.Figures) > l.ClassFigures:
		return reject("These are %d figures: at most %d can be told.", len(o.Figures), l.ClassFigures)
	}
	for name, figure := range o.Figures {
		if !isFigure(name) {
			return reject("The name of a figure has 1 to %d letters, digits and underscores of ASCII.", longest)
		}
		if math.IsNaN(figure) || math.IsInf(figure, 0) {
			return reject("The figure %s is no finite number.", name)
		}
	}
	if c.Round.Bytes+sizeOf(o) > l.ClassOutcomes {
		return reject("There are %d outcomes in round %d, and no room for another: tell fewer figures.", len(c.Round.Outcomes), o.Round)
	}
	return nil
}

// decide adds what a reader's trace decided.
func (c *class) decide(r *reader, o protocol.Outcome) {
	r.Decided = c.Round.Question.Round
	o.Browser, o.Version = r.Browser, r.Version // as it is counted everywhere else
	c.Round.Outcomes = append(c.Round.Outcomes, o)
	c.Round.Bytes += sizeOf(o)
	c.tellAll()
}

// sizeOf is how many bytes an outcome may have as it is told.
func sizeOf(o protocol.Outcome) int {
	size := 2*longest + 100
	for name := range o.Figures {
		size += len(name) + len(`"":-1.2345678901234567e-100,`)
	}
	return size
}

func isFigure(name string) bool {
	return name != "" && len(name) <= longest && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}
