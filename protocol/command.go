package protocol

import "strconv"

// A Command changes a stream while it is open, or how the next request is answered.
type Command struct {
	Do     Do     `json:"do,omitempty"`
	Source int    `json:"source,omitempty"` // whose stream; 0: the newest
	Bytes  []byte `json:"bytes,omitempty"`  // for DoSend
	Next   *Reply `json:"next,omitempty"`   // for DoNext
}

// Do is what a command does.
type Do string

// What can be done to a stream.
const (
	DoPause  Do = "pause"  // the connection stays open, the bytes stop
	DoResume Do = "resume" // and the time that was left goes on
	DoStep   Do = "step"   // one line of the stream during a pause, without the waits before it
	DoSend   Do = "send"   // bytes that are not the scenario's, at the next end of a line
	DoCut    Do = "cut"    // reset the connection
	DoEnd    Do = "end"    // end the response properly
	DoNext   Do = "next"   // answer the next request in another way, once
)

// A Reply is the response to the next request: a status, or what is done instead of it.
type Reply struct {
	Status int     `json:"status,omitempty"`
	Do     ReplyDo `json:"do,omitempty"`
}

// ReplyDo is a reply that is more, or less, than a status.
type ReplyDo string

// What a reply can be instead of a status.
const (
	ReplyRefuse    ReplyDo = "refuse"     // reset the connection, without a response
	ReplyRedirect  ReplyDo = "redirect"   // to the same stream
	ReplyWrongType ReplyDo = "wrong type" // 200, with a Content-Type that is no event stream's
)

// String is the reply in a word or two: 503, or wrong type.
func (r Reply) String() string {
	if r.Do != "" {
		return string(r.Do)
	}
	return strconv.Itoa(r.Status)
}
