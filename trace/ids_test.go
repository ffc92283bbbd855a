package trace

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/eventsource"
)

// How ids come is one text: ids, each of an event, an event without one as a dot, and a bar for each reconnection.
func TestIDsThatComeASecondTime(t *testing.T) {
	count := func(from, to int) string {
		var s strings.Builder
		for i := from; i < to; i++ {
			fmt.Fprint(&s, i, " ")
		}
		return s.String()
	}
	for _, test := range []struct{ name, ids, want string }{
		{"a server that resumes", "0 1 2 | 3 4", ""},
		{"a server that starts again", "0 1 2 | 0 1 2", "0"},
		{"each time", "0 1 | 0 1 | 0 1", "0 0"},
		{"one that goes back a little", "0 1 2 3 | 2 3 4", "2"},
		{"one that starts again later", "0 1 2 | a b 1", "1"},
		{"one that starts again after many", count(0, 1520) + "| 0 1", "0"},
		{"one that goes back a little after many", count(0, 1520) + "| 1500", "1500"},
		{"an id that stays is not sent again", "0 1 . . | . .", ""},
		{"the id that came last may be one that stays", "0 1 | 1 . 2", ""},
		{"ids that come again without a reconnection", "0 1 0 1 0", ""},
		{"nor those since the reconnection", "0 1 | 2 3 2 3", ""},
		{"an id of an event of another type is another", "a:0 b:0 b:1 | a:1", ""},
		{"an empty id is none", "0 . 1 -  | 2 - 3", ""},
		{"a reconnection without events between", "0 1 | | 0", "0"},
		{"clearing forgets none of them", "0 1 ! | 0", "0"},
	} {
		l := logOf(open(1010))
		at, id := 1020.0, ""
		var got []string
		repeated := func() {
			for _, f := range slices.Backward(l.Facts(at, 1000)) {
				if f.Name == FactRepeated {
					got = append(got, f.ID)
				}
			}
		}
		for _, word := range strings.Fields(test.ids) {
			at++
			switch typ, own, found := strings.Cut(word, ":"); {
			case word == "|":
				l.Observe(eventsource.Decoded(failed(at, connecting), open(at)))
			case word == "!":
				l.Clear()
			case word == ".":
				l.Observe(eventsource.Decoded(message(at, "message", id, "")))
			case word == "-":
				id = ""
				l.Observe(eventsource.Decoded(message(at, "message", id, "")))
			case found:
				id = own
				l.Observe(eventsource.Decoded(message(at, typ, id, "")))
			default:
				id = word
				l.Observe(eventsource.Decoded(message(at, "message", id, "")))
			}
		}
		repeated()
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: got %q; want %q", test.name, got, test.want)
		}
	}
}

func TestIDsOfRunsThatAreNotDecoded(t *testing.T) {
	run := func(at float64) eventsource.Events {
		return eventsource.Lazy(300, 300, func(from, to int) (events []eventsource.Event) {
			for i := from; i < to; i++ {
				events = append(events, message(at, "message", fmt.Sprint(i), "x"))
			}
			return events
		})
	}
	l := logOf(open(1010))
	l.Observe(run(1020))
	l.Observe(eventsource.Decoded(failed(1030, connecting), open(1040)))
	l.Observe(run(1050))
	if i := slices.IndexFunc(l.Facts(1060, 100), func(f Fact) bool { return f.Name == FactRepeated && f.ID == "0" }); i < 0 {
		t.Error("got no fact of an id that came again; want one")
	}
}

func TestIDsAreBounded(t *testing.T) {
	var i ids
	for n := range 10 * maxIDs {
		i.repeats("message", fmt.Sprint(n))
		i.reconnected()
	}
	if n := len(i.first) + len(i.newest); n != 2*maxIDs || len(i.before) != n {
		t.Errorf("got %d ids and %d; want at most %d", n, len(i.before), 2*maxIDs)
	}
}

func TestTheFirstEventSinceAReconnection(t *testing.T) {
	l := logOf(open(1010), failed(1020, connecting), open(1030), message(1040, "a", "", ""))
	check(t, "no event before", l.Facts(1041, 1)[0].Name, FactFirstEvent)
	l.Observe(eventsource.Decoded(failed(1050, connecting), open(1060), message(1075, "b", "", "")))
	f := l.Facts(1076, 1)[0]
	check(t, "an event before", f.Name, FactFirstSince)
	check(t, "since open", f.Milliseconds, 15)
}

func TestWhatLooksLikeTheEndOfAStream(t *testing.T) {
	for _, test := range []struct{ typ, data, want string }{
		{"message", "[DONE]", "[DONE]"}, {"message", " [DONE] ", "[DONE]"}, {"Done", "{}", "Done"}, {"end", "", "end"},
		{"message", "done for today", ""}, {"message", "", ""}, {"tick", "7", ""},
	} {
		l := logOf(open(1010), message(1020, "message", "", "[DONE]"), message(1030, test.typ, "", test.data), failed(1040, connecting))
		f, got := l.Facts(1050, 1)[0], ""
		if f.Name == FactEndMarker {
			got = f.Type
		}
		check(t, test.typ+" "+test.data, got, test.want)
	}
	l := logOf(open(1010), message(1020, "done", "", ""), failed(1030, closed))
	check(t, "given up", l.Facts(1050, 1)[0].Name, FactGaveUp)
	l = logOf(open(1010), message(1020, "done", "", ""), failed(1030, connecting), open(1040), failed(1050, connecting))
	check(t, "of the response before", l.Facts(1060, 1)[0].Name, FactLost)
}
