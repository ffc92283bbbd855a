package eventsource

import "testing"

func TestAMeterCountsWhatRunsOneInTheOtherOnce(t *testing.T) {
	var w stopwatch
	w.enter().leave()
	if w.inside != 0 || w.from != 0 {
		t.Error("got a stopwatch that counts without running")
	}
	w.running = true
	w.from = -1
	outer := w.enter()
	w.from = -5 // what the inner one must leave alone
	w.enter().leave()
	if w.inside != 1 || w.spent != 0 {
		t.Errorf("got %v ms counted by the inner one, %d inside; want none, 1", w.spent, w.inside)
	}
	before := now()
	outer.leave()
	if w.inside != 0 || w.spent < before+5 || w.spent > now()+5 {
		t.Errorf("got %v ms; want those since the outer one began, %v to %v", w.spent, before+5, now()+5)
	}
	spent := w.spent
	w.leave() // of what began before it ran
	if w.inside != 0 || w.spent != spent {
		t.Errorf("got %v ms and %d inside; want nothing more than %v", w.spent, w.inside, spent)
	}
}
