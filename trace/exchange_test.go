package trace

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
)

func seenRequest(source, attempt int, at float64, headers ...protocol.Header) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenRequest, Source: source, Attempt: attempt, At: at, Method: "GET", Header: headers}
}

func header(name, value string) protocol.Header { return protocol.Header{Name: name, Value: value} }

// seenHead is the head of a response; of a 200, an event stream's.
func seenHead(source, attempt, status int) protocol.Seen {
	seen := protocol.Seen{Kind: protocol.SeenHead, Source: source, Attempt: attempt, Status: status}
	if status == 200 {
		seen.Header = []protocol.Header{header("Content-Type", "text/event-stream")}
	}
	return seen
}

func seenWrite(source, attempt int, at float64, text string) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenWrite, Source: source, Attempt: attempt, At: at, Bytes: []byte(text), Size: len(text)}
}

func serve(l *Log, offset float64, seen ...protocol.Seen) {
	for _, s := range seen {
		l.Serve(s, offset)
	}
}

// outcomes are the lines of an exchange in short: "id: 1=field".
func outcomes(e *Exchange) string {
	var s []string
	for _, l := range e.Lines {
		s = append(s, l.Raw+"="+l.Outcome.String())
	}
	return strings.Join(s, " ")
}

func TestTheServersSideIsDecodedLineByLine(t *testing.T) {
	l := newSingle()
	l.listening = []string{"message"}
	l.Construct(1000, "/sse", false)
	serve(l.Log, 900,
		seenRequest(1, 1, 110), seenHead(1, 1, 200),
		seenWrite(1, 1, 120, "id: 1\nda"), seenWrite(1, 1, 130, "ta: a\n\nevent: tick\ndata: b\n\ndata: half"),
		protocol.Seen{Kind: protocol.SeenDid, Source: 1, Attempt: 1, At: 135, Do: protocol.DoCut},
		protocol.Seen{Kind: protocol.SeenEnd, Source: 1, Attempt: 1, At: 140, By: "server", How: "cut"},
		seenRequest(1, 2, 200, header("Last-Event-ID", "1")), seenHead(1, 2, 200), seenWrite(1, 2, 210, "data: c\n\n"),
	)
	exchanges, gone := l.Exchanges()
	if len(exchanges) != 2 || gone != 0 {
		t.Fatalf("got %d exchanges, %d gone; want 2, 0", len(exchanges), gone)
	}
	first, second := exchanges[0], exchanges[1]
	if got, want := outcomes(first), "id: 1=field data: a=field =dispatched event: tick=field data: b=field =dispatched data: half=discarded"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	if first.At != 1010 || first.EndAt != 1040 || first.Writes[0].At != 1020 || first.Lines[0].At != 1020 || first.Lines[1].At != 1030 {
		t.Errorf("got times %v, %v, %v, %v; want them on the page's clock", first.At, first.EndAt, first.Writes, first.Lines[0].At)
	}
	if want := []Did{{1035, "cut", nil}}; !slices.Equal(first.Did, want) {
		t.Errorf("got %v; want %v", first.Did, want)
	}
	if got := second.Lines[1].Event.LastEventID; got != "1" {
		t.Errorf("got lastEventId %q in the second answer; want that of the first, 1", got)
	}
	if got := l.Predicted(); got != 3 {
		t.Errorf("got %d predicted; want 3", got)
	}
	if want := []Unheard{{"tick", 1}}; !slices.Equal(l.Unheard(), want) {
		t.Errorf("got %v; want %v", l.Unheard(), want)
	}
	l.Construct(2000, "/sse", false)
	if len(l.Unheard()) != 0 || l.Predicted() != 0 {
		t.Errorf("got %v, %d after a new source; want none", l.Unheard(), l.Predicted())
	}
}

