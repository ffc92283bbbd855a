package session

import (
	"fmt"
	"net/http"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/server/play"
)

// reply is the response that the visitor wants to the next request, once.
type reply struct {
	protocol.Reply
	source int // whose request; that of a later one too
	plays  *scenario.Section
}

const errReply play.Rejected = "Choose the next reply: a status from 200 to 599, refuse, redirect or wrong type."

// newReply makes a reply of what the page chose, if that is possible.
func newReply(n *protocol.Reply) (reply, error) {
	if n == nil {
		return reply{}, errReply
	}
	var text string
	switch {
	case n.Do == protocol.ReplyRefuse:
		text = "== refuse\n"
	case n.Do == protocol.ReplyRedirect:
		text = "== 307\n@redirect here\n"
	case n.Do == protocol.ReplyWrongType:
		// Chromium sniffs text/plain, and says nothing until it has seen enough.
		text = "== 200\n@header Content-Type: application/json\n{\"event\": \"not in this type\"}\n@end\n"
	case n.Do != "" || n.Status < 200 || n.Status > 599:
		return reply{}, errReply
	case n.Status == http.StatusOK:
		// Open, and all that comes is what the visitor sends.
		text = "== 200\n:\n@hold\n"
	case n.Status == http.StatusNoContent || n.Status == http.StatusResetContent || n.Status == http.StatusNotModified:
		text = fmt.Sprintf("== %d\n", n.Status)
	default:
		text = fmt.Sprintf("== %d\nThe visitor chose this response: %d.\n@end\n", n.Status, n.Status)
	}
	s, err := scenario.Parse(text, scenario.Limits{})
	if err != nil {
		return reply{}, errReply
	}
	return reply{Reply: *n, plays: s.Sections[0]}, nil
}
