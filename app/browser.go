package main

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// What the page asks of the browser, beside EventSource.

// originOf resolves an address as the browser does and tells its origin, and whether that is this page's own.
func originOf(address string) (origin string, own bool) {
	defer func() {
		if recover() != nil { // new URL throws for what is no URL: then it is not ours
			origin, own = address, false
		}
	}()
	document := app.Window().Get("document")
	origin = app.Window().Get("URL").New(address, document.Get("baseURI")).Get("origin").String()
	return origin, origin == app.Window().Get("location").Get("origin").String()
}

// replaceAddress puts a query into the page's address without a new entry in the history.
func replaceAddress(query string) {
	history := app.Window().Get("history")
	history.Call("replaceState", history.Get("state"), "", withLanguage("?"+query))
}

// linkTo is the absolute address of this page with a query.
func linkTo(query string) string {
	location := app.Window().Get("location")
	return withLanguage(location.Get("origin").String() + location.Get("pathname").String() + "?" + query)
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
