package sse

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func ExampleEvents() {
	body := strings.NewReader("id: 1\ndata: first\n\nevent: add\ndata: second\n\ndata: cut in ha")
	for event, err := range Events(body, Limits{Line: 1 << 20, Event: 1 << 20}) {
		fmt.Printf("%+v %v\n", event, err)
	}
	// Output:
	// {Type:message Data:first LastEventID:1} <nil>
	// {Type:add Data:second LastEventID:1} <nil>
}

func TestEvents(t *testing.T) {
	stream := "data: 1\n\ndata: 2\n\n"
	broken := errors.New("the cable is broken")
	one, two := Event{"message", "1", ""}, Event{"message", "2", ""}
	for _, test := range []struct {
		name   string
		reader io.Reader
		limits Limits
		want   []Event
		err    string
	}{
		{"the end of the stream is no error", strings.NewReader(stream), Limits{}, []Event{one, two}, ""},
		{"read byte by byte", iotest.OneByteReader(strings.NewReader(stream)), Limits{}, []Event{one, two}, ""},
		{"the last bytes come with the end", iotest.DataErrReader(strings.NewReader(stream)), Limits{}, []Event{one, two}, ""},
		{"a failed read comes last", io.MultiReader(strings.NewReader(stream), iotest.ErrReader(broken)), Limits{}, []Event{one, two}, "the cable is broken"},
		{"a stream over its limit", strings.NewReader(stream + "data: 345\n"), Limits{Line: 8}, []Event{one, two}, "sse: the line is over the limit of 8 bytes"},
		{"longer than any buffer", strings.NewReader("data: " + strings.Repeat("x", 1e5) + "\n\n"), Limits{}, []Event{{"message", strings.Repeat("x", 1e5), ""}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []Event
			var last string
			for event, err := range Events(test.reader, test.limits) {
				if err != nil {
					last = err.Error()
					continue
				}
				got = append(got, event)
			}
			if !reflect.DeepEqual(got, test.want) || last != test.err {
				t.Errorf("got %v, %q; want %v, %q", got, last, test.want, test.err)
			}
		})
	}
}

func TestEventsStopsWhenTheLoopDoes(t *testing.T) {
	reader := io.MultiReader(strings.NewReader("data: 1\n\ndata: 2\n\n"), iotest.ErrReader(errors.New("read too far")))
	for event, err := range Events(reader, Limits{}) {
		if event.Data != "1" || err != nil {
			t.Errorf("got %v, %v; want the first event only", event, err)
		}
		break
	}
}

func TestEventsDoesNotWaitForMoreThanTheBlankLine(t *testing.T) {
	reader, writer := io.Pipe()
	defer reader.Close()
	go writer.Write([]byte("data: now\r\r")) // and never closes
	for event := range Events(reader, Limits{}) {
		if event.Data != "now" {
			t.Errorf("got %q; want %q", event.Data, "now")
		}
		break
	}
}
