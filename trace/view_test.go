package trace

import (
	"slices"
	"strings"
	"testing"

	"eventsource-playground/eventsource"
)

func TestFilter(t *testing.T) {
	l := logOf(open(1010), message(1020, "tick", "ID-7", `{"City":"ÅRHUS","k":"v"}`), message(1030, "error", "", "İstanbul"), failed(1040, connecting), message(1041, "construct", "", ""))
	l.Close(1050)
	all := []string{"close", "", "error", "İstanbul", `{"City":"ÅRHUS","k":"v"}`, "open", "construct"}
	for _, test := range []struct {
		name   string
		filter Filter
		want   []string
	}{
		{"none", Filter{}, all},
		{"a text in the data", Filter{Text: `"k":`}, all[4:5]},
		{"case is ignored both ways", Filter{Text: "cITY"}, all[4:5]},
		{"in other alphabets too", Filter{Text: "århus"}, all[4:5]},
		{"a letter whose lower case is shorter", Filter{Text: "istanbul"}, all[3:4]},
		{"a sign that has the letter k as its lower case", Filter{Text: "\u212A\":"}, all[4:5]},
		{"a text at the very end", Filter{Text: "}"}, all[4:5]},
		{"a text longer than any data", Filter{Text: strings.Repeat("x", 1000)}, nil},
		{"a text that begins but does not go on", Filter{Text: "istanbulx"}, nil},
		{"in the type", Filter{Text: "TICK"}, all[4:5]},
		{"in the last event ID", Filter{Text: "id-7"}, all[4:5]},
		{"in the URL", Filter{Text: "host/SSE"}, all[6:]},
		{"in the name of a call of the page", Filter{Text: "clos"}, all[:1]},
		{"a type, exactly", Filter{Type: "tick"}, all[4:5]},
		{"a type in another case is another type", Filter{Type: "Tick"}, nil},
		{"the browser's and the stream's of one type", Filter{Type: "error"}, all[2:4]},
		{"an event that is called as a call of the page", Filter{Type: "construct"}, all[1:2]},
		{"a call of the page", Filter{Kind: Construct}, all[6:]},
		{"another call of the page", Filter{Kind: Close}, all[:1]},
		{"a call of the page, by a text", Filter{Kind: Close, Text: "lose"}, all[:1]},
		{"a call of the page that an event is called as", Filter{Type: "close"}, nil},
		{"both", Filter{Text: "stan", Type: "error"}, all[3:4]},
		{"both, of which one fails", Filter{Text: "stan", Type: "tick"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := NewView(l.Log)
			v.SetFilter(test.filter)
			check(t, "done", v.Scan(1000), true)
			check(t, "filter", v.Filter(), test.filter)
			check(t, "length", v.Len(), len(test.want))
			if got := short(v.Rows(0, 1000)); !slices.Equal(got, test.want) {
				t.Errorf("got %q; want %q", got, test.want)
			}
			v = NewView(l.Log) // what comes after the filter was set goes another way
			v.SetFilter(test.filter)
			v.end, v.below = 0, 0
			check(t, "done", v.Scan(1000), true)
			if got := short(v.Rows(0, 1000)); !slices.Equal(got, test.want) {
				t.Errorf("newer: got %q; want %q", got, test.want)
			}
		})
	}
}

func TestRows(t *testing.T) {
	l := logOf(evenly(5, 1010, 1020)...)
	for _, filter := range []Filter{{}, {Type: "tick"}} {
		v := NewView(l.Log)
		v.SetFilter(filter)
		v.Scan(1000)
		for _, test := range []struct {
			name     string
			from, to int
			want     []string
		}{
			{"the newest", 0, 1, []string{"4"}},
			{"some in between", 1, 4, []string{"3", "2", "1"}},
			{"before the first", -5, 1, []string{"4"}},
			{"none", 2, 2, nil},
			{"backwards", 3, 2, nil},
			{"behind the last", 10, 20, nil},
		} {
			if got := short(v.Rows(test.from, test.to)); !slices.Equal(got, test.want) {
				t.Errorf("%+v, %s: got %q; want %q", filter, test.name, got, test.want)
			}
		}
	}
}

func TestAPartAtATime(t *testing.T) {
	l := logOf(evenly(100, 1010, 1020)...)
	v := NewView(l.Log)
	v.SetFilter(Filter{Text: "7"})
	check(t, "before", v.Len(), 0)
	check(t, "done after 10", v.Scan(10), false)
	if got, want := short(v.Rows(0, 9)), []string{"97"}; !slices.Equal(got, want) {
		t.Errorf("after 10: got %q; want %q", got, want)
	}
	for range 3 {
		l.Observe(eventsource.Decoded(message(2000, "tick", "", "77"), message(2000, "tick", "", "8")))
	}
	check(t, "done after 14", v.Scan(4), false)
	if got, want := short(v.Rows(0, 9)), []string{"77", "77", "97"}; !slices.Equal(got, want) {
		t.Errorf("after 14, newest first: got %q; want %q", got, want)
	}
	check(t, "done", v.Scan(1000), true)
	check(t, "found", v.Len(), 3+19)
	v.SetFilter(Filter{Text: "8"})
	check(t, "done with the next filter after 50", v.Scan(50), false)
	v.SetFilter(Filter{})
	check(t, "done without a filter, at once", v.Scan(1), true)
	check(t, "all", v.Len(), l.Len())
}

