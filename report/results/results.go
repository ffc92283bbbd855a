// Package results is the reports of the browsers at hand, as make report wrote them.
package results

import (
	"embed"
	"io/fs"

	"eventsource-playground/report"
)

//go:embed *.json
var files embed.FS

// All returns the reports by the browser's name. A malformed file panics, and fails a test before.
func All() (all []*report.Report) {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		r, wrong := report.Parse(string(text))
		if wrong != "" {
			panic("results: " + name + ": " + wrong)
		}
		all = append(all, r)
	}
	return all
}
