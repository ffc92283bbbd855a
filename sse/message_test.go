package sse

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	_ encoding.TextAppender = Message{}
	_ io.WriterTo           = Message{}
)

func ExampleMessage_AppendText() {
	stream, err := Message{
		Comments: []string{" hello"},
		Retry:    3 * time.Second,
		Event:    "add",
		ID:       "7",
		Data:     "two\nlines",
	}.AppendText(nil)
	fmt.Printf("%s%v\n", stream, err)
	// Output:
	// : hello
	// retry: 3000
	// event: add
	// id: 7
	// data: two
	// data: lines
	//
	// <nil>
}

func TestMessageOnTheWire(t *testing.T) {
	for _, test := range []struct {
		name    string
		message Message
		want    string
	}{
		{"data alone", Message{Data: "x"}, "data: x\n\n"},
		{"empty data still dispatches", Message{}, "data:\n\n"},
		{"LF makes a new line", Message{Data: "a\nb"}, "data: a\ndata: b\n\n"},
		{"CR makes a new line", Message{Data: "a\rid: 1"}, "data: a\ndata: id: 1\n\n"},
		{"CRLF makes one new line", Message{Data: "a\r\nb"}, "data: a\ndata: b\n\n"},
		{"LF CR makes two new lines", Message{Data: "a\n\rb"}, "data: a\ndata:\ndata: b\n\n"},
		{"a trailing line break is kept", Message{Data: "a\r\n"}, "data: a\ndata:\n\n"},
		{"data of line breaks only", Message{Data: "\n\n"}, "data:\ndata:\ndata:\n\n"},
		{"U+2028 is no line break", Message{Data: "a\u2028b\u0085c\vd"}, "data: a\u2028b\u0085c\vd\n\n"},
		{"a leading space is kept after another", Message{Event: " e", ID: " 1", Data: " x\n y"}, "event:  e\nid:  1\ndata:  x\ndata:  y\n\n"},
		{"a byte order mark is data", Message{Data: "\uFEFFx"}, "data: \uFEFFx\n\n"},
		{"NUL is allowed in data and event", Message{Event: "a\x00", Data: "\x00"}, "event: a\x00\ndata: \x00\n\n"},
		{"an event alone dispatches empty data", Message{Event: "e"}, "event: e\ndata:\n\n"},
		{"an event without data still ends its block", Message{Event: "e", NoData: true}, "event: e\n\n"},
		{"an id without data still ends its block", Message{ID: "7", NoData: true}, "id: 7\n\n"},
		{"an empty id resets", Message{ResetID: true, NoData: true}, "id:\n\n"},
		{"a retry needs no blank line", Message{Retry: 1500 * time.Millisecond, NoData: true}, "retry: 1500\n"},
		{"a retry of zero", Message{ZeroRetry: true, NoData: true}, "retry: 0\n"},
		{"the longest retry", Message{Retry: 9223372036854 * time.Millisecond, NoData: true}, "retry: 9223372036854\n"},
		{"a heartbeat is one colon", Message{Comments: []string{""}, NoData: true}, ":\n"},
		{"nothing is put after a comment's colon", Message{Comments: []string{"a", " b"}, NoData: true}, ":a\n: b\n"},
		{"a comment of several lines stays a comment", Message{Comments: []string{"a\r\ndata: x\r\n"}, NoData: true}, ":a\n:data: x\n:\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.message.AppendText([]byte("before\n"))
			if want := "before\n" + test.want; string(got) != want || err != nil {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		})
	}
}

func TestMessageThatCannotBeWritten(t *testing.T) {
	for _, test := range []struct {
		name    string
		message Message
		want    string
	}{
		{"nothing at all", Message{Comments: []string{}, NoData: true}, "sse: the message is empty"},
		{"data and NoData", Message{Data: "x", NoData: true}, "sse: there is data, but NoData is set"},
		{"an id and ResetID", Message{ID: "1", ResetID: true}, "sse: there is an id, but ResetID is set"},
		{"a retry and ZeroRetry", Message{Retry: time.Second, ZeroRetry: true}, "sse: the retry is 1s, but ZeroRetry is set"},
		{"LF in the event", Message{Event: "a\ndata: x"}, "sse: the event contains a line break"},
		{"CR in the event", Message{Event: "a\r"}, "sse: the event contains a line break"},
		{"LF in the id", Message{ID: "\n"}, "sse: the id contains a line break"},
		{"CR in the id", Message{ID: "1\r2"}, "sse: the id contains a line break"},
		{"NUL in the id", Message{ID: "1\x00"}, "sse: the id contains U+0000"},
		{"a negative retry", Message{Retry: -time.Second}, "sse: the retry is -1s, but must be whole milliseconds, not negative"},
		{"a fraction of a millisecond", Message{Retry: 1500 * time.Microsecond}, "sse: the retry is 1.5ms, but must be whole milliseconds, not negative"},
		{"broken UTF-8 in a comment", Message{Comments: []string{"", "\xff"}}, "sse: the comment is not valid UTF-8"},
		{"broken UTF-8 in the event", Message{Event: "\xe2\x82"}, "sse: the event is not valid UTF-8"},
		{"broken UTF-8 in the id", Message{ID: "\x80"}, "sse: the id is not valid UTF-8"},
		{"broken UTF-8 in the data", Message{Data: "\xed\xa0\x80"}, "sse: the data is not valid UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.message.AppendText([]byte("before\n"))
			if string(got) != "before\n" || err == nil || err.Error() != test.want {
				t.Errorf("got %q, %v; want %q, %s", got, err, "before\n", test.want)
			}
		})
	}
}

