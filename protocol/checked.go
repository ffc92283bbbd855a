package protocol

// Checked is what a scenario's text means, so that the page need not carry the parser: its mistakes, and a preview.
type Checked struct {
	ID       int              `json:"id"` // of the message that brought the text
	Errors   []Mistake        `json:"errors"`
	Listen   []string         `json:"listen"`   // the event types that it says to listen for
	Connect  Connect          `json:"connect"`  // how it says to connect
	Attempts []CheckedAttempt `json:"attempts"` // one for each section
}

// Mistake is one in the text.
type Mistake struct {
	Line   int    `json:"line"` // from 1, as is the next
	Column int    `json:"column"`
	What   string `json:"what"`
}

// CheckedAttempt is the response that a section makes.
type CheckedAttempt struct {
	Status int     `json:"status"` // 0: there is no response
	End    string  `json:"end"`    // in the notation's words: end, cut, cut connection, cut cleanly, hold, refuse or silence
	Events []Event `json:"events"` // none if a browser does not read the response as an event stream
	More   bool    `json:"more"`   // there is more than was looked at
}

// Event is what a browser dispatches, to whoever listens.
type Event struct {
	Type        string `json:"type"`
	Data        string `json:"data"`
	LastEventID string `json:"lastEventId"`
}
