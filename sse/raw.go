package sse

// A Raw is an event in the Decoder's own bytes, as [Decoder.Each] dispatches it: good until dispatch returns, and not to be
// written to.
type Raw struct {
	Type, Data, LastEventID []byte

	made *Event // the Decoder's
}

// Event is a copy to keep. It costs at most one allocation, and none if all of it was there before: "message", the type and
// ID of those before it, or no data. Above 4 KiB of data it costs one more, so that who keeps an ID does not keep that data.
func (r Raw) Event() (e Event) {
	e.Type, e.Data, e.LastEventID = r.made.next(r.Type, r.Data, r.LastEventID)
	return e
}

// next is the event of these bytes, where made is the one before. (A Raw and an Event are too large for registers, three slices
// and three strings are not.)
func (made *Event) next(typ, data, id []byte) (eventType, text, lastEventID string) {
	const large = 4 << 10
	named := string(typ) != "message"
	newID, newType := string(id) != made.LastEventID, named && string(typ) != made.Type
	eventType, text = "message", made.Data
	if made.Data != "" {
		made.Data = ""
	}

	// All that is new is made one string: the ID and the type after the data, in the room that blank left for them.
	all := data
	switch {
	case string(data) == text:
		all = data[len(data):]
	case len(data) > large:
		text, all = string(data), data[len(data):]
	}
	n := len(all)
	if newID {
		all = append(all, id...)
	}
	m := len(all)
	if newType {
		all = append(all, typ...)
	}
	fresh := string(all)
	if n > 0 {
		text = fresh[:n]
	}
	if newID {
		made.LastEventID = fresh[n:m]
	}
	if newType {
		made.Type = fresh[m:]
	}
	if named {
		eventType = made.Type
	}
	return eventType, text, made.LastEventID
}
