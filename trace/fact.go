package trace

import (
	"slices"
	"strconv"
	"strings"

	"eventsource-playground/eventsource"
)

const (
	maxFacts = 200
	// silence is how long a source is open without an event before that is worth a word, in milliseconds.
	silence = 4000
)

// FactName names a kind of fact; each has its sentences.
type FactName uint8

const (
	FactConstructed FactName = iota
	FactRefused              // the constructor threw
	FactOpened
	FactReopened
	FactFirstEvent
	FactEvents      // more events
	FactServerNamed // an event of the stream that has the name of one of the browser's own
	FactSilent
	FactLost   // error, OPEN → CONNECTING
	FactFailed // error, CONNECTING → CONNECTING
	FactGaveUp // error, → CLOSED
	FactClosed
	FactListening
	FactUnlistened
	numFacts
)

// Fact is one thing that just happened, as a learner should read it.
type Fact struct {
	Name     FactName
	Observer Observer
	At       float64 // on the performance clock
	T        float64 // milliseconds since New of its source
	Source   int

	Was          eventsource.ReadyState // the state before
	Type         string                 // the event's type; "" for several types. Of a Constructed the URL, of a Refused the message
	ID           string                 // the last event ID
	Count        int                    // how many, if repeats are folded
	Milliseconds float64                // the wait, or the time it took
}

// fact remembers a fact, folded into the one before if it says the same again.
func (l *Log) fact(f Fact) {
	f.Observer, f.Source, f.T = Page, l.source, f.At-l.newAt
	if n := len(l.facts); n > 0 {
		last := &l.facts[n-1]
		sameType := last.Type == f.Type
		if last.Name == f.Name && last.Source == f.Source &&
			(f.Name == FactEvents || f.Name == FactFailed || f.Name == FactServerNamed && sameType) {
			if !sameType {
				f.Type = ""
			}
			f.Count += last.Count
			*last = f
			return
		}
	}
	if len(l.facts) >= maxFacts {
		l.facts = slices.Delete(l.facts, 0, maxFacts/10)
	}
	l.facts = append(l.facts, f)
}

// Refuse records that the constructor threw, so that there is no new source.
func (l *Log) Refuse(at float64, err error) {
	l.fact(Fact{Name: FactRefused, At: at, Type: err.Error()})
	l.changes++
}

// Listen records that a listener for a type was added or removed while connected.
func (l *Log) Listen(at float64, typ string, on bool) {
	f := Fact{Name: FactListening, At: at, Type: typ}
	if !on {
		f.Name = FactUnlistened
	}
	l.fact(f)
	l.changes++
}

// Facts yields what just happened, newest first. It depends on the time, because silence is a fact too.
func (l *Log) Facts(now float64) []Fact {
	facts := slices.Clone(l.facts)
	if l.Silent(now) {
		at := l.now.Since + silence
		i := len(facts)
		for i > 0 && facts[i-1].At > at {
			i--
		}
		facts = slices.Insert(facts, i, Fact{Name: FactSilent, Observer: Page, At: at, T: at - l.newAt, Source: l.source})
	}
	slices.Reverse(facts)
	return facts
}

// Silent reports whether the source has been open for some seconds without one event.
func (l *Log) Silent(now float64) bool {
	return l.now.Source > 0 && l.now.ReadyState == eventsource.Open && l.now.Events == 0 && now-l.now.Since >= silence
}

// Sentence is what a fact says in words.
type Sentence struct {
	Title   string
	Body    []Phrase
	Section string // of the HTML standard
	Anchor  string // of that section, on the standard's page
}

// Phrase is a part of a sentence's body: words, or code. They are apart because what a stream or a browser said may
// hold any mark that could tell them apart.
type Phrase struct {
	Text string
	Code bool
}

// sections of the HTML standard, by their number.
var sections = map[string]string{
	"9.2.2": "the-eventsource-interface",
	"9.2.3": "sse-processing-model",
	"9.2.4": "the-last-event-id-header",
	"9.2.6": "event-stream-interpretation",
}

// Section is the name of a standard's section, and its address.
func Section(key string) (name, url string) {
	return "HTML " + key, "https://html.spec.whatwg.org/multipage/server-sent-events.html#" + sections[key]
}

