// Progress runs go test with its arguments, and prints a line for each package, and for each test of a second or more, as
// soon as it is over: go test itself says nothing of a package until it is done, and those before it. Of what fails it
// prints all.
//
//	go run ./e2e/progress -timeout 20m ./...
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// event is one that go tool test2json describes.
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64 // seconds
}

func main() {
	err := run(os.Stdout, os.Args[1:])
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		os.Exit(failed.ExitCode()) // go test has said why
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "progress:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, args []string) error {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := printEvents(w, events); err != nil {
		return err
	}
	return cmd.Wait()
}

// printEvents prints what go test -json says, in short.
func printEvents(w io.Writer, events io.Reader) error {
	said := map[[2]string]string{} // by package and test; without a test it is the package's own
	parents := map[[2]string]bool{}
	for in := json.NewDecoder(events); ; {
		var e event
		if err := in.Decode(&e); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		key := [2]string{e.Package, e.Test}
		switch e.Action {
		case "build-output":
			io.WriteString(w, e.Output)
		case "run":
			if i := strings.LastIndexByte(e.Test, '/'); i > 0 {
				parents[[2]string{e.Package, e.Test[:i]}] = true
			}
		case "output":
			if !strings.HasPrefix(e.Output, "=== ") { // RUN, PAUSE, CONT
				said[key] += e.Output
			}
		case "fail":
			if e.Test == "" { // a test that panicked or was too late, and then has all stacks, does not fail by itself
				for unfinished, output := range said {
					if unfinished[0] == e.Package && unfinished[1] != "" {
						io.WriteString(w, output)
						delete(said, unfinished)
					}
				}
			}
			io.WriteString(w, said[key])
			delete(said, key)
		case "pass", "skip":
			if line := summary(e, said[key], parents[key]); line != "" {
				fmt.Fprintln(w, line)
			}
			delete(said, key)
		}
	}
}

// summary is the line of what passed; "" if it has none.
func summary(e event, said string, parent bool) string {
	if e.Test == "" {
		lines := strings.Split(strings.TrimSpace(said), "\n")
		return lines[len(lines)-1]
	}
	if e.Elapsed < 1 || parent {
		return ""
	}
	return fmt.Sprintf("  %6.1f s  %s", e.Elapsed, e.Test)
}
