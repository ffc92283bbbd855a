package scenario

import "strconv"

// Work counts the steps of reading a text and of previewing it, so that the cost of one has a limit that depends on no
// clock: a step is a line that is read, a part of it that is counted, or a part that is played. The zero Work has no limit.
type Work struct {
	Limit int             // steps in all, for previews; 0: none. Parse has that of its [Limits]
	Done  <-chan struct{} // closed when nobody waits for the result any more, such as ctx.Done(); nil: never

	steps   int
	checked int // the steps at which Done was looked at last
	gone    bool
}

// Steps is how many were done so far.
func (w *Work) Steps() int { return w.steps }

// spend counts n steps, and reports whether the work may go on. A nil Work, that of a stream, always may.
func (w *Work) spend(n int) bool {
	if w == nil {
		return true
	}
	w.steps += n
	const often = 256
	if w.Done != nil && (w.checked == 0 || w.steps-w.checked >= often) {
		w.checked = w.steps
		w.look()
	}
	return !w.over()
}

func (w *Work) look() {
	select {
	case <-w.Done:
		w.gone = true
	default:
	}
}

// over reports whether the work has to stop.
func (w *Work) over() bool { return w != nil && (w.gone || over(w.Limit, w.steps)) }

// why is what a text's reader is told that had to stop.
func (w *Work) why() string {
	if w.gone {
		return "nobody waits for the rest: reading stopped here"
	}
	return "reading this text takes more than " + strconv.Itoa(w.Limit) + " steps: remove lines or placeholders"
}
