package main

import (
	"encoding/json"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/language"
)

var (
	voice  = language.Voice{Language: language.English} // the page's
	chosen string                                       // the language's code, if the visitor or a link chose it: then it stands in the page's address
)

// say is a text in the page's language. What has no translation stays as it is. (It is called in 300 places: inlined, it
// would cost a visitor 4 kB.)
//
//go:noinline
func say(text string) string { return voice.Say(text) }

// later marks a text that say is given later. It is a type, because calls would fill the tables of texts when the page
// starts instead of when it is built.
type later = string

// fill puts values into a text, each in place of its name: fill(say("{n} of {all}"), "{n}", "1", "{all}", "2").
//
//go:noinline
func fill(text string, values ...string) string { return language.Fill(text, values...) }

// count says how many there are.
func count(n int, one, many string) string { return voice.Count(n, one, many) }

// grouped writes a number with its thousands apart.
func grouped(n int) string { return voice.Number(n) }

// sentences puts one after the other.
func sentences(said []string) string { return strings.Join(said, voice.Space) }

// chooseLanguage takes the link's language, or else the one that was chosen before, or else the browser's. It returns once
// the words are there, so that nothing is drawn in another language first.
func chooseLanguage() {
	window := app.Window()
	wanted := language.Match(window.URL().Query().Get("lang"))
	if stored := window.Get("localStorage").Call("getItem", "playground.language"); wanted == nil && stored.Truthy() {
		wanted = language.Match(strings.Trim(stored.String(), `"`)) // as save writes it
	}
	if wanted != nil {
		chosen = wanted.Code
	}
	preferred := window.Get("navigator").Get("languages")
	for i := 0; wanted == nil && i < preferred.Length(); i++ {
		wanted = language.Match(preferred.Index(i).String())
	}
	if wanted == nil {
		wanted = language.English
	}
	ready := make(chan struct{})
	speak(wanted, func() { close(ready) })
	<-ready
}

// speak makes a language the page's, and calls done. Where its words can't be loaded that is English.
func speak(wanted *language.Language, done func()) {
	use := func(text string) {
		voice = language.Voice{Language: language.English}
		var words map[string]string
		if json.Unmarshal([]byte(text), &words) == nil {
			voice = language.Voice{Language: wanted, Words: words}
		}
		document := app.Window().Get("document")
		document.Get("documentElement").Set("lang", voice.Tag)
		document.Set("title", say("EventSource Playground"))
		done()
	}
	if wanted == language.English {
		use("")
		return
	}
	fetchText("/web/"+wanted.Code+".json", use)
}

// chooseLanguage changes the language. What runs and what is shown stay; all of it is said in the other one.
func (m *model) chooseLanguage(ctx app.Context, wanted *language.Language) {
	chosen = wanted.Code
	save(ctx, "language", chosen)
	history := app.Window().Get("history")
	history.Call("replaceState", history.Get("state"), "", withLanguage(app.Window().Get("location").Get("href").String()))
	speak(wanted, func() {
		m.loadScenarios()
		m.showProgram()
		if c := &m.course; c.lesson != nil {
			m.loadLessons(c.lesson.Name)
		}
		m.pace.again(0)
	})
}

// withLanguage is an address of this page that opens it in the language that was chosen, if one was.
func withLanguage(address string) string {
	if chosen == "" {
		return address
	}
	return withParameter(address, "lang", chosen)
}
