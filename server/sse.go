package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"eventsource-playground/sse"
)

// classic serves /sse: an event every interval, the first after one interval, each with its number as the id. After the
// last the response ends, the browser comes back with Last-Event-ID, goes on behind that event, and is answered 204 when
// there is none left, which stops it.
func (s *streams) classic() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refuseBody(w, r) {
			return
		}
		ask, refused := parseClassic(r, s.limits)
		if refused != nil {
			refused.write(w)
			return
		}
		if ask.next >= ask.count {
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if r.Method == http.MethodHead {
			streamHeaders(w.Header())
			return
		}
		leave, ok := s.enter(w, r)
		if !ok {
			return
		}
		defer leave()
		s.play(ask, s.open(w, r))
	})
}

// play writes the classic stream until its end, the reader's or the server's.
func (s *streams) play(ask classic, out *stream) {
	defer out.close()

	opening := sse.Message{Comments: []string{""}, NoData: true}
	if ask.retry != nil {
		opening.Retry, opening.ZeroRetry = *ask.retry, *ask.retry == 0
	}
	if ask.foreignID != "" {
		opening.Comments = append(opening.Comments, " Last-Event-ID "+quote(ask.foreignID)+" is not one of this stream's: starting again at 0")
	}
	if !out.send(opening) {
		return
	}
	params := jsonString(ask.params)
	var data []byte
	for n := ask.next; n < ask.count; n++ {
		if !out.wait(ask.interval) {
			return
		}
		data = append(data[:0], `{"id":`...)
		data = strconv.AppendInt(data, int64(n), 10)
		data = append(data, `,"time":"`...)
		data = time.Now().UTC().AppendFormat(data, "2006-01-02T15:04:05.000Z07:00")
		data = append(data, `","params":`...)
		data = append(data, params...)
		data = append(data, '}')
		if !out.send(sse.Message{Event: ask.event, ID: strconv.Itoa(n), Data: string(data)}) {
			return
		}
	}
}

// jsonString is s as JSON, readable: without \u0026 for every &.
func jsonString(s string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.Encode(s) // a string can't fail; what is no UTF-8 becomes U+FFFD
	return bytes.TrimSpace(b.Bytes())
}
