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
	// A copy: then what the caller passes stays on his stack, and his code is half as long.
	v := viewer{html: html, values: append([]any(nil), values...)}
	return v.children("")[0]
}

type viewer struct {
	html   string // what is left
	values []any
}

// until takes what stands before any of some characters.
func (v *viewer) until(chars string) string {
	i := strings.IndexAny(v.html, chars)
	if i < 0 {
		panic("view: " + chars + " is missing in " + v.html)
	}
	s := v.html[:i]
	v.html = v.html[i:]
	return s
}

func (v *viewer) take(s string) (ok bool) {
	v.html, ok = strings.CutPrefix(v.html, s)
	return ok
}

func (v *viewer) value() any {
	value := v.values[0]
	v.values = v.values[1:]
	return value
}

// children are those of an element, to its end.
func (v *viewer) children(tag string) (children []app.UI) {
	for {
		text := v.html
		if tag != "" || strings.ContainsAny(text, "<{") {
			text = v.until("<{")
		} else {
			v.html = ""
		}
		if words := strings.Trim(text, "\n\t"); words != "" {
			children = append(children, app.Text(say(words)))
		}
		switch {
		case v.html == "" || v.take("</"+tag+">"):
			return children
		case v.take("{}"):
			switch c := v.value().(type) {
			case nil:
			case string:
				children = append(children, app.Text(c))
			case []app.UI:
				children = append(children, c...)
			case app.UI:
				children = append(children, c)
			}
		default:
			v.html = v.html[1:]
			children = append(children, v.element())
		}
	}
}

// element is one whose < was taken.
func (v *viewer) element() app.UI {
	tag := v.until(" \n/>")
	e := app.Elem(tag)
	for {
		v.html = strings.TrimLeft(v.html, " \n\t")
		switch {
		case v.take("/>"):
			return e
		case v.take(">"):
			return e.Body(v.children(tag)...)
		}
		name := v.until("= \n/>")
		switch {
		case !v.take("="):
			e.Attr(name, true)
		case v.take("{}"):
			switch value := v.value().(type) {
			case func(app.Context, app.Event):
				e.On(name[2:], value)
			case app.EventHandler:
				e.On(name[2:], value)
			case scoped:
				e.On(name[2:], value.do, app.EventScope(value.scope))
			default:
				e.Attr(name, value)
			}
		default:
			v.html = v.html[1:]
			value := v.until(`"`)
			v.html = v.html[1:]
			switch name {
			case "aria-label", "placeholder", "title":
				value = say(value)
			}
			e.Attr(name, value)
		}
	}
}

// scoped is a handler that is one of several made by the same code; scope tells them apart.
type scoped struct {
	scope any
	do    app.EventHandler
}

// when is a view if something holds, and otherwise nothing.
func when(holds bool, html string, values ...any) any {
	if !holds {
		return nil
	}
	return view(html, values...)
}
