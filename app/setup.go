package main

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Setup is how the page connects: what the constructor is given, and what is listened to. The page's own address
// holds it, so a link opens the page as it was.
type Setup struct {
	URL         string   // as typed: relative or absolute
	Listen      []string // types beyond open, message and error
	Credentials bool
	Connect     bool // connect at once; only to our own server
}

// firstSetup is what a new visitor finds: the classic stream.
func firstSetup() Setup { return presets[0].setup() }

// parseSetup reads the page's query: url, listen, credentials and connect. A query without url is the first set-up.
func parseSetup(query url.Values) Setup {
	s := firstSetup()
	if query.Has("url") {
		s = Setup{URL: query.Get("url")}
	}
	if query.Has("listen") {
		s.Listen = nil
		for _, name := range strings.Split(query.Get("listen"), ",") {
			if unescaped, err := url.PathUnescape(name); err == nil {
				name = unescaped
			}
			s.add(name)
		}
	}
	s.Credentials = isOn(query.Get("credentials"))
	s.Connect = isOn(query.Get("connect"))
	return s
}

func isOn(v string) bool { return v == "1" || v == "true" }

// Query is the set-up as parseSetup reads it. A comma or a percent sign in a name is escaped once more.
func (s Setup) Query() string {
	q := "url=" + escapeQuery(s.URL)
	names := make([]string, len(s.Listen))
	for i, name := range s.Listen {
		names[i] = strings.ReplaceAll(strings.ReplaceAll(name, "%", "%25"), ",", "%2C")
	}
	q += "&listen=" + escapeQuery(strings.Join(names, ","))
	if s.Credentials {
		q += "&credentials=1"
	}
	if s.Connect {
		q += "&connect=1"
	}
	return q
}

// escapeQuery leaves what a query may hold as it is, so that a link can be read: /sse?a=b becomes /sse?a%3Db.
func escapeQuery(s string) string {
	s = url.QueryEscape(s)
	for _, c := range []string{"/", ":", ",", "?"} {
		s = strings.ReplaceAll(s, url.QueryEscape(c), c)
	}
	return s
}

// add adds a type to listen to and reports whether it was new. The three that are always listened to are not.
func (s *Setup) add(name string) bool {
	if name == "" || slices.Contains(always, name) || slices.Contains(s.Listen, name) {
		return false
	}
	s.Listen = append(slices.Clone(s.Listen), name)
	return true
}

// types are all that is listened to.
func (s Setup) types() []string { return append(slices.Clone(always), s.Listen...) }

// always are the types that every source of this page listens to.
var always = []string{"open", "error", "message"}

// checkListener says what is wrong with a name to listen to, or nothing.
func checkListener(name string, listen []string) string {
	switch {
	case name == "":
		return say("Type the event's name first, as the server writes it after event:")
	case strings.ContainsAny(name, "\r\n"):
		return say("An event's name is one line: remove the line break.")
	case slices.Contains(always, name):
		return fill(say("{name} is listened to already, always."), "{name}", name)
	case slices.Contains(listen, name):
		return fill(say("{name} is listened to already."), "{name}", name)
	}
	return ""
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
