package main

import (
	"sync"

	"eventsource-playground/scenario"
)

// scripts are texts out of URLs that were parsed a short while ago: a class opens one link, and every reconnection brings
// its text again. The streams share what was parsed.
var scripts kept[scenario.Scenario]

// kept is what was parsed, by its text.
type kept[T any] struct {
	mutex sync.Mutex
	all   map[string]*T
}

// maxKept bounds it: with the longest texts, a few megabytes.
const maxKept = 32

// get returns what was kept of a text, or what parse makes of it, or says what to change.
func (k *kept[T]) get(text string, parse func(string) (*T, *refusal)) (*T, *refusal) {
	k.mutex.Lock()
	known := k.all[text]
	k.mutex.Unlock()
	if known != nil {
		return known, nil
	}
	known, refused := parse(text)
	if refused != nil {
		return nil, refused
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.all == nil || len(k.all) >= maxKept {
		k.all = map[string]*T{}
	}
	k.all[text] = known
	return known, nil
}
