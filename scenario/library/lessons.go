package library

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"eventsource-playground/lesson/file"
)

//go:embed *.lesson
var lessonFiles embed.FS

// Lessons returns all lessons in their order. They are parsed once; a malformed file panics, and fails a test before.
func Lessons() []*file.Lesson { return lessons() }

var lessons = sync.OnceValue(func() []*file.Lesson {
	names, err := fs.Glob(lessonFiles, "*.lesson")
	if err != nil {
		panic(err)
	}
	all := make([]*file.Lesson, len(names))
	for i, name := range names {
		if all[i], err = readLesson(name); err != nil {
			panic("library: " + err.Error())
		}
	}
	slices.SortStableFunc(all, func(a, b *file.Lesson) int { return a.Order - b.Order })
	return all
})

func readLesson(name string) (*file.Lesson, error) {
	text, err := lessonFiles.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return file.Parse(strings.TrimSuffix(name, ".lesson"), string(text), func(name string) ([]string, bool) {
		e, ok := Find(name)
		return e.Listen, ok
	})
}
