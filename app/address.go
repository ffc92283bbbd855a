package main

import (
	"net/url"
	"strconv"
	"strings"
)

// classic reads the parameters from an address of the classic stream. ok is false for any other address.
func classic(address string) (query url.Values, ok bool) {
	path, rawQuery, _ := cutAddress(address)
	if path != "/sse" {
		return nil, false
	}
	query, err := url.ParseQuery(rawQuery)
	return query, err == nil && !query.Has("scenario") && !query.Has("script")
}

// scriptOf and scenarioOf read a script, or a scenario's name, from the address of a stream of ours.
func scriptOf(address string) (script string, ok bool) { return ourParameter(address, "script") }
func scenarioOf(address string) (name string, ok bool) { return ourParameter(address, "scenario") }

func ourParameter(address, name string) (value string, ok bool) {
	path, rawQuery, _ := cutAddress(address)
	query, _ := url.ParseQuery(rawQuery)
	return query.Get(name), strings.HasSuffix(path, "/sse") && query.Has(name)
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

// checkURL says what is wrong with an address before the browser is asked, or nothing. Only http and https carry an
// event stream; whether the rest of the address is right is the browser's to say.
func checkURL(address string) string {
	scheme, rest := schemeOf(address)
	switch {
	case scheme == "" || scheme == "http" || scheme == "https":
		return ""
	case startsWithPort(rest):
		return fill(say("Put http:// or https:// in front: without it the browser reads {scheme}: as a scheme, as in mailto:."), "{scheme}", scheme)
	}
	return fill(say("An event stream comes over http or https, not over {scheme}:. Start with https:// or with / for this server."), "{scheme}", scheme)
}

// startsWithPort reports whether an address that began like a scheme goes on like localhost:3000/sse.
func startsWithPort(rest string) bool {
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	_, err := strconv.ParseUint(strings.TrimSpace(rest[:end]), 10, 16)
	return err == nil
}

// schemeOf finds the scheme, in lower case, and what follows its colon, as the URL standard does: white space and
// control characters in front are ignored, and tabs and line breaks anywhere. Only ASCII letters count.
func schemeOf(address string) (scheme, rest string) {
	address = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, address)
	address = strings.TrimLeftFunc(address, func(r rune) bool { return r <= ' ' })
	scheme, rest, found := strings.Cut(address, ":")
	if !found || scheme == "" {
		return "", ""
	}
	for i, r := range scheme {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", r)) {
			return "", ""
		}
	}
	return strings.ToLower(scheme), rest
}