func TestFreezing(t *testing.T) {
	for _, filter := range []Filter{{}, {Type: "tick"}} {
		l := logOf()
		l.Observe(eventsource.Decoded(evenly(3, 1010, 1012)...))
		v := NewView(l.Log)
		v.SetFilter(filter)
		v.Scan(1000)
		before := v.Rows(0, 1000)
		v.Freeze(true)
		check(t, "frozen", v.Frozen(), true)
		check(t, "behind", v.Behind(), 0)
		l.Observe(lazyRun(300, 1020, 1030))
		check(t, "done", v.Scan(1000), true)
		check(t, "behind", v.Behind(), 300)
		if got := v.Rows(0, 1000); !slices.Equal(got, before) {
			t.Errorf("%+v: got %d rows, frozen; want the %d that were there", filter, len(got), len(before))
		}
		v.SetFilter(Filter{Text: "1"})
		v.Scan(1000)
		if got, want := short(v.Rows(0, 9)), []string{"1"}; !slices.Equal(got, want) {
			t.Errorf("%+v: got %q with another filter, frozen; want %q", filter, got, want)
		}
		v.SetFilter(filter)
		v.Freeze(false)
		check(t, "done", v.Scan(1000), true)
		check(t, "behind", v.Behind(), 0)
		check(t, "rows, thawed", v.Len(), len(before)+300)
	}
}

func TestClearingWhatIsFrozen(t *testing.T) {
	for _, filter := range []Filter{{}, {Type: "tick"}} {
		l := logOf(evenly(5, 1010, 1020)...)
		v := NewView(l.Log)
		v.SetFilter(filter)
		v.Scan(3) // partly
		v.Freeze(true)
		l.Observe(lazyRun(300, 1030, 1040))
		l.Clear()
		empty := func(when string) {
			t.Helper()
			check(t, when+": rows", v.Len(), 0)
			check(t, when+": rows", len(v.Rows(0, 10)), 0)
			_, ok := v.RowOf(2)
			check(t, when+": row of what was cleared", ok, false)
		}
		empty("cleared")
		check(t, "behind", v.Behind(), 0)
		l.Observe(lazyRun(7, 1050, 1060))
		empty("seven more")
		check(t, "behind", v.Behind(), 7)
		check(t, "done", v.Scan(1000), true)
		empty("scanned")
		check(t, "behind", v.Behind(), 7)
		v.SetFilter(filter)
		check(t, "done", v.Scan(1000), true)
		empty("filtered again")
		v.Freeze(false)
		check(t, "done", v.Scan(1000), true)
		check(t, "rows, thawed", v.Len(), 7)
		check(t, "behind, thawed", v.Behind(), 0)
	}
}

func TestDroppedRecordsLeaveTheView(t *testing.T) {
	for _, frozen := range []bool{false, true} {
		for _, filter := range []Filter{{}, {Type: "tick"}} {
			l := newSingle().bare()
			l.maxRecords = 10
			l.Observe(lazyRun(10, 1, 2))
			v := NewView(l.Log)
			v.SetFilter(filter)
			v.Scan(6) // with a filter, not to the end
			v.Freeze(frozen)
			l.Observe(lazyRun(7, 3, 4))
			// Not scanned yet: of the first ten, those with the data 7, 8 and 9 are left.
			if got, want := short(v.Rows(0, 99)), []string{"9", "8", "7"}; !slices.Equal(got, want) {
				t.Errorf("frozen %v, %+v: got %q; want %q", frozen, filter, got, want)
			}
			check(t, "length", v.Len(), 3)
			l.Observe(lazyRun(4, 5, 6))
			check(t, "length when all are gone", v.Len(), 0)
			check(t, "behind", v.Behind(), 10)
			check(t, "done", v.Scan(99), true)
			want := 10
			if frozen {
				want = 0
			}
			check(t, "length, scanned", v.Len(), want)
			v.Freeze(false)
			v.Scan(99)
			check(t, "length, thawed", v.Len(), 10)
			l.Observe(lazyRun(4, 7, 8))
			check(t, "length when some of the newer are gone", v.Len(), 6)
		}
	}
}

func TestRowOfARecord(t *testing.T) {
	for _, filter := range []Filter{{}, {Type: "tick"}} {
		l := logOf(evenly(20, 1010, 1020)...)
		v := NewView(l.Log)
		v.SetFilter(filter)
		v.Scan(1000)
		l.Observe(eventsource.Decoded(open(1030), message(1031, "tick", "", "x"), message(1032, "other", "", "y")))
		v.Scan(1000)
		for seq := -1; seq <= l.End(); seq++ {
			row, ok := v.RowOf(seq)
			rows := v.Rows(0, 1000)
			want := slices.IndexFunc(rows, func(r Record) bool { return r.Seq == seq })
			if ok != (want >= 0) || ok && row != want {
				t.Errorf("%+v, record %d: got row %d, %v; want %d", filter, seq, row, ok, want)
			}
		}
	}
}

func TestASigmaIsOneWhereverItStands(t *testing.T) {
	for _, text := range []string{"ΟΔΟΣ", "οδος", "οδοσ"} {
		for _, filter := range []string{"ΟΔΟΣ", "οδος", "οδοσ"} {
			v := NewView(logOf(message(1020, "tick", "", text)).Log)
			v.SetFilter(Filter{Text: filter})
			v.Scan(10)
			if v.Len() != 1 {
				t.Errorf("%s in %s: got %d records; want 1", filter, text, v.Len())
			}
		}
	}
}
