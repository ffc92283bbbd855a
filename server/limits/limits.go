// Package limits is all that limits what visitors can make the server do.
package limits

import (
	"fmt"
	"time"

	"eventsource-playground/protocol"
)

// Comment is what is sent after a silence of Heartbeat in a stream: no event and no part of one.
var Comment = []byte(":\n")

// Limits are what one visitor can make the server do, keep and wait for. Whoever meets one is told so in one sentence.
//
// Not here are the limits of a script, scenario.DefaultLimits, and the sizes that nobody can make larger: of buffers, and of
// what a sentence quotes.
type Limits struct {
	// Streams.
	Streams           int           // open at once, in all: 503
	StreamsPerAddress int           // open at once from one IPv4 address or one IPv6 /64: 503
	Held              int           // bytes that scripts, buffers and what is to be sent take, in all: 503
	HeldPerAddress    int           // the same for one address
	Lifetime          time.Duration // of one stream, which then ends cleanly: a browser reconnects and goes on where it was
	Heartbeat         time.Duration // silence in a stream after which a comment is sent
	StreamWrite       time.Duration // for each write in a stream to be read, or the reader is cut off
	StreamBuffer      int           // bytes of a stream that the kernel holds for a reader who does not read
	Strays            int           // bytes that a client may send during its response, before it is cut off
	Commands          int           // of the page's that wait for one stream to carry them out; more are rejected

	// WebSockets of scenarios, which are streams, but count apart.
	Sockets           int           // open at once, in all: 503
	SocketsPerAddress int           // the same for one address
	SocketEvent       int           // bytes of an event's data, which is one message, and of a line of it
	EchoMessage       int           // bytes of a page's message, which comes back, or it is closed
	EchoRate          int           // messages, pings and pongs of a page a second, or it is closed
	EchoBytes         int           // the same of bytes over the wire
	SocketClose       time.Duration // for a page to respond to a close frame

	// EventSources on their way through a scenario, between two requests.
	Runs       int           // in all
	RunAge     time.Duration // with a session
	BareRunAge time.Duration // without

	// What a request for /sse can say: 400, and 414 for the query. scenario.DefaultLimits has those of a script.
	Query       int           // bytes
	Script      int           // the same, if it carries a script
	Code        int           // of a request for /code, which may carry one, with more of it escaped
	Count       int           // events
	IntervalMin time.Duration // between two events
	IntervalMax time.Duration
	Retry       time.Duration
	EventName   int           // bytes
	Body        int           // of a POST, bytes: 413
	BodyRead    time.Duration // for it to come: 408
	Parsed      int           // queries, and as many scripts, that are kept as they were parsed

	// Rooms. Their streams are as many as Streams says, beside the others, and are limited as those are.
	Rooms           int           // at once, in all: 503
	RoomsPerAddress int           // the same, made by one address
	RoomEvents      int           // kept of a room: who has missed more is told so
	RoomBytes       int           // the same, as they go over the wire
	RoomAge         time.Duration // of an event that is kept
	RoomIdle        time.Duration // without a reader and an event, until a room goes, give or take an eighth
	RoomRate        int           // events published in a room a second: 429
	RoomByteRate    int           // the same in bytes
	RoomJoins       int           // new readers of an address a minute, not those who reconnect: 429; and as many pages that join classes
	RoomGuesses     int           // names and keys of an address a minute that are none: 429

	// Classes, at most one for each room. Who meets one of these limits is told so over the channel.
	ClassReaders     int           // of one, with those who are away: one of these makes room for another
	ClassMakers      int           // pages of one room's maker
	ClassAway        time.Duration // without a channel, until a reader is gone
	ClassMakerPause  time.Duration // between two messages to makers
	ClassReaderPause time.Duration // between two to readers, or more:
	ClassReaderRate  int           // messages to all readers of one, a second
	ClassChoices     int           // of a question
	ClassAskings     int           // of one lesson in a row
	ClassFigures     int           // of an outcome
	ClassOutcomes    int           // bytes of a round's outcomes, which all get each time

	// What a page is told about its own streams. What is more is dropped, and counted.
	Sessions           int           // remembered at once, in all: 503 for a channel, and a stream that is not recorded
	SessionsPerAddress int           // the same for one address
	SessionIdle        time.Duration // without a stream and a channel, until it is forgotten
	SessionRecords     int           // of one session
	SessionBytes       int           // of one session's records
	SessionBytesLeast  int           // the same, when all sessions together have more than
	SessionsBytes      int           // these
	SessionWrite       int           // bytes kept of one write to a stream
	SessionRate        int           // bytes of writes kept a second
	SessionSources     int           // EventSources whose attempts are counted
	HeaderValue        int           // bytes kept of a header's value, or of a request's target
	HeaderLines        int           // of one name kept

	// Channels, which are WebSockets.
	Channels           int           // open at once, in all: 503
	ChannelsPerAddress int           // the same for one address
	ChannelRead        int64         // bytes of a page's message, or it is closed
	ChannelSecret      time.Duration // from opening one to the message that brings its secret, or it is closed
	ChannelRate        int           // messages of a page a second; more are read later
	ChannelWrite       time.Duration // for a page to read a message, or to respond to a ping
	ChannelPing        time.Duration // between two pings
	ChannelReplies     int           // to commands, that wait for a page which does not read them
	MessageRecords     int           // of one message to a page
	MessageBytes       int           // the same

	// What a page is told of a scenario's text.
	Checks        int // at once, in all; of each channel the newest text waits
	CheckSteps    int // of its preview, as scenario.Work counts them
	CheckMistakes int // in it
	CheckBytes    int // previewed of a section
	CheckEvents   int // the same

	// Connections.
	ConnectionsPerAddress int           // open at once from one address, without streams and channels: 503. As many requests over HTTP/2, but for streams
	StreamsPerConnection  int           // requests at once over HTTP/2; more wait at the client
	Buffered              int           // bytes of a request's body, and of a connection's over HTTP/2, that come before somebody wants them
	Ping                  time.Duration // silence over HTTP/2 until a client is asked whether it is there
	Header                int           // bytes of a request's line and headers: 431
	ReadHeader            time.Duration // from a connection's first byte to the end of the headers
	Read                  time.Duration // to the end of a request's body that nothing here has a use for: a stream's has BodyRead
	Write                 time.Duration // of a response that is no stream
	Idle                  time.Duration // between two requests of a connection
	Stop                  time.Duration // from the signal to closing what is still open

	// Memory is where Go begins to collect garbage as soon as it can, in bytes, unless GOMEMLIMIT says something else. What
	// the other limits let visitors hold is less.
	Memory int64
}

