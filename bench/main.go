// Command bench: a temporary main.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
)

func main() {
	part := flag.String("part", "", "start or observer")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var rows []row
	for name, measure := range map[string]func(context.Context) ([]row, error){"start": startRows, "observer": observerRows} {
		if *part == "" || *part == name {
			r, err := measure(ctx)
			rows = append(rows, r...)
			if err != nil {
				log.Print(name, ": ", err)
			}
		}
	}
	printTable(os.Stdout, rows)
}
