package main

import (
	"iter"
	"net/url"
	"strconv"
	"strings"

	"eventsource-playground/language"
	"eventsource-playground/protocol"
)

// address is what an address is, once the browser has resolved it: what is typed says little, since the browser takes white
// space away, knows ./sse and /ss%65 for /sse, and reads 127.0.0.1:3000/sse as a path.
type address struct {
	typed    string
	resolved string // absolute, as new EventSource gets it; "" if the browser can't
	origin   string
	place    place
	query    string // as it came, without the question mark
	scenario string // the library's name; "": none
	script   string // the parameter, which may be empty
	isScript bool
	socket   bool   // it is a WebSocket's
	room     string // of this server: its name; "": none
	wrong    string // one sentence on what must be changed; "": nothing
	offer    string // what to type instead; "": nothing to offer

	second string // with which it was read, as is the next
	voice  *language.Language
}

// place is whose a stream is.
type place uint8

const (
	elsewhere place = iota // another server's, of which only the page's side is seen
	oursHere               // our server's
	oursThere              // the same, on its second origin
)

// ours reports whether it is a stream of this page's server, whose side can be seen.
func (a address) ours() bool { return a.place != elsewhere }

// isClassic reports whether it is the classic stream.
func (a address) isClassic() bool { return a.ours() && a.scenario == "" && !a.isScript }

// resolver is what the browser makes of an address, absolute; ok is false if it can't.
type resolver func(typed string) (href string, ok bool)

// readAddress resolves and classifies an address. here is this page's origin, second that of the second one.
func readAddress(typed string, resolve resolver, here, second string) address {
	a := address{typed: typed}
	if command, ok := readCurl(typed); ok {
		a.offer = command.url
		a.wrong = fill(say("This is a curl command. Did you mean {address}?"), "{address}", isolated(withoutSecrets(a.offer, protocol.Mask), 200))
		return a
	}
	if a.offer = withoutScheme(typed); a.offer != "" {
		if secure := strings.Replace(a.offer, "http:", "https:", 1); secure == here || strings.HasPrefix(secure, here+"/") || strings.HasPrefix(secure, here+"?") {
			a.offer = secure
		}
		a.wrong = fill(say("Without http:// in front this is a path on this page's own server. Did you mean {address}?"), "{address}", isolated(withoutSecrets(a.offer, protocol.Mask), 200))
		return a
	}
	href, ok := resolve(typed)
	if !ok {
		a.wrong = say("The browser can't read this address: check the host's name, the port and the brackets.")
		return a
	}
	scheme, rest, _ := strings.Cut(href, ":")
	a.socket = scheme == "ws" || scheme == "wss"
	if !a.socket && scheme != "http" && scheme != "https" {
		a.wrong = fill(say("{scheme}: is not a scheme for a stream from a server: start with http:// or https://, or with / for this server."), "{scheme}", scheme)
		return a
	}
	host, pathname := strings.TrimPrefix(rest, "//"), ""
	if end := strings.IndexAny(host, "/?#"); end >= 0 {
		host, pathname = host[:end], host[end:]
	}
	pathname, a.query, _ = cutAddress(pathname)
	a.resolved, a.origin = href, strings.Replace(scheme, "ws", "http", 1)+"://"+host[strings.LastIndexByte(host, '@')+1:]
	switch a.origin {
	case here:
		a.place = oursHere
	case second:
		a.place = oursThere
	}
	switch decoded, err := url.PathUnescape(pathname); { // as our server's routes read it
	case err == nil && leadsTo(decoded, "sse") && !a.socket:
	case err == nil && leadsTo(decoded, "ws") && a.place == oursHere:
		a.socket = true
	default:
		if a.place == oursHere && err == nil {
			a.room, _ = strings.CutPrefix(decoded, roomPath(""))
			if a.room == decoded {
				a.room = ""
			}
		}
		a.place = elsewhere
	}
	if !a.ours() {
		return a
	}
	for name, value := range pairs(a.query) {
		switch name {
		case "scenario":
			a.scenario = value
		case "script":
			a.script, a.isScript = value, true
		}
	}
	return a
}

