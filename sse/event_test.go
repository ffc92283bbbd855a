package sse

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func ExampleDecoder_Events() {
	body := strings.NewReader("id: 1\ndata: first\n\nevent: add\ndata: second\n\nretry: 500\nid: 2\n\ndata: cut in ha")
	d := NewDecoder("", Limits{Line: 1 << 20, Event: 1 << 20})
	for event, err := range d.Events(body) {
		fmt.Printf("%+v %v\n", event, err)
	}
	wait, _ := d.ReconnectionTime()
	fmt.Println("after", wait, "with Last-Event-ID", d.LastEventID())
	// Output:
	// {Type:message Data:first LastEventID:1} <nil>
	// {Type:add Data:second LastEventID:1} <nil>
	// after 500ms with Last-Event-ID 2
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
			for event, err := range NewDecoder("", test.limits).Events(test.reader) {
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
	for event, err := range new(Decoder).Events(reader) {
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
	for event := range new(Decoder).Events(reader) {
		if event.Data != "now" {
			t.Errorf("got %q; want %q", event.Data, "now")
		}
		break
	}
}

// What a reconnection needs is that of all that was read, or of all until the loop broke.
func TestEventsLeavesWhatTheNextConnectionNeeds(t *testing.T) {
	for _, test := range []struct {
		name, stream string
		events       int // then the loop breaks; 0: never
		id           string
		retry        time.Duration
	}{
		{"nothing came", "", 0, "0", 0},
		{"an event with an id", "id: 1\ndata\n\n", 0, "1", 0},
		{"an id without an event", "id: 1\ndata\n\nid: 2\n\n", 0, "2", 0},
		{"an id without its blank line", "id: 1\ndata\n\nid: 2\n", 0, "1", 0},
		{"a retry after the last event", "data\n\nretry: 70\n", 0, "0", 70 * time.Millisecond},
		{"a break at the first of two", "id: 1\nretry: 5\ndata\n\nretry: 6\nid: 2\ndata\n\n", 1, "1", 5 * time.Millisecond},
		{"a break at an event in the same bytes as half of another", "data\n\nid: 2\ndat", 1, "0", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := NewDecoder("0", Limits{})
			n := 0
			for range d.Events(strings.NewReader(test.stream)) {
				if n++; n == test.events {
					break
				}
			}
			retry, set := d.ReconnectionTime()
			if d.LastEventID() != test.id || retry != test.retry || set != (retry > 0) {
				t.Errorf("got last event ID %q and reconnection time %v, %v; want %q and %v", d.LastEventID(), retry, set, test.id, test.retry)
			}
			for event, err := range d.Events(strings.NewReader("data: next\n\n")) {
				if want := (Event{"message", "next", test.id}); event != want || err != nil {
					t.Errorf("got %v, %v on the next connection; want %v", event, err, want)
				}
			}
		})
	}
}
