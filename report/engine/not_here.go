package engine

import (
	"slices"
	"strings"

	"eventsource-playground/report"
)

// NotHere is why a check is not played to a Stream, as half a sentence; "": it is played. Natively means in a Go program,
// which is no page.
func NotHere(c *report.Check, natively bool) string {
	reads := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return name == c.Read || slices.Contains(c.See, name) })
	}
	switch {
	case c.Call != "":
		return "a Go program that calls NewStream so does not compile"
	case c.Handlers || reads("onopen", "onmessage", "onerror"):
		return "a Stream has no handlers: its events are ranged over"
	case reads("CONNECTING", "OPEN", "CLOSED"):
		return "the states are constants of the Go package"
	case reads("bubbles", "cancelable", "isTrusted", "source"):
		return "an event of a Stream is a Go struct, not an Event of the DOM"
	case c.URL != nil && strings.HasPrefix(*c.URL, "mailto:"):
		return "an address that is not HTTP is refused at once, with the reason"
	case !natively:
		return ""
	case c.Section == "Fetch: CORS":
		return "there is no CORS outside a browser"
	case c.Measure == report.MeasureCount:
		return "net/http has no limit of six connections to a host"
	case c.URL != nil && !strings.Contains(*c.URL, ":"):
		return "outside a browser there is no page to which an address could be relative"
	}
	return ""
}
