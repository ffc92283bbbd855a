package play

import (
	"sync"

	"eventsource-playground/server/refuse"
)

// kept is what was parsed a short while ago, by its text: a class opens one link, and every reconnection brings its text again.
// The streams share what was parsed.
type kept[T any] struct {
	most  int
	mutex sync.Mutex
	all   map[string]*T
}

// get returns what was kept of a text, or what parse makes of it, or says what to change.
func (k *kept[T]) get(text string, parse func(string) (*T, *refuse.Refusal)) (*T, *refuse.Refusal) {
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
	if k.all == nil || len(k.all) >= k.most {
		k.all = map[string]*T{}
	}
	k.all[text] = known
	return known, nil
}
