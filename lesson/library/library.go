// Package library is the lessons that come with the page: one text file each, named as in /lessons/name. Adding a lesson is
// adding a file.
package library

import (
	"embed"
	"slices"
	"sync"

	"eventsource-playground/lesson/file"
	"eventsource-playground/scenario/folder"
	"eventsource-playground/scenario/library"
)

//go:embed *.lesson
var files embed.FS

// All returns the lessons in their order. They are parsed once; a malformed file panics, and fails a test before.
func All() []*file.Lesson { return all() }

var all = sync.OnceValue(func() []*file.Lesson {
	lessons := folder.Read(files, ".lesson", parse)
	slices.SortStableFunc(lessons, func(a, b *file.Lesson) int { return a.Order - b.Order })
	return lessons
})

// parse reads a lesson, which may only name scenarios that there are.
func parse(name, text string) (*file.Lesson, error) {
	return file.Parse(name, text, func(name string) ([]string, bool) {
		e, ok := library.Find(name)
		if !ok {
			return nil, false
		}
		return e.Listen, true
	})
}
