package library

import (
	"embed"
	"slices"
	"sync"

	"eventsource-playground/lesson/file"
	"eventsource-playground/scenario/folder"
)

//go:embed *.lesson
var lessonFiles embed.FS

// Lessons returns all lessons in their order. They are parsed once; a malformed file panics, and fails a test before.
func Lessons() []*file.Lesson { return lessons() }

var lessons = sync.OnceValue(func() []*file.Lesson {
	all := folder.Read(lessonFiles, ".lesson", readLesson)
	slices.SortStableFunc(all, func(a, b *file.Lesson) int { return a.Order - b.Order })
	return all
})

func readLesson(name, text string) (*file.Lesson, error) {
	return file.Parse(name, text, func(name string) ([]string, bool) {
		e, ok := Find(name)
		return e.Listen, ok
	})
}
