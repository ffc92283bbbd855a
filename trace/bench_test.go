package trace

import (
	"fmt"
	"testing"

	"eventsource-playground/eventsource"
)

// A firehose as the page gets it: 100,000 events in five seconds.
const (
	benchEvents = 100_000
	benchTime   = 5000.0
	benchData   = `{"id":12345,"time":"2026-11-22T05:42:11.207Z","params":"content=xxx","Note":"some more text"}`
)

var benchShapes = []struct {
	name string
	size int // events in a run
	lazy bool
}{{"runs of 1", 1, false}, {"lazy runs of 10000", 10_000, true}}

func benchRuns(size int, isLazy bool) []eventsource.Events {
	var runs []eventsource.Events
	for i := 0; i < benchEvents; i += size {
		events := make([]eventsource.Event, size)
		for j := range events {
			events[j] = message(float64(i+j)*benchTime/benchEvents, "tick", fmt.Sprint(i+j), benchData)
		}
		if isLazy {
			runs = append(runs, lazy(events))
		} else {
			runs = append(runs, eventsource.Decoded(events...))
		}
	}
	return runs
}

func benchLog(runs []eventsource.Events) *single {
	l := newSingle()
	l.Construct(0, "/sse", false)
	l.Observe(eventsource.Decoded(open(0)))
	for _, r := range runs {
		l.Observe(r)
	}
	return l
}

func benchEach(b *testing.B, do func(b *testing.B, l *single)) {
	for _, shape := range benchShapes {
		b.Run(shape.name, func(b *testing.B) {
			l := benchLog(benchRuns(shape.size, shape.lazy))
			b.ReportAllocs()
			do(b, l)
		})
	}
}

func BenchmarkObserve100000(b *testing.B) {
	for _, shape := range benchShapes {
		b.Run(shape.name, func(b *testing.B) {
			runs := benchRuns(shape.size, shape.lazy)
			b.ReportAllocs()
			for b.Loop() {
				benchLog(runs)
			}
		})
	}
}

// Past its limit each run that comes has the log drop another.
func BenchmarkObserve100000WhenFull(b *testing.B) {
	for _, shape := range benchShapes {
		b.Run(shape.name, func(b *testing.B) {
			runs := benchRuns(shape.size, shape.lazy)
			l := benchLog(append(runs, runs...))
			b.ReportAllocs()
			for b.Loop() {
				for _, r := range runs {
					l.Observe(r)
				}
			}
		})
	}
}

func BenchmarkRecordsNewest26(b *testing.B) {
	benchEach(b, func(b *testing.B, l *single) {
		for b.Loop() {
			if got := len(l.Records(l.End()-26, l.End())); got != 26 {
				b.Fatalf("got %d records; want 26", got)
			}
		}
	})
}

// The timeline as it is drawn each frame: the whole firehose in a window of ten seconds, 800 pixels wide.
func BenchmarkMarks(b *testing.B) {
	benchEach(b, func(b *testing.B, l *single) {
		for b.Loop() {
			if got := sum(l.Marks(-1, 10_000, 250)); got != l.Len() {
				b.Fatalf("got marks of %d records; want %d", got, l.Len())
			}
		}
	})
}

// A server that cuts every 20 ms, for an hour: as many opens, errors and states as the log keeps.
func BenchmarkMarksOfReconnections(b *testing.B) {
	l := newSingle()
	l.Construct(0, "/sse", false)
	for at := 1.0; l.Len() < MaxRecords; at += 20 {
		l.Observe(eventsource.Decoded(open(at)))
		l.Observe(eventsource.Decoded(failed(at+10, connecting)))
	}
	b.ReportAllocs()
	for b.Loop() {
		l.Marks(600_000, 1_200_000, 15_000)
	}
}

func BenchmarkRows26(b *testing.B)         { benchRows(b, Filter{}) }
func BenchmarkRows26Filtered(b *testing.B) { benchRows(b, Filter{Text: "More"}) }

func benchRows(b *testing.B, f Filter) {
	benchEach(b, func(b *testing.B, l *single) {
		v := NewView(l.Log)
		v.SetFilter(f)
		v.Scan(2 * MaxRecords)
		for b.Loop() {
			if got := len(v.Rows(50_000, 50_026)); got != 26 {
				b.Fatalf("got %d rows; want 26", got)
			}
		}
	})
}

// A part of a scan, as the page does it between two frames.
func BenchmarkScan4000(b *testing.B) {
	benchEach(b, func(b *testing.B, l *single) {
		v := NewView(l.Log)
		for b.Loop() {
			v.SetFilter(Filter{Text: "not there"})
			v.Scan(4000)
		}
	})
}

func BenchmarkFacts(b *testing.B) {
	benchEach(b, func(b *testing.B, l *single) {
		for b.Loop() {
			l.Facts(benchTime, 30)
		}
	})
}

// The same firehose through ten sources that live at once, in turn, and drawn as ten lanes.
func BenchmarkTenSources(b *testing.B) {
	for _, shape := range benchShapes {
		runs := benchRuns(shape.size, shape.lazy)
		make10 := func() (*Log, []*Source) {
			l := NewLog()
			var sources []*Source
			for i := range 10 {
				s := l.Construct(0, Client{Lane: i + 1}, "/sse", false)
				s.Observe(eventsource.Decoded(open(0)))
				sources = append(sources, s)
			}
			for i, r := range runs {
				sources[i%10].Observe(r)
			}
			return l, sources
		}
		b.Run("observe "+shape.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				make10()
			}
		})
		b.Run("marks "+shape.name, func(b *testing.B) {
			l, sources := make10()
			b.ReportAllocs()
			for b.Loop() {
				total := 0
				for _, s := range sources {
					total += sum(s.Marks(-1, 10_000, 250))
				}
				if total != l.Len() {
					b.Fatalf("got marks of %d records; want %d", total, l.Len())
				}
			}
		})
		b.Run("a lane in view "+shape.name, func(b *testing.B) {
			l, _ := make10()
			v := NewView(l)
			b.ReportAllocs()
			for b.Loop() {
				v.SetFilter(Filter{Lane: 3})
				v.Scan(4000)
			}
		})
	}
}
