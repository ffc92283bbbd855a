package play

import (
	"log/slog"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
)

// A Watcher is told of one request and its response, and may change both. It is all that a play knows of the page's session.
type Watcher interface {
	// Session is the page's, by its id, which is in URLs; "" for nobody.
	Session() string
	// Instead returns the response that the visitor chose instead of the planned one, or nil.
	Instead(planned func() *scenario.Section) *scenario.Section
	// Plays says who responds. Until Ended the play accepts commands.
	Plays(*Play)
	// Head is the head of the response as text, and its bytes on the wire, as protocol.Seen counts them.
	Head(status int, text []byte, wire int)
	// Wrote is bytes of the body, before compression and framing. They are the play's: keep a copy. packed is how many bytes
	// compression made of them, 0 without any, and wire how many go over the wire.
	Wrote(body []byte, packed, wire int)
	// Saw is what only a WebSocket has: a frame, or what of the scenario has no counterpart there. Whose it is the watcher knows;
	// the bytes are the play's. Any goroutine may call it, also after Ended, which is then too late.
	Saw(protocol.Seen)
	// Did is a command that was carried out.
	Did(do protocol.Do)
	// Ended is how the response ended, and how many bytes on the wire that took. Only the first one counts.
	Ended(by protocol.By, how protocol.End, wire int)
}

// nobody watches a request that names no session.
type nobody struct{}

func (nobody) Session() string                                    { return "" }
func (nobody) Instead(func() *scenario.Section) *scenario.Section { return nil }
func (nobody) Plays(*Play)                                        {}
func (nobody) Head(int, []byte, int)                              {}
func (nobody) Wrote([]byte, int, int)                             {}
func (nobody) Saw(protocol.Seen)                                  {}
func (nobody) Did(protocol.Do)                                    {}
func (nobody) Ended(protocol.By, protocol.End, int)               {}

// logOf is a log that says whose page watches, if one does.
func logOf(log *slog.Logger, w Watcher) *slog.Logger {
	if id := w.Session(); id != "" {
		return log.With("session", id)
	}
	return log
}
