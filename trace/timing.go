package trace

import "math"

// Timing is when what came of a source's newest request: milliseconds on the performance clock, 0 for what did not come yet. Only a
// Go engine tells; a script sees nothing of it of an EventSource.
type Timing struct{ Asked, Head, FirstByte, FirstEvent float64 }

// Gaps are the times between pieces of responses, from one piece that came to the next of the same response.
type Gaps struct {
	Counts  [gapBuckets]int // by their length, see GapBucket
	All     int
	Stalls  []Stall // the newest, at most maxStalls
	Stalled int     // all of them
	Longest float64 // milliseconds

	last float64
}

// A Stall is a gap that is ten times the median of those before it, and more than 250 ms.
type Stall struct{ From, To float64 }

const (
	gapBuckets = 24 // each twice as long as the one before, from 1/64 ms on
	maxStalls  = 100

	stallTimes, stallLeast, stallAfter = 10, 250, 5 // the median; milliseconds; gaps that make a median
)

// GapBucket is the longest gap of a bucket, in milliseconds.
func GapBucket(i int) float64 { return math.Ldexp(1, i-6) }

// Median is about the middle one of the gaps, in milliseconds: the longest of its bucket.
func (g *Gaps) Median() float64 {
	left := g.All / 2
	for i, n := range g.Counts {
		if left -= n; left < 0 {
			return GapBucket(i)
		}
	}
	return 0
}

// arrived takes the next piece in.
func (g *Gaps) arrived(at float64) {
	from := g.last
	g.last = at
	if from == 0 {
		return
	}
	gap := max(0, at-from)
	if gap > stallLeast && g.All >= stallAfter && gap > stallTimes*g.Median() {
		if g.Stalled++; len(g.Stalls) == maxStalls {
			g.Stalls = append(g.Stalls[:0], g.Stalls[1:]...)
		}
		g.Stalls = append(g.Stalls, Stall{from, at})
	}
	bucket := 0
	for bucket < gapBuckets-1 && GapBucket(bucket) < gap {
		bucket++
	}
	g.Counts[bucket]++
	g.All++
	g.Longest = max(g.Longest, gap)
}

// Asked records that a request is made.
func (s *Source) Asked(at float64) { s.timing, s.gaps.last = Timing{Asked: at}, 0 }

// Headed records that its response's head came.
func (s *Source) Headed(at float64) { s.timing.Head = at }

// Arrived records that a piece of its response came.
func (s *Source) Arrived(at float64) {
	if s.timing.FirstByte == 0 {
		s.timing.FirstByte = at
	}
	s.gaps.arrived(at)
}

// Timing is that of the newest request, as far as the source tells.
func (s *Source) Timing() Timing {
	if s == nil {
		return Timing{}
	}
	return s.timing
}

// Gaps are those of all responses of the source. The caller must not change them.
func (s *Source) Gaps() *Gaps {
	if s == nil {
		return &Gaps{}
	}
	return &s.gaps
}
