package words

import (
	"eventsource-playground/standard"
	"eventsource-playground/trace"
)

// key is whose text it is: a fact's name, or one of those that are told instead where more is known.
type key = trace.FactName

const (
	eventsOf key = trace.NumFacts + iota
	unheardMore
	stopped
	silentUnheard
	silentNothing
	silentHeld
	lostKnown
	failedKnown
	gaveUpKnown
	engineConstructed
	engineRefused
	engineOpened
	engineReopened
	engineLost
	engineFailed
	engineGaveUp
	socketConstructed
	socketRefused
	socketOpened
	socketReopened
	socketFirst
	socketFirstSince
	socketRepeated
	socketEvents
	socketClosing
	socketSilent
	endedKnown
	returnsKnown
	numKeys
)

// What several facts say.
const (
	reconnects = "By the standard readyState becomes 0, and the browser reconnects."
	noEnd      = "For a browser an event stream has no end: by the standard readyState becomes 0, and it reconnects."

	// Of a WebSocket.
	socketEnds   = "The browser fires `close`: readyState becomes 3, and nothing reconnects by itself."
	socketDenied = "Only 101 opens a WebSocket. Any other response fails the connection: the browser fires `error` and `close`, and tells no status.{said}"
	socketAsks   = "There is no response yet: readyState stays 0."
)

