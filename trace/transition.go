package trace

// Transition is a way from one readyState to the next, an arrow of the state machine.
type Transition uint8

const (
	NoTransition Transition = iota
	ToOpen                  // CONNECTING → OPEN: open
	ToLost                  // OPEN → CONNECTING: error, will reconnect
	ToFailed                // CONNECTING → CONNECTING: error, an attempt that did not open
	OpenToClose             // OPEN → CLOSED: close(); or error, when the visitor or window.stop() stopped the page
	ToClosed                // CONNECTING → CLOSED: error, gave up; or close()
)

// Transitions are all of them.
var Transitions = [...]Transition{ToOpen, ToLost, ToFailed, OpenToClose, ToClosed}

// Counts are of a source, since it was made or the log was cleared.
type Counts struct {
	Events      int // of the stream
	Transitions [ToClosed + 1]int

	reconnections int
}

// Of is how many times a transition was made.
func (c Counts) Of(t Transition) int { return c.Transitions[t] }

// Reconnections is how many times it opened again.
func (c Counts) Reconnections() int { return c.reconnections }
