package sse

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func ExampleDecoder() {
	d := NewDecoder("6", Limits{Line: 1 << 10, Event: 1 << 20})
	report := func(line Line) {
		fmt.Printf("%q: %s\n", line.Raw, strings.TrimRight(line.Outcome.String()+", "+line.Why.String(), ", "))
	}
	d.Feed([]byte("Data: x\nevent: add\ndata: fi"), report)
	d.Feed([]byte("rst\n\n: hello\nid: 7\n\ndata: cut in ha"), report)
	d.End(report)
	fmt.Println(d.LastEventID())
	// Output:
	// "Data: x": ignored, "Data" is not "data": a name must match exactly
	// "event: add": field
	// "data: first": field
	// "": dispatched
	// ": hello": comment
	// "id: 7": field
	// "": blank, there is no data field, so nothing is dispatched, but the id is kept
	// "data: cut in ha": discarded, the stream ended before the line did
	// 7
}

func TestWhatBecameOfEachLine(t *testing.T) {
	const (
		noData    = "there is no data field, so nothing is dispatched"
		noEnd     = "the stream ended before the line did"
		forgotten = "the stream ended before a blank line, so what was pending is forgotten"
		digits    = "retry accepts digits only, at least one"
		unknown   = "no such field in the standard"
	)
	for _, test := range []struct {
		name, stream string
		want         []string // as show puts it
	}{
		{"a stream without a byte has no lines", "", nil},
		{"one space goes, and no more", "data:  a \n", []string{`field data=" a "`, "discarded: " + forgotten}},
		{"a tab is no space", "data:\ta\n", []string{`field data="\ta"`, "discarded: " + forgotten}},
		{"the second colon is part of the value", "data:a:b\n\n", []string{`field data="a:b"`, `dispatched message "a:b"`}},
		{"a comment keeps its space", ": a\n:\n:: b\n", []string{`comment " a"`, `comment ""`, `comment ": b"`}},
		{"a comment does not dispatch", "data: a\n:\ndata: b\n\n", []string{`field data="a"`, `comment ""`, `field data="b"`, `dispatched message "a\nb"`}},
		{"a name alone has an empty value", "data\n\n", []string{`field data=""`, `dispatched message ""`}},
		{"two bare names are one line break", "data\ndata\n\n", []string{`field data=""`, `field data=""`, `dispatched message "\n"`}},
		{"a trailing empty line stays", "data:a\ndata:\n\n", []string{`field data="a"`, `field data=""`, `dispatched message "a\n"`}},

		{"upper case is another name", "Data: a\n", []string{`ignored Data="a": "Data" is not "data": a name must match exactly`}},
		{"a space before the colon is part of the name", "id : 1\n", []string{`ignored id ="1": "id " is not "id": a name must match exactly`}},
		{"indented, it is another name", "\tevent: a\n", []string{`ignored ` + "\t" + `event="a": "\tevent" is not "event": a name must match exactly`}},
		{"a name that is not a field", "datas: a\n", []string{`ignored datas="a": ` + unknown}},
		{"a line of one space is not blank", "data: a\n \ndata: b\n\n", []string{`field data="a"`, `ignored  ="": ` + unknown, `field data="b"`, `dispatched message "a\nb"`}},
		{"pretty-printed JSON vanishes after its first line", "data: {\n  \"a\": 1\n}\n\n", []string{`field data="{"`, `ignored   "a"="1": ` + unknown, `ignored }="": ` + unknown, `dispatched message "{"`}},

		{"a CR ends a line", "data: a\r\r", []string{`field data="a"`, `dispatched message "a"`}},
		{"a CRLF ends one line", "data: a\r\n\r\n", []string{`field data="a"`, `dispatched message "a"`}},
		{"an LF CR ends two", "data: a\n\r", []string{`field data="a"`, `dispatched message "a"`}},
		{"a CR LF LF ends two", "data: a\r\n\n", []string{`field data="a"`, `dispatched message "a"`}},
		{"a CR CR LF ends two", "data: a\r\r\n", []string{`field data="a"`, `dispatched message "a"`}},
		{"an LF some way behind a CR ends its own line", "data: a\rdata: b\n\n", []string{`field data="a"`, `field data="b"`, `dispatched message "a\nb"`}},
		{"no other character ends a line", "data: \v\f\x1c\u0085\u2028\u2029\n\n", []string{`field data="\v\f\x1c\u0085\u2028\u2029"`, `dispatched message "\v\f\x1c\u0085\u2028\u2029"`}},

		{"a byte order mark goes from the start", "\uFEFFdata: a\n\n", []string{`field data="a"`, `dispatched message "a"`}},
		{"only one goes", "\uFEFF\uFEFFdata: a\n\n", []string{"ignored \uFEFFdata=\"a\": \"\\ufeffdata\" is not \"data\": a name must match exactly", "blank: " + noData}},
		{"none goes later", "\n\uFEFFdata: a\n", []string{"blank: " + noData, "ignored \uFEFFdata=\"a\": \"\\ufeffdata\" is not \"data\": a name must match exactly"}},
		{"a byte order mark alone makes a blank line", "\uFEFF\n", []string{"blank: " + noData}},
		{"half a byte order mark is a broken character", "\xEF\xBBdata: a\n", []string{"ignored \uFFFDdata=\"a\": " + unknown}},

		{"a type without data is forgotten", "event: a\n\ndata: b\n\n", []string{`field event="a"`, "blank: " + noData + ", and the event's type is forgotten", `field data="b"`, `dispatched message "b"`}},
		{"the last type counts", "event: a\ndata\nevent: b\n\n", []string{`field event="a"`, `field data=""`, `field event="b"`, `dispatched b ""`}},
		{"an empty type is message", "event: a\nevent\ndata\n\n", []string{`field event="a"`, `field event=""`, `field data=""`, `dispatched message ""`}},
		{"a type keeps its trailing space", "event: a \ndata\n\n", []string{`field event="a "`, `field data=""`, `dispatched a  ""`}},

		{"an id counts without data", "id: 1\n\n", []string{`field id="1"`, "blank: " + noData + ", but the id is kept"}},
		{"an id is sticky", "id: 1\ndata\n\ndata\n\n", []string{`field id="1"`, `field data=""`, `dispatched message "" id "1"`, `field data=""`, `dispatched message "" id "1"`}},
		{"an empty id resets", "id: 1\ndata\n\nid\ndata\n\n", []string{`field id="1"`, `field data=""`, `dispatched message "" id "1"`, `field id=""`, `field data=""`, `dispatched message ""`}},
		{"an id with NUL is ignored", "id: 1\nid: 2\x00\ndata\n\n", []string{`field id="1"`, `ignored id="2\x00": id contains U+0000`, `field data=""`, `dispatched message "" id "1"`}},
		{"an overlong NUL is no NUL", "id: \xC0\x80\n\n", []string{`field id="��"`, "blank: " + noData + ", but the id is kept"}},
		{"NUL elsewhere is kept", "event:\x00\ndata:\x00\n:\x00\n\n", []string{`field event="\x00"`, `field data="\x00"`, `comment "\x00"`, "dispatched \x00 \"\\x00\""}},

		{"a retry in digits", "retry: 0050\n", []string{`field retry="0050"`}},
		{"a retry without digits", "retry\nretry:\n", []string{`ignored retry="": ` + digits, `ignored retry="": ` + digits}},
		{"a retry that only looks like a number", "retry: +5\nretry: 1e3\nretry:  5\nretry: 5 \nretry: ５\n", []string{
			`ignored retry="+5": ` + digits, `ignored retry="1e3": ` + digits, `ignored retry=" 5": ` + digits, `ignored retry="5 ": ` + digits, `ignored retry="５": ` + digits}},

		{"a line without an end is discarded", "retry: 70", []string{`discarded retry="70": ` + noEnd}},
		{"so is a comment without an end", ": a", []string{`discarded =" a": ` + noEnd}},
		{"so is half a character", "data: \xE2\x82", []string{`discarded data="�": ` + noEnd}},
		{"so is a byte order mark alone", "\uFEFF", []string{`discarded ="": ` + noEnd}},
		{"data without a blank line is discarded", "data: a\ndata: b", []string{`field data="a"`, `discarded data="b": ` + noEnd, "discarded: " + forgotten}},
		{"an id without a blank line is discarded", "id: 1\n", []string{`field id="1"`, "discarded: " + forgotten + ", the id too"}},
		{"a type without a blank line is discarded", "event: a\n", []string{`field event="a"`, "discarded: " + forgotten}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, line := range checkEveryChunking(t, "", test.stream).Lines {
				got = append(got, show(line))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestTerminators(t *testing.T) {
	got := checkEveryChunking(t, "", "a\nb\rc\r\nd\r\n\re").Lines
	want := []Line{
		{Raw: "a", Terminator: "\n"},
		{Raw: "b", Terminator: "\r"},
		{Raw: "c", Terminator: "\r"},
		{Raw: "d", Terminator: "\r", AfterCRLF: true},
		{Raw: "", Terminator: "\r", AfterCRLF: true},
		{Raw: "e"},
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) {
			t.Fatalf("got %d lines; want %d", len(got), len(want))
		}
		if g := (Line{Raw: got[i].Raw, Terminator: got[i].Terminator, AfterCRLF: got[i].AfterCRLF}); g != want[i] {
			t.Errorf("got %+v; want %+v", g, want[i])
		}
	}
}

func TestRawIsWhatCameOverTheWire(t *testing.T) {
	got := run(new(Decoder), "\uFEFF: \xFF\n").Lines
	if want := (Line{Raw: "\uFEFF: \xFF", Terminator: "\n", Value: " \uFFFD", Outcome: Comment}); len(got) != 1 || got[0] != want {
		t.Errorf("got %+v; want %+v", got, want)
	}
}

func TestCRAtTheEndOfAChunkDispatchesAtOnce(t *testing.T) {
	var got []Event
	err := new(Decoder).Feed([]byte("data: now\r\r"), func(line Line) {
		if line.Event != nil {
			got = append(got, *line.Event)
		}
	})
	if want := []Event{{"message", "now", ""}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestReconnectionTime(t *testing.T) {
	const longest = math.MaxInt64 / time.Millisecond * time.Millisecond
	for _, test := range []struct {
		name, stream string
		want         time.Duration
		ok           bool
	}{
		{"never set", "data: a\n\n", 0, false},
		{"set to zero", "retry: 0\n", 0, true},
		{"set without a blank line", "retry: 70\n", 70 * time.Millisecond, true},
		{"set within an event", "data: a\nretry: 80\ndata: b\n\n", 80 * time.Millisecond, true},
		{"the last one counts", "retry: 1\nretry: 2\n", 2 * time.Millisecond, true},
		{"a bad one changes nothing", "retry: 1\nretry: x\nretry\n", time.Millisecond, true},
		{"leading zeros are no octal", "retry: 010\n", 10 * time.Millisecond, true},
		{"as long as a Duration can be", "retry: 9223372036854\n", longest, true},
		{"longer than a Duration", "retry: 9223372036855\n", longest, true},
		{"longer than 64 bits", "retry: 18446744073709551666\n", longest, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := new(Decoder)
			run(d, test.stream)
			if got, ok := d.ReconnectionTime(); got != test.want || ok != test.ok {
				t.Errorf("got %v, %v; want %v, %v", got, ok, test.want, test.ok)
			}
		})
	}
}

func TestNextConnection(t *testing.T) {
	d := NewDecoder("0", Limits{Line: 20})
	for _, test := range []struct {
		name, stream string
		want         []Event
		id           string
	}{
		{"it starts with the id of an earlier one", "data: a\n\n", []Event{{"message", "a", "0"}}, "0"},
		{"half an event leaves nothing behind, nor its id", "retry: 5\nid: 1\ndata: b\n\nid: 2\nevent: c\ndata: c\ndat", []Event{{"message", "b", "1"}}, "1"},
		{"a byte order mark counts again", "\uFEFFdata: d\n\n", []Event{{"message", "d", "1"}}, "1"},
		{"a CR at the end leaves nothing behind", "\r", nil, "1"},
		{"so that an LF is a blank line", "\ndata: e\n\n", []Event{{"message", "e", "1"}}, "1"},
		{"a limit ends a stream", "data: f\ndata: much too long a line\n", nil, "1"},
		{"but not the next one", "id\ndata: g\n\n", []Event{{"message", "g", ""}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := run(d, test.stream)
			if events := got.decoded().Events; !slices.Equal(events, test.want) || d.LastEventID() != test.id {
				t.Errorf("got %v and last event ID %q; want %v and %q", events, d.LastEventID(), test.want, test.id)
			}
		})
	}
	if got, ok := d.ReconnectionTime(); got != 5*time.Millisecond || !ok {
		t.Errorf("got reconnection time %v, %v; want 5ms kept over all connections", got, ok)
	}
}

func TestLimits(t *testing.T) {
	for _, test := range []struct {
		name, stream string
		limits       Limits
		lines        int // reported before the error, and at the end
		want         string
	}{
		{"no limits", "data: 0123456789\n\n", Limits{}, 2, ""},
		{"a line of just the limit, whatever ends it", ":234567\n:234567\r\n:234567\r:234567", Limits{Line: 7}, 4, ""},
		{"a line over the limit", ":\n:2345678\n:\n", Limits{Line: 7}, 1, "sse: the line is over the limit of 7 bytes"},
		{"a line over the limit that never ends", ":\n:2345678", Limits{Line: 7}, 1, "sse: the line is over the limit of 7 bytes"},
		{"what was pending before a line over the limit", "data: a\ndata: bc\n\n", Limits{Line: 7}, 2, "sse: the line is over the limit of 7 bytes"},
		{"an event of just the limit", "data: 12\ndata: 45\n\n", Limits{Event: 5}, 3, ""},
		{"an event over the limit", "data: 12\ndata: 456\n\n", Limits{Event: 5}, 2, "sse: the event is over the limit of 5 bytes"},
		{"an event of many empty lines", "data\ndata\ndata\ndata\n\n", Limits{Event: 2}, 4, "sse: the event is over the limit of 2 bytes"},
		{"each event counts for itself", "data: 12345\n\ndata: 12345\n\n", Limits{Event: 5}, 4, ""},
		{"comments and other fields are no event data", ":23456789\nx: 456789\nid: 456789\n\n", Limits{Event: 2}, 4, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			whole := run(NewDecoder("", test.limits), test.stream)
			if len(whole.Lines) != test.lines || whole.Err != test.want {
				t.Errorf("got %d lines, %q; want %d, %q", len(whole.Lines), whole.Err, test.lines, test.want)
			}
			bytewise := strings.Split(test.stream, "")
			checkSame(t, run(NewDecoder("", test.limits), bytewise...), whole, bytewise)
		})
	}
}

// Quadratic copying would need an allocation for each chunk; doubling needs one for each power of two.
func TestLongLineInSingleBytesIsCopiedOnce(t *testing.T) {
	const size = 1 << 20
	got := testing.AllocsPerRun(1, func() {
		d := new(Decoder)
		chunk := []byte("x")
		for range size {
			d.Feed(chunk, nil)
		}
	})
	if got > 100 {
		t.Errorf("got %v allocations for a line of %d bytes; want at most 100", got, size)
	}
}

func BenchmarkDecoder(b *testing.B) {
	event := "event: tick\nid: 41\ndata: {\"id\":41,\"time\":\"2026-01-02T03:04:05Z\"}\n\n"
	for _, test := range []struct {
		name, stream string
		chunk        int
	}{
		{"small events in chunks of 32 KiB", strings.Repeat(event, 10000), 32 << 10},
		{"small events in chunks of 1 byte", strings.Repeat(event, 10000), 1},
		{"small events ended by CR", strings.Repeat(strings.ReplaceAll(event, "\n", "\r"), 10000), 32 << 10},
		{"a line of 10 MiB in chunks of 32 KiB", "data: " + strings.Repeat("x", 10<<20) + "\n\n", 32 << 10},
		{"a line of 10 MiB in chunks of 1 byte", "data: " + strings.Repeat("x", 10<<20) + "\n\n", 1},
		{"one event of a million lines", strings.Repeat("data: x\n", 1e6) + "\n", 32 << 10},
	} {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(test.stream)))
			events := 0
			report := func(line Line) {
				if line.Event != nil {
					events++
				}
			}
			stream := []byte(test.stream)
			for b.Loop() {
				d := new(Decoder)
				for chunk := range slices.Chunk(stream, test.chunk) {
					d.Feed(chunk, report)
				}
			}
			if events == 0 {
				b.Error("got no event")
			}
		})
	}
}

