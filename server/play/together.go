package play

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"eventsource-playground/cluster"
	"eventsource-playground/scenario"
)

// together are the runs of all servers, since any of them may get the next attempt. There is one list for each key: of a session it has
// one run, whoever responds; of bare EventSources those that can go on, the one that was left first in front. While NATS can't be
// reached, each server counts by itself.
type together struct{ values *cluster.Values }

// left is a run between two attempts.
type left struct {
	scenario.Run
	At time.Time `json:"at"` // when
}

const (
	togetherBytes = 64 << 20
	togetherWait  = 500 * time.Millisecond // for NATS; a stream begins no later by that
	togetherMost  = 32                     // runs of a key
)

// change changes the runs of a key, but for those that are too old, unless change returns nil. It reports whether that went well.
func (t together) change(key runKey, age time.Duration, now time.Time, change func([]left) []left) bool {
	ctx, cancel := context.WithTimeout(context.Background(), togetherWait)
	defer cancel()
	return t.values.Change(ctx, hex.EncodeToString(key[:]), func(old []byte) []byte {
		changed := change(parseLeft(old, age, now))
		if changed == nil {
			return nil
		}
		b, err := json.Marshal(changed[max(0, len(changed)-togetherMost):])
		if err != nil {
			panic(err) // numbers and times
		}
		return b
	}) == nil
}

func parseLeft(value []byte, age time.Duration, now time.Time) (runs []left) {
	if json.Unmarshal(value, &runs) != nil {
		return nil // none yet
	}
	return slices.DeleteFunc(runs, func(run left) bool { return now.Sub(run.At) > age })
}

// respond is runs.respond.
func (t together) respond(key runKey, named bool, age time.Duration, s *scenario.Scenario, request scenario.Request, now time.Time) (who *run, section *scenario.Section, attempt int, ok bool) {
	ok = t.change(key, age, now, func(runs []left) []left {
		who = &run{key: key, named: named, together: true}
		first := runs[:min(1, len(runs))]
		for _, run := range first {
			who.Run = run.Run
		}
		section, attempt = who.Section(s, request, now)
		switch {
		case named:
			return []left{{who.Run, now}}
		case len(first) == 0:
			return nil
		}
		return append([]left{}, runs[1:]...) // until it is left: it is not for anybody else
	})
	return who, section, attempt, ok
}

// peek is runs.peek.
func (t together) peek(key runKey, age time.Duration, now time.Time) (copied scenario.Run, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), togetherWait)
	defer cancel()
	value, err := t.values.Get(ctx, hex.EncodeToString(key[:]))
	if err != nil {
		return copied, false
	}
	for _, run := range parseLeft(value, age, now) {
		return run.Run, true
	}
	return copied, true
}

// leave is runs.leave, of one that has no session: a session's is there all the time.
func (t together) leave(who *run, age time.Duration, now time.Time) {
	t.change(who.key, age, now, func(runs []left) []left { return append(runs, left{who.Run, now}) })
}
