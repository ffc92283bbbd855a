package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/lesson"
	"eventsource-playground/lesson/library"
)

func TestLessonsAreServedInTheLanguageOfTheRequest(t *testing.T) {
	p := start(t)
	all := library.All()
	for _, test := range []struct{ query, language string }{
		{"", "en"}, {"?lang=en", "en"}, {"?lang=zh", "zh"}, {"?lang=fr", "en"}, {"?lang=", "en"},
	} {
		t.Run("lessons"+test.query, func(t *testing.T) {
			reply := p.get(t, "/lessons"+test.query)
			if got := reply.Header.Get("Content-Type"); got != "application/json" {
				t.Errorf("got Content-Type %q; want JSON", got)
			}
			var got, want []lesson.Listed
			if err := json.Unmarshal([]byte(text(t, reply)), &got); err != nil {
				t.Fatal(err)
			}
			for i, f := range all {
				want = append(want, f.In(test.language, i+1).Listed)
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %+v; want %+v", got, want)
			}
			for i, f := range all {
				if i%7 > 0 {
					continue
				}
				var got lesson.Lesson
				if err := json.Unmarshal([]byte(text(t, p.get(t, "/lessons/"+f.Name+test.query))), &got); err != nil {
					t.Fatal(err)
				}
				want := f.In(test.language, i+1)
				if got.Listed != want.Listed || !slices.Equal(got.Question, want.Question) || got.Language != test.language ||
					len(got.Choices) != len(want.Choices) || got.Link != want.Link || len(got.Until) != len(want.Until) {
					t.Errorf("got %+v; want %+v", got, want)
				}
			}
		})
	}
}

func TestLessonsAreSentOnceAndCompressed(t *testing.T) {
	p := start(t)
	for _, path := range []string{"/lessons", "/lessons/end", "/lessons/end?lang=zh"} {
		zipped := p.get(t, path, "Accept-Encoding", "gzip")
		tag := zipped.Header.Get("ETag")
		if zipped.Header.Get("Content-Encoding") != "gzip" || tag == "" {
			t.Errorf("got %v for %s; want it compressed, with an ETag", zipped.Header, path)
		}
		if got := p.get(t, path, "Accept-Encoding", "gzip", "If-None-Match", tag).StatusCode; got != http.StatusNotModified {
			t.Errorf("got status %d for %s that the client has; want 304", got, path)
		}
	}
}

func TestALessonThatThereIsNot(t *testing.T) {
	p := start(t)
	reply := p.get(t, "/lessons/nope")
	if got := text(t, reply); reply.StatusCode != 404 || !strings.Contains(got, `no lesson "nope"`) {
		t.Errorf("got status %d and %q; want 404 and which", reply.StatusCode, got)
	}
	for _, path := range []string{"/lessons/", "/lessons/end/x", "/lessons/end.lesson"} {
		if got := p.get(t, path).StatusCode; got != 404 {
			t.Errorf("got status %d for %s; want 404", got, path)
		}
	}
	if got := p.secondGet(t, "/lessons").StatusCode; got != 404 {
		t.Errorf("got status %d at the second origin; want 404", got)
	}
}
