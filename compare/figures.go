package compare

import (
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

// number, count, text and is set a client's figure: there is code for each, because a conversion at each place where one is set would
// make the page 2 KB larger.
//
//go:noinline
func (f Figures) number(client trace.ClientKind, name string, n float64) {
	f[columns[client]+"_"+name] = n
}

//go:noinline
func (f Figures) count(client trace.ClientKind, name string, n int) {
	f.number(client, name, float64(n))
}

//go:noinline
func (f Figures) text(client trace.ClientKind, name, text string) { f[columns[client]+"_"+name] = text }

//go:noinline
func (f Figures) is(client trace.ClientKind, name string) { f.number(client, name, 1) }

// holds reports whether a condition is met: a figure is there and not 0, or with ! before it, is not. Several are joined by spaces. whose
// is what the names begin with, and are without here.
func (f Figures) holds(condition, whose string) bool {
	for name := range strings.FieldsSeq(condition) {
		name, not := strings.CutPrefix(name, "!")
		value, there := f[whose+name]
		if not == (there && value != 0.0 && value != "") {
			return false
		}
	}
	return true
}

// fill puts figures into a text, each in the place of its name. ok is false if one is missing.
func (f Figures) fill(text, whose string, v language.Voice) (filled string, ok bool) {
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
			value, there = f[whose+name]
		}
		if !there {
			return "", false
		}
		b.WriteString(written(name, value, v))
	}
}

// written is a figure with its unit, which stay in one line; a sentence does not.
func written(name string, value any, v language.Voice) string {
	const short = 20
	text := unbound(name, value, v)
	if len([]rune(text)) > short {
		return text
	}
	return strings.ReplaceAll(text, " ", "\u00A0")
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
