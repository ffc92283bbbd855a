package lesson

import "eventsource-playground/trace"

// A Run is one try at a lesson: what a log records from a moment on.
type Run struct {
	log    *trace.Log
	from   int // Seq of its first record
	source int // its first source
	steps  int // that are done
}

// Begin begins a run. The next source of the log is its first.
func Begin(log *trace.Log) *Run {
	return &Run{log: log, from: log.End(), source: log.NextSource()}
}

// fetches separates the requests of fetch from those of EventSources.
const fetches = 500_000

// FetchSource is the number that a fetch beside a source has on the server.
func FetchSource(source int) int { return fetches + source }

// Step returns the next of the lesson's steps if it is due. It is due once.
func (r *Run) Step(l *Lesson, m Measures) (do string, due bool) {
	if r.steps == len(l.Steps) || !l.Steps[r.steps].When.Holds(m) {
		return "", false
	}
	r.steps++
	return l.Steps[r.steps-1].Do, true
}