// Default is for a small machine that everyone can reach.
var Default = Limits{
	Streams:           4096,
	StreamsPerAddress: 512, // a class behind one router: eight for each of 60 browsers
	Held:              128 << 20,
	HeldPerAddress:    32 << 20, // 64 KB for each stream
	Lifetime:          time.Hour,
	Heartbeat:         15 * time.Second,
	StreamWrite:       10 * time.Second,
	StreamBuffer:      64 << 10,
	Strays:            4 << 10,
	Commands:          16,

	Sockets:           2048,
	SocketsPerAddress: 300, // more than a browser opens: Chromium 255, Firefox 197
	SocketEvent:       256 << 10,
	EchoMessage:       protocol.MaxEcho,
	EchoRate:          50,
	EchoBytes:         1 << 20,
	SocketClose:       2 * time.Second,

	Runs:       8192,
	RunAge:     time.Hour,
	BareRunAge: 2 * time.Minute,

	Query:       2 << 10,
	Script:      protocol.MaxQuery,
	Code:        56 << 10,
	Count:       100_000,
	IntervalMin: 10 * time.Millisecond,
	IntervalMax: 10 * time.Minute,
	Retry:       24 * time.Hour,
	EventName:   100,
	Body:        protocol.MaxBody,
	BodyRead:    10 * time.Second,
	Parsed:      32, // with the longest texts, a few megabytes

	Rooms:           64, // with what is kept of them, 86 MB at worst, more than half of that in the engine
	RoomsPerAddress: 8,
	RoomEvents:      1000,
	RoomBytes:       512 << 10,
	RoomAge:         24 * time.Hour,
	RoomIdle:        2 * time.Hour,
	RoomRate:        1000,
	RoomByteRate:    1 << 20,
	RoomJoins:       300,
	RoomGuesses:     20,

	ClassReaders:     500,
	ClassMakers:      8,
	ClassAway:        10 * time.Minute,
	ClassMakerPause:  100 * time.Millisecond,
	ClassReaderPause: 250 * time.Millisecond,
	ClassReaderRate:  200,
	ClassChoices:     20,
	ClassAskings:     10,
	ClassFigures:     20,
	ClassOutcomes:    256 << 10, // 500 readers with ten figures each

	Sessions:           1000,
	SessionsPerAddress: 256,
	SessionIdle:        5 * time.Minute,
	SessionRecords:     5000,
	SessionBytes:       2 << 20,
	SessionBytesLeast:  64 << 10,
	SessionsBytes:      128 << 20,
	SessionWrite:       64 << 10,
	SessionRate:        256 << 10,
	SessionSources:     1000,
	HeaderValue:        4 << 10,
	HeaderLines:        4,

	Channels:           1000,
	ChannelsPerAddress: 128,
	ChannelRead:        protocol.MaxMessage,
	ChannelSecret:      10 * time.Second,
	ChannelRate:        50,
	ChannelWrite:       10 * time.Second,
	ChannelPing:        20 * time.Second,
	ChannelReplies:     1000,
	MessageRecords:     500,
	MessageBytes:       256 << 10,

	Checks:        2,
	CheckSteps:    20_000, // a few milliseconds
	CheckMistakes: 100,
	CheckBytes:    8 << 10,
	CheckEvents:   200,

	ConnectionsPerAddress: 512, // 60 browsers behind one router, with eight each
	StreamsPerConnection:  100, // as many servers have it, so that the 101st can be seen waiting
	Buffered:              64 << 10,
	Ping:                  20 * time.Second,

	Header:     60 << 10, // a script, and localhost's cookies are those of all its ports
	ReadHeader: 10 * time.Second,
	Read:       10 * time.Second,
	Write:      2 * time.Minute, // app.wasm over a slow line
	Idle:       20 * time.Second,
	Stop:       500 * time.Millisecond,

	Memory: 512 << 20,
}

// Check refuses what a flag can get wrong.
func (l Limits) Check() error {
	switch {
	case l.Heartbeat < 10*time.Millisecond:
		return fmt.Errorf("-heartbeat %v is too short: give 10ms or more", l.Heartbeat)
	case l.Streams < 1:
		return fmt.Errorf("-max-streams %d lets nobody in: give 1 or more", l.Streams)
	case l.StreamsPerAddress < 1:
		return fmt.Errorf("-max-streams-per-address %d lets nobody in: give 1 or more", l.StreamsPerAddress)
	}
	return nil
}
