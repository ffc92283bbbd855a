package main

import (
	"net/http"

	"eventsource-playground/language"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/play"
	"eventsource-playground/server/refuse"
	"eventsource-playground/server/rooms"
)

// routes is all that this server has.
func routes(health *health, files *assets, streams, sockets, channels, texts http.Handler, rooms *rooms.Rooms, others reach, cors origin) http.Handler {
	mux := http.NewServeMux()

	mux.Handle("/{$}", get(files.page()))                         // the page
	mux.Handle("/app.js", get(files))                             // go-app's loader of app.wasm
	mux.Handle("/app-worker.js", get(files))                      // the service worker, which leaves requests alone
	mux.Handle("/wasm_exec.js", get(files))                       // Go's glue between JavaScript and app.wasm
	mux.Handle("/manifest.webmanifest", get(files))               // name and icons
	mux.Handle("/favicon.ico", get(files.as("web/icon-192.png"))) // requested by a tab that shows a stream
	mux.Handle("/web/", get(files))                               // app.wasm, style.css and the icons

	mux.Handle("/sse", cors.allow(stream(streams))) // ten events, one a second, or a scenario

	mux.Handle("/ws", get(sockets)) // the same over a WebSocket, for this page only

	mux.Handle("/session", get(channels)) // a page's private channel: a WebSocket

	mux.Handle("/rooms", rooms.Made())                              // makes a room
	mux.Handle("/rooms/{name}", cors.allow(rooms.One()))            // its stream, and what its maker publishes
	mux.Handle("/rooms/{name}/qr.svg", get(serveQR(rooms, others))) // where others find it, to be scanned
	mux.Handle("/rooms/{name}/{command}", rooms.Command())          // what its maker does to all its readers

	mux.Handle("/healthz", get(health.alive())) // for whoever restarts it
	mux.Handle("/readyz", get(health.ready()))  // for whoever sends it requests

	for _, path := range []string{"/scenarios", "/scenarios/", "/lessons", "/lessons/", "/report/", "/code"} {
		mux.Handle(path, texts)
	}

	mux.HandleFunc("/", notFound)
	return files.secure(mux)
}

// textRoutes are the lists and texts that the page shows. It gets them over its channel, too.
func textRoutes(files *assets, scenarios *catalogue, streams *play.Streams, l limits.Limits) http.Handler {
	mux := http.NewServeMux()

	mux.Handle("/scenarios", get(scenarios.serve()))            // all of them, for the page
	mux.Handle("/scenarios/{file}", get(scenarios.serveText())) // one, as text
	mux.Handle("/scenarios/classic.txt", get(serveClassic(l)))  // the classic stream, as one

	lessons := newLessons()
	mux.Handle("/lessons", get(lessons.serve()))           // all of them, for the page
	mux.Handle("/lessons/{name}", get(lessons.serveOne())) // one
	mux.Handle("/report/checks", get(serveChecks()))       // what the browser report checks
	mux.Handle("/report/results", get(serveResults()))     // and what came of it elsewhere
	mux.Handle("/code", get(serveCode(streams, l)))        // what is set up in the page, as a program
	mux.Handle("/web/reconnect.js", get(files))            // what reconnects a WebSocket, to be read
	for _, l := range language.All[1:] {
		mux.Handle("/web/"+l.Code+".json", get(files)) // what the page says, in other languages than English
	}

	mux.HandleFunc("/", notFound)
	return mux
}

// secondRoutes is all that the second origin has.
func secondRoutes(files *assets, streams http.Handler, cors origin) http.Handler {
	mux := http.NewServeMux()

	mux.Handle("/sse", cors.allow(stream(scenariosOnly(streams)))) // a scenario

	mux.HandleFunc("/", notHere)
	return files.secure(mux)
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
			refuse.New(http.StatusMethodNotAllowed, "%s is not possible here: use GET.", refuse.Quote(r.Method)).Write(w)
		}
	})
}

// stream lets through what a stream can be requested with.
func stream(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions:
			handler.ServeHTTP(w, r)
		default:
			w.Header().Set("Allow", play.Methods+", OPTIONS")
			refuse.New(http.StatusMethodNotAllowed, "%s is not possible here: use GET or POST.", refuse.Quote(r.Method)).Write(w)
		}
	})
}

// scenariosOnly is all streams but the classic one.
func scenariosOnly(streams http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if play.IsScenario(r.URL.RawQuery) {
			streams.ServeHTTP(w, r)
		} else {
			notHere(w, r)
		}
	})
}

func notFound(w http.ResponseWriter, r *http.Request) {
	refuse.New(http.StatusNotFound, "There is nothing at %s: the page is at / and the stream at /sse.", refuse.Quote(r.URL.Path)).Write(w)
}

func notHere(w http.ResponseWriter, r *http.Request) {
	refuse.New(http.StatusNotFound, "There is nothing at %s: this is the second origin, which has only /sse?scenario=… and /sse?script=….", refuse.Quote(r.RequestURI)).Write(w)
}
