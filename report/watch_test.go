package report

import (
	"slices"
	"testing"
)

func TestHowLongACheckIsWatched(t *testing.T) {
	c := check(Check{Quiet: 300, Limit: 10_000}, Want{"open", 0}, Want{"error 0", 0})
	for _, test := range []struct {
		name string
		saw  []string
		now  float64
		want float64
	}{
		{"nothing came yet", nil, 100, 9900},
		{"not all of it", []string{"open"}, 100, 9900},
		{"all of it: that nothing more comes", []string{"open", "error 0"}, 100, 300},
		{"more than that", []string{"open", "error 0", "open"}, 100, 300},
		{"something else: what more it does", []string{"error 2"}, 100, 1000},
		{"something else, late", []string{"error 2"}, 9900, 100},
		{"all of it, at the limit", []string{"open", "error 0"}, 10_200, 100},
		{"after all", []string{"open"}, 20_000, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := NewWatch(c)
			for _, what := range test.saw {
				w.Add(what, 1)
			}
			if got := w.Left(test.now); got != test.want {
				t.Errorf("got %v ms; want %v", got, test.want)
			}
		})
	}
}

func TestWhatIsDoneOnAnEvent(t *testing.T) {
	once, second, atOnce := Do{DoClose, "open", 1}, Do{DoReplace, "tick", 2}, Do{DoClose, "", 1}
	w := NewWatch(check(Check{Do: []Do{once, second, atOnce}}))
	if got := w.Constructed(); !slices.Equal(got, []Do{atOnce}) {
		t.Errorf("got %v when the constructor has returned; want %v", got, atOnce)
	}
	for i, test := range []struct {
		typ  string
		want []Do
	}{{"tick", nil}, {"open", []Do{once}}, {"tick", []Do{second}}, {"open", nil}, {"tick", nil}} {
		if got := w.Event(test.typ, test.typ, 1); !slices.Equal(got, test.want) {
			t.Errorf("event %d, %s: got %v; want %v", i+1, test.typ, got, test.want)
		}
	}
}

func TestWhatIsKeptOfACheckIsLimited(t *testing.T) {
	w := NewWatch(check(Check{}))
	for range 100 {
		w.Event("message", `message ""`, 1.23)
	}
	if len(w.Saw) != 64 || w.Saw[0] != (Seen{`message ""`, 1.2}) {
		t.Errorf("got %d things, the first %v; want 64, rounded", len(w.Saw), w.Saw[0])
	}
}

func TestEachSourceHasAnAddressOfItsOwn(t *testing.T) {
	p := Place{Page: "http://a", Second: "http://b", Session: "s"}
	url := "http://["
	for _, test := range []struct {
		check *Check
		want  string
	}{
		{check(Check{}), "http://a/sse?scenario=check-x&session=s&source=1"},
		{check(Check{Second: true}), "http://b/sse?scenario=check-x&session=s&source=2"},
		{check(Check{URL: &url}), "http://["},
	} {
		if got := p.Address(test.check); got != test.want {
			t.Errorf("got %s; want %s", got, test.want)
		}
	}
	if page, second, other := p.Origin("http://a"), p.Origin("http://b"), p.Origin("http://c"); page != "page" || second != "second" || other != "http://c" {
		t.Errorf("got the origins %s, %s and %s; want page, second and http://c", page, second, other)
	}
}
