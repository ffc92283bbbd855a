package scenario

import (
	"slices"
	"strconv"
	"strings"

	"eventsource-playground/protocol"
	"eventsource-playground/sse"
)

// sends reads what the page sends beside what an EventSource does: method: POST, header: X-Name: value and body: text.
func (p *parser) sends(c *cursor, name, value string) {
	start := c.start()
	to := &p.scenario.Connect
	switch name {
	case "method":
		if to.Method = value; value != "GET" && value != "POST" {
			c.fail(start, "a stream is requested with GET or POST: write method: POST")
		}
	case "body":
		to.Body, p.bodyLine = value, p.number
	case "header":
		p.sendsHeader(c, value)
	}
}

func (p *parser) sendsHeader(c *cursor, header string) {
	start := c.start()
	to := &p.scenario.Connect
	name, value, ok := strings.Cut(header, ":")
	value = strings.TrimSpace(value)
	same := func(h protocol.Header) bool { return strings.EqualFold(h.Name, name) }
	switch {
	case !ok:
		c.fail(start, "a colon is missing: write a header such as header: X-Name: value")
	case !sendable(name):
		c.fail(start, short(name)+" is not sent with a scenario: use Authorization, Content-Type, or a name that begins with X-, of at most "+
			strconv.Itoa(maxName)+" characters")
	case slices.ContainsFunc(to.Headers, same):
		c.fail(start, short(name)+" is here twice: keep one")
	case len(to.Headers) == maxHeaders:
		c.fail(start, "this is header "+strconv.Itoa(maxHeaders+1)+": the limit is "+strconv.Itoa(maxHeaders))
	case len(value) > maxHeader:
		c.fail(start, "this header is "+strconv.Itoa(len(value))+" bytes long: the limit is "+strconv.Itoa(maxHeader))
	case value == "" || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }):
		c.fail(start, "a header's value is printable ASCII: write one such as header: X-Name: value")
	default:
		to.Headers = append(to.Headers, protocol.Header{Name: name, Value: value})
	}
}

func sendable(name string) bool {
	lower := strings.ToLower(name)
	return lower == "authorization" || lower == "content-type" ||
		strings.HasPrefix(lower, ownHeaders) && sse.IsToken(name) && len(name) <= maxName
}
