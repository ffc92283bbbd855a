package main

import (
	"testing"

	"eventsource-playground/language"
	"eventsource-playground/sse"
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
