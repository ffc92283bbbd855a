// Package sse writes and reads text/event-stream, the format of Server-Sent Events (HTML 9.2.5 and 9.2.6).
//
// A server writes messages, and flushes each:
//
//	w.Header().Set("Content-Type", "text/event-stream")
//	n, _ := strconv.Atoi(r.Header.Get("Last-Event-ID")) // where a client that reconnects goes on; 0 for a new one
//	for ; r.Context().Err() == nil; n++ {
//		sse.Message{ID: strconv.Itoa(n + 1), Data: news(n)}.WriteTo(w)
//		http.NewResponseController(w).Flush()
//	}
//
// A client has one [Decoder] for all its connections to a stream. It keeps what the next request needs:
//
//	d := sse.NewDecoder("", sse.Limits{Line: 1 << 20, Event: 1 << 20})
//	for event, err := range d.Events(response.Body) {
//		fmt.Println(event.Type, event.Data, err)
//	}
//	wait, _ := d.ReconnectionTime() // then request it again, with d.LastEventID() as Last-Event-ID
//
// The example has both in whole. To see what became of every line, comments and mistakes too, use [Decoder.Feed]; to read
// events without an allocation, [Decoder.Each].
package sse