func TestABetterClockMovesWhatTheServerSaw(t *testing.T) {
	l := newSingle()
	l.Construct(0, "/sse", false)
	serve(l.Log, 100, seenRequest(1, 1, 1), seenHead(1, 1, 200), seenWrite(1, 1, 2, "data: a\n\n"),
		protocol.Seen{Kind: protocol.SeenDid, Source: 1, Attempt: 1, At: 3, How: "end"}, protocol.Seen{Kind: protocol.SeenEnd, Source: 1, Attempt: 1, At: 4})
	l.ShiftServer(-50)
	e, _ := l.Exchanges()
	if got, want := []float64{e[0].At, e[0].HeadAt, e[0].Writes[0].At, e[0].Lines[0].At, e[0].Did[0].At, e[0].EndAt}, []float64{51, 50, 52, 52, 53, 54}; !slices.Equal(got, want) {
		t.Errorf("got %v; want %v", got, want)
	}
}

func TestAnAnswerThatIsNoStreamIsNotDecoded(t *testing.T) {
	l := newSingle()
	l.Construct(0, "/sse", false)
	serve(l.Log, 0, seenRequest(1, 1, 1), seenHead(1, 1, 503), seenWrite(1, 1, 2, "data: a\n\n"), protocol.Seen{Kind: protocol.SeenEnd, Source: 1, Attempt: 1, How: "end"})
	if e, _ := l.Exchanges(); len(e[0].Lines) != 0 || e[0].Sent != 9 || l.Predicted() != 0 {
		t.Errorf("got %v, %d bytes, %d predicted; want no lines, 9, 0", e[0].Lines, e[0].Sent, l.Predicted())
	}
}

func TestBytesThatWereLeftOutBlind(t *testing.T) {
	l := newSingle()
	l.Construct(0, "/sse", false)
	serve(l.Log, 0, seenRequest(1, 1, 1), seenHead(1, 1, 200), seenWrite(1, 1, 2, "data: a\n\n"),
		protocol.Seen{Kind: protocol.SeenWrite, Source: 1, Attempt: 1, Size: 1000}, seenWrite(1, 1, 4, "data: b\n\n"))
	e, _ := l.Exchanges()
	if !e[0].Blind || len(e[0].Lines) != 2 || e[0].Sent != 1018 {
		t.Errorf("got blind %v, %d lines, %d bytes; want true, the 2 before the gap, 1018", e[0].Blind, len(e[0].Lines), e[0].Sent)
	}
}

func TestTheServersSideIsBounded(t *testing.T) {
	l := newSingle()
	l.Construct(0, "/sse", false)
	for i := range maxExchanges + 10 {
		serve(l.Log, 0, seenRequest(1, i+1, float64(i)))
	}
	if e, gone := l.Exchanges(); len(e) != maxExchanges || gone != 10 {
		t.Errorf("got %d exchanges, %d gone; want %d, 10", len(e), gone, maxExchanges)
	}
	last := maxExchanges + 10
	serve(l.Log, 0, seenHead(1, last, 200))
	for i := range 3 * maxWires {
		serve(l.Log, 0, seenWrite(1, last, 1, fmt.Sprintf("event: %d\n", i)))
	}
	e, _ := l.Exchanges()
	newest := e[len(e)-1]
	if len(newest.Lines)+newest.Forgotten != 3*maxWires || len(newest.Lines) > maxWires || len(newest.Writes) > maxWires {
		t.Errorf("got %d lines, %d forgotten, %d writes; want all counted, at most %d kept", len(newest.Lines), newest.Forgotten, len(newest.Writes), maxWires)
	}
	serve(l.Log, 0, seenWrite(2, 1, 0, "data: of an unknown request\n\n"))
}

