package eventsource

import (
	"strings"
	"testing"
	"unsafe"
)

func TestEqualTextsOfNeighboursAreKeptAndCountedOnce(t *testing.T) {
	all := strings.Repeat("id type http://host data ", 4)
	event := func(i int) Event {
		part := all[25*i:]
		return Event{Kind: Message, LastEventID: part[:2], Type: part[3:7], Origin: part[8:19], Data: part[20:24]}
	}
	before, events := event(0), []Event{event(1), event(2), event(3)}
	events[2].Type = events[2].Data
	share(before, events)
	for i, e := range events {
		if unsafe.StringData(e.LastEventID) != unsafe.StringData(before.LastEventID) || unsafe.StringData(e.Origin) != unsafe.StringData(before.Origin) {
			t.Errorf("event %d: got an id or an origin of its own; want that of the event before", i)
		}
	}
	if unsafe.StringData(events[2].Type) == unsafe.StringData(events[2].Data) {
		t.Error("got a new type that is a part of a long string; want a copy")
	}
	run := Decoded(events...)
	if got, want := run.Size(), len("idtypehttp://host")+3*len("data")+len("data"); got != want {
		t.Errorf("got size %d; want %d", got, want)
	}
	if got, want := run.SizeAfter(before, events[0]), 3*len("data")+len("data"); got != want {
		t.Errorf("got size %d after an event with the same texts; want %d", got, want)
	}
}
