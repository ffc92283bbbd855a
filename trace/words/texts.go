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
	numKeys
)

// What several facts say.
const (
	asksAgain = "By the standard readyState becomes 0, and the browser asks again."
	noEnd     = "An event stream has no end for a browser: by the standard readyState becomes 0, and it asks again."
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
		"readyState is 0, CONNECTING. The constructor returned at once; the request is made in the background, for `{type}`.",
		standard.Interface,
	},
	trace.FactRefused: {
		"The constructor threw an exception.", "",
		"There is no new EventSource. Your browser said: {type}",
		standard.Interface,
	},
	trace.FactOpened: {
		"The connection is open.", "",
		"readyState went 0 → 1, {time} after the constructor. The browser has an answer with status 200 and the type `text/event-stream`; it needs no event for this.",
		standard.Processing,
	},
	trace.FactReopened: {
		"Your browser waited {time} and came back.", "",
		"readyState went 0 → 1. The time is from the last error to open: the reconnection time and the new request together. {id}",
		standard.LastEventID,
	},
	trace.FactFirstEvent: {
		"The first event: {type}.", "",
		"It came {time} after open, and reached the listeners for `{type}`, no others. It is the first that a listener here could see.",
		standard.Interpretation,
	},
	trace.FactEvents: {"1 more event.", "{count} more events.", "", standard.Interpretation},
	eventsOf:         {"1 more event: {type}.", "{count} more events: {type}.", "", standard.Interpretation},
	trace.FactServerNamed: {
		"The stream sent an event named {type}.", "The stream sent {count} events named {type}.",
		"It is not the browser's own {type} event: it has data, and readyState did not change. Both reach the same listeners, so look at which one it is.",
		standard.Interpretation,
	},
	trace.FactSilent: {
		"Open, but silent so far.", "",
		"Either the server has sent no whole event yet, or its events may be named and a listener missing: an event whose type has no listener cannot be seen from here. If you know the name, add it under “listener”; many servers use `ping` or `update`.",
		standard.Interpretation,
	},
	silentUnheard: {
		"Open, but silent for your listeners.", "",
		"Events were sent, but of types without a listener here. Add one, and the next will be seen.",
		standard.Interpretation,
	},
	silentNothing: {
		"Open, but silent so far.", "",
		"The server has sent no whole event: only a blank line behind `data` completes one. readyState stays 1.",
		standard.Interpretation,
	},
	silentHeld: {
		"Open, but silent so far.", "",
		"The server has sent whole events, but none has reached a listener here: perhaps a buffer on the way holds them back. readyState stays 1.",
		standard.Authoring,
	},
	trace.FactLost: {
		"The connection was lost. EventSource will reconnect by itself.", "",
		"readyState went 1 → 0, not to 2. The error event does not say why: whether the server ended the response or the cable was cut, a script is told the same. {next}",
		standard.Processing,
	},
	lostKnown: {
		"The connection was lost. EventSource will reconnect by itself.", "",
		"{cause} The page is told only: `error`, readyState 1 → 0. {next}",
		standard.Processing,
	},
	trace.FactFailed: {
		"The attempt failed. EventSource will try again by itself.", "{count} attempts in a row failed. EventSource goes on trying.",
		"{waited}readyState stays 0, CONNECTING. The error event does not say why: perhaps nothing listens there. {next}",
		standard.Processing,
	},
	failedKnown: {
		"The attempt failed. EventSource will try again by itself.", "{count} attempts in a row failed. EventSource goes on trying.",
		"{waited}{cause} The page is told only: `error`, and readyState stays 0. {next}",
		standard.Processing,
	},
	trace.FactGaveUp: {
		"The browser gave up. readyState is 2, CLOSED.", "",
		"{waited}It will not try again; only a new EventSource can. Usually the answer was not an event stream that this page may read: a status other than 200 (204 is how a server says stop), another Content-Type, or no permission by CORS. Or the browser never asked, or was told to stop loading. The error event does not say which.",
		standard.Processing,
	},
	gaveUpKnown: {
		"The browser gave up. readyState is 2, CLOSED.", "",
		"{waited}{cause} The page is told only: `error`, readyState 0 → 2. It will not try again; only a new EventSource can.",
		standard.Processing,
	},
	stopped: {
		"The browser gave up while it was open. readyState is 2, CLOSED.", "",
		"readyState went 1 → 2. By the standard a connection that is lost is tried again, so this one was probably stopped: window.stop() and the browser's stop button do that. Only a new EventSource can connect again.",
		standard.Processing,
	},
	trace.FactClosed: {
		"close() was called.", "",
		"readyState went {was} → 2. No event is fired, and nothing is tried again.",
		standard.Interface,
	},
	trace.FactListening: {
		"Listening to {type} from now on.", "",
		"Events that came before are not repeated.",
		standard.Interpretation,
	},
	trace.FactUnlistened: {
		"No longer listening to {type}.", "",
		"Such events may still arrive; this page does not see them any more.",
		standard.Interpretation,
	},

	trace.FactRequest: {
		"Request {attempt} arrived.", "",
		"{asked}There is no answer yet: readyState stays 0.",
		standard.LastEventID,
	},
	trace.FactUnanswered: {
		"Request {attempt} was reset before any answer.", "{count} requests in a row were reset before any answer.",
		"By the standard readyState stays 0, and the browser tries again. Some ask a few times more at once, before the page is told.",
		standard.Processing,
	},
	trace.FactAnswered: {
		"Request {attempt} was answered 200, with a stream.", "",
		"{asked}On this the browser fires `open`, and readyState becomes 1. Some wait for the first byte of the body.",
		standard.Processing,
	},
	trace.FactNoContent: {
		"Request {attempt} was answered 204, No Content.", "",
		"{asked}This is how a server says stop: by the standard readyState becomes 2, and the browser never asks again.",
		standard.Intro,
	},
	trace.FactRedirected: {
		"Request {attempt} was answered {status}: ask elsewhere.", "{count} requests in a row were redirected.",
		"The browser goes to `{type}` by itself, if it may; the page is not told. Which address it asks after a later loss differs between browsers.",
		standard.Redirects,
	},
	trace.FactStatus: {
		"Request {attempt} was answered {status}.", "",
		"{asked}Only 200 opens a stream. By the standard any other answer is final: readyState becomes 2.",
		standard.Processing,
	},
	trace.FactWrongType: {
		"Request {attempt} was answered 200, but not with an event stream.", "",
		"`Content-Type: {type}`. By the standard this is final, readyState becomes 2; some browsers first read on to guess the type.",
		standard.Processing,
	},
	trace.FactCharset: {
		"Request {attempt} was answered 200, with a charset that is not UTF-8.", "",
		"`Content-Type: {type}`. By the standard the stream is read as UTF-8 all the same; some browsers give up instead.",
		standard.Interpretation,
	},
	trace.FactForbidden: {
		"Request {attempt} was answered {status}, but this page may not read it.", "",
		"The page is of another origin, and the answer's `Access-Control-Allow-Origin` does not let it in, or not with credentials. The browser gives up: readyState becomes 2.",
		standard.CORS,
	},

	trace.FactEnded:     {"The server ended the answer.", "", noEnd, standard.Processing},
	trace.FactCut:       {"The server cut the connection.", "", asksAgain, standard.Processing},
	trace.FactTruncated: {"The server closed the connection without the last chunk.", "", asksAgain, standard.Processing},
	trace.FactLifetime:  {"The server ended the answer: no stream may live longer here.", "", asksAgain, standard.Processing},
	trace.FactStopping:  {"The server is stopping, and ended the answer.", "", asksAgain, standard.Processing},
	trace.FactStuck:     {"The server cut the connection: its bytes were not read.", "", asksAgain, standard.Processing},
	trace.FactMistake:   {"The server made a mistake, and cut the connection.", "", asksAgain, standard.Processing},
	trace.FactLeft: {
		"The browser closed the connection.", "",
		"After close(), when the page stops loading, or when it has no use for the answer. The server sees no more than that.",
		standard.Interface,
	},
	trace.FactYouCut:   {"You had the server cut the connection.", "", asksAgain, standard.Processing},
	trace.FactYouEnded: {"You had the server end the answer.", "", noEnd, standard.Processing},

	trace.FactPaused: {
		"You paused the stream.", "",
		"The connection stays, the bytes stop. readyState does not change: a script can't tell this from a server with nothing to say.",
		standard.Authoring,
	},
	trace.FactResumed: {"You let the stream go on.", "", "", standard.None},
	trace.FactStepped: {
		"You let one more line out.", "You let {count} more lines out.",
		"An event is dispatched only at its blank line.",
		standard.Interpretation,
	},
	trace.FactSent: {
		"You sent something of your own.", "You sent something of your own {count} times.",
		"It went out between two lines of the stream. To the browser it is a part of the stream like any other.",
		standard.Interpretation,
	},
	trace.FactNextReply: {
		"You chose the answer to the next request: {answer}.", "",
		"It is given once; then all goes on as planned.",
		standard.None,
	},

	trace.FactNewServer: {
		"The server is another one now.", "",
		"It was restarted, or it had forgotten this page. What was recorded before stays as it was; how requests ended that were under way is not known. Attempts are counted on.",
		standard.None,
	},

	trace.FactBOM: {
		"The stream began with a byte order mark.", "",
		"The browser takes one away, at the very start only. Without that the first line's name would not match.",
		standard.Interpretation,
	},
	trace.FactRetry: {
		"The stream set the reconnection time: {type} ms.", "The stream set the reconnection time {count} times: {type} ms.",
		"By the standard the browser waits at least that long before it asks again, until another `retry`. A script can't read it.",
		standard.Interpretation,
	},
	trace.FactRetryIgnored: {
		"A retry was ignored.", "{count} lines of retry were ignored.",
		"Its value, `{type}`, is not digits only. The reconnection time stays what it was.",
		standard.Interpretation,
	},
	trace.FactRetryEmpty: {
		"A retry without a value was ignored.", "{count} lines of retry without a value were ignored.",
		"So says the standard: at least one digit. Browsers differ: some take it for 0, some go back to their own reconnection time.",
		standard.Interpretation,
	},
	trace.FactComments: {
		"A comment was sent.", "{count} comments were sent.",
		"A line that begins with a colon is seen by no script. Servers send some so that no proxy closes a silent connection.",
		standard.Authoring,
	},
	trace.FactID: {
		"The stream gave an id: {lastID}.", "The stream gave {count} ids, the last one {lastID}.",
		"When its event is complete the browser keeps it, and sends it as `Last-Event-ID` when it asks again.",
		standard.LastEventID,
	},
	trace.FactIDReset: {
		"An empty id took the last one away.", "{count} empty ids took the last one away.",
		"Unless another follows, by the standard the next request has no `Last-Event-ID`.",
		standard.LastEventID,
	},
	trace.FactIDIgnored: {
		"An id was ignored: it holds U+0000.", "{count} ids were ignored: they hold U+0000.",
		"By the standard the one before it stays. Not all browsers keep to the standard with U+0000.",
		standard.Interpretation,
	},
	trace.FactIDAlone: {
		"An id without data: nothing was dispatched.", "{count} ids without data: nothing was dispatched.",
		"By the standard the id counts all the same; not all browsers keep it.",
		standard.Interpretation,
	},
	trace.FactDataless: {
		"An event without data was not dispatched.", "{count} events without data were not dispatched.",
		"Without a line of `data` a blank line dispatches nothing, and the event's type is forgotten.",
		standard.Interpretation,
	},
	trace.FactUnknownField: {
		"A line was ignored: there is no such field.", "{count} lines were ignored: there are no such fields.",
		"The first is `{type}`. Only `data`, `event`, `id` and `retry` count: in data of several lines each needs its own `data:`.",
		standard.Interpretation,
	},
	trace.FactMisspelt: {
		"A line was ignored: its field's name is not exact.", "{count} lines were ignored: their fields' names are not exact.",
		"The first is `{type}`. Capital letters or a space make it another name.",
		standard.Interpretation,
	},
	trace.FactDiscarded: {
		"The stream ended in the middle of an event.", "",
		"By the standard what has no blank line behind it is forgotten, with its id. Nothing is dispatched.",
		standard.Interpretation,
	},
	trace.FactUnheard: {
		"The event {type} was sent, but nothing here listens to it.", "{count} events {type} were sent, but nothing here listens to them.",
		"There is no listener for all types. Add one for `{type}`, and the next will be seen.",
		standard.Interpretation,
	},
	unheardMore: {
		"An event of yet another type was sent without a listener.", "{count} events of yet other types were sent without a listener.",
		"There is no listener for all types: each needs its own.",
		standard.Interpretation,
	},
	trace.FactBlind: {
		"More was sent than is shown here.", "",
		"From here on the bytes of this answer are counted, but not decoded. The browser reads them all.",
		standard.None,
	},
}

// Parts of texts.
const (
	partWaited = "Your browser waited {time} for this: the reconnection time and a new attempt together. "

	partWaitsRetry = "By the standard it now waits at least {retry} ms, the `retry` of this stream, "
	partWaitsLast  = "It waits now (the last time {before}, with the request), "
	partWaitsOwn   = "It waits now as long as it chooses, "
	partAsksID     = "and asks again with `Last-Event-ID: {lastID}`."
	partAsksPlain  = "and asks again without `Last-Event-ID`."
	partAsks       = "and asks again."

	partID       = "The last event seen here had the lastEventId `{lastID}`: the standard has the browser send it as `Last-Event-ID`, unless the stream set another that no listener here saw."
	partNoID     = "No lastEventId is known here, so by the standard there was none to send as `Last-Event-ID`, unless the stream set one that no listener here saw."
	partSentID   = "The request had `Last-Event-ID: {lastID}`. "
	partSentNone = "The request had no `Last-Event-ID`. "

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
	partWaited, partWaitsRetry, partWaitsLast, partWaitsOwn, partAsksID, partAsksPlain, partAsks, partID, partNoID, partSentID, partSentNone,
	partStatus, partReset, partRedirect, partWrongType, durationMS, durationS, durationMin, durationH,
}