func TestMessageIsWrittenInOneCall(t *testing.T) {
	failed := errors.New("the connection is gone")
	for _, test := range []struct {
		name    string
		message Message
		fails   error
		want    []string
		err     string
	}{
		{"all in one write", Message{ID: "7", Data: strings.Repeat("x\n", 3)}, nil, []string{"id: 7\ndata: x\ndata: x\ndata: x\ndata:\n\n"}, ""},
		{"nothing if it can't be written", Message{ID: "\n"}, nil, nil, "sse: the id contains a line break"},
		{"the writer's error is the error", Message{Data: "x"}, failed, []string{"data: x\n\n"}, "the connection is gone"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			n, err := test.message.WriteTo(writerFunc(func(p []byte) (int, error) {
				got = append(got, string(p))
				return len(p), test.fails
			}))
			said := ""
			if err != nil {
				said = err.Error()
			}
			if !slices.Equal(got, test.want) || n != int64(len(strings.Join(test.want, ""))) || said != test.err {
				t.Errorf("got %q, %d, %q; want %q, %q", got, n, said, test.want, test.err)
			}
		})
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A message that starts the stream must not lose its first bytes to the decoder's search for a byte order mark.
func TestMessageFirstInTheStreamKeepsItsByteOrderMarks(t *testing.T) {
	want := Message{Comments: []string{"\uFEFF"}, Event: "\uFEFFe", ID: "\uFEFF1", Data: "\uFEFF"}
	stream, err := want.AppendText(nil)
	if err != nil {
		t.Fatal(err)
	}
	checkRoundTrip(t, want, stream)
}

func TestMessageDoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 1024)
	if got := testing.AllocsPerRun(100, func() { buf, _ = largeMessage.AppendText(buf[:0]) }); got != 0 {
		t.Errorf("got %v allocations for a warm buffer; want 0", got)
	}
}

func BenchmarkMessage(b *testing.B) {
	for _, test := range []struct {
		name    string
		message Message
	}{
		{"heartbeat", Message{Comments: []string{""}, NoData: true}},
		{"tick", Message{Event: "tick", ID: "41", Data: `{"id":41,"time":"2026-01-02T03:04:05Z"}`}},
		{"everything", largeMessage},
	} {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			buf, err := test.message.AppendText(nil)
			for b.Loop() {
				buf, err = test.message.AppendText(buf[:0])
			}
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

// Each message either is refused or arrives, and leaves the stream fit for the next one.
func FuzzMessage(f *testing.F) {
	f.Add("", int64(-1), "", "", "x", uint8(hasData))
	f.Add(" hi\nthere", int64(3e9), "add", "7", "a\r\nb\rc\n", uint8(hasComment|hasRetry|hasID|hasData))
	f.Add("", int64(0), " e", "", "", uint8(hasComment|hasID))
	f.Add("\xff", int64(1), "a\x00", "\x00", "\uFEFF \u2028", uint8(hasID|hasData))
	f.Add("\r", int64(math.MaxInt64), "a\rb", "a\nb", "\n\r", uint8(hasRetry))
	f.Fuzz(func(t *testing.T, comment string, retry int64, event, id, data string, has uint8) {
		m := Message{Event: event, NoData: has&hasData == 0}
		if has&hasComment != 0 {
			m.Comments = []string{comment, ""}
		}
		if has&hasRetry != 0 {
			m.Retry, m.ZeroRetry = time.Duration(retry), retry == 0
		}
		if has&hasID != 0 {
			m.ID, m.ResetID = id, id == ""
		}
		if has&hasData != 0 {
			m.Data = data
		}
		stream, err := m.AppendText([]byte("\n"))
		if err != nil {
			if string(stream) != "\n" {
				t.Errorf("got %q beside the error %v; want the buffer as it was", stream, err)
			}
			return
		}
		checkRoundTrip(t, m, stream)
	})
}

const (
	hasComment = 1 << iota
	hasRetry
	hasID
	hasData
)

var largeMessage = Message{
	Comments: []string{" one", " two\n three"},
	Retry:    3 * time.Second,
	Event:    "add",
	ID:       "41",
	Data:     strings.Repeat("a line of some forty bytes, more or less\r\n", 10),
}

// checkRoundTrip decodes what m was written as, followed by an event that must not notice it.
func checkRoundTrip(t *testing.T, m Message, stream []byte) {
	t.Helper()
	normal := strings.NewReplacer("\r\n", "\n", "\r", "\n")
	want := decoded{LastEventID: "before"}
	if m.ID != "" || m.ResetID {
		want.LastEventID = m.ID
	}
	if !m.NoData {
		want.Events = []Event{{"message", normal.Replace(m.Data), want.LastEventID}}
		if m.Event != "" {
			want.Events[0].Type = m.Event
		}
	}
	want.Events = append(want.Events, Event{"message", "next", want.LastEventID})
	for _, comment := range m.Comments {
		want.Comments = append(want.Comments, strings.Split(normal.Replace(comment), "\n")...)
	}
	if m.Retry != 0 || m.ZeroRetry {
		want.Retry = fmt.Sprint(m.Retry.Milliseconds())
	}
	next, err := Message{Data: "next"}.AppendText(stream)
	if err != nil {
		t.Fatal(err)
	}
	got := run(NewDecoder("before", Limits{}), string(next))
	if diff := difference(got.decoded(), want); diff != "" {
		t.Errorf("%q: %s", next, diff)
	}
	for _, line := range got.Lines {
		if line.Outcome == Ignored || line.Outcome == Discarded {
			t.Errorf("%q: got %s; want every line to count", next, show(line))
		}
	}
}
