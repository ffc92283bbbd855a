package sse

import "strings"

// A Raw is an event in the Decoder's own bytes, as [Decoder.Each] dispatches it: good until dispatch returns, and not to be
// written to.
type Raw struct {
	Type, Data, LastEventID []byte

	made *Event // the Decoder's
}

// Event is a copy to keep. It costs at most one allocation, and none if all of it was there before: "message", the type and
// ID of those before it, or no data. Above 4 KiB of data it costs one more, so that who keeps an ID does not keep that data.
func (r Raw) Event() Event {
	const large = 4 << 10
	e := Event{"message", r.made.Data, r.made.LastEventID}
	newID, newType, newData := string(r.LastEventID) != e.LastEventID, string(r.Type) != e.Type, string(r.Data) != e.Data
	if newType && string(r.Type) == r.made.Type {
		e.Type, newType = r.made.Type, false
	}
	if newData && len(r.Data) > large {
		e.Data, newData = string(r.Data), false
	}

	var all strings.Builder // never grows: its one allocation is that of all the new strings
	all.Grow(length(r.LastEventID, newID) + length(r.Type, newType) + length(r.Data, newData))
	next := func(b []byte) string {
		from := all.Len()
		all.Write(b)
		return all.String()[from:]
	}
	if newID {
		e.LastEventID = next(r.LastEventID)
	}
	if newType {
		e.Type = next(r.Type)
	}
	if newData {
		e.Data = next(r.Data)
	}
	if e.Type != "message" {
		r.made.Type = e.Type
	}
	r.made.LastEventID, r.made.Data = e.LastEventID, ""
	return e
}

func length(b []byte, counts bool) int {
	if counts {
		return len(b)
	}
	return 0
}
