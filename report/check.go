// Package report is what a browser's EventSource is checked for, and what came of it. The checks themselves are in
// package checks, what came of them in browsers that were at hand in package results.
package report

import (
	"math"
	"strconv"
	"strings"

	"eventsource-playground/language"
)

// A Check is played to an EventSource, whose page then compares what it saw with what the standard requires.
type Check struct {
	Name    string        `json:"name"`
	Title   language.Text `json:"title"`
	Group   string        `json:"group"`
	Section string        `json:"section"` // of which standard
	Link    string        `json:"link"`    // to it

	URL         *string  `json:"url,omitempty"` // what the constructor is given; nil: the stream that belongs to the check
	Call        string   `json:"call,omitempty"`
	Second      bool     `json:"second,omitempty"` // the stream is on the second origin
	Credentials bool     `json:"credentials,omitempty"`
	Listen      []string `json:"listen,omitempty"`   // beyond open, message and error
	Handlers    bool     `json:"handlers,omitempty"` // listens by onopen, onmessage and onerror
	Do          []Do     `json:"do,omitempty"`
	See         []string `json:"see,omitempty"`  // properties that are read when the constructor has returned, before it is closed
	Read        string   `json:"read,omitempty"` // the property of messages that is shown in place of their data

	Want      []Want  `json:"want"`
	Expected  string  `json:"expected"`            // the same as it is shown
	MayGiveUp bool    `json:"mayGiveUp,omitempty"` // the standard lets a browser give up here: as the last thing seen, error 2 passes for error 0
	Quiet     float64 `json:"quiet"`               // how long to watch that nothing more comes, in milliseconds
	Limit     float64 `json:"limit"`               // how long to wait for what must be seen, in milliseconds
	Measure   Measure `json:"measure,omitempty"`   // a figure instead of a verdict
}

// What Check.Call can be, if the constructor is called in an unusual way.
const (
	WithoutArguments = "without arguments"
	WithoutNew       = "without new"
)

// A Do is what the page does while it listens.
type Do struct {
	What string `json:"what"` // DoClose or DoReplace
	On   string `json:"on"`   // the type of an event; "": when the constructor has returned
	N    int    `json:"n"`    // which event of the type, from 1
}

const (
	DoClose   = "close"
	DoReplace = "replace" // close, and construct another with the same arguments
)

// A Want is one thing that the standard requires to be seen, in the words of == expect.
type Want struct {
	What  string  `json:"what"`
	After float64 `json:"after,omitempty"` // at least so many milliseconds after the one before; 0: any
}

// A Measure is what is measured where the standard leaves something to the browser.
type Measure string

const (
	MeasureWait  Measure = "wait"  // from each error to what comes next
	MeasureOpen  Measure = "open"  // from the constructor to open
	MeasureCount Measure = "count" // how many of eight EventSources open
	MeasureStory Measure = "story" // what was seen
)

// Sources is how many EventSources there are for MeasureCount.
const Sources = 8

// A Seen is one thing that was seen.
type Seen struct {
	What string  `json:"what"`
	At   float64 `json:"at"` // milliseconds after the constructor was called
}

// Early and Late limit a wait. Browsers count it from the connection's end, and a page learns of that a little later. The
// standard lets them wait longer than they are told to: there has to be a limit, or no wait would ever be wrong.
const (
	Early = .7   // of Want.After
	Late  = 1500 // milliseconds after it
)

// Fits reports whether what was seen up to now is what is wanted; of a Measure, everything is.
func (c *Check) Fits(saw []Seen) bool {
	for i, s := range saw {
		if c.Measure == "" && (i >= len(c.Want) || !c.fits(saw, i, s)) {
			return false
		}
	}
	return true
}

func (c *Check) fits(saw []Seen, i int, s Seen) bool {
	want := c.Want[i]
	last := i == len(c.Want)-1
	if s.What != want.What && !(last && c.MayGiveUp && want.What == "error 0" && s.What == "error 2") {
		return false
	}
	waited := wait(saw, i)
	return want.After == 0 || waited >= Early*want.After && waited <= want.After+Late
}

// wait is how long after the one before something was seen, in milliseconds.
func wait(saw []Seen, i int) float64 {
	if i == 0 {
		return saw[0].At
	}
	return saw[i].At - saw[i-1].At
}

// Round leaves tenths of a millisecond.
func Round(ms float64) float64 { return math.Round(ms*10) / 10 }

// Passes reports whether what was seen is what is wanted, and all of it.
func (c *Check) Passes(saw []Seen) bool { return c.Fits(saw) && len(saw) == len(c.Want) }

// Wanted is what is wanted, as it is shown.
func (c *Check) Wanted() string {
	words := make([]string, len(c.Want))
	for i, want := range c.Want {
		words[i] = want.What
		if c.MayGiveUp && i == len(c.Want)-1 && want.What == "error 0" {
			words[i] = "error 0 or 2"
		}
		if want.After > 0 {
			words[i] += " after " + seconds(want.After)
		}
	}
	return strings.Join(words, ", ")
}

// Word is an event of a stream as it is shown, and compared: as in == expect, with the escapes of a Go string.
func Word(typ, data, id string) string {
	word := bare(typ) + " " + strconv.Quote(data)
	if id != "" {
		word += " id " + bare(id)
	}
	return word
}

// bare is a text without quotes, where it is clear without them.
func bare(s string) string {
	if q := strconv.Quote(s); s == "" || len(q) != len(s)+2 || strings.Contains(s, " ") {
		return q
	}
	return s
}

func seconds(ms float64) string { return strconv.FormatFloat(ms/1000, 'f', 2, 64) + " s" }
