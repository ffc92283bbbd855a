package main

import (
	"net/url"
	"slices"
	"strings"
)

// preset is a stream of our own server that is worth a look.
type preset struct {
	group, title, about string
	url                 string
	listen              []string
}

var presets = []preset{
	{"Basics", "Ten ticks, then end", "a customEvent each second", "/sse", []string{"customEvent"}},
	{"Basics", "Events without a name", "they arrive as message", "/sse?event=message&interval=500", nil},
	{"Basics", "A name nobody listens to", "open, but silent: listen to tick", "/sse?event=tick&count=60", nil},
	{"Reconnection", "retry: 500", "the server sets the waiting time", "/sse?count=4&interval=300&retry=500", []string{"customEvent"}},
	{"Reconnection", "A server that forgot", "it starts at 0 again: duplicates", "/sse?count=4&interval=300&retry=1000&resume=false", []string{"customEvent"}},
	{"Closing for good", "404 Not Found", "no retry after an HTTP error", "/sse?scenario=none", nil},
}

func (p preset) setup() Setup { return Setup{URL: p.url, Listen: slices.Clone(p.listen)} }

// parameter is one of the classic stream's, as the page's form shows it.
type parameter struct {
	name, label, hint, usual string
}

var parameters = []parameter{
	{"interval", "interval", "ms", "1000"},
	{"count", "count", "events", "10"},
	{"retry", "retry", "ms", "not sent"},
	{"event", "event", "name", "customEvent"},
}

// classic reads the parameters from an address of the classic stream. ok is false for any other address.
func classic(address string) (query url.Values, ok bool) {
	path, rawQuery, _ := cutAddress(address)
	if path != "/sse" {
		return nil, false
	}
	query, err := url.ParseQuery(rawQuery)
	return query, err == nil && !query.Has("scenario") && !query.Has("script")
}

// withParameter is the address with one parameter changed; an empty value leaves it out. The order of the others and
// what else stands in the query stay as they are.
func withParameter(address, name, value string) string {
	path, rawQuery, fragment := cutAddress(address)
	var kept []string
	pair := name + "=" + escapeQuery(value)
	replaced := value == ""
	for _, p := range strings.Split(rawQuery, "&") {
		key, _, _ := strings.Cut(p, "=")
		if unescaped, err := url.QueryUnescape(key); err == nil {
			key = unescaped
		}
		switch {
		case p == "" || key == name && replaced:
		case key == name:
			kept, replaced = append(kept, pair), true
		default:
			kept = append(kept, p)
		}
	}
	if !replaced {
		kept = append(kept, pair)
	}
	if len(kept) == 0 {
		return path + fragment
	}
	return path + "?" + strings.Join(kept, "&") + fragment
}

// cutAddress cuts an address before its fragment, which keeps its #, and around its query's question mark.
func cutAddress(address string) (path, query, fragment string) {
	if i := strings.IndexByte(address, '#'); i >= 0 {
		address, fragment = address[:i], address[i:]
	}
	path, query, _ = strings.Cut(address, "?")
	return path, query, fragment
}
