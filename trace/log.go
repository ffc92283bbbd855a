package trace

import (
	"slices"
	"sort"

	"eventsource-playground/eventsource"
)

// Limits of a Log: past either the oldest records go, and Dropped counts them. The run that came last stays, whatever
// its text.
const (
	MaxRecords = 200_000
	MaxText    = 64 << 20 // characters in all, of types, ids, origins, addresses and data; those of neighbours that are equal count once
)

// A stream may give each event another type: so many are remembered, of so many bytes at most.
const (
	maxTypes = 100
	maxType  = 4 << 10
)

// A Log is the append-only record of what any number of sources did, in the order in which that was observed. Counters, spans
// and facts are kept as records come, so that reading them costs nothing, however long the log.
type Log struct {
	maxRecords, maxText int

	runs    []run
	gone    int // runs that were dropped, before the oldest that is kept
	next    int // Seq of the next record
	kept    int
	text    int
	dropped int

	sources []*Source // by number; see forget
	newest  []*Source // of each lane
	made    int       // the number of the newest
	before  int       // the number before the first
	types   []string
	changes int

	served    served
	others    facts  // of no source that is known here
	marker    string // by which a stream said that it is complete, or must say it
	markerSet bool
}

// NewLog makes an empty log.
func NewLog() *Log { return NewLogAfter(0) }

// NewLogAfter makes an empty log whose first source has the number after a number: several logs of a session share its numbers.
func NewLogAfter(number int) *Log {
	return &Log{maxRecords: MaxRecords, maxText: MaxText, before: number, made: number}
}

// Made reports whether it is the log that gave a source this number.
func (l *Log) Made(number int) bool { return l.before < number && number <= l.made }

// run is records of one source that came together: one that is not a Message, or any number of Messages.
type run struct {
	source *Source
	lone   *Record
	events eventsource.Events

	seq    int // of its first record
	before int // messages of its source before it
	skip   int // records at its start that were dropped
	size   int // characters

	first, last float64 // At of its first and last record
}

func (r *run) len() int {
	if r.lone != nil {
		return 1
	}
	return r.events.Len()
}

// appendTo appends the run's records from (included) to (excluded).
func (r *run) appendTo(records []Record, from, to int) []Record {
	if r.lone != nil {
		return append(records, *r.lone)
	}
	for i, e := range r.events.Slice(from, to) {
		records = append(records, Record{
			Seq: r.seq + from + i, Client: r.source.Kind, Source: r.source.number, At: e.TimeStamp, T: e.TimeStamp - r.source.newAt, Observer: Page,
			Kind: Message, ReadyState: e.ReadyState, Type: e.Type, Data: e.Data, LastEventID: e.LastEventID, Origin: e.Origin,
		})
	}
	return records
}

// add adds a run, and drops the oldest records when that is too much: as many as needed of the oldest run, but all of it
// where its text is to go, because a run lets go of its text as a whole.
func (l *Log) add(r run) {
	r.seq = l.next
	n := r.len()
	l.runs = append(l.runs, r)
	l.next += n
	l.kept += n
	l.text += r.size
	l.changes++
	for l.kept > l.maxRecords || l.text > l.maxText && len(l.runs) > 1 {
		gone := l.runs[0].len() - l.runs[0].skip
		if over := l.kept - l.maxRecords; over < gone && (l.text <= l.maxText || len(l.runs) == 1) {
			gone = over
		}
		l.drop(gone)
	}
}

// drop lets go of the n oldest records, which are in one run, and of a source of which that was the last.
func (l *Log) drop(n int) {
	oldest := l.runs[0]
	oldest.skip += n
	l.kept -= n
	l.dropped += n
	if oldest.skip < oldest.len() {
		l.runs[0].skip = oldest.skip
		return
	}
	l.text -= oldest.size
	l.runs[0] = run{}
	l.runs = l.runs[1:]
	l.gone++
	if oldest.source.trim(&oldest) {
		l.forget()
	}
}

