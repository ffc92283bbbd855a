package play

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"eventsource-playground/scenario"
)

// client is what the head of a response depends on: who sent the request, and how.
type client struct {
	http11 bool
	head   bool      // HEAD: nothing after the head
	origin string    // the request's
	mime   bool      // the browser is to believe the Content-Type
	cors   [2]string // what the server says by itself to other origins: the headers of letIn
	to     string    // where a redirect to here or to the second origin leads
}

// sandbox is for those who open a response as a page: its text is a stranger's. An EventSource does not heed it.
const sandbox = "default-src 'none'; sandbox"

// newClient keeps nothing of r that is large. query is without mark, and second calls the second origin as that client does.
func newClient(r *http.Request, cors http.Header, query string, redirect scenario.Redirect, second func(*http.Request) string) *client {
	a := &client{
		http11: r.ProtoAtLeast(1, 1),
		head:   r.Method == http.MethodHead,
		origin: r.Header.Get("Origin"),
		// What a browser does with a wrong type is worth seeing, and sniffing is part of it. Only EventSource and its
		// polyfills ask for this type: no page, frame, script or worker gets here without the header.
		mime: r.Header.Get("Accept") != "text/event-stream",
		cors: [2]string{cors.Get("Access-Control-Allow-Origin"), cors.Get("Access-Control-Allow-Credentials")},
	}
	here := func() string { return r.URL.EscapedPath() + "?" + ascii(query) + "&" + mark + "=1" }
	switch redirect {
	case scenario.RedirectHere:
		a.to = here()
	case scenario.RedirectSecond:
		a.to = second(r) + here()
	}
	return a
}

// appendHead appends the head as it goes over the wire, and says how the body is framed.
//
// Connection: close changes nothing that a page can see: browsers wait as long before they reconnect. It spares them from
// a request on a connection that is just being closed.
func (a *client) appendHead(b []byte, head *scenario.Head, now time.Time) ([]byte, framing) {
	line := func(name, value string) {
		b = append(b, name...)
		b = append(b, ": "...)
		b = append(b, value...)
		b = append(b, "\r\n"...)
	}
	version, how := "HTTP/1.1 ", chunked
	if !a.http11 {
		version, how = "HTTP/1.0 ", unframed
	}
	b = append(b, version...)
	b = strconv.AppendInt(b, int64(head.Status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(head.Status)...)
	b = append(b, "\r\n"...)
	how = a.fields(head, now, how, line)
	if how == chunked {
		line("Transfer-Encoding", "chunked")
	}
	line("Connection", "close")
	return append(b, "\r\n"...), how
}

// fields are those of the head, but for the ones about the connection. It returns how the body is framed: as usual, unless there
// can be none.
func (a *client) fields(head *scenario.Head, now time.Time, how framing, line func(name, value string)) framing {
	dated := false
	for _, header := range head.Header {
		dated = dated || header.Name == "Date"
		line(header.Name, header.Value)
	}
	if !dated {
		line("Date", now.UTC().Format(http.TimeFormat))
	}
	switch head.Redirect {
	case scenario.RedirectHere, scenario.RedirectSecond:
		line("Location", a.to)
	case scenario.RedirectPath:
		line("Location", head.Path)
	}
	a.letIn(head, line)
	line("Content-Security-Policy", sandbox)
	line("Vary", "Accept") // a scenario may let a cache keep this, which must not give it to a page without the next line
	if a.mime {
		line("X-Content-Type-Options", "nosniff")
	}
	switch head.Status {
	case http.StatusNoContent, http.StatusNotModified:
		return noBody
	case http.StatusResetContent:
		line("Content-Length", "0")
		return noBody
	}
	if head.Gzip != scenario.NoGzip {
		line("Content-Encoding", "gzip")
	}
	return how
}

// letIn says which other origins may read the response.
func (a *client) letIn(head *scenario.Head, line func(name, value string)) {
	origin, credentials := a.cors[0], a.cors[1]
	switch head.CORS {
	case scenario.CORSNone:
		return
	case scenario.CORSAny:
		origin = "*"
	case scenario.CORSExact:
		line("Vary", "Origin")
		origin = a.origin // "" is the page's own: its browser needs no permission
	}
	if head.CORS != scenario.CORSDefault && head.Credentials {
		credentials = "true"
	} else if head.CORS != scenario.CORSDefault {
		credentials = ""
	}
	if origin != "" {
		line("Access-Control-Allow-Origin", origin)
		if credentials != "" {
			line("Access-Control-Allow-Credentials", credentials)
		}
	}
}

// append appends b, framed.
func (f framing) append(out, b []byte) []byte {
	if f != chunked {
		return append(out, b...)
	}
	out = strconv.AppendInt(out, int64(len(b)), 16)
	out = append(out, "\r\n"...)
	out = append(out, b...)
	return append(out, "\r\n"...)
}

// ascii escapes what cannot stand in a Location: net/http lets other bytes in a query pass.
func ascii(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0 {
		return s
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			b.WriteString("%" + strings.ToUpper(strconv.FormatInt(int64(c)|0x100, 16)[1:]))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
