// Package checks is what the browser report checks, a text file each. Adding a check is adding a file.
//
// A file is a scenario in the notation of scenario/NOTATION.md whose == expect is what the standard requires the page to see,
// with these headings before it, of which the first three must be there:
//
//	zh: the title in Chinese, and so in each language of package language
//	section: HTML 9.2.6
//	construct: "http://["           this URL in place of the check's own stream; or without arguments, or without new
//	handlers: onopen, onmessage, onerror   in place of addEventListener
//	do: close on message 2          or replace, which constructs another EventSource; or at once
//	see: url, readyState            properties that are read when the constructor has returned, and closed: url "/x"
//	read: origin                    a property of the messages in place of their data; origins are page or second
//	may: give up                    the standard lets a browser give up here, and error 2 is as good as error 0
//	quiet: 1s                       how long to watch that nothing more comes; else 300ms
//	limit: 2s                       how long to wait for what must come; else 10s
//	measure: wait                   a figure in place of a verdict: wait, open, count or story
//
// A constructor that throws is seen as throws "SyntaxError", and what was done as close "2": with the readyState after it.
package checks

import (
	"embed"
	"slices"
	"sync"

	"eventsource-playground/report"
	"eventsource-playground/scenario"
	"eventsource-playground/scenario/folder"
)

// Groups are the parts of the report, in its order. The page says them in its language.
var Groups = []string{
	"Constructor",
	"Wire format",
	"Ids",
	"Reconnection time",
	"Status codes",
	"Content types",
	"Redirects",
	"Other origins",
	"Connection lost",
	"Closing",
	"Events",
	"Measured",
}

// An Entry is one check, and the scenario that it plays.
type Entry struct {
	report.Check
	Scenario *scenario.Scenario
}

//go:embed *.txt
var files embed.FS

// All returns the checks in the order of the report. They are parsed once; a malformed file panics, and fails a test
// before.
func All() []Entry { return all() }

// Find returns the check of that name.
func Find(name string) (Entry, bool) {
	i := slices.IndexFunc(All(), func(e Entry) bool { return e.Name == name })
	if i < 0 {
		return Entry{}, false
	}
	return All()[i], true
}

var all = sync.OnceValue(func() []Entry {
	entries := folder.Read(files, ".txt", parse)
	slices.SortStableFunc(entries, func(a, b Entry) int {
		if a.Group != b.Group {
			return group(a) - group(b)
		}
		return a.Scenario.Order - b.Scenario.Order
	})
	return entries
})

func group(e Entry) int { return slices.Index(Groups, e.Group) }
