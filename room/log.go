package room

import (
	"context"
	"slices"
	"strconv"
	"sync"
)

// Log is a room's newest events, as they go over the wire. It has all that JetStream keeps of them, so that catching up is
// nothing but a cursor that is further back.
//
// Frames are appended to segments and never changed, so that all from one event to the end of its segment are one slice, which
// any number of readers may be writing at the same time.
type Log struct {
	incarnation string
	most        int // events kept
	mostBytes   int // of frames kept

	mutex    sync.Mutex
	segments []*segment // oldest first; all but the last one are full
	first    uint64     // the oldest event's sequence
	next     uint64     // that of the next one to come
	shown    uint64     // what readers get ends before this one: next, unless the room is held
	held     bool
	bytes    int
	commands Commands
	over     bool
	changed  chan struct{} // closed, and replaced, when there is something new
}

// Commands are the commands for all readers, counted. A reader carries out what it has not counted yet.
type Commands struct {
	Cuts, Ends, Retries uint32
	Min, Max            int    // of the last retry, in milliseconds
	End                 uint64 // before the event with this sequence; of the last end
}

// View is a Log at one moment.
type View struct {
	First, Shown uint64 // the sequences of the oldest event, and after the newest one that readers get
	Commands     Commands
	Over         bool            // the room is no more; readers get what there is before Commands.End
	Changed      <-chan struct{} // closed when the next View is another one
}

type segment struct {
	first uint64
	bytes []byte
	ends  []int // of each frame in bytes
}

const (
	smallSegment = 4 << 10
	largeSegment = 64 << 10 // and what goes out in one write
)

func newLog(incarnation string, most, mostBytes int) *Log {
	return &Log{incarnation: incarnation, most: most, mostBytes: mostBytes, first: 1, next: 1, shown: 1, changed: make(chan struct{})}
}

// Incarnation is another one for each room, also of one name. It has letters and digits.
func (l *Log) Incarnation() string { return l.incarnation }

// begin says what the stream has, before anything of it is there.
func (l *Log) begin(first, last uint64, empty bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if empty {
		first = last + 1
	}
	l.first, l.next, l.shown = first, first, first
}

// View returns how the log is now.
func (l *Log) View() View {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return View{First: l.first, Shown: l.shown, Commands: l.commands, Over: l.over, Changed: l.changed}
}

// From returns frames, from that of an event on, all that are ready up to some 64 KB, and the cursor after them. There are none
// if the event has not come yet; and if it is no longer there, the cursor is that of the oldest one. The bytes are everybody's.
func (l *Log) From(cursor uint64) (frames []byte, next uint64) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if cursor < l.first {
		return nil, l.first
	}
	if cursor >= l.shown {
		return nil, cursor
	}
	at := len(l.segments) - 1
	for l.segments[at].first > cursor {
		at--
	}
	s := l.segments[at]
	next = min(l.shown, s.first+uint64(len(s.ends)))
	from := 0
	if cursor > s.first {
		from = s.ends[cursor-s.first-1]
	}
	to := s.ends[next-s.first-1]
	return s.bytes[from:to:to], next
}

// add adds an event, whose fields but for the id are text. Those between it and the last one are lost to everybody.
func (l *Log) add(sequence uint64, text []byte) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	switch {
	case sequence < l.next:
		return // it was there before a reconnection
	case sequence > l.next:
		l.segments, l.bytes = nil, 0
		l.first, l.next = sequence, sequence
	}
	s := l.room(len(l.incarnation) + len("id: -18446744073709551615\n") + len(text))
	before := len(s.bytes)
	s.bytes = append(s.bytes, "id: "...)
	s.bytes = l.appendID(s.bytes, sequence)
	s.bytes = append(s.bytes, '\n')
	s.bytes = append(s.bytes, text...)
	s.ends = append(s.ends, len(s.bytes))
	l.bytes += len(s.bytes) - before
	l.next++
	for l.next-l.first > uint64(l.most) || l.bytes > l.mostBytes && l.next-l.first > 1 {
		l.dropFirst()
	}
	l.shown = max(l.shown, l.first)
	if !l.held {
		l.shown = l.next
	}
	l.change()
}

// room is a segment with room for n bytes. Nobody may be writing what would have to move, so it does not grow.
func (l *Log) room(n int) *segment {
	size := smallSegment
	if len(l.segments) > 0 {
		last := l.segments[len(l.segments)-1]
		if cap(last.bytes)-len(last.bytes) >= n {
			return last
		}
		size = min(2*cap(last.bytes), largeSegment)
	}
	s := &segment{first: l.next, bytes: make([]byte, 0, max(size, n))}
	l.segments = append(l.segments, s)
	return s
}

func (l *Log) dropFirst() {
	s := l.segments[0]
	i := l.first - s.first
	size := s.ends[i]
	if i > 0 {
		size -= s.ends[i-1]
	}
	l.bytes -= size
	if l.first++; l.first == s.first+uint64(len(s.ends)) {
		l.segments = slices.Delete(l.segments, 0, 1)
	}
}

// forget drops what is older than the first event that JetStream still has.
func (l *Log) forget(first uint64) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for l.first < first && l.first < l.shown {
		l.dropFirst()
	}
}

// hold has the events wait, or come.
func (l *Log) hold(held bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.held = held
	if !held && l.shown != l.next {
		l.shown = l.next
		l.change()
	}
}

// carryOut has all readers carry out a command.
func (l *Log) carryOut(c Command) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	switch c.Do {
	case DoCut:
		l.commands.Cuts++
	case DoEnd:
		l.commands.Ends++
		l.commands.End = l.shown
	case DoRetry:
		l.commands.Retries++
		l.commands.Min, l.commands.Max = c.Min, c.Max
	default:
		return
	}
	l.change()
}

// end has all readers go.
func (l *Log) end() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.over = true
	l.commands.End = l.shown
	l.change()
}

func (l *Log) change() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// loaded waits until the event with a sequence is there.
func (l *Log) loaded(ctx context.Context, sequence uint64) error {
	for {
		l.mutex.Lock()
		next, changed := l.next, l.changed
		l.mutex.Unlock()
		if next > sequence {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// newest is the last event's sequence, shown or not.
func (l *Log) newest() uint64 {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.next - 1
}

// ID is the id of the event with a sequence.
func (l *Log) ID(sequence uint64) string { return string(l.appendID(nil, sequence)) }

func (l *Log) appendID(b []byte, sequence uint64) []byte {
	b = append(b, l.incarnation...)
	b = append(b, '-')
	return strconv.AppendUint(b, sequence, 10)
}
