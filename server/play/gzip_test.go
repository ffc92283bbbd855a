package play

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

func TestGzip(t *testing.T) {
	random := make([]byte, 100_000)
	rand.NewChaCha8([32]byte{}).Read(random)
	event := func(n int) []byte {
		return fmt.Appendf(nil, "event: price\nid: %d\ndata: {\"symbol\":\"ABC\",\"price\":%d,\"time\":\"2026-01-02T03:04:%02dZ\"}\n\n", n, n*7919%1000, n%60)
	}
	var events [][]byte
	for n := range 200 {
		events = append(events, event(n))
	}
	for _, test := range []struct {
		name   string
		pieces [][]byte
		ratio  float64 // at least
	}{
		{"events, one after the other", events, 3},
		{"one event of text", [][]byte{bytes.Repeat([]byte("data: the same again\n"), 20)}, 5},
		{"single bytes", bytes.SplitAfter([]byte("data: a\n\n"), nil), 0},
		{"what can't be compressed", [][]byte{random, random[:5000], random[:17]}, 0.9},
		{"more than is remembered", [][]byte{bytes.Repeat([]byte("x"), 50_000), []byte("y"), bytes.Repeat([]byte("x"), 100)}, 50},
		{"nothing", nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, keeps := range []bool{false, true} {
				g := gzipper{keeps: keeps}
				var wire, body []byte
				for _, piece := range test.pieces {
					body = append(body, piece...)
					before := len(wire)
					wire = g.appendTo(wire, piece)
					if !keeps {
						if got := readable(wire); !bytes.Equal(got, body) {
							t.Fatalf("got %d bytes out of %d new ones; want all %d at once", len(got), len(wire)-before, len(body))
						}
					}
					if cap(g.last) > 2*history || len(g.held) >= much {
						t.Fatalf("got %d and %d bytes kept; want at most %d and %d", cap(g.last), len(g.held), 2*history, much)
					}
				}
				wire = g.appendEnd(wire)
				r, err := gzip.NewReader(bytes.NewReader(wire))
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r)
				if err != nil || !bytes.Equal(got, body) {
					t.Errorf("got %d bytes and error %v; want %d", len(got), err, len(body))
				}
				if ratio := float64(len(body)) / float64(len(wire)); ratio < test.ratio {
					t.Errorf("got %d bytes for %d, %.1f times fewer, keeping %v; want at least %v times", len(wire), len(body), ratio, keeps, test.ratio)
				}
			}
		})
	}
}

// readable is what a client makes of the beginning of a stream.
func readable(wire []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(wire))
	if err != nil {
		return nil
	}
	got, _ := io.ReadAll(r)
	return got
}

func BenchmarkGzip(b *testing.B) {
	piece := []byte("id: 1\ndata: {\"symbol\":\"ABC\",\"price\":100}\n\n")
	var g gzipper
	var out []byte
	for b.Loop() {
		out = g.appendTo(out[:0], piece)
	}
}
