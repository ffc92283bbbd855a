package main

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// panel is a part of the page. It holds all that it shows, as values, beside what it acts on: the model, which its event
// handlers use, and only they. Handlers use nothing else of it: go-app keeps the one of the first drawing.
type panel interface{ draw() app.UI }

// part is a panel that is drawn again only when something that it holds is another than before: go-app compares the fields.
// Those that do more than to draw are components themselves.
type part struct {
	app.Compo
	Panel    panel
	Language string
}

func shown(p panel) app.UI { return &part{Panel: p, Language: voice.Code} }

// shownIf is shown for a panel that may be nil, and then is nothing.
func shownIf[P interface {
	comparable
	panel
}](p P) any {
	var none P
	if p == none {
		return nil
	}
	return shown(p)
}

func (p *part) Render() app.UI { return p.Panel.draw() }
