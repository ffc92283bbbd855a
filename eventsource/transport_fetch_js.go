package eventsource

import (
	"context"
	"io"
	"math"
	"slices"
	"strings"
	"syscall/js"
	"time"
)

// Fetch is a Transport over the page's fetch. What differs from an EventSource:
//
//   - Firefox settles fetch with the first byte of the body, so that open comes with it.
//   - A gzip body that is cut short ends as if it were whole.
//   - DNS, TLS, a refused connection and CORS reject alike, with a TypeError that does not say which.
//   - A header beyond the safelisted makes another origin's server be asked first (a preflight): also Last-Event-ID.
func Fetch(ctx context.Context, r Request) (Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	controller := js.Global().Get("AbortController").New()
	context.AfterFunc(ctx, func() { controller.Call("abort") }) // cancel() of a reader leaves the socket open, in Firefox
	body := newFetchBody(ctx, cancel)
	settled, err := body.await(js.Global().Call("fetch", r.URL, fetchOptions(r, controller)))
	if err != nil {
		body.Close()
		return Response{}, err
	}
	headers := settled.Get("headers")
	response := Response{
		URL: settled.Get("url").String(), Status: settled.Get("status").Int(), Header: map[string][]string{},
		Filter: Filter(settled.Get("type").String()), Body: body,
	}
	all := js.Global().Get("Array").Call("from", headers)
	for i := range all.Length() {
		name := canonical(all.Index(i).Index(0).String())
		response.Header[name] = append(response.Header[name], all.Index(i).Index(1).String())
	}
	response.ContentType = strings.Join(response.Header["Content-Type"], ", ")
	return response, nil
}

func defaultTransport() Transport { return Fetch }

// fetchOptions are those that make a request like an EventSource's: cache no-store sends Cache-Control and Pragma by itself, and
// so without a preflight.
func fetchOptions(r Request, controller js.Value) map[string]any {
	header := map[string]string{"accept": "text/event-stream"}
	if r.LastEventID != "" {
		header["last-event-id"] = r.LastEventID
	}
	for name, value := range r.Header {
		header[strings.ToLower(name)] = value
	}
	pairs := []any{}
	for name, value := range header {
		pairs = append(pairs, []any{name, byteString(value)})
	}
	options := map[string]any{
		"headers": pairs, "cache": "no-store", "mode": "cors", "redirect": "follow", "credentials": "same-origin", "signal": controller.Get("signal"),
	}
	if r.Method != "" {
		options["method"] = r.Method
	}
	if r.WithCredentials {
		options["credentials"] = "include"
	}
	if r.Body != nil {
		options["body"] = bytesOf(r.Body)
	}
	return options
}

func bytesOf(p []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(p))
	js.CopyBytesToJS(array, p)
	return array
}