func TestClearKeepsTheRequestThatIsUnderWay(t *testing.T) {
	l := newSingle()
	l.Construct(0, "/sse", false)
	serve(l.Log, 0, seenRequest(1, 1, 1), protocol.Seen{Kind: protocol.SeenEnd, Source: 1, Attempt: 1}, seenRequest(1, 2, 2), seenHead(1, 2, 200), seenWrite(1, 2, 3, "data: a\n\n"))
	l.Clear()
	e, _ := l.Exchanges()
	if len(e) != 1 || e[0].Attempt != 2 || len(e[0].Lines) != 0 {
		t.Fatalf("got %+v; want the second request, without its lines", e)
	}
	serve(l.Log, 0, seenWrite(1, 2, 4, "data: b\n\n"))
	if got, want := outcomes(e[0]), "data: b=field =dispatched"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

// What was predicted and what was seen come on ways of their own. Each event counts before or after the clearing, in both.
func TestPredictedAndSeenAgreeAfterClearing(t *testing.T) {
	write := func(n int) func(*single) {
		return func(l *single) { serve(l.Log, 0, seenWrite(1, 1, 1003, strings.Repeat("data\n\n", n))) }
	}
	see := func(n int) func(*single) {
		return func(l *single) {
			for range n {
				l.Observe(eventsource.Decoded(message(1020, "message", "", "")))
			}
		}
	}
	unheard := func(l *single) { serve(l.Log, 0, seenWrite(1, 1, 1003, "event: x\ndata\n\n")) }
	clear := func(l *single) { l.Clear() }
	for _, test := range []struct {
		name                     string
		steps                    []func(*single)
		predicted, seen, unheard int
	}{
		{"nothing is on its way", []func(*single){write(9), see(9), clear, write(3), see(3)}, 3, 3, 0},
		{"the page is behind", []func(*single){write(9), see(5), clear, see(4), write(3), see(3)}, 7, 7, 0},
		{"right after clearing", []func(*single){write(9), see(5), clear}, 4, 0, 0},
		{"the page is ahead", []func(*single){write(5), see(9), clear, write(4), see(3), write(3)}, 3, 3, 0},
		{"the page is ahead, right after clearing", []func(*single){write(5), see(9), clear}, 0, 0, 0},
		{"twice", []func(*single){write(9), see(5), clear, see(2), clear, see(2), write(1), see(1)}, 3, 3, 0},
		{"some without a listener", []func(*single){write(3), unheard, see(2), clear, see(1), unheard, write(1), see(1)}, 3, 2, 1},
		{"a source that is over keeps nothing", []func(*single){write(9), see(5), func(l *single) { l.Close(1030) }, clear}, 0, 0, 0},
		{"bytes that were left out", []func(*single){write(2), func(l *single) {
			serve(l.Log, 0, protocol.Seen{Kind: protocol.SeenWrite, Source: 1, Attempt: 1, At: 1003, Size: 70})
		}, see(12), clear, see(3)}, 0, 3, 0},
	} {
		l := servedLog(seenRequest(1, 1, 1001), headAt(1, 200, 1002, stream))
		l.Observe(eventsource.Decoded(open(1010)))
		for _, step := range test.steps {
			step(l)
		}
		unheard := 0
		for _, u := range l.Unheard() {
			unheard += u.Count
		}
		if l.Predicted() != test.predicted || l.Counts().Events != test.seen || unheard != test.unheard {
			t.Errorf("%s: got %d predicted, %d seen, %d without a listener; want %d, %d, %d", test.name, l.Predicted(), l.Counts().Events, unheard, test.predicted, test.seen, test.unheard)
		}
	}
}

func TestABodyThatIsNoStreamIsKeptAsText(t *testing.T) {
	for _, test := range []struct {
		name   string
		head   protocol.Seen
		writes []string
		want   string // what it says
		lines  int    // that were decoded
	}{
		{"a refusal", seenHead(1, 1, 400), []string{"interval=\"5\" is not ", "possible.\n"}, `interval="5" is not possible.`, 0},
		{"a refusal that looks like a stream", seenHead(1, 1, 503), []string{"data: a\n\n"}, "data: a", 0},
		{"another type", protocol.Seen{Kind: protocol.SeenHead, Source: 1, Attempt: 1, Status: 200, Header: []protocol.Header{header("Content-Type", "text/html")}}, []string{"<b>data: x</b>\n\n"}, "<b>data: x</b>", 0},
		{"bytes that are no text", seenHead(1, 1, 500), []string{"a\xFFb"}, "a\uFFFDb", 0},
		{"more than is kept", seenHead(1, 1, 500), []string{strings.Repeat("x", 3000), strings.Repeat("y", 3000), "z"}, strings.Repeat("x", 3000) + strings.Repeat("y", 1096), 0},
		{"nothing", seenHead(1, 1, 204), nil, "", 0},
		{"a stream", seenHead(1, 1, 200), []string{"data: a\n\n"}, "", 2},
		{"a stream with a charset", protocol.Seen{Kind: protocol.SeenHead, Source: 1, Attempt: 1, Status: 200, Header: []protocol.Header{header("Content-Type", "Text/Event-Stream;charset=latin1")}}, []string{"data: a\n\n"}, "", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newSingle()
			l.listening = []string{"message"}
			l.Construct(1000, "/sse", false)
			serve(l.Log, 900, seenRequest(1, 1, 110), test.head)
			for _, w := range test.writes {
				serve(l.Log, 900, seenWrite(1, 1, 120, w))
			}
			exchanges, _ := l.Exchanges()
			e := exchanges[0]
			if got := e.Said(); got != test.want || len(e.Lines) != test.lines || (l.Predicted() > 0) != (test.lines > 0) {
				t.Errorf("got %q, %d lines, %d events predicted; want %q, %d lines", got, len(e.Lines), l.Predicted(), test.want, test.lines)
			}
			if test.head.Status == 204 || test.lines > 0 {
				return
			}
			for _, f := range l.Facts(5000, 10) {
				if f.Name == FactStatus || f.Name == FactWrongType {
					if f.Said != test.want {
						t.Errorf("got the fact %q; want %q", f.Said, test.want)
					}
					return
				}
			}
			t.Errorf("got no fact of the response")
		})
	}
}

