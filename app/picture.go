package main

import (
	"fmt"
	"html"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
)

// pictureType is the media type of a picture.
const pictureType = "image/svg+xml"

// caption is what stands under a picture of the timeline: which stream it was, what became of it, when, and in which browser.
type caption struct{ stream, summary, browser string }

// Measures of a picture, in pixels.
const (
	pictureMargin = 16
	pictureLabels = 130 // wide
	pictureLine   = 20  // high
	pictureLeast  = 720 // wide: the names that browsers give themselves are long
	mostOfStream  = 100 // characters of the address
)

// picture is the timeline as an SVG document of its own, with the colours that the page has now.
func (m *model) picture() string {
	now := eventsource.Now()
	d := m.drawing(now)
	d.until = min(d.until, now) // what lies ahead is drawn for the animation only
	drawn := inlined(d.svg(m.log))
	labels := []string{}
	for _, s := range m.log.Current() {
		labels = append(labels, s.Name())
	}
	return pictureSVG(drawn, d, labels, m.caption(), app.Window().Call("getComputedStyle", element("track")).Get("color").String(), background(element("track")))
}

func (m *model) caption() caption {
	stream := ""
	if s := m.subject(); s != nil {
		stream = isolated(s.Name()+" "+s.State().URL, mostOfStream)
	}
	return caption{
		stream,
		m.summary() + " " + time.Now().UTC().Format("2006-01-02 15:04:05 UTC"),
		userAgent(),
	}
}

// pictureSVG puts a drawing, its labels and its caption together.
func pictureSVG(drawn string, d drawing, labels []string, c caption, ink, paper string) string {
	shape, lanesEnd, high := d.heights(len(labels))
	width, height := max(pictureLeast, pictureLabels+d.width+2*pictureMargin), float64(high+3*pictureLine+2*pictureMargin)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s" font-family="system-ui, sans-serif" font-size="13" fill="%s">`,
		width, height, width, height, xmlText(c.stream+". "+c.summary), ink)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="%s"/>`, paper)
	text := func(y int, s string) {
		fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`, pictureMargin, y, xmlText(s))
	}
	for i, l := range labels {
		text(pictureMargin+lanesTop+i*shape.pitch+shape.band/2+4, l)
	}
	if d.server {
		text(pictureMargin+lanesEnd+wireBelow+wireHeight/2+4, say("Wire"))
		text(pictureMargin+lanesEnd+serverBelow+serverHeight/2+4, say("Server"))
	}
	// A document in the document clips what the drawing leaves out of view.
	fmt.Fprintf(&b, `<svg x="%d" y="%d" width="%.0f" height="%d">%s</svg>`, pictureMargin+pictureLabels, pictureMargin, d.width, high, drawn)
	text(pictureMargin+high+pictureLine, c.stream)
	text(pictureMargin+high+2*pictureLine, c.summary)
	fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="10">%s</text>`, pictureMargin, pictureMargin+high+3*pictureLine, xmlText(c.browser))
	b.WriteString("</svg>")
	return b.String()
}

// xmlText escapes a text for XML, which has no way to write most control characters.
func xmlText(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\uFFFE' || r == '\uFFFF' {
			return '\uFFFD'
		}
		return r
	}, s))
}

// inlined is a drawing with the style sheet's properties as attributes, so that it looks the same outside of the page.
func inlined(svg string) string {
	window := app.Window()
	holder := window.Get("document").Call("createElement", "div")
	holder.Set("className", "track offscreen")
	holder.Set("innerHTML", svg)
	element("track").Get("parentNode").Call("append", holder)
	defer holder.Call("remove")
	looks := map[string][][2]string{} // by what the style sheet tells elements apart
	all := holder.Call("querySelectorAll", "svg *")
	for i := range all.Length() {
		e := all.Index(i)
		tag, parent := e.Get("tagName").String(), e.Get("parentNode")
		if tag == "title" || tag == "g" {
			continue
		}
		class := func(v app.Value) string {
			return fmt.Sprint(v.Call("getAttribute", "class"), v.Call("getAttribute", "data-state"))
		}
		key := tag + class(e) + class(parent)
		look, known := looks[key]
		if !known {
			style := window.Call("getComputedStyle", e)
			for _, property := range []string{"fill", "stroke", "stroke-width", "stroke-linecap", "stroke-dasharray", "font-size", "font-weight", "text-anchor"} {
				look = append(look, [2]string{property, style.Call("getPropertyValue", property).String()})
			}
			looks[key] = look
		}
		for _, p := range look {
			e.Call("setAttribute", p[0], p[1])
		}
	}
	return window.Get("XMLSerializer").New().Call("serializeToString", holder.Get("firstChild")).String()
}

// background is the colour behind an element.
func background(e app.Value) string {
	const transparent = "rgba(0, 0, 0, 0)"
	for ; e.Truthy(); e = e.Get("parentElement") {
		if c := app.Window().Call("getComputedStyle", e).Get("backgroundColor").String(); c != transparent {
			return c
		}
	}
	return "#fff"
}

// copiesPictures reports whether the browser puts a picture of this kind on the clipboard. It is asked once, not with each
// drawing.
var copiesPictures = sync.OnceValue(func() bool {
	item := app.Window().Get("ClipboardItem")
	return item.Truthy() && item.Get("supports").Truthy() && item.Call("supports", pictureType).Bool() &&
		app.Window().Get("navigator").Get("clipboard").Truthy()
})

// copyPicture puts a picture on the clipboard.
func (m *model) copyPicture() {
	window := app.Window()
	blob := window.Get("Blob").New([]any{m.picture()}, map[string]any{"type": pictureType})
	item := window.Get("ClipboardItem").New(map[string]any{pictureType: blob})
	await(window.Get("navigator").Get("clipboard").Call("write", []any{item}), func(_ app.Value, ok bool) { m.didCopy("picture", ok) })
}
