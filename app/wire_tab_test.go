package main

import (
	"slices"
	"strings"
	"testing"

	"eventsource-playground/language"
	"eventsource-playground/sse"
	"eventsource-playground/trace"
)

func TestTheReasonOfALineIsSaid(t *testing.T) {
	chinese := language.Of("zh")
	inChinese := language.Voice{Language: chinese, Words: wordsOf(t, chinese)}
	inEnglish := voice
	t.Cleanup(func() { voice = inEnglish })
	for _, test := range []struct {
		name    string
		why     sse.Reason
		chinese string
	}{
		{"none", sse.Reason{}, ""},
		{"a cause", sse.Reason{Cause: sse.UnknownField}, "标准中没有这个字段"},
		{"a name and the one that is near", sse.Reason{Cause: sse.MisspeltField, Name: "Data"}, `"Data" 不是 "data"：名称必须完全一致`},
		{"what else became of it", sse.Reason{Cause: sse.NoData, TypeForgotten: true, IDKept: true}, "没有 data 字段，因此不派发任何事件，事件类型也被清除，但 id 会保留"},
		{"the id at the end", sse.Reason{Cause: sse.NoBlankLine, IDForgotten: true}, "流在空行之前结束，尚未派发的内容被丢弃，id 也一样"},
	} {
		voice = inEnglish
		if got, want := sayWhy(test.why), test.why.String(); got != want {
			t.Errorf("%s: got %q; want %q as the decoder says it", test.name, got, want)
		}
		voice = inChinese
		if got := sayWhy(test.why); got != test.chinese {
			t.Errorf("%s: got %q; want %q", test.name, got, test.chinese)
		}
	}
}

func TestDataAreShownAsTheyAre(t *testing.T) {
	for _, test := range []struct{ name, data, want string }{
		{"a line", `{"id":1}`, `{"id":1}`},
		{"lines", "one\ntwo", "one\ntwo"},
		{"an empty line at the end", "one\n", "one\n\n"},
		{"what is not seen", "one \n\u202Etwo", "one␠\n[RLO]two"},
	} {
		if got := dataLines(test.data); got != test.want {
			t.Errorf("%s: got %q; want %q", test.name, got, test.want)
		}
	}
	if shown, cut := beginning(strings.Repeat("é", 100_003)); shown != strings.Repeat("é", 100_000) || cut != 3 {
		t.Errorf("got %d bytes shown, %d characters cut; want 100,000 characters and 3", len(shown), cut)
	}
}

func TestLinesLeaveByTheStep(t *testing.T) {
	for _, test := range []struct{ forgotten, kept, first int }{
		{0, 0, 0}, {0, 249, 0}, {0, 250, 50}, {0, 299, 50}, {0, 300, 100}, {200, 1800, 1600}, {200, 1849, 1600}, {210, 1850, 1640}, {190, 210, 10}, {210, 100, 0},
	} {
		e := &trace.Exchange{Forgotten: test.forgotten, Lines: make([]trace.WireLine, test.kept)}
		if got := firstShown(e); got != test.first {
			t.Errorf("%d lines after %d that are forgotten: got the first at %d; want %d", test.kept, test.forgotten, got, test.first)
		}
	}
}

func TestWhatIsUnfoldedKeepsItsLine(t *testing.T) {
	var folds tabs
	e := &trace.Exchange{Source: 2, Attempt: 1, Lines: make([]trace.WireLine, 9)}
	folds.fold(spot{2, 1, 7})
	folds.fold(spot{2, 1, 3})
	folds.fold(spot{2, 2, 4}) // another attempt's
	folds.fold(requestSpot(e))
	if got := folds.unfoldedLines(e); !slices.Equal(got, []int{3, 7}) {
		t.Errorf("got lines %v; want 3 and 7", got)
	}
	e.Forgotten, e.Lines = 4, e.Lines[4:]
	if got := folds.unfoldedLines(e); !slices.Equal(got, []int{7}) {
		t.Errorf("after four lines were forgotten: got %v; want 7", got)
	}
	folds.fold(spot{2, 1, 7})
	if got := folds.unfoldedLines(e); len(got) > 0 {
		t.Errorf("folded again: got %v; want none", got)
	}
	if got := folds.unfoldedRequests([]*trace.Exchange{{Source: 2, Attempt: 3}, e}); !slices.Equal(got, []*trace.Exchange{e}) {
		t.Errorf("got %v; want the request that was unfolded", got)
	}
}