// leadsTo reports whether a path is that of a file at the top, as path.Clean sees it, which would make the page 2 KB larger.
func leadsTo(pathname, name string) bool {
	var parts []string
	for part := range strings.SplitSeq(pathname, "/") {
		switch part {
		case "", ".":
		case "..":
			parts = parts[:max(0, len(parts)-1)]
		default:
			parts = append(parts, part)
		}
	}
	return len(parts) == 1 && parts[0] == name
}

// pairs are the names and values of a query, as URLSearchParams reads them: what can't be unescaped stays as it is.
func pairs(query string) iter.Seq2[string, string] {
	unescape := func(s string) string {
		if unescaped, err := url.QueryUnescape(s); err == nil {
			return unescaped
		}
		return s
	}
	return func(yield func(name, value string) bool) {
		for part := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(part, "=")
			if part != "" && !yield(unescape(name), unescape(value)) {
				return
			}
		}
	}
}

// parameters are the query's, each with its last value.
func (a address) parameters() url.Values {
	query := url.Values{}
	for name, value := range pairs(a.query) {
		query.Set(name, value)
	}
	return query
}

// watched is the address with what lets the server show its side to this page.
func (a address) watched(session string, source int) string {
	return withParameter(withParameter(a.resolved, "session", session), "source", strconv.Itoa(source))
}

// unwatched is an address without what watched adds, as it is recorded and shown.
func unwatched(address string) string {
	return withParameter(withParameter(address, "session", ""), "source", "")
}

// as is the same stream's address for another client: the path /ws and the scheme ws: are a WebSocket's.
func (a address) as(socket bool) string {
	from, to := "ws", "http"
	if socket {
		from, to = to, from
	}
	switch {
	case a.wrong != "" || a.socket == socket:
		return a.typed
	case a.ours() && socket:
		return withQuery("/ws", a.query)
	case a.ours():
		return withQuery("/sse", a.query)
	}
	return strings.Replace(a.resolved, from, to, 1)
}

func withQuery(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}

// withoutScheme is what an address was meant to be that begins with a host, as 127.0.0.1:3000/sse and example.com/events do;
// "" if it doesn't look so.
func withoutScheme(typed string) string {
	typed = strings.TrimSpace(typed)
	host := typed
	if end := strings.IndexAny(typed, "/?#"); end >= 0 {
		host = typed[:end]
	}
	name, port, hasPort := strings.Cut(host, ":")
	if _, err := strconv.ParseUint(port, 10, 16); hasPort && err != nil {
		return ""
	}
	labels := strings.Split(name, ".")
	last := labels[len(labels)-1]
	isName := name == "localhost" || len(labels) > 1 && len(last) > 1 && !isFile(last)
	if hasPort {
		isName = true
	}
	for _, label := range labels {
		isName = isName && label != "" && strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
	}
	isNumber := len(labels) == 4 && strings.Trim(name, "0123456789.") == ""
	if !isName && !isNumber || !hasPort && host == typed && name != "localhost" && !isNumber {
		return ""
	}
	return "http://" + typed
}

// isFile reports whether the last part of a name is more likely a file's than a domain's.
func isFile(ending string) bool {
	switch ending {
	case "php", "json", "txt", "html", "js", "py", "aspx", "jsp", "cgi":
		return true
	}
	return false
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

// escapeQuery leaves what a query may hold as it is, so that a link can be read: /sse?a=b becomes /sse?a%3Db.
func escapeQuery(s string) string {
	s = url.QueryEscape(s)
	for _, c := range []string{"/", ":", ",", "?"} {
		s = strings.ReplaceAll(s, url.QueryEscape(c), c)
	}
	return s
}
