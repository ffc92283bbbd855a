package main

import (
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"eventsource-playground/cluster/natstest"
	"eventsource-playground/e2e/process"
	"eventsource-playground/server/limits"
)

// scrape returns a server's metrics, by name and labels.
func (p *program) scrape(t *testing.T) map[string]float64 {
	t.Helper()
	at := regexp.MustCompile(`msg=metrics .*url=(\S+)`).FindStringSubmatch(p.stderr.String())
	if at == nil {
		t.Fatalf("got log %q; want the address of metrics", p.stderr)
	}
	reply, err := http.Get(at[1])
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	if got := reply.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/plain; version=0.0.4") {
		t.Errorf("got Content-Type %q; want Prometheus' text format", got)
	}
	values := map[string]float64{}
	for line := range strings.Lines(text(t, reply)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			if values[name], err = strconv.ParseFloat(value, 64); err != nil {
				t.Errorf("got %q; want a number", line)
			}
		}
	}
	return values
}

func TestMetricsAreWhatHappens(t *testing.T) {
	nats := natstest.Start(t, t.TempDir(), -1)
	p := start(t, "-metrics-addr", "127.0.0.1:0", "-nats", nats.ClientURL())
	r := makeRoom(t, p)
	before := p.scrape(t)

	stream := p.get(t, "/sse?interval=10m")
	p.channel(t, testSecret)
	one, other := r.read(t, p), r.read(t, p.over(t, "HTTP/2.0"))
	for n := range 5 {
		r.must(t, p, strconv.Itoa(n))
	}
	for _, reader := range []io.Reader{one, other} {
		dataOf(t, reader, 5)
	}
	p.get(t, "/sse?count=-1")

	want := map[string]float64{
		"playground_streams": 1, "playground_channels": 1, "playground_sessions": 1, "playground_websockets": 0,
		"playground_room_readers": 2, "playground_room_readers_behind": 0, "playground_room_pending_events": 0,
		"playground_room_events_delivered_total": 10, `playground_refusals_total{status="400"}`: 1,
	}
	for until := time.Now().Add(10 * time.Second); ; {
		after, wrong := p.scrape(t), ""
		for name, n := range want {
			if got := after[name] - before[name]; got != n {
				wrong += name + " is " + strconv.FormatFloat(got, 'g', -1, 64) + " more; "
			}
		}
		if wrong == "" {
			if got := after["playground_room_delivered_bytes_total"]; got < 10*float64(len("id: \ndata: 0\n\n")) {
				t.Errorf("got %v bytes delivered; want all of the events", got)
			}
			if up, trip := after["playground_nats_up"], after["playground_nats_round_trip_seconds"]; up != 1 || trip <= 0 || trip > 1 {
				t.Errorf("got up %v, round trip %v s; want a time", up, trip)
			}
			if after["go_goroutines"] == 0 || after["process_open_fds"] == 0 {
				t.Error("got nothing of the process; want its goroutines and files")
			}
			break
		}
		if time.Now().After(until) {
			t.Fatalf("got %swant %v", wrong, want)
		}
	}

	stream.Body.Close()
	nats.Shutdown()
	nats.WaitForShutdown()
	for until := time.Now().Add(10 * time.Second); ; {
		after := p.scrape(t)
		_, trip := after["playground_nats_round_trip_seconds"]
		if up, ok := after["playground_nats_up"]; ok && up == 0 && !trip && after["playground_streams"] == before["playground_streams"] {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("got %v; want NATS gone, and the stream", after)
		}
	}
}

func TestWithoutTheFlagThereAreNoMetrics(t *testing.T) {
	p := start(t)
	if got := p.get(t, "/metrics").StatusCode; got != http.StatusNotFound {
		t.Errorf("got %d at the page's address; want 404", got)
	}
	if got := p.stderr.String(); strings.Contains(got, "msg=metrics") {
		t.Errorf("got log %q; want nobody to listen", got)
	}
}

func TestMetricsThatCantBe(t *testing.T) {
	p := start(t)
	m := Main{Files: page, Limits: limits.Default, Stdout: io.Discard, Stderr: &process.Buffer{}}
	taken := strings.Trim(p.url, "htp:/")
	if got := m.Run(t.Context(), []string{"-addr", "127.0.0.1:0", "-metrics-addr", taken}); got != 1 || !strings.Contains(m.Stderr.(*process.Buffer).String(), "address already in use") {
		t.Errorf("got %d, %s; want status 1 and the reason", got, m.Stderr)
	}
}
