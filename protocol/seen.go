package protocol

import "strings"

// Seen is one thing that the server saw or did for an EventSource of the page.
type Seen struct {
	Server  string  `json:"server,omitempty"` // that recorded it, by its ID; "": there is one only
	Seq     int     `json:"seq"`              // its number in the session's instance, from 1; each server counts its own
	At      float64 `json:"at"`               // milliseconds on the server's clock, from the beginning of the instance
	Source  int     `json:"source"`           // which EventSource of the page, from 1
	Attempt int     `json:"attempt"`          // which of its requests, from 1
	Kind    Kind    `json:"kind"`

	// Wire is how many bytes that was between the browser and the server, without those of TLS; 0: none, or nobody can say.
	//   - Of a request, its line and headers as they came over HTTP/1.1, without a body. They were parsed already, so white space
	//     that may be there or not counts as one space after a colon. What the page adds to its address for this record counts.
	//   - Of a head, the whole of it as it went over HTTP/1.1, that of a handshake too. Over HTTP/2 heads are compressed, for the
	//     connection. net/http writes those of mistakes.
	//   - Of a write, what it became by compression, with the size and the line breaks of its chunk or, over HTTP/2, with the headers
	//     of frames as far as it begins any: those of 16 KB, since no browser asks for larger ones.
	//   - Of an end, what the compressor still had, and the last chunk or frame.
	//   - Of a frame, with its header and mask, and with those of all its fragments.
	Wire int `json:"wire,omitempty"`

	Method string   `json:"method,omitempty"` // of a request, as are the next seven
	Target string   `json:"target,omitempty"`
	Proto  string   `json:"proto,omitempty"`
	Port   int      `json:"port,omitempty"`   // the browser's end of the connection
	Stream int      `json:"stream,omitempty"` // its number in an HTTP/2 connection; 0: there is none, or nobody says
	Cookie bool     `json:"cookie,omitempty"` // whether one came; never its value
	Header []Header `json:"header,omitempty"` // those that matter, where LooksSecret as Mask; of a head, all

	// Authorization is whether a request had that header; never its value.
	Authorization bool `json:"authorization,omitempty"`

	Status int `json:"status,omitempty"` // of a head

	Bytes []byte `json:"bytes,omitempty"` // of a write
	Size  int    `json:"size,omitempty"`  // of a write; more than len(Bytes) if those were left out

	// Packed is what a write became by compression, in bytes; 0: it was not compressed, or the compressor still has it.
	Packed int `json:"packed,omitempty"`

	By  By  `json:"by,omitempty"` // of an end, as is the next
	How End `json:"how,omitempty"`

	Frame    Frame  `json:"frame,omitempty"`    // of a WebSocket, as are the next three; its payload is in Bytes and Size, but that of a close
	FromPage bool   `json:"fromPage,omitempty"` // or the server sent it
	Code     int    `json:"code,omitempty"`     // of a close, as is the next; 1005: it had none
	Reason   string `json:"reason,omitempty"`

	NotHere []NotHere `json:"notHere,omitempty"` // of what the scenario did just now

	Do   Do     `json:"do,omitempty"`   // of a command that was carried out, as is the next
	Next *Reply `json:"next,omitempty"` // that was chosen for the next request
}

// A Kind is what was seen.
type Kind string

// The kinds of what the server saw.
const (
	SeenRequest Kind = "request"
	SeenHead    Kind = "head" // of the response
	SeenWrite   Kind = "write"
	SeenEnd     Kind = "end" // of the response
	SeenDid     Kind = "did" // a command of the visitor's

	SeenFrame   Kind = "frame"    // of a WebSocket, whose Head has the status 101; what its messages carry is no SeenWrite
	SeenNotHere Kind = "not here" // something that a WebSocket has no counterpart of; once for each word
)

// Frame is what a frame of a WebSocket is (RFC 6455, 5.2).
type Frame string

// The frames. A message in several fragments is one.
const (
	FrameText   Frame = "text"
	FrameBinary Frame = "binary"
	FrameClose  Frame = "close"
	FramePing   Frame = "ping"
	FramePong   Frame = "pong"
)

// NotHere is what a scenario says that does not exist in the protocol over which it is played.
type NotHere string

// What a WebSocket does not have. With ids in the messages it has the first two, as far as the page does something with them.
const (
	NoID          NotHere = "id"
	NoEvent       NotHere = "event"
	NoRetry       NotHere = "retry"
	NoComments    NotHere = "comments" // each is a ping; these were too many in a second
	NoFields      NotHere = "unknown fields"
	NoChunks      NotHere = "chunks" // something was sent before the event was complete
	NoGzip        NotHere = "gzip"
	NoContentType NotHere = "content type"
	NoCORS        NotHere = "cors"
	NoRedirect    NotHere = "redirect" // the browser does not follow it
)

// By is who ended a response.
type By string

// The two who can.
const (
	ByServer By = "server"
	ByClient By = "client"
)

// An End is how a response ended. All but EndLeft are the server's doing.
type End string

// The ends of a response.
const (
	EndProper     End = "end"
	EndCut        End = "cut"         // with a reset
	EndCutCleanly End = "cut cleanly" // without the last chunk
	EndRefused    End = "refused"     // with a reset, before there was a head
	EndLimit      End = "limit"       // properly, since its lifetime is over
	EndStopping   End = "stopping"    // properly, since the server stops
	EndTooSlow    End = "too slow"    // with a reset, since the client does not read
	EndRejected   End = "rejected"    // with a close frame that says why: the page sent too much, or what is no frame
	EndQuota      End = "quota"       // with a 503, since the server's own quota for it is full; the body says so
	EndMistake    End = "mistake"     // of the server's
	EndLeft       End = "left"        // the client closed the connection
	EndLost       End = "lost"        // as a client saw it, which does not know by whom
)

// Header is one line of a request's or a response's head.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// HeaderOf is the value of a header, by its name in any case.
func HeaderOf(headers []Header, name string) (value string, ok bool) {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value, true
		}
	}
	return "", false
}
