package trace

import (
	"strings"

	"eventsource-playground/eventsource"
)

// EndWith says by which data or type of event the streams say that they are complete. "" leaves that to what is usual.
func (l *Log) EndWith(marker string) { l.marker, l.markerSet = marker, marker != "" }

// endMarker is the part of an event by which a stream says that it is complete, "" if it has none. EventSource knows no such event,
// so that whoever relies on one has to call close().
func (l *Log) endMarker(e eventsource.Event) string {
	if l.markerSet && (e.Type == l.marker || e.Data == l.marker) {
		return l.marker
	}
	if l.markerSet {
		return ""
	}
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
