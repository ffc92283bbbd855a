package room

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"strconv"
	"strings"

	"eventsource-playground/sse"
)

// GapType is the type of the event that says what a reader has missed for good. The standard has no such signal.
const GapType = "gap"

// Gap is that event's data.
type Gap struct {
	From string `json:"from"` // the last event that the reader has got, by its own word
	To   string `json:"to"`   // the first event that it gets after this one
	Why  Why    `json:"why"`
}

// Why is why there is a gap.
type Why string

// Why there can be a gap.
const (
	TooOld  Why = "too old"         // events after From are no longer kept
	Unknown Why = "unknown"         // From is no id of this room's
	Earlier Why = "an earlier room" // From is that of an earlier room of this name
	TooSlow Why = "too slow"        // the reader read so slowly that events it waited for are no longer kept
)

// newIncarnation is thirty random bits that can be read aloud.
func newIncarnation() string {
	return base32.StdEncoding.EncodeToString(random(5))[:6]
}

// cutID takes an id apart.
func cutID(id string) (incarnation string, sequence uint64, ok bool) {
	incarnation, digits, _ := strings.Cut(id, "-")
	sequence, err := strconv.ParseUint(digits, 10, 64)
	return incarnation, sequence, err == nil && len(incarnation) == 6 && strconv.FormatUint(sequence, 10) == digits
}

// Newest is the cursor of those who come for the first time: they get what comes from now on.
func (l *Log) Newest() uint64 { return l.View().Shown }

// Oldest is the cursor of those who want all that is kept.
func (l *Log) Oldest() uint64 { return l.View().First }

// Knows reports whether an id has this room's incarnation, as only those have it who have read the room.
func (l *Log) Knows(id string) bool {
	incarnation, _, ok := cutID(id)
	return ok && incarnation == l.incarnation
}

// Resume returns the cursor of a reader that has seen an event, and what it has missed for good; "" if that is nothing.
func (r *Room) Resume(ctx context.Context, id string) (cursor uint64, gap Why) {
	incarnation, sequence, ok := cutID(id)
	if !ok {
		return r.Oldest(), Unknown
	}
	if incarnation != r.incarnation {
		return r.Oldest(), Earlier
	}
	switch oldest := r.Oldest(); {
	case sequence < oldest-1:
		return oldest, TooOld
	case r.has(sequence) || r.exists(ctx, sequence):
		return sequence + 1, ""
	}
	return r.Oldest(), Unknown
}

// has reports whether the event with a sequence has come, shown or not.
func (l *Log) has(sequence uint64) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return sequence < l.next
}

// GapFrame is the event that says so. Its id is that before the first event after it, so that whoever is cut off in between has
// the same gap, once.
func (l *Log) GapFrame(from string, to uint64, why Why) []byte {
	data, err := json.Marshal(Gap{From: from, To: l.ID(to), Why: why})
	if err != nil {
		panic(err) // strings
	}
	frame, err := sse.Message{ID: l.ID(to - 1), Event: GapType, Data: string(data)}.AppendText(nil)
	if err != nil {
		panic(err) // JSON is valid UTF-8, without a line break
	}
	return frame
}

// StartFrame sets a reader's last event ID without an event, so that it misses nothing even if its connection is lost before the
// first one.
func (l *Log) StartFrame(cursor uint64) []byte {
	return append(l.appendID([]byte("id: "), cursor-1), "\n\n"...)
}
