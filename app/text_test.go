package main

import (
	"slices"
	"strings"
	"testing"

	"eventsource-playground/sse"
)

func TestWhatWouldNotBeSeenIsShown(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"plain text", "tick 1", "tick 1"},
		{"letters of any alphabet", "événement 事件 שלום سلام", "événement 事件 שלום سلام"},
		{"control characters", "a\x00b\n\tc\x7f", "a␀b␊␉c␡"},
		{"those of Latin-1", "a\u0085\u009f", "a[NEL][U+009F]"},
		{"what turns the direction", "\u202Ekcit\u202C\u2066\u2069\u200F", "[RLO]kcit[PDF][LRI][PDI][RLM]"},
		{"what has no width", "ti\u200Bck\u200D\u2060\uFEFF\u00AD", "ti[ZWSP]ck[ZWJ][WJ][BOM][SHY]"},
		{"what has no width and is a letter to Unicode", "a\u3164\u115F\u034F\u2800\uFE0F", "a[HF][U+115F][CGJ][U+2800][U+FE0F]"},
		{"white space of another kind", "a\u00A0b\u3000c\u2009d\u202F\u2028", "a[NBSP]b[IDSP]c[THSP]d[NNBSP][LSEP]"},
		{"tags", "a\U000E0041", "a[U+E0041]"},
		{"a picture of several characters", "👩\u200D👧 ❤\uFE0F 1\uFE0F", "👩\u200D👧 ❤\uFE0F 1[U+FE0F]"},
		{"what was not UTF-8", "a\uFFFD", "a\uFFFD"},
		{"spaces around it", " a b  ", "␠a b␠␠"},
		{"spaces only", "   ", "␠␠␠"},
		{"nothing", "", ""},
	} {
		if got := exact(test.text); got != test.want {
			t.Errorf("%s: got %q; want %q", test.name, got, test.want)
		}
	}
	if got := visible("data: "); got != "data: " {
		t.Errorf("got %q; want a space that is part of a sentence as it is", got)
	}
	if got := visibleLines("{\n  \"a\u200B\": 1 \n\n   \n}"); got != "{\n  \"a[ZWSP]\": 1␠\n\n␠␠␠\n}" {
		t.Errorf("got %q; want the lines as they are, with what is not seen", got)
	}
}

func TestBriefIsShort(t *testing.T) {
	for _, s := range []string{strings.Repeat("x", 1_000_000), strings.Repeat("\u202E", 1_000_000), strings.Repeat(" ", 1_000_000)} {
		if got := []rune(brief(s, 40)); len(got) != 40 || got[39] != '…' {
			t.Errorf("got %d characters, %q; want 40 with the ellipsis", len(got), string(got))
		}
	}
}

func TestWhatIsWrittenFromRightToLeftIsIsolated(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"tick", "tick"},
		{"événement", "événement"},
		{"שלום", "\u2068שלום\u2069"},
		{"a\u2069\u202Eb", "a[PDI][RLO]b"},
	} {
		if got := isolated(test.text, 40); got != test.want {
			t.Errorf("got %q; want %q", got, test.want)
		}
	}
}

func TestATypeThatIsNearlyAListeners(t *testing.T) {
	listeners := []string{"open", "tick", "my event", "e\u200Bnd"}
	for _, test := range []struct{ name, typ, want string }{
		{"the same", "tick", ""},
		{"another", "tack", ""},
		{"a space after it", "tick ", "tick"},
		{"a tab before it", "\ttick", "tick"},
		{"white space that looks like a space", "my\u00A0event", "my event"},
		{"a space that is missing", "myevent", ""},
		{"a character without width", "ti\u200Bck", "tick"},
		{"a turn of direction", "\u202Etick", "tick"},
		{"one that the listener has", "end", "e\u200Bnd"},
		{"capital letters", "Tick", "tick"},
	} {
		if got := meant(test.typ, listeners); got != test.want {
			t.Errorf("%s: got %q; want %q", test.name, got, test.want)
		}
	}
	if got, want := mistaken("tick\u00A0", listeners), `"tick\u00a0" is not "tick": a type must match exactly`; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestTheEndOfALine(t *testing.T) {
	var d sse.Decoder
	var all []sse.Line
	d.Feed([]byte("a\nb\rc\r\nd\r\n"), func(l sse.Line) { all = append(all, l) })
	var got []string
	for i, l := range all {
		after := d.AfterCRLF()
		if i+1 < len(all) {
			after = all[i+1].AfterCRLF
		}
		got = append(got, terminator(l, after))
	}
	if want := []string{"LF", "CR", "CRLF", "CRLF"}; !slices.Equal(got, want) {
		t.Errorf("got %q; want %q", got, want)
	}
	if got := terminator(sse.Line{}, false); got != "" {
		t.Errorf("got %q where the stream ended; want nothing", got)
	}
}

func TestAsManyReplacementsAsTheEventHas(t *testing.T) {
	var d sse.Decoder
	d.Feed([]byte("data: \xF0\x9F\x98|\xFF\xFF|\xE2\x82\n\n"), func(l sse.Line) {
		if got, want := brief(l.Text(), 300), "data: \uFFFD|\uFFFD\uFFFD|\uFFFD"; l.Raw != "" && got != want {
			t.Errorf("got %q; want %q", got, want)
		}
		if l.Event != nil && l.Event.Data != "\uFFFD|\uFFFD\uFFFD|\uFFFD" {
			t.Errorf("got %q as the event's data", l.Event.Data)
		}
	})
}

func TestGistEndsWithASentenceOrAWholeWord(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"ten or less", "ten or less"},
		{"more than that", "more than…"},
		{"one word only", "one word…"},
		{"a wording, and more", "a wording…"},
		{"A b c. And others.", "A b c."},
		{"A. B. And others.", "A. B."},
		{"Version 1.0 is others", "Version 1.0…"},
		{"一二。三四五六", "一二。"},
		{"一二三四五", "一二三四五"},
		{"一二三四五六七", "一二三四五…"},
		{"一二 abc 三四五六", "一二 abc 三…"},
	} {
		if got := gist(test.text, 11); got != test.want {
			t.Errorf("%q: got %q; want %q", test.text, got, test.want)
		}
	}
}

func TestAClockHasRoomInAFigure(t *testing.T) {
	for ms, want := range map[float64]string{
		-1: "0.0 s", 9_940: "9.9 s", 10_000: "10 s", 59_999: "59 s", 60_000: "1:00", 76_500: "1:16", 3_599_999: "59:59", 3_600_000: "1:00:00", 90_061_000: "25:01:01",
	} {
		if got := clock(ms); got != want {
			t.Errorf("got %q for %v ms; want %q", got, ms, want)
		}
	}
}
