package scenario

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"eventsource-playground/sse"
)

// Whatever the text, nothing panics, every mistake has a place in it, and what was understood plays to its end within
// the limits.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("library/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatalf("got %d files and error %v; want seeds", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "1")
	}
	f.Add("== 200\n@proxy holds 3 bytes\n@proxy cuts after 1s\n@pace byte every 1ms\n@repeat 3 every 1ms resume\n{n} {random 1-2}\n@raw \"\\r\" 5 times\n@again\n@cut", "")
	f.Add("== refuse for 1s\n== 200 after 1s when redirected and Last-Event-ID is 3 or more\n== expect\n@repeat 2\nfirefox: \"\\u202E\" '{n}' 3 times id '{time}' after 1s\n@again\n...", "x")

	f.Add("method: POST\nheader: X-A: b\nbody: c\n== 200 when method is POST and header X-A is b and authorized is c\n@pace line every 1ms\ndata: {body} {header X-A} {method}\n== expect\nmessage '{body}'", "a\r\n\x00b")
	f.Add("== 200\n@bytes 1 binary\n@repeat 1 to 9 resume\n@bytes 100 base64\n@bytes 7 binary\n@again\n@pace byte every 1ms\n@bytes 9 base64\n== expect\nmessage '{bytes 9}'", "3")
	f.Add("== expect\n\"\\", "0")
	f.Add("== 200\n== expect\n # \"\"\n \"@\" \"\"\n \"firefox:\" \"\"", "0")

	limits := DefaultLimits
	limits.Repeat, limits.Bytes, limits.Generated = 100, 10_000, 10_000
	f.Fuzz(func(t *testing.T, text, lastEventID string) {
		s, err := Parse(text, limits)
		if err != nil {
			lines := 1
			for _, c := range text {
				if c == '\n' {
					lines++
				}
			}
			for _, mistake := range err.(Errors) {
				if mistake.Line < 1 || mistake.Line > lines || mistake.Column < 1 || mistake.Column > len(text)+1 || mistake.What == "" {
					t.Errorf("got %+v; want a place in the text", mistake)
				}
			}
			return
		}
		for _, section := range s.Sections {
			play(t, section, Request{LastEventID: lastEventID, Method: "POST", Body: []byte(lastEventID), Attempt: 1}, limits)
		}
		if s.Expect != nil {
			seen, _ := s.Expect.In(Chromium)
			for _, want := range seen {
				roundTrip(t, want)
			}
		}
	})
}

func play(t *testing.T, section *Section, r Request, limits Limits) {
	t.Helper()
	sent, passed, begun := 0, time.Duration(0), false
	var last Action
	for p := section.Play(r); ; {
		step, ok := p.Next()
		if !ok {
			break
		}
		last = step.Do
		switch step.Do {
		case Respond:
			if begun {
				t.Error("got two heads")
			}
			begun = true
		case Write:
			if !begun || len(step.Bytes) == 0 {
				t.Errorf("got a write of %d bytes, after the head %v", len(step.Bytes), begun)
			}
			sent += len(step.Bytes)
		case Wait:
			if step.For <= 0 {
				t.Errorf("got a wait of %v", step.For)
			}
			passed += step.For
		}
	}
	if !last.last() || last > Hold {
		t.Errorf("got %v as the last step", last)
	}
	// What a proxy or a cut waits is not the section's own.
	if sent > limits.Bytes+limits.Generated || passed > limits.Time+section.proxy.cuts+settle {
		t.Errorf("got %d bytes in %v; want at most %d in %v", sent, passed, limits.Bytes+limits.Generated, limits.Time)
	}
}

// roundTrip writes what is expected, and reads it again.
func roundTrip(t *testing.T, want Seen) {
	t.Helper()
	text := "== 200\n== expect\n" + want.String()
	if want.Kind == Dispatched && len(want.data) > 0 {
		want.Event.Data = want.data.round(want.n)
	}
	s, err := Parse(text, Limits{})
	if err != nil {
		t.Fatalf("got %v; want no error in %q", err, text)
	}
	seen, _ := s.Expect.In("")
	if len(seen) != 1 || seen[0].Event != want.Event || seen[0].LastEventID != want.LastEventID || seen[0].Kind != want.Kind || seen[0].After != want.After {
		t.Errorf("got %+v; want %+v from %q", seen, want, text)
	}
}

// Whatever is sent can be written down.
func FuzzWire(f *testing.F) {
	f.Add([]byte("id: 1\r\ndata: {n}\n\n@end\n== 200\n#\n\uFEFF\u202E\x00\xFF"))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, wire []byte) { sends(t, "== 200\n"+Wire(wire), string(wire)) })
}

// Whatever the writes, the decoder sees the same stream.
func FuzzPieces(f *testing.F) {
	f.Add("data: a\n\nid: 1\ndata: ä€\n\n")
	f.Fuzz(func(t *testing.T, wire string) {
		text := "== 200\n" + Wire([]byte(wire))
		want := dispatched(t, text)
		for _, how := range []string{"@pace byte every 1ms\n", "@pace line every 1s\n", "@proxy holds 7 bytes\n"} {
			got := dispatched(t, "== 200\n"+how+text[len("== 200\n"):])
			if len(got) != len(want) {
				t.Fatalf("got %q with %s; want %q", got, how, want)
			}
			for i := range got {
				if got[i] != want[i] {
					t.Errorf("got %q with %s; want %q", got[i], how, want[i])
				}
			}
		}
	})
}

func dispatched(t *testing.T, text string) (events []sse.Event) {
	t.Helper()
	s, err := Parse(text, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var d sse.Decoder
	for p := s.Sections[0].Play(Request{}); ; {
		step, ok := p.Next()
		if !ok {
			return events
		}
		d.Feed(step.Bytes, func(l sse.Line) {
			if l.Event != nil {
				events = append(events, *l.Event)
			}
		})
	}
}
