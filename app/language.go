package main

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/trace/words"
)

// English stands in the code; any other language is data, English to that language, which only those who read it load.

const (
	english = "en"
	chinese = "zh"
)

var (
	language     = english
	chosen       string            // the language, if the visitor or a link chose it: then it stands in the page's address
	translations map[string]string // of the language; nil for English
)

// say is a text in the page's language. What has no translation stays as it is.
func say(text string) string {
	if said, ok := translations[text]; ok {
		return said
	}
	return text
}

// later marks a text that say is given later. It is a type, because calls would fill the tables of texts when the page
// starts instead of when it is built.
type later = string

// fill puts values into a text, each behind its placeholder: fill(say("{n} of {all}"), "{n}", "1", "{all}", "2"). What a
// value holds is left alone.
func fill(text string, values ...string) string {
	filled := ""
	for text != "" {
		end := 1
		for i := 0; i < len(values); i += 2 {
			if strings.HasPrefix(text, values[i]) {
				filled, text, end = filled+values[i+1], text[len(values[i]):], 0
			}
		}
		filled, text = filled+text[:end], text[end:]
	}
	return filled
}

// count says how many there are. Chinese has one form: that of many.
func count(n int, one, many string) string {
	if n == 1 && language == english {
		return one
	}
	return fill(say(many), "{n}", grouped(n))
}

// sentences puts one behind the other.
func sentences(said []string) string {
	if language == chinese {
		return strings.Join(said, "")
	}
	return strings.Join(said, " ")
}

// seconds is a time to the millisecond, and duration a shorter one.
func seconds(ms float64) string     { return fill(say("{n} s"), "{n}", thousandths(ms)) }
func thousandths(ms float64) string { return strconv.FormatFloat(ms/1000, 'f', 3, 64) }
func duration(ms float64) string    { return words.Duration(say, ms) }

// chooseLanguage takes the link's language, or else the one that was chosen before, or else the browser's. It returns once
// the words are there, so that nothing is drawn in another language first.
func chooseLanguage() {
	window := app.Window()
	chosen = ours(window.URL().Query().Get("lang"))
	if stored := window.Get("localStorage").Call("getItem", "playground.language"); chosen == "" && stored.Truthy() {
		chosen = ours(strings.Trim(stored.String(), `"`)) // as save writes it
	}
	wanted := chosen
	preferred := window.Get("navigator").Get("languages")
	for i := 0; wanted == "" && i < preferred.Length(); i++ {
		wanted = ours(preferred.Index(i).String())
	}
	ready := make(chan struct{})
	speak(wanted, func() { close(ready) })
	<-ready
}

// ours is the language of ours that a tag such as zh-Hans-CN names, or nothing.
func ours(tag string) string {
	primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if primary != english && primary != chinese {
		return ""
	}
	return primary
}

// speak makes a language the page's, and calls done. Where its words can't be loaded that is English.
func speak(wanted string, done func()) {
	use := func(text string) {
		language, translations = english, nil
		if json.Unmarshal([]byte(text), &translations) == nil {
			language = wanted
		}
		tag := "en"
		if language == chinese {
			tag = "zh-Hans"
		}
		document := app.Window().Get("document")
		document.Get("documentElement").Set("lang", tag)
		document.Set("title", say("EventSource Playground"))
		done()
	}
	if wanted != chinese {
		use("")
		return
	}
	fetchText("/web/zh.json", use)
}

// chooseLanguage changes the language. What runs and what is shown stay; all of it is said anew.
func (m *model) chooseLanguage(ctx app.Context, wanted string) {
	chosen = wanted
	save(ctx, "language", wanted)
	history := app.Window().Get("history")
	history.Call("replaceState", history.Get("state"), "", withLanguage(app.Window().Get("location").Get("href").String()))
	speak(wanted, func() {
		m.loadScenarios()
		if c := &m.course; c.lesson != nil {
			m.loadLessons(c.lesson.Name)
		}
		m.update()
	})
}

// withLanguage is an address of this page that opens it in the language that was chosen, if one was.
func withLanguage(address string) string {
	if chosen == "" {
		return address
	}
	return withParameter(address, "lang", chosen)
}
