package rooms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"eventsource-playground/room"
	"eventsource-playground/server/quota"
	"eventsource-playground/server/refuse"
	"eventsource-playground/sse"
)

func mimeType(contentType string) string {
	essence, _ := sse.MIMEType(contentType)
	return essence
}

// maker returns the room that a request's key is for, open until Release, or says what is wrong with the request.
func (rs *Rooms) maker(r *http.Request, types ...string) (*room.Room, *refuse.Refusal) {
	if refused := rs.own(r, types...); refused != nil {
		return nil, refused
	}
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	if !strings.EqualFold(scheme, "Bearer") || key == "" {
		return nil, refuse.New(http.StatusUnauthorized, "Only a room's maker can do this: give its key, as the header Authorization: Bearer KEY.")
	}
	return rs.Join(r.Context(), quota.AddressOf(r), r.PathValue("name"), key)
}

// published is what a publisher is told.
type published struct {
	IDs []string `json:"ids"`
}

func (rs *Rooms) servePublish(w http.ResponseWriter, r *http.Request) *refuse.Refusal {
	found, refused := rs.maker(r, "application/json", "text/event-stream")
	if refused != nil {
		return refused
	}
	defer found.Release()
	body, refused := rs.readBody(w, r)
	if refused != nil {
		return refused
	}
	parse := rs.parseJSON
	if mimeType(r.Header.Get("Content-Type")) == "text/event-stream" {
		parse = rs.parseStream
	}
	messages, refused := parse(body)
	if refused != nil {
		return refused
	}
	if !rs.mayPublish(found.Name, len(messages), len(body)) {
		return refuse.New(http.StatusTooManyRequests, "Send fewer events, or wait a second: a room gets %d events and %d bytes a second.", rs.limits.RoomRate, rs.limits.RoomByteRate)
	}
	ids, err := found.Publish(r.Context(), messages)
	if err != nil {
		return rs.partly(err, found.Name, ids, len(messages))
	}
	return reply(w, http.StatusOK, published{ids})
}

// partly says what became of events that were not all published.
func (rs *Rooms) partly(err error, name string, ids []string, all int) *refuse.Refusal {
	first := ""
	if len(ids) > 0 {
		first = fmt.Sprintf("The first %d of %d events were published, up to %s, and then NATS was gone: ", len(ids), all, ids[len(ids)-1])
	}
	switch {
	case errors.Is(err, room.ErrUnacknowledged):
		if first == "" {
			first = "NATS, which has the rooms, was gone before it acknowledged: "
		}
		return refuse.Full("%snobody knows whether the next one was published. See what the readers have got before you send it again.", first)
	case errors.Is(err, room.ErrUnreachable) && first != "":
		return refuse.Full("%ssend the others again in 5 seconds.", first)
	}
	return rs.explain(err, name)
}

// mayPublish spends a room's budget.
func (rs *Rooms) mayPublish(name string, events, bytes int) bool {
	rs.writing.Lock()
	defer rs.writing.Unlock()
	b := rs.budgets[name]
	if b == nil {
		b = &budget{events: quota.NewBudget(rs.limits.RoomRate), bytes: quota.NewBudget(rs.limits.RoomByteRate)}
		rs.budgets[name] = b
	}
	return b.events.Spend(events) == events && b.bytes.Spend(bytes) == bytes
}

func (rs *Rooms) readBody(w http.ResponseWriter, r *http.Request) ([]byte, *refuse.Refusal) {
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(rs.limits.BodyRead))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(rs.limits.Body)))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return nil, refuse.New(http.StatusRequestEntityTooLarge, "The body has more than %d bytes: send its events in several requests.", rs.limits.Body)
	case err != nil:
		return nil, refuse.New(http.StatusRequestTimeout, "The body did not come within %v: send it faster.", rs.limits.BodyRead)
	}
	return body, nil
}

// event is one in JSON.
type event struct {
	Type  string           `json:"type"`
	Data  *string          `json:"data"`
	Retry *int             `json:"retry"` // milliseconds
	ID    *json.RawMessage `json:"id"`    // to refuse it
}

const likeThis = `{"type":"news","data":"hello"}`

func (rs *Rooms) parseJSON(body []byte) ([]sse.Message, *refuse.Refusal) {
	var e event
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(&e)
	if err == nil && d.More() {
		err = errors.New("there is more after it")
	}
	switch {
	case err != nil:
		return nil, refuse.New(http.StatusBadRequest, "The body is no event in JSON such as %s, with type and retry if you like: %s.", likeThis, strings.TrimPrefix(err.Error(), "json: "))
	case e.ID != nil:
		return nil, refuse.New(http.StatusBadRequest, "The room gives each event its id: leave id out.")
	case e.Data == nil:
		return nil, refuse.New(http.StatusBadRequest, `An event without data is never dispatched: give data, if only "".`)
	}
	m := sse.Message{Event: e.Type, Data: *e.Data}
	if e.Retry != nil {
		if *e.Retry < 0 || time.Duration(*e.Retry)*time.Millisecond > rs.limits.Retry {
			return nil, refuse.Bad("retry", strconv.Itoa(*e.Retry), "0 to %d milliseconds", rs.limits.Retry.Milliseconds())
		}
		m.Retry, m.ZeroRetry = time.Duration(*e.Retry)*time.Millisecond, *e.Retry == 0
	}
	return []sse.Message{m}, rs.check(m)
}

