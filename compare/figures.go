package compare

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"eventsource-playground/language"
	"eventsource-playground/trace"
	"eventsource-playground/trace/words"
)

// Figures are what was measured of a row, by name. A name says whose it is, es, go or ws, and ends with its unit: Ms for
// milliseconds, Bytes, MiB. What could not be measured is not there. A value is a float64 or a string.
type Figures map[string]any

// columns are the clients' short names in figures, by [trace.ClientKind].
var columns = [...]string{"es", "go", "ws"}

// set sets a client's figure.
func (f Figures) set(client trace.ClientKind, name string, value any) {
	if n, ok := value.(int); ok {
		value = float64(n)
	}
	f[columns[client]+"_"+name] = value
}

// holds reports whether a condition is met: a figure is there and not 0, or with ! before it, is not. Several are joined by spaces.
func (f Figures) holds(condition string) bool {
	for name := range strings.FieldsSeq(condition) {
		name, not := strings.CutPrefix(name, "!")
		value, there := f[name]
		if not == (there && value != 0.0 && value != "") {
			return false
		}
	}
	return true
}

// fill puts figures into a text, each in the place of its name. client is whose they are, where they are without it. ok is false if
// one is missing.
func (f Figures) fill(text string, client string, v language.Voice) (filled string, ok bool) {
	var b strings.Builder
	text = v.Say(text)
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		name, after, _ := strings.Cut(rest, "}")
		text = after
		value, there := f[name]
		if !there {
			value, there = f[client+"_"+name]
		}
		if !there {
			return "", false
		}
		b.WriteString(written(name, value, v))
	}
}

// written is a figure with its unit, which stay in one line.
func written(name string, value any, v language.Voice) string {
	return strings.ReplaceAll(unbound(name, value, v), " ", "\u00A0")
}

func unbound(name string, value any, v language.Voice) string {
	n, ok := value.(float64)
	switch {
	case !ok:
		return value.(string)
	case strings.HasSuffix(name, "Ms") && n < 100:
		return v.Fraction(n, 1) + " ms"
	case strings.HasSuffix(name, "Ms"):
		return words.Duration(v.Say, n)
	case strings.HasSuffix(name, "Bytes"):
		return v.Number(int(n+.5)) + " B"
	case strings.HasSuffix(name, "MiB"):
		return v.Fraction(n, 2) + " MiB"
	}
	return strconv.Itoa(int(n + .5))
}

// Names are the names of the figures, in their order.
func (f Figures) Names() []string { return slices.Sorted(maps.Keys(f)) }
