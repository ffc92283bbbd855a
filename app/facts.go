package main

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// factsPanel says what just happened, one plain sentence for each fact, newest first.
type factsPanel struct {
	app.Compo
	Model    *model
	Language string
	Changes  int
	Silent   bool
}

// shownFacts is how many are shown; the table has them all.
const shownFacts = 30

func (p *factsPanel) Render() app.UI {
	facts := p.Model.log.Facts(eventsource.Now(), shownFacts)
	items := []app.UI{}
	for _, f := range facts {
		items = append(items, &factItem{Language: language, Fact: f, Several: f.Source > 0 && severalSources(facts)})
	}
	return panel("What just happened").Body(
		app.Elem("h2").Text(say("What just happened")),
		app.If(len(items) == 0, func() app.UI {
			return app.Elem("p").Class("empty").Text(say("Nothing yet. Every step of the EventSource will be explained here as it happens."))
		}),
		app.Elem("ol").Class("facts").Body(items...),
	)
}

func severalSources(facts []trace.Fact) bool {
	for _, f := range facts {
		if f.Source != facts[0].Source {
			return true
		}
	}
	return false
}

// factItem is one fact.
type factItem struct {
	app.Compo
	Language string
	Fact     trace.Fact
	Several  bool // facts of other sources are shown too
}

func (i *factItem) Render() app.UI {
	f := i.Fact
	s := f.Sentence(say)
	source := ""
	if i.Several {
		source = " · EventSource " + strconv.Itoa(f.Source)
	}
	return app.Elem("li").Class("fact").DataSet("tone", tone(f.Name)).DataSet("observer", string(f.Observer)).Body(
		app.Elem("small").Body(app.Text(seconds(f.T)+source+" "), app.Elem("span").Class("observer").Text(f.Observer.Seen(say))),
		app.Elem("b").Text(s.Title),
		app.If(len(s.Body) > 0, func() app.UI { return app.Elem("p").Body(marked(s.Body)...) }),
		app.If(s.URL != "", func() app.UI {
			return app.Elem("small").Body(
				app.Elem("a").Attr("href", s.URL).Attr("target", "_blank").Attr("rel", "noopener noreferrer").Text(s.Section),
			)
		}),
	)
}

// tone colours a fact of the page by the state that it leads to.
func tone(name trace.FactName) string {
	switch name {
	case trace.FactConstructed, trace.FactLost, trace.FactFailed:
		return "connecting"
	case trace.FactOpened, trace.FactReopened:
		return "open"
	case trace.FactGaveUp, trace.FactClosed, trace.FactRefused:
		return "closed"
	}
	return ""
}

func marked(phrases []trace.Phrase) []app.UI {
	nodes := []app.UI{}
	for _, p := range phrases {
		if p.Code {
			nodes = append(nodes, app.Elem("code").Text(p.Text))
		} else {
			nodes = append(nodes, app.Text(p.Text))
		}
	}
	return nodes
}
