package main

import (
	"slices"
	"testing"

	"eventsource-playground/lesson"
)

// aLesson is decided once two events came. The first choice is what happens.
func aLesson(name string, more bool) *lesson.Lesson {
	events := func(is string, n float64) lesson.Condition {
		return lesson.Condition{{{Measure: "events", Is: is, Number: n}}}
	}
	l := &lesson.Lesson{
		Listed: lesson.Listed{Name: name}, Until: events(">=", 2),
		Choices: []lesson.Choice{{When: events(">=", 2)}, {When: events("<", 2)}},
	}
	if more {
		l.More = &lesson.More{}
	}
	return l
}

func measured(events, age float64) lesson.Measures {
	number := func(n float64) lesson.Value { return lesson.Value{Kind: lesson.Number, Number: n} }
	return lesson.Measures{"events": number(events), "age": number(age)}
}

func TestTheFirstLessonIsTheOneThatIsWishedForOrNotDone(t *testing.T) {
	list := []lesson.Listed{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	for _, test := range []struct {
		name, wished string
		done         []string
		want         string
	}{
		{"a link's", "c", nil, "c"},
		{"a link's, though it is done", "a", []string{"a"}, "a"},
		{"the first", "", nil, "a"},
		{"the first that is not done", "", []string{"a", "c"}, "b"},
		{"there is no such lesson", "x", []string{"a"}, "b"},
		{"all are done", "", []string{"a", "b", "c"}, "a"},
	} {
		c := course{list: list, done: test.done}
		if got := c.first(test.wished); got != test.want {
			t.Errorf("%s: got %s; want %s", test.name, got, test.want)
		}
	}
}

func TestALessonInAnotherLanguageKeepsItsRun(t *testing.T) {
	c := course{predicted: -1}
	c.open(aLesson("a", false))
	c.step = stepRun
	c.predicted, c.run = 1, &lesson.Run{}
	c.open(aLesson("a", false))
	if c.predicted != 1 || c.run == nil || c.step != stepRun {
		t.Errorf("got %+v; want the prediction and the run of the same lesson kept", c)
	}
	c.open(aLesson("b", false))
	if c.predicted != -1 || c.run != nil || c.step != stepQuestion {
		t.Errorf("got %+v; want another lesson to begin anew", c)
	}
}

func TestTheTraceDecidesALessonOrNever(t *testing.T) {
	c := course{}
	c.open(aLesson("a", false))
	if over, done := c.judge(measured(1, patience)); over || done {
		t.Errorf("got %v, %v; want a run that goes on", over, done)
	}
	if over, done := c.judge(measured(2, 10)); !over || !done || !slices.Equal(c.done, []string{"a"}) {
		t.Errorf("got %v, %v and %q done; want the lesson decided and done", over, done, c.done)
	}
	c.again()
	if over, done := c.judge(measured(2, 10)); !over || done || len(c.done) != 1 {
		t.Errorf("got %v, %v and %q done; want it decided, and done only once", over, done, c.done)
	}
	c.again()
	if over, done := c.judge(measured(0, patience+1)); !over || done || !c.gaveUp {
		t.Errorf("got %v, %v; want a run that came to no end", over, done)
	}
}

func TestTheTeachersStepsLeadThroughALesson(t *testing.T) {
	for _, test := range []struct {
		name    string
		step    int
		by      int
		more    bool
		decided bool
		gaveUp  bool
		want    move
		to      int
	}{
		{"to the choices", stepQuestion, 1, false, false, false, moveStep, stepChoices},
		{"to the run, which begins", stepChoices, 1, false, false, false, moveRun, stepRun},
		{"not to an answer that is not there", stepRun, 1, false, false, false, moveNowhere, stepRun},
		{"to the answer", stepRun, 1, false, true, false, moveStep, stepAnswer},
		{"to the end of a run that had none", stepRun, 1, false, false, true, moveStep, stepAnswer},
		{"to one more thing to try", stepAnswer, 1, true, true, false, moveMore, stepMore},
		{"to the next lesson, where there is no more", stepAnswer, 1, false, true, false, moveOn, stepAnswer},
		{"to the next lesson after that", stepMore, 1, true, true, false, moveOn, stepMore},
		{"back to the answer", stepMore, -1, true, true, false, moveStep, stepAnswer},
		{"back to the run, which is over", stepAnswer, -1, true, true, false, moveStep, stepRun},
		{"back to the lesson before", stepQuestion, -1, false, false, false, moveOn, stepQuestion},
	} {
		c := course{}
		c.open(aLesson("a", test.more))
		c.step, c.gaveUp, c.listed = test.step, test.gaveUp, true
		if test.decided {
			c.decided = measured(2, 1)
		}
		if got := c.advance(test.by); got != test.want || c.step != test.to || c.listed {
			t.Errorf("%s: got %d, at step %d; want %d, at %d", test.name, got, c.step, test.want, test.to)
		}
	}
	c := course{step: stepRun, run: &lesson.Run{}, decided: measured(2, 1)}
	c.lesson = aLesson("a", false)
	if got := c.advance(-1); got != moveStep || c.run != nil || c.over() {
		t.Errorf("got %d and %+v; want the run forgotten, to be predicted anew", got, c)
	}
	if got := (&course{}).advance(1); got != moveNowhere {
		t.Errorf("got %d without a lesson; want nothing", got)
	}
}

func TestWhatCanBePredicted(t *testing.T) {
	c := course{predicted: -1}
	if c.predict(0) {
		t.Error("got a prediction without a lesson")
	}
	c.open(aLesson("a", false))
	if c.predict(0) {
		t.Error("got a prediction before the choices are shown")
	}
	c.step = stepChoices
	if c.predict(2) || c.predict(-1) || !c.predict(1) || c.predicted != 1 {
		t.Errorf("got %d; want the second of two choices, and no third", c.predicted)
	}
	c.run = &lesson.Run{}
	if c.predict(0) || c.predicted != 1 {
		t.Errorf("got %d; want no prediction during the run", c.predicted)
	}
}
