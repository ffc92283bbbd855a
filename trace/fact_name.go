package trace

// FactName names a kind of fact. What it says in words is package words' to say.
type FactName uint8

const (
	FactConstructed FactName = iota
	FactRefused              // the constructor threw
	FactOpened
	FactReopened
	FactFirstEvent
	FactFirstSince  // the first event since the reconnection
	FactRepeated    // an id that had come before the reconnection
	FactEvents      // more events
	FactServerNamed // an event of the stream that has the name of one of the browser's own
	FactSilent
	FactLost      // error, OPEN → CONNECTING
	FactEndMarker // what came last before that looked like the end of the stream
	FactNoEndMarker
	FactFailed // error, CONNECTING → CONNECTING
	FactGaveUp // error, → CLOSED
	FactClosed
	FactSocketError // a WebSocket's error event
	FactEndedSocket // its close event
	FactReturns     // the same, with a reconnection by hand
	FactDialed      // that one
	FactListening
	FactUnlistened

	// Seen by the server: a request and what a browser makes of the response …
	FactRequest
	FactReset    // before any response
	FactStream   // a response with a stream
	FactUpgraded // one that made the connection a WebSocket's
	FactNoContent
	FactRedirected
	FactStatus
	FactWrongType
	FactCharset
	FactForbidden // by CORS

	// … the end of a stream …
	FactEnded
	FactCut
	FactTruncated
	FactLifetime
	FactStopping
	FactStuck
	FactMistake
	FactRejected // a WebSocket, with a reason
	FactLeft
	FactYouCut
	FactYouEnded

	// … what else the visitor did …
	FactPaused
	FactResumed
	FactStepped
	FactSent
	FactNextReply

	// … and that it is another server now, one of several or not.
	FactNewServer
	FactOtherServer
	FactServerGone
	FactChannelMoved

	// Seen on the wire.
	FactBOM
	FactRetry
	FactRetryIgnored
	FactRetryEmpty
	FactComments
	FactID
	FactIDReset
	FactIDIgnored
	FactIDAlone // in a block without data
	FactDataless
	FactUnknownField
	FactMisspelt
	FactDiscarded
	FactUnheard
	FactBlind

	NumFacts // how many there are

	firstOfServer = FactRequest
	firstOnWire   = FactBOM
)