// texts are the sentences of each fact, with `code` between backquotes; what stands in braces is filled in by Sentence.
// titles is the title of more than one, where that is another. A script is told little (HTML 9.2.10), so they say what was
// seen, and what the standard has the browser do.
var texts = [numKeys]struct {
	title, titles, body string
	section             standard.Section
}{
	trace.FactConstructed: {
		"new EventSource was called.", "",
		"readyState is 0, CONNECTING. The constructor returned at once; the browser requests `{type}` in the background.",
		standard.Interface,
	},
	trace.FactRefused: {
		"The constructor threw an exception.", "",
		"There is no new EventSource. Your browser said: {type}",
		standard.Interface,
	},
	trace.FactOpened: {
		"The connection is open.", "",
		"readyState went 0 → 1, {time} after the constructor. The browser received a response with status 200 and the type `text/event-stream`; it needs no event to open.",
		standard.Processing,
	},
	trace.FactReopened: {
		"Your browser reconnected {time} after the last error.", "",
		"readyState went 0 → 1. The time between the two events is the reconnection time, the new request, and whatever kept this page busy meanwhile, such as drawing. {id}",
		standard.LastEventID,
	},
	trace.FactFirstEvent: {
		"The first event: {type}.", "",
		"It came {time} after open, and was dispatched to the listeners for `{type}`, no others. It is the first that a listener here could see.",
		standard.Interpretation,
	},
	trace.FactFirstSince: {
		"The first event since the reconnection: {type}.", "",
		"It came {time} after open, and was dispatched to the listeners for `{type}`, no others. The EventSource is the same object as before, and so are its listeners.",
		standard.Interpretation,
	},
	trace.FactRepeated: {
		"An id came a second time: {lastID}.", "",
		"An event of the type `{type}` had it before the reconnection already. The browser only sends `Last-Event-ID`; it is the server that must go on after it. This one started again, or sent again what may have been lost: your code can tell by the id what it has handled.",
		standard.LastEventID,
	},
	trace.FactEvents: {"1 more event.", "{count} more events.", "", standard.Interpretation},
	eventsOf:         {"1 more event: {type}.", "{count} more events: {type}.", "", standard.Interpretation},
	trace.FactServerNamed: {
		"The stream sent an event of the type {type}.", "The stream sent {count} events of the type {type}.",
		"It is not the browser's own {type} event: it has data, and readyState did not change. Both are dispatched to the same listeners, so check which one it is.",
		standard.Interpretation,
	},
	trace.FactSilent: {
		"Open, but silent so far.", "",
		"Either the server has sent no complete event yet, or its events have a type without a listener here: a page cannot see those. If you know the type, add it under “listener”; many servers use `ping` or `update`.",
		standard.Interpretation,
	},
	silentUnheard: {
		"Open, but silent for your listeners.", "",
		"Events were sent, but their types have no listener here. Add one, and the next event will be seen.",
		standard.Interpretation,
	},
	silentNothing: {
		"Open, but silent so far.", "",
		"The server has sent no complete event: only a blank line after `data` completes one. readyState stays 1.",
		standard.Interpretation,
	},
	silentHeld: {
		"Open, but silent so far.", "",
		"The server has sent complete events, but none has reached a listener here: perhaps a buffer on the way holds them back. readyState stays 1.",
		standard.Authoring,
	},
	trace.FactLost: {
		"The connection was lost. EventSource will reconnect by itself.", "",
		"readyState went 1 → 0, not to 2. The error event does not say why: whether the server ended its response or the network failed, a script is told the same. {next}",
		standard.Processing,
	},
	lostKnown: {
		"The connection was lost. EventSource will reconnect by itself.", "",
		"{cause} The page is told only: `error`, readyState 1 → 0. {next}",
		standard.Processing,
	},
	trace.FactEndMarker: {
		"The last event looked like the end of the stream: {type}.", "",
		"EventSource knows no such event, so the browser reconnects. To stop it, call `close()` when this event comes, or have the server respond to the next request with status 204.",
		standard.Intro,
	},
	trace.FactNoEndMarker: {
		"The stream ended without its end marker: {type}.", "",
		"An earlier one said with it that it was complete, so this one may have been broken off: what came may be a part only.",
		standard.Intro,
	},
	trace.FactFailed: {
		"The attempt failed. EventSource will try again by itself.", "{count} attempts in a row failed. EventSource keeps trying.",
		"{waited}readyState stays 0, CONNECTING. The error event does not say why. Check that a server listens at this address, and that its certificate is trusted. {next}",
		standard.Processing,
	},
	failedKnown: {
		"The attempt failed. EventSource will try again by itself.", "{count} attempts in a row failed. EventSource keeps trying.",
		"{waited}{cause} The page is told only: `error`, and readyState stays 0. {next}",
		standard.Processing,
	},
	trace.FactGaveUp: {
		"The browser gave up. readyState is 2, CLOSED.", "",
		"{waited}It will not reconnect; only a new EventSource can. The error event does not say why, so check the response with another tool. Its status must be 200: 204 is how a server says stop, and 405 or 401 may mean that it expects POST or an `Authorization`, where EventSource only sends GET, without it. Its type must be `text/event-stream`. From another origin, CORS must let this page read it. With https, the certificate must be trusted. Or the browser sent no request, or was told to stop loading.",
		standard.Processing,
	},
	gaveUpKnown: {
		"The browser gave up. readyState is 2, CLOSED.", "",
		"{waited}{cause} The page is told only: `error`, readyState 0 → 2. It will not reconnect; only a new EventSource can.",
		standard.Processing,
	},
	stopped: {
		"The browser gave up while it was open. readyState is 2, CLOSED.", "",
		"readyState went 1 → 2. By the standard a browser reconnects when a connection is lost, so this one was probably stopped: window.stop() and the browser's stop button do that. Only a new EventSource can connect again.",
		standard.Processing,
	},
	engineConstructed: {
		"The Go engine was started.", "",
		"readyState is 0, CONNECTING. It does what the standard has EventSource do, and requests `{type}` with fetch.",
		standard.Processing,
	},
	engineRefused: {
		"The Go engine was not started.", "",
		"Nothing was sent: {type}",
		standard.Processing,
	},
	engineOpened: {
		"The connection is open.", "",
		"readyState went 0 → 1, {time} after the start. fetch had a response with status 200 and the type `text/event-stream`; Chromium gives it with the headers, Firefox with the first byte of the body.",
		standard.Processing,
	},
	engineReopened: {
		"The Go engine reconnected {time} after the last error.", "",
		"readyState went 0 → 1. The time between the two events is the reconnection time, the new request, and whatever kept this page busy meanwhile, such as drawing.",
		standard.LastEventID,
	},
	engineLost: {
		"The connection was lost. The Go engine will reconnect by itself.", "",
		"{why} EventSource would tell only: `error`, readyState 1 → 0.",
		standard.Processing,
	},
	engineFailed: {
		"The attempt failed. The Go engine will try again by itself.", "{count} attempts in a row failed. The Go engine keeps trying.",
		"{why} EventSource would tell only: `error`, and readyState stays 0.",
		standard.Processing,
	},
	engineGaveUp: {
		"The Go engine gave up. readyState is 2, CLOSED.", "",
		"{why} EventSource would tell only: `error`, readyState {was} → 2.",
		standard.Processing,
	},
	socketConstructed: {
		"new WebSocket was called.", "",
		"readyState is 0, CONNECTING. The constructor returned at once; the browser sends a GET for `{type}`, which asks the server to go on in another protocol over this connection.",
		standard.WebSockets,
	},
	socketRefused: {
		"The constructor threw an exception.", "",
		"There is no new WebSocket. Your browser said: {type}",
		standard.WebSockets,
	},
	socketOpened: {
		"The connection is open.", "",
		"readyState went 0 → 1, {time} after the constructor. The server agreed, with status 101: from now on both sides send messages over this connection.",
		standard.WebSockets,
	},
	socketReopened: {
		"A new WebSocket opened, {time} after the last one closed.", "",
		"readyState is 1, of another object than before. Not the browser reconnected, but code of this page.",
		standard.WebSockets,
	},
	socketFirst: {
		"The first message.", "",
		"It came {time} after open. A WebSocket has no event types and no IDs: each message fires `message`, and what is in it is the two sides' own affair.",
		standard.WebSockets,
	},
	socketFirstSince: {
		"The first message since the reconnection.", "",
		"It came {time} after open, from another object than before: the code of this page has given it the listeners of the last one.",
		standard.WebSockets,
	},
	socketRepeated: {
		"An ID came a second time: {lastID}.", "",
		"A message had it before the reconnection already. The code of this page only says the last ID in the address; it is the server that must go on after it.",
		standard.WebSockets,
	},
	socketEvents: {"1 more message.", "{count} more messages.", "", standard.WebSockets},
	socketClosing: {
		"close() was called.", "",
		"readyState went {was} → 2, CLOSING: both sides have to send a close frame. Then the browser fires `close`.",
		standard.WebSockets,
	},
	socketSilent: {
		"Open, but silent so far.", "",
		"No message came. Whether the connection is alive the browser does not say: to notice that it is dead takes a heartbeat.",
		standard.WebSockets,
	},
	trace.FactSocketError: {
		"The WebSocket fired error.", "",
		"The event says nothing of the cause: a script learns no status and no reason. `close` follows.",
		standard.WebSockets,
	},
	trace.FactEndedSocket: {
		"The WebSocket is closed: {closed}.", "",
		"readyState went {was} → 3, CLOSED. A WebSocket never reconnects: that is left to your own code.",
		standard.WebSockets,
	},
	endedKnown: {
		"The WebSocket is closed: {closed}.", "",
		"{cause} readyState went {was} → 3, CLOSED. A WebSocket never reconnects: that is left to your own code.",
		standard.WebSockets,
	},
	trace.FactReturns: {
		"The WebSocket is closed: {closed}. It will be reconnected by hand.", "",
		"readyState went {was} → 3, CLOSED, and this object stays so. The code of this page waits {time}, and makes a new one.",
		standard.WebSockets,
	},
	returnsKnown: {
		"The WebSocket is closed: {closed}. It will be reconnected by hand.", "",
		"{cause} readyState went {was} → 3, CLOSED, and this object stays so. The code of this page waits {time}, and makes a new one.",
		standard.WebSockets,
	},
	trace.FactDialed: {
		"A new WebSocket was made, {time} after the last one closed.", "",
		"readyState is 0, CONNECTING. The last ID is in its address, since a WebSocket has no `Last-Event-ID`.",
		standard.WebSockets,
	},
	trace.FactClosed: {
		"close() was called.", "",
		"readyState went {was} → 2. No event is fired, and the browser does not reconnect.",
		standard.Interface,
	},
	trace.FactListening: {
		"Listening to {type} from now on.", "",
		"Events that came before are not dispatched again.",
		standard.Interpretation,
	},
	trace.FactUnlistened: {
		"No longer listening to {type}.", "",
		"Such events may still arrive; this page no longer sees them.",
		standard.Interpretation,
	},

	trace.FactRequest: {
		"Request {attempt} arrived.", "",
		"{request}There is no response yet: readyState stays 0.",
		standard.LastEventID,
	},
	trace.FactReset: {
		"Request {attempt} was reset before any response.", "{count} requests in a row were reset before any response.",
		"By the standard readyState stays 0, and the browser tries again. Some send a few more requests at once, before the page is told.",
		standard.Processing,
	},
	trace.FactStream: {
		"Request {attempt} got a 200 response, an event stream.", "",
		"{request}The browser then fires `open`, and readyState becomes 1. Some wait for the first byte of the body.",
		standard.Processing,
	},
	trace.FactUpgraded: {
		"Request {attempt} got a 101 response: a WebSocket.", "",
		"The connection is no longer HTTP's. What goes over it from now on are frames, both ways.",
		standard.WebSockets,
	},
	trace.FactNoContent: {
		"Request {attempt} got a 204 response, No Content.", "",
		"{request}This is how a server says stop: by the standard readyState becomes 2, and the browser never reconnects.",
		standard.Intro,
	},
	trace.FactRedirected: {
		"Request {attempt} got a {status} response, a redirect.", "{count} requests in a row were redirected.",
		"The browser follows it to `{type}` by itself, if it may; the page is not told. Which address it requests when it reconnects differs between browsers.",
		standard.Redirects,
	},
	trace.FactStatus: {
		"Request {attempt} got a {status} response.", "",
		"{request}Only 200 opens a stream. By the standard any other response fails the connection: readyState becomes 2.{said}",
		standard.Processing,
	},
	trace.FactWrongType: {
		"Request {attempt} got a 200 response, but not an event stream.", "",
		"`Content-Type: {type}`. By the standard this fails the connection: readyState becomes 2. Some browsers first read on to guess the type, or accept one that is written wrongly.{said}",
		standard.Processing,
	},
	trace.FactCharset: {
		"Request {attempt} got an event stream with a charset other than “utf-8”.", "",
		"`Content-Type: {type}`. By the standard the stream is decoded as UTF-8 all the same. Some browsers give up at any charset but `utf-8`, even at `utf8`.",
		standard.Interpretation,
	},
	trace.FactForbidden: {
		"Request {attempt} got a {status} response, but this page may not read it.", "",
		"The page is of another origin, and the response's `Access-Control-Allow-Origin` does not let it read, or not with credentials. The browser gives up: readyState becomes 2.{said}",
		standard.CORS,
	},

	trace.FactEnded:     {"The server ended its response.", "", noEnd, standard.Processing},
	trace.FactCut:       {"The server cut the connection.", "", reconnects, standard.Processing},
	trace.FactTruncated: {"The server closed the connection without the last chunk.", "", reconnects, standard.Processing},
	trace.FactLifetime:  {"The server ended its response: the time limit of a stream was reached.", "", reconnects, standard.Processing},
	trace.FactStopping:  {"The server is stopping, and ended its response.", "", reconnects, standard.Processing},
	trace.FactStuck:     {"The server cut the connection: its bytes were not read.", "", reconnects, standard.Processing},
	trace.FactMistake:   {"The server failed, and cut the connection.", "", reconnects, standard.Processing},
	trace.FactLeft: {
		"The browser closed the connection.", "",
		"After close(), when the page stops loading, or when it cannot use the response. The server sees no more than that.",
		standard.Interface,
	},
	trace.FactYouCut:   {"You had the server cut the connection.", "", reconnects, standard.Processing},
	trace.FactYouEnded: {"You had the server end its response.", "", noEnd, standard.Processing},

	trace.FactRejected: {"The server closed the WebSocket, since it could not go on: the close frame says why.", "", socketEnds, standard.WebSockets},

	trace.FactPaused: {
		"You paused the stream.", "",
		"The connection stays open, but no bytes are sent. readyState does not change: a script can't tell this from a server that has nothing to send.",
		standard.Authoring,
	},
	trace.FactResumed: {"You resumed the stream.", "", "", standard.None},
	trace.FactStepped: {
		"You had one more line sent.", "You had {count} more lines sent.",
		"An event is dispatched only at its blank line.",
		standard.Interpretation,
	},
	trace.FactSent: {
		"You sent bytes of your own.", "You sent bytes of your own {count} times.",
		"They were sent between two lines of the stream. To the browser they are a part of it like any other.",
		standard.Interpretation,
	},
	trace.FactNextReply: {
		"You chose the response to the next request: {response}.", "",
		"It applies to one request; then all goes on as planned.",
		standard.None,
	},

	trace.FactNewServer: {
		"The server is another one now.", "",
		"It was restarted, or it had forgotten this page. What was recorded before stays as it was; how the requests under way ended is not known. Attempts are numbered on.",
		standard.None,
	},

	trace.FactOtherServer: {
		"Server {type} received this attempt; another one had received the one before.", "",
		"This playground is on several servers, and any of them may respond: each has a name and, after the hyphen, an epoch, which is another one after each start. All that the next one needs for the stream is the last event ID, which the browser sends.",
		standard.None,
	},
	trace.FactChannelMoved: {
		"The page's own channel goes to server {type} now.", "",
		"It is a WebSocket beside the streams, which it does not touch. The servers of this playground know together what each of them saw, so the trace goes on.",
		standard.None,
	},
	trace.FactServerGone: {
		"Server {type} gives no sign of life.", "",
		"It is one of the servers of this playground. How the requests ended that it had under way, the others can't know. The browser reconnects to one of them.",
		standard.None,
	},

	trace.FactBOM: {
		"The stream began with a byte order mark.", "",
		"The browser removes one, at the very start only. Otherwise the name of the first field would not match.",
		standard.Interpretation,
	},
	trace.FactRetry: {
		"The stream set the reconnection time: {type} ms.", "The stream set the reconnection time {count} times: {type} ms.",
		"By the standard the browser waits at least that long before it reconnects, until another `retry`. A script can't read it.",
		standard.Interpretation,
	},
	trace.FactRetryIgnored: {
		"A retry was ignored.", "{count} retry lines were ignored.",
		"Its value, `{type}`, is not digits only. The reconnection time stays what it was.",
		standard.Interpretation,
	},
	trace.FactRetryEmpty: {
		"A retry without a value was ignored.", "{count} retry lines without a value were ignored.",
		"The standard wants digits. Browsers differ: some read it as 0, some go back to their own reconnection time.",
		standard.Interpretation,
	},
	trace.FactComments: {
		"A comment was sent.", "{count} comments were sent.",
		"A line that begins with a colon is not seen by any script. Servers send comments so that no proxy closes a silent connection.",
		standard.Authoring,
	},
	trace.FactID: {
		"The stream set an id: {lastID}.", "The stream set {count} ids, the last one {lastID}.",
		"When its event is complete the browser keeps it, and sends it as `Last-Event-ID` when it reconnects.",
		standard.LastEventID,
	},
	trace.FactIDReset: {
		"An empty id reset the last event ID.", "{count} empty ids reset the last event ID.",
		"Unless another follows, by the standard the next request has no `Last-Event-ID`.",
		standard.LastEventID,
	},
	trace.FactIDIgnored: {
		"An id was ignored: it contains U+0000.", "{count} ids were ignored: they contain U+0000.",
		"By the standard the one before it stays. Not all browsers follow the standard here.",
		standard.Interpretation,
	},
	trace.FactIDAlone: {
		"An id without data: nothing was dispatched.", "{count} ids without data: nothing was dispatched.",
		"By the standard the id counts all the same; not all browsers keep it.",
		standard.Interpretation,
	},
	trace.FactDataless: {
		"An event without data was not dispatched.", "{count} events without data were not dispatched.",
		"Without a `data` line a blank line dispatches nothing, and the event's type is discarded.",
		standard.Interpretation,
	},
	trace.FactUnknownField: {
		"A line was ignored: there is no such field.", "{count} lines were ignored: there are no such fields.",
		"The first is `{type}`. Only `data`, `event`, `id` and `retry` are fields. In data of several lines each line needs its own `data:`.",
		standard.Interpretation,
	},
	trace.FactMisspelt: {
		"A line was ignored: its field name does not match exactly.", "{count} lines were ignored: their field names do not match exactly.",
		"The first is `{type}`. Capital letters or a space make it another name.",
		standard.Interpretation,
	},
	trace.FactDiscarded: {
		"The stream ended in the middle of an event.", "",
		"By the standard an event without a blank line after it is discarded, with its id. Nothing is dispatched.",
		standard.Interpretation,
	},
	trace.FactUnheard: {
		"An event of the type {type} was sent, but has no listener here.", "{count} events of the type {type} were sent, but have no listener here.",
		"No listener receives all types. Add one for `{type}`, and the next event will be seen.",
		standard.Interpretation,
	},
	unheardMore: {
		"An event of another type was sent, but has no listener here.", "{count} events of other types were sent, but have no listener here.",
		"No listener receives all types: each type needs its own.",
		standard.Interpretation,
	},
	trace.FactBlind: {
		"More was sent than is shown here.", "",
		"From here on the bytes of this response are counted, but not decoded. The browser reads them all.",
		standard.None,
	},
}

