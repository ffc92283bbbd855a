package sse_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"

	"eventsource-playground/sse"
)

// A server sends three pieces of news, and then hangs up, as a network would. The client reconnects until there are no more:
// then the status is 204, which tells clients to stop.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(serve))
	defer server.Close()
	if err := read(server.URL); err != nil {
		fmt.Println(err)
	}
	// Output:
	// message "rain" 1
	// message "sun" 2
	// reconnecting after 10ms with Last-Event-ID 2
	// message "snow" 3
	// reconnecting after 10ms with Last-Event-ID 3
	// no more
}

var news = []string{"rain", "sun", "snow"}

// serve writes what is new to this client, at most two messages a connection.
func serve(w http.ResponseWriter, r *http.Request) {
	next, _ := strconv.Atoi(r.Header.Get("Last-Event-ID")) // 0 without one
	if next >= len(news) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	for n := next; n < min(next+2, len(news)); n++ {
		m := sse.Message{Retry: 10 * time.Millisecond, ID: strconv.Itoa(n + 1), Data: news[n]}
		if _, err := m.WriteTo(w); err != nil {
			return
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
	}
}

// read prints the events of all connections.
func read(url string) error {
	d := sse.NewDecoder("", sse.Limits{Line: 1 << 20, Event: 1 << 20})
	for {
		more, err := connect(url, d)
		if err != nil || !more {
			return err
		}
		wait, ok := d.ReconnectionTime()
		if !ok {
			wait = 3 * time.Second
		}
		fmt.Println("reconnecting after", wait, "with Last-Event-ID", d.LastEventID())
		time.Sleep(wait)
	}
}

// connect prints the events of one connection, and reports whether to reconnect.
func connect(url string, d *sse.Decoder) (more bool, err error) {
	request, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return false, err
	}
	request.Header.Set("Accept", "text/event-stream")
	if id := d.LastEventID(); id != "" {
		request.Header.Set("Last-Event-ID", id)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return true, nil // the network may be back later
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNoContent:
		fmt.Println("no more")
		return false, nil
	default:
		return false, errors.New("the status is " + response.Status)
	}
	for event, err := range d.Events(response.Body) {
		if err != nil {
			return true, nil // the connection was lost
		}
		fmt.Printf("%s %q %s\n", event.Type, event.Data, event.LastEventID)
	}
	return true, nil
}
