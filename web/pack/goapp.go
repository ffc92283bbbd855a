package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// goapp is what go-app's files depend on.
type goapp struct {
	version  string // of everything that the page loads: a new one makes the browser fetch the worker again
	worker   string // the service worker's template
	wasmSize int    // uncompressed, for the progress in percent: Content-Length is that of the compressed form
}

func (g goapp) handler() *app.Handler {
	return &app.Handler{
		Name:        "EventSource Playground",
		ShortName:   "EventSource",
		Description: "See, break and understand the browser's EventSource: its states, its events and every byte behind them.",
		Icon: app.Icon{ // all four, or go-app names some on another host
			Default:  "/web/icon-192.png",
			Large:    "/web/icon-512.png",
			Maskable: "/web/icon-maskable.png",
			SVG:      "/web/icon.svg",
		},
		BackgroundColor:       "#f6f7f9",
		ThemeColor:            "#ffffff",
		Styles:                []string{"/web/style.css"},
		LoadingLabel:          "{progress} %",
		Version:               g.version,
		WasmContentLength:     strconv.Itoa(g.wasmSize),
		ServiceWorkerTemplate: g.worker,
	}
}

// files returns what go-app generates, by URL path without the leading slash.
//
// The page itself is not go-app's but index.html: go-app writes attributes in a map's order and does not escape them,
// so its page would have another ETag in each build.
func (g goapp) files() (map[string][]byte, error) {
	files := map[string][]byte{}
	handler := g.handler()
	for _, name := range []string{"app.js", "app-worker.js", "manifest.webmanifest", "wasm_exec.js"} {
		reply := httptest.NewRecorder()
		handler.ServeHTTP(reply, httptest.NewRequest(http.MethodGet, "/"+name, nil))
		if reply.Code != http.StatusOK {
			return nil, fmt.Errorf("go-app answered %d for %s", reply.Code, name)
		}
		files[name] = reply.Body.Bytes()
	}
	return files, nil
}
