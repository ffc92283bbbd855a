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

	// Of a WebSocket alone.
	ToClosing       // CONNECTING or OPEN → CLOSING: close()
	ClosingToClosed // CLOSING → CLOSED: the close event
	ByHand          // CLOSED → CONNECTING: a new one, by hand
)

// Transitions are those of an EventSource, and SocketTransitions those of a WebSocket: in OpenToClose and ToClosed the close event.
var (
	Transitions       = [...]Transition{ToOpen, ToLost, ToFailed, OpenToClose, ToClosed}
	SocketTransitions = [...]Transition{ToOpen, ToClosing, OpenToClose, ToClosed, ClosingToClosed, ByHand}
)

// Counts are of a source, since it was made or the log was cleared.
type Counts struct {
	Events      int // of the stream
	Transitions [ByHand + 1]int

	reconnections int
}

// Of is how many times a transition was made.
func (c Counts) Of(t Transition) int { return c.Transitions[t] }

// Reconnections is how many times it opened again.
func (c Counts) Reconnections() int { return c.reconnections }