// Any bytes in any chunks give what they give whole, what the standard says, and all the bytes back; a limit is met at
// the same line.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte("data: a\n\n"), []byte{3})
	f.Add([]byte("\uFEFFid: 1\r\n: c\r\nevent: e\r\ndata: \xE2\x82\xAC\r\n\r\nretry: 50\r\n"), []byte{1, 1, 2, 16, 1, 1, 1})
	f.Add([]byte("data: \xF0\x9F\r\rdata\r\ndata\n\r\n\nid: \x00\nid\n"), []byte{0, 7, 1})
	f.Add([]byte("\xEF\xBBdata: x\n\n\xEF\xBB\xBFdata: y"), []byte{1, 1, 1})
	f.Add([]byte("id: 2\nevent: x\n\nretry: 99999999999999999999\nretry: +1\nData: z"), []byte{255})
	f.Fuzz(func(t *testing.T, stream, sizes []byte) {
		chunks := cut(string(stream), sizes)
		whole := run(NewDecoder("before", Limits{}), string(stream))
		checkSame(t, run(NewDecoder("before", Limits{}), chunks...), whole, chunks)
		checkRebuilds(t, whole, string(stream))
		if diff := difference(whole.decoded(), oracle(stream, "before")); diff != "" {
			t.Errorf("%q: against the oracle: %s", stream, diff)
		}
		limits := Limits{Line: 12, Event: 8}
		checkSame(t, run(NewDecoder("", limits), chunks...), run(NewDecoder("", limits), string(stream)), chunks)
	})
}

