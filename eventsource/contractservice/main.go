// Command contractservice lets a public test harness for SSE clients, sse-contract-tests, drive package eventsource's Stream.
//
//	go run ./eventsource/contractservice -addr 127.0.0.1:8000
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"sync"
	"time"

	"eventsource-playground/eventsource"
	"eventsource-playground/sse"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8000", "the `host:port` to listen on")
	flag.Parse()
	s := newService()
	log.Printf("listening on http://%s/", *addr)
	log.Fatal(http.ListenAndServe(*addr, s))
}

// capabilities are what the harness may ask of a client: all that it knows.
var capabilities = []string{
	"bom", "comments", "event-type-listeners", "headers", "last-event-id", "post", "read-timeout", "report", "restart",
	"server-directed-shutdown-request",
}

// service is the harness's protocol, version 2.
type service struct {
	*http.ServeMux
	mutex   sync.Mutex
	clients map[string]*client // by their number
	made    int
}

func newService() *service {
	s := &service{ServeMux: http.NewServeMux(), clients: map[string]*client{}}
	s.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"name": "EventSource Playground's Go engine", "capabilities": capabilities})
	})
	s.HandleFunc("POST /{$}", s.create)
	s.HandleFunc("POST /streams/{n}", s.command)
	s.HandleFunc("DELETE /streams/{n}", s.remove)
	return s
}

// wanted is a client that the harness wants.
type wanted struct {
	StreamURL      string
	CallbackURL    string
	InitialDelayMs *int
	LastEventID    string
	Method, Body   string
	Headers        map[string]string
	ReadTimeoutMs  *int
}

const mostBytes = 64 << 20 // of a request; some ask for 10 MB to be sent

func (s *service) create(w http.ResponseWriter, r *http.Request) {
	var want wanted
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBytes)).Decode(&want); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c, err := newClient(want)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mutex.Lock()
	s.made++
	n := strconv.Itoa(s.made)
	s.clients[n] = c
	s.mutex.Unlock()
	w.Header().Set("Location", "/streams/"+n)
	w.WriteHeader(http.StatusCreated)
	go c.run()
	go c.send()
}

func (s *service) client(r *http.Request) *client {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.clients[r.PathValue("n")]
}

func (s *service) command(w http.ResponseWriter, r *http.Request) {
	var command struct{ Command string }
	c := s.client(r)
	if c == nil {
		http.NotFound(w, r)
		return
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBytes)).Decode(&command); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	switch command.Command {
	case "listen": // a loop over a Stream sees every type
	case "restart":
		c.restart()
	default:
		http.Error(w, "the command must be listen or restart", http.StatusBadRequest)
	}
}

func (s *service) remove(_ http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	c := s.clients[r.PathValue("n")]
	delete(s.clients, r.PathValue("n"))
	s.mutex.Unlock()
	if c != nil {
		c.close()
	}
}

// client is a stream, and what is to be told of it.
type client struct {
	options   eventsource.StreamOptions
	stream    string
	callback  string
	ctx       context.Context
	close     context.CancelFunc
	told      chan told
	mutex     sync.Mutex
	restarted context.CancelFunc // ends the connection that is, for another one
}

// told is what the harness is told, in its own words.
type told struct {
	Kind    string     `json:"kind"`
	Event   *toldEvent `json:"event,omitempty"`
	Comment string     `json:"comment,omitempty"`
	Error   string     `json:"error,omitempty"`
}

type toldEvent struct {
	Type string `json:"type"`
	Data string `json:"data"`
	ID   string `json:"id"`
}

func newClient(want wanted) (*client, error) {
	c := &client{stream: want.StreamURL, callback: want.CallbackURL, told: make(chan told, 1000)}
	c.options = eventsource.StreamOptions{Method: want.Method, Header: want.Headers, LastEventID: want.LastEventID, Repeat: true}
	if want.Body != "" {
		c.options.Body = []byte(want.Body)
	}
	if ms := want.InitialDelayMs; ms != nil {
		if c.options.ReconnectionTime = time.Duration(*ms) * time.Millisecond; *ms == 0 {
			c.options.ReconnectionTime = -1
		}
	}
	if ms := want.ReadTimeoutMs; ms != nil {
		c.options.Silence = time.Duration(*ms) * time.Millisecond
	}
	c.options.Line = func(l sse.Line) {
		if l.Outcome == sse.Comment {
			c.tell(told{Kind: "comment", Comment: l.Value})
		}
	}
	c.ctx, c.close = context.WithCancel(context.Background())
	if _, err := eventsource.NewStream(c.ctx, c.stream, c.options); err != nil {
		return nil, fmt.Errorf("streamUrl or headers: %w", err)
	}
	return c, nil
}

// run has a stream, and after a restart another one that goes on where it was.
func (c *client) run() {
	options := c.options
	for c.ctx.Err() == nil {
		ctx, restart := context.WithCancel(c.ctx)
		c.mutex.Lock()
		c.restarted = restart
		c.mutex.Unlock()
		s, err := eventsource.NewStream(ctx, c.stream, options)
		if err != nil {
			return // newClient has tried it
		}
		for e := range s.All() {
			switch e.Kind {
			case eventsource.Message:
				c.tell(told{Kind: "event", Event: &toldEvent{e.Type, e.Data, e.LastEventID}})
			case eventsource.Failed:
				c.tell(told{Kind: "error", Error: s.Err().Error()})
			}
		}
		if ctx.Err() == nil {
			return // it gave up
		}
		options.LastEventID, options.ReconnectionTime = s.LastEventID(), max(s.ReconnectionTime(), 1) // 0 would be the default
	}
}

func (c *client) restart() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.restarted != nil {
		c.restarted()
	}
}

func (c *client) tell(t told) {
	select {
	case c.told <- t:
	case <-c.ctx.Done():
	}
}

// send posts what is told, one after another.
func (c *client) send() {
	for n := 1; ; n++ {
		select {
		case t := <-c.told:
			body, err := json.Marshal(t)
			if err != nil {
				log.Print(err)
				return
			}
			response, err := http.Post(c.callback+"/"+strconv.Itoa(n), "application/json", bytes.NewReader(body))
			if err != nil {
				log.Print(err)
				continue
			}
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		case <-c.ctx.Done():
			return
		}
	}
}