func TestTheLastLineEndedWithCRLF(t *testing.T) {
	for _, test := range []struct {
		name, sent string
		want       bool
	}{
		{"an LF", "data: a\n\n", false},
		{"a CR", "data: a\r\r", false},
		{"a CRLF", "data: a\r\n\r\n", true},
		{"a CRLF, and half a line", "data: a\r\n\r\n: b", true},
	} {
		l := sent(test.sent)
		exchanges, _ := l.Exchanges()
		check(t, test.name, exchanges[0].AfterCRLF, test.want)
		serve(l.Log, 0, seenEnd(1, 1, 1010, "server", "end"))
		check(t, test.name+", at the end", exchanges[0].AfterCRLF, test.want)
	}
}

func TestBytesOnTheWireAreSummedUp(t *testing.T) {
	l := newSingle()
	l.Construct(0, "/sse", false)
	request, head := seenRequest(1, 1, 1), seenHead(1, 1, 200)
	request.Wire, head.Wire = 300, 200
	packed := seenWrite(1, 1, 2, "data: a\n\n")
	packed.Packed, packed.Wire = 20, 26
	serve(l.Log, 0, request, head, packed, protocol.Seen{Kind: protocol.SeenEnd, Source: 1, Attempt: 1, At: 3, By: "server", How: "end", Wire: 15})

	exchanges, _ := l.Exchanges()
	e := exchanges[0]
	if up, down := e.HandshakeBytes(); up != 300 || down != 200 {
		t.Errorf("got a handshake of %d and %d bytes; want 300 and 200", up, down)
	}
	if want := (Wrote{At: 2, Size: 9, Packed: 20, Wire: 26}); e.Writes[0] != want {
		t.Errorf("got %+v; want %+v", e.Writes[0], want)
	}
	if e.Wire != 41 || e.Packed != 20 || e.Sent != 9 {
		t.Errorf("got %d bytes on the wire of %d compressed ones of %d; want 41, 20, 9", e.Wire, e.Packed, e.Sent)
	}
}

func TestFramesToThePageAreBytesOnTheWire(t *testing.T) {
	l := newSingle()
	l.Construct(0, "/ws", false)
	frame := protocol.Seen{Kind: protocol.SeenFrame, Source: 1, Attempt: 1, At: 2, Frame: protocol.FrameText, Bytes: []byte("a"), Size: 1, Wire: 3}
	fromPage := frame
	fromPage.FromPage, fromPage.Wire = true, 7
	serve(l.Log, 0, seenRequest(1, 1, 1), seenHead(1, 1, 101), frame, fromPage)

	exchanges, _ := l.Exchanges()
	if e := exchanges[0]; e.Wire != 3 || e.Writes[0].Wire != 3 || len(e.Frames) != 2 {
		t.Errorf("got %d bytes, writes %+v, %d frames; want 3 bytes of one of two frames", e.Wire, e.Writes, len(e.Frames))
	}
}