// Parts of texts.
const (
	partWaited = "Your browser waited {time} for this: the reconnection time, the new attempt, and whatever kept this page busy meanwhile. "

	partWaitsRetry = "By the standard the browser now waits at least {retry} ms, the `retry` of this stream, "
	partWaitsLast  = "The browser now waits (the last time {before}, request included), "
	partWaitsOwn   = "No `retry` was set, so the browser now waits as long as it chooses, "
	partWaitsAny   = "The browser now waits as long as the stream's last `retry` said, which a script can't read, or without one as long as it chooses, "
	partWithID     = "and reconnects with `Last-Event-ID: {lastID}`."
	partWithoutID  = "and reconnects without `Last-Event-ID`."
	partReconnects = "and reconnects."

	partID       = "The last event seen here had the lastEventId `{lastID}`: by the standard the browser sends it as `Last-Event-ID`, unless the stream set another that no listener here saw."
	partNoID     = "No lastEventId is known here, so by the standard no `Last-Event-ID` was sent, unless the stream set one that no listener here saw."
	partSentID   = "The request had `Last-Event-ID: {lastID}`. "
	partSentNone = "The request had no `Last-Event-ID`. "
	partSaid     = " The server said: `{said}`"

	// Why, as the Go engine tells it.
	whyEnded     = "The response ended as HTTP prescribes."
	whyRead      = "Reading the response failed, so it was cut or broken. The browser said: {said}"
	whyRequest   = "fetch got no response, and does not say why: a name that is not known, a connection that is refused, a certificate and CORS look alike to a script. The browser said: {said}"
	whySilent    = "Nothing came for longer than the limit of silence, so the connection was taken for lost."
	whyFrozen    = "The browser had frozen the page. A fetch that was under way does not go on after that, so it was given up."
	whyStatus    = "The response had the status {status}; it must be 200."
	whyNoContent = "The response had the status 204, No Content: this is how a server says stop."
	whyType      = "The response had the type `{type}`; it must be `text/event-stream`."
	whyNotAgain  = "A request with a body is not sent again by itself: what is paid for might be paid twice. "
	whyLine      = "A line of more than {said} bytes came, and is not read to its end."
	whyEvent     = "An event with more than {said} bytes of data came, and is not read to its end."
	whyTooOften  = "It has tried {attempt} times in a row. "

	partStatus    = "status {type}"
	partReset     = "a reset"
	partRedirect  = "a redirect"
	partWrongType = "not an event stream"

	durationMS  = "{ms} ms"
	durationS   = "{s} s"
	durationMin = "{min} min {m} s"
	durationH   = "{h} h {m} min"
)

// parts are all of them, for whoever translates.
var parts = [...]string{
	socketEnds, socketDenied, socketAsks,
	partWaited, partWaitsRetry, partWaitsLast, partWaitsOwn, partWaitsAny, partWithID, partWithoutID, partReconnects, partID, partNoID, partSentID, partSentNone, partSaid,
	whyEnded, whyRead, whyRequest, whySilent, whyFrozen, whyStatus, whyNoContent, whyType, whyNotAgain, whyLine, whyEvent, whyTooOften,
	partStatus, partReset, partRedirect, partWrongType, durationMS, durationS, durationMin, durationH,
}
