package play

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"eventsource-playground/server/refuse"
)

// readBody reads what a POST brings, or says what to change. The request counts as a stream meanwhile.
func (s *Streams) readBody(w http.ResponseWriter, r *http.Request) ([]byte, *refuse.Refusal) {
	tooLong := refuse.New(http.StatusRequestEntityTooLarge, "The body is longer than %d bytes, which is the limit: send less.", s.limits.Body)
	var body []byte
	err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.limits.BodyRead))
	if err == nil && r.ContentLength <= int64(s.limits.Body) {
		body, err = io.ReadAll(io.LimitReader(r.Body, int64(s.limits.Body)+1))
	}
	var refused *refuse.Refusal
	switch {
	case r.ContentLength > int64(s.limits.Body), len(body) > s.limits.Body:
		refused = tooLong
	case errors.Is(err, os.ErrDeadlineExceeded):
		refused = refuse.New(http.StatusRequestTimeout, "The body did not come within %s: send it at once.", s.limits.BodyRead)
	case err != nil:
		refused = refuse.New(http.StatusBadRequest, "The body ended too early: send as much as Content-Length says.")
	default:
		return body, nil
	}
	closeAfter(w, r)
	return nil, refused
}