// A transcript is all that a Decoder says about a stream.
type transcript struct {
	Lines       []Line
	Err         string
	LastEventID string
}

// decoded is the part of a transcript that a client acts on.
type decoded struct {
	Events      []Event
	LastEventID string
	Retry       string // the digits, without leading zeros
	Comments    []string
}

func (tr transcript) decoded() decoded {
	out := decoded{LastEventID: tr.LastEventID}
	for _, line := range tr.Lines {
		switch {
		case line.Event != nil:
			out.Events = append(out.Events, *line.Event)
		case line.Outcome == Comment:
			out.Comments = append(out.Comments, line.Value)
		case line.Outcome == Field && line.Field == "retry":
			out.Retry = trimZeros(line.Value)
		}
	}
	return out
}

func run(d *Decoder, chunks ...string) transcript {
	var out transcript
	report := func(line Line) { out.Lines = append(out.Lines, line) }
	for _, chunk := range chunks {
		if err := d.Feed([]byte(chunk), report); err != nil {
			out.Err = err.Error()
		}
	}
	d.End(report)
	out.LastEventID = d.LastEventID()
	return out
}

// checkEveryChunking returns the transcript of the whole stream, having checked that it is the same byte by byte and split
// in two at every position; under the race detector one over 5000 bytes at 100 positions from each end and some 200
// between them.
func checkEveryChunking(t *testing.T, lastEventID, stream string) transcript {
	t.Helper()
	whole := run(NewDecoder(lastEventID, Limits{}), stream)
	checkRebuilds(t, whole, stream)
	if diff := difference(whole.decoded(), oracle([]byte(stream), lastEventID)); diff != "" {
		t.Errorf("%q: against the oracle: %s", stream, diff)
	}
	bytewise := cut(stream, slices.Repeat([]byte{1}, len(stream)))
	checkSame(t, run(NewDecoder(lastEventID, Limits{}), bytewise...), whole, bytewise)
	checkEach(t, lastEventID, Limits{}, []string{stream}, nil)
	checkEach(t, lastEventID, Limits{}, bytewise, nil)
	// Two of the shared cases are long, of lines that are all alike: there every split would be some 50 s of a core.
	const long, edge, splits = 5000, 100, 300
	for i := 0; i <= len(stream); i++ {
		if len(stream) > long && i > edge && i < len(stream)-edge {
			i = min(i+len(stream)/splits, len(stream)-edge)
		}
		halves := []string{stream[:i], stream[i:]}
		checkSame(t, run(NewDecoder(lastEventID, Limits{}), halves...), whole, halves)
	}
	return whole
}

