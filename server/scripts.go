package main

import (
	"sync"

	"eventsource-playground/scenario"
)

// scripts are texts out of URLs that were parsed a short while ago: a class opens one link, and every reconnection brings
// its text again. The streams share what was parsed.
type scripts struct {
	mutex  sync.Mutex
	parsed map[string]*scenario.Scenario
}

var parsed = scripts{parsed: map[string]*scenario.Scenario{}}

// maxScripts bounds them: with the longest texts, a few megabytes.
const maxScripts = 32

// get parses a script, or says what to change.
func (all *scripts) get(script string) (*scenario.Scenario, *refusal) {
	all.mutex.Lock()
	s := all.parsed[script]
	all.mutex.Unlock()
	if s != nil {
		return s, nil
	}
	s, refused := parseScript(script)
	if refused != nil {
		return nil, refused
	}
	all.mutex.Lock()
	defer all.mutex.Unlock()
	if len(all.parsed) >= maxScripts {
		clear(all.parsed)
	}
	all.parsed[script] = s
	return s, nil
}
