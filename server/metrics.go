package main

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"eventsource-playground/cluster"
	"eventsource-playground/room"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/play"
	"eventsource-playground/server/refuse"
	"eventsource-playground/server/rooms"
	"eventsource-playground/server/session"
)

// measured is what metrics are read from, when somebody wants them: nothing is counted for them but what is delivered, refused and
// pending.
type measured struct {
	streams  *play.Streams
	sessions *session.Sessions
	channels *session.Channels
	hub      *room.Hub
	rooms    *rooms.Rooms
	others   *cluster.Cluster // nil: this server is alone
}

// registry has all metrics, in Prometheus' words.
func (m measured) registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	gauge := func(name, help string, value func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	counter := func(name, help string, value func() float64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, value))
	}
	number := func(f func() int) func() float64 { return func() float64 { return float64(f()) } }

	gauge("playground_streams", "Open streams of scenarios.", number(m.streams.Open))
	gauge("playground_websockets", "Open WebSockets of scenarios.", number(m.streams.OpenSockets))
	gauge("playground_sessions", "Pages whose streams are remembered.", number(m.sessions.Open))
	gauge("playground_channels", "Open channels of pages.", number(m.channels.Open))
	gauge("playground_room_readers", "Open streams of rooms.", number(m.rooms.Readers))
	gauge("playground_room_readers_behind", "Streams of rooms whose reader has not yet accepted what was sent.", number(m.rooms.Behind))
	gauge("playground_room_pass_seconds", "How long the latest event took from a room's first reader to its last, in the room where that was longest.",
		func() float64 { return m.rooms.Late().Seconds() })
	gauge("playground_room_pending_events", "Events that NATS had and this server had not, when the latest came, in the room with the most.",
		func() float64 { return float64(m.hub.Pending()) })
	counter("playground_room_events_delivered_total", "Events written to readers of rooms, each time.",
		func() float64 { events, _ := m.rooms.Delivered(); return float64(events) })
	counter("playground_room_delivered_bytes_total", "Bytes written to readers of rooms.",
		func() float64 { _, bytes := m.rooms.Delivered(); return float64(bytes) })
	r.MustRegister(refusals{}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if m.others != nil {
		r.MustRegister(nats{m.others})
	}
	return r
}

var refused = prometheus.NewDesc("playground_refusals_total", "Requests that were refused, by the response's status.", []string{"status"}, nil)

// refusals are by status.
type refusals struct{}

func (refusals) Describe(to chan<- *prometheus.Desc) { to <- refused }

func (refusals) Collect(to chan<- prometheus.Metric) {
	refuse.Counts(func(status int, n uint64) {
		to <- prometheus.MustNewConstMetric(refused, prometheus.CounterValue, float64(n), strconv.Itoa(status))
	})
}

var (
	natsUp    = prometheus.NewDesc("playground_nats_up", "1 while NATS can be reached, as far as is known.", nil, nil)
	roundTrip = prometheus.NewDesc("playground_nats_round_trip_seconds", "How long NATS took to respond, just now.", nil, nil)
)

// nats is that which the servers share.
type nats struct{ *cluster.Cluster }

func (nats) Describe(to chan<- *prometheus.Desc) { to <- natsUp; to <- roundTrip }

func (n nats) Collect(to chan<- prometheus.Metric) {
	took, err := n.RoundTrip()
	if err != nil {
		to <- prometheus.MustNewConstMetric(natsUp, prometheus.GaugeValue, 0)
		return
	}
	to <- prometheus.MustNewConstMetric(natsUp, prometheus.GaugeValue, 1)
	to <- prometheus.MustNewConstMetric(roundTrip, prometheus.GaugeValue, took.Seconds())
}

// serveMetrics serves them at /metrics of an address, until close is called.
func serveMetrics(addr string, m measured, l limits.Limits, log *slog.Logger) (close func(), err error) {
	listeners, at, err := listen("-metrics-addr", addr)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry(), promhttp.HandlerOpts{DisableCompression: true}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: l.ReadHeader, IdleTimeout: l.Idle}
	for _, l := range listeners {
		go serve(server, l, log)
	}
	log.Info("metrics", "url", "http://"+at+"/metrics")
	return func() { server.Close() }, nil
}

func serve(server *http.Server, l net.Listener, log *slog.Logger) {
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		log.Error("no metrics any more", "err", err)
	}
}
