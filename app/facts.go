package main

import (
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
	facts := p.Model.log.Facts(eventsource.Now())
	items := []app.UI{}
	for _, f := range facts[:min(len(facts), shownFacts)] {
		items = append(items, &factItem{Language: language, Fact: f})
	}
	return panel("What just happened").Body(
		app.Elem("h2").Text(say("What just happened")),
		app.If(len(items) == 0, func() app.UI {
			return app.Elem("p").Class("empty").Text(say("Nothing yet. Every step of the EventSource will be explained here as it happens."))
		}),
		app.Elem("ol").Class("facts").Body(items...),
	)
}

// factItem is one fact.
type factItem struct {
	app.Compo
	Language string
	Fact     trace.Fact
}

func (i *factItem) Render() app.UI {
	f := i.Fact
	s := f.Sentence()
	return app.Elem("li").Class("fact").DataSet("tone", tones[f.Name]).Body(
		app.Elem("small").Text(seconds(f.T)),
		app.Elem("b").Text(s.Title),
		app.If(len(s.Body) > 0, func() app.UI { return app.Elem("p").Body(marked(s.Body)...) }),
		app.Elem("small").Body(
			app.Elem("a").Attr("href", "https://html.spec.whatwg.org/multipage/server-sent-events.html#"+s.Anchor).Attr("target", "_blank").Attr("rel", "noopener noreferrer").Text("HTML "+s.Section),
			app.Text(fill(say(" · seen by the {who}"), "{who}", say(string(f.Observer)))),
		),
	)
}

// tones colour a fact by the state that it leads to.
var tones = map[trace.FactName]string{
	trace.FactConstructed: "connecting", trace.FactLost: "connecting", trace.FactFailed: "connecting",
	trace.FactOpened: "open", trace.FactReopened: "open",
	trace.FactGaveUp: "closed", trace.FactClosed: "closed", trace.FactRefused: "closed",
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
