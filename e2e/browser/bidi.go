package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/coder/websocket"
)

// bidi is a connection that speaks WebDriver BiDi: commands with their answers, and events.
type bidi struct {
	conn  *websocket.Conn
	event func(method string, params json.RawMessage)

	mu      sync.Mutex
	next    int
	waiting map[int]chan message
	err     error // why there is no connection any more
}

type object = map[string]any

type message struct {
	ID     *int            `json:"id"`
	Type   string          `json:"type"` // "success", "error" or "event"
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`

	Error   string `json:"error"`
	Message string `json:"message"`
}

// bidiError is a refusal of the browser.
type bidiError struct{ Method, Code, Message string }

func (e *bidiError) Error() string { return fmt.Sprintf("%s: %s: %s", e.Method, e.Code, e.Message) }

// dialBiDi connects. The events are given one by one, before the answers that follow them.
func dialBiDi(ctx context.Context, address string, event func(string, json.RawMessage)) (*bidi, error) {
	conn, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(-1)
	b := &bidi{conn: conn, event: event, waiting: map[int]chan message{}}
	go b.read()
	return b, nil
}

func (b *bidi) close() { b.conn.CloseNow() }

// call sends a command, and decodes what it returns into result, unless that is nil.
func (b *bidi) call(ctx context.Context, method string, params, result any) error {
	answer := make(chan message, 1)
	b.mu.Lock()
	b.next++
	id := b.next
	err := b.err
	b.waiting[id] = answer
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		delete(b.waiting, id)
		b.mu.Unlock()
	}()
	if err != nil {
		return err
	}
	data, err := json.Marshal(object{"id": id, "method": method, "params": params})
	if err != nil {
		return err
	}
	// Not with ctx: the websocket closes itself when that ends in the middle of a write.
	if err := b.conn.Write(context.Background(), websocket.MessageText, data); err != nil {
		return err
	}
	select {
	case m, ok := <-answer:
		if !ok {
			return b.err
		}
		if m.Type == "error" {
			return &bidiError{method, m.Error, m.Message}
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(m.Result, result)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

func (b *bidi) read() {
	for {
		_, data, err := b.conn.Read(context.Background())
		if err != nil {
			b.lost(err)
			return
		}
		var m message
		if err := json.Unmarshal(data, &m); err != nil {
			b.lost(err)
			return
		}
		if m.Type == "event" {
			b.event(m.Method, m.Params)
			continue
		}
		b.mu.Lock()
		if m.ID != nil && b.waiting[*m.ID] != nil {
			b.waiting[*m.ID] <- m
		}
		b.mu.Unlock()
	}
}

func (b *bidi) lost(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = fmt.Errorf("no connection to the browser any more: %w", err)
	for _, answer := range b.waiting {
		close(answer)
	}
}
