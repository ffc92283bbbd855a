package protocol

import "strings"

// Seen is one thing that the server saw or did for an EventSource of the page.
type Seen struct {
	Seq     int     `json:"seq"`     // its number in the session's instance, from 1
	At      float64 `json:"at"`      // milliseconds on the server's clock, from the beginning of the instance
	Source  int     `json:"source"`  // which EventSource of the page, from 1
	Attempt int     `json:"attempt"` // which of its requests, from 1
	Kind    Kind    `json:"kind"`

	Method string   `json:"method,omitempty"` // of a request, as are the next six
	Target string   `json:"target,omitempty"`
	Proto  string   `json:"proto,omitempty"`
	Port   int      `json:"port,omitempty"`   // the browser's end of the connection
	Cookie bool     `json:"cookie,omitempty"` // whether one came; never its value
	Header []Header `json:"header,omitempty"` // those that matter, where LooksSecret as Mask; of a head, all

	// Authorization is whether a request had that header; never its value.
	Authorization bool `json:"authorization,omitempty"`

	Status int `json:"status,omitempty"` // of a head

	Bytes []byte `json:"bytes,omitempty"` // of a write
	Size  int    `json:"size,omitempty"`  // of a write; more than len(Bytes) if those were left out

	// Packed is what a write became by compression, in bytes; 0: it was not compressed, or the compressor still has it.
	Packed int `json:"packed,omitempty"`

	// Of a WebSocket's head: what of the scenario has no counterpart there, such as "id" or "comments".
	NotHere []string `json:"notHere,omitempty"`

	Frame    string `json:"frame,omitempty"`    // of a frame: text, binary, close, ping or pong; its payload is in Bytes and Size
	FromPage bool   `json:"fromPage,omitempty"` // of a frame, as is the next
	Wire     int    `json:"wire,omitempty"`     // bytes over the wire, with header and mask
	Code     int    `json:"code,omitempty"`     // of a close frame, as is the next
	Reason   string `json:"reason,omitempty"`

	By  By  `json:"by,omitempty"` // of an end, as is the next
	How End `json:"how,omitempty"`

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
	SeenFrame   Kind = "frame" // of a WebSocket
	SeenEnd     Kind = "end"   // of the response
	SeenDid     Kind = "did"   // a command of the visitor's
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
