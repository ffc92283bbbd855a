// Package protocol is what the page and its server say to each other, declared once for both.
//
// The page makes up a secret, 128 random bits in hexadecimal. Its hash is the id of the page's session, see [SessionID],
// which the page adds to the address of each of its streams, with a number for each EventSource: /sse?…&session=…&source=1.
// So the server knows whose requests they are. It records what it sees of them, each thing a [Seen] with a number of its
// own, and tells nobody but the page. What is recorded and shown is without these two parameters. Of a WebSocket at /ws it records
// the handshake as a request and a head, and the frames in both directions.
//
// For that the page opens a channel, which is a WebSocket, at the [Address] of the session. Each message is one JSON object:
// [FromPage] on the way to the server, [ToPage] on the way back. The page's first message brings the secret; before it the
// server tells nothing and does nothing. Then the server begins with a [Hello], and sends the
// records after the one that the page named, those that it has and those to come. A page whose channel was lost opens it
// again with the number of the last record that it got, and misses nothing that is still kept.
//
// The numbers are those of one instance of the session. A server that was restarted, or that had forgotten the session,
// begins another instance under the same id: its Hello says so, and clock, numbers and attempts start again.
//
// The page sends pings to learn how the server's clock differs from its own; a [Command] to change the stream that is
// open, and gets a [Did] once it was carried out or rejected; and a scenario's text, and gets it [Checked]. What a command
// did is recorded too, beside what came of it. The lists and texts that the page shows come over the channel as well: while
// six streams are open a browser sends no request of another kind. And over the channel a page [Join]s the [Class] of a room.
package protocol

import (
	"strconv"
	"strings"
)

// Address is the path and query of a session's channel. instance is the last Hello's, after the number of the last record of each server
// that recorded something, by its ID, which is "" if there is one server only; "" and nil at first.
func Address(session, instance string, after map[string]int) string {
	parts := make([]string, 0, len(after))
	for server, seq := range after {
		part := strconv.Itoa(seq)
		if server != "" {
			part = server + "." + part
		}
		parts = append(parts, part)
	}
	return "/session?id=" + session + "&instance=" + instance + "&after=" + strings.Join(parts, ",")
}

// ToPage is a message to the page: one of its fields is set, and Now beside Pong, Dropped beside Seen.
type ToPage struct {
	Hello   *Hello   `json:"hello,omitempty"`
	Seen    []Seen   `json:"seen,omitempty"`
	Dropped int      `json:"dropped,omitempty"` // records before these that are no longer kept
	Pong    *float64 `json:"pong,omitempty"`    // what the ping said
	Now     float64  `json:"now,omitempty"`     // the session's clock, in milliseconds
	Did     *Did     `json:"did,omitempty"`
	Checked *Checked `json:"checked,omitempty"`
	Got     *Got     `json:"got,omitempty"`
	Joined  *Joined  `json:"joined,omitempty"`
	Class   *Class   `json:"class,omitempty"`

	// Servers are those of a cluster, beside the channel's own, that recorded something for this page and that are new to it or have
	// changed.
	Servers []Server `json:"servers,omitempty"`
}

// Server is one of several, as the channel's own knows it.
type Server struct {
	ID     string  `json:"id"`               // its name, a hyphen, and its epoch, which is another one after each start
	Offset float64 `json:"offset,omitempty"` // what its clock is ahead of the channel's, in milliseconds; its records are moved by that
	Gone   bool    `json:"gone,omitempty"`   // it gives no sign of life
}

// CutServer takes a server's ID apart.
func CutServer(id string) (name, epoch string) {
	i := strings.LastIndexByte(id, '-')
	if i < 0 {
		return id, ""
	}
	return id[:i], id[i+1:]
}

// Got is a text that the page wanted.
type Got struct {
	ID   int    `json:"id"`   // the message's
	Text string `json:"text"` // "": there is none, or it is too long
}

// Hello is the first message to the page.
type Hello struct {
	Instance string  `json:"instance"` // of the session, since this server knows it
	Now      float64 `json:"now"`      // its clock, in milliseconds
	Dropped  int     `json:"dropped"`  // records that the page has not got, and that are no longer kept

	// Server is the ID of the channel's, if it is one of several. Then instances outlive it, and Now goes on.
	Server string `json:"server,omitempty"`
}

// Did is what became of a command.
type Did struct {
	ID    int    `json:"id"`              // the command's
	Error string `json:"error,omitempty"` // why it was rejected, in one sentence; "": it was carried out
}

// FromPage is a message of the page: the secret, a ping, a command or a text to check.
type FromPage struct {
	Secret string `json:"secret,omitempty"` // of the first message, which brings nothing else

	Ping *float64 `json:"ping,omitempty"` // the page's clock, in milliseconds

	ID int `json:"id,omitempty"` // of a command or a text, for the reply to it
	Command
	Check *string `json:"check,omitempty"` // a scenario's text
	Get   string  `json:"get,omitempty"`   // path and query of a list or a text of the server's

	// Of a class. What is rejected gets a Did with the sentence; a Join gets a Joined.
	Join     *Join     `json:"join,omitempty"`
	Leave    bool      `json:"leave,omitempty"`
	Presence *Presence `json:"presence,omitempty"`
	Predict  *Predict  `json:"predict,omitempty"`
	Outcome  *Outcome  `json:"outcome,omitempty"`
	Ask      *Ask      `json:"ask,omitempty"`    // the maker's, as is the next
	Reveal   int       `json:"reveal,omitempty"` // a round
}