// parseStream reads a body as a browser would. Its ids are left out, as the room has its own; what a browser would discard at the end
// is a mistake.
func (rs *Rooms) parseStream(body []byte) (messages []sse.Message, refused *refuse.Refusal) {
	d := sse.NewDecoder("", sse.Limits{})
	var retry *time.Duration
	discarded := false
	line := func(l sse.Line) {
		switch {
		case l.Outcome == sse.Dispatched:
			m := sse.Message{Event: l.Event.Type, Data: l.Event.Data}
			if m.Event == "message" {
				m.Event = ""
			}
			if now, ok := d.ReconnectionTime(); ok && (retry == nil || *retry != now) {
				m.Retry, m.ZeroRetry = now, now == 0
				retry = &now
			}
			if refused == nil {
				refused = rs.check(m)
			}
			messages = append(messages, m)
		case l.Outcome == sse.Discarded:
			discarded = true
		}
	}
	d.Feed(body, line)
	d.End(line)
	last, ok := d.ReconnectionTime()
	switch {
	case refused != nil:
		return nil, refused
	case len(messages) > 0 && ok && (retry == nil || *retry != last):
		return nil, refuse.New(http.StatusBadRequest, "There is a retry after the last event, and with no event it can't be sent: put it before one.")
	case discarded:
		return nil, refuse.New(http.StatusBadRequest, "The body ends within an event, which a browser would discard: end it with a blank line.")
	case len(messages) == 0:
		return nil, refuse.New(http.StatusBadRequest, "There is no event in the body that a browser would dispatch: give each a line such as data: hello, and a blank line after it.")
	}
	return messages, nil
}

// check refuses what no room publishes.
func (rs *Rooms) check(m sse.Message) *refuse.Refusal {
	switch _, err := m.AppendText(nil); {
	case m.Event == room.GapType:
		return refuse.Bad("type", m.Event, "another one, since events of this type say what a reader has missed")
	case len(m.Event) > rs.limits.EventName:
		return refuse.Bad("type", m.Event, "at most %d bytes", rs.limits.EventName)
	case m.Retry > rs.limits.Retry:
		return refuse.Bad("retry", strconv.FormatInt(m.Retry.Milliseconds(), 10), "0 to %d milliseconds", rs.limits.Retry.Milliseconds())
	case err != nil:
		return refuse.New(http.StatusBadRequest, "The event can't be sent: %s.", strings.TrimPrefix(err.Error(), "sse: "))
	}
	return nil
}

// serveCommand is what its maker does to all readers of a room.
func (rs *Rooms) serveCommand(w http.ResponseWriter, r *http.Request) *refuse.Refusal {
	found, refused := rs.maker(r, "", "application/json")
	if refused != nil {
		return refused
	}
	defer found.Release()
	c := room.Command{Do: room.Do(r.PathValue("command"))}
	switch c.Do {
	case room.DoCut, room.DoEnd, room.DoHold, room.DoRelease:
	case room.DoRetry:
		if refused := rs.spread(r, &c); refused != nil {
			return refused
		}
	default:
		return refuse.New(http.StatusNotFound, "%s is no command: use cut, end, hold, release or retry.", refuse.Quote(string(c.Do)))
	}
	return rs.done(w, r, found, func(ctx context.Context) error { return found.Command(ctx, c) })
}

// spread reads from when to when the readers are to reconnect.
func (rs *Rooms) spread(r *http.Request, c *room.Command) *refuse.Refusal {
	query := r.URL.Query()
	for _, p := range []struct {
		name string
		to   *int
	}{{"min", &c.Min}, {"max", &c.Max}} {
		value := query.Get(p.name)
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 || n > int(rs.limits.Retry.Milliseconds()) {
			return refuse.Bad(p.name, value, "0 to %d milliseconds", rs.limits.Retry.Milliseconds())
		}
		*p.to = n
	}
	if c.Min > c.Max {
		return refuse.Bad("min", query.Get("min"), "at most max, which is %d", c.Max)
	}
	return nil
}

// serveEnd ends a room.
func (rs *Rooms) serveEnd(w http.ResponseWriter, r *http.Request) *refuse.Refusal {
	found, refused := rs.maker(r, "", "application/json")
	if refused != nil {
		return refused
	}
	defer found.Release()
	return rs.done(w, r, found, found.End)
}

func (rs *Rooms) done(w http.ResponseWriter, r *http.Request, found *room.Room, do func(context.Context) error) *refuse.Refusal {
	if err := do(r.Context()); err != nil {
		return rs.explain(err, found.Name)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}
