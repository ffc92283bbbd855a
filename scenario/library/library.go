// Package library is the scenarios that come with the server: one text file each, named as in /sse?scenario=name. Adding
// a scenario is adding a file.
package library

import (
	"embed"
	"slices"
	"sync"

	"eventsource-playground/scenario"
	"eventsource-playground/scenario/folder"
)

// Groups are the parts of the library, in the order of a menu.
var Groups = []string{
	"Basics", "Reconnection", "Closing for good", "Redirects", "Wire format", "Other origins", "Streaming APIs", "Buffers", "Load", "Comparison",
}

// An Entry is one scenario.
type Entry struct {
	Name string
	Text string
	*scenario.Scenario
}

//go:embed *.txt
var files embed.FS

// All returns the library in the order of a menu. It is parsed once; a malformed file panics, and fails a test before.
func All() []Entry { return all() }

// Find returns the scenario of that name.
func Find(name string) (Entry, bool) {
	entries := All()
	i := slices.IndexFunc(entries, func(e Entry) bool { return e.Name == name })
	if i < 0 {
		return Entry{}, false
	}
	return entries[i], true
}

var all = sync.OnceValue(func() []Entry {
	entries := folder.Read(files, ".txt", func(name, text string) (Entry, error) {
		s, err := scenario.Parse(text, scenario.DefaultLimits)
		return Entry{name, text, s}, err
	})
	slices.SortStableFunc(entries, func(a, b Entry) int {
		if a.Group != b.Group {
			return slices.Index(Groups, a.Group) - slices.Index(Groups, b.Group)
		}
		return a.Order - b.Order
	})
	return entries
})
