package trace

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
)

var stream = header("Content-Type", "text/event-stream")

func seenEnd(source, attempt int, at float64, by protocol.By, how protocol.End) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenEnd, Source: source, Attempt: attempt, At: at, By: by, How: how}
}

func headAt(attempt, status int, at float64, headers ...protocol.Header) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenHead, Source: 1, Attempt: attempt, At: at, Status: status, Header: headers}
}

// servedLog makes a log of one source, constructed at 1000 ms, and of what its server saw.
func servedLog(seen ...protocol.Seen) *single {
	l := newSingle()
	l.listening = []string{"open", "error", "message"}
	l.Construct(1000, "http://host/sse", false)
	serve(l.Log, 0, seen...)
	return l
}

func sent(text string) *single {
	return servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, stream), seenWrite(1, 1, 1003, text))
}

func TestFactsKnowTheirPlace(t *testing.T) {
	l := logOf(open(1010))
	for _, f := range l.Facts(99_000, 1000) {
		check(t, "observer", f.Observer, Page)
		check(t, "source", f.Source, 1)
		check(t, "t", f.T, f.At-1000)
	}
	check(t, "silent", l.Silent(1010+silence), true)
	check(t, "silent before", l.Silent(1010+silence-1), false)
}

func TestFactsAreBounded(t *testing.T) {
	l := logOf()
	for i := range 10 * maxFacts {
		l.Listening(float64(2000+i), fmt.Sprint(i), true)
	}
	facts := l.Facts(9000, 1000)
	if n := len(facts); n > maxFacts || n < maxFacts/2 {
		t.Errorf("got %d facts; want at most %d", n, maxFacts)
	}
	check(t, "newest", facts[0].Type, fmt.Sprint(10*maxFacts-1))
}

func TestFactsStandInTheOrderOfTimeWheneverTheyCome(t *testing.T) {
	l := servedLog()
	l.Observe(eventsource.Decoded(open(1050), failed(1090, connecting)))
	serve(l.Log, 1000, seenRequest(1, 1, 1), headAt(1, 200, 2, stream), seenWrite(1, 1, 60, ":\n"), seenEnd(1, 1, 80, "server", "end"))
	names := func() string {
		var s []string
		for _, f := range l.Facts(1100, 100) {
			s = append(s, fmt.Sprintf("%s %v", f.Observer, f.T))
		}
		slices.Reverse(s)
		return strings.Join(s, ", ")
	}
	check(t, "facts", names(), "page 0, server 1, page 50, wire 60, server 80, page 90")
	l.ShiftServer(20)
	check(t, "with a better clock", names(), "page 0, server 21, page 50, wire 80, page 90, server 100")
	check(t, "the newest alone", len(l.Facts(1100, 2)), 2)
	l.Clear()
	check(t, "cleared", names(), "")
}

// However many lines come, each costs little, and few facts are kept.
func TestAFirehoseMakesFewFacts(t *testing.T) {
	l := sent("")
	var lines strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&lines, ":\nid: %d\nretry: %d\nevent: %d\nfoo\ndata: x\n\n", i, i%300, i)
	}
	for range 10 {
		serve(l.Log, 0, seenWrite(1, 1, 1010, lines.String()))
	}
	if n := len(l.facts[wireLane]); n > maxFacts {
		t.Errorf("got %d facts; want at most %d", n, maxFacts)
	}
}

func TestAFactKeepsTheBeginningOfALongText(t *testing.T) {
	l := logOf(open(1010))
	l.Observe(eventsource.Decoded(eventsource.Event{Kind: eventsource.Message, ReadyState: eventsource.Open, TimeStamp: 1020,
		Type: "ä" + strings.Repeat("語", 1<<20), LastEventID: strings.Repeat("7", 1<<20)}))
	f := l.Facts(1030, 1)[0]
	check(t, "bytes of the type", len(f.Type) <= maxType+len("…"), true)
	check(t, "valid", utf8.ValidString(f.Type), true)
	check(t, "bytes of the id", len(f.ID), maxType+len("…"))
}
