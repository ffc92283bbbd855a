package library

import (
	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/sse"
)

// playSocket plays a scenario over a WebSocket, which has one request, and records what page and server see of it.
func (s *stage) playSocket(e *scenario.Scenario) {
	r := e.Connect.Request()
	s.attempt = 1
	s.server(wired(s.request(scenario.Seen{}), someHead))
	section, _ := new(scenario.Run).Section(e, r, s.browser.Now)
	frame := func(kind protocol.Frame, payload string) {
		s.server(protocol.Seen{
			Source: s.source, Attempt: 1, Kind: protocol.SeenFrame, Frame: kind, Bytes: []byte(payload), Size: len(payload), Wire: 2 + len(payload),
		})
	}
	page := func(event eventsource.Event) {
		event.TimeStamp = s.at()
		s.log.Newest(1).Observe(eventsource.Decoded(event))
		s.look()
	}
	message := func(kind protocol.Frame, data string) {
		frame(kind, data)
		page(eventsource.Event{Kind: eventsource.Message, Type: "message", Data: data, ReadyState: eventsource.Open})
	}
	var decoder sse.Decoder
	for p := section.Play(r); !s.decided; {
		step, ok := p.Next()
		if !ok {
			return
		}
		switch step.Do {
		case scenario.Wait:
			s.wait(step.For)
		case scenario.Respond:
			s.server(wired(protocol.Seen{Source: s.source, Attempt: 1, Kind: protocol.SeenHead, Status: 101}, someHead))
			page(eventsource.Event{Kind: eventsource.Opened, Type: "open", ReadyState: eventsource.Open})
		case scenario.Write:
			if step.Binary {
				message(protocol.FrameBinary, string(step.Bytes))
				continue
			}
			decoder.Feed(step.Bytes, func(line sse.Line) {
				switch {
				case line.Event != nil:
					message(protocol.FrameText, line.Event.Data)
				case line.Outcome == sse.Comment:
					frame(protocol.FramePing, line.Value)
				}
			})
		case scenario.Reset, scenario.Truncate, scenario.End:
			s.server(protocol.Seen{Source: s.source, Attempt: 1, Kind: protocol.SeenEnd, By: protocol.ByServer, How: protocol.End(step.Do.String())})
			page(eventsource.Event{
				Kind: eventsource.Ended, Type: "close", ReadyState: eventsource.Closed, Err: &eventsource.CloseEvent{Code: 1006, Returns: -1},
			})
		}
	}
}

// someHead is how many bytes a head has here.
const someHead = 300

// wired is what was seen, with its bytes on the wire.
func wired(seen protocol.Seen, wire int) protocol.Seen {
	seen.Wire = wire
	return seen
}
