package main

import (
	"net/http"

	"eventsource-playground/language"
	"eventsource-playground/lesson"
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
	for _, in := range language.All {
		var list []lesson.Listed
		one := map[string]asset{}
		for i, f := range library.All() {
			whole := f.In(in.Code, i+1)
			list = append(list, whole.Listed)
			one[f.Name] = newJSON(whole)
		}
		l.lists[in.Code], l.one[in.Code] = newJSON(list), one
	}
	return l
}

// serve is GET /lessons.
func (l *lessons) serve() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.lists[languageOf(r)].serve(w, r, nil)
	})
}

// serveOne is GET /lessons/NAME.
func (l *lessons) serveOne() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		one, ok := l.one[languageOf(r)][name]
		if !ok {
			refuse.New(http.StatusNotFound, "There is no lesson %s: /lessons lists all that there are.", refuse.Quote(name)).Write(w)
			return
		}
		one.serve(w, r, nil)
	})
}

// languageOf is the code of what a request wants: English, unless it names another one that there is.
func languageOf(r *http.Request) string { return language.Of(r.URL.Query().Get("lang")).Code }
