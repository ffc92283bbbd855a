package trace

import (
	"strings"

	"eventsource-playground/eventsource"
)

// endMarker is the part of an event by which a stream usually says that it is complete, "" if it has none. EventSource
// knows no such event, so that whoever relies on one has to call close().
func endMarker(e eventsource.Event) string {
	switch strings.ToLower(Brief(e.Type)) {
	case "done", "end", "eof", "complete", "completed", "finish", "finished", "close", "message_stop", "response.completed":
		return strings.Clone(e.Type) // it may be a part of a long text, as may the data
	}
	switch data := strings.TrimSpace(Brief(e.Data)); data {
	case "[DONE]", "DONE", "[END]", "END", "[EOF]", "EOF":
		return strings.Clone(data)
	}
	return ""
}
