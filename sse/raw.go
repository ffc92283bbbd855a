package sse

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

	// All that is new is made one string: the ID and the type after the data, in the room that blank left for them.
	b := r.Data
	if !newData {
		b = b[len(b):]
	}
	id := len(b)
	if newID {
		b = append(b, r.LastEventID...)
	}
	typ := len(b)
	if newType {
		b = append(b, r.Type...)
	}
	all := string(b)
	if newData {
		e.Data = all[:id]
	}
	if newID {
		e.LastEventID = all[id:typ]
	}
	if newType {
		e.Type = all[typ:]
		r.made.Type = e.Type
	}
	r.made.LastEventID, r.made.Data = e.LastEventID, ""
	return e
}