// texts are the sentences of each fact, with `code` between backquotes; what stands in braces is filled in by Sentence.
// A script is told little (HTML 9.2.10), so they say what was seen, and what the standard has the browser do.
var texts = [numFacts]struct{ title, body, section string }{
	FactConstructed: {
		"new EventSource was called.",
		"readyState is 0, CONNECTING. The constructor returned at once; the request is made in the background, for `{type}`.",
		"9.2.2",
	},
	FactRefused: {
		"The constructor threw an exception.",
		"There is no new EventSource. Your browser said: {type}",
		"9.2.2",
	},
	FactOpened: {
		"The connection is open.",
		"readyState went 0 → 1, {time} after the constructor. The browser has an answer with status 200 and the type `text/event-stream`; it needs no event for this.",
		"9.2.3",
	},
	FactReopened: {
		"Your browser waited {time} and came back.",
		"readyState went 0 → 1. The time is from the last error to open: the reconnection time and the new request together. {id}",
		"9.2.4",
	},
	FactFirstEvent: {
		"The first event: {type}.",
		"It came {time} after open, and reached the listeners for `{type}`, no others. It is the first that a listener here could see.",
		"9.2.6",
	},
	FactEvents: {
		"{more}.",
		"",
		"9.2.6",
	},
	FactServerNamed: {
		"The stream sent an event named {type}.",
		"It is not the browser's own {type} event: it has data, and readyState did not change. Both reach the same listeners, so look at which one it is.",
		"9.2.6",
	},
	FactSilent: {
		"Open, but silent so far.",
		"Either the server has sent no whole event yet, or its events may be named and a listener missing: an event whose type has no listener cannot be seen from here. If you know the name, add it under “listener”; many servers use `ping` or `update`.",
		"9.2.6",
	},
	FactLost: {
		"The connection was lost. EventSource will reconnect by itself.",
		"readyState went 1 → 0, not to 2. The error event does not say why: whether the server ended the response or the cable was cut, a script is told the same.",
		"9.2.3",
	},
	FactFailed: {
		"The attempt failed. EventSource will try again by itself.",
		"{waited}readyState stays 0, CONNECTING. The error event does not say why: perhaps nothing listens there.",
		"9.2.3",
	},
	FactGaveUp: {
		"The browser gave up. readyState is 2, CLOSED.",
		"{waited}It will not try again; only a new EventSource can. Usually the answer was not an event stream that this page may read: a status other than 200 (204 is how a server says stop), another Content-Type, or no permission by CORS. Or the browser never asked, or was told to stop loading. The error event does not say which.",
		"9.2.3",
	},
	FactClosed: {
		"close() was called.",
		"readyState went {was} → 2. No event is fired, and nothing is tried again.",
		"9.2.2",
	},
	FactListening: {
		"Listening to {type} from now on.",
		"Events that came before are not repeated.",
		"9.2.6",
	},
	FactUnlistened: {
		"No longer listening to {type}.",
		"Such events may still arrive; this page does not see them any more.",
		"9.2.6",
	},
}

// Sentence says the fact in words.
func (f Fact) Sentence() Sentence {
	t := texts[f.Name]
	more := strconv.Itoa(f.Count) + " more events"
	if f.Count == 1 {
		more = "1 more event"
	}
	switch {
	case f.Name == FactEvents && f.Type != "":
		more += ": {type}"
	case f.Name == FactFailed && f.Count > 1:
		t.title = "{count} attempts in a row failed. EventSource goes on trying."
	case f.Name == FactServerNamed && f.Count > 1:
		t.title = "The stream sent {count} events named {type}."
	case f.Name == FactGaveUp && f.Was == eventsource.Open:
		t.title = "The browser gave up while it was open. readyState is 2, CLOSED."
		t.body = "readyState went 1 → 2. By the standard a connection that is lost is tried again, so this one was probably stopped: window.stop() and the browser's stop button do that. Only a new EventSource can connect again."
	}
	waited := ""
	if f.Milliseconds > 0 {
		waited = "Your browser waited {time} for this: the reconnection time and a new attempt together. "
	}
	id := "No lastEventId is known here, so by the standard there was none to send as `Last-Event-ID`, unless the stream set one that no listener here saw."
	if f.ID != "" {
		id = "The last event seen here had the lastEventId `{lastID}`: the standard has the browser send it as `Last-Event-ID`, unless the stream set another that no listener here saw."
	}
	// First the words that are ours, then, once, the values that are not.
	ours := strings.NewReplacer("{more}", more, "{waited}", waited, "{id}", id)
	values := strings.NewReplacer(
		"{type}", brief(f.Type), "{lastID}", brief(f.ID), "{time}", Duration(f.Milliseconds),
		"{count}", strconv.Itoa(f.Count), "{was}", strconv.Itoa(int(f.Was)),
	)
	s := Sentence{Title: values.Replace(ours.Replace(t.title)), Section: t.section, Anchor: sections[t.section]}
	for i, part := range strings.Split(ours.Replace(t.body), "`") {
		if part != "" {
			s.Body = append(s.Body, Phrase{Text: values.Replace(part), Code: i%2 == 1})
		}
	}
	return s
}

// brief cuts what would take too much room in a sentence.
func brief(s string) string {
	const most = 200
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// Duration says a number of milliseconds as people read it: 250 ms, 3.01 s, 2 min 5 s.
func Duration(ms float64) string {
	switch {
	case ms < 999.5:
		return strconv.FormatFloat(max(0, ms), 'f', 0, 64) + " ms"
	case ms < 59_995:
		return strconv.FormatFloat(ms/1000, 'f', 2, 64) + " s"
	}
	s := int(ms/1000 + 0.5)
	if s < 3600 {
		return strconv.Itoa(s/60) + " min " + strconv.Itoa(s%60) + " s"
	}
	return strconv.Itoa(s/3600) + " h " + strconv.Itoa(s/60%60) + " min"
}
