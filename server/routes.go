package main

import "net/http"

// routes is all that this server answers.
func routes(files *assets, plays *plays, channels *channels, cors origin) http.Handler {
	mux := http.NewServeMux()

	mux.Handle("/{$}", get(files.page()))                         // the page
	mux.Handle("/app.js", get(files))                             // go-app's loader of app.wasm
	mux.Handle("/app-worker.js", get(files))                      // the service worker, which leaves requests alone
	mux.Handle("/wasm_exec.js", get(files))                       // Go's glue between JavaScript and app.wasm
	mux.Handle("/manifest.webmanifest", get(files))               // name and icons
	mux.Handle("/favicon.ico", get(files.as("web/icon-192.png"))) // asked for by a tab that shows a stream
	mux.Handle("/web/", get(files))                               // app.wasm, style.css and the icons

	mux.Handle("/sse", cors.allow(preflight(get(plays)))) // ten events, one a second, or a scenario

	mux.Handle("/session", get(channels.serve())) // a page's private channel: a WebSocket

	scenarios := newCatalogue(plays.second)
	mux.Handle("/scenarios", get(scenarios.serve()))            // all of them, for the page
	mux.Handle("/scenarios/{file}", get(scenarios.serveText())) // one, as text

	lessons := newLessons()
	mux.Handle("/lessons", get(lessons.serve()))           // all of them, for the page
	mux.Handle("/lessons/{name}", get(lessons.serveOne())) // one
	mux.Handle("/report/checks", get(serveChecks()))       // what the browser report checks
	mux.Handle("/report/results", get(serveResults()))     // and what came of it elsewhere

	mux.HandleFunc("/", notFound)
	return secure(mux)
}

// secondRoutes is all that the second origin answers.
func secondRoutes(plays *plays, cors origin) http.Handler {
	mux := http.NewServeMux()

	mux.Handle("/sse", cors.allow(preflight(get(scenariosOnly(plays))))) // a scenario

	mux.HandleFunc("/", notHere)
	return secure(mux)
}

// get lets GET and HEAD through.
func get(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			handler.ServeHTTP(w, r)
		case http.MethodOptions:
			w.Header().Set("Allow", "GET, HEAD, OPTIONS")
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Allow", "GET, HEAD, OPTIONS")
			refuse(w, http.StatusMethodNotAllowed, "%s is not possible here: use GET.", quote(r.Method))
		}
	})
}

// scenariosOnly is all of them but the classic stream.
func scenariosOnly(plays *plays) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isAsk(r.URL.RawQuery) {
			plays.ServeHTTP(w, r)
		} else {
			notHere(w, r)
		}
	})
}

func notFound(w http.ResponseWriter, r *http.Request) {
	refuse(w, http.StatusNotFound, "There is nothing at %s: the page is at / and the stream at /sse.", quote(r.URL.Path))
}

func notHere(w http.ResponseWriter, r *http.Request) {
	refuse(w, http.StatusNotFound, "There is nothing at %s: this is the second origin, which has only /sse?scenario=… and /sse?script=….", quote(r.RequestURI))
}
