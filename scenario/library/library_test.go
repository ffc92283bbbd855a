package library

import (
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"eventsource-playground/scenario"
	"eventsource-playground/scenario/rehearsal"
)

func TestEveryFileIsWellFormed(t *testing.T) {
	names, err := fs.Glob(files, "*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("got %d files and error %v; want some", len(names), err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := scenario.Parse(string(text), scenario.DefaultLimits); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryScenarioPlaysAsItSays(t *testing.T) {
	for _, e := range All() {
		for _, engine := range []string{scenario.Chromium, scenario.Firefox} {
			t.Run(e.Name+" in "+engine, func(t *testing.T) {
				want, _ := e.Expect.In(engine)
				var got []scenario.Seen
				for range min(e.Connect.Times, 6) { // the others wait for a connection
					b := rehearsal.New(engine, e.Scenario, rehearsal.Start, len(want)+1)
					b.Watch()
					got = append(got, b.Seen...)
				}
				if e.Expect.More {
					got = got[:min(len(got), len(want))]
				}
				for i := range max(len(got), len(want)) {
					switch {
					case i >= len(got):
						t.Fatalf("line %d: got nothing; want %s", i+1, clip(want[i]))
					case i >= len(want):
						t.Fatalf("line %d: got %s; want nothing more", i+1, clip(got[i]))
					case !want[i].Matches(got[i]), want[i].After > 0 && want[i].After != got[i].After:
						t.Fatalf("line %d: got %s; want %s", i+1, clip(got[i]), clip(want[i]))
					}
				}
			})
		}
	}
}

func clip(s scenario.Seen) string {
	text := s.String()
	return text[:min(len(text), 200)]
}

func TestEveryHeadingIsFitToShow(t *testing.T) {
	goodName := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	titles, places := map[string]string{}, map[string]string{}
	for _, e := range All() {
		place := e.Group + " " + strconv.Itoa(e.Order)
		switch {
		case !goodName.MatchString(e.Name):
			t.Errorf("%s: got a name that needs escaping in a URL", e.Name)
		case e.Title["en"] == "" || utf8.RuneCountInString(e.Title["en"]) > 45:
			t.Errorf("%s: got title %q; want one of at most 45 characters", e.Name, e.Title["en"])
		case titles[e.Title["en"]] != "":
			t.Errorf("%s: got the title of %s; want another", e.Name, titles[e.Title["en"]])
		case utf8.RuneCountInString(e.About["en"]) < 40 || utf8.RuneCountInString(e.About["en"]) > 260 || !strings.HasSuffix(e.About["en"], "."):
			t.Errorf("%s: got about %q; want a sentence or two", e.Name, e.About["en"])
		case e.Title["zh"] == "" || utf8.RuneCountInString(e.Title["zh"]) > 30 || titles[e.Title["zh"]] != "":
			t.Errorf("%s: got title.zh %q; want one of its own, of at most 30 characters", e.Name, e.Title["zh"])
		case !strings.HasSuffix(e.About["zh"], "。") || utf8.RuneCountInString(e.About["zh"]) < 10 || utf8.RuneCountInString(e.About["zh"]) > 130:
			t.Errorf("%s: got about.zh %q; want a sentence or two in Chinese", e.Name, e.About["zh"])
		case places[place] != "":
			t.Errorf("%s: got the place of %s; want another", e.Name, places[place])
		case len(e.Listen) == 0:
			t.Errorf("%s: got nothing to listen for", e.Name)
		case e.Expect == nil:
			t.Errorf("%s: got no == expect", e.Name)
		}
		titles[e.Title["en"]], titles[e.Title["zh"]], places[place] = e.Name, e.Name, e.Name
		if !slices.Contains(Groups, e.Group) {
			t.Errorf("%s: got group %q; want one of %q", e.Name, e.Group, Groups)
		}
	}
}

// The beliefs that lessons overturn, each with the scenarios that show the truth.
func TestEveryBeliefHasItsScenario(t *testing.T) {
	for _, test := range []struct{ belief, scenarios string }{
		{"onerror means it is dead", "cut 500"},
		{"it retries after a 500, 401 or 404", "500-second 404-second"},
		{"the end of the response ends the stream", "end"},
		{"204 is sent inside the stream", "204-second"},
		{"onmessage gets everything", "named-events"},
		{"data arrives with each line or write", "line-by-line byte-by-byte"},
		{"a newline inside data is fine", "pretty-json multi-line-data"},
		{"spaces are trimmed", "colons-and-spaces"},
		{"empty data fires nothing", "empty-data"},
		{"lastEventId is this event's id", "ids id-reset"},
		{"source.lastEventId exists; fields must come in order", "shuffled-fields"},
		{"Last-Event-ID gives replay", "forgetful-server gap"},
		{"a new EventSource resumes", "new-source"},
		{"retry is a polling interval", "retry-500 retry-5000 retry-bogus"},
		{"the browser backs off and gives up", "refused"},
		{"I can set headers, or POST", "what-the-server-saw post-echo token-expires"},
		{"* works with withCredentials", "cors-any cors-credentials cors-any-credentials"},
		{"the error says why", "cors-missing"},
		{"six streams is a rule of SSE, and gives an error", "seven-streams"},
		{"OPEN means alive, and comments prove it", "mute heartbeat"},
		{"OPEN comes with the first event", "slow-first-byte"},
		{"a closed source can be opened again", "retry-5000 new-source"},
		{"a redirect is remembered", "redirect-307"},
		{"fetch with a parser is the same", "ten-ticks other-charset retry-0"},
	} {
		for name := range strings.FieldsSeq(test.scenarios) {
			if _, ok := Find(name); !ok {
				t.Errorf("got no scenario %q; want it, against %q", name, test.belief)
			}
		}
	}
	if _, ok := Find("none-such"); ok {
		t.Error("got a scenario that does not exist")
	}
}