// forget lets go of the sources that are over and of which nothing is kept, but for the newest of each lane.
func (l *Log) forget() {
	l.sources = slices.DeleteFunc(l.sources, func(s *Source) bool {
		return !s.now.Live() && len(s.own) == 0 && len(s.runs) == 0 && l.Newest(s.Lane) != s
	})
}

// Clear forgets all records, counts, facts and past states. The sources and their states go on: a state that lasts began
// when it began.
func (l *Log) Clear() {
	l.gone += len(l.runs)
	l.runs, l.kept, l.text, l.dropped = nil, 0, 0, 0
	l.others = facts{}
	for _, s := range l.sources {
		s.clear()
	}
	l.forget()
	l.served.clear()
	l.changes++
}

// Source is the one of that number, or nil if nothing of it is kept.
func (l *Log) Source(number int) *Source {
	i, found := slices.BinarySearchFunc(l.sources, number, func(s *Source, n int) int { return s.number - n })
	if !found {
		return nil
	}
	return l.sources[i]
}

// Sources are those of which something is kept, in the order in which they were made. The caller must not change them.
func (l *Log) Sources() []*Source { return l.sources }

// Newest is the newest source of a lane, from 1; nil if there is none.
func (l *Log) Newest(lane int) *Source {
	if lane > len(l.newest) {
		return nil
	}
	return l.newest[lane-1]
}

// Lanes is how many there are.
func (l *Log) Lanes() int { return len(l.newest) }

// NextSource is the number that the next source will have.
func (l *Log) NextSource() int { return l.made + 1 }

// Types are the types of the events of streams that were seen, as far as they were decoded; at most maxTypes.
func (l *Log) Types() []string { return l.types }

// Changes grows with every change of the log: equal values mean an equal log.
func (l *Log) Changes() int { return l.changes }

// Len is the number of records kept.
func (l *Log) Len() int { return l.kept }

// Dropped is how many of the oldest records went when the log was over its limits, since it was cleared.
func (l *Log) Dropped() int { return l.dropped }

// First is the Seq of the oldest record kept, and End one past that of the newest.
func (l *Log) First() int { return l.next - l.kept }

// End is the Seq that the next record will have.
func (l *Log) End() int { return l.next }

// Records yields the records with a Seq from (included) to (excluded), as far as they are kept.
func (l *Log) Records(from, to int) []Record {
	from, to = max(from, l.First()), min(to, l.End())
	if from >= to {
		return nil
	}
	records := make([]Record, 0, to-from)
	for i := l.runOf(from); i < len(l.runs) && l.runs[i].seq < to; i++ {
		r := &l.runs[i]
		records = r.appendTo(records, max(from-r.seq, r.skip), min(to-r.seq, r.len()))
	}
	return records
}

// search yields the Seqs from (included) to (excluded), as far as they are kept, of the records that a filter lets through.
// Events are not decoded for that.
func (l *Log) search(from, to int, f Filter, lower string) []int {
	from, to = max(from, l.First()), min(to, l.End())
	if from >= to {
		return nil
	}
	var seqs []int
	for i := l.runOf(from); i < len(l.runs) && l.runs[i].seq < to; i++ {
		r := &l.runs[i]
		if f.Lane > 0 && r.source.Lane != f.Lane {
			continue
		}
		first, end := max(from-r.seq, r.skip), min(to-r.seq, r.len())
		if r.lone != nil {
			if f.matches(r.lone.Kind, r.lone.Type, lower, r.lone.LastEventID, r.lone.URL) {
				seqs = append(seqs, r.seq)
			}
			continue
		}
		seq := r.seq + first
		r.events.Texts(first, end, func(typ, data, lastEventID string) {
			if f.matches(Message, typ, lower, data, lastEventID) {
				seqs = append(seqs, seq)
			}
			seq++
		})
	}
	return seqs
}

// runOf finds the run that holds a Seq.
func (l *Log) runOf(seq int) int {
	return sort.Search(len(l.runs), func(i int) bool { return l.runs[i].seq > seq }) - 1
}
