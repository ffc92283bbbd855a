package trace

import "math"

// Part is what the sources of a lane did in one of equally long parts of a time.
type Part struct {
	States [4]bool // by eventsource.ReadyState: those they were in. CLOSED is where they became that only: it goes on for ever
	Events int     // of the stream
}

// partSpans is how many states of a part are looked at: enough to see a wait among them, since no two in a row are OPEN.
const partSpans = 4

// Outline is what the sources of a lane did from a moment on to another, in so many parts. Its cost depends on the number
// of parts, not on the log's length: nothing is walked through or decoded, only looked for, once for each part.
func (l *Log) Outline(lane int, from, to float64, parts int) []Part {
	outline := make([]Part, parts)
	step := (to - from) / float64(parts)
	if step <= 0 {
		return outline
	}
	for _, s := range l.sources {
		if s.Lane == lane && len(s.spans) > 0 {
			s.outline(outline, from, step)
		}
	}
	return outline
}

func (s *Source) outline(outline []Part, from, step float64) {
	part := func(at float64) int { return int(min((at-from)/step, float64(len(outline)-1))) }
	first, last := max(0, part(s.spans[0].From)), len(outline)-1
	if !s.now.Live() {
		last = part(s.now.Since)
	}
	if last < first {
		return
	}
	start := from + float64(first)*step
	// A run that is not decoded is taken as spread evenly, however long it is.
	before := s.messagesBefore(start, math.Inf(1))
	for i := first; i <= last; i++ {
		p, end := &outline[i], from+float64(i+1)*step
		spans := s.Spans(start, end)
		for _, span := range spans[:min(len(spans), partSpans)] {
			p.States[span.State] = true
		}
		through := s.messagesBefore(end, math.Inf(1))
		p.Events += through - before
		start, before = end, through
	}
}
