package scenario

import (
	"runtime"
	"strings"
	"testing"
)

func TestLinesThatFollowEachOtherAreOnePiece(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       int // bytes in memory, at most
	}{
		{"blank lines", "== 200\n:" + strings.Repeat("\n", 32<<10-8), 34 << 10},
		{"blank lines in a repeat, between comments", "== 200\n@repeat 2\n:" + strings.Repeat("\n#\n", 10_000) + "@again\n@raw 'x'\n", 24 << 10},
		{"short strings", "== 200\n" + strings.Repeat("@raw 'x'\n", 500), 3 << 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := parse(t, test.text)
			if got := s.Size(); got > test.want {
				t.Errorf("got %d bytes; want at most %d", got, test.want)
			}
		})
	}
}

// Size is what a server counts, so it must be near the truth, and the text itself must not be kept.
func TestSizeIsWhatATextTakes(t *testing.T) {
	comments := strings.Repeat("#"+strings.Repeat(" a comment", 10)+"\n", 300)
	for _, test := range []struct{ name, text string }{
		{"short values in a long text", comments + "title: a\nlisten: tick, tock\n== 302 when Last-Event-ID is 7\n@header Server: x\n@redirect /a\n== expect\n'a' 'b' id c\n"},
		{"placeholders", "== 200\n@repeat 1\n" + strings.Repeat("{n}", 10_000) + "\n@again\n"},
		{"what is expected", "== 200\n== expect\n" + strings.Repeat("open\n", 6000)},
		{"what a client sends", "method: POST\nbody: " + strings.Repeat("b", 500) + "\nheader: X-A: " + strings.Repeat("a", 200) + "\n== 200 when header X-A is " + strings.Repeat("a", 9000) + "\n"},
		{"directives", "== 200\n" + strings.Repeat("@wait 1s\n", 500)},
	} {
		t.Run(test.name, func(t *testing.T) {
			const often = 8
			var before, after runtime.MemStats
			kept := make([]*Scenario, often)
			runtime.GC()
			runtime.ReadMemStats(&before)
			for i := range kept {
				kept[i] = parse(t, strings.Clone(test.text))
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			took := (int(after.HeapAlloc) - int(before.HeapAlloc)) / often
			if size := kept[0].Size(); took > 3*size/2+2000 {
				t.Errorf("got a size of %d; want about the %d bytes that it takes", size, took)
			}
			runtime.KeepAlive(kept)
		})
	}
}

func TestWhatAPlayerKeeps(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       int // bytes, at most
	}{
		{"a line", "== 200\na\n@hold", smallWrite},
		{"a burst", "== 200\n@raw 'x' 1000000 times\n@wait 1s\n@hold", smallWrite},
		{"a proxy that is nearly full", "== 200\n@proxy holds 65536 bytes\n@raw 'x' 65535 times\n@wait 1s\n@hold", 67 << 10},
		{"a proxy, after a burst", "== 200\n@proxy holds 65536 bytes\n@raw 'x' 1000001 times\n@wait 1s\n@hold", 67 << 10},
		{"a small proxy, after a burst", "== 200\n@proxy holds 8 bytes\n@raw 'x' 1000001 times\n@wait 1s\n@hold", 3 << 10},
		{"a burst, byte by byte", "== 200\n@pace byte every 1ms\n@raw 'x' 10000 times\n@hold", 5 << 10},
		{"a long line, byte by byte", "== 200\n@pace byte every 1ms\n" + strings.Repeat("x", 10_000) + "\n@hold", 23 << 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			section := parse(t, test.text).Sections[0]
			if got := section.Keeps(); got > test.want {
				t.Errorf("got %d bytes; want at most %d", got, test.want)
			}
			for p := section.Play(Request{}); ; {
				step, ok := p.Next()
				if !ok {
					return
				}
				if kept := keptBy(p.steps); (step.Do == Wait || step.Do == Hold) && kept > section.Keeps() {
					t.Fatalf("got %d bytes kept in a %v; want at most the %d that were said", kept, step.Do, section.Keeps())
				}
			}
		})
	}
}

func keptBy(s stage) int {
	switch s := s.(type) {
	case *settling:
		return keptBy(s.from)
	case *cutting:
		return keptBy(s.from)
	case *holding:
		return cap(s.held) + keptBy(s.from)
	case *pacing:
		return keptBy(s.from)
	case *source:
		return cap(s.buf)
	}
	return 0
}
