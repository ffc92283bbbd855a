package sse

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

func ExampleDecoder_Each() {
	d := NewDecoder("", Limits{Line: 1 << 20, Event: 1 << 20})
	sum := 0
	for _, chunk := range []string{"data: 1\n\nevent: add\nda", "ta: 22\n\ndata: 3\n\n"} {
		err := d.Each([]byte(chunk), func(event Raw) {
			if string(event.Type) == "add" {
				fmt.Println(event.Event()) // a copy to keep
			}
			sum += len(event.Data) // the bytes are gone when this returns
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(sum, "bytes of data")
	// Output:
	// {add 22 }
	// 4 bytes of data
}

func TestEachSeesWhatFeedSees(t *testing.T) {
	pieces := []string{
		"data: ", "data:", "data", "event: ", "id: ", "id", "retry: ", "Data: ", ":", " ", "x", "tick", "41", "1000", "\x00", "\n", "\n", "\n\n",
		"\r", "\r\n", "\uFEFF", "€", "\xE2\x82", "\xF0\x9F", "\xFF", "data: a\n\n", "id: 7\n\n", "event: tick\n", strings.Repeat("y", 70),
	}
	random := rand.New(rand.NewPCG(9, 2))
	for range 5000 {
		var stream strings.Builder
		for range random.IntN(40) {
			stream.WriteString(pieces[random.IntN(len(pieces))])
		}
		sizes, feeds := make([]byte, random.IntN(20)), make([]byte, 1+random.IntN(8))
		for i := range sizes {
			sizes[i] = byte(random.IntN(12))
		}
		for i := range feeds {
			feeds[i] = byte(random.IntN(2))
		}
		chunks := cut(stream.String(), sizes)
		checkEach(t, "before", Limits{}, chunks, feeds)
		checkEach(t, "", Limits{Line: 30, Event: 20}, chunks, feeds)
	}
}

func FuzzEach(f *testing.F) {
	f.Add([]byte("id: 1\ndata: a\n\ndata: b\r\n\r\nevent: e\rdata: \xE2\x82\r\r"), []byte{3, 1, 9}, []byte{0, 1})
	f.Add([]byte("\uFEFFid: 2\nretry: 5\n\nid\ndata\n\ndata: x\ndata: yyyyyyyyyyyyyyy\n\n"), []byte{1, 1, 1, 200}, []byte{1, 1, 0})
	f.Fuzz(func(t *testing.T, stream, sizes, feeds []byte) {
		chunks := cut(string(stream), sizes)
		checkEach(t, "before", Limits{}, chunks, feeds)
		checkEach(t, "", Limits{Line: 12, Event: 8}, chunks, feeds)
	})
}

// A large event must not stay for as long as its ID does, and what an event shares must be its own.
func TestEventsShareOnlyWhatIsTheSame(t *testing.T) {
	large := strings.Repeat("x", 5000)
	stream := "id: 1\ndata: a\n\ndata: b\n\nevent: tick\ndata: c\n\nevent: tock\ndata: d\n\nid\nevent: tock\ndata\n\nid: 2\nevent: large\ndata: " + large + "\n\nid\ndata: e\n\n"
	var got []Event
	var d Decoder
	d.Each([]byte(stream), func(event Raw) { got = append(got, event.Event(), event.Event()) })
	want := []Event{
		{"message", "a", "1"}, {"message", "b", "1"}, {"tick", "c", "1"}, {"tock", "d", "1"}, {"tock", "", ""}, {"large", large, "2"}, {"message", "e", ""},
	}
	for i, event := range want {
		if got[2*i] != event || got[2*i+1] != event {
			t.Errorf("event %d: got %v and %v; want %v twice", i, got[2*i], got[2*i+1], event)
		}
	}
}

func TestAllocationsOfAnEvent(t *testing.T) {
	for _, test := range []struct {
		name, event string
		raw, copied float64
	}{
		{"data alone", "data: {\"id\":41}\n\n", 0, 1},
		{"another ID each time", "id: %d\ndata: {\"id\":41}\n\n", 0, 1},
		{"another type and ID each time", "event: tick%[1]d\nid: %[1]d\ndata: a\ndata: b\n\n", 0, 1},
		{"the same type and ID each time", "event: tick\nid: 1\ndata: a\n\n", 0, 1},
		{"the same type and ID each time, without data", "event: tick\nid: 1\ndata\n\n", 0, 0},
		{"text that is repaired", "data: \xE2\x82\xFF\n\n", 0, 1},
		{"with comments and fields that are ignored", ": hello\nretry: 1000\nretry: x\nData: x\ndata: a\r\n\r\n", 0, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			const events = 1000
			var stream []byte
			for i := range events {
				if strings.Contains(test.event, "%") {
					stream = fmt.Appendf(stream, test.event, i)
				} else {
					stream = append(stream, test.event...)
				}
			}
			// Some are not an event's: the buffers, as long as they grow.
			const others = 20. / events
			var d Decoder
			count := func(event Raw) {}
			d.Each(stream, count)
			if got := testing.AllocsPerRun(10, func() { d.Each(stream, count) }) / events; got > test.raw {
				t.Errorf("got %v allocations an event as Raw; want %v", got, test.raw)
			}
			reader := bytes.NewReader(stream)
			if got := testing.AllocsPerRun(10, func() {
				reader.Reset(stream)
				for range d.Events(reader) {
				}
			}) / events; got > test.copied+others {
				t.Errorf("got %v allocations an event; want %v", got, test.copied)
			}
		})
	}
}

// seen is all that a client has of a stream.
type seen struct {
	Events []Event
	IDs    []string // the Decoder's at each event
	IDsEnd []string // and after each chunk
	Times  []time.Duration
	Err    string
}

// see reads chunks, each of them by Feed or by Each.
func see(d *Decoder, chunks []string, feeds func(i int) bool) (out seen) {
	keep := func(event Event) {
		out.Events, out.IDs = append(out.Events, event), append(out.IDs, d.LastEventID())
	}
	for i, chunk := range chunks {
		var err error
		p := []byte(chunk)
		if feeds(i) {
			err = d.Feed(p, func(line Line) {
				if line.Event != nil {
					keep(*line.Event)
				}
			})
		} else {
			err = d.Each(p, func(event Raw) {
				copied := event.Event()
				if raw := (Event{string(event.Type), string(event.Data), string(event.LastEventID)}); raw != copied {
					panic(fmt.Sprintf("got %+q of %+q", copied, raw))
				}
				keep(copied)
			})
		}
		clear(p) // nothing may still point to it
		retry, set := d.ReconnectionTime()
		if !set {
			retry = -1
		}
		out.IDsEnd, out.Times = append(out.IDsEnd, d.LastEventID()), append(out.Times, retry)
		if err != nil {
			out.Err = err.Error()
		}
	}
	d.End(func(Line) {})
	out.IDsEnd = append(out.IDsEnd, d.LastEventID())
	return out
}

// checkEach reads chunks by Feed, by Each, and by both in turns, on two connections, and compares.
func checkEach(t *testing.T, lastEventID string, limits Limits, chunks []string, feeds []byte) {
	t.Helper()
	always, never := func(int) bool { return true }, func(int) bool { return false }
	inTurns := func(i int) bool { return len(feeds) > 0 && feeds[i%len(feeds)]&1 == 1 || len(feeds) == 0 && i%2 == 1 }
	fed, each, mixed := NewDecoder(lastEventID, limits), NewDecoder(lastEventID, limits), NewDecoder(lastEventID, limits)
	for connection := range 2 {
		want := see(fed, chunks, always)
		if got := see(each, chunks, never); !reflect.DeepEqual(got, want) {
			t.Fatalf("connection %d, %+q: got by Each %+q; want as by Feed %+q", connection, chunks, got, want)
		}
		if got := see(mixed, chunks, inTurns); !reflect.DeepEqual(got, want) {
			t.Fatalf("connection %d, %+q: got in turns %+q; want as by Feed %+q", connection, chunks, got, want)
		}
	}
}
