package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/trace"
	"eventsource-playground/trace/words"
)

// factsPanel says what just happened, one plain sentence for each fact, newest first.
type factsPanel struct {
	facts    []trace.Fact // newest first
	listened []string     // the types with a listener
}

// shownFacts is how many are shown; the table has them all.
const shownFacts = 30

func (m *model) factsPanel(now float64) app.UI {
	return shown(&factsPanel{m.log.Facts(now, m.lane, shownFacts), m.connection.setup.types()})
}

func (p *factsPanel) draw() app.UI {
	items := []app.UI{}
	for _, f := range p.facts {
		item := &factItem{Language: voice.Code, Fact: f, Several: f.Source > 0 && severalSources(p.facts)}
		if f.Name == trace.FactUnheard {
			item.Mistaken = mistaken(f.Type, p.listened)
		}
		items = append(items, item)
	}
	return view(`<section class="panel" data-panel="What just happened" aria-label="What just happened">
		<h2>What just happened</h2>
		{}
		<ol class="facts">{}</ol>
	</section>`,
		when(len(items) == 0, `<p class="empty">Nothing yet. Every step of the EventSource will be explained here as it happens.</p>`), items)
}

func severalSources(facts []trace.Fact) bool {
	first := 0
	for _, f := range facts {
		if first == 0 {
			first = f.Source
		}
		if f.Source != 0 && f.Source != first { // some are of no source, such as another server
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
	Several  bool   // facts of other sources are shown too
	Mistaken string // which listener the type was meant for
}

func (i *factItem) Render() app.UI {
	f := i.Fact
	s := words.Of(f, say)
	source := ""
	if i.Several {
		source = " · " + trace.Named(f.Client, f.Source)
	}
	return view(`<li class="fact" data-tone={} data-observer={}>
		<small>{}<span class="observer">{}</span></small>
		<b>{}</b>
		{}
		{}
		{}
	</li>`,
		tone(f.Name), string(f.Observer),
		seconds(f.T)+source+" ", words.SeenBy(f.Observer, say),
		marked(s.Title),
		when(len(s.Body) > 0, `<p>{}</p>`, marked(s.Body)),
		when(i.Mistaken != "", `<p class="hint"><bdi>{}</bdi></p>`, i.Mistaken),
		when(s.URL != "", `<small><a href={} target="_blank" rel="noopener noreferrer">{}</a></small>`, s.URL, s.Section))
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

func marked(phrases []words.Phrase) []app.UI {
	nodes := []app.UI{}
	for _, p := range phrases {
		text := visible(p.Text)
		if p.Foreign {
			text = exact(p.Text)
		}
		switch {
		case p.Code:
			nodes = append(nodes, view(`<code>{}</code>`, text))
		case p.Foreign:
			nodes = append(nodes, view(`<bdi>{}</bdi>`, text))
		default:
			nodes = append(nodes, app.Text(text))
		}
	}
	return nodes
}
