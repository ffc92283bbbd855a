package compare

import (
	"eventsource-playground/trace"
)

// Short names of the clients.
const (
	es     = trace.EventSource
	engine = trace.Engine
	ws     = trace.WebSocket
)

// each is one scenario for each client.
func each(scenario string, listen ...string) []Play {
	return []Play{{Client: es, Scenario: scenario, Listen: listen}, {Client: engine, Scenario: scenario, Listen: listen}, {Client: ws, Scenario: scenario}}
}

// came reports whether each client of a part has so many events of the stream.
func came(n int) func(*Played) bool {
	return func(p *Played) bool { return p.all(func(i int) bool { return p.First[i].Counts().Events >= n }) }
}

// all reports whether something holds for each play whose client could be made.
func (p *Played) all(holds func(i int) bool) bool {
	for i := range p.Plays {
		if p.First[i] != nil && !holds(i) {
			return false
		}
	}
	return true
}

// settled reports whether each client is where it stays: open again, or closed for good.
func settled(p *Played) bool {
	return p.all(func(i int) bool { return p.reopened(i) || !p.First[i].State().Live() })
}

// Rows are all of them, in the table's order.
var Rows = []*Row{
	{
		Name: "over", Title: "Over what",
		About: "Each client connects to a stream; the Go engine with a POST, as no EventSource can.",
		Parts: []Part{{
			Plays: []Play{{Client: es, Scenario: "named-events"}, {Client: engine, Scenario: "post-echo", Method: "POST", Listen: []string{"body"}}, {Client: ws, Scenario: "named-events"}},
			Over:  came(1), Most: 3000,
		}},
		measure: measureOver,
		cells: [3][]line{
			{{"", Plain, "{request} → {status}"}, {"", Dim, "{protocol}, {type}"}, {"", Dim, "heads: {requestBytes} up, {responseBytes} down"}, {"hpack", Dim, "heads: compressed, not measured"}},
			{{"", Plain, "{request} → {status}"}, {"", Dim, "{protocol}, any method, any header"}, {"", Dim, "heads: {requestBytes} up, {responseBytes} down"}, {"hpack", Dim, "heads: compressed, not measured"}},
			{{"", Plain, "{request} → {status}"}, {"", Dim, "{protocol}, Upgrade: {upgrade}"}, {"", Dim, "heads: {requestBytes} up, {responseBytes} down"}, {"hpack", Dim, "heads: compressed, not measured"}},
		},
		notes: []line{
			{"", Plain, "“HTTP against TCP” is half of it: a WebSocket begins as a request, {ws_request} over {ws_protocol}, and the server responds with {ws_status}. What comes after that is frames over the same TCP connection."},
			{"http2", Plain, "The streams share one {es_protocol} connection; the WebSocket has a connection of its own."},
			{"http2", Plain, "How many bytes the heads are over HTTP/2 is not measured: they are compressed with HPACK, and the server's library does not tell. A capture of the connection would."},
		},
	},
	{
		Name: "speak", Title: "Who may speak",
		About: "While the stream is open, ten messages go up and come back, one after the other.",
		Parts: []Part{{
			Plays: []Play{{Client: es, Scenario: "mute"}, {Client: engine, Scenario: "post-echo", Method: "POST", Listen: []string{"body"}}, {Client: ws, Scenario: "mute"}},
			Do:    Speak, Most: 6000,
		}},
		measure: measureSpeak,
		cells: [3][]line{
			{{"", Plain, "the server only"}, {"noSend", Dim, "the object has no send()"}, {"", Dim, "a request beside it: {tripMs}"}},
			{{"", Plain, "the server, after one request"}, {"", Dim, "each message is a request: {tripMs}"}},
			{{"trips", Good, "both"}, {"", Dim, "there and back in {tripMs}"}},
		},
		notes: []line{
			{"", Plain, "The times are the median of {ws_trips}. For many pages a request beside the stream is enough: whoever types a message does not notice the difference."},
		},
	},
	{
		Name: "cost", Title: "Cost of an event",
		About: "Events with an id, a type and 10, 100 or 1,000 bytes of data, each in a write of its own: what is on the wire around the data.",
		Parts: []Part{{
			Plays: append(each("event-cost", "price"), Play{Client: es, Scenario: "event-cost-gzip", Listen: []string{"price"}}, Play{Client: engine, Scenario: "event-cost-gzip", Listen: []string{"price"}}),
			Over:  came(15), Most: 5000,
		}},
		measure: measureCost,
		cells: [3][]line{
			{{"", Plain, "{around100Bytes} around 100 B"}, {"", Dim, "10 B: {around10Bytes}, 1,000 B: {around1000Bytes}"}, {"", Dim, "with gzip {packed100Bytes} in all, data too"}},
			{{"", Plain, "{around100Bytes} around 100 B"}, {"", Dim, "10 B: {around10Bytes}, 1,000 B: {around1000Bytes}"}, {"", Dim, "with gzip {packed100Bytes} in all, data too"}},
			{{"", Plain, "{around100Bytes} around 100 B"}, {"", Dim, "10 B: {around10Bytes}, 1,000 B: {around1000Bytes}"}, {"plain", Dim, "not compressed: none was negotiated"}},
		},
		notes: []line{
			{"", Plain, "“Light” in bytes: an event of 100 B costs {es_around100Bytes} more as text/event-stream, with its id and its type, and {ws_around100Bytes} more as a WebSocket's frame, which has neither. The handshake is in the first row."},
			{"es_packed100Bytes", Plain, "Events that resemble each other shrink to a fraction with gzip, of which the stream's own words are the first to go."},
		},
	},
	{
		Name: "latency", Title: "Latency",
		About: "300 events at 100 a second to all three at once, from the server's write to the listener.", Undrawn: true,
		Parts:   []Part{{Plays: each("hundred-a-second"), Over: came(300), Most: 9000}},
		measure: measureLatency,
		cells: [3][]line{
			{{"", Plain, "p50 {p50Ms}"}, {"", Dim, "p99 {p99Ms}"}},
			{{"", Plain, "p50 {p50Ms}"}, {"", Dim, "p99 {p99Ms}"}},
			{{"", Plain, "p50 {p50Ms}"}, {"", Dim, "p99 {p99Ms}"}},
		},
		notes: []line{
			{"", Plain, "Two clocks were compared for this: {clockMs} are added to the server's, which is known to ±{uncertaintyMs}. Differences below that mean nothing."},
			{"", Plain, "Browsers round an event's time, some to a whole millisecond."},
		},
	},
	{
		Name: "cut", Title: "The connection is lost",
		About: "By a cut after the fourth event, by the proper end of the response, and by a close without an end.",
		Parts: []Part{
			{Title: "Cut", Plays: append(each("cut"), Play{Client: ws, Scenario: "cut", ByHand: true}), Over: settled, Most: 12_000},
			{Title: "End", Plays: each("end"), With: true, Over: settled, Most: 12_000},
			{Title: "Close without an end", Plays: each("cut-cleanly"), Over: settled, Most: 9000},
		},
		measure: measureCut,
		cells: [3][]line{
			{{"", Good, "back after {backMs}"}, {"!backMs", Bad, "never back"}, {"backMs", Dim, "by itself, no line of code"}, {"", Dim, "readyState {states}"}, {"", Dim, "end: {endbackMs}, bare close: {cleanbackMs}"}, {"cleanimpossible", Dim, "end: {endbackMs}; no bare close over HTTP/2"}},
			{{"", Good, "back after {backMs}"}, {"!backMs", Bad, "never back"}, {"backMs", Dim, "by the Go engine's code"}, {"", Dim, "readyState {states}"}, {"", Dim, "end: {endbackMs}, bare close: {cleanbackMs}"}, {"cleanimpossible", Dim, "end: {endbackMs}; no bare close over HTTP/2"}},
			{{"backMs", Good, "back after {backMs}"}, {"!backMs", Bad, "never back"}, {"", Dim, "close event, code {code}"}, {"", Dim, "readyState {states}"}, {"", Dim, "end: code {endcode}, bare close: {cleancode}"}, {"", Dim, "by hand: back after {handbackMs}"}},
		},
		notes: []line{
			{"", Plain, "An EventSource whose connection is lost is CONNECTING again and opens by itself: here after {es_backMs}. A WebSocket is CLOSED, for good: a reconnection is yours to write, and takes {lines} lines of JavaScript here."},
			{"", Plain, "In “End” and “Close without an end” the stream sets the reconnection time to 500 ms, so EventSource waits less."},
			{"go_cleandiscarded", Plain, "Here fetch discarded what came together with the bare close, that reconnection time too: so the Go engine waited as long as it does without one."},
		},
	},
	{
		Name: "missed", Title: "What was missed",
		About: "40 events with ids; the connection is cut after 17.",
		Parts: []Part{{
			Plays: append(each("forty-events"), Play{Client: ws, Scenario: "forty-events", ByHand: true}), Most: 9000,
			Over: func(p *Played) bool {
				return p.all(func(i int) bool { return p.First[i].Counts().Events >= numbered || !p.First[i].State().Live() })
			},
		}},
		measure: measureMissed,
		cells: [3][]line{
			{{"!missed", Good, "0 of 40 events"}, {"missed", Bad, "{missed} of 40 events"}, {"", Dim, "sent Last-Event-ID {said}"}, {"twice", Bad, "{twice} came twice"}},
			{{"!missed", Good, "0 of 40 events"}, {"missed", Bad, "{missed} of 40 events"}, {"", Dim, "sent Last-Event-ID {said}"}, {"twice", Bad, "{twice} came twice"}},
			{{"!missed", Good, "0 of 40 events"}, {"missed", Bad, "{missed} of 40 events"}, {"missed", Dim, "no ids in the protocol"}, {"", Dim, "by hand, with ids in the data: {handmissed}"}},
		},
		notes: []line{
			{"", Plain, "An id is a promise of the server: it resumes after {es_said}, because this one is written to. A server that forgets would send all of it again."},
		},
	},
	{
		Name: "named", Title: "Named events",
		About:   "Four events: two of the type message, add and remove. There is a listener for message and add.",
		Parts:   []Part{{Plays: each("named-events", "add"), Over: func(p *Played) bool { return p.all(func(i int) bool { return p.First[i].Counts().Events >= 3 }) }, Most: 3000}},
		measure: measureNamed,
		cells: [3][]line{
			{{"", Good, "yes: a listener for each type"}, {"", Dim, "{came} of {sent} were dispatched to one"}, {"", Dim, "no listener for all types"}},
			{{"", Good, "yes, and types without a listener"}, {"", Dim, "{came} of {sent} to listeners, {told} to a Go program"}},
			{{"", Bad, "no: one message event"}, {"", Dim, "{came} of {sent}, all of one type"}},
		},
		notes: []line{
			{"", Plain, "EventSource dispatched {es_came} of {es_sent} events: remove has no listener, and nothing says that it came. WebSocket has messages without a type, so its users put one into the data."},
		},
	},
	{
		Name: "bytes", Title: "1 MiB of bytes",
		Undrawn: true, About: "The same picture, 1,048,576 bytes in 16 events, drawn as it arrives: as Base64, as Base64 with gzip, and in binary frames.",
		Parts: []Part{
			{Title: "EventSource, Base64", Plays: []Play{{Client: es, Scenario: "picture-base64", Drawn: true}}, Over: came(16), Most: 8000},
			{Title: "EventSource, Base64 with gzip", Plays: []Play{{Client: es, Scenario: "picture-base64-gzip", Drawn: true}}, Over: came(16), Most: 8000},
			{Title: "Go engine, Base64", Plays: []Play{{Client: engine, Scenario: "picture-base64", Drawn: true}}, Over: came(16), Most: 8000},
			{Title: "Go engine, Base64 with gzip", Plays: []Play{{Client: engine, Scenario: "picture-base64-gzip", Drawn: true}}, Over: came(16), Most: 8000},
			{Title: "WebSocket, binary frames", Plays: []Play{{Client: ws, Scenario: "picture-binary", Drawn: true}}, Over: came(16), Most: 8000},
		},
		measure: measureBytes,
		cells: [3][]line{
			{{"", Plain, "{wireMiB} as Base64"}, {"", Dim, "{gzipwireMiB} with gzip"}, {"", Dim, "{tookMs}, of it {handledMs} in our listeners"}, {"", Dim, "with gzip {gziptookMs}, of it {gziphandledMs}"}},
			{{"", Plain, "{wireMiB} as Base64"}, {"", Dim, "{gzipwireMiB} with gzip"}, {"", Dim, "{tookMs}, of it {handledMs} in our code"}, {"", Dim, "with gzip {gziptookMs}, of it {gziphandledMs}"}},
			{{"", Plain, "{wireMiB} in binary frames"}, {"", Dim, "{tookMs}, of it {handledMs} in our listeners"}},
		},
		notes: []line{
			{"", Plain, "Base64 makes four characters of three bytes; gzip gets most of that back, since this picture's noise can't be compressed: {es_wireMiB} become {es_gzipwireMiB}. The time includes connecting, and the listeners decode the Base64 and draw."},
		},
	},
	{
		Name: "streams", Title: "Streams to one server",
		About: "One after the other is opened, until one waits or fails; then all are closed.",
		Parts: []Part{
			{Title: "EventSource", Plays: []Play{{Client: es, Scenario: "mute"}}, Do: Fill, Most: 15_000},
			{Title: "Go engine", Plays: []Play{{Client: engine, Scenario: "mute"}}, Do: Fill, Most: 15_000},
			{Title: "WebSocket", Plays: []Play{{Client: ws, Scenario: "mute"}}, Do: Fill, Most: 20_000},
		},
		measure: measureStreams,
		cells: [3][]line{
			{{"waits", Plain, "{opened}, number {next} waits"}, {"fails", Plain, "{opened}, number {next} fails"}, {"quota", Plain, "{opened}, then the server's own limit"}, {"endless", Plain, "{opened}, and no end"}},
			{{"waits", Plain, "{opened}, number {next} waits"}, {"fails", Plain, "{opened}, number {next} fails"}, {"quota", Plain, "{opened}, then the server's own limit"}, {"endless", Plain, "{opened}, and no end"}},
			{{"waits", Plain, "{opened}, number {next} waits"}, {"fails", Plain, "{opened}, number {next} fails"}, {"quota", Plain, "{opened}, then the server's own limit"}, {"endless", Plain, "{opened}, and no end"}, {"", Dim, "beside this page's own channel"}},
		},
		notes: []line{
			{"es_waits !http2", Plain, "The limit of EventSource is how many connections a browser has for one server over HTTP/1.1, all tabs together. Number {es_next} waits without an event, as would any request of this page."},
			{"es_waits http2", Plain, "Over HTTP/2 the limit is what the server offers on one connection: {es_opened} here. Number {es_next} waits without an event, as would any request of this page."},
			{"ws_fails", Plain, "WebSockets are not unlimited: with {ws_opened} open, and this page's channel to its server, the next one failed in this browser."},
			{"!secure", Plain, "Over HTTP/2, on an https page, this row measures other numbers."},
		},
	},
	{
		Name: "idle", Title: "An idle proxy",
		About: "A proxy closes the connection after 10 s of silence. Beside it, the same with a comment every 4 s, which over a WebSocket is a ping.",
		Parts: []Part{
			{Title: "Silence", Plays: each("proxy-ten-seconds"), Over: settled, Most: 18_000},
			{Title: "A heartbeat every 4 s", Plays: each("proxy-ten-seconds-heartbeat"), With: true, Most: 11_500}, // 1.5 s more than it would be lost after
		},
		measure: measureIdle,
		cells: [3][]line{
			{{"", Plain, "noticed after {noticedMs}"}, {"!noticedMs", Bad, "not noticed"}, {"", Good, "back {backMs} later, by itself"}, {"", Dim, "with a comment every 4 s: open after {keptMs}"}, {"!keptMs", Bad, "lost with a heartbeat, too"}},
			{{"", Plain, "noticed after {noticedMs}"}, {"!noticedMs", Bad, "not noticed"}, {"", Good, "back {backMs} later, by itself"}, {"", Dim, "with a comment every 4 s: open after {keptMs}"}, {"!keptMs", Bad, "lost with a heartbeat, too"}},
			{{"", Plain, "noticed after {noticedMs}"}, {"!noticedMs", Bad, "not noticed"}, {"code", Bad, "never back: close event, code {code}"}, {"", Dim, "with a ping every 4 s: open after {keptMs}"}, {"!keptMs", Bad, "lost with a heartbeat, too"}},
		},
		notes: []line{
			{"", Plain, "The browser notices a close at once; what neither of them notices is a connection that is dead without one. A heartbeat keeps the proxy from closing: a comment or a ping that no script sees."},
		},
	},
	{
		Name: "slow", Title: "A page that is too slow",
		About: "The server sends as fast as it can while the page stands still for a second: what piles up, and whether the sender learns of it.",
		Parts: []Part{
			{Title: "EventSource", Plays: []Play{{Client: es, Scenario: "flood"}}, Do: Block, Most: 8000},
			{Title: "Go engine", Plays: []Play{{Client: engine, Scenario: "flood"}}, Do: Block, Most: 8000},
			{Title: "WebSocket", Plays: []Play{{Client: ws, Scenario: "flood"}}, Do: Block, Most: 8000},
		},
		measure: measureSlow,
		cells: [3][]line{
			{{"heldMs", Good, "{queuedMiB} queued, then the sender waits"}, {"!heldMs", Bad, "{queuedMiB} queued, the sender learns nothing"}, {"", Dim, "it could not write for {heldMs} of {blockedMs}"}},
			{{"heldMs", Good, "{queuedMiB} queued, then the sender waits"}, {"!heldMs", Bad, "{queuedMiB} queued, the sender learns nothing"}, {"", Dim, "it could not write for {heldMs} of {blockedMs}"}},
			{{"heldMs", Good, "{queuedMiB} queued, then the sender waits"}, {"!heldMs", Bad, "{queuedMiB} queued, the sender learns nothing"}, {"", Dim, "it could not write for {heldMs} of {blockedMs}"}},
		},
		notes: []line{
			{"", Plain, "No script can say “slower”: neither EventSource nor WebSocket has a word for it. Where the browser stops reading, TCP holds the sender back, whose write waits; where it reads on, what piles up is this computer's memory."},
		},
	},
}

// Find is the row of a name, or nil.
func Find(name string) *Row {
	for _, r := range Rows {
		if r.Name == name {
			return r
		}
	}
	return nil
}
