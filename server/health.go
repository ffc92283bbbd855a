package main

import (
	"io"
	"net/http"
	"sync/atomic"

	"eventsource-playground/cluster"
	"eventsource-playground/server/refuse"
)

// health is what a balancer, or whatever restarts processes, wants to know of this one.
type health struct {
	others   *cluster.Cluster // nil: it is alone
	stopping atomic.Bool
}

// alive is a process that responds.
func (h *health) alive() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { ok(w) })
}

// ready is one that may get requests.
func (h *health) ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch {
		case h.stopping.Load():
			refuse.Full("This server stops: send requests to another one.").Write(w)
		case h.others != nil && !h.others.Reachable():
			refuse.Full("NATS, through which this server knows the others and has the rooms, can't be reached just now: send requests to another server, or try again in 5 seconds.").Write(w)
		default:
			ok(w)
		}
	})
}

func ok(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	io.WriteString(w, "ok\n")
}
