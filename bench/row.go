package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// row is one figure of the table: ours against a reference, both measured in one run, or ours alone against a bound.
type row struct {
	Part      string  `json:"part"`      // bytes and start, observer, server, decoders
	Figure    string  `json:"figure"`    // what is measured
	Reference string  `json:"reference"` // what it is compared with; "" if ours is bounded by itself
	Unit      string  `json:"unit"`      // of Ours and Theirs
	Ours      float64 `json:"ours"`      // the median of the rounds, as is Theirs
	Theirs    float64 `json:"theirs"`
	Value     float64 `json:"value"`  // the median of the rounds' ratios; without a reference Ours
	Spread    float64 `json:"spread"` // the median distance from Value, as a part of it: the noise of this run
	Bound     float64 `json:"bound"`  // of Value; a ratio with 0 is only said
	AtLeast   bool    `json:"atLeast"`
	Note      string  `json:"note,omitempty"`
}

// compared is a row of ours against a reference, from rounds measured in turns.
func compared(part, figure, reference, unit string, ours, theirs []float64) row {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i] / theirs[i]
	}
	r := row{Part: part, Figure: figure, Reference: reference, Unit: unit, Ours: median(ours), Theirs: median(theirs), Value: median(ratios)}
	r.Spread = spread(ratios, r.Value)
	return r
}

// alone is a row of ours that is bounded by itself.
func alone(part, figure, unit string, ours []float64) row {
	value := median(ours)
	return row{Part: part, Figure: figure, Unit: unit, Ours: value, Value: value, Spread: spread(ours, value)}
}

func (r row) atMost(bound float64) row  { r.Bound = bound; return r }
func (r row) atLeast(bound float64) row { r.Bound, r.AtLeast = bound, true; return r }

// broken reports whether the bound is broken by more than the noise.
func (r row) broken() bool {
	switch {
	case math.IsNaN(r.Value):
		return true
	case r.isSaid():
		return false
	case r.AtLeast:
		return r.Value*(1+r.Spread) < r.Bound
	}
	return r.Value*(1-r.Spread) > r.Bound
}

// isSaid reports whether there is no limit.
func (r row) isSaid() bool { return r.Reference != "" && r.Bound == 0 }

// limit is the bound, in words.
func (r row) limit() string {
	switch {
	case r.isSaid():
		return "none"
	case r.AtLeast:
		return "at least " + number(r.Bound)
	}
	return "at most " + number(r.Bound)
}

func (r row) verdict() string {
	switch {
	case r.broken():
		return "BROKEN"
	case r.isSaid():
		return "is said"
	}
	return "holds"
}

// String is the row as one line.
func (r row) String() string {
	value := number(r.Value) + " " + r.Unit
	if r.Reference != "" {
		value = number(r.Value) + " times " + r.Reference
	}
	return fmt.Sprintf("%s: %s, %s: %s", r.Figure, strings.TrimSpace(value), r.limit(), r.verdict())
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// spread is the median distance of the values from their middle, as a part of it.
func spread(values []float64, middle float64) float64 {
	if middle == 0 {
		return 0
	}
	distances := make([]float64, len(values))
	for i, v := range values {
		distances[i] = math.Abs(v-middle) / math.Abs(middle)
	}
	return median(distances)
}

// printTable writes the rows for people, as Markdown.
func printTable(w io.Writer, rows []row) {
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', tabwriter.Debug)
	part := ""
	for _, r := range rows {
		if r.Part != part {
			part = r.Part
			fmt.Fprintf(t, "\n%s\tours\treference\tvalue\t±\tlimit\t\t\n", strings.ToUpper(part[:1])+part[1:])
		}
		theirs := ""
		if r.Reference != "" {
			theirs = number(r.Theirs) + " " + r.Unit + ", " + r.Reference
		}
		fmt.Fprintf(t, "%s\t%s %s\t%s\t%s\t%.0f %%\t%s\t%s\t\n", r.Figure, number(r.Ours), r.Unit, theirs, number(r.Value), r.Spread*100, r.limit(), r.verdict())
	}
	t.Flush()
	for _, r := range rows {
		if r.Note != "" {
			fmt.Fprintf(w, "\n%s: %s\n", r.Figure, r.Note)
		}
	}
}

// number has as many digits as tell something.
func number(f float64) string {
	switch a := math.Abs(f); {
	case a >= 100:
		return strconv.FormatFloat(f, 'f', 0, 64)
	case a >= 10:
		return strconv.FormatFloat(f, 'f', 1, 64)
	default:
		return strconv.FormatFloat(f, 'f', 2, 64)
	}
}
