package scenario

import (
	"bytes"
	"strings"
	"testing"

	"eventsource-playground/scenario/picture"
)

// event is that of @bytes n base64.
func event(from, n int) string { return "data: " + pictured64(from, n) + "\n\n" }

func TestGeneratedBytes(t *testing.T) {
	binary := func(from, n int) string { return "[" + string(picture.Append(nil, from, n)) + "]" }
	for _, test := range []struct {
		name, text, lastEventID string
		want                    string // binary writes in brackets
	}{
		{"an event", "== 200\n@bytes 10 base64", "", event(0, 10)},
		{"one with more fields", "== 200\nid: 1\n@bytes 10 base64\n", "", "id: 1\n" + event(0, 10)},
		{"a binary message", "== 200\n@bytes 10 binary", "", binary(0, 10)},
		{"the next bytes each time", "== 200\n@bytes 10 base64\n@bytes 5 binary\n@bytes 10 base64", "", event(0, 10) + binary(10, 5) + event(15, 10)},
		{"as large as it may be", "== 200\n@bytes 131072 base64\n@bytes 131072 binary", "", event(0, 131072) + binary(131072, 131072)},
		{"in a repeat", "== 200\n@bytes 3 base64\n@repeat 2\n@bytes 10 base64\n@bytes 1 binary\n@again\n@bytes 4 base64", "", event(0, 3) + event(3, 10) + binary(13, 1) + event(14, 10) + binary(24, 1) + event(25, 4)},
		{"after Last-Event-ID", "== 200\n@bytes 3 base64\n@repeat 4 to 6 resume\n@bytes 10 base64\n@again\n@bytes 4 base64", "4", event(0, 3) + event(13, 10) + event(23, 10) + event(33, 4)},
		{"after the last of them", "== 200\n@repeat 3 resume\n@bytes 10 base64\n@again\n@bytes 4 base64", "3", event(30, 4)},
		{"line by line", "== 200\n@pace line every 1s\n@bytes 5000 base64", "", event(0, 5000)},
		{"through a proxy that holds", "== 200\n@proxy holds 100 bytes\n@bytes 5000 base64", "", event(0, 5000)},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got strings.Builder
			for p := parse(t, test.text).Sections[0].Play(Request{LastEventID: test.lastEventID}); ; {
				step, ok := p.Next()
				if !ok {
					break
				}
				if step.Binary {
					got.WriteString("[" + string(step.Bytes) + "]")
				} else {
					got.Write(step.Bytes)
				}
			}
			if got.String() != test.want {
				t.Errorf("got %.80q, %d bytes; want %.80q, %d", got.String(), got.Len(), test.want, len(test.want))
			}
		})
	}
}

// A preview has the beginning of each, so that it shows as many events as of any other stream.
func TestAPreviewOfGeneratedBytesIsShort(t *testing.T) {
	s := parse(t, "== 200\n@repeat 3\n@bytes 65536 base64\n@bytes 65536 binary\n@again\n@bytes 3 base64\n@hold").Sections[0]
	got := new(Work).Preview(s, Request{}, 1000)
	var want []byte
	for i := range 3 {
		want = append(want, "data: "+pictured64(i*131072, 24)+"…\n\n"...)
		want = picture.Append(want, i*131072+65536, 24)
	}
	want = append(want, event(3*131072, 3)...)
	if !bytes.Equal(got.Bytes, want) || got.More {
		t.Errorf("got %q, more %v; want %q", got.Bytes, got.More, want)
	}
}
