package room

import (
	"fmt"
	"strings"
	"testing"
)

// all is what a reader gets, in pieces.
func all(l *Log, cursor uint64) (frames string, next uint64) {
	for {
		piece, next := l.From(cursor)
		if len(piece) == 0 && next == cursor {
			return frames, next
		}
		frames += string(piece)
		cursor = next
	}
}

// ids are those of frames, without the incarnation.
func ids(frames string) string {
	var ids []string
	for line := range strings.Lines(frames) {
		if id, ok := strings.CutPrefix(line, "id: AAAAAA-"); ok {
			ids = append(ids, strings.TrimSpace(id))
		}
	}
	return strings.Join(ids, " ")
}

func fill(l *Log, from, to int, size int) {
	for n := from; n <= to; n++ {
		l.add(uint64(n), fmt.Appendf(nil, "data: %0*d\n\n", size, n))
	}
}

func TestWhatAReaderGets(t *testing.T) {
	for _, test := range []struct {
		name   string
		does   func(l *Log)
		cursor uint64
		want   string
		next   uint64
	}{
		{"nothing of an empty room", func(l *Log) {}, 1, "", 1},
		{"everything", func(l *Log) { fill(l, 1, 3, 1) }, 1, "1 2 3", 4},
		{"from the middle on", func(l *Log) { fill(l, 1, 3, 1) }, 2, "2 3", 4},
		{"nothing after the newest", func(l *Log) { fill(l, 1, 3, 1) }, 4, "", 4},
		{"nothing from beyond it", func(l *Log) { fill(l, 1, 3, 1) }, 9, "", 9},
		{"what is kept, for one that is too late", func(l *Log) { fill(l, 1, 14, 1) }, 1, "5 6 7 8 9 10 11 12 13 14", 15},
		{"over many segments", func(l *Log) { fill(l, 1, 10, 40_000) }, 1, "7 8 9 10", 11},
		{"the newest even if it alone is too much", func(l *Log) { fill(l, 1, 1, 300_000) }, 1, "1", 2},
		{"each once, though JetStream sends it again", func(l *Log) { fill(l, 1, 3, 1); fill(l, 2, 4, 1) }, 1, "1 2 3 4", 5},
		{"what comes after a hole", func(l *Log) { fill(l, 1, 3, 1); fill(l, 7, 8, 1) }, 2, "7 8", 9},
		{"nothing while the room is held", func(l *Log) { fill(l, 1, 2, 1); l.hold(true); fill(l, 3, 4, 1) }, 1, "1 2", 3},
		{"the rest when it is released", func(l *Log) { l.hold(true); fill(l, 1, 4, 1); l.hold(false) }, 1, "1 2 3 4", 5},
		{"what is kept, of a room that was held for long", func(l *Log) { l.hold(true); fill(l, 1, 12, 1); l.hold(false) }, 1, "3 4 5 6 7 8 9 10 11 12", 13},
		{"what JetStream still has", func(l *Log) { fill(l, 1, 4, 1); l.forget(3) }, 1, "3 4", 5},
		{"nothing where JetStream has nothing", func(l *Log) { fill(l, 1, 4, 1); l.forget(5) }, 1, "", 5},
		{"what comes after nothing is kept", func(l *Log) { fill(l, 1, 4, 1); l.forget(5); fill(l, 5, 6, 1) }, 1, "5 6", 7},
		{"what the stream began with", func(l *Log) { l.begin(5, 6, false); fill(l, 5, 6, 1) }, 5, "5 6", 7},
		{"what comes to a stream that is empty again", func(l *Log) { l.begin(7, 6, true); fill(l, 7, 7, 1) }, 7, "7", 8},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLog("AAAAAA", 10, 200_000)
			test.does(l)
			frames, next := all(l, test.cursor)
			if got := ids(frames); got != test.want || next != test.next {
				t.Errorf("got %s, then %d; want %s, then %d", got, next, test.want, test.next)
			}
			if frames != "" && !strings.HasSuffix(frames, "\n\n") {
				t.Errorf("got an end %q; want that of an event", frames[max(0, len(frames)-10):])
			}
		})
	}
}

func TestAFrameIsTheEventAsItGoesOverTheWire(t *testing.T) {
	l := newLog("AAAAAA", 10, 1000)
	l.add(1, []byte("event: tick\ndata: hello\n\n"))
	got, _ := l.From(1)
	if want := "id: AAAAAA-1\nevent: tick\ndata: hello\n\n"; string(got) != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestWhatWasReturnedNeverChanges(t *testing.T) {
	l := newLog("AAAAAA", 10, 1000)
	fill(l, 1, 2, 1)
	got, _ := l.From(1)
	before := string(got)
	fill(l, 3, 100, 10)
	if string(got) != before || cap(got) != len(got) {
		t.Errorf("got %q with room for %d; want %q with none to append to", got, cap(got)-len(got), before)
	}
}

func TestALogHoldsLittleMoreThanItMay(t *testing.T) {
	l := newLog("AAAAAA", 1000, 1<<20)
	fill(l, 1, 50_000, 100)
	held := 0
	for _, s := range l.segments {
		held += cap(s.bytes)
	}
	if most := 1000*140 + 2*largeSegment; held > most {
		t.Errorf("got %d bytes of segments for 1000 events; want at most %d", held, most)
	}
}

func TestEachChangeIsSeen(t *testing.T) {
	l := newLog("AAAAAA", 10, 1000)
	for _, test := range []struct {
		name   string
		change func()
	}{
		{"an event", func() { fill(l, 1, 1, 1) }},
		{"a cut", func() { l.carryOut(Command{Do: DoCut}) }},
		{"an end", func() { l.carryOut(Command{Do: DoEnd}) }},
		{"a retry", func() { l.carryOut(Command{Do: DoRetry, Min: 1, Max: 2}) }},
		{"a release", func() { l.hold(true); fill(l, 2, 2, 1); l.hold(false) }},
		{"the end of the room", func() { l.end() }},
	} {
		view := l.View()
		test.change()
		select {
		case <-view.Changed:
		default:
			t.Errorf("got nothing after %s; want readers to be woken", test.name)
		}
	}
}

func BenchmarkAddAndRead(b *testing.B) {
	l := newLog("AAAAAA", 1000, 1<<20)
	text := []byte("data: " + strings.Repeat("x", 128) + "\n\n")
	b.ReportAllocs()
	cursor := uint64(1)
	for n := uint64(1); b.Loop(); n++ {
		l.add(n, text)
		_, cursor = l.From(cursor)
	}
}
