package main

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// view draws HTML. Each {} in it takes the next of values: where a child may stand an element, a slice of them, or a
// string, which is text; as an attribute's value what Attr takes, or the handler of an attribute such as onclick. What
// is not in braces is ours, so nothing that a stream or a link says can become markup.
//
// White space around a line break is no text. An element without children ends with />. Texts, and attributes that are
// read by people, are said in the page's language.
//
// This is a string and one call, where go-app's methods are a call for each attribute: app.wasm holds a hundred bytes for
// each call, and four fifths of what draws the panels was that.
func view(html string, values ...any) app.UI {
	n := views[html]
	if n == nil {
		p := reader{html}
		n = &p.children("")[0]
		views[html] = n
	}
	// A copy: then what the caller passes stays on his stack, and his code is half as long.
	f := filler{append([]any(nil), values...)}
	return f.element(n)
}

// when is a view if something holds, and otherwise nothing.
func when(holds bool, html string, values ...any) any {
	if !holds {
		return nil
	}
	return view(html, values...)
}

// scoped is a handler that is one of several made by the same code; scope tells them apart.
type scoped struct {
	scope any
	do    app.EventHandler
}

// views are what was drawn before. All of it is ours, so there are only so many.
var views = map[string]*node{}

// node is a part of a view: an element, a text, or, without either, the place of a value.
type node struct {
	tag, text  string
	attributes []attribute
	children   []node
}

// attribute without a value takes the next.
type attribute struct {
	name  string
	value any
}

// reader reads a view.
type reader struct{ html string }

// until takes what stands before any of some characters.
func (p *reader) until(chars string) string {
	i := strings.IndexAny(p.html, chars)
	if i < 0 {
		panic("view: " + chars + " is missing in " + p.html)
	}
	s := p.html[:i]
	p.html = p.html[i:]
	return s
}

func (p *reader) take(s string) (ok bool) {
	p.html, ok = strings.CutPrefix(p.html, s)
	return ok
}

// children are those of an element, to its end.
func (p *reader) children(tag string) (children []node) {
	for p.html != "" && !p.take("</"+tag+">") {
		switch {
		case p.take("{}"):
			children = append(children, node{})
		case p.take("<"):
			children = append(children, p.element())
		default:
			if text := strings.Trim(p.until("<{"), "\n\t"); text != "" {
				children = append(children, node{text: text})
			}
		}
	}
	return children
}

// element is one whose < was taken.
func (p *reader) element() node {
	n := node{tag: p.until(" \n/>")}
	for {
		p.html = strings.TrimLeft(p.html, " \n\t")
		switch {
		case p.take("/>"):
			return n
		case p.take(">"):
			n.children = p.children(n.tag)
			return n
		}
		a := attribute{name: p.until("= \n/>"), value: true}
		switch {
		case p.take(`="`):
			a.value = p.until(`"`)
			p.take(`"`)
		case p.take("={}"):
			a.value = nil
		}
		n.attributes = append(n.attributes, a)
	}
}

// filler makes elements of a view's nodes, and puts the values in their places.
type filler struct{ values []any }

func (f *filler) next() any {
	value := f.values[0]
	f.values = f.values[1:]
	return value
}

func (f *filler) element(n *node) app.UI {
	e := app.Elem(n.tag)
	for _, a := range n.attributes {
		switch a.name {
		case "aria-label", "placeholder", "title":
			if text, ok := a.value.(string); ok {
				a.value = say(text)
			}
		}
		if a.value != nil {
			e.Attr(a.name, a.value)
			continue
		}
		switch value := f.next().(type) {
		case func(app.Context, app.Event):
			e.On(a.name[2:], value)
		case app.EventHandler:
			e.On(a.name[2:], value)
		case scoped:
			e.On(a.name[2:], value.do, app.EventScope(value.scope))
		default:
			e.Attr(a.name, value)
		}
	}
	if n.children == nil {
		return e
	}
	body := make([]app.UI, 0, len(n.children))
	for i := range n.children {
		c := &n.children[i]
		switch {
		case c.tag != "":
			body = append(body, f.element(c))
		case c.text != "":
			body = append(body, app.Text(say(c.text)))
		default:
			switch value := f.next().(type) {
			case nil:
			case string:
				body = append(body, app.Text(value))
			case []app.UI:
				body = append(body, value...)
			case app.UI:
				body = append(body, value)
			}
		}
	}
	return e.Body(body...)
}
