package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

const partDecoders = "decoders"

// measureDecoders measures ours beside others from Go, which are in a module of the bench's own.
func measureDecoders(ctx context.Context, _ string, done func(...row)) error {
	cmd := exec.CommandContext(ctx, "go", "run", "-C", "bench/decoders", ".")
	cmd.Env = append(os.Environ(), "GOWORK=off") // a workspace that the playground is in does not have it
	out, err := cmd.Output()
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		return fmt.Errorf("go run bench/decoders: %w\n%s", err, failed.Stderr)
	}
	if err != nil {
		return err
	}
	var measured struct {
		Bytes    float64
		Decoders []struct {
			Name              string
			Rate, Allocations []float64
		}
	}
	if err := json.Unmarshal(out, &measured); err != nil {
		return err
	}
	ours, others := measured.Decoders[0], measured.Decoders[1:]
	figure := fmt.Sprintf("100,000 events of %.0f bytes from a reader", measured.Bytes)
	var allocations []string
	for _, other := range others {
		done(compared(partDecoders, figure, other.Name, "events/s", ours.Rate, other.Rate).atLeast(2))
		allocations = append(allocations, number(median(other.Allocations))+" "+other.Name)
	}
	r := alone(partDecoders, "allocations an event, in "+ours.Name, "", ours.Allocations).atMost(1)
	r.Note = "others' are " + strings.Join(allocations, ", ")
	done(r)
	return nil
}
