package main

import (
	"slices"

	"eventsource-playground/lesson"
)

// course is the lessons: what there is, the one that is open, and how far it is.
type course struct {
	list   []lesson.Listed
	done   []string // names; kept in this browser
	listed bool     // the list is shown instead of the lesson
	chosen bool     // by the visitor or a link: it stands in the page's address

	lesson    *lesson.Lesson
	predicted int // the choice; -1 for none
	run       *lesson.Run
	decided   lesson.Measures // what the trace said when it had decided; nil: it has not
	gaveUp    bool            // the trace never decided

	step int // of the teacher's view
}

// patience is how long a run may take until the page no longer waits for it, in milliseconds.
const patience = 60_000

// link is the lesson's name, as it stands in the page's address; "" for none.
func (c *course) link() string {
	if !c.chosen || c.lesson == nil {
		return ""
	}
	return c.lesson.Name
}

// first is the lesson to begin with: the one that is wished for, or else the first that is not done.
func (c *course) first(wished string) string {
	if c.place(wished) >= 0 {
		return wished
	}
	for _, l := range c.list {
		if !slices.Contains(c.done, l.Name) {
			return l.Name
		}
	}
	return c.list[0].Name
}

// place is where a lesson stands in the list, from 0; -1 if it is not there.
func (c *course) place(name string) int {
	return slices.IndexFunc(c.list, func(l lesson.Listed) bool { return l.Name == name })
}

// open opens a lesson. The one that is open already, in another language, keeps its run.
func (c *course) open(l *lesson.Lesson) {
	if c.lesson == nil || c.lesson.Name != l.Name {
		c.again()
		c.step = stepQuestion
	}
	c.lesson = l
}

// again forgets the prediction and the run.
func (c *course) again() {
	c.predicted = -1
	c.forget()
}

// forget forgets the run.
func (c *course) forget() {
	c.run, c.decided, c.gaveUp = nil, nil, false
}

// over reports whether the run is: the trace decided, or never will.
func (c *course) over() bool { return c.decided != nil || c.gaveUp }

// judge looks at what was measured. The run may be over then, and the lesson be done for the first time.
func (c *course) judge(m lesson.Measures) (over, done bool) {
	if _, decided := c.lesson.Decide(say, m); decided {
		c.decided = m
		if done = !slices.Contains(c.done, c.lesson.Name); done {
			c.done = append(c.done, c.lesson.Name)
		}
	} else {
		c.gaveUp = m.Of("age").Number > patience
	}
	return c.over(), done
}

// verdict is what the trace decided, in the language of the page.
func (c *course) verdict() (v lesson.Verdict, decided bool) {
	if c.lesson == nil || c.decided == nil {
		return v, false
	}
	return c.lesson.Decide(say, c.decided)
}

// Steps of the teacher's view: each shows more than the one before.
const (
	stepQuestion = iota
	stepChoices
	stepRun
	stepAnswer
	stepMore
)

// move is what a step in the teacher's view leads to.
type move int

const (
	moveNowhere move = iota
	moveStep         // to another step of the lesson
	moveOn           // to another lesson
	moveRun          // to the run, which begins
	moveMore         // to one more thing to try
)

// advance goes to the next step of the teacher's view, or to the one before.
func (c *course) advance(by int) move {
	if c.lesson == nil {
		return moveNowhere
	}
	c.listed = false
	last := stepMore
	if c.lesson.More == nil {
		last = stepAnswer
	}
	step := c.step + by
	switch {
	case step < stepQuestion || step > last:
		return moveOn
	case step == stepAnswer && by > 0 && !c.over():
		return moveNowhere // the trace has not decided yet
	}
	c.step = step
	switch {
	case step == stepRun && by > 0:
		return moveRun
	case step == stepMore && by > 0:
		return moveMore
	case step == stepChoices && by < 0:
		c.forget() // to be predicted and run again
	}
	return moveStep
}

// predict takes a choice, from 0, and reports whether it can be predicted now.
func (c *course) predict(choice int) bool {
	if c.lesson == nil || choice < 0 || choice >= len(c.lesson.Choices) || c.step < stepChoices || c.run != nil {
		return false
	}
	c.predicted = choice
	return true
}
