package main

import (
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// What the page asks of the browser, beside EventSource.

// resolve is an address as the browser resolves it for new EventSource.
func resolve(typed string) (href string, ok bool) {
	defer func() {
		if recover() != nil { // new URL throws for what is no URL
			href, ok = "", false
		}
	}()
	window := app.Window()
	return window.Get("URL").New(typed, window.Get("document").Get("baseURI")).Get("href").String(), true
}

// userAgent is what the browser calls itself.
func userAgent() string { return app.Window().Get("navigator").Get("userAgent").String() }

// isSecure reports whether this page came over https.
func isSecure() bool { return app.IsClient && strings.HasPrefix(pageOrigin(), "https:") }

// pageOrigin is this page's own.
func pageOrigin() string { return app.Window().Get("location").Get("origin").String() }

// replaceAddress puts a query into the page's address without a new entry in the history.
func replaceAddress(query string) {
	history := app.Window().Get("history")
	history.Call("replaceState", history.Get("state"), "", withLanguage("?"+query))
}

// pushAddress makes a new entry in the history, with a query.
func pushAddress(query string) {
	app.Window().Get("history").Call("pushState", nil, "", withLanguage("?"+query))
}

// linkTo is the absolute address of this page with a query.
func linkTo(query string) string {
	location := app.Window().Get("location")
	return withLanguage(location.Get("origin").String() + location.Get("pathname").String() + "?" + query)
}

// recordingName is that of a file with what was recorded until now.
func recordingName(extension string) string {
	return "eventsource-" + time.Now().UTC().Format("20060102-150405") + extension
}

// download saves parts, joined, as a file.
func download(name, mediaType string, parts []string) {
	array := make([]any, len(parts))
	for i, p := range parts {
		array[i] = p
	}
	window := app.Window()
	blob := window.Get("Blob").New(array, map[string]any{"type": mediaType})
	address := window.Get("URL").Call("createObjectURL", blob)
	link := window.Get("document").Call("createElement", "a")
	link.Set("href", address)
	link.Set("download", name)
	link.Call("click")
	window.Call("setTimeout", window.Get("URL").Get("revokeObjectURL").Call("bind", window.Get("URL"), address), 10_000)
}

// afterFrame calls do once the browser has shown what there is. A timer of Go's that is due may ring in the same turn, before the
// browser has one of its own. A hidden page has no frames.
func afterFrame(do func()) {
	window := app.Window()
	timeout := window.Get("setTimeout").Call("bind", window, app.FuncOf(func(app.Value, []app.Value) any {
		do()
		return nil
	}), 0)
	if window.Get("document").Get("hidden").Bool() {
		timeout.Invoke()
	} else {
		window.Call("requestAnimationFrame", timeout)
	}
}

// load and save keep a visitor's choice in this browser, where it allows that.
func load(ctx app.Context, key string, v any) { _ = ctx.LocalStorage().Get("playground."+key, v) }
func save(ctx app.Context, key string, v any) { _ = ctx.LocalStorage().Set("playground."+key, v) }

const (
	themeSystem = "system"
	themeLight  = "light"
	themeDark   = "dark"
)

func applyTheme(theme string) {
	app.Window().Get("document").Get("documentElement").Call("setAttribute", "data-theme", theme)
}

func element(id string) app.Value { return app.Window().GetElementByID(id) }

func valueOf(ctx app.Context) string { return ctx.JSSrc().Get("value").String() }

func reducedMotion() bool {
	return app.Window().Call("matchMedia", "(prefers-reduced-motion: reduce)").Get("matches").Bool()
}
