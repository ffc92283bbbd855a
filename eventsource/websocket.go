package eventsource

import (
	"errors"
	"strconv"
)

// ErrNoWebSocket says that there is no WebSocket here: no browser.
var ErrNoWebSocket = errors.New("eventsource: there is no WebSocket here")

// Closing is a WebSocket's alone: close() was called, and the close event did not fire yet. WebSocket.readyState has 2 for it, and
// 3 for CLOSED; here a client that is over is [Closed], whatever it is.
const Closing ReadyState = 3

// A CloseEvent is what a WebSocket's close event says: the Err of an [Ended].
type CloseEvent struct {
	Code     int    // RFC 6455, 7.4: 1000 to 4999. 1005: the other side gave none. 1006: there was no close frame
	Reason   string // at most 123 bytes
	WasClean bool   // there was a close frame both ways

	// Returns is how long it is, in milliseconds, until the reconnection by hand; negative: there is none.
	Returns float64
}

func (e *CloseEvent) Error() string {
	text := "code " + strconv.Itoa(e.Code)
	if e.Reason != "" {
		text += " " + strconv.Quote(e.Reason)
	}
	if e.WasClean {
		return text + ", wasClean"
	}
	return text + ", not clean"
}

// SocketOptions say how a WebSocket is opened.
type SocketOptions struct {
	// Reconnect is the address of a module that exports a class ReconnectingSocket(url, on): see web/reconnect.js. "": there is no
	// reconnection, as the standard has none.
	Reconnect string

	// Binary is given the bytes of each binary message when it arrives, good until it returns. nil: nobody wants them.
	Binary func(at float64, p []byte)
}

// WebSocket opens a WebSocket in a page, as a Source. It listens to all that there is: open, message, error and close. A binary
// message is reported as a description of its bytes, before which Binary is given them. Close is not the end of it: the close event is observed, too.
// The error is [ErrNoWebSocket], or an *[Exception] for a URL that the browser refuses.
func WebSocket(url string, o SocketOptions, observe func(Events)) (*Source, error) {
	s, err := newSocket(url, o, observe)
	if err != nil {
		return nil, err
	}
	return &Source{s}, nil
}

// Send sends a text over a WebSocket that is open, and reports whether it could. No other client sends anything.
func (s *Source) Send(text string) bool {
	sender, ok := s.client.(interface{ send(string) bool })
	return ok && sender.send(text)
}

// binary describes a binary message of so many bytes, of which some are given.
func binary(first []byte, size int) string {
	const digits = "0123456789abcdef"
	text := []byte("binary, " + strconv.Itoa(size) + " bytes:")
	for _, b := range first {
		text = append(text, ' ', digits[b>>4], digits[b&15])
	}
	if size > len(first) {
		text = append(text, " …"...)
	}
	return string(text)
}
