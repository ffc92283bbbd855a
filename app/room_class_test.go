package main

import (
	"fmt"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
)

// told is what a reader's page tells at a moment.
type told struct {
	at float64
	protocol.Presence
}

var (
	connectingPresence = protocol.Presence{State: int(eventsource.Connecting)}
	openPresence       = protocol.Presence{State: int(eventsource.Open), LastEventID: "7QKM2F-41"}
	waitingPresence    = protocol.Presence{State: int(eventsource.Connecting), Waiting: true, LastEventID: "7QKM2F-41"}
	closedPresence     = protocol.Presence{State: int(eventsource.Closed), LastEventID: "7QKM2F-41"}
	playingPresence    = protocol.Presence{State: int(eventsource.Closed), Plays: true, LastEventID: "7QKM2F-41"}
)

// openAfter is that of an EventSource that waited.
func openAfter(waited float64) protocol.Presence {
	return protocol.Presence{State: int(eventsource.Open), WaitMs: waited, LastEventID: "7QKM2F-48"}
}

// pupilOf is a reader whose page told these.
func pupilOf(name, browser, version string, all ...told) pupil {
	var p pupil
	for _, t := range all {
		p.observe(protocol.Member{Name: name, Browser: browser, Version: version, Presence: t.Presence}, t.at)
	}
	return p
}

// cutAt is when the maker of those in classOf cut all.
const cutAt = 10_000

// classOf are readers whose connections were cut: most with Chrome, which waits 3.0 s, some with Firefox, which waits 5.0 s, and one
// with Safari. The tenth has not reconnected. The newest event is 48.
func classOf(n int) (pupils []pupil) {
	for i := range n {
		browser, version, waited := "Chrome", "156", 3000.0
		switch i % 24 {
		case 3, 7, 12:
			browser, version, waited = "Firefox", "153", 5000
		case 5:
			browser, version = "Safari", "19"
		}
		at := cutAt + 5 + float64(i%8)
		all := []told{{1000, connectingPresence}, {1300 + float64(i%5)*20, openPresence}, {at, waitingPresence}}
		if i != 9 {
			all = append(all, told{at + waited + 4 + float64(i%20)*4, openAfter(waited + float64(i%20))})
		}
		p := pupilOf(fmt.Sprintf("%s %d", []string{"Otter", "Heron", "Lynx", "Robin", "Mole"}[i%5], i+1), browser, version, all...)
		p.ID = i + 1
		pupils = append(pupils, p)
	}
	return pupils
}
