package sse

import (
	"strconv"
	"strings"
)

// A Reason says why a line had no effect, and what became of what was pending. The zero Reason is that of a line which had
// one.
type Reason struct {
	Cause         Cause
	TypeForgotten bool   // for NoData: an event type was set, and is forgotten
	IDKept        bool   // for NoData: an id was set, and is the last event ID all the same
	IDForgotten   bool   // for NoBlankLine: an id was set, and is forgotten
	Name          string // for MisspeltField: the name as it was received
}

// A Cause is the rule of HTML 9.2.6 by which a line had no effect.
type Cause uint8

const (
	NULInID        Cause = iota + 1 // Ignored: an id with U+0000
	RetryNotDigits                  // Ignored: a retry that is empty or has anything but ASCII digits
	UnknownField                    // Ignored: a name that is none of data, event, id and retry
	MisspeltField                   // Ignored: the same, but in lower case and without the space around it, it would be one
	NoData                          // Blank: without a data field, a blank line dispatches nothing
	NoLineEnd                       // Discarded: the stream ended within the line
	NoBlankLine                     // Discarded: the stream ended within the event
)

func (c Cause) String() string {
	return [...]string{
		"",
		"id contains U+0000",
		"retry accepts digits only, at least one",
		"no such field in the standard",
		"a name must match exactly",
		"there is no data field, so nothing is dispatched",
		"the stream ended before the line did",
		"the stream ended before a blank line, so what was pending is forgotten",
	}[c]
}

// String gives the reason in words for a learner: "" if there is none.
func (r Reason) String() string {
	text := r.Cause.String()
	if r.Cause == MisspeltField {
		text = strconv.Quote(r.Name) + " is not " + strconv.Quote(r.Near()) + ": " + text
	}
	if r.TypeForgotten {
		text += ", and the event's type is forgotten"
	}
	if r.IDKept {
		text += ", but the id is kept"
	}
	if r.IDForgotten {
		text += ", the id too"
	}
	return text
}

// Near is the field that a MisspeltField differs from in case or space only; "" for any other cause.
func (r Reason) Near() string { return near(r.Name) }

// near is the field that a name could be meant for, or "".
func near(name string) string {
	switch near := strings.ToLower(strings.Trim(name, " \t\uFEFF")); near {
	case "data", "event", "id", "retry":
		return near
	}
	return ""
}
