package main

import (
	"io"
	"net/http"
	"strings"

	"eventsource-playground/code"
	"eventsource-playground/language"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/play"
	"eventsource-playground/server/refuse"
)

// serveCode is GET /code: what is set up in a page as a program, in the language that ?lang asks for. A server's is that of the
// stream with the query in ?stream; without that, of the classic stream.
func serveCode(streams *play.Streams, l limits.Limits) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.URL.RawQuery) > l.Code {
			refuse.New(http.StatusRequestURITooLong, "The query is %d bytes long: %d is the most.", len(r.URL.RawQuery), l.Code).Write(w)
			return
		}
		program, refused := programOf(r, streams)
		if refused != nil {
			refused.Write(w)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(w, program)
	})
}

func programOf(r *http.Request, streams *play.Streams) (string, *refuse.Refusal) {
	query := r.URL.Query()
	kind, in := query.Get("program"), language.Of(query.Get("lang"))
	var program string
	var err error
	switch kind {
	case code.ServerGo, code.ServerNode:
		scenario, refused := streams.Scenario(query.Get("stream"))
		if refused != nil {
			return "", refused
		}
		program, err = code.Server(kind, scenario, !query.Has("stream"), in)
	default:
		s := code.Setup{
			URL: query.Get("url"), Listen: query["listen"], Method: query.Get("method"),
			Credentials: query.Get("credentials") == "1", Repeat: query.Get("repeat") == "1",
		}
		for _, line := range query["header"] {
			name, value, _ := strings.Cut(line, ":")
			s.Headers = append(s.Headers, code.Header{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
		}
		program, err = code.Client(kind, s, in)
	}
	if err != nil {
		return "", refuse.New(http.StatusBadRequest, "No program can be written of this: %v.", err)
	}
	return program, nil
}
