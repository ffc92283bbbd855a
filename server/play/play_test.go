package play

import (
	"fmt"
	"iter"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"eventsource-playground/scenario"
	"eventsource-playground/server/limits"
)

func TestSilenceIsFilledWithComments(t *testing.T) {
	for _, test := range []struct {
		name, waits string
		want        string // a dot for a heartbeat, an e for an event, each with the second it came at
	}{
		{"a long wait", "40s", ".15 .30 e40"},
		{"short waits", "10s 10s", "e10 e20"},
		{"counted from the event before", "10s 20s", "e10 .25 e30"},
		{"an event just then", "15s 1s", "e15 e16"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				script := "== 200\n"
				for wait := range strings.FieldsSeq(test.waits) {
					script += "@wait " + wait + "\ndata\n\n@flush\n"
				}
				start := time.Now()
				var got []string
				for chunk := range playOverAPipe(t, script, 15*time.Second) {
					kind := "e"
					if strings.Contains(chunk, "\r\n:\n\r\n") || chunk == "2\r\n:\n\r\n" {
						kind = "."
					}
					if strings.HasPrefix(chunk, "HTTP/") || chunk == "0\r\n\r\n" {
						continue
					}
					got = append(got, fmt.Sprintf("%s%.0f", kind, time.Since(start).Seconds()))
				}
				if got := strings.Join(got, " "); got != test.want {
					t.Errorf("got %s; want %s", got, test.want)
				}
			})
		})
	}
}

func TestAStreamThatIsLateDoesNotHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var got []int
		for range playOverAPipe(t, "== 200\n@repeat 6 every 1s\ndata\n\n@again\n@hold", 0) {
			if got = append(got, int(time.Since(start)/time.Second)); len(got) == 2 {
				<-time.After(5 * time.Second) // what is written meanwhile takes long
			}
			if len(got) == 6 {
				break
			}
		}
		if want := []int{0, 1, 6, 6, 7, 8}; !slices.Equal(got, want) {
			t.Errorf("got a write after %v seconds; want %v", got, want)
		}
	})
}

// playOverAPipe plays a script, and yields what is written.
func playOverAPipe(t *testing.T, script string, beat time.Duration) iter.Seq[string] {
	t.Helper()
	s, err := scenario.Parse(script, scenario.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(string) bool) {
		reader, writer := net.Pipe()
		defer reader.Close()
		l := limits.Default
		now := time.Now()
		p := &Play{
			conn: &connection{conn: writer, limits: &l}, player: s.Sections[0].Play(scenario.Request{Now: time.Now}),
			client: &client{http11: true}, due: now, expires: now.Add(time.Hour), beat: beat, watcher: nobody{},
		}
		go func() { p.close(p.perform()) }()
		b := make([]byte, 4<<10)
		for {
			n, err := reader.Read(b)
			if err != nil || !yield(string(b[:n])) {
				return
			}
		}
	}
}

func BenchmarkAnEvent(b *testing.B) {
	l := limits.Default
	p := &Play{conn: &connection{conn: discard{}, limits: &l, sent: little + 1, output: output{framing: chunked}}, expires: time.Now().Add(time.Hour), watcher: nobody{}}
	event := []byte("event: customEvent\nid: 7\ndata: {\"id\":7,\"time\":\"2026-11-22T05:42:11.207Z\",\"params\":\"content=xxx\"}\n\n")
	b.ReportAllocs()
	for b.Loop() {
		p.send(event, false)
		p.flush()
	}
}

// discard is a reader who is never slow.
type discard struct{ net.Conn }

func (discard) Write(b []byte) (int, error)      { return len(b), nil }
func (discard) SetWriteDeadline(time.Time) error { return nil }
