package trace

import (
	"slices"
	"testing"

	"eventsource-playground/eventsource"
)

func TestGapsAndStalls(t *testing.T) {
	for _, test := range []struct {
		name    string
		at      []float64
		median  float64
		stalls  []Stall
		longest float64
	}{
		{"nothing", nil, 0, nil, 0},
		{"one piece has no gap", []float64{5}, 0, nil, 0},
		{"even", []float64{0.5, 10.5, 20.5, 30.5}, 16, nil, 10},
		{"a stall after enough gaps", []float64{1, 11, 21, 31, 41, 51, 551}, 16, []Stall{{51, 551}}, 500},
		{"too early to tell", []float64{1, 11, 501}, 512, nil, 490},
		{"slow, but not ten times the median", []float64{1, 101, 201, 301, 401, 501, 1301}, 128, nil, 800},
		{"ten times the median, but short", []float64{1, 2, 3, 4, 5, 6, 206}, 1, nil, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := NewLog()
			s := l.Construct(0, Client{Kind: Engine}, "/", false)
			s.Asked(0)
			for _, at := range test.at {
				s.Arrived(at)
			}
			g := s.Gaps()
			if g.Median() != test.median || g.Longest != test.longest || len(g.Stalls) != len(test.stalls) || g.Stalled != len(test.stalls) {
				t.Errorf("got median %v, longest %v and stalls %v; want %v, %v and %v", g.Median(), g.Longest, g.Stalls, test.median, test.longest, test.stalls)
			}
			for i, stall := range test.stalls {
				if g.Stalls[i] != stall {
					t.Errorf("got %v; want %v", g.Stalls[i], stall)
				}
			}
		})
	}
}

func TestAStreamWithoutItsEndMarkerIsBrokenOff(t *testing.T) {
	for _, test := range []struct {
		name, set string
		streams   []string // the data of the last event of each
		want      []FactName
	}{
		{"as usual", "", []string{"[DONE]", "b"}, []FactName{FactEndMarker, FactNoEndMarker}},
		{"none was seen", "", []string{"a", "b"}, nil},
		{"one that was set", "bye", []string{"[DONE]", "bye"}, []FactName{FactNoEndMarker, FactEndMarker}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := NewLog()
			l.EndWith(test.set)
			s := l.Construct(0, Client{}, "/", false)
			for i, data := range test.streams {
				at := float64(i) * 100
				s.Observe(eventsource.Decoded(
					eventsource.Event{Kind: eventsource.Opened, TimeStamp: at, ReadyState: eventsource.Open, Type: "open"},
					eventsource.Event{Kind: eventsource.Message, TimeStamp: at + 1, ReadyState: eventsource.Open, Type: "message", Data: data},
					eventsource.Event{Kind: eventsource.Failed, TimeStamp: at + 2, ReadyState: eventsource.Connecting, Type: "error"},
				))
			}
			var got []FactName
			for _, f := range l.Facts(1000, 1, 100) {
				if f.Name == FactEndMarker || f.Name == FactNoEndMarker {
					got = slices.Insert(got, 0, f.Name)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v; want %v", got, test.want)
			}
		})
	}
}

func TestAWaitBetweenTwoResponsesIsNoGap(t *testing.T) {
	s := NewLog().Construct(0, Client{Kind: Engine}, "/", false)
	for i := range 10 {
		at := float64(i) * 1000
		s.Asked(at)
		s.Headed(at + 1)
		s.Arrived(at + 2)
		s.Arrived(at + 3)
	}
	if g := s.Gaps(); g.All != 10 || g.Longest != 1 || s.Timing() != (Timing{Asked: 9000, Head: 9001, FirstByte: 9002}) {
		t.Errorf("got %+v and %+v; want ten gaps of 1 ms", g, s.Timing())
	}
}
