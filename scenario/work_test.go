package scenario

import (
	"strings"
	"testing"
)

// Each of these kept a processor busy for seconds or minutes, or could have.
var costly = []struct{ name, text string }{
	{"a thousand million waits", strings.Repeat("== 200\n@repeat 1000000000\n@wait 1ms\n@again\n", 32)},
	{"waits within the limits", strings.Repeat("== 200\n@repeat 100000\n@wait 1ms\n@again\n", 32)},
	{"rounds that send nothing yet", strings.Repeat("== 200\n@proxy holds 65536 bytes\n@repeat 20000\n@wait 1ms\n{last-event-id}\n@again\n", 32)},
	{"byte by byte", strings.Repeat("== 200\n@pace byte every 1ms\n@repeat 1000\n{last-event-id}{n}\n@again\n", 32)},
	{"small flushes", strings.Repeat("== 200\n@repeat 50000\n@flush\n{last-event-id}\n@again\n", 32)},
	{"blank lines", "== 200\n:" + strings.Repeat("\n", 32<<10-8)},
	{"placeholders, paced", "== 200\n@pace line every 1ms\n@repeat 1\n" + strings.Repeat("{n}\n", 8180) + "@again\n"},
	{"placeholders in one line", "== 200\n@repeat 100\n" + strings.Repeat("{n}", 10900) + "\n@again\n"},
	{"what is expected", "== 200\n== expect\n@repeat 100000\n" + strings.Repeat("open\n", 6500) + "@again\n"},
	{"mistakes", strings.Repeat("@x\n", 10900)},
	{"many pieces", "== 200\n" + strings.Repeat("@raw \"x\" 1000000 times\n", 500)},
	{"a long about", strings.Repeat("about: "+strings.Repeat("x", 500)+"\n", 30) + strings.Repeat("about:\n", 2000)},
	{"sections of a byte a millisecond", strings.Repeat("== 200\n@pace byte every 1ms\n"+strings.Repeat("x", 900)+"\n", 32)},
}

func TestReadingTakesFewSteps(t *testing.T) {
	for _, test := range costly {
		t.Run(test.name, func(t *testing.T) {
			var w Work
			w.Parse(test.text, DefaultLimits)
			if limit := 2 * len(test.text); w.Steps() > limit {
				t.Errorf("got %d steps for %d bytes; want at most two for a byte", w.Steps(), len(test.text))
			}
		})
	}
}

func TestPreviewsStopAfterTheirSteps(t *testing.T) {
	const limit, overshoot = 20_000, 11_000 // the parts of one line are played together
	for _, test := range costly {
		t.Run(test.name, func(t *testing.T) {
			s, err := Parse(test.text, Limits{})
			if err != nil {
				return
			}
			w := Work{Limit: limit}
			more := 0
			for _, section := range s.Sections {
				if w.Preview(section, Request{}, 8<<10).More {
					more++
				}
			}
			if w.Steps() > limit+overshoot {
				t.Errorf("got %d steps; want about %d at most", w.Steps(), limit)
			}
			if w.Steps() > limit && more == 0 {
				t.Errorf("got no section that has more; want one, after %d steps", w.Steps())
			}
		})
	}
}

func TestAMistakeLeavesNothingToPlay(t *testing.T) {
	s, err := Parse("title: a\nlisten: tick\n== 200\n@repeat 1000000000\n@wait 1ms\n@again\n== expect\n@repeat 1000000000\nopen\n@again", DefaultLimits)
	if err == nil || s.Title["en"] != "a" || len(s.Listen) != 1 || s.Sections != nil || s.Expect != nil {
		t.Errorf("got %+v and error %v; want what the heading says, and mistakes", s, err)
	}
}

func TestReadingHasALimitOfSteps(t *testing.T) {
	for _, test := range []struct {
		name, text string
		limit      int
		want       string
	}{
		{"enough", "title: a\n== 200\na\n@hold", 6, "none"}, // four lines, and one part with one piece
		{"too few to count", "title: a\n== 200\na\n@hold", 5, "4:1 reading this text takes more than 5 steps: remove lines or placeholders"},
		{"too few to read", "title: a\n== 200\na\n@hold", 3, "4:1 reading this text takes more than 3 steps: remove lines or placeholders"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse(test.text, Limits{Steps: test.limit})
			if got := mistakes(err); got != test.want {
				t.Errorf("got %s; want %s", got, test.want)
			}
		})
	}
}

func TestWorkStopsWhenNobodyWaits(t *testing.T) {
	gone := make(chan struct{})
	close(gone)
	text := "== 200\n@repeat 100000\n@wait 1ms\n@again\n" + strings.Repeat("data: a\n", 3000)
	w := Work{Done: gone}
	if _, err := w.Parse(text, DefaultLimits); mistakes(err) != "1:1 nobody waits for the rest: reading stopped here" || w.Steps() > 1000 {
		t.Errorf("got %v after %d steps; want it to stop at once", err, w.Steps())
	}
	s := parse(t, text)
	w = Work{Done: gone}
	if v := w.Preview(s.Sections[0], Request{}, 1<<20); !v.More || w.Steps() > 1000 {
		t.Errorf("got more %v after %d steps; want it to stop at once", v.More, w.Steps())
	}
}
