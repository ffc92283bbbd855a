package scenario

import (
	"slices"
	"strconv"
	"strings"
)

// headers are those that a text may set: none has an effect beyond its own response.
var headers = []string{
	"Age", "Cache-Control", "Content-Language", "Content-Type", "Date", "ETag", "Expires", "Last-Modified", "Pragma",
	"Retry-After", "Server", "Vary", "Via", "X-Accel-Buffering",
}

// contentTypes are those that no browser executes, whoever opens the address.
var contentTypes = []string{
	"text/event-stream", "text/event-streamx", "application/x-dom-event-stream",
	"text/plain", "application/json", "application/x-ndjson", "application/octet-stream",
}

// header reads @header Name: value.
func (p *parser) header(c *cursor) {
	start := c.start()
	name, value, ok := strings.Cut(c.text[start:], ":")
	if !ok {
		c.fail(start, "a colon is missing: write a header such as @header Retry-After: 5")
		return
	}
	i := slices.IndexFunc(headers, func(h string) bool { return strings.EqualFold(h, name) })
	if i < 0 {
		c.fail(start, noSuchHeader(name))
		return
	}
	name = headers[i]
	if !p.once(c, "@header "+name) {
		return
	}
	c.pos = start + len(name) + 1
	start = c.start()
	value = strings.TrimSpace(value)
	switch i := strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r > '~' }); {
	case i >= 0:
		c.fail(start+i, "this character is not allowed in a header: use printable ASCII")
	case len(value) > maxHeader:
		c.fail(start, "this header is "+strconv.Itoa(len(value))+" bytes long: the limit is "+strconv.Itoa(maxHeader))
	case name == "Content-Type" && !allowedType(value):
		c.fail(start, short(value)+" is not allowed, since browsers execute some types: use "+either(contentTypes)+", optionally with a parameter, or nothing")
	default:
		p.section.Head.Header = append(p.section.Head.Header, Header{name, strings.Clone(value)})
	}
}

func noSuchHeader(name string) string {
	lower := strings.ToLower(strings.TrimSpace(name))
	switch {
	case strings.HasPrefix(lower, "access-control-"):
		return short(name) + " is not set by hand: use @cors"
	case lower == "location":
		return "Location is not set by hand: use @redirect"
	case lower == "content-encoding":
		return "Content-Encoding is not set by hand: use @gzip"
	case lower == "set-cookie":
		return "a scenario cannot set cookies: remove this"
	case slices.Contains([]string{"connection", "content-length", "keep-alive", "trailer", "transfer-encoding", "upgrade"}, lower):
		return short(name) + " belongs to the connection, which the server frames by itself: use @end, @cut, @cut cleanly and @flush"
	}
	what := short(name) + " is not a header for a scenario: use " + either(headers)
	for _, h := range headers {
		if nearest(lower, []string{strings.ToLower(h)}) != "" {
			what = short(name) + " is not a header for a scenario: did you mean " + h + "?"
		}
	}
	return what
}

// allowedType reports whether a Content-Type is harmless. Two of them in one header are refused: browsers use the last.
func allowedType(value string) bool {
	essence := value[:strings.IndexAny(value+";", "; ")]
	return value == "" || !strings.Contains(value, ",") && slices.Contains(contentTypes, strings.ToLower(essence))
}

// cors reads @cors none, @cors * and @cors exact, perhaps "with credentials".
func (p *parser) cors(c *cursor) {
	if !p.once(c, "@cors") {
		return
	}
	head := &p.section.Head
	start := c.start()
	switch c.word() {
	case "none":
		head.CORS = CORSNone
	case "*":
		head.CORS = CORSAny
	case "exact":
		head.CORS = CORSExact
	default:
		c.fail(start, "this says nothing about other origins: write *, exact or none")
	}
	if head.CORS != CORSNone {
		head.Credentials = c.accept("with credentials")
	}
	c.end("@cors accepts *, exact or none; the first two optionally with credentials")
}

// redirect reads @redirect here, @redirect second origin and @redirect /path.
func (p *parser) redirect(c *cursor) {
	if !p.once(c, "@redirect") {
		return
	}
	head := &p.section.Head
	switch head.Status {
	case 301, 302, 303, 307, 308:
	default:
		c.fail(0, "@redirect needs one of the statuses 301, 302, 303, 307 or 308: change the section's line")
	}
	start := c.start()
	switch {
	case c.accept("here"):
		head.Redirect = RedirectHere
	case c.accept("second origin"):
		head.Redirect = RedirectSecond
	default:
		head.Redirect, head.Path = RedirectPath, strings.Clone(c.word())
		if !ownPath(head.Path) {
			c.fail(start, "a redirect stays on this server: write here, second origin, or a path such as /nowhere")
		}
	}
	c.end("@redirect accepts one target")
}

// ownPath reports whether a Location redirects to the same origin in every browser: some read // and /\ as another host.
func ownPath(path string) bool {
	if len(path) > maxHeader || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return false
	}
	return !strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' })
}

// gzip reads @gzip and @gzip unflushed.
func (p *parser) gzip(c *cursor) {
	if !p.once(c, "@gzip") {
		return
	}
	p.section.Head.Gzip = GzipFlushed
	if c.accept("unflushed") {
		p.section.Head.Gzip = GzipUnflushed
	}
	c.end("write @gzip or @gzip unflushed")
}
