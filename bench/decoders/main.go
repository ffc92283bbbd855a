// Decoders measures how many events a second Go's decoders of text/event-stream read from memory, and with how many
// allocations. It is a module of its own, so that the playground depends on none of them, and prints what it measured as JSON:
// see bench/decoders.go.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"time"

	launchdarkly "github.com/launchdarkly/eventsource"
	r3labs "github.com/r3labs/sse/v2"
	gosse "github.com/tmaxmax/go-sse"

	"eventsource-playground/sse"
)

const (
	events = 100_000 // of a stream
	passes = 5       // over it in a round
	rounds = 9
)

// decoder reads a stream to its end. It returns how many events there were, and the bytes of what it made of them.
type decoder struct {
	Name        string    `json:"name"`
	Rate        []float64 `json:"rate"`        // events/s, a round each
	Allocations []float64 `json:"allocations"` // an event

	read  func(io.Reader) (n, size int, err error)
	sized bool // it parses fields, so that the size must be right
}

func main() {
	runtime.GOMAXPROCS(1) // or what collects a decoder's garbage would work beside it, on a core that a server needs for others
	stream, size := firehose()
	decoders := []*decoder{
		{Name: "sse.Events", read: ours, sized: true},
		{Name: "go-sse's Read", read: readGoSSE, sized: true},
		{Name: "r3labs/sse", read: readR3labs},
		{Name: "launchdarkly/eventsource", read: readLaunchdarkly, sized: true},
	}
	for round := range rounds + 1 {
		for i := range decoders {
			d := decoders[(i+round)%len(decoders)] // none is always the one after another's garbage
			rate, allocations, err := d.measure(stream, size)
			if err != nil {
				fmt.Fprintf(os.Stderr, "decoders: %s: %v\n", d.Name, err)
				os.Exit(1)
			}
			if round > 0 { // the first warms up
				d.Rate, d.Allocations = append(d.Rate, rate), append(d.Allocations, allocations)
			}
		}
	}
	json.NewEncoder(os.Stdout).Encode(struct {
		Bytes    float64    `json:"bytes"` // an event, on average
		Decoders []*decoder `json:"decoders"`
	}{float64(len(stream)) / events, decoders})
}

// firehose is a stream of events with an ID and data, as the page is measured with, and the size of both in all of it.
func firehose() (stream []byte, size int) {
	for n := range events {
		id := fmt.Sprint(n)
		data := `{"id":` + id + `,"time":"2026-01-02T03:04:05.678Z","params":"interval=1ms"}`
		stream = fmt.Appendf(stream, "id: %s\ndata: %s\n\n", id, data)
		size += len(data) + len(id)
	}
	return stream, size
}

func (d *decoder) measure(stream []byte, size int) (rate, allocations float64, err error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	for range passes {
		n, got, err := d.read(bytes.NewReader(stream))
		if err != nil {
			return 0, 0, err
		}
		if n != events || d.sized && got != size {
			return 0, 0, fmt.Errorf("got %d events of %d bytes; want %d of %d", n, got, events, size)
		}
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	allocations = float64(after.Mallocs-before.Mallocs) / (events * passes)
	return events * passes / took.Seconds(), math.Round(allocations*100) / 100, nil // without what a stream costs once
}

func ours(r io.Reader) (n, size int, err error) {
	for e, err := range new(sse.Decoder).Events(r) {
		if err != nil {
			return n, size, err
		}
		n, size = n+1, size+len(e.Data)+len(e.LastEventID)
	}
	return n, size, nil
}

func readGoSSE(r io.Reader) (n, size int, err error) {
	for e, err := range gosse.Read(r, nil) {
		if err != nil {
			return n, size, err
		}
		n, size = n+1, size+len(e.Data)+len(e.LastEventID)
	}
	return n, size, nil
}

// readR3labs stops where the package's exported part does: at an event's bytes, which its Client then cuts into fields.
func readR3labs(r io.Reader) (n, size int, err error) {
	reader := r3labs.NewEventStreamReader(r, 1<<20)
	for {
		e, err := reader.ReadEvent()
		if err == io.EOF {
			return n, size, nil
		}
		if err != nil {
			return n, size, err
		}
		n, size = n+1, size+len(e)
	}
}

func readLaunchdarkly(r io.Reader) (n, size int, err error) {
	d := launchdarkly.NewDecoder(r)
	for {
		e, err := d.Decode()
		if err == io.EOF {
			return n, size, nil
		}
		if err != nil {
			return n, size, err
		}
		n, size = n+1, size+len(e.Data())+len(e.Id())
	}
}