func checkSame(t *testing.T, got, whole transcript, chunks []string) {
	t.Helper()
	if got.Err != whole.Err || got.LastEventID != whole.LastEventID || !slices.EqualFunc(got.Lines, whole.Lines, sameLine) {
		t.Fatalf("in the chunks %q: got %+v; want %+v as in one", chunks, got, whole)
	}
}

func sameLine(a, b Line) bool {
	if a.Event != nil && b.Event != nil && *a.Event == *b.Event {
		a.Event = b.Event
	}
	return a == b
}

// checkRebuilds puts the lines together again. Only an LF that completed the very last line's CRLF has no line to show it.
func checkRebuilds(t *testing.T, tr transcript, stream string) {
	t.Helper()
	var b strings.Builder
	for _, line := range tr.Lines {
		if line.AfterCRLF {
			b.WriteByte('\n')
		}
		b.WriteString(line.Raw + line.Terminator)
	}
	if got := b.String(); got != stream && (got+"\n" != stream || !strings.HasSuffix(got, "\r")) {
		t.Errorf("got the lines %q; want %q", got, stream)
	}
}

// difference says how two results differ, "" if they do not; no slice is as good as an empty one.
func difference(got, want decoded) string {
	if slices.Equal(got.Events, want.Events) && slices.Equal(got.Comments, want.Comments) && got.LastEventID == want.LastEventID && got.Retry == want.Retry {
		return ""
	}
	return fmt.Sprintf("got %+q; want %+q", got, want)
}

// show puts a line on one line for a test to compare.
func show(line Line) string {
	s := line.Outcome.String()
	switch {
	case line.Event != nil:
		s += " " + line.Event.Type + " " + strconv.Quote(line.Event.Data)
		if line.Event.LastEventID != "" {
			s += " id " + strconv.Quote(line.Event.LastEventID)
		}
	case line.Outcome == Comment:
		s += " " + strconv.Quote(line.Value)
	case line.Raw != "" && line.Outcome != Blank:
		s += " " + line.Field + "=" + strconv.Quote(line.Value)
	}
	if line.Why != (Reason{}) {
		s += ": " + line.Why.String()
	}
	return s
}

// cut cuts a stream into chunks of the given sizes, and one of what is left.
func cut(stream string, sizes []byte) []string {
	var chunks []string
	for _, size := range sizes {
		n := min(int(size), len(stream))
		chunks = append(chunks, stream[:n])
		stream = stream[n:]
	}
	return append(chunks, stream)
}

func trimZeros(digits string) string {
	if digits = strings.TrimLeft(digits, "0"); digits == "" {
		return "0"
	}
	return digits
}
