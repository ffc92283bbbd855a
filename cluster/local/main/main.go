// Main is what make cluster runs: three NATS nodes, three servers, and a proxy that sends each request to the next server.
//
//	go run ./cluster/local/main -addr localhost:3000 -server bin/server
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"eventsource-playground/cluster/local"
)

func main() {
	local.Node()
	addr := flag.String("addr", "localhost:3000", "the `host:port` of the proxy")
	server := flag.String("server", "bin/server", "the server's `program`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *server, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run runs it until ctx is done. args are for each server.
func run(ctx context.Context, addr, server string, args []string) error {
	// To the servers all have the proxy's address.
	args = append([]string{"-max-streams-per-address", "4096"}, args...)
	c, err := local.Start(ctx, local.Options{Server: server, Addr: addr, Args: args, Log: os.Stderr})
	if err != nil {
		return err
	}
	defer c.Close()
	fmt.Printf("EventSource Playground: %s\n", c.URL())
	for _, s := range c.Servers {
		fmt.Printf("   server %s: %s, process %d\n", s.Name, s.URL(), s.PID())
	}
	for _, n := range c.Nodes {
		fmt.Printf("   %s: %s, process %d\n", n.Name, n.URL(), n.PID())
	}
	fmt.Println("Each request goes to the next server. Kill some, and see. Ctrl-C stops all.")
	<-ctx.Done()
	return nil
}
