// Broadcast is what rooms are measured against: one stream for everybody on net/http, as a good engineer writes it. Each reader has a
// goroutine and a channel of 64; an event is encoded once, for all; what is pending is written before one flush; a ring is for
// those who reconnect. Whoever's channel is full misses the event.
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s/\nhttps://%s/\n", l.Addr(), l.Addr()) // only the first one is so
	room := &room{readers: map[chan []byte]struct{}{}}
	http.HandleFunc("GET /", room.read)
	http.HandleFunc("POST /", room.publish)
	log.Fatal(http.Serve(l, nil))
}

const kept = 1000

type room struct {
	mutex   sync.Mutex
	last    int
	ring    [kept][]byte
	readers map[chan []byte]struct{}
}

// publish publishes the events of a body, each ending with a blank line.
func (r *room) publish(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for event := range bytes.SplitSeq(bytes.TrimSuffix(body, []byte("\n\n")), []byte("\n\n")) {
		r.send(event)
	}
	fmt.Fprintln(w, "ok")
}

func (r *room) send(event []byte) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.last++
	frame := fmt.Appendf(nil, "id: %d\n%s\n\n", r.last, event)
	r.ring[r.last%kept] = frame
	for c := range r.readers {
		select {
		case c <- frame:
		default:
		}
	}
}

// enter adds a reader, and returns what it has missed.
func (r *room) enter(c chan []byte, last string) (missed [][]byte) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if n, err := strconv.Atoi(last); err == nil {
		for n++; n <= r.last; n++ {
			missed = append(missed, r.ring[n%kept])
		}
	}
	r.readers[c] = struct{}{}
	return missed
}

func (r *room) leave(c chan []byte) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.readers, c)
}

func (r *room) read(w http.ResponseWriter, req *http.Request) {
	c := make(chan []byte, 64)
	missed := r.enter(c, req.Header.Get("Last-Event-ID"))
	defer r.leave(c)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	io.WriteString(w, ":\n")
	for _, frame := range missed {
		w.Write(frame)
	}
	if control.Flush() != nil {
		return
	}
	for {
		select {
		case <-req.Context().Done():
			return
		case frame := <-c:
			w.Write(frame)
		}
		for pending := true; pending; {
			select {
			case frame := <-c:
				w.Write(frame)
			default:
				pending = false
			}
		}
		if control.Flush() != nil {
			return
		}
	}
}
