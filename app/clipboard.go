package main

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// copyText puts a text on the clipboard, and calls done with whether it could.
func copyText(ctx app.Context, s string, done func(app.Context, bool)) {
	clipboard := app.Window().Get("navigator").Get("clipboard")
	if !clipboard.Truthy() {
		done(ctx, copyOldWay(s)) // not a secure context
		return
	}
	await(clipboard.Call("writeText", s), func(_ app.Value, ok bool) {
		ctx.Dispatch(func(ctx app.Context) { done(ctx, ok || copyOldWay(s)) })
	})
}

// copySaying is copyText, and says what became of it; otherwise is said where the browser does not let the page copy.
func copySaying(ctx app.Context, text, otherwise string, told func(said string)) {
	copyText(ctx, text, func(_ app.Context, ok bool) {
		if ok {
			otherwise = later("Copied.")
		}
		told(say(otherwise))
	})
}

// copyOldWay copies from a text area, for a page served over http under another name than localhost.
func copyOldWay(s string) bool {
	document := app.Window().Get("document")
	focused := document.Get("activeElement")
	area := document.Call("createElement", "textarea")
	area.Set("value", s)
	area.Set("className", "offscreen")
	document.Get("body").Call("append", area)
	area.Call("select")
	copied := document.Call("execCommand", "copy").Bool()
	area.Call("remove")
	if focused.Truthy() {
		focused.Call("focus")
	}
	return copied
}

// copy puts a text on the clipboard and remembers which one, so that its button can say so.
func (m *model) copy(ctx app.Context, what, s string) {
	copyText(ctx, s, func(_ app.Context, ok bool) { m.didCopy(what, ok) })
}

// didCopy remembers what was copied, or could not be.
func (m *model) didCopy(what string, ok bool) {
	m.copied = what
	if !ok {
		m.copied = what + " failed"
	}
	m.pace.again(0)
}

// copyButton says whether its text was the last one copied.
func copyButton(label, what, copied string, onClick app.EventHandler) app.UI {
	word := say("Copy")
	switch copied {
	case what:
		word = say("Copied")
	case what + " failed":
		word = say("Not allowed here")
	}
	if copied == what || copied == what+" failed" {
		label = fill(say("{button}: {word}"), "{button}", label, "{word}", word)
	}
	return view(`<button type="button" class="small" aria-label={} onclick={}>{}</button>`, label, onClick, word)
}
