// Hand is what the server is measured against: the loop on net/http that everybody writes, which flushes each event, over HTTP/1.1
// and over HTTP/2, and the one on coder/websocket.
package main

import (
	"crypto/tls"
	"fmt"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/coder/websocket"

	"eventsource-playground/server/certificate"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	own, err := certificate.Made(time.Now())
	if err != nil {
		log.Fatal(err)
	}
	secure, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s/\nhttps://%s/\n", l.Addr(), secure.Addr())
	http.HandleFunc("/", stream)
	http.HandleFunc("/ws", socket)
	go func() {
		server := http.Server{TLSConfig: &tls.Config{Certificates: []tls.Certificate{*own}}}
		log.Fatal(server.ServeTLS(secure, "", ""))
	}()
	log.Fatal(http.Serve(l, nil))
}

// socket sends count messages, one every so often, and sees to what comes meanwhile.
func socket(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	count, err := strconv.Atoi(query.Get("count"))
	if err != nil {
		http.Error(w, "count is no number", http.StatusBadRequest)
		return
	}
	every, err := time.ParseDuration(query.Get("every"))
	if err != nil || every <= 0 {
		http.Error(w, "every is no time", http.StatusBadRequest)
		return
	}
	data := query.Get("data")
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	ctx := conn.CloseRead(r.Context())
	tick := time.NewTicker(every)
	defer tick.Stop()
	for range count {
		if conn.Write(ctx, websocket.MessageText, []byte(data)) != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	conn.Close(websocket.StatusNormalClosure, "")
}

// stream sends count events, one every so often or, without that, at full speed. It goes on behind Last-Event-ID.
func stream(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	count, err := strconv.Atoi(query.Get("count"))
	if err != nil {
		http.Error(w, "count is no number", http.StatusBadRequest)
		return
	}
	var tick <-chan time.Time
	if every := query.Get("every"); every != "" {
		d, err := time.ParseDuration(every)
		if err != nil || d <= 0 {
			http.Error(w, "every is no time", http.StatusBadRequest)
			return
		}
		ticker := time.NewTicker(d)
		defer ticker.Stop()
		tick = ticker.C
	}
	next := 0
	if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil {
		next = last + 1
	}
	data := query.Get("data")

	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	flush := http.NewResponseController(w)
	for n := next; n < count; n++ {
		fmt.Fprintf(w, "id: %d\ndata: %s\n\n", n, data)
		if flush.Flush() != nil {
			return
		}
		if tick == nil {
			continue
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick:
		}
	}
}
