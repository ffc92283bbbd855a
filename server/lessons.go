package main

import (
	"net/http"

	"eventsource-playground/lesson"
	"eventsource-playground/lesson/file"
	"eventsource-playground/lesson/library"
	"eventsource-playground/server/refuse"
)

// lessons tells the page what lessons there are, in the language that it wants.
type lessons struct {
	lists map[string]asset // by language
	one   map[string]map[string]asset
}

func newLessons() *lessons {
	l := &lessons{lists: map[string]asset{}, one: map[string]map[string]asset{}}
	for _, language := range file.Languages {
		var list []lesson.Listed
		one := map[string]asset{}
		for i, f := range library.All() {
			whole := f.In(language, i+1)
			list = append(list, whole.Listed)
			one[f.Name] = newJSON(whole)
		}
		l.lists[language], l.one[language] = newJSON(list), one
	}
	return l
}

// serve is GET /lessons.
func (l *lessons) serve() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.lists[language(r)].serve(w, r, nil)
	})
}

// serveOne is GET /lessons/NAME.
func (l *lessons) serveOne() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		one, ok := l.one[language(r)][name]
		if !ok {
			refuse.New(http.StatusNotFound, "There is no lesson %s: /lessons lists all that there are.", refuse.Quote(name)).Write(w)
			return
		}
		one.serve(w, r, nil)
	})
}

// language is what a request wants: English, unless it names another one that there is.
func language(r *http.Request) string {
	if r.URL.Query().Get("lang") == lesson.Chinese {
		return lesson.Chinese
	}
	return "en"
}
