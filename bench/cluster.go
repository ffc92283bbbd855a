//go:build linux

package main

import (
	"context"
	"fmt"

	"eventsource-playground/cluster/local"
)

const (
	partCluster = "cluster"
	embedded    = "an embedded one"
	fewReaders  = 100 // of a room whose events go from one server to another
)

// measureCluster compares a server on a cluster of three NATS nodes with one that has its own engine, and says how long an event takes from
// one server to another.
func measureCluster(ctx context.Context, dir string, done func(...row)) error {
	n := *roomReaders
	binary, err := build(dir, "server", "./server")
	if err != nil {
		return err
	}
	nodes, err := local.Start(ctx, local.Options{Server: binary, Servers: 1})
	if err != nil {
		return err
	}
	defer nodes.Close()
	clustered := serverSide("clustered", binary, "-nats", nodes.NATS(), "-name", "bench")
	ours, theirs, err := inTurns([2]roomSide{clustered, serverSide("embedded", binary)}, 5, func(s roomSide) (map[string][]float64, error) { return crowded(s, n) })
	if err != nil {
		return err
	}
	readers := fmt.Sprintf("%d readers", n)
	done(
		compared(partCluster, "CPU a delivery at a server of a cluster, two events a second, "+readers, embedded, "µs", ours["cpu"], theirs["cpu"]).atMost(1.1),
		compared(partCluster, "resident memory a reader, "+readers, embedded, "KB", ours["memory"], theirs["memory"]).atMost(1.1),
		compared(partCluster, "all "+readers+" cut and back", embedded, "ms", ours["back"], theirs["back"]),
	)
	other, err := clustered.start()
	if err != nil {
		return err
	}
	defer other.stop()
	across := clustered
	across.name, across.elsewhere = "across", other
	ours, theirs, err = inTurns([2]roomSide{across, clustered}, 5, func(s roomSide) (map[string][]float64, error) { return crowded(s, fewReaders) })
	if err != nil {
		return err
	}
	done(compared(partCluster, fmt.Sprintf("from publishing at a server to delivery by another, p99, %d readers", fewReaders), "at the same one", "ms", ours["p99"], theirs["p99"]))
	return nil
}
