package eventsource

// Meter counts the time that those clients take from the page which are made from now on, until it is read: the milliseconds in which their
// listeners ran, with what reads and decodes the events and with what observe does. What the browser does before it dispatches is not
// counted. One meter runs at a time. Outside a page it counts nothing.
func Meter() (read func() float64) {
	meter = stopwatch{running: true}
	return func() float64 {
		meter.running = false
		return meter.spent
	}
}

var meter stopwatch

// stopwatch counts what runs one in the other once.
type stopwatch struct {
	running     bool
	inside      int
	from, spent float64
}

func (w *stopwatch) enter() *stopwatch {
	if w.running {
		if w.inside++; w.inside == 1 {
			w.from = now()
		}
	}
	return w
}

func (w *stopwatch) leave() {
	if w.inside == 0 {
		return // it was started inside
	}
	if w.inside--; w.inside == 0 {
		w.spent += now() - w.from
	}
}
