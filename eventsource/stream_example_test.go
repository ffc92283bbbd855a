//go:build !js

package eventsource_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"eventsource-playground/eventsource"
)

// A client in ten lines: it reconnects by itself, and the server ends it with a 204.
func ExampleNewStream() {
	news := []string{"id: 1\ndata: one\nretry: 10\n\n", "id: 2\ndata: two\n\n"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := map[string]int{"": 0, "1": 1, "2": 2}[r.Header.Get("Last-Event-ID")]
		if n == len(news) {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, news[n])
	}))
	defer server.Close()

	stream, err := eventsource.NewStream(context.Background(), server.URL, eventsource.StreamOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for event := range stream.Messages() {
		fmt.Println(event.Type, event.LastEventID, event.Data)
	}
	fmt.Println(stream.Err())
	// Output:
	// message 1 one
	// message 2 two
	// eventsource: the response has status 204, No Content: the server says that there is nothing more
}

// A POST that streams. It is not sent again by itself when the response is over.
func ExampleNewStream_post() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		question, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "data: you said\n\ndata: %s\n\n", question)
	}))
	defer server.Close()

	stream, err := eventsource.NewStream(context.Background(), server.URL, eventsource.StreamOptions{
		Method: "POST",
		Header: map[string]string{"Authorization": "Bearer of a token", "Content-Type": "text/plain"},
		Body:   []byte("hello"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for event := range stream.Messages() {
		fmt.Println(event.Data)
	}
	fmt.Println(errors.Is(stream.Err(), eventsource.ErrNotRepeated))
	// Output:
	// you said
	// hello
	// true
}

// A watchdog: a stream that is OPEN, but silent for too long, is taken for lost.
func ExampleStreamOptions_silence() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, "data: the last word\n\n")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()

	stream, err := eventsource.NewStream(context.Background(), server.URL, eventsource.StreamOptions{Silence: 50 * time.Millisecond})
	if err != nil {
		fmt.Println(err)
		return
	}
	for event := range stream.All() {
		switch event.Kind {
		case eventsource.Message:
			fmt.Println(event.Data)
		case eventsource.Failed:
			fmt.Println(event.ReadyState, errors.Is(stream.Err(), eventsource.ErrSilent))
			stream.Close() // instead of reconnecting
		}
	}
	// Output:
	// the last word
	// CONNECTING true
}
