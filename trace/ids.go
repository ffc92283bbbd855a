package trace

import (
	"hash/maphash"
	"slices"
)

// maxIDs limits the ids that are remembered, of those that came first and of the newest, and how many are compared after
// a reconnection.
const maxIDs = 100

// ids remembers some of the ids that a source's events had, each with the event's type: those that came first, because a
// server that starts again begins with them, and the newest, because one that goes back a little sends those again. They
// are hashes, so that a firehose of long ids costs neither memory nor time.
type ids struct {
	first  []uint64
	newest []uint64 // a ring once it is full
	count  int

	before  []uint64 // of those above, what had come by the last reconnection
	compare int      // how many more are compared with them
}

var idSeed = maphash.MakeSeed()

// repeats takes in an id, and reports whether it is the first since the reconnection that had come before it.
func (i *ids) repeats(typ, id string) bool {
	hash := maphash.String(idSeed, id) + 31*maphash.String(idSeed, typ)
	switch {
	case len(i.first) < maxIDs:
		i.first = append(i.first, hash)
	case len(i.newest) < maxIDs:
		i.newest = append(i.newest, hash)
	default:
		i.newest[i.count%maxIDs] = hash
	}
	i.count++
	if i.compare == 0 {
		return false
	}
	i.compare--
	if !slices.Contains(i.before, hash) {
		return false
	}
	i.compare = 0
	return true
}

// reconnected has the ids that follow compared with those that came before.
func (i *ids) reconnected() {
	i.before = append(append(i.before[:0], i.first...), i.newest...)
	i.compare = maxIDs
}
