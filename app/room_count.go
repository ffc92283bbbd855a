package main

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"eventsource-playground/eventsource"
	"eventsource-playground/order"
)

// condition is how a reader is now, in the order in which they are counted.
type condition int

const (
	isOpen condition = iota
	isConnecting
	isWaiting // CONNECTING after an error
	isClosed
	playsLesson
	isAway
)

func (p *pupil) condition() condition {
	return conditionOf(p.Away, p.Plays, p.Waiting, eventsource.ReadyState(p.State))
}

func conditionOf(away, plays, waiting bool, state eventsource.ReadyState) condition {
	switch {
	case away:
		return isAway
	case plays:
		return playsLesson
	case waiting:
		return isWaiting
	case state == eventsource.Open:
		return isOpen
	case state == eventsource.Closed:
		return isClosed
	}
	return isConnecting
}

func (c condition) name() string {
	switch c {
	case isOpen:
		return eventsource.Open.String()
	case isClosed:
		return eventsource.Closed.String()
	case playsLesson:
		return say("plays the lesson")
	case isAway:
		return say("away")
	}
	return eventsource.Connecting.String()
}

// inOrderBy sorts readers by their names, or by what needs attention most: by "state" those that are not OPEN come first, by "wait" those
// that wait and then those that waited longest, by "missing" those with the fewest of the newest events. Of whom nobody knows comes
// last. The given slice stays as it is.
func inOrderBy(pupils []pupil, key string) []pupil {
	attention := [...]int{isClosed: 0, isWaiting: 1, isConnecting: 2, playsLesson: 3, isOpen: 4, isAway: 5}
	sorted := slices.Clone(pupils)
	by := func(p *pupil) float64 {
		last := sequenceOf(p.LastEventID)
		switch {
		case key == "state":
			return float64(attention[p.condition()])
		case key != "wait" && key != "missing":
			return 0
		case p.Away:
			return math.Inf(1)
		case key == "wait" && p.Waiting && len(p.spans) > 0:
			return p.spans[len(p.spans)-1].from - 1e15 // before all who waited, the earliest first
		case key == "wait":
			return -p.WaitMs
		case last == 0:
			return math.MaxInt32
		}
		return float64(last - p.Missed)
	}
	order.By(sorted, func(a, b *pupil) int {
		return cmp.Or(order.Sign(by(a)-by(b)), strings.Compare(a.Name, b.Name), a.ID-b.ID)
	})
	return sorted
}

// summed counts those who have no lane, such as: 12 more: 9 OPEN (8 Chrome, 1 Firefox), 3 CONNECTING (3 Chrome). "" if all have one.
func summed(pupils []pupil) string {
	if len(pupils) <= mostPupils {
		return ""
	}
	rest := pupils[mostPupils:]
	return fill(count(len(rest), "1 more: {states}", "{n} more: {states}"), "{states}", countedByState(rest))
}

// countedByState counts readers by state and browser.
func countedByState(pupils []pupil) string {
	said := []string{}
	for c := isOpen; c <= isAway; c++ {
		var those []string
		for i := range pupils {
			if p := &pupils[i]; p.condition() == c || c == isConnecting && p.condition() == isWaiting {
				those = append(those, p.browser())
			}
		}
		if len(those) > 0 && c != isWaiting {
			said = append(said, fill(say("{n} {state} ({browsers})"), "{n}", grouped(len(those)), "{state}", c.name(), "{browsers}", countedByName(those)))
		}
	}
	return strings.Join(said, say(", "))
}

// mostNames is how many browsers are told apart in one sentence.
const mostNames = 6

// countedByName says how many there are of each, most first: 8 Chrome, 1 Firefox.
func countedByName(names []string) string {
	said := []string{}
	groups, rest := grouping(names, func(name string) string { return name }), 0
	for i, g := range groups {
		if i < mostNames {
			said = append(said, grouped(len(g.all))+" "+isolated(g.name, 60))
		} else {
			rest += len(g.all)
		}
	}
	if rest > 0 {
		said = append(said, count(rest, "1 other", "{n} others"))
	}
	return strings.Join(said, say(", "))
}

// group is those of one name.
type group[T any] struct {
	name string
	all  []T
}

// grouping puts together what has the same name, the largest group first.
func grouping[T any](all []T, name func(T) string) (groups []group[T]) {
	place := map[string]int{}
	for _, one := range all {
		n := name(one)
		i, there := place[n]
		if !there {
			i = len(groups)
			place[n] = i
			groups = append(groups, group[T]{name: n})
		}
		groups[i].all = append(groups[i].all, one)
	}
	order.By(groups, func(a, b *group[T]) int {
		return cmp.Or(len(b.all)-len(a.all), strings.Compare(a.name, b.name))
	})
	return groups
}
