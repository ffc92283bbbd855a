package session

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"eventsource-playground/protocol"
)

const (
	maxGet = 64 << 10 // bytes of an address that a page gets
	maxGot = 1 << 20  // bytes of what stands there
)

// Serve says what pages may get over their channels. It is called before the first one is opened.
func (c *Channels) Serve(texts http.Handler) { c.sessions.texts = texts }

// get sends a text that the page wants.
func (ch *channel) get(said protocol.FromPage) error {
	text := get(ch.ctx, ch.session.all.texts, ch.request, said.Get)
	return ch.write(protocol.ToPage{Got: &protocol.Got{ID: said.ID, Text: text}})
}

// get is what a handler has at an address of the server that a page calls as its channel's request did; "" if it has nothing
// there, or too much.
func get(ctx context.Context, texts http.Handler, from *http.Request, address string) string {
	at, err := url.ParseRequestURI(address)
	if texts == nil || err != nil || len(address) > maxGet || !strings.HasPrefix(address, "/") || at.Host != "" {
		return ""
	}
	request := &http.Request{Method: http.MethodGet, URL: at, RequestURI: address, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Host: from.Host, TLS: from.TLS}
	page := &page{header: http.Header{}}
	texts.ServeHTTP(page, request.WithContext(ctx))
	if page.failed {
		return ""
	}
	return page.body.String()
}

// page keeps a response.
type page struct {
	header http.Header
	body   strings.Builder
	failed bool
}

func (p *page) Header() http.Header { return p.header }

func (p *page) WriteHeader(status int) { p.failed = p.failed || status != http.StatusOK }

func (p *page) Write(part []byte) (int, error) {
	if p.body.Len()+len(part) > maxGot {
		p.failed = true
		return 0, fmt.Errorf("session: a text over %d bytes", maxGot)
	}
	return p.body.Write(part)
}
