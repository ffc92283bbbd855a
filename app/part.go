package main

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// part is a panel that is drawn again only when something that it shows is another than before: go-app compares the fields.
// The larger panels, which do more than to draw, are components themselves.
type part struct {
	app.Compo
	Panel    panel
	Language string
	Shows    []any
}

// shown is a panel, and all that it shows.
func shown(p panel, shows ...any) app.UI { return &part{Panel: p, Language: voice.Code, Shows: shows} }

type panel interface{ draw() app.UI }

func (p *part) Render() app.UI { return p.Panel.draw() }
