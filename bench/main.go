// Bench measures what this project promises to be fast at, each figure against a named reference in the same run. It
// prints each figure when it is measured, all of them as one table at the end, and fails if a limit is exceeded by more
// than the noise. See make bench.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"

	"eventsource-playground/cluster/local"
)

// A part measures rows, and hands each to done as soon as it has it. It builds what it needs into dir, which is removed
// afterwards.
type part struct {
	name    string
	measure func(ctx context.Context, dir string, done func(...row)) error
}

var parts = []part{
	{"start", measureStart},
	{"observer", measureObserver},
	{"server", measureServer},
	{"http2", measureHTTP2},
	{"websocket", measureWebSockets},
	{"room", measureRoom},
	{"cluster", measureCluster},
	{"decoders", measureDecoders},
}

func main() {
	local.Node()
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	all := strings.Join(names, ",")
	which := flag.String("part", all, "measure these `parts` only")
	file := flag.String("json", "", "write the rows to this `file` too")
	flag.Parse()

	var chosen []part
	for name := range strings.SplitSeq(*which, ",") {
		i := slices.Index(names, name)
		if i < 0 {
			fail(fmt.Errorf("there is no part %q: give some of %s", name, all))
		}
		chosen = append(chosen, parts[i])
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	rows, err := measure(ctx, chosen, os.Stderr)
	printTable(os.Stdout, rows)
	if err != nil {
		fail(err)
	}
	if *file != "" {
		if err := writeJSON(*file, rows); err != nil {
			fail(err)
		}
	}
	var broken []string
	for _, r := range rows {
		if r.broken() {
			broken = append(broken, r.Part+": "+r.Figure)
		}
	}
	if len(broken) > 0 {
		fail(fmt.Errorf("broken:\n  %s", strings.Join(broken, "\n  ")))
	}
}

// measure returns what could be measured, even if not all could. It writes each row to progress.
func measure(ctx context.Context, parts []part, progress io.Writer) ([]row, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var rows []row
	began := time.Now()
	say := func(text string) { fmt.Fprintf(progress, "%4.0f s  %s\n", time.Since(began).Seconds(), text) }
	for _, p := range parts {
		say(p.name)
		err := p.measure(ctx, dir, func(measured ...row) {
			rows = append(rows, measured...)
			for _, r := range measured {
				say("  " + r.String())
			}
		})
		if err != nil {
			return rows, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return rows, nil
}

func writeJSON(file string, rows []row) error {
	b, err := json.MarshalIndent(struct {
		Go   string `json:"go"`
		On   string `json:"on"`
		CPUs int    `json:"cpus"`
		Rows []row  `json:"rows"`
	}{runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, runtime.NumCPU(), rows}, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}