// byteString has a character for each byte of UTF-8: fetch sends each as that byte, as an EventSource sends its last event ID.
func byteString(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

// canonical is a header's name as net/http writes it.
func canonical(name string) string {
	parts := strings.Split(name, "-")
	for i, part := range parts {
		if part != "" {
			parts[i] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "-")
}

// mostQueued is how many bytes are read ahead. Beyond it no read is pending, and an abrupt end may lose what the browser holds.
const mostQueued = 16 << 20

// fetchBody is a response's body. Until the queue is full a read is always pending, also while events are handled: an abrupt end
// discards in Chromium what was not read yet.
type fetchBody struct {
	ctx                context.Context
	cancel             context.CancelCauseFunc
	reader             js.Value
	resolved, rejected js.Func
	resumed, breathed  js.Func
	port               js.Value // whose message is a task of its own
	pending            bool     // a promise
	closed             bool
	chunks             []js.Value
	offset, queued     int // in the first chunk; bytes in all
	err                error
	settled            js.Value // of fetch
	news, breath       chan struct{}
	since              float64 // when it blocked last
}

func newFetchBody(ctx context.Context, cancel context.CancelCauseFunc) *fetchBody {
	b := &fetchBody{ctx: ctx, cancel: cancel, news: make(chan struct{}, 1), breath: make(chan struct{}, 1)}
	b.resolved, b.rejected = newFunc(b.onResolved), newFunc(b.onRejected)
	b.resumed = newFunc(func(js.Value, []js.Value) any {
		cancel(ErrFrozen)
		return nil
	})
	js.Global().Get("document").Call("addEventListener", "resume", b.resumed)
	return b
}

// await waits for fetch's promise.
func (b *fetchBody) await(promise js.Value) (js.Value, error) {
	b.pending = true
	promise.Call("then", b.resolved, b.rejected)
	select {
	case <-b.news:
		if b.settled.IsUndefined() {
			return b.settled, b.err
		}
		b.tell() // there may be more already
		return b.settled, nil
	case <-b.ctx.Done():
		return js.Value{}, context.Cause(b.ctx)
	}
}

// begin begins to read.
func (b *fetchBody) begin() {
	b.since = now()
	body := b.settled.Get("body")
	if body.IsNull() {
		b.err = io.EOF
		return
	}
	b.reader = body.Call("getReader")
	b.pull()
}

func (b *fetchBody) pull() {
	if b.pending || b.closed || b.err != nil || b.queued >= mostQueued {
		return
	}
	b.pending = true
	b.reader.Call("read").Call("then", b.resolved, b.rejected)
}

func (b *fetchBody) onResolved(_ js.Value, args []js.Value) any {
	b.pending = false
	switch {
	case b.closed:
		b.release()
		return nil
	case b.reader.IsUndefined():
		b.settled = args[0]
		b.begin() // now, and not when the goroutine wakes: what is not being read may be lost
	case args[0].Get("done").Bool():
		b.err = io.EOF
	default:
		chunk := args[0].Get("value")
		b.chunks = append(b.chunks, chunk)
		b.queued += chunk.Length()
		b.pull()
	}
	b.tell()
	return nil
}

func (b *fetchBody) onRejected(_ js.Value, args []js.Value) any {
	b.pending = false
	if b.closed {
		b.release()
		return nil
	}
	b.err = &Exception{args[0].Get("name").String(), args[0].Get("message").String()}
	b.tell()
	return nil
}

func (b *fetchBody) tell() {
	select {
	case b.news <- struct{}{}:
	default: // told already
	}
}

// Read reads what came, or waits for it.
func (b *fetchBody) Read(p []byte) (int, error) {
	for len(b.chunks) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		select {
		case <-b.news:
			b.since = now()
		case <-b.ctx.Done():
			return 0, context.Cause(b.ctx)
		}
	}
	if err := b.breathe(); err != nil {
		return 0, err
	}
	chunk := b.chunks[0]
	n := js.CopyBytesToGo(p, chunk.Call("subarray", b.offset))
	if b.offset += n; b.offset == chunk.Length() {
		b.chunks, b.offset = slices.Delete(b.chunks, 0, 1), 0
	}
	b.queued -= n
	b.pull()
	return n, nil
}

// breathe lets the page do what else waits, where a reader was busy for half a frame. It is a message, since a timer that sets the
// next is 4 ms late.
func (b *fetchBody) breathe() error {
	const half = 8
	if now()-b.since < half {
		return nil
	}
	if b.port.IsUndefined() {
		channel := js.Global().Get("MessageChannel").New()
		b.breathed = newFunc(func(js.Value, []js.Value) any {
			b.breath <- struct{}{}
			return nil
		})
		channel.Get("port1").Set("onmessage", b.breathed)
		b.port = channel.Get("port2")
	}
	b.port.Call("postMessage", 0)
	select {
	case <-b.breath:
		b.since = now()
		return nil
	case <-b.ctx.Done():
		return context.Cause(b.ctx)
	}
}

// Close aborts what is under way. Closing again does nothing.
func (b *fetchBody) Close() error {
	if b.closed {
		return nil
	}
	b.closed = true
	b.cancel(nil)
	js.Global().Get("document").Call("removeEventListener", "resume", b.resumed)
	release(b.resumed)
	if !b.port.IsUndefined() {
		b.port.Call("close")
		release(b.breathed)
	}
	if !b.pending {
		b.release()
	}
	return nil
}

// release lets go of what a promise calls, once none is pending. One that never settles keeps them.
func (b *fetchBody) release() {
	release(b.resolved)
	release(b.rejected)
}

// forbiddenNames are those that fetch leaves out without a word (Fetch, 2.2.2: forbidden request-headers).
var forbiddenNames = strings.Fields(`accept-charset accept-encoding access-control-request-headers access-control-request-method connection
	content-length cookie cookie2 date dnt expect host keep-alive origin referer set-cookie te trailer transfer-encoding upgrade via`)

// forbidden says why fetch would leave a header out.
func forbidden(name, value string) string {
	lower := strings.ToLower(name)
	switch {
	case slices.Contains(forbiddenNames, lower), strings.HasPrefix(lower, "proxy-"), strings.HasPrefix(lower, "sec-"):
		return "the browser sets " + name + " itself and lets no script do it: leave it out"
	case lower == "x-http-method" || lower == "x-http-method-override" || lower == "x-method-override":
		for method := range strings.SplitSeq(value, ",") {
			if forbiddenMethod(strings.TrimSpace(method)) {
				return "the browser lets no script send " + name + " with the method " + strings.TrimSpace(method) + ": leave it out"
			}
		}
	}
	return ""
}

func forbiddenMethod(method string) bool {
	return slices.Contains([]string{"CONNECT", "TRACE", "TRACK"}, strings.ToUpper(method))
}

// unsendableMethod says why fetch would refuse the method.
func unsendableMethod(o StreamOptions) string {
	method := strings.ToUpper(o.Method)
	switch {
	case forbiddenMethod(method):
		return "the browser lets no script send the method " + o.Method
	case o.Body != nil && (method == "" || method == "GET" || method == "HEAD"):
		return "a request with a body cannot have the method GET or HEAD: POST is usual"
	}
	return ""
}

// sendable reports whether fetch takes a header's value.
func sendable(value string) bool { return !strings.ContainsAny(value, "\x00\r\n") }

// absolute is an address as the page resolves it.
func absolute(address string) (string, error) {
	parsed, err := parseURL(address)
	if err != nil {
		return "", err
	}
	if scheme := parsed.Get("protocol").String(); scheme != "http:" && scheme != "https:" {
		return "", &Exception{"SyntaxError", "the address must begin with http:// or https://, and begins with " + scheme}
	}
	if parsed.Get("username").String()+parsed.Get("password").String() != "" {
		return "", &Exception{"TypeError", "fetch takes no user and no password in an address: send the header Authorization instead"}
	}
	return parsed.Get("href").String(), nil
}

func parseURL(address string) (parsed js.Value, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case js.Error:
			err = &Exception{"SyntaxError", r.Get("message").String()}
		default:
			panic(r)
		}
	}()
	return js.Global().Get("URL").New(address, js.Global().Get("document").Get("baseURI")), nil
}

// newClock is the clock of a Stream's events: the page's, as that of the browser's own events.
func newClock() (clock func() float64) { return now }

// after calls f once, d later, unless it is stopped before. It is the browser's timer: one of Go's that was stopped can make the
// program sleep too long (1.26, timers.check).
func after(d time.Duration, f func()) (stop func()) {
	t := &timeout{left: int64(math.Ceil(float64(d) / float64(time.Millisecond))), f: f}
	t.ring = newFunc(t.onRing)
	t.set()
	return t.stop
}

type timeout struct {
	left int64 // milliseconds, beyond those that are set
	f    func()
	id   js.Value
	ring js.Func
	over bool
}

func (t *timeout) set() {
	part := min(t.left, math.MaxInt32) // one that is longer fires at once
	t.left -= part
	t.id = js.Global().Call("setTimeout", t.ring, part)
}

func (t *timeout) onRing(js.Value, []js.Value) any {
	if t.left > 0 {
		t.set()
		return nil
	}
	t.end()
	t.f()
	return nil
}

func (t *timeout) stop() {
	if !t.over {
		js.Global().Call("clearTimeout", t.id)
		t.end()
	}
}

func (t *timeout) end() {
	t.over = true
	release(t.ring)
}
